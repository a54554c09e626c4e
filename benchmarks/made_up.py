"""Two busy years that nobody lived, for machines that have no calendars to measure on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from benchmarks.arrivals import Book, arriving
from blocker.values.events import Event
from blocker.values.intervals import interval

ZONE = "Europe/Berlin"
ME = "lead@example.org"
PEOPLE = ("ann@example.org", "bob@example.org", "client@example.com")
FIRST = date(2024, 7, 1)


def made_up(hours: int) -> Book:
    """A year with about so many hours of meetings a week, half of them recurring; some weeks are heavier."""
    events = [*_series(hours), *_singles(hours)]
    return Book(f"made up, {hours} h a week", ZONE, (ME,), FIRST, tuple(arriving(events, hours)))


def _series(hours: int) -> Iterator[Event]:
    dice = random.Random(hours)  # noqa: S311 - no secret
    left = hours * 60 // 2 - 150
    plan = [(day, 9 * 60 + 15, 30) for day in range(5)]
    while left > 0:
        length = dice.choice((30, 60, 60, 90))
        plan.append((dice.randrange(5), 30 * dice.randint(18, 33), length))
        left -= length
    for number, (weekday, start, length) in enumerate(plan):
        for week in range(-13, 66):
            yield _event(
                f"series-{number}", FIRST + timedelta(weeks=week, days=weekday), start, length, number, True
            )


def _singles(hours: int) -> Iterator[Event]:
    dice = random.Random(-hours)  # noqa: S311 - no secret
    for week in range(-13, 66):
        left = dice.gauss(1, 0.35) * hours * 60 / 2
        number = 0
        while left > 0:
            length = dice.choice((25, 30, 50, 60, 60, 90, 120))
            day = FIRST + timedelta(weeks=week, days=dice.randrange(5))
            number += 1
            yield _event(f"single-{week}-{number}", day, 15 * dice.randint(34, 68), length, number, False)
            left -= length


def _event(uid: str, day: date, start: int, length: int, number: int, recurring: bool) -> Event:
    begin = datetime.combine(day, time(start // 60, start % 60), ZoneInfo(ZONE))
    mine = number % 3 == 0
    return Event(
        uid=uid, calendar="made-up", title=f"Meeting {number}", when=interval(begin, begin + timedelta(minutes=length)),
        organizer=ME if mine else PEOPLE[number % 3], organizer_is_me=mine, attendees=PEOPLE[: 1 + number % 3],
        response="accepted", recurring=recurring,
    )  # fmt: skip
