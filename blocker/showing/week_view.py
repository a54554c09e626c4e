"""A week as people look at it: days with what is on them, on the clock of the wall, before and after a plan.

Both pictures of a week, the terminal's and the report's, are drawn from these values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from blocker.measuring.days import Day
from blocker.rules.survey import Survey
from blocker.showing.plan_text import change_title, clean
from blocker.values.intervals import Interval, clip, minutes, subtract
from blocker.values.kinds import IGNORED
from blocker.values.plan import Change, Classified, Plan, Unplaced, WeekLoad, WeekPlan
from blocker.values.request import Request
from blocker.values.workweek import Week, WorkWeek

DAY_MINUTES = 24 * 60
BEFORE, AFTER, BOTH = "before", "after", "both"


class Item(Struct, frozen=True):
    """An event or a block on one day; ``start`` and ``end`` are minutes from midnight.

    ``sign`` is empty for an event; for a block it says what becomes of it: ``+`` new, ``~`` moved
    here, ``-`` given up here, ``=`` stays, ``!`` stays in conflict. ``side`` says in which of the two
    pictures it is.
    """

    start: int
    end: int
    kind: str
    title: str
    side: str = BOTH
    sign: str = ""
    key: str = ""

    @property
    def minutes(self) -> int:
        return self.end - self.start


class DayView(Struct, frozen=True):
    """One day. ``lunch`` is where it fits beside the plan's blocks."""

    date: date
    hours: tuple[tuple[int, int], ...]
    away: str
    items: tuple[Item, ...]
    lunch: tuple[int, int] | None
    operational_minutes: int
    now: int | None = None  # the minute that it is; None on every day but today

    def side(self, side: str) -> tuple[Item, ...]:
        """What is on the day in one of the pictures."""
        return tuple(item for item in self.items if item.side in (side, BOTH))


class WeekView(Struct, frozen=True):
    """One week: its load, its days, the changes in it and what found no place in it."""

    load: WeekLoad
    floor: str
    days: tuple[DayView, ...]
    changes: tuple[Change, ...]
    missing: tuple[Unplaced, ...]
    running: bool
    today: date

    @property
    def is_near(self) -> bool:
        """True for this week and the next, which have names."""
        return any(self.load.holds(self.today + timedelta(weeks=n)) for n in (0, 1))

    @property
    def week(self) -> Week:
        return self.load.week

    @property
    def changed(self) -> bool:
        return any(change.writes for change in self.changes)

    def shown_days(self) -> tuple[DayView, ...]:
        """The days with working hours, and others with a block of ours."""
        return tuple(day for day in self.days if day.hours or any(item.sign for item in day.items))


def week_views(plan: Plan, seen: Survey, request: Request) -> tuple[WeekView, ...]:
    """Every week of the plan."""
    return tuple(week_view(week, plan, seen, request) for week in plan.weeks)


def week_view(week: WeekPlan, plan: Plan, seen: Survey, request: Request) -> WeekView:
    """One week, in the plan's horizon or not."""
    number, workweek = week.load.week, request.workweek
    dates = [day for day in workweek.days_seen(number) if day in seen.days]
    span = workweek.span(dates[0], dates[-1] + timedelta(days=1))
    changes = tuple(
        change
        for change in plan.changes
        if change.action not in ("forget", "tombstone")
        and (change.slot.overlaps(span) or (change.was is not None and change.was.overlaps(span)))
    )
    events = [
        item
        for item in seen.classified
        if item.kind != IGNORED and item.event.dates is None and item.event.when.overlaps(span)
    ]
    local = workweek.local(request.now)
    days = tuple(
        replace(
            _day(seen.days[day], events, changes, workweek),
            now=local.hour * 60 + local.minute if day == local.date() else None,
        )
        for day in dates
    )
    return WeekView(
        load=week.load,
        floor=week.floor,
        days=days,
        changes=changes,
        missing=tuple(item for item in plan.unplaced if f"/{number}/" in item.key),
        running=week.load.holds(workweek.date_of(request.now)),
        today=workweek.date_of(request.now),
    )


def _day(day: Day, events: Sequence[Classified], changes: Sequence[Change], workweek: WorkWeek) -> DayView:
    zone, span = workweek.zone, workweek.span(day.date, day.date + timedelta(days=1))
    items = [
        Item(*wall_minutes(item.event.when, day.date, zone), item.kind, clean(item.event.shown_title))
        for item in events
        if item.event.when.overlaps(span)
    ]
    after: list[Interval] = []
    for change in changes:
        for when, side, sign in _sides(change):
            if when.overlaps(span):
                title = clean(change_title(change))
                start, end = wall_minutes(when, day.date, zone)
                items.append(Item(start, end, change.kind, title, side, sign, change.key))
                if side in (AFTER, BOTH):
                    after.append(when)
    return DayView(
        date=day.date,
        hours=tuple(wall_minutes(part, day.date, zone) for part in day.hours),
        away=clean(day.away or ""),
        items=tuple(sorted(items, key=lambda item: (item.start, -item.end, item.title))),
        lunch=_lunch(day, after, zone),
        operational_minutes=round(sum(minutes(clip(day.operational, part)) for part in day.working)),
    )


def _sides(change: Change) -> Iterable[tuple[Interval, str, str]]:
    """Where a block is before and after: slot, picture, sign."""
    if (change.block and change.block.dates) or (change.standing and change.standing.dates):
        return  # an all-day note takes no time
    if change.action == "create":
        yield change.slot, AFTER, "+"
    elif change.action == "remove":
        yield change.slot, BEFORE, "-"
    elif change.action == "move" and change.was is not None:
        yield change.was, BEFORE, "-"
        yield change.slot, AFTER, "~"
    else:
        yield change.slot, BOTH, "!" if change.conflict else "="


def _lunch(day: Day, blocks: Sequence[Interval], zone: ZoneInfo) -> tuple[int, int] | None:
    """The first place for lunch beside events and blocks."""
    if day.lunch is None or day.lunch_window is None:
        return None
    length = timedelta(minutes=day.lunch_minutes)
    for gap in clip(subtract(day.working, [*day.busy_at_lunch, *blocks]), day.lunch_window):
        if gap.end - gap.start >= length:
            return wall_minutes(Interval(gap.start, gap.start + length), day.date, zone)
    return None


def wall_minutes(when: Interval, day: date, zone: ZoneInfo) -> tuple[int, int]:
    """An interval's part of a day as minutes from its midnight, as clocks there show them."""

    def minute(instant: datetime) -> int:
        local = instant.astimezone(zone)
        if local.date() != day:
            return 0 if local.date() < day else DAY_MINUTES
        return local.hour * 60 + local.minute

    start, end = minute(when.start), minute(when.end)
    return start, max(end, start + 5)  # the night the clocks go back may turn a short one round
