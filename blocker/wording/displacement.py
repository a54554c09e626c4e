"""Which meetings cost strategic time: the focus that would be there without them, and what they overran.

A meeting is weighed by the gap that would exist without it, and not only by its length: half an hour in
the middle of a free morning costs the morning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from blocker.measuring.days import Day, build_days
from blocker.measuring.measures import FOCUS_GAP
from blocker.values.events import Event, StandingBlock
from blocker.values.intervals import Interval, clip, minutes, subtract
from blocker.values.kinds import IGNORED, OPERATIONAL, STRATEGIC
from blocker.values.plan import Classified
from blocker.values.workweek import DAY, WorkWeek


class Displaced(Struct, frozen=True):
    """A recurring meeting that keeps days from having a free stretch of two hours more than they have.

    ``days`` are those days; ``gain_minutes`` is the focus time that they would have in all without it,
    ``gap_minutes`` the longest stretch that would be in its place, ``own_minutes`` its length on them.
    """

    title: str
    days: tuple[date, ...]
    gain_minutes: float
    gap_minutes: float
    own_minutes: float


class _Cost(NamedTuple):
    """One occurrence of a meeting that costs a free stretch; all in minutes."""

    title: str
    day: date
    gain: float
    gap: float
    own: float


class Overrun(Struct, frozen=True):
    """A meeting that took time of a strategic block which is past."""

    title: str
    day: date
    minutes: float


class WhatIf(Struct, frozen=True):
    """The free stretch that is there once ``meetings`` have moved; none of them, if it is free already."""

    slot: Interval
    meetings: tuple[Event, ...]


def items_by_day(items: Iterable[Classified], workweek: WorkWeek) -> Mapping[date, list[Classified]]:
    """The timed events that take time, on each date that they touch."""
    found: dict[date, list[Classified]] = {}
    for item in items:
        if item.kind == IGNORED or item.event.all_day:
            continue
        day = workweek.date_of(item.event.when.start)
        last = workweek.date_of(item.event.when.end - timedelta(microseconds=1))
        while day <= last:
            found.setdefault(day, []).append(item)
            day += DAY
    return found


def displaced(
    days: Iterable[Day], items: Mapping[date, Sequence[Classified]], workweek: WorkWeek
) -> tuple[Displaced, ...]:
    """The recurring meetings that cost a free stretch, the most frequent first; private ones are left out."""
    found: dict[str, list[_Cost]] = {}
    for day in days:
        if not day.is_working:
            continue
        todays = items.get(day.date, ())
        for item in todays:
            event = item.event
            if item.kind != OPERATIONAL or not event.recurring or event.private:
                continue
            others = [other for other in todays if other is not item]
            if not _may_cost(event, others, day):
                continue
            without = build_days(workweek, [day.date], others)[day.date]
            gain = focus_minutes(without) - focus_minutes(day)
            if gain >= minutes_of(FOCUS_GAP):
                name = " ".join(event.title.split())
                gaps = focus_gaps(without)
                there = [gap for gap in gaps if gap.overlaps(event.when)] or gaps  # or lunch goes there
                gap = max(gap.minutes for gap in there)
                found.setdefault(name.casefold(), []).append(
                    _Cost(name, day.date, gain, gap, event.when.minutes)
                )
    result = [
        Displaced(
            title=costs[0].title,
            days=tuple(dict.fromkeys(cost.day for cost in costs)),
            gain_minutes=sum(cost.gain for cost in costs),
            gap_minutes=max(cost.gap for cost in costs),
            own_minutes=sum(cost.own for cost in costs),
        )
        for costs in found.values()
    ]
    return tuple(sorted(result, key=lambda one: (-len(one.days), -one.gain_minutes, one.title)))


def _may_cost(event: Event, others: Sequence[Classified], day: Day) -> bool:
    """False if no free stretch of two hours can come of taking the event out; cheaper than laying out the day.

    Whatever is freed ends at the nearest of the other events at the latest, unless lunch moves.
    """
    if day.lunch_window and event.when.overlaps(day.lunch_window):
        return True
    first, last = day.working[0].start, day.working[-1].end
    before = [other.event.when.end for other in others if other.event.when.end <= event.when.start]
    after = [other.event.when.start for other in others if other.event.when.start >= event.when.end]
    return min([last, *after]) - max([first, *before]) >= FOCUS_GAP


def overruns(
    blocks: Iterable[StandingBlock],
    items: Mapping[date, Sequence[Classified]],
    window: Interval,
    now: datetime,
    workweek: WorkWeek,
) -> tuple[Overrun, ...]:
    """Operational events that lie on strategic blocks which ended within ``window`` and before ``now``."""
    found = []
    for block in blocks:
        ended = block.kind == STRATEGIC and block.dates is None and block.when.end <= now
        if not ended or not window.contains(block.when):
            continue
        day = workweek.date_of(block.when.start)
        for item in items.get(day, ()):
            taken = minutes(clip([item.event.when], block.when))
            if taken and item.kind == OPERATIONAL and not item.event.private:
                found.append(Overrun(item.event.title, day, taken))
    return tuple(sorted(found, key=lambda one: (-one.minutes, one.day, one.title)))


def focus_gaps(day: Day) -> tuple[Interval, ...]:
    """Free stretches of two hours or more, lunch taken out, as the measure ``focus_hours`` has them."""
    gaps = day.free([day.lunch] if day.lunch else [])
    return tuple(gap for gap in gaps if gap.end - gap.start >= FOCUS_GAP)


def focus_minutes(day: Day) -> float:
    return minutes(focus_gaps(day))


def minutes_of(length: timedelta) -> float:
    return length.total_seconds() / 60


def what_if(
    length: int,
    days: Iterable[Day],
    items: Mapping[date, Sequence[Classified]],
    blocks: Sequence[StandingBlock],
    earliest: datetime,
    workweek: WorkWeek,
) -> WhatIf | None:
    """The fewest meetings of the person's own whose moving frees ``length`` minutes in a row, then the
    shortest, then the earliest; None if other people's events leave no such stretch.

    Exact: a free stretch can slide back until it touches the end of something (or the start of working
    time), and needs no more meetings out of its way there. So only such starts are tried.
    """
    span = timedelta(minutes=length)
    ours = [block.when for block in blocks if block.dates is None]
    best: tuple[tuple[int, float, datetime], WhatIf] | None = None
    for day in days:
        todays = items.get(day.date, ())
        mine = [item.event for item in todays if item.kind == OPERATIONAL and is_own(item.event)]
        others = [item.event.when for item in todays if item.event not in mine]
        taken = [*others, *(when for when in ours if when.overlaps(workweek.day(day.date).span))]
        room = subtract(day.working, [*taken, Interval(earliest - 400 * DAY, earliest)])
        starts = {gap.start for gap in room} | {event.when.end for event in mine}
        starts |= _after_lunch(day, starts)
        for start in sorted(starts):
            slot = Interval(start, start + span)
            if not any(gap.contains(slot) for gap in room):
                continue
            moved = tuple(event for event in mine if event.when.overlaps(slot))
            if not _leaves_lunch(day, todays, moved, slot, ours, workweek):
                continue
            rank = (len(moved), sum(event.when.minutes for event in moved), start)
            if best is None or rank < best[0]:
                best = rank, WhatIf(slot, moved)
    return best[1] if best else None


def is_own(event: Event) -> bool:
    """A meeting that the person may move: organised by them, or with nobody else in it."""
    return event.organizer_is_me or not (event.attendees or event.organizer)


def _after_lunch(day: Day, starts: set[datetime]) -> set[datetime]:
    """Where a stretch can begin if lunch is taken first, as early as it can be."""
    if day.lunch is None or day.lunch_window is None:
        return set()
    begin, end = day.lunch_window.start, day.lunch_window.end
    span = timedelta(minutes=day.lunch_minutes)
    return {start + span for start in (*starts, begin) if begin <= start and start + span <= end}


def _leaves_lunch(
    day: Day,
    todays: Sequence[Classified],
    moved: Sequence[Event],
    slot: Interval,
    ours: Sequence[Interval],
    workweek: WorkWeek,
) -> bool:
    left = [item for item in todays if item.event not in moved]
    then = build_days(workweek, [day.date], left)[day.date]
    return not then.lunch_fits(ours) or then.lunch_fits([slot, *ours])
