"""``python -m blocker``, and the command itself: once the answer is given, the process ends."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

# Objects made before the first look for garbage: a plan makes values, none of which holds itself, and
# looking for such again and again takes a fifteenth of its time.
ENOUGH = 200_000


def start() -> NoReturn:
    """Run the command of the command line and leave with its exit code.

    Taking the interpreter apart in good order takes a tenth of a plan's time, and nothing waits for it: files
    and ledger are closed by then, and locks die with the process.
    """
    gc.set_threshold(ENOUGH)
    from blocker.cli import main  # only now: this makes objects too

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
        pass
    except (OSError, ValueError) as problem:
        if not code:  # else it was said already
            code = 1
            with suppress(OSError, ValueError):
                sys.stderr.write(f"blocker: the output can't be written: {problem}\n")
    with suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    start()
