"""The command line: parse, hand over, print, exit. The only reader of the clock, the only printer."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from importlib import import_module
from time import monotonic
from typing import TYPE_CHECKING, Any, TextIO

from blocker.commands.parser import read_words
from blocker.commands.waiting import Wait, waiting
from blocker.values.errors import BlockerError, ConfigError, Untold, UsageError

if TYPE_CHECKING:
    from blocker.commands import Answer, Command, Talk
    from blocker.config.load import Setup

INTERRUPTED = 130
# Control characters but for line ends and tabs, and those that turn the direction of writing.
STEERING = "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\r(?!\n)"
# What leaves everything as it is: nothing is lost with their answer.
LOOKING = ("plan", "load", "explain", "history", "report", "check", "config", "calibrate")
LOGGED = ("run", "rebalance", "skip", "undo", "leave")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is that of design section 5."""
    words = list(sys.argv[1:] if argv is None else argv)
    as_json = "--json" in words
    began = monotonic()
    args: argparse.Namespace | None = None
    try:
        args = read_words(words)
        args.began, args.address = began, args.calendar or ""
        as_json = args.json
        return _answer(args)
    except BlockerError as error:
        if not _said_before(args, error):
            _complain(error, as_json)
        if args is not None:
            _log_failure(args, error)
        return error.exit_code
    except KeyboardInterrupt:
        if args is not None:
            _log(args, INTERRUPTED, {"error": "interrupted"})
        sys.stderr.write("\ninterrupted; what was written is in the ledger, and it is safe to run again\n")
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        if os.environ.get("BLOCKER_DEBUG"):
            raise
        _complain(_unexpected(error), as_json)
        if args is not None:  # its own words may be anybody's
            _log_failure(args, BlockerError(f"a defect: {type(error).__name__}"))
        return BlockerError.exit_code


def _log(args: argparse.Namespace, code: int, told: Mapping[str, Any]) -> None:
    """One line for each command that works on a calendar; it has no titles in it unless they were asked for."""
    if args.command not in LOGGED or getattr(args, "dry_run", False):
        return
    from blocker.files.places import state_dir
    from blocker.running.journal import write_line

    took = f"{monotonic() - args.began:.1f}s"
    facts = {"command": args.command, "calendar": args.address, "exit": code, **told, "took": took}
    with suppress(BlockerError):  # no state folder, no log
        write_line(state_dir(os.environ), datetime.now().astimezone(), facts, args.log_json)


def _log_failure(args: argparse.Namespace, error: BlockerError) -> None:
    from blocker.running.journal import error_facts

    _log(args, error.exit_code, error_facts(error))


def _log_answer(args: argparse.Namespace, answer: Answer) -> None:
    if args.command in LOGGED and answer.logged is not None:
        from blocker.running.journal import plan_facts

        _log(args, answer.exit_code, {**plan_facts(answer.document, args.log_titles), **answer.logged})


def _said_before(args: argparse.Namespace | None, error: BlockerError) -> bool:
    """True for what cron has mailed already, and would mail every hour."""
    if args is None or not getattr(args, "cron", False):
        return False
    from blocker.commands.unattended import told_before
    from blocker.files.places import state_dir

    try:
        return told_before(state_dir(os.environ), error)
    except BlockerError:
        return False


def _unexpected(error: Exception) -> BlockerError:
    """A defect of ours, in one sentence; the traceback is there for those who ask for it."""
    if isinstance(error, OSError):
        where = f" {error.filename}" if error.filename else ""
        return BlockerError(
            f"the system said no{where}: {error.strerror or error}", "free space? rights? then run again"
        )
    return BlockerError(
        f"a defect in blocker: {type(error).__name__}: {error}",
        "set BLOCKER_DEBUG=1 and run again to see where",
    )


def _answer(args: argparse.Namespace) -> int:
    module, function = args.target.split(":")
    _import_structs()
    command: Command = getattr(import_module(f"blocker.commands.{module}"), function)
    with waiting(not (args.quiet or args.json), still=args.plain) as wait:
        setup = _setup(args, wait)
        args.address = setup.config.settings.calendar
        answer = command(args, setup, _talk(args, wait))
    _log_answer(args, answer)
    try:
        _print(answer, args)
    except BrokenPipeError:
        raise
    except OSError as problem:
        if args.command in LOOKING or getattr(args, "dry_run", False):
            raise
        raise Untold(
            f"it is done, but what came of it can't be printed: {problem.strerror or problem}",
            "blocker plan and blocker history show what stands",
        ) from None
    return answer.exit_code


def _import_structs() -> None:
    """Import msgspec without typing_extensions, of which it takes old names for what typing has as well.

    Importing those takes as long as starting the interpreter, where other packages brought them along.
    """
    if "typing_extensions" in sys.modules:
        return
    absent: Any = None  # Python's own way to say that there is no such module
    sys.modules["typing_extensions"] = absent
    try:
        import msgspec  # noqa: F401 - for those that come later
    finally:
        del sys.modules["typing_extensions"]


def _setup(args: argparse.Namespace, wait: Wait) -> Setup:
    from blocker.config.load import Setup, load_config
    from blocker.files.places import state_dir
    from blocker.wording.texts import TEXTS

    must_exist = args.command != "init"  # which writes the file that is named
    overrides = {"calendar": args.calendar}
    config = load_config(args.config, os.environ, overrides, shipped_texts=TEXTS, must_exist=must_exist)
    return Setup(config, state_dir(os.environ), _now(args.now), os.environ, wait.doing)


def _now(given: str | None) -> datetime:
    if given is None:
        return datetime.now().astimezone()
    try:
        return datetime.fromisoformat(given)
    except ValueError:
        raise UsageError(f"--now {given} is no date and time", "write it as 2026-11-23T06:30") from None


def _talk(args: argparse.Namespace, wait: Wait) -> Talk:
    from blocker.commands import Talk

    def say(line: str) -> None:
        with wait.quiet():
            sys.stderr.write(_writable(_harmless(line), sys.stderr.encoding) + "\n")

    def ask(lines: Sequence[str], question: str) -> bool:
        with wait.quiet():
            text = "\n".join([*lines, "", f"{question} [y/N] "])
            sys.stderr.write(_writable(_harmless(text), sys.stderr.encoding))
            sys.stderr.flush()
            return sys.stdin.readline().strip().lower() in ("y", "yes")

    def show(answer: Answer) -> None:
        with wait.quiet():
            sys.stderr.write(_shown(answer, args, sys.stderr) + "\n")

    can_ask = sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
    return Talk(say, ask if can_ask else None, show if can_ask else None)


def _print(answer: Answer, args: argparse.Namespace) -> None:
    if args.json and answer.document is not None:
        text = _json(answer.document)
    elif args.quiet and not answer.changed and answer.exit_code == 0:
        return
    else:
        text = _shown(answer, args, sys.stdout)
    if text:
        sys.stdout.write(_writable(text, sys.stdout.encoding) + "\n")
        sys.stdout.flush()


def _json(document: Mapping[str, Any]) -> str:
    """Readable, and nothing in it steers a terminal: JSON itself escapes only what is below a space."""
    import json

    text = json.dumps(document, ensure_ascii=False, indent=2)
    return text if _is_plain(text) else re.sub(STEERING, lambda found: f"\\u{ord(found[0]):04x}", text)


def _shown(answer: Answer, args: argparse.Namespace, stream: TextIO) -> str:
    """The answer's picture on a terminal, its lines elsewhere and where words were asked for."""
    text = None
    if answer.picture is not None and not args.plain and stream.isatty() and os.environ.get("TERM") != "dumb":
        from blocker.showing.paint import paint

        text = paint(answer.picture, stream, color=not args.no_color)
    return _harmless("\n".join(answer.lines)) if text is None else text


def _harmless(text: str) -> str:
    """Whatever came through to here of a calendar, an error or a server: it does not steer the terminal."""
    return text if _is_plain(text) else re.sub(STEERING, "\N{REPLACEMENT CHARACTER}", text)


def _is_plain(text: str) -> bool:
    """True for most texts: nothing that steers a terminal can be printed, so there is none to look for."""
    return text.replace("\n", "").replace("\t", "").isprintable()


def _complain(error: BlockerError, as_json: bool) -> None:
    if as_json:
        from blocker.showing.documents import error_document

        with suppress(OSError):  # it may be stdout that is full; stderr hears of it all the same
            sys.stdout.write(_json(error_document(error)) + "\n")
            sys.stdout.flush()
    with suppress(OSError):
        _complain_in_words(error)


def _complain_in_words(error: BlockerError) -> None:
    hint = f"\n  {error.hint}" if error.hint else ""
    said = _harmless(f"blocker: {error.message}{hint}")
    sys.stderr.write(_writable(said, sys.stderr.encoding) + "\n")
    if isinstance(error, ConfigError):
        for problem in error.problems:
            if problem not in error.message:
                sys.stderr.write(_harmless(f"  {problem}\n"))


def _writable(text: str, encoding: str | None) -> str:
    """What the terminal's encoding lacks (a C locale) is replaced rather than raised."""
    try:
        text.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        from blocker.showing.plan_text import to_ascii

        return to_ascii(text).encode(encoding or "utf-8", "replace").decode(encoding or "utf-8")
    return text
