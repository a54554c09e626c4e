"""The command line: parse, hand over, say what went wrong, exit. The only reader of the clock."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from blocker.commands.program import read_words
from blocker.commands.registry import begin
from blocker.showing.printable import NARROWEST, as_json, error_document, harmless, in_encoding, wrapped
from blocker.values.errors import BlockerError, ConfigError, Temporary
from blocker.values.redaction import redacted

if TYPE_CHECKING:
    from blocker.commands.calling import Call

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is that of design section 5."""
    words = list(sys.argv[1:] if argv is None else argv)
    json_wanted = "--json" in words
    call: Call | None = None
    try:
        args = read_words(words)
        json_wanted = args.json
        call = begin(args, os.environ, _clock)
        return call.carry_out(_width())
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


def _width() -> int:
    """Cells across: COLUMNS, else the terminal's, else 80."""
    return max(NARROWEST, get_terminal_size((80, 24)).columns)


def _clock() -> datetime:
    return datetime.now().astimezone()


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
