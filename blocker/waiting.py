"""A sign of life on the terminal while something takes long; nothing at all anywhere else."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 1.0  # seconds before anything is said
_STEPS = ("working", "working.", "working..", "working...")


class Wait:
    """Writes ``working…`` on stderr, over and over on the same line, until it is told to stop."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self._turn = threading.Lock()
        self._shown = False
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()
        self._wipe()

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Hold back while somebody else writes, or waits for an answer."""
        with self._turn:
            self._wipe()
            yield

    def _tick(self) -> None:
        step = 0
        while not self._done.wait(PATIENCE if step == 0 else 0.4):
            with self._turn:
                if self._done.is_set():
                    return
                sys.stderr.write(f"\r{_STEPS[step % len(_STEPS)]:<10}")
                sys.stderr.flush()
                self._shown = True
            step += 1

    def _wipe(self) -> None:
        if self._shown:
            sys.stderr.write("\r" + " " * 10 + "\r")
            sys.stderr.flush()
            self._shown = False


@contextmanager
def waiting(wanted: bool) -> Iterator[Wait]:
    """Show that work goes on, where a person may be looking at it."""
    wait = Wait()
    if wanted and sys.stderr is not None and sys.stderr.isatty():
        wait.start()
    try:
        yield wait
    finally:
        wait.stop()
