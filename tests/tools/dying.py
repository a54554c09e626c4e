"""The real command line in processes that kill themselves (SIGKILL) at their Nth write point.

    python -m tests.tools.dying            # serves calls as JSON lines on stdin, each in a process of its own

A write point lies before and after every transaction of the ledger, every sync and rename of a file, and
every request to a server. ``dies_at`` 0 never dies. Each call is a fork of one that has loaded everything, so
that hundreds of deaths take seconds: a process killed there leaves what any process leaves.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.tools.places import ROOT


@dataclass(frozen=True)
class Death:
    """How a call ended: exit code, or minus the signal; the write points passed, if it lived; its stderr."""

    code: int
    points: int
    err: str


class Mortals:
    """The serving process, as tests hold it: ``call("run", "-y", dies_at=7)``."""

    def __init__(self, place: Path, **more: str) -> None:
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(place),
            "BLOCKER_STATE_DIR": str(place / "state"),
            "TZ": "UTC",
            **more,
        }
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.tools.dying"],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.communicate()

    def call(self, *words: str, dies_at: int = 0) -> Death:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps({"words": words, "dies_at": dies_at}) + "\n")
        self._server.stdin.flush()
        return Death(**json.loads(self._server.stdout.readline()))


class Fate:
    def __init__(self, dies_at: int) -> None:
        self.dies_at, self.passed = dies_at, 0

    def point(self) -> None:
        self.passed += 1
        if self.passed == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.point()
            result = function(*args, **kwargs)
            self.point()
            return result

        return wrapped


def mortal(fate: Fate) -> None:
    """From now on this process may die."""
    from blocker.calendars.caldav.wire import Wire as CalDavWire
    from blocker.calendars.google.wire import Wire
    from blocker.ledger.file import CalendarRows

    transaction = CalendarRows._transaction

    @contextmanager
    def dying(self: CalendarRows) -> Iterator[None]:
        if self._db.in_transaction:  # part of a larger step
            yield
            return
        fate.point()
        with transaction(self):
            yield
            fate.point()
        fate.point()

    CalendarRows._transaction = dying  # type: ignore[method-assign]
    Wire.send = fate.around(Wire.send)  # type: ignore[method-assign]
    CalDavWire._sent = fate.around(CalDavWire._sent)  # type: ignore[method-assign]
    Path.replace = fate.around(Path.replace)  # type: ignore[method-assign]
    Path.unlink = fate.around(Path.unlink)  # type: ignore[method-assign]
    os.fsync = fate.around(os.fsync)
    os.fchmod = fate.around(os.fchmod)


def serve() -> None:
    from blocker import cli
    from blocker.calendars.ics import backend as icsfile  # noqa: F401 - loaded once, for every fork
    from blocker.commands import daily, say, undoing  # noqa: F401

    for line in sys.stdin:
        asked = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.dup2(writing, 2)
            os.dup2(os.open(os.devnull, os.O_RDWR), 1)
            fate = Fate(asked["dies_at"])
            mortal(fate)
            code = cli.main(asked["words"])
            sys.stderr.write(f"\npoints={fate.passed}")
            sys.stderr.flush()
            os._exit(code)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            err = pipe.read().decode()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said, _, points = err.rpartition("\npoints=")
        answer: Mapping[str, Any] = {
            "code": status,
            "points": int(points) if said or points.isdecimal() else 0,
            "err": err,
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
