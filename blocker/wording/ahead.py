"""The heaviest weeks to come: what a learning block prepares for."""

from __future__ import annotations

from collections import Counter
from datetime import date

from msgspec import Struct

from blocker.rules.survey import Survey
from blocker.values.intervals import intersect, minutes
from blocker.values.kinds import OPERATIONAL
from blocker.values.request import Request
from blocker.values.workweek import DAY, week_of
from blocker.wording.digest import dates_between

AHEAD_WEEKS = 9


class HeavyWeek(Struct, frozen=True):
    """A week to come: its operational minutes, and the longest meeting that is not one of every week ("" if none)."""

    monday: date
    minutes: float
    title: str


def heaviest_weeks(request: Request, seen: Survey, most: int) -> tuple[HeavyWeek, ...]:
    """The fullest weeks of the next two months as the calendar has them now, in order of time."""
    usual = _usual_titles(request, seen)
    found = []
    for ahead in range(1, AHEAD_WEEKS + 1):
        monday = request.running.plus(ahead).monday
        days = [seen.days[day] for day in dates_between(monday, monday + 7 * DAY) if day in seen.days]
        load = sum(minutes(intersect(day.operational, day.working)) for day in days)
        if load:
            found.append(HeavyWeek(monday, load, _special(monday, request, seen, usual)))
    heaviest = sorted(found, key=lambda week: (-week.minutes, week.monday))[:most]
    return tuple(sorted(heaviest, key=lambda week: week.monday))


def _usual_titles(request: Request, seen: Survey) -> frozenset[str]:
    """What is on the calendar in at least two of the four weeks just past, and needs no mention."""
    weeks: Counter[str] = Counter()
    for back in range(1, 5):
        items = seen.events_of(request.running.plus(-back), request.workweek)
        weeks.update({item.event.title.casefold() for item in items})
    return frozenset(title for title, times in weeks.items() if times > 1)


def _special(monday: date, request: Request, seen: Survey, usual: frozenset[str]) -> str:
    """The longest meeting of the week that is not one of every week; nothing private is named."""
    found = [
        item.event
        for item in seen.events_of(week_of(monday), request.workweek)
        if item.kind == OPERATIONAL and not (item.event.private or item.event.all_day)
        if item.event.title.casefold() not in usual
    ]
    longest = max(found, key=lambda event: (event.when.minutes, -event.when.start.timestamp()), default=None)
    return longest.title if longest else ""
