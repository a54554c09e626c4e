"""One run at a time per calendar: a lock that dies with its process and never goes stale."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from blocker.files.private import open_private, private_folder
from blocker.values.errors import BlockerError, Temporary


@contextmanager
def only_run(state_dir: Path, calendar: str) -> Iterator[None]:
    """Hold the calendar's lock. Raises Temporary (exit 75) at once if another run holds it."""
    name = hashlib.sha256(calendar.encode()).hexdigest()[:16]
    try:
        path = private_folder(state_dir, "locks") / f"{name}.lock"
        os.close(open_private(path, os.O_RDWR))  # never through a link, whatever the library does
        lock = FileLock(path, timeout=0, mode=0o600)
        with lock:
            yield
    except Timeout as problem:
        raise Temporary(
            f"another run is working on {calendar}", "wait for it to end; the lock goes with its process"
        ) from problem
    except OSError as problem:
        raise BlockerError(
            f"the state folder {state_dir} can't be used: {problem.strerror or problem}",
            "set BLOCKER_STATE_DIR to a folder you can write",
        ) from problem
