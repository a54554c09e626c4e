"""The whole command line: every command with its parser, and ``--help`` by groups."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial

from blocker import __version__
from blocker.commands.parser import CommandParser, Parser, add_options
from blocker.commands.registry import COMMANDS, GROUPS, arguments_of

DESCRIPTION = """\
Keeps time to think on a busy leader's calendar: it sees how heavy each week is,
books protected blocks and half a day each quarter, and says why.
"""


def read_words(words: Sequence[str]) -> argparse.Namespace:
    """What the words of a command line mean. Raises UsageError for what it does not know.

    None at all ask for help, and so does the word itself: ``blocker help run``.
    """
    if not words or words[0] == "help":
        words = [*words[1:], "--help"]
    return program().parse_args(words)


def program(complete: bool = False) -> Parser:
    """The parser of the program, with one for each command.

    A command's own arguments are added when its words are read; ``complete`` adds those of all, for tools
    that make manual pages or completions of them.
    """
    parser = _Program(prog="blocker")
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, parser_class=CommandParser, prog="blocker"
    )
    for name, entry in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=entry.says,
            description=entry.says[0].upper() + entry.says[1:] + ".",
            fill=partial(_fill, name),
        )
        if complete:
            command.complete()
    return parser


def _fill(name: str, command: Parser) -> None:
    arguments_of(name)(command)


class _Program(Parser):
    """Its help shows the commands by group, where argparse would have one long list."""

    def __init__(self, prog: str) -> None:
        super().__init__(
            prog=prog,
            description=DESCRIPTION,
            epilog=_overview(),
            usage="blocker [options] COMMAND …",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        add_options(self)
        self.add_argument("--version", action="version", version=f"blocker {__version__}")

    def format_help(self) -> str:
        """The help of a program without commands: they are in its epilog."""
        return _Program(self.prog).format_help() if self.commands else super().format_help()


def _overview() -> str:
    """The commands by group, a line each."""
    lines = ["commands:"]
    for title, group in GROUPS.items():
        lines.append(f"  {title}")
        lines += [f"    {name:<10} {entry.says}" for name, entry in group.items()]
    return "\n".join([*lines, "", "blocker COMMAND --help says more."])
