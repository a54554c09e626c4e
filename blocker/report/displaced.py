"""What displaced thinking time: the recurring meetings without which there would be more unbroken time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from blocker.capacity import Day
from blocker.load import FOCUS_GAP
from blocker.model import IGNORED, OPERATIONAL, STRATEGIC, Classified
from blocker.survey import Request, Survey
from blocker.timeline import Interval, clip, intersect, minutes, subtract

WEEKS = 8
MOST = 5


@dataclass(slots=True)
class Cost:
    """One recurring meeting over the last weeks: occurrences, minutes, and the unbroken minutes it costs."""

    title: str
    times: int = 0
    minutes: float = 0.0
    focus: float = 0.0


@dataclass(slots=True)
class _OnDay:
    all: list[Interval] = field(default_factory=list)
    series: dict[str, list[Classified]] = field(default_factory=lambda: defaultdict(list))


def costs(seen: Survey, request: Request) -> list[Cost]:
    """The dearest first: the focus that would be there without the meeting, in the last eight weeks."""
    found: dict[str, Cost] = {}
    for week in (request.running.plus(-back) for back in range(1, WEEKS + 1)):
        by_day: dict[int, _OnDay] = defaultdict(_OnDay)
        for item in seen.events_of(week, request.workweek):
            if item.kind != IGNORED and item.event.dates is None:
                ordinal = request.workweek.date_of(item.event.when.start).toordinal()
                by_day[ordinal].all.append(item.event.when)
                if item.kind == OPERATIONAL and item.event.recurring:
                    by_day[ordinal].series[item.event.uid].append(item)
        for date in week.days:
            there = by_day.get(date.toordinal())
            if there is not None:
                _add_day(seen.days[date], there, found)
    dear = [cost for cost in found.values() if cost.focus > 0]
    return sorted(dear, key=lambda cost: (-cost.focus, -cost.minutes, cost.title))[:MOST]


def _add_day(day: Day, there: _OnDay, found: dict[str, Cost]) -> None:
    if not day.working:
        return
    lunch = [day.lunch] if day.lunch else []
    now = _focus(day.working, [*there.all, *lunch])
    for uid, items in there.series.items():
        mine = [item.event.when for item in items]
        others = list(there.all)
        for when in mine:
            others.remove(when)
        cost = found.setdefault(uid, Cost(items[0].event.shown_title))
        cost.times += len(mine)
        cost.minutes += minutes(clip(mine, Interval(day.working[0].start, day.working[-1].end)))
        cost.focus += max(0.0, _focus(day.working, [*others, *lunch]) - now)


def _focus(working: Sequence[Interval], busy: Sequence[Interval]) -> float:
    """Minutes in free gaps of two hours or more."""
    return minutes(gap for gap in subtract(working, busy) if gap.end - gap.start >= FOCUS_GAP)


def overrun_minutes(seen: Survey, request: Request) -> int:
    """Minutes of past strategic blocks that operational events took, in the last eight weeks."""
    start = request.now - timedelta(weeks=WEEKS)
    mine = [
        b.when for b in request.snapshot.blocks if b.kind == STRATEGIC and start <= b.when.end <= request.now
    ]
    if not mine:
        return 0
    load = [item.event.when for item in seen.classified if item.kind == OPERATIONAL]
    return round(minutes(intersect(mine, load)))
