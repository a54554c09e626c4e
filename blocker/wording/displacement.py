"""Which meetings cost strategic time: the focus that would be there without them, and what they overran.

A meeting is weighed by the gap that would exist without it, and not only by its length: half an hour in
the middle of a free morning costs the morning.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from blocker.measuring.days import Day
from blocker.measuring.measures import FOCUS_GAP
from blocker.values.events import Event, StandingBlock
from blocker.values.intervals import InOrder, Interval, clip, doubly_covered, minutes
from blocker.values.kinds import IGNORED, OPERATIONAL, PERSONAL, STRATEGIC
from blocker.values.plan import Classified
from blocker.values.workweek import WorkWeek


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


def items_by_day(
    items: Iterable[Classified], dates: Iterable[date], workweek: WorkWeek
) -> Mapping[date, list[Classified]]:
    """The timed events that take time, on each of the dates that they touch."""
    timed = [item for item in items if item.kind != IGNORED and not item.event.all_day]
    in_order = InOrder(sorted(timed, key=lambda item: item.event.when), key=lambda item: item.event.when)
    return {day: in_order.within(workweek.day(day).span) for day in dates}


def displaced(days: Iterable[Day]) -> tuple[Displaced, ...]:
    """The recurring meetings that cost a free stretch, the most frequent first; private ones are left out."""
    found: dict[str, list[_Cost]] = {}
    for day in days:
        if not day.is_working:
            continue
        may_cost = _may_cost(day)
        for item in day.taken:
            event = item.event
            if item.kind != OPERATIONAL or not event.recurring or event.private or not may_cost(event.when):
                continue
            without = replace(day, taken=tuple(other for other in day.taken if other is not item))
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


def _may_cost(day: Day) -> Callable[[Interval], bool]:
    """A test of the day's events: False if no free stretch of two hours can come of taking one out.

    Only what no other event covers becomes free, and whatever is freed ends at the nearest of the others
    at the latest. Lunch moves only to where it fits. So few events of the fullest day pass, and the day is
    laid out anew for those alone.
    """
    busy = [item.event.when for item in day.taken if item.kind != PERSONAL]  # personal time may be the lunch
    shared = doubly_covered(busy)
    starts, ends = sorted(when.start for when in busy), sorted(when.end for when in busy)
    first, last = day.working[0].start, day.working[-1].end

    def may_cost(when: Interval) -> bool:
        over = bisect_right(shared, when.start, key=lambda part: part.end)
        if over < len(shared) and shared[over].contains(when):
            return False
        before, after = bisect_right(ends, when.start), bisect_left(starts, when.end)
        low = max(first, ends[before - 1]) if before else first
        high = min(last, starts[after]) if after < len(starts) else last
        if day.lunch_window and when.overlaps(day.lunch_window):
            return minutes_of(high - low) >= day.lunch_minutes
        return high - low >= FOCUS_GAP

    return may_cost


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


def is_own(event: Event) -> bool:
    """A meeting that the person may move: organised by them, or with nobody else in it."""
    return event.organizer_is_me or not (event.attendees or event.organizer)
