"""Keys of blocks: readable, and always the same for the same thing."""

from __future__ import annotations

from blocker.values.intervals import Interval
from blocker.values.workweek import Week, WorkWeek, parse_week, week_of


def key_week(key: str, slot: Interval, workweek: WorkWeek) -> Week:
    """The week a block counts for: that of its key, or of its slot where the key names a quarter."""
    part = key.split("/")[1]
    try:
        return parse_week(part)
    except ValueError:
        return week_of(workweek.date_of(slot.start))
