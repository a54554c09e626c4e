"""When silence would be wrong: whether the daily run's failures are worth a person's attention.

One bad day is weather. Two failed or missed working days in a row are said, once, not daily.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from msgspec import Struct

from blocker.values.memory import Tried

LOUD_AFTER_DAYS = 2


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
