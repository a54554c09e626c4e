"""``python -m blocker``, and the command itself: streams that may be closed, and the exit code."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, TextIO

from blocker.cli import main


def start() -> NoReturn:
    """Run the command of the command line and leave with its exit code."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever called: what is said goes nowhere
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open to the end
    try:
        code = main()
    except SystemExit as done:  # the end of --help and --version
        code = done.code if isinstance(done.code, int) else 0
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _give_up(sys.stdout)
    except (OSError, ValueError) as problem:
        _give_up(sys.stdout)
        if not code:  # else it was said already
            code = 1
            with suppress(OSError, ValueError):
                sys.stderr.write(f"blocker: the output can't be written: {problem}\n")
    try:
        sys.stderr.flush()
    except (OSError, ValueError):
        _give_up(sys.stderr)
    sys.exit(code)


def _give_up(stream: TextIO) -> None:
    """What is left of a stream that takes no more goes nowhere: at its end the interpreter would complain of it."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    start()
