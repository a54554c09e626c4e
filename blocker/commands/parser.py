"""From the words of a command line to what they mean; the commands themselves are in ``grammar``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from blocker import __version__
from blocker.commands.grammar import COMMANDS

DESCRIPTION = """\
Keeps protected thinking time on an overloaded leader's calendar: it measures the load of each week,
books strategic blocks and a quarterly half-day offsite, and says why.
"""
ALSO = "Also: the options of blocker --help, such as --json, -v, -q and --calendar."
KNOWN = {name: entry for group in COMMANDS.values() for name, entry in group.items()}


def read_words(words: Sequence[str]) -> argparse.Namespace:
    """What the words of a command line mean. Raises UsageError for what it does not know.

    None at all ask for help, and so does the word itself: ``blocker help run``.
    """
    if not words or words[0] == "help":
        words = [*words[1:], "--help"]
    return build_parser(words).parse_args(words)


@cache
def _unmeasured(prog: str) -> argparse.HelpFormatter:
    """What argparse checks each argument with. The terminal's width is asked for when there is something to show."""
    return argparse.HelpFormatter(prog, width=80)


class Parser(argparse.ArgumentParser):
    """Errors are raised, so that they are shown like every other one, as JSON where asked for."""

    words: Sequence[str] = ()
    layout: type[argparse.HelpFormatter] = argparse.RawDescriptionHelpFormatter

    def __init__(self, **given: Any) -> None:
        # A part of an option's name may be another option's some day: --remov must not remove.
        super().__init__(allow_abbrev=False, formatter_class=_unmeasured, **given)

    def format_help(self) -> str:
        self.formatter_class = self.layout
        return super().format_help()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Read ``args``; what is left over is an error of this parser, which knows its command's name."""
        self.words = args
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        from blocker.commands.misunderstood import refusal

        raise refusal(self, self.words, message)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Before argparse does: it would list every choice, and only those commands that were built."""
        if action.choices is None or value in action.choices:
            return
        from blocker.commands.misunderstood import unknown_word

        known = KNOWN if action.dest == "command" else action.choices
        raise unknown_word(self, self.words, action, value, known)


class CommandParser(Parser):
    """Takes the options of the whole program too, as people write ``blocker plan --json``."""

    layout = argparse.HelpFormatter

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"epilog": ALSO, **given})
        _add_options(self, default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def build_parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """What can read ``words``. Only the commands that they name are built, as building all of them takes
    longer than reading a small calendar.
    """
    parser = Parser(
        prog="blocker",
        description=DESCRIPTION,
        epilog=_overview(),
        usage="blocker [options] COMMAND …",
    )
    _add_options(parser)
    parser.add_argument("--version", action="version", version=f"blocker {__version__}")
    commands = parser.add_subparsers(
        dest="command",
        metavar="COMMAND",
        required=True,
        parser_class=CommandParser,
        prog="blocker",  # saves a formatter, and the modules that it imports
        help=argparse.SUPPRESS,
    )
    for name in [name for name in KNOWN if name in words]:
        target, fill, says = KNOWN[name]
        command = commands.add_parser(name, description=says[0].upper() + says[1:] + ".")
        command.set_defaults(target=target)
        fill(command)
    return parser


def _add_options(parser: argparse.ArgumentParser, **hidden: Any) -> None:
    """The options of the whole program; ``hidden`` takes the place of their defaults and helps."""

    def add(where: argparse._ActionsContainer, *names: str, **given: Any) -> None:
        where.add_argument(*names, **(given | hidden))

    add(parser, "-c", "--config", type=Path, metavar="FILE", help="the config file")
    add(parser, "--calendar", metavar="ADDRESS", help="ics:PATH, google:primary or google:ID")
    add(parser, "--now", metavar="ISO", help="pretend it is this moment; without an offset, in your zone")
    how = parser if hidden else parser.add_mutually_exclusive_group()
    add(
        how, "-v", "--verbose", action="store_true", help="of a plan, say every cause and each next best slot"
    )
    add(how, "-q", "--quiet", action="store_true", help="print only when something changed or failed")
    add(parser, "--json", action="store_true", help="print one JSON document on stdout")
    add(parser, "--log-json", action="store_true", help="write the log's line as JSON")
    add(parser, "--log-titles", action="store_true", help="let the log name what is in a block's way")
    add(parser, "--no-color", action="store_true", help="no colour; NO_COLOR says the same")
    add(parser, "--plain", action="store_true", help="words only, no grid and no bars: for screen readers")


def _overview() -> str:
    """The commands by group, a line each."""
    lines = ["commands:"]
    for title, group in COMMANDS.items():
        lines.append(f"  {title}")
        lines += [f"    {name:<10} {words}" for name, (_, _, words) in group.items()]
    return "\n".join([*lines, "", "blocker COMMAND --help says more."])
