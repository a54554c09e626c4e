"""The terminal that a command is called from, or what stands in its place: what is asked, answered and shown there."""

from __future__ import annotations

import os
import select
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from getpass import getpass
from typing import TextIO

from blocker.commands.answer import Answer, Talk
from blocker.commands.registry import painted
from blocker.commands.waiting import Wait
from blocker.showing.printable import as_json, harmless, in_encoding, wrapped
from blocker.values.errors import Interrupted


def talk_with(args: Namespace, wait: Wait, width: int) -> Talk:
    """How a command speaks with whoever is there: ``width`` is that of the screen, in cells."""

    def say(line: str) -> None:
        with wait.quiet():
            said = harmless("\n".join(wrapped(line.split("\n"), width)))
            sys.stderr.write(in_encoding(said, sys.stderr.encoding) + "\n")

    def typed(question: str, *, hidden: bool = False) -> str:
        """The line as it was typed, with its end; "" where none is to come. Raises Interrupted."""
        question = in_encoding(harmless(question), sys.stderr.encoding)
        try:
            if hidden:
                with suppress(EOFError):
                    return getpass(question, sys.stderr) + "\n"
                return ""
            sys.stderr.write(question)
            sys.stderr.flush()
            return sys.stdin.readline()
        except KeyboardInterrupt:
            sys.stderr.write("\n")
            raise Interrupted("interrupted at the question: nothing was done") from None

    def on_screen(question: Sequence[str]) -> str:
        """A question in lines that fit, with room for the answer behind it."""
        return "\n".join(wrapped(question, width)) + " "

    def read(question: str) -> str:
        """The answer in small letters; "" where none is to come."""
        answer = typed(question)
        return (answer.strip().lower() or " ") if answer else ""

    def ask(lines: Sequence[str], question: str) -> bool:
        with wait.quiet():
            return read(on_screen([*lines, "", f"{question} [y]es, [n]o:"])) in ("y", "yes")

    def choose(question: str, answers: Mapping[str, str]) -> str:
        with wait.quiet():
            offer = ", ".join(word.replace(letter, f"[{letter}]", 1) for letter, word in answers.items())
            while answer := read(on_screen(f"{question} {offer}:".split("\n"))):
                for letter, word in answers.items():
                    if answer in (letter, word):
                        return letter
            return ""

    def show(answer: Answer) -> None:
        with wait.quiet():
            sys.stderr.write(_shown(answer, args, sys.stderr, width) + "\n")

    def prompt(question: str, *, hidden: bool = False) -> str:
        with wait.quiet():
            answer = typed(on_screen([f"{question}:"]), hidden=hidden)
            return answer.rstrip("\r\n") if hidden else answer.strip()

    if sys.stdin is None or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return Talk(say, None, width=width, typed=_typed())
    return Talk(say, ask, show, choose, width, _typed(), prompt)


def _typed() -> Callable[[float], str | None] | None:
    """Standard input, line by line, without waiting for longer than asked; None where that can't be done."""
    try:
        source = sys.stdin.fileno() if os.name == "posix" else None
    except (OSError, ValueError, AttributeError):
        source = None
    if source is None:
        return None
    kept = bytearray()

    def line(seconds: float) -> str | None:
        if select.select([source], [], [], seconds)[0]:
            more = os.read(source, 4096)
            kept.extend(more)
            if not more:
                rest = bytes(kept)
                kept.clear()
                return rest.decode("utf-8", "replace")
        end = kept.find(b"\n") + 1
        whole = bytes(kept[:end])
        del kept[:end]
        return whole.decode("utf-8", "replace") if whole else None

    return line


def put(answer: Answer, args: Namespace, width: int) -> None:
    """Write an answer on stdout, in the form that was asked for."""
    if args.json and answer.document is not None:
        text = as_json(answer.document)
    elif args.quiet and not answer.changed and answer.exit_code == 0:
        return
    else:
        text = _shown(answer, args, sys.stdout, width)
    if text:
        sys.stdout.write(in_encoding(text, sys.stdout.encoding) + "\n")
        sys.stdout.flush()


def _shown(answer: Answer, args: Namespace, stream: TextIO, width: int) -> str:
    """The answer's picture on a terminal, its lines elsewhere and where words were asked for."""
    if answer.picture is not None and not args.plain and stream.isatty() and os.environ.get("TERM") != "dumb":
        text = painted(answer.picture, stream, color=not args.no_color)
        if text is not None:
            return text
    lines = answer.lines if answer.verbatim else wrapped(answer.lines, width)
    return harmless("\n".join(lines))
