"""The in-memory calendar keeps the contract that it stands in for."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

import pytest

from blocker.calendars.memory import MemoryCalendar
from blocker.calendars.port import Calendar
from blocker.values.errors import Refused, Unreachable
from blocker.values.events import Event
from blocker.values.intervals import Interval, interval
from tests.tools.contract import ZONE, CalendarContract, block


class MemoryWorld:
    def __init__(self) -> None:
        self.calendar = MemoryCalendar(zone=ZONE)
        self.numbers = count(1)

    def open(self) -> Calendar:
        return self.calendar

    def add_event(self, title: str, when: Interval) -> str:
        uid = f"event-{next(self.numbers)}"
        self.calendar.put_event(Event(uid, self.calendar.address, title, when))
        return uid

    def move(self, identity: str, when: Interval) -> None:
        self.calendar.move_block(identity, when)

    def retitle(self, identity: str, title: str) -> None:
        self.calendar.retitle_block(identity, title)

    def remove(self, identity: str) -> None:
        self.calendar.remove_block(identity)

    def refuse_writes(self, refuse: bool) -> None:
        self.calendar.fail = Unreachable("the network is gone") if refuse else None


class TestMemoryCalendar(CalendarContract):
    @pytest.fixture
    def world(self) -> MemoryWorld:
        return MemoryWorld()


def test_it_counts_what_went_through() -> None:
    calendar = MemoryCalendar()
    ref = calendar.create(block())
    calendar.fail = Refused("read-only")
    with pytest.raises(Refused):
        calendar.delete(ref)
    calendar.fail = None
    calendar.delete(ref)
    assert calendar.writes == 2


def test_an_event_may_have_several_occurrences_and_may_go() -> None:
    days = [
        interval(datetime(2026, 11, day, 9, tzinfo=UTC), datetime(2026, 11, day, 10, tzinfo=UTC))
        for day in (23, 24)
    ]
    calendar = MemoryCalendar(Event("a", "memory:", "Standup", when) for when in days)
    window = interval(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
    assert [event.when for event in calendar.read(window).events] == days
    assert calendar.read(window).components == 1
    calendar.remove_event("a")
    assert calendar.read(window).events == ()
