"""Which meetings a calendar holds on each day of a year: they arrive, move and leave, as they do.

A file says only what was there in the end. So the rest is drawn, by dice that can be repeated: what recurs is there
from the beginning, what does not arrives one to twenty-one days ahead; one meeting in seven first stood somewhere
else near by and moved there up to ten days ahead; and for one in sixteen another one was there that was called
off up to five days ahead. Snapshots of one calendar need no dice: on each day the last one before it holds.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from blocker.calendars.addresses import open_calendar
from blocker.values.events import Event
from blocker.values.intervals import Interval

DATED = re.compile(r"_(\d{4}-\d\d-\d\d)_")
LATEST, SINGLE, MOVED, CALLED_OFF = 10, 21, 0.15, 0.06
ALWAYS = date.min, date.max


class Shown(Struct, frozen=True):
    """An event, and the days on which the calendar shows it: from ``since`` on and before ``until``."""

    event: Event
    since: date = date.min
    until: date = date.max


class Book(Struct, frozen=True):
    """A calendar over time. ``first`` is the first day of the year that is lived."""

    name: str
    zone: str
    me: tuple[str, ...]
    first: date
    shown: tuple[Shown, ...]

    def on(self, day: date) -> tuple[Event, ...]:
        return tuple(item.event for item in self.shown if item.since <= day < item.until)

    def known(self) -> Book:
        """The same for one who knows in advance what will be: each event as it was on its own day."""
        final = [
            Shown(item.event)
            for item in self.shown
            if item.since <= item.event.when.start.date() < item.until
        ]
        return replace(self, shown=tuple(final))


def from_file(path: Path, first: date, seed: int = 1) -> Book:
    """A year of an ``.ics`` file, with drawn arrivals."""
    address = f"ics:{path}"
    snapshot = open_calendar(address, zone=None, me=()).read(_window(first))
    return Book(path.stem, snapshot.zone or "UTC", snapshot.me, first, tuple(arriving(snapshot.events, seed)))


def from_snapshots(paths: Sequence[Path], first: date) -> Book:
    """A year of a calendar that was exported now and then; the file names say when."""
    dated = sorted(
        (date.fromisoformat(found[1]), path) for path in paths if (found := DATED.search(path.name))
    )
    shown: list[Shown] = []
    zone, me = "UTC", ()
    for number, (day, path) in enumerate(dated):
        snapshot = open_calendar(f"ics:{path}", zone=None, me=()).read(_window(first))
        zone, me = snapshot.zone or zone, snapshot.me or me
        since = day if number else date.min
        until = dated[number + 1][0] if number + 1 < len(dated) else date.max
        shown += [Shown(event, since, until) for event in snapshot.events]
    return Book(f"{paths[0].stem.split('_')[0]} ({len(dated)} snapshots)", zone, me, first, tuple(shown))


def arriving(events: Sequence[Event], seed: int) -> list[Shown]:
    """Each event with the days on which it is shown, and those that were there and went."""
    found: list[Shown] = []
    for event in events:
        dice = random.Random(f"{seed}/{event.uid}/{event.when.start.isoformat()}")  # noqa: S311 - no secret
        day = event.when.start.date()
        since = (
            date.min if event.recurring or event.all_day else day - timedelta(days=dice.randint(1, SINGLE))
        )
        if event.all_day:
            found.append(Shown(event))
            continue
        if dice.random() < MOVED:
            moved = max(since, day - timedelta(days=dice.randint(0, LATEST)))
            if since < moved:
                found.append(Shown(_elsewhere(event, dice), since, moved))
            since = moved
        found.append(Shown(event, since))
        if dice.random() < CALLED_OFF:
            began = day - timedelta(days=dice.randint(6, SINGLE))
            ended = day - timedelta(days=dice.randint(0, 5))
            found.append(Shown(_elsewhere(event, dice), began, ended))
    return found


def _elsewhere(event: Event, dice: random.Random) -> Event:
    """About the same meeting at another hour, or a day later."""
    by = timedelta(minutes=30 * dice.choice((-6, -4, -3, -2, 2, 3, 4, 6, 48)))
    return replace(
        event, uid=f"{event.uid}-{dice.getrandbits(32):x}",
        when=Interval(event.when.start + by, event.when.end + by), recurring=False,
    )  # fmt: skip


def _window(first: date) -> Interval:
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    return Interval(start - timedelta(days=100), start + timedelta(days=600))
