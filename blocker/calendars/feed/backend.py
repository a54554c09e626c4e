"""The ``feed:`` backend: a calendar that is read by its link, and what ``check`` and ``connect`` say of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from blocker.calendars.feed.about import ABOUT, READ_ONLY
from blocker.calendars.feed.latest import Latest, accept, age, copy_of, forget, latest
from blocker.calendars.feed.links import IN_A_FILE, link_in, shown
from blocker.calendars.ics.file import known_zone
from blocker.calendars.ics.reading import read_calendar
from blocker.calendars.port import Backend, Calendar, Connected, Finding, Surroundings, Talk
from blocker.files.private import others_may_read
from blocker.values.errors import Refused
from blocker.values.events import Block, Ref, SkippedComponent, Snapshot
from blocker.values.intervals import Interval
from blocker.values.memory import Identity


class FeedCalendar:
    """A published calendar. It is asked for once, however often it is read."""

    capabilities = frozenset[str]()

    def __init__(self, rest: str, around: Surroundings, zone: str | None, me: tuple[str, ...]) -> None:
        """Raises UsageError for an unknown zone, ConfigError for a file that holds no link."""
        self.address = f"feed:{shown(rest)}"
        self._rest, self._around, self._zone, self._me = rest, around, known_zone(zone), me
        self._link = link_in(rest)
        self._latest: Latest | None = None

    def borrow(self, lenders: Iterable[Calendar]) -> None:
        """Ask no server for what a calendar with the same link was told already."""
        same = (each for each in lenders if isinstance(each, FeedCalendar) and each._link == self._link)
        self._latest = next((each._latest for each in same if each._latest), None)

    def identity(self) -> Identity:
        return ABOUT.identity(f"feed:{self._rest}", self._around)

    def read(self, window: Interval) -> Snapshot:
        if self._latest is None:
            self._latest = latest(self._link, self.address, self._around)
        there = self._latest
        seen = read_calendar(there.layout, window, calendar=self.address, zone=self._zone, me=self._me)
        if there.copy_of is None:
            return seen
        copy = SkippedComponent(self.address, there.why, read=True, whole=True)
        return replace(seen, copy_of=there.copy_of, skipped=(copy, *seen.skipped))

    def create(self, block: Block) -> Ref:
        raise Refused(READ_ONLY)

    def update(self, ref: Ref, block: Block) -> Ref:
        raise Refused(READ_ONLY)

    def delete(self, ref: Ref) -> None:
        raise Refused(READ_ONLY)

    def forget(self) -> None:
        forget(self._around.state_dir, self._link)

    def close(self) -> None:
        """Nothing is held open between the verbs."""


class _Feeds(Backend):
    def open(
        self,
        rest: str,
        around: Surroundings,
        zone: str | None,
        me: tuple[str, ...],
        beside: Iterable[Calendar],
    ) -> Calendar:
        calendar = FeedCalendar(rest, around, zone, me)
        calendar.borrow(beside)
        return calendar

    def check(self, around: Surroundings, now: datetime) -> Iterable[Finding]:
        feeds = [each.partition(":")[2] for each in _addresses(around) if each.startswith("feed:")]
        for rest in feeds:
            copy = copy_of(around.state_dir, link_in(rest))
            since = f"last good answer {age(copy.said.at, now)} ago" if copy else "not read yet"
            words = f"{shown(rest)}: {since}; what is published can be a day behind the calendar itself"
            yield "feed", "ok", words
        if any(not rest.startswith(IN_A_FILE) for rest in feeds):
            yield from _readable_config(around)

    def connect(
        self, address: str, asked: Mapping[str, Any], around: Surroundings, now: datetime, talk: Talk
    ) -> Connected:
        rest = address.partition(":")[2]
        name = f"feed:{shown(rest)}"
        events = accept(link_in(rest), name, around, now)
        return Connected(
            [f"{name} can be read: {events} events. It needs no sign-in.", f"Note: {READ_ONLY}."]
        )


def _addresses(around: Surroundings) -> tuple[str, ...]:
    return around.settings.calendar, *around.settings.also_read


def _readable_config(around: Surroundings) -> Iterable[Finding]:
    try:
        readable = others_may_read(around.config)
    except OSError:  # there is none
        return
    if readable:
        yield (
            "feed",
            "note",
            f"{around.config} can be read by others, and a link in it is a secret: chmod 600 {around.config}",
        )


BACKEND = _Feeds()
