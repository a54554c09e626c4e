"""A person and a program share a calendar for weeks, with crashes between any two writes.

The person moves, deletes, retitles and adds; the program runs daily. Whatever the order: nothing of the
person's changes, nothing of ours doubles, a deleted block stays deleted and a moved one stays moved.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from blocker.calendars.marks import uid_for
from blocker.calendars.memory import MemoryCalendar
from blocker.engine import make_plan
from blocker.ledger.ledger import open_ledger
from blocker.running.apply import apply
from blocker.values.errors import Unreachable
from blocker.values.events import Event, Ref, StandingBlock
from blocker.values.intervals import Interval
from blocker.values.memory import Memory
from blocker.values.plan import Plan
from tests.tools.calendars_by_hand import MONDAY, at, meeting, request

CLOCKS = ["09:00", "10:15", "11:30", "13:00", "14:45", "16:00"]
LENGTHS = [30, 60, 90, 150]


class Killed(BaseException):
    """The process died here; nothing after this point happened."""


class Mortal:
    """A calendar whose process is killed before or after one of its writes."""

    def __init__(self, calendar: MemoryCalendar, dies_at: int | None) -> None:
        self._calendar, self._left = calendar, dies_at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._calendar, name)

    def create(self, block: Any) -> Ref:
        return self._write(self._calendar.create, block)

    def update(self, ref: Ref, block: Any) -> Ref:
        return self._write(self._calendar.update, ref, block)

    def delete(self, ref: Ref) -> None:
        self._write(self._calendar.delete, ref)

    def _write(self, verb: Any, *args: Any) -> Any:
        if self._left == 0:
            raise Killed
        result = verb(*args)
        if self._left is not None:
            self._left -= 2
            if self._left == -1:
                raise Killed
        return result


class SharedCalendar(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._place = TemporaryDirectory()
        self.state = Path(self._place.name)
        self.calendar = MemoryCalendar(zone="Europe/Berlin")
        self.now = at(MONDAY, "06:30")
        self.foreign: dict[str, Event] = {}
        self.deleted: set[str] = set()
        self.moved: dict[str, Interval] = {}
        self.titles: dict[str, str] = {}
        self.number = 0

    def teardown(self) -> None:
        self._place.cleanup()

    @initialize(
        days=st.lists(st.tuples(st.integers(0, 34), st.sampled_from(CLOCKS)), max_size=60, unique=True)
    )
    def fill(self, days: list[tuple[int, str]]) -> None:
        for day, clock in days:
            self.add_meeting(day, clock, 60)

    @rule(day=st.integers(0, 40), clock=st.sampled_from(CLOCKS), minutes=st.sampled_from(LENGTHS))
    def add_meeting(self, day: int, clock: str, minutes: int) -> None:
        self.number += 1
        start = at(MONDAY + timedelta(days=day), clock)
        event = meeting(MONDAY, "09:00", "10:00", uid=f"m{self.number}")
        event = Event(
            event.uid, event.calendar, event.title, Interval(start, start + timedelta(minutes=minutes))
        )
        self.foreign[event.uid] = event
        self.calendar.put_event(event)

    @precondition(lambda self: self.foreign)
    @rule(data=st.data())
    def drop_meeting(self, data: st.DataObject) -> None:
        uid = data.draw(st.sampled_from(sorted(self.foreign)))
        del self.foreign[uid]
        self.calendar.remove_event(uid)

    @precondition(lambda self: self.ahead())
    @rule(data=st.data())
    def delete_block(self, data: st.DataObject) -> None:
        block = data.draw(st.sampled_from(self.ahead()))
        if self.memory_has(block.key):
            self.deleted.add(block.key)
        self.moved.pop(block.key, None)
        self.titles.pop(block.key, None)
        self.calendar.remove_block(block.ref.id)

    @precondition(lambda self: self.ahead())
    @rule(data=st.data(), day=st.integers(0, 30), clock=st.sampled_from(CLOCKS))
    def move_block(self, data: st.DataObject, day: int, clock: str) -> None:
        block = data.draw(st.sampled_from(self.ahead()))
        start = at(MONDAY + timedelta(days=day), clock)
        when = Interval(start, start + (block.when.end - block.when.start))
        self.calendar.move_block(block.ref.id, when)
        if when == block.slot:
            self.moved.pop(block.key, None)
        else:
            self.moved[block.key] = when

    @precondition(lambda self: self.ahead())
    @rule(data=st.data(), title=st.sampled_from(["Mine", "Do not touch", "Reading: Meadows"]))
    def retitle_block(self, data: st.DataObject, title: str) -> None:
        block = data.draw(st.sampled_from(self.ahead()))
        self.calendar.retitle_block(block.ref.id, title)
        self.titles[block.key] = title

    @rule(days=st.integers(1, 4))
    def sleep(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def run(self) -> None:
        self.work(None, complete=True)
        plan = self.plan(complete=True)
        assert not plan.writes, f"a second run would write {[(c.action, c.key) for c in plan.writes]}"

    @rule(dies_at=st.integers(0, 7))
    def run_and_die(self, dies_at: int) -> None:
        self.work(dies_at, complete=True)

    @rule()
    def run_offline(self) -> None:
        self.calendar.fail = Unreachable("no network")
        self.work(None, complete=True)
        self.calendar.fail = None

    @rule()
    def run_on_half_a_calendar(self) -> None:
        """An incomplete read never concludes that something was deleted, and removes nothing."""
        plan = self.plan(complete=False)
        assert not [c for c in plan.changes if c.action in ("remove", "tombstone")]

    @invariant()
    def foreign_events_are_untouched(self) -> None:
        snapshot = self.calendar.read(
            Interval(self.now - timedelta(days=400), self.now + timedelta(days=400))
        )
        assert {event.uid: event for event in snapshot.events} == self.foreign

    @invariant()
    def nothing_doubles_and_every_word_is_kept(self) -> None:
        keys = [block.key for block in self.blocks()]
        assert len(keys) == len(set(keys))
        assert not self.deleted & set(keys), "a deleted block came back"
        for block in self.blocks():
            if block.key in self.moved:
                assert block.when == self.moved[block.key], "a person's move was undone"
            if block.key in self.titles:
                assert block.title == self.titles[block.key], "a person's title was lost"

    def blocks(self) -> list[StandingBlock]:
        span = Interval(self.now - timedelta(days=1), self.now + timedelta(days=1))
        return list(self.calendar.read(span).blocks)

    def ahead(self) -> list[StandingBlock]:
        return sorted((b for b in self.blocks() if b.when.start > self.now), key=lambda b: b.key)

    def memory(self) -> Memory:
        with open_ledger(self.state, "memory:") as ledger:
            return ledger.memory()

    def memory_has(self, key: str) -> bool:
        """A deletion can be told from a crash only if the ledger saw the block stand."""
        return any(known.key == key and known.state == "placed" for known in self.memory().blocks)

    def plan(self, complete: bool) -> Plan:
        window = Interval(self.now - timedelta(weeks=14), self.now + timedelta(weeks=27))
        snapshot = self.calendar.read(window)
        asked = request(
            snapshot.events, snapshot.blocks, now=self.now, memory=self.memory(), complete=complete
        )
        return make_plan(asked)

    def work(self, dies_at: int | None, complete: bool) -> None:
        plan = self.plan(complete)
        for change in plan.changes:
            if change.action == "create" and change.kind != "note":  # an all-day note is beside the meetings
                busy = [e for e in self.foreign.values() if e.when.overlaps(change.slot)]
                assert not busy, f"{change.key} was placed on a meeting"
        with open_ledger(self.state, "memory:") as ledger:
            run = ledger.runs.begin("run", self.now)
            try:
                apply(plan, Mortal(self.calendar, dies_at), ledger, run, lambda change: None)  # type: ignore[arg-type]
            except (Killed, Unreachable):  # it is raised as long as nothing was written
                return


TestSharedCalendar = SharedCalendar.TestCase
TestSharedCalendar.settings = settings(max_examples=9, stateful_step_count=25, deadline=None)


def test_the_identity_of_a_block_is_its_key_and_generation() -> None:
    assert uid_for("strategic/2026-W48/1", 1) != uid_for("strategic/2026-W48/1", 2)
