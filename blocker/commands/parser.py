"""What reads the words of one command, and the kinds of values that they may be."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from blocker.calendars import offered
from blocker.commands.misunderstood import refusal

WEEK = "such as this (default), next, in 2 weeks, 44, friday or 24 dec"
ALSO = "Also: the options of blocker --help, such as --json, -v, -q and --calendar."


class Parser(argparse.ArgumentParser):
    """Errors are raised, so that they are shown like every other one, as JSON where asked for.

    It remembers what it was given, ``arguments`` in order and ``options`` by each of their names: who
    misspells one is told the nearest.
    """

    def __init__(self, **given: Any) -> None:
        self.arguments: list[argparse.Action] = []
        self.words: Sequence[str] = ()
        # A part of an option's name may be another option's some day: --remov must not remove.
        super().__init__(allow_abbrev=False, **given)

    @property
    def options(self) -> Mapping[str, argparse.Action]:
        return {name: action for action in self.arguments for name in action.option_strings}

    @property
    def commands(self) -> Mapping[str, Parser] | None:
        """The parsers of the commands that it hands over to; None where it has none."""
        handing = (action.choices for action in self.arguments if isinstance(action.choices, dict))
        return next(handing, None)

    def add_argument(self, *names: str, **given: Any) -> argparse.Action:
        return self.remember(super().add_argument(*names, **given))

    def add_subparsers(self, **given: Any) -> Any:
        return self.remember(super().add_subparsers(**given))

    def one_of(self, **given: Any) -> OneOf:
        """A group of options of which only one may be said."""
        return OneOf(self, **given)

    def complete(self) -> Parser:
        """The same parser, with all of its arguments."""
        return self

    def remember(self, action: argparse.Action) -> argparse.Action:
        self.arguments.append(action)
        return action

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Read ``args``; what is left over is an error of this parser, which knows its command's name."""
        self.words = args
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        raise refusal(self, self.words, message)


class Joined(argparse.Action):
    """Takes several words as one text, so that ``next week`` needs no quotes; None without any."""

    def __call__(
        self, parser: object, namespace: argparse.Namespace, values: Any, option: object = None
    ) -> None:
        setattr(namespace, self.dest, " ".join(values) or None)


def add_week(command: Parser) -> None:
    """The week that a command is about, as people say it."""
    command.add_argument("week", nargs="*", action=Joined, metavar="WEEK", help=WEEK)


class OneOf:
    """Options that exclude each other; their parser remembers them like all others."""

    def __init__(self, parser: Parser, **given: Any) -> None:
        self._parser = parser
        self._group = parser.add_mutually_exclusive_group(**given)

    def add_argument(self, *names: str, **given: Any) -> argparse.Action:
        return self._parser.remember(self._group.add_argument(*names, **given))


class CommandParser(Parser):
    """Takes the options of the whole program too, as people write ``blocker plan --json``.

    ``fill`` adds its arguments when they are first wanted: it imports what the command needs.
    """

    def __init__(self, fill: Callable[[Parser], None] | None = None, **given: Any) -> None:
        self._fill = fill
        self._complete = False
        super().__init__(**{"epilog": ALSO, **given})

    def complete(self) -> Parser:
        if not self._complete:
            self._complete = True
            add_options(self, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
            if self._fill is not None:
                self._fill(self)
        return self

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        self.complete()
        return super().parse_known_args(args, namespace)


def add_options(parser: Parser, **hidden: Any) -> None:
    """The options of the whole program; ``hidden`` takes the place of their defaults and helps."""

    def add(where: Parser | OneOf, *names: str, **given: Any) -> None:
        where.add_argument(*names, **(given | hidden))

    add(parser, "-c", "--config", type=Path, metavar="FILE", help="the config file")
    add(parser, "--calendar", metavar="ADDRESS", help=offered(to_write=True))
    add(parser, "--now", metavar="ISO", help="act as if it were this moment, in your zone")
    how = parser if hidden else parser.one_of()
    add(how, "-v", "--verbose", action="store_true", help="more detail")
    add(how, "-q", "--quiet", action="store_true", help="print only when something changed or failed")
    add(parser, "--json", action="store_true", help="print one JSON document on stdout")
    add(parser, "--log-json", action="store_true", help="write the log as JSON")
    add(parser, "--log-titles", action="store_true", help="write meeting titles to the log")
    add(parser, "--no-color", action="store_true", help="no colour (as with NO_COLOR)")
    add(parser, "--plain", action="store_true", help="words only, for screen readers")


def whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a whole number") from None


def number_of_hours(text: str) -> float:
    """Also with a decimal comma: 2,5 are two hours and a half."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number; write hours such as 2.5") from None
