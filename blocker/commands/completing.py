"""``completion``: what makes a shell finish our commands and options on Tab. Made of the parser, so that nothing is forgotten."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import shtab

from blocker.commands.answer import Answer, Talk
from blocker.commands.parser import Parser
from blocker.commands.program import program
from blocker.running.session import Setup

SHELLS = ("bash", "zsh", "fish")


def add_completion(command: Parser) -> None:
    command.add_argument("shell", choices=SHELLS, metavar="SHELL", help="bash, zsh or fish")
    command.set_defaults(work=completion)


def completion(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """The script for a shell; it runs nothing of ours when Tab is pressed."""
    parser = program(complete=True)
    for each in every_parser(parser):
        for action in each.arguments:
            if action.type is Path:
                action.complete = shtab.FILE  # type: ignore[attr-defined] # what shtab looks for
    script = shtab.complete(parser, args.shell)
    return Answer(script.splitlines(), {"schema": 1, "shell": args.shell, "script": script}, verbatim=True)


def every_parser(parser: Parser) -> Iterator[Parser]:
    """A parser, and those of all of its commands."""
    yield parser
    for command in (parser.commands or {}).values():
        yield from every_parser(command)
