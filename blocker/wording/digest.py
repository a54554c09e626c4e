"""The operational week behind a block, as facts: where the hours went and what displaced thinking time.

Private events count in the sums and are never named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct

from blocker.measuring.measures import measure
from blocker.rules.survey import Survey
from blocker.values.intervals import Interval, clip, intersect, minutes, touching
from blocker.values.kinds import FRONTLINE, OPERATIONAL
from blocker.values.plan import Classified
from blocker.values.request import Request
from blocker.values.workweek import DAY, week_of
from blocker.wording.displacement import Displaced, Overrun, displaced, items_by_day, overruns

WEEK = 7 * DAY
AHEAD_WEEKS = 9


class Series(Struct, frozen=True):
    """Meetings of one title: how often, and the working minutes they take in all."""

    title: str
    times: int
    minutes: float


class HeavyWeek(Struct, frozen=True):
    """A week to come: its operational minutes, and the longest meeting that is not one of every week ("" if none)."""

    first: date
    minutes: float
    title: str


class Digest(Struct, frozen=True):
    """What the dates from ``first`` to ``last`` hold, ``weeks`` of them.

    ``longest`` is the longest stretch without a meeting. ``frontline_minutes`` are the person's own and those of
    blocks that are past.
    """

    first: date
    last: date
    weeks: int
    held: Mapping[str, float]
    longest: Interval | None
    series: tuple[Series, ...]
    displaced: tuple[Displaced, ...]
    overruns: tuple[Overrun, ...]
    frontline_minutes: float


def week_behind(day: date, request: Request, seen: Survey) -> Digest:
    """The seven days before ``day``, as the calendar has them, whether past or still to come.

    They depend on the block's day and not on now, so that an idle day changes nothing.
    """
    return digest(day - WEEK, day, request, seen)


def digest(first: date, end: date, request: Request, seen: Survey) -> Digest:
    """The facts of the dates from ``first`` to the day before ``end``."""
    workweek = request.workweek
    window = workweek.span(first, end)
    days = [seen.days[day] for day in dates_between(first, end) if day in seen.days]
    inside = [item for item in seen.classified if item.event.when.overlaps(window)]
    items = items_by_day(inside, dates_between(first, end), workweek)
    working = tuple(part for day in days for part in day.working)
    gaps = [gap for day in days for gap in day.free([day.lunch] if day.lunch else [])]
    past = [
        clip([block.when], window)
        for block in request.snapshot.blocks
        if block.kind == FRONTLINE and block.dates is None and block.when.end <= request.now
    ]
    own = [item.event.when for item in inside if item.kind == FRONTLINE and not item.event.all_day]
    return Digest(
        first=first,
        last=end - DAY,
        weeks=max(1, (end - first) // WEEK),
        held=measure(days, inside, workweek),
        longest=max(gaps, key=lambda gap: (gap.end - gap.start, -gap.start.timestamp()), default=None),
        series=series_by_hours(inside, working),
        displaced=displaced(days),
        overruns=overruns(request.snapshot.blocks, items, window, request.now, workweek),
        frontline_minutes=minutes([*clip(own, window), *(part for parts in past for part in parts)]),
    )


def series_by_hours(items: Iterable[Classified], working: Sequence[Interval]) -> tuple[Series, ...]:
    """The recurring operational meetings that may be named, the most working hours first."""
    found: dict[str, list[tuple[str, Interval]]] = {}
    for item in items:
        event = item.event
        if item.kind == OPERATIONAL and event.recurring and not event.private and not event.all_day:
            name = " ".join(event.title.split())
            found.setdefault(name.casefold(), []).append((name, event.when))
    result = []
    for meetings in found.values():
        inside = touching((when for _, when in meetings), working)
        if inside:
            result.append(Series(meetings[0][0], len(inside), minutes(intersect(inside, working))))
    return tuple(sorted(result, key=lambda one: (-one.minutes, one.title)))


def heaviest_week(after: date, request: Request, seen: Survey) -> HeavyWeek | None:
    """The fullest of the next two months' weeks that begin ``after`` a day, as the calendar has them now; None where
    it has no meetings."""
    loads = {}
    for ahead in range(1, AHEAD_WEEKS + 1):
        monday = request.running.plus(ahead).monday
        if monday <= after:
            continue
        days = [seen.days[day] for day in dates_between(monday, monday + WEEK) if day in seen.days]
        loads[monday] = sum(minutes(intersect(day.operational, day.working)) for day in days)
    if not any(loads.values()):
        return None
    monday = max(loads, key=lambda monday: loads[monday])
    first = request.workweek.days_seen(week_of(monday))[0]
    return HeavyWeek(first, loads[monday], _special(monday, request, seen))


def _special(monday: date, request: Request, seen: Survey) -> str:
    """The longest meeting of the week that is not in two of the last four; nothing private is named."""
    weeks: Counter[str] = Counter()
    for back in range(1, 5):
        items = seen.events_of(request.running.plus(-back), request.workweek)
        weeks.update({item.event.title.casefold() for item in items})
    found = [
        item.event
        for item in seen.events_of(week_of(monday), request.workweek)
        if item.kind == OPERATIONAL and not (item.event.private or item.event.all_day)
        if weeks[item.event.title.casefold()] < 2
    ]
    longest = max(found, key=lambda event: (event.when.minutes, -event.when.start.timestamp()), default=None)
    return longest.title if longest else ""


def dates_between(first: date, end: date) -> Iterable[date]:
    return (first + n * DAY for n in range(max(0, (end - first) // timedelta(days=1))))
