"""What one fact comes to in every form that programs write it in: ``kinds.txt`` is the table.

A line that begins with ``=`` names a fact. Each row below it is one form: its name, the user's zone (``-``: the
calendar's own) and perhaps ``strict`` for a person who doesn't count what is tentative or unanswered, the file, and
what is read of it in November 2026. In the file, `` + `` parts lines and `` ++ `` events; what comes before an event
of ``@`` is said by the calendar. What is read are days (``2``, or ``2-4`` with the last included) and times on
the user's clock, each group with its kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from blocker.calendars.ics.lexer import scan
from blocker.calendars.ics.reading import read_calendar
from blocker.measuring.classify import classify
from blocker.values.events import Event
from blocker.values.intervals import interval
from blocker.values.settings import Count, Settings

TABLE = (Path(__file__).parent / "kinds.txt").read_text(encoding="utf-8")
ME = ("me@example.org", "alias@example.net")
STRICT = Settings(count=Count(tentative=False, unanswered=False))
NOVEMBER = interval(datetime(2026, 10, 30, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))


def rows() -> Iterator[Any]:
    fact = ""
    for line in filter(None, map(str.strip, TABLE.splitlines())):
        if line.startswith("="):
            fact = line.strip("= ")
        elif not line.startswith("#"):
            form, how, file, expected = (part.strip() for part in line.split(" | "))
            yield pytest.param(how, file, expected, id=f"{fact}: {form}")


def content(file: str) -> bytes:
    head, _, events = file.rpartition("@ ")
    parts = []
    for event in events.split(" ++ "):
        lines = event.split(" + ")
        lines += [line for line in ("UID:a@x", "SUMMARY:It") if line.partition(":")[0] + ":" not in event]
        parts += ["BEGIN:VEVENT", *lines, "END:VEVENT"]
    lines = ["BEGIN:VCALENDAR", *filter(None, head.strip().split(" + ")), *parts, "END:VCALENDAR", ""]
    return "\r\n".join(lines).encode()


def when(event: Event, home: ZoneInfo) -> str:
    if event.dates is not None:
        first, last = event.dates[0], event.dates[1] - timedelta(days=1)
        return day(first) if first == last else f"{day(first)}-{day(last)}"
    start, end = event.when.start.astimezone(home), event.when.end.astimezone(home)
    return (
        f"{day(start.date())}T{start:%H:%M}-"
        + ("" if start.date() == end.date() else f"{day(end.date())}T")
        + f"{end:%H:%M}"
    )


def day(when: date) -> str:
    return str(when.day) if when.month == 11 else f"{when:%m/%d}"


@pytest.mark.parametrize(("how", "file", "expected"), list(rows()))
def test_form(how: str, file: str, expected: str) -> None:
    zone, _, strict = how.partition(" ")
    found = read_calendar(
        scan(content(file)), NOVEMBER, calendar="ics:t", zone=None if zone == "-" else zone, me=ME
    )
    home = ZoneInfo(found.zone or "UTC") if zone == "-" else ZoneInfo(zone)
    classified = classify(found.events, STRICT if strict else Settings())
    groups = groupby(classified, key=lambda item: item.kind)
    shown = [f"{kind} {' '.join(when(item.event, home) for item in items)}" for kind, items in groups]
    if zone == "-":
        shown.insert(0, found.zone or "none")
    assert ", ".join(shown) == expected
