"""Is the zone the person's? Blocks at hours at which nothing else ever is are a sign that it is not."""

from __future__ import annotations

from datetime import timedelta

from blocker.values.intervals import Interval, clip, minutes
from blocker.values.plan import Plan
from blocker.values.request import Request

ENOUGH = 3  # events
MOSTLY = 2 / 3  # of the events' time; less of it in the hours is a sign that these are another zone's


def doubt_of_zone(request: Request, plan: Plan, guessed: bool) -> str | None:
    """What is doubtful about the zone, None if nothing is.

    ``guessed``: it is the machine's. It is doubted as soon as no event is at the blocks' hours; one that
    the calendar or the person names also has to leave the events outside the working hours.
    """
    workweek = request.workweek
    events = [
        event.when
        for snapshot in (request.snapshot, *request.others)
        for event in snapshot.events
        if event.dates is None and not event.transparent and event.status != "cancelled"
    ]
    blocks = [
        change.slot for change in plan.changes if change.action == "create" and change.slot.minutes < 24 * 60
    ]
    if len(events) < ENOUGH or not blocks:
        return None

    def of_day(when: Interval) -> tuple[int, int]:
        start = workweek.local(when.start)
        first = start.hour * 60 + start.minute
        return first, first + when.minutes

    first, last = min(of_day(b)[0] for b in blocks), max(of_day(b)[1] for b in blocks)
    if any(a < last and first < b for a, b in map(of_day, events)):
        return None
    inside = sum(minutes(clip(_hours(request, when), when)) for when in events)
    if not (guessed or workweek.zone.key == "UTC") and inside >= MOSTLY * sum(
        when.minutes for when in events
    ):
        return None
    return (
        f"in this zone the new blocks would be between {_clock(first)} and {_clock(last)}, and nothing else on the "
        f'calendar ever is; if that is not your working day, set timezone = "Europe/Berlin" or yours'
    )


def _hours(request: Request, when: Interval) -> list[Interval]:
    """The working hours of the days that an event is on."""
    first, last = request.workweek.date_of(when.start), request.workweek.date_of(when.end)
    days = [first + timedelta(days=n) for n in range(min((last - first).days, 31) + 1)]
    return [part for day in days for part in request.workweek.day(day).hours]


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
