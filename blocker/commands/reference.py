"""Every command as a page of docs and as a manual page, from the parser that reads them.

python -m blocker.commands.reference > docs/commands.md
python -m blocker.commands.reference man > docs/blocker.1
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from blocker.commands.parser import Parser
from blocker.commands.program import DESCRIPTION, program
from blocker.commands.registry import GROUPS

HEAD = """\
# Commands

<!-- Made by `python -m blocker.commands.reference` from the help of the commands: change it there. -->

`blocker COMMAND --help` says the same in a terminal. `man ./docs/blocker.1` shows it as a manual page, and
`blocker completion bash` (or `zsh`, or `fish`) prints what makes your shell finish commands and options on Tab.
"""
EXIT_CODES = {
    "0": "done, or nothing to do",
    "1": "failed, nothing was written",
    "2": "usage or configuration",
    "3": "partly applied; safe to run again",
    "4": "refused, so that nothing is lost, or the first run is not confirmed",
    "5": "changes are pending (plan --exit-code only)",
    "6": "sign-in needed or expired",
    "75": "try later: offline, rate limited, or another run is at work",
    "130": "interrupted",
}


def commands_page() -> str:
    """All commands in Markdown, by group."""
    parser = program(complete=True)
    lines = [HEAD]
    for title, group in GROUPS.items():
        lines += [f"## {title.capitalize()}", ""]
        for name in group:
            lines += _section(_command(parser, name))
    lines += ["## Options of every command", "", *_table(_options(parser))]
    lines += ["## Exit codes", "", "| code | meaning |", "|---|---|"]
    lines += [f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items()]
    return "\n".join(lines) + "\n"


def _section(command: Parser) -> Iterator[str]:
    yield f"### `{command.prog}`"
    yield ""
    yield command.description or ""
    yield ""
    if command.commands is None or _shown(command):
        yield f"```text\n{_usage(command)}\n```"
        yield ""
        yield from _table(_shown(command))
    for each, says in _below(command):
        yield f"`{_usage(each)}`: {says}."
        yield ""
        yield from _table(_shown(each))


def _table(arguments: Sequence[argparse.Action]) -> Iterator[str]:
    if arguments:
        yield "| argument | what it is |"
        yield "|---|---|"
        for each in arguments:
            words, says = (text.replace("|", r"\|") for text in (_spelt(each), _help(each)))
            yield f"| `{words}` | {says} |"
        yield ""


def manual_page() -> str:
    """All commands as roff, for man(1); without a date, so that it changes only with the commands."""
    parser = program(complete=True)
    lines = ['.TH BLOCKER 1 "" "blocker" "User commands"', ".SH NAME"]
    lines += [r"blocker \- protected thinking time on an overloaded leader\(aqs calendar"]
    lines += [".SH SYNOPSIS", r".B blocker", r".RI [ options ]", r".I COMMAND", r"\&..."]
    lines += [".SH DESCRIPTION", _roff(" ".join(DESCRIPTION.split()))]
    for title, group in GROUPS.items():
        lines.append(f".SH {_roff(title.upper())}")
        for name in group:
            command = _command(parser, name)
            lines += [f".SS {_roff(command.prog)}", _roff(command.description or "")]
            lines += _entries(_shown(command))
            for each, says in _below(command):
                lines += [".TP", f".B {_roff(_usage(each))}", _roff(says) + "."]
                lines += ([".RS", *_entries(_shown(each)), ".RE"]) if _shown(each) else []
    lines += [".SH OPTIONS OF EVERY COMMAND", *_entries(_options(parser)), ".SH EXIT STATUS"]
    for code, meaning in EXIT_CODES.items():
        lines += [".TP", f".B {code}", _roff(meaning)]
    return "\n".join(lines) + "\n"


def _entries(arguments: Sequence[argparse.Action]) -> Iterator[str]:
    for each in arguments:
        yield ".TP"
        yield f".B {_roff(_spelt(each))}"
        yield _roff(_help(each)) or r"\&"


def _roff(words: str) -> str:
    """Words as roff reads them: no sign of it begins a line, and a hyphen can be pasted."""
    words = words.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("’", r"\(cq")
    for sign, name in {"“": "lq", "”": "rq", "–": "en", "…": "u2026"}.items():
        words = words.replace(sign, rf"\[{name}]")
    return rf"\&{words}" if words.startswith(".") else words


# What both pages show of a parser


def _command(parser: Parser, name: str) -> Parser:
    return (parser.commands or {})[name]


def _below(command: Parser) -> Iterator[tuple[Parser, str]]:
    """The commands of a command, with what each does."""
    handing = next((each for each in command.arguments if isinstance(each.choices, dict)), None)
    says = {each.dest: each.help for each in getattr(handing, "_choices_actions", ())}
    for name, each in (command.commands or {}).items():
        yield each, says.get(name) or ""


def _shown(parser: Parser) -> Sequence[argparse.Action]:
    """The arguments of a command itself that its help has a line for, less --help."""
    return [
        each
        for each in parser.arguments
        if each.help != argparse.SUPPRESS and each.dest != "help" and not isinstance(each.choices, dict)
    ]


def _options(parser: Parser) -> Sequence[argparse.Action]:
    """Those of the program, which every command takes."""
    return [each for each in parser.arguments if each.option_strings]


def _usage(command: Parser) -> str:
    words = [_spelt(each) for each in _shown(command) if not each.option_strings]
    options = ["[options]"] if any(each.option_strings for each in _shown(command)) else []
    return " ".join([command.prog, *options, *words])


def _spelt(argument: argparse.Action) -> str:
    takes = argument.metavar or argument.dest.upper()
    value = takes if isinstance(takes, str) else " ".join(takes)
    if not argument.option_strings:
        return f"[{value}]" if argument.nargs in ("*", "?") else value
    names = ", ".join(argument.option_strings)
    return names if argument.nargs == 0 else f"{names} {value}"


def _help(argument: argparse.Action) -> str:
    return (argument.help or "").replace("%%", "%")


if __name__ == "__main__":
    sys.stdout.write(manual_page() if sys.argv[1:] == ["man"] else commands_page())
