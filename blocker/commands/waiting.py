"""What is being done, on the terminal while it takes long; nothing at all anywhere else."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

PATIENCE = 1.0  # seconds before anything is said
STEP = 0.4  # seconds between two looks of the line
_DOTS = ("", ".", "..", "...")


class Wait:
    """Where nobody looks: nothing is said, and nothing is in the way of those who write."""

    def doing(self, words: str) -> None:
        """Say this from now on, such as ``reading the calendar``."""

    def quiet(self) -> AbstractContextManager[None]:
        """Hold back while somebody else writes, or waits for an answer."""
        return nullcontext()


class _Telling(Wait):
    """Writes what is being done on stderr, over and over on the same line, until it is told to stop.

    ``still`` is for those who listen to the terminal: each thing is said once, on a line of its own.
    """

    def __init__(self, still: bool) -> None:
        self._done = threading.Event()
        self._turn = threading.Lock()
        self._words = "working"
        self._shown = 0  # cells of the line that stands there
        self._interrupted = False  # somebody wrote or was asked: that is not overwritten at once
        self._still = still
        self._thread = threading.Thread(target=self._tick, daemon=True)
        self._thread.start()

    def doing(self, words: str) -> None:
        self._words = words

    def stop(self) -> None:
        self._done.set()
        self._thread.join()
        self._wipe()

    @contextmanager
    def quiet(self) -> Iterator[None]:
        with self._turn:
            self._wipe()
            self._interrupted = True
            yield

    def _tick(self) -> None:
        step, said = 0, ""
        while not self._done.wait(PATIENCE if step == 0 else STEP):
            words = _fitting(self._words)
            with self._turn:
                if self._done.is_set():
                    return
                if self._interrupted:
                    step, self._interrupted = 0, False
                    continue
                if not self._still:
                    self._draw(words + _DOTS[step % len(_DOTS)])
                elif words != said:
                    sys.stderr.write(f"{words}\n")
                    sys.stderr.flush()
            step, said = step + 1, words

    def _draw(self, line: str) -> None:
        sys.stderr.write(f"\r{line:<{self._shown}}")
        sys.stderr.flush()
        self._shown = max(self._shown, len(line))

    def _wipe(self) -> None:
        if self._shown:
            sys.stderr.write("\r" + " " * self._shown + "\r")
            sys.stderr.flush()
            self._shown = 0


def _fitting(words: str) -> str:
    """Plain letters on one line of the terminal: addresses come from a config, which may hold anything."""
    try:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        columns = 80
    plain = "".join(letter if " " <= letter <= "~" else "?" for letter in words)
    most = max(10, columns - len(_DOTS[-1]) - 1)
    return plain if len(plain) <= most else plain[: most - 3] + "..."


@contextmanager
def waiting(wanted: bool, still: bool = False) -> Iterator[Wait]:
    """Show what goes on, where a person may be looking at it."""
    if not wanted or sys.stderr is None or not sys.stderr.isatty():
        yield Wait()
        return
    telling = _Telling(still or os.environ.get("TERM") == "dumb")
    try:
        yield telling
    finally:
        telling.stop()
