"""What is said of a command line that can't be understood: argparse's complaints in words, with the nearest name."""

from __future__ import annotations

import argparse
import re
from ast import literal_eval
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from blocker.values.errors import UsageError, nearest, quoted

if TYPE_CHECKING:
    from blocker.commands.parser import Parser

# What argparse says → what we say, with its groups in it.
PLAINER = (
    (r"argument (\S+): not allowed with argument (\S+)", r"{1} and {0} do not go together"),
    (r"argument (\S+): expected (?:one|at least one) argument", r"{0} needs a word after it"),
    (r"argument (\S+): ignored explicit argument '(.*)'", r"{0} is used alone, without “{1}”"),
    (r"argument (.+?): (.*)", r"{0}: {1}"),
)


def refusal(parser: Parser, words: Sequence[str], message: str) -> UsageError:
    """What argparse complains of, in words. A misspelt option is named first: the rest may follow from it."""
    wrong = _unknown_option(parser, words)
    if wrong is not None:
        return wrong
    hint = _see(parser)
    if found := re.fullmatch(r"the following arguments are required: (.*)", message):
        if found[1] == "COMMAND":
            return UsageError("the command is missing", "the commands are in: blocker --help")
        return UsageError(f"{_command(parser)} needs {one_of(re.split('[|]', found[1]))}", hint)
    if found := re.fullmatch(r"unrecognized arguments: (.*)", message, re.DOTALL):
        return UsageError(f"{_command(parser)} does not take {quoted(found[1])}", hint)
    if found := re.fullmatch(r"argument (.+?): invalid choice: (.*) \(choose from .*\)", message, re.DOTALL):
        action = next(action for action in parser.arguments if _name(action) == found[1])
        return _unknown_word(parser, action, literal_eval(found[2]))
    for theirs, ours in PLAINER:
        if found := re.fullmatch(theirs, message, re.DOTALL):
            return UsageError(ours.format(*found.groups()), hint)
    return UsageError(message, hint)


def _unknown_word(parser: Parser, action: argparse.Action, word: str) -> UsageError:
    """A word that is none of those that may stand in its place."""
    known = list(action.choices or ())
    near = nearest(word, known)
    if action.dest == "command":
        meant = f"; did you mean {near}?" if near else ""
        return UsageError(f"there is no command {quoted(word)}{meant}", _see(parser))
    where = "/".join(action.option_strings) or _command(parser)
    meant = f"did you mean {near}?" if near else f"choose {one_of(known)}"
    return UsageError(f"{where}: {quoted(word)} is not supported; {meant}", _see(parser))


def _name(action: argparse.Action) -> str:
    """What argparse calls an argument in its complaints."""
    shown = action.metavar if isinstance(action.metavar, str) else action.dest
    return "/".join(action.option_strings) or shown


def _unknown_option(parser: Parser, words: Sequence[str]) -> UsageError | None:
    """The first option among ``words`` that ``parser`` does not know; those of a further command are its own."""
    options, commands = parser.options, parser.commands
    value_follows = False
    for word in words:
        option = word.startswith("-") and word != "-" and " " not in word and not re.match(r"-\.?\d", word)
        if not option and not value_follows and commands is not None:
            return None
        if word == "--":
            return None
        if not option:
            value_follows = False
            continue
        name, equals, _ = word.partition("=")
        if name not in options and name[:2] != "--" and word[:2] in options:
            name, equals = word[:2], word[2:]
        if name not in options:
            return _no_option(parser, name, words, commands or {})
        value_follows = options[name].nargs != 0 and not equals
    return None


def _no_option(
    parser: Parser,
    name: str,
    words: Sequence[str],
    commands: Mapping[str, Parser],
) -> UsageError:
    """``name`` is no option of ``parser``, though it may be one of the command that ``words`` name."""
    known = dict.fromkeys(parser.options, parser)
    command = next((word for word in words if word in commands), None)
    if command is not None:
        of_command = commands[command].complete().options
        if name in of_command:
            return UsageError(f"{name} goes after its command", f"{commands[command].prog} {name}")
        known = dict.fromkeys(of_command, commands[command]) | known
    long = [option for option in known if option.startswith("--")]
    begun = [option for option in long if option.startswith(name)] if name[:2] == "--" else []
    near = begun[0] if len(begun) == 1 else nearest(name, long)
    meant = f"; did you mean {near}?" if near else ""
    return UsageError(f"there is no option {name[:80]}{meant}", _see(known.get(near, parser)))


def _command(parser: Parser) -> str:
    """``cron install``: whose error it is, without the program's name, which every error has in front."""
    return parser.prog.partition(" ")[2] or parser.prog


def _see(parser: Parser) -> str:
    return f"see: {parser.prog} --help"


def one_of(names: Sequence[str]) -> str:
    """``amber, red or both``."""
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last
