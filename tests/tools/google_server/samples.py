"""Events written down briefly, for tests."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def timed(
    start: str = "2026-03-02T09:00:00+01:00", end: str = "2026-03-02T10:00:00+01:00", **more: Any
) -> Json:
    return {"start": {"dateTime": start}, "end": {"dateTime": end}, **more}


def all_day(first: str, after: str, **more: Any) -> Json:
    """From the first day to the day after the last."""
    return {"start": {"date": first}, "end": {"date": after}, **more}


def series(
    *rules: str,
    start: str = "2026-03-27T09:00:00",
    end: str = "2026-03-27T10:00:00",
    zone: str = "Europe/Berlin",
    **more: Any,
) -> Json:
    """A recurring event on the wall clock of a zone. By default from the Friday before summer time."""
    sides = {"start": {"dateTime": start, "timeZone": zone}, "end": {"dateTime": end, "timeZone": zone}}
    return {**sides, "recurrence": list(rules), **more}
