"""Small makers for tests of the core: events by wall clock, and the default working week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from blocker.measuring.classify import classify
from blocker.measuring.days import build_days
from blocker.measuring.measures import measure, week_load
from blocker.values.events import Event
from blocker.values.intervals import Interval, interval
from blocker.values.plan import Classified, WeekLoad
from blocker.values.settings import Settings
from blocker.values.workweek import DAY, Week, WorkWeek, parse_week

DEFAULTS = Settings()
NUMBERS = count(1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def work(zone: str = "Europe/Berlin", holidays: Mapping[date, str] | None = None, **changes: Any) -> WorkWeek:
    """The default working week in a zone: 09:00–17:30, lunch of an hour, Monday to Friday."""
    week = WorkWeek(ZoneInfo(zone), DEFAULTS.hours, DEFAULTS.lunch, holidays or {})
    return replace(week, **changes)


def when(text: str, week: Week, zone: ZoneInfo) -> Interval:
    """``"mon 09:00-10:30"`` in a week; an end not after the start is on the next day."""
    weekday, _, times = text.partition(" ")
    first, _, last = times.partition("-")
    day = week.monday + WEEKDAYS.index(weekday) * DAY
    start = datetime.fromisoformat(f"{day} {first}")
    end = datetime.fromisoformat(f"{day} {last}")
    if end <= start:
        end += timedelta(days=1)
    return interval(start.replace(tzinfo=zone), end.replace(tzinfo=zone))


def event(
    title: str = "Meeting", slot: Interval | None = None, days: tuple[date, date] | None = None, **more: Any
) -> Event:
    """A timed event (Monday of 2026-W48, 09:00 UTC for an hour, if nothing is said) or an all-day one."""
    if days is not None:
        slot = work().span(*days)
    uid = more.pop("uid", f"event-{next(NUMBERS)}")
    slot = slot or when("mon 09:00-10:00", parse_week("2026-W48"), ZoneInfo("UTC"))
    return Event(
        uid=uid, calendar=more.pop("calendar", "ics:me.ics"), title=title, when=slot, dates=days, **more
    )


def events_in(
    week: Week, workweek: WorkWeek, texts: Iterable[str], settings: Settings = DEFAULTS
) -> tuple[Classified, ...]:
    """Classified events from lines such as ``"mon 09:00-10:00 Standup"``.

    After the title, ``+`` gives it another attendee, ``*`` makes it recurring.
    """
    found = []
    for text in texts:
        weekday, times, *title = text.split(" ", 2)
        name = title[0] if title else "Meeting"
        found.append(
            event(
                name.rstrip("+* "),
                when(f"{weekday} {times}", week, workweek.zone),
                attendees=("other@example.org",) if "+" in name else (),
                recurring="*" in name,
            )
        )
    return classify(found, settings)


def measured(
    week: str, texts: Iterable[str], workweek: WorkWeek | None = None, extra_hours: float = 0.0
) -> dict[str, float]:
    """The measures of a week that holds these events."""
    workweek, the_week = workweek or work(), parse_week(week)
    events = events_in(the_week, workweek, texts)
    days = build_days(workweek, the_week.days, events)
    return measure(list(days.values()), events, workweek, extra_hours)


def loaded(
    week: str, texts: Iterable[str] = (), workweek: WorkWeek | None = None, after: datetime | None = None
) -> WeekLoad:
    """A week measured and not judged, as seen from before it began."""
    workweek, the_week = workweek or work(), parse_week(week)
    events = events_in(the_week, workweek, texts)
    days = list(build_days(workweek, the_week.days, events).values())
    start = workweek.week_span(the_week).start
    return week_load(the_week, days, events, workweek, after or start)
