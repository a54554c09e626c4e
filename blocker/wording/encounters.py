"""Whom the person meets, by count only, and the heaviest weeks to come: for front-line and learning blocks."""

from __future__ import annotations

from collections import Counter
from datetime import date

from msgspec import Struct

from blocker.measuring.owners import Owners
from blocker.rules.survey import Survey
from blocker.values.intervals import intersect, minutes
from blocker.values.kinds import IGNORED, OPERATIONAL
from blocker.values.request import Request
from blocker.values.workweek import DAY, week_of
from blocker.wording.digest import dates_between

BACK_WEEKS, AHEAD_WEEKS = 8, 9
SMALL_MEETING = 12  # other people; in a larger one nobody meets anybody


def met_least(request: Request, seen: Survey, most: int) -> tuple[tuple[str, int], ...]:
    """The people (or lists: a team) met least in the last eight weeks: name and number of meetings.

    Only the part before the @ is shown, only those of the person's own organisation are counted where
    it is known, and private events are left out.
    """
    today = request.workweek.date_of(request.now)
    window = request.workweek.span(today - BACK_WEEKS * 7 * DAY, today)
    events = [item.event for item in seen.classified if item.kind != IGNORED]
    domain = Owners(events).domain
    counts: Counter[str] = Counter()
    for event in events:
        if event.private or event.all_day or not event.when.overlaps(window):
            continue
        if len(event.attendees) <= SMALL_MEETING:
            counts.update(name for address in set(event.attendees) if (name := _name(address, domain)))
    return tuple(sorted(counts.items(), key=lambda pair: (pair[1], pair[0]))[:most])


def _name(address: str, domain: str) -> str:
    name, _, where = address.partition("@")
    return name if where == domain or not domain else ""


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
