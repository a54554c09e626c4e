"""Calendars and requests made by hand for the tests: small, named, and the same on every machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from blocker.values.events import Event, Snapshot, StandingBlock
from blocker.values.intervals import Interval, interval
from blocker.values.memory import Memory
from blocker.values.request import Request
from blocker.values.settings import DEFAULT_HOURS, DEFAULT_LUNCH, Settings
from blocker.values.workweek import Week, WorkWeek, week_of

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 2)  # 2026-W45, five ordinary weeks before Advent


def workweek(zone: ZoneInfo = BERLIN, holidays: Mapping[date, str] | None = None) -> WorkWeek:
    return WorkWeek(zone, DEFAULT_HOURS, DEFAULT_LUNCH, holidays or {})


def at(day: date, clock: str, zone: ZoneInfo = BERLIN) -> datetime:
    """``09:30`` on a day, as a UTC instant."""
    hour, minute = clock.split(":")
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=zone).astimezone(UTC)


def slot(day: date, start: str, end: str, zone: ZoneInfo = BERLIN) -> Interval:
    return interval(at(day, start, zone), at(day, end, zone))


def meeting(
    day: date, start: str, end: str, uid: str = "", title: str = "Meeting", zone: ZoneInfo = BERLIN
) -> Event:
    return Event(uid or f"{title}-{day}-{start}", "memory:", title, slot(day, start, end, zone))


def week_days(monday: date) -> list[date]:
    return [monday + timedelta(days=n) for n in range(5)]


def request(
    events: Iterable[Event] = (),
    blocks: Iterable[StandingBlock] = (),
    *,
    now: datetime | None = None,
    memory: Memory | None = None,
    settings: Settings | None = None,
    policy: str = "run",
    week: Week | None = None,
    complete: bool = True,
    zone: ZoneInfo = BERLIN,
) -> Request:
    now = now or at(MONDAY, "06:30", zone)
    work = workweek(zone)
    today = work.date_of(now)
    window = interval(now - timedelta(weeks=14), now + timedelta(weeks=27))
    events, blocks = tuple(events), tuple(blocks)
    return Request(
        now=now,
        policy=policy,
        week=week or week_of(today),
        settings=settings or Settings(),
        workweek=work,
        snapshot=Snapshot(
            "memory:",
            window,
            events,
            blocks,
            zone.key,
            complete=complete,
            components=len(events) + len(blocks),
        ),
        others=(),
        memory=memory or Memory(),
    )
