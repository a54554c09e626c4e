"""The operational week behind a block, as facts: where the hours went and what displaced thinking time.

Private events count in the sums and are never named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct

from blocker.measuring.measures import measure
from blocker.rules.survey import Survey
from blocker.values.intervals import Interval, clip, intersect, minutes, touches
from blocker.values.kinds import FRONTLINE, OPERATIONAL
from blocker.values.plan import Classified
from blocker.values.request import Request
from blocker.values.workweek import DAY
from blocker.wording.displacement import Displaced, Overrun, displaced, items_by_day, overruns

WEEK = 7 * DAY
LATELY_WEEKS = 4


class Series(Struct, frozen=True):
    """Meetings of one title: how often, and the working minutes they take in all."""

    title: str
    times: int
    minutes: float


class Digest(Struct, frozen=True):
    """What the dates from ``first`` to ``last`` hold, ``weeks`` of them.

    ``fullest`` is the day with the most meetings. ``longest`` is the longest stretch without a
    meeting. ``frontline_minutes`` are the person's own and those of blocks that are past.
    """

    first: date
    last: date
    weeks: int
    held: Mapping[str, float]
    fullest: tuple[date, int] | None
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


def lately(request: Request, seen: Survey) -> Digest:
    """The last four completed weeks: a start for blocks whose own week behind is not known yet."""
    monday = request.running.monday
    return digest(monday - LATELY_WEEKS * WEEK, monday, request, seen)


def digest(first: date, end: date, request: Request, seen: Survey) -> Digest:
    """The facts of the dates from ``first`` to the day before ``end``."""
    workweek = request.workweek
    window = workweek.span(first, end)
    days = [seen.days[day] for day in dates_between(first, end) if day in seen.days]
    inside = [item for item in seen.classified if item.event.when.overlaps(window)]
    items = items_by_day(inside, dates_between(first, end), workweek)
    working = tuple(part for day in days for part in day.working)
    counts = [(sum(touches(when, day.working) for when in day.operational), day.date) for day in days]
    most = max(counts, key=lambda pair: (pair[0], -pair[1].toordinal()), default=(0, first))
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
        fullest=(most[1], most[0]) if most[0] else None,
        longest=max(gaps, key=lambda gap: (gap.end - gap.start, -gap.start.timestamp()), default=None),
        series=series_by_hours(inside, working),
        displaced=displaced(days, items, workweek),
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
        inside = [when for _, when in meetings if touches(when, working)]
        if inside:
            result.append(Series(meetings[0][0], len(inside), minutes(intersect(inside, working))))
    return tuple(sorted(result, key=lambda one: (-one.minutes, one.title)))


def dates_between(first: date, end: date) -> Iterable[date]:
    return (first + n * DAY for n in range(max(0, (end - first) // timedelta(days=1))))
