"""The command line: parse, hand over, print, exit. The only reader of the clock, the only printer."""

from __future__ import annotations

import argparse
import os
import select
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from getpass import getpass
from shutil import get_terminal_size
from typing import TYPE_CHECKING, TextIO

from blocker.commands import Answer, Talk
from blocker.commands.program import read_words
from blocker.commands.registry import begin, painted
from blocker.commands.waiting import Wait, waiting
from blocker.showing.printable import NARROWEST, as_json, error_document, harmless, in_encoding, wrapped
from blocker.values.errors import BlockerError, ConfigError, Interrupted, Temporary, Untold, UsageError
from blocker.values.redaction import redacted
from blocker.values.workweek import YEARS_OF_NOW

if TYPE_CHECKING:
    from blocker.commands.calling import Call

INTERRUPTED = 130
# What leaves everything as it is: nothing is lost with their answer.
LOOKING = ("plan", "load", "explain", "history", "report", "check", "config", "calibrate")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is that of design section 5."""
    words = list(sys.argv[1:] if argv is None else argv)
    json_wanted = "--json" in words
    call: Call | None = None
    try:
        args = read_words(words)
        json_wanted = args.json
        call = begin(args, os.environ, _clock)
        return _answer(call)
    except BlockerError as error:
        if call is None or not call.said_before(error):
            _complain(error, json_wanted)
        if call is not None:
            call.log_failure(error)
        return error.exit_code
    except KeyboardInterrupt:
        if call is not None:
            call.log(INTERRUPTED, {"error": "interrupted"})
        sys.stderr.write("\ninterrupted; what was written is remembered, and it is safe to run again\n")
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        if os.environ.get("BLOCKER_DEBUG"):
            raise
        said = _unexpected(error)
        _complain(said, json_wanted)
        if call is not None:  # its own words may be anybody's
            defect = BlockerError(f"a defect: {type(error).__name__}")
            call.log_failure(said if isinstance(said, Temporary) else defect)
        return said.exit_code


def _unexpected(error: Exception) -> BlockerError:
    """A defect of ours, in one sentence; the traceback is there for those who ask for it."""
    if isinstance(error, OSError):
        where = f" {error.filename}" if error.filename else ""
        return BlockerError(
            f"the system refused{where}: {error.strerror or error}",
            "check free space and permissions, then run again",
        )
    if isinstance(error, MemoryError):
        return Temporary("there is not enough memory for this", "close something else, then run again")
    return BlockerError(
        f"a defect in blocker: {type(error).__name__}: {redacted(str(error))}",
        "set BLOCKER_DEBUG=1 and run again to see where",
    )


def _answer(call: Call) -> int:
    args = call.args
    with waiting(not (args.quiet or args.json), still=args.plain) as wait:
        answer = call.answer(_now(args.now), _talk(args, wait), wait.doing)
    try:
        _print(answer, args)
    except BrokenPipeError:
        raise
    except OSError as problem:
        if args.command in LOOKING or getattr(args, "dry_run", False):
            raise
        raise Untold(
            f"it is done, but what came of it can't be printed: {problem.strerror or problem}",
            "blocker plan and blocker history show what is on the calendar",
        ) from None
    return answer.exit_code


def _width() -> int:
    """Cells across: COLUMNS, else the terminal's, else 80."""
    return max(NARROWEST, get_terminal_size((80, 24)).columns)


def _clock() -> datetime:
    return datetime.now().astimezone()


def _now(given: str | None) -> datetime:
    if given is None:
        return _clock()
    try:
        now = datetime.fromisoformat(given)
    except ValueError:
        raise UsageError(f"--now {given} is not a date and time", "write it as 2026-11-23T06:30") from None
    if now.year not in YEARS_OF_NOW:
        raise UsageError(
            f"--now {given} is too far away",
            f"name a time in the years from {YEARS_OF_NOW[0]} to {YEARS_OF_NOW[-1]}",
        )
    return now


def _talk(args: argparse.Namespace, wait: Wait) -> Talk:
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
            sys.stderr.write(_shown(answer, args, sys.stderr) + "\n")

    def prompt(question: str, *, hidden: bool = False) -> str:
        with wait.quiet():
            answer = typed(on_screen([f"{question}:"]), hidden=hidden)
            return answer.rstrip("\r\n") if hidden else answer.strip()

    width = _width()
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


def _print(answer: Answer, args: argparse.Namespace) -> None:
    if args.json and answer.document is not None:
        text = as_json(answer.document)
    elif args.quiet and not answer.changed and answer.exit_code == 0:
        return
    else:
        text = _shown(answer, args, sys.stdout)
    if text:
        sys.stdout.write(in_encoding(text, sys.stdout.encoding) + "\n")
        sys.stdout.flush()


def _shown(answer: Answer, args: argparse.Namespace, stream: TextIO) -> str:
    """The answer's picture on a terminal, its lines elsewhere and where words were asked for."""
    if answer.picture is not None and not args.plain and stream.isatty() and os.environ.get("TERM") != "dumb":
        text = painted(answer.picture, stream, color=not args.no_color)
        if text is not None:
            return text
    lines = answer.lines if answer.verbatim else wrapped(answer.lines, _width())
    return harmless("\n".join(lines))


def _complain(error: BlockerError, json_wanted: bool) -> None:
    if json_wanted:
        with suppress(OSError):  # it may be stdout that is full; stderr hears of it all the same
            sys.stdout.write(as_json(error_document(error)) + "\n")
            sys.stdout.flush()
    with suppress(OSError):
        _complain_in_words(error)


def _complain_in_words(error: BlockerError) -> None:
    hint = f"\n  {error.hint}" if error.hint else ""
    said = harmless("\n".join(wrapped(f"blocker: {error.message}{hint}".split("\n"), _width())))
    sys.stderr.write(in_encoding(said, sys.stderr.encoding) + "\n")
    if isinstance(error, ConfigError):
        for problem in error.problems:
            if problem not in error.message:
                sys.stderr.write(harmless(f"  {problem}\n"))
