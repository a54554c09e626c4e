"""What strikes a run from outside: writes that fail, and kills at write points, by dice that can be repeated."""

from __future__ import annotations

import errno
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from blocker.calendars.caldav.wire import Wire as CalDavWire
from blocker.calendars.google.wire import Wire
from blocker.ledger.file import CalendarRows

LATEST_POINT = 30  # a kill comes at one of so many write points after it was armed


class Killed(BaseException):
    """The process ended here; nothing after this point happened."""


class Fate:
    """A write point lies on either side of each transaction, file write, rename and request."""

    def __init__(self, seed: int, rate: float) -> None:
        self._dice, self._rate = random.Random(seed), rate  # noqa: S311 - weather, no secret
        self._left = 0
        self.writes = self.faults = self.kills = 0

    def arm(self) -> None:
        """The next run dies at a write point; one that ends before leaves it to the run after it."""
        if self._left <= 0:
            self._left = self._dice.randint(1, LATEST_POINT)

    def clear(self) -> None:
        """The weather is fine from now on."""
        self._rate, self._left = 0.0, 0

    def point(self) -> None:
        self._left -= 1
        if self._left == 0:
            self.kills += 1
            raise Killed

    def write(self, failure: Callable[[], Exception]) -> None:
        self.writes += 1
        if self._rate and self._dice.random() < self._rate:
            self.faults += 1
            raise failure()

    def full_disk(self) -> Exception:
        number = self._dice.choice((errno.ENOSPC, errno.EIO, errno.EDQUOT))
        return OSError(number, os.strerror(number))


def no_write() -> Exception:
    """What SQLite says of a disk that is full."""
    problem = sqlite3.OperationalError("database or disk is full")
    problem.sqlite_errorcode = sqlite3.SQLITE_FULL
    return problem


@contextmanager
def striking(fate: Fate) -> Iterator[None]:
    """Every write of this process goes through ``fate``."""
    transaction, sync, rename, send = CalendarRows._transaction, os.fsync, Path.replace, Wire.send
    unlink, ask = Path.unlink, CalDavWire._sent

    @contextmanager
    def mortal(self: CalendarRows) -> Iterator[None]:
        if self._db.in_transaction:  # part of a larger step
            yield
            return
        fate.point()
        with transaction(self):
            fate.write(no_write)
            yield
            fate.point()
        fate.point()

    def around(function: Callable[..., Any], failure: Callable[[], Exception] | None) -> Callable[..., Any]:
        def struck(*args: Any, **kwargs: Any) -> Any:
            fate.point()
            if failure is not None:
                fate.write(failure)
            result = function(*args, **kwargs)
            fate.point()
            return result

        return struck

    CalendarRows._transaction = mortal  # type: ignore[method-assign]
    os.fsync = around(sync, fate.full_disk)
    Path.replace = around(rename, fate.full_disk)  # type: ignore[method-assign]
    Path.unlink = around(unlink, None)  # type: ignore[method-assign]
    Wire.send = around(send, None)  # type: ignore[method-assign]
    CalDavWire._sent = around(ask, None)  # type: ignore[method-assign]
    try:
        yield
    finally:
        CalendarRows._transaction, os.fsync, Path.replace, Wire.send = transaction, sync, rename, send  # type: ignore[method-assign]
        Path.unlink, CalDavWire._sent = unlink, ask  # type: ignore[method-assign]
