"""What a week holds, measured: design 4.2. Blocks of ours are never among the events.

Two of the sources named below: Microsoft, "Research proves your brain needs breaks" (Human Factors Lab,
2021), and Clockwise's published definition of focus time (a free stretch of two hours or more).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property

from msgspec import Struct

from blocker.measuring.days import Day
from blocker.values.events import TRAVEL, Event
from blocker.values.intervals import (
    Interval,
    clip,
    doubly_covered,
    intersect,
    merge,
    minutes,
    subtract,
    touching,
)
from blocker.values.kinds import FRONTLINE, LEARNING, OPERATIONAL, STRATEGIC
from blocker.values.plan import Classified, WeekLoad
from blocker.values.workweek import DAY, Week, WorkWeek

FOCUS_GAP = timedelta(hours=2)
SHORTEST_BREAK = timedelta(minutes=10)
DAY_LEFT_MINUTES = 60


class Held(Struct, frozen=True, dict=True):
    """One week laid out for measuring; what several measures need is worked out once."""

    days: tuple[Day, ...]
    events: tuple[Classified, ...]
    workweek: WorkWeek
    extra_hours: float

    @cached_property
    def load(self) -> tuple[tuple[Interval, ...], ...]:
        """The operational time of each day inside working time, overlaps kept apart."""
        return tuple(_inside(day.operational, day.working) for day in self.days)

    @cached_property
    def load_minutes(self) -> float:
        """The same, overlaps once."""
        return sum(minutes(day) for day in self.load)

    @cached_property
    def gaps(self) -> tuple[Interval, ...]:
        """Free time: working time less everything busy and less lunch."""
        return tuple(gap for day in self.days for gap in day.free([day.lunch] if day.lunch else []))

    @cached_property
    def working(self) -> tuple[Interval, ...]:
        return tuple(part for day in self.days for part in day.working)

    @cached_property
    def capacity_minutes(self) -> float:
        return sum(day.capacity_minutes for day in self.days)

    @cached_property
    def timed(self) -> Mapping[str, list[Event]]:
        """The timed events of each kind."""
        found: dict[str, list[Event]] = {}
        for item in self.events:
            if item.event.dates is None:
                found.setdefault(item.kind, []).append(item.event)
        return found

    def of_kind(self, kind: str) -> list[Event]:
        return self.timed.get(kind, [])

    def hours_of(self, kind: str) -> float:
        events = self.of_kind(kind)
        return minutes(intersect((event.when for event in events), self.working)) / 60 if events else 0.0


def capacity_hours(week: Held) -> float:
    """Working hours less holidays, away time and the lunch of each day where it fits. Source: design 2."""
    return week.capacity_minutes / 60


def operational_hours(week: Held) -> float:
    """Working time covered by operational events, overlaps once, plus the hours told by ``busy``.

    Source: ours; comparable to "hours in meetings" of the studies named in ``presets``.
    """
    return week.load_minutes / 60 + week.extra_hours


def operational_share(week: Held) -> float:
    """Operational hours over capacity; 0 where there is no capacity.

    Source: the share of time in meetings of Porter and Nohria, "How CEOs manage time" (HBR 2018).
    """
    capacity = capacity_hours(week)
    return operational_hours(week) / capacity if capacity else 0.0


def is_meeting(load: Event) -> bool:
    """Load that is not the way to some."""
    return load.event_type != TRAVEL


def meetings(week: Held) -> float:
    """Number of operational events that touch working time, attended by others or not. Source: ours."""
    times = (event.when for event in week.of_kind(OPERATIONAL) if is_meeting(event))
    return len(touching(times, week.working))


def meetings_max_day(week: Held) -> float:
    """The most operational events on one day; one that spans two days counts on both. Source: ours."""
    most = 0
    for day in week.days:
        load = (item.event for item in day.taken if item.kind == OPERATIONAL)
        most = max(most, len(touching((event.when for event in load if is_meeting(event)), day.working)))
    return most


def focus_hours(week: Held) -> float:
    """Free time in gaps of at least two hours. Source: Clockwise's focus time."""
    return minutes(gap for gap in week.gaps if gap.end - gap.start >= FOCUS_GAP) / 60


def longest_gap_hours(week: Held) -> float:
    """The longest free gap of the week. Source: ours."""
    return max((minutes([gap]) for gap in week.gaps), default=0.0) / 60


def fragmentation(week: Held) -> float:
    """Share of free time in gaps shorter than two hours; 0 where there is no free time.

    Source: Clockwise's fragmented time.
    """
    free = minutes(week.gaps)
    return minutes(gap for gap in week.gaps if gap.end - gap.start < FOCUS_GAP) / free if free else 0.0


def back_to_back_hours(week: Held) -> float:
    """The longest run of operational time on one day without a break of ten minutes, start to end.

    Source: Microsoft 2021: ten minutes between meetings are what keeps stress from building up.
    """
    runs = (run for day in week.load for run in merge(day, SHORTEST_BREAK))
    return max((run.end - run.start for run in runs), default=timedelta(0)).total_seconds() / 60 / 60


def conflict_share(week: Held) -> float:
    """Share of operational time that at least two operational events cover. Source: ours."""
    double = sum(minutes(doubly_covered(day)) for day in week.load if len(day) > 1)
    return double / week.load_minutes if week.load_minutes else 0.0


def after_hours(week: Held) -> float:
    """Hours of operational events with other attendees outside the weekday's hours, overlaps once.

    Away days and public holidays are left out, weekends count. Source: the "after-hours
    collaboration" of workplace analytics, here from the calendar alone.
    """
    outside = 0.0
    for day in week.days:
        attended = [
            item.event.when for item in day.taken if item.kind == OPERATIONAL and item.event.attendees
        ]
        if attended and day.away is None:
            date = week.workweek.span(day.date, day.date + DAY)
            outside += minutes(subtract(clip(attended, date), day.hours))
    return outside / 60


def recurring_share(week: Held) -> float:
    """Share of operational time that recurring events cover. Source: ours."""
    recurring = [event.when for event in week.of_kind(OPERATIONAL) if event.recurring]
    return minutes(intersect(recurring, week.working)) / week.load_minutes if week.load_minutes else 0.0


def strategic_hours(week: Held) -> float:
    """Working hours covered by the person's own strategic time, blocks left out. Source: design 4.2."""
    return week.hours_of(STRATEGIC)


def frontline_hours(week: Held) -> float:
    """Working hours covered by the person's own front-line time, blocks left out. Source: design 4.2."""
    return week.hours_of(FRONTLINE)


def learning_hours(week: Held) -> float:
    """Working hours covered by the person's own learning, blocks left out. Source: design 4.2."""
    return week.hours_of(LEARNING)


class Measure(Struct, frozen=True):
    """``heavier`` says which way is more load. ``scales``: it adds up over the days of a week, so that
    a short week's is compared with a threshold, or with other weeks, in proportion to capacity."""

    function: Callable[[Held], float]
    unit: str  # hours | share | count
    heavier: str  # up | down
    scales: bool = False


MEASURES: Mapping[str, Measure] = {
    "capacity_hours": Measure(capacity_hours, "hours", "down"),
    "operational_hours": Measure(operational_hours, "hours", "up", scales=True),
    "operational_share": Measure(operational_share, "share", "up"),
    "meetings": Measure(meetings, "count", "up"),
    "meetings_max_day": Measure(meetings_max_day, "count", "up"),
    "focus_hours": Measure(focus_hours, "hours", "down", scales=True),
    "longest_gap_hours": Measure(longest_gap_hours, "hours", "down"),
    "fragmentation": Measure(fragmentation, "share", "up"),
    "back_to_back_hours": Measure(back_to_back_hours, "hours", "up"),
    "conflict_share": Measure(conflict_share, "share", "up"),
    "after_hours": Measure(after_hours, "hours", "up", scales=True),
    "recurring_share": Measure(recurring_share, "share", "up"),
    "strategic_hours": Measure(strategic_hours, "hours", "down", scales=True),
    "frontline_hours": Measure(frontline_hours, "hours", "down", scales=True),
    "learning_hours": Measure(learning_hours, "hours", "down", scales=True),
}


def measure(
    days: Sequence[Day], events: Iterable[Classified], workweek: WorkWeek, extra_hours: float = 0.0
) -> Mapping[str, float]:
    """All measures of one week: its days, and the events that touch it (others are harmless)."""
    week = Held(
        days=tuple(days),
        events=tuple(events),
        workweek=workweek,
        extra_hours=extra_hours,
    )
    return {name: float(measure.function(week)) for name, measure in MEASURES.items()}


def week_load(
    week: Week,
    days: Sequence[Day],
    events: Iterable[Classified],
    workweek: WorkWeek,
    after: datetime,
    extra_hours: float = 0.0,
) -> WeekLoad:
    """One week measured and not judged yet; ``after`` is now plus notice.

    Quiet days hold load and capacity as others do, but none of them is left: nothing is booked on them.
    """
    quiet = {day.date for day in days if workweek.is_quiet(day.date)}
    return WeekLoad(
        week=week,
        held=measure(days, events, workweek, extra_hours),
        recent=None,
        working_days=sum(day.is_working for day in days),
        quiet_days=sum(day.is_working and day.date in quiet for day in days),
        days_left=days_left([day for day in days if day.date not in quiet], after),
        told_hours=extra_hours,
        lead=workweek.lead,
    )


def days_left(days: Iterable[Day], after: datetime) -> int:
    """Days with at least 60 working minutes (lunch taken out) that lie after the given instant."""
    return sum(_minutes_after(day, after) >= DAY_LEFT_MINUTES for day in days)


def _minutes_after(day: Day, after: datetime) -> float:
    if not day.working or day.working[-1].end <= after:
        return 0.0
    working = subtract(day.working, [day.lunch] if day.lunch else [])
    return minutes(Interval(max(part.start, after), part.end) for part in working if part.end > after)


def _inside(some: Sequence[Interval], parts: Iterable[Interval]) -> tuple[Interval, ...]:
    """The pieces of each interval that lie inside the parts, overlaps kept."""
    return tuple(piece for part in parts for piece in clip(some, part))
