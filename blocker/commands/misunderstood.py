"""What is said of a command line that can't be understood; wanted only when there is something to say."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping, Sequence

from blocker.config.checks import nearest
from blocker.values.errors import UsageError, quoted

# What argparse says → what we say, with its groups in it.
PLAINER = (
    (r"argument (\S+): not allowed with argument (\S+)", r"{1} and {0} do not go together"),
    (r"argument (\S+): expected (?:one|at least one) argument", r"{0} needs a word after it"),
    (r"argument (\S+): ignored explicit argument '(.*)'", r"{0} is said by itself, without “{1}”"),
    (r"argument (.+?): (.*)", r"{0}: {1}"),
)


def refusal(parser: argparse.ArgumentParser, words: Sequence[str], message: str) -> UsageError:
    """What argparse complains of, in words. A misspelt option is named first: the rest may follow from it."""
    wrong = unknown_option(parser, words)
    if wrong is not None:
        return wrong
    hint = _see(parser)
    if found := re.fullmatch(r"the following arguments are required: (.*)", message):
        if found[1] == "COMMAND":
            return UsageError("there is no command in this line", "the commands are in: blocker --help")
        return UsageError(f"{_command(parser)} needs {one_of(re.split('[|]', found[1]))}", hint)
    if found := re.fullmatch(r"unrecognized arguments: (.*)", message, re.DOTALL):
        return UsageError(f"{_command(parser)} takes no {quoted(found[1])}", hint)
    for theirs, ours in PLAINER:
        if found := re.fullmatch(theirs, message, re.DOTALL):
            return UsageError(ours.format(*found.groups()), hint)
    return UsageError(message, hint)


def unknown_word(
    parser: argparse.ArgumentParser,
    words: Sequence[str],
    action: argparse.Action,
    word: str,
    known: Iterable[str],
) -> UsageError:
    """A word that is none of those that may stand in its place."""
    wrong = unknown_option(parser, words)
    if wrong is not None:
        return wrong
    near = nearest(word, known)
    if action.dest == "command":
        meant = f"; did you mean {near}?" if near else ""
        return UsageError(f"there is no command {quoted(word)}{meant}", _see(parser))
    where = "/".join(action.option_strings) or _command(parser)
    meant = f"; did you mean {near}?" if near else f": it is {one_of(list(known))}"
    return UsageError(f"{where} takes no {quoted(word)}{meant}", _see(parser))


def unknown_option(parser: argparse.ArgumentParser, words: Sequence[str]) -> UsageError | None:
    """The first option among ``words`` that ``parser`` does not know; those of a further command are its own."""
    options = parser._option_string_actions
    commands = _commands(parser)
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
    parser: argparse.ArgumentParser,
    name: str,
    words: Sequence[str],
    commands: Mapping[str, argparse.ArgumentParser],
) -> UsageError:
    """``name`` is no option of ``parser``, though it may be one of the command that ``words`` name."""
    known = dict.fromkeys(parser._option_string_actions, parser)
    command = next((word for word in words if word in commands), None)
    if command is not None:
        of_command = commands[command]._option_string_actions
        if name in of_command:
            return UsageError(f"{name} stands after its command", f"{commands[command].prog} {name}")
        known = dict.fromkeys(of_command, commands[command]) | known
    long = [option for option in known if option.startswith("--")]
    begun = [option for option in long if option.startswith(name)] if name[:2] == "--" else []
    near = begun[0] if len(begun) == 1 else nearest(name, long)
    meant = f"; did you mean {near}?" if near else ""
    return UsageError(f"there is no option {name[:80]}{meant}", _see(known.get(near, parser)))


def _commands(parser: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser] | None:
    """The parsers of the commands that ``parser`` hands over to; None where it has none."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return action.choices
    return None


def _command(parser: argparse.ArgumentParser) -> str:
    """``cron install``: whose error it is, without the program's name, which every error has in front."""
    return parser.prog.partition(" ")[2] or parser.prog


def _see(parser: argparse.ArgumentParser) -> str:
    return f"see: {parser.prog} --help"


def one_of(names: Sequence[str]) -> str:
    """``amber, red or both``."""
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last
