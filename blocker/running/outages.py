"""When silence would be wrong: whether the daily run's failures are worth a person's attention.

One bad day is weather. Two failed or missed working days in a row are said, once, not daily.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from blocker.files.private import open_private, private_folder
from blocker.values.errors import BlockerError
from blocker.values.memory import Tried

LOUD_AFTER_DAYS = 2
TOLD = "told-"  # what was said last of a run that could not begin: the name of an empty file


class Outage(Struct, frozen=True):
    """The days without a successful run, oldest first, and the last day with one (None: never)."""

    days: tuple[date, ...]
    last_success: date | None

    @property
    def loud(self) -> bool:
        return len(self.days) >= LOUD_AFTER_DAYS

    @property
    def name(self) -> str:
        """The same for as long as the outage lasts, so that it is told once."""
        return f"outage since {self.days[0]}" if self.days else ""


def outage(tried: Iterable[Tried], today: date, is_due: Callable[[date], bool], today_failed: bool) -> Outage:
    """The outage that reaches up to today. ``is_due`` says on which days a run should have been.

    Days before the very first try don't count: nothing was set up yet. Today counts only if it failed.
    """
    known = sorted(tried, key=lambda one: one.day)
    good = [one.day for one in known if one.exit_code == 0 and one.day <= today]
    last = good[-1] if good else None
    if last is not None:
        day = last + timedelta(days=1)
    elif known:
        day = known[0].day
    else:
        day = today
    missing = []
    while day < today:
        if is_due(day):
            missing.append(day)
        day += timedelta(days=1)
    if today_failed and last != today:
        missing.append(today)
    return Outage(tuple(missing), last)


def told_before(state_dir: Path, error: BlockerError) -> bool:
    """True if cron's mail has said this very thing since the last success; from now on it has.

    This is for what keeps a run from even beginning (a broken config, a damaged ledger): cron looks every
    hour, and nobody wants to hear it fifteen times a day.
    """
    name = f"{TOLD}{sha256(f'{error.kind} {error.message}'.encode()).hexdigest()[:16]}"
    with suppress(OSError):  # where nothing can be remembered, once too often is better than never
        path = private_folder(state_dir) / name
        if path.exists():
            return True
        forget_told(state_dir)
        os.close(open_private(path, os.O_RDWR))  # its name is all: an empty file fits on a full disk
    return False


def forget_told(state_dir: Path) -> None:
    with suppress(OSError):
        for path in state_dir.glob(f"{TOLD}*"):
            path.unlink(missing_ok=True)
