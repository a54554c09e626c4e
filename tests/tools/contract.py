"""What every calendar backend promises. A backend's tests inherit :class:`CalendarContract`.

They give it a ``world`` fixture: the calendar as its owner has it, with the hands of a person and a way
to make every write fail. The in-memory backend passes too, which is why it may stand in for the rest.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from blocker.calendars.port import Calendar
from blocker.values.errors import AlreadyExists, BlockerError, Conflict, Missing, Refused
from blocker.values.events import Block, Ref, Snapshot, StandingBlock
from blocker.values.fingerprint import hash_of_text
from blocker.values.intervals import Interval, interval

ZONE = "Europe/Berlin"
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
WINDOW = interval(MONDAY, MONDAY + timedelta(days=7))


def slot(start: str, end: str, day: int = 0) -> Interval:
    """``"08:00"`` to ``"10:00"`` UTC, so many days after the Monday of 2026-W48."""
    date_text = f"{MONDAY + timedelta(days=day):%Y-%m-%d}"
    return interval(*(datetime.fromisoformat(f"{date_text}T{clock}+00:00") for clock in (start, end)))


def block(key: str = "strategic/2026-W48/1", when: Interval | None = None, **more: Any) -> Block:
    fields: dict[str, Any] = {"title": "Strategic thinking", "text": "Why: 22.5 h of 37.5 h\nare meetings."}
    return Block(
        key=key,
        kind=key.partition("/")[0],
        slot=when or slot("08:00", "10:00"),
        stamp=datetime(2026, 11, 20, 6, 0, tzinfo=UTC),
        **(fields | more),
    )


class World(Protocol):
    """A calendar and the people around it."""

    def open(self) -> Calendar:
        """A new connection to the calendar, its zone known to be ``ZONE``."""

    def add_event(self, title: str, when: Interval) -> str:
        """Somebody adds an event; its identity is returned."""

    def move(self, identity: str, when: Interval) -> None:
        """The person drags a block elsewhere, in a client of theirs."""

    def retitle(self, identity: str, title: str) -> None:
        """The person gives a block another title."""

    def remove(self, identity: str) -> None:
        """The person deletes a block."""

    def refuse_writes(self, refuse: bool) -> None:
        """From now on every write fails (or works again)."""


class CalendarContract:
    """Inherit it and define a ``world`` fixture."""

    @pytest.fixture
    def calendar(self, world: World) -> Calendar:
        calendar = world.open()
        calendar.read(WINDOW)
        return calendar

    def one(self, calendar: Calendar) -> StandingBlock:
        (standing,) = calendar.read(WINDOW).blocks
        return standing

    # Reading

    def test_the_address_names_the_calendar_and_its_events(self, world: World) -> None:
        world.add_event("Standup", slot("09:00", "09:15"))
        calendar = world.open()
        snapshot = calendar.read(WINDOW)
        assert snapshot.calendar == calendar.address == snapshot.events[0].calendar
        assert snapshot.window == WINDOW
        assert isinstance(calendar.capabilities, frozenset)

    def test_events_that_touch_the_window_are_read(self, world: World) -> None:
        world.add_event("before", interval(WINDOW.start - timedelta(hours=1), WINDOW.start))
        world.add_event(
            "across the start", interval(WINDOW.start - timedelta(hours=1), WINDOW.start + timedelta(hours=1))
        )
        world.add_event("inside", slot("09:00", "10:00", 2))
        world.add_event(
            "across the end", interval(WINDOW.end - timedelta(hours=1), WINDOW.end + timedelta(hours=1))
        )
        world.add_event("after", interval(WINDOW.end, WINDOW.end + timedelta(hours=1)))
        titles = [event.title for event in world.open().read(WINDOW).events]
        assert titles == ["across the start", "inside", "across the end"]

    def test_an_event_keeps_its_instant_and_has_no_mark(self, world: World) -> None:
        world.add_event("Standup", slot("09:00", "09:15"))
        snapshot = world.open().read(WINDOW)
        assert snapshot.blocks == ()
        assert [event.when for event in snapshot.events] == [slot("09:00", "09:15")]
        assert snapshot.complete
        assert snapshot.components == 1

    def test_a_block_outside_the_window_is_read(self, calendar: Calendar) -> None:
        far = slot("08:00", "10:00", 100)
        calendar.create(block(when=far))
        assert self.one(calendar).when == far

    # Creating

    def test_a_block_is_read_as_it_was_written(self, calendar: Calendar) -> None:
        written = block()
        ref = calendar.create(written)
        snapshot = calendar.read(WINDOW)
        (standing,) = snapshot.blocks
        assert standing.ref == ref
        assert (standing.key, standing.kind, standing.generation) == (written.key, "strategic", 1)
        assert standing.slot == standing.when == written.slot
        assert (standing.title, standing.text) == (written.title, written.text)
        assert standing.busy
        assert standing.dates is None
        assert not standing.pinned
        assert not standing.edited
        assert snapshot.events == ()
        assert snapshot.components == 1

    @pytest.mark.parametrize(
        "text",
        [
            "plain",
            "a, b; c: d\\e\\n",
            "first line\nsecond line\n\n- item\n\tindented",
            'quotes " and ümläuts, 思考, 🧭 and e\u0301',
            "long " * 400,
            "BEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR",
            "<b>not bold</b> & plain",
        ],
    )
    def test_any_title_and_text_come_back(self, calendar: Calendar, text: str) -> None:
        title = text.replace("\n", " ").replace("\t", " ").strip()[:200].strip()
        calendar.create(block(title=title, text=text))
        standing = self.one(calendar)
        assert standing.title == title
        assert standing.text.split() == text.split()
        assert not standing.edited

    def test_a_free_block_is_free(self, calendar: Calendar) -> None:
        calendar.create(block(busy=False))
        assert not self.one(calendar).busy

    def test_an_all_day_block_has_dates(self, calendar: Calendar) -> None:
        days = (date(2026, 11, 24), date(2026, 11, 25))
        zone = ZoneInfo(ZONE)
        when = interval(datetime(2026, 11, 24, tzinfo=zone), datetime(2026, 11, 25, tzinfo=zone))
        calendar.create(block("note/2026-Q4", when, dates=days, busy=False))
        standing = self.one(calendar)
        assert standing.dates == days
        assert standing.when == standing.slot == when
        assert not standing.pinned

    def test_the_mark_holds_the_hash_that_was_asked_for(self, calendar: Calendar) -> None:
        calendar.create(block(title="Their title", text_hash=hash_of_text("Our title", "Our text")))
        standing = self.one(calendar)
        assert standing.text_hash == hash_of_text("Our title", "Our text")
        assert standing.edited

    @pytest.mark.parametrize("visibility", ["private", "default", "public"])
    def test_it_is_known_whether_others_may_read_a_block(self, calendar: Calendar, visibility: str) -> None:
        ref = calendar.create(block(visibility=visibility))
        assert self.one(calendar).private == (visibility == "private")
        calendar.update(ref, block(text="other words"))
        assert self.one(calendar).private == (visibility == "private"), "words change nothing about it"

    def test_the_same_block_is_not_created_twice(self, calendar: Calendar) -> None:
        ref = calendar.create(block())
        with pytest.raises(AlreadyExists):
            calendar.create(block(title="again"))
        standing = self.one(calendar)
        assert (standing.title, standing.ref) == ("Strategic thinking", ref)

    def test_another_generation_is_another_event(self, world: World, calendar: Calendar) -> None:
        first = calendar.create(block())
        calendar.delete(first)
        second = calendar.create(block(generation=2))
        assert second.id != first.id
        assert self.one(calendar).generation == 2

    @pytest.mark.parametrize(("by_a_person", "told"), [(False, "gone"), (True, "deleted")])
    def test_what_is_gone_can_be_made_again(
        self, world: World, calendar: Calendar, by_a_person: bool, told: str
    ) -> None:
        """Under its identity; or, where that stays used up, under the next one, and it is said who took it away."""
        ref = calendar.create(block())
        if by_a_person:
            world.remove(ref.id)
        else:
            calendar.delete(ref)
        again = world.open()
        again.read(WINDOW)
        try:
            again.create(block())
        except AlreadyExists as taken:
            assert taken.taken_by == told
            again.create(block(generation=2))
        assert self.one(again).title == "Strategic thinking"

    def test_blocks_and_events_stand_side_by_side(self, world: World, calendar: Calendar) -> None:
        for rank in (1, 2, 3):
            calendar.create(block(f"strategic/2026-W48/{rank}", slot("08:00", "10:00", rank)))
        world.add_event("Standup", slot("09:00", "09:15"))
        snapshot = world.open().read(WINDOW)
        assert [b.key for b in snapshot.blocks] == [f"strategic/2026-W48/{rank}" for rank in (1, 2, 3)]
        assert [e.title for e in snapshot.events] == ["Standup"]
        assert snapshot.components == 4

    # Updating

    def test_a_move_of_ours_is_no_pin(self, calendar: Calendar) -> None:
        ref = calendar.create(block())
        moved = calendar.update(ref, block(when=slot("13:00", "15:00", 1)))
        standing = self.one(calendar)
        assert standing.when == standing.slot == slot("13:00", "15:00", 1)
        assert not standing.pinned
        assert standing.ref == moved
        assert moved.id == ref.id
        assert moved.etag != ref.etag

    def test_an_update_changes_title_text_and_busy(self, calendar: Calendar) -> None:
        ref = calendar.create(block())
        calendar.update(ref, block(title="Other", text="", busy=False))
        standing = self.one(calendar)
        assert (standing.title, standing.text, standing.busy) == ("Other", "", False)
        assert not standing.edited

    def test_writes_follow_each_other_without_reading(self, calendar: Calendar) -> None:
        ref = calendar.create(block())
        for hour in (9, 10, 11):
            ref = calendar.update(ref, block(when=slot(f"{hour:02}:00", f"{hour + 2:02}:00")))
        calendar.delete(ref)
        assert calendar.read(WINDOW).blocks == ()

    def test_an_old_ref_is_a_conflict(self, calendar: Calendar) -> None:
        old = calendar.create(block())
        calendar.update(old, block(title="newer"))
        with pytest.raises(Conflict):
            calendar.update(old, block(title="older"))
        with pytest.raises(Conflict):
            calendar.delete(old)
        assert self.one(calendar).title == "newer"

    def test_what_is_gone_cannot_be_updated_or_deleted(self, calendar: Calendar) -> None:
        ref = calendar.create(block())
        calendar.delete(ref)
        with pytest.raises(Missing):
            calendar.update(ref, block())
        with pytest.raises(Missing):
            calendar.delete(ref)

    # The person

    def test_a_block_that_a_person_moved_is_pinned(self, world: World, calendar: Calendar) -> None:
        ref = calendar.create(block())
        world.move(ref.id, slot("14:00", "15:30", 2))
        standing = self.one(world.open())
        assert standing.pinned
        assert standing.slot == slot("08:00", "10:00")
        assert standing.when == slot("14:00", "15:30", 2)
        assert not standing.edited

    def test_a_block_that_a_person_moved_takes_new_words_and_stays_pinned(
        self, world: World, calendar: Calendar
    ) -> None:
        made, ref = slot("08:00", "10:00"), calendar.create(block())
        for hour in ("14:00", "11:00"):
            moved = slot(hour, "15:30", 2)
            world.move(ref.id, moved)
            for number in range(3):
                again = world.open()
                there = self.one(again)
                words = {"title": f"Title {number}", "text": f"Text {hour} {number}"}
                ref = again.update(there.ref, block(when=moved, mark_slot=made, **words))
                standing = self.one(world.open())
                assert (standing.title, standing.text) == (words["title"], words["text"])
                assert (standing.slot, standing.when) == (made, moved)
                assert standing.pinned
                assert not standing.edited
                assert standing.ref == ref

    def test_a_pinned_block_can_be_put_back(self, calendar: Calendar) -> None:
        made, moved = slot("08:00", "10:00"), slot("14:00", "15:30", 2)
        ref = calendar.create(block(when=moved, mark_slot=made))
        standing = self.one(calendar)
        assert (standing.slot, standing.when, standing.ref) == (made, moved, ref)
        assert standing.pinned

    def test_a_block_that_a_person_retitled_is_edited(self, world: World, calendar: Calendar) -> None:
        ref = calendar.create(block())
        world.retitle(ref.id, "My time")
        standing = self.one(world.open())
        assert standing.edited
        assert standing.title == "My time"
        assert not standing.pinned

    def test_a_persons_change_is_not_overwritten(self, world: World, calendar: Calendar) -> None:
        ref = calendar.create(block())
        world.move(ref.id, slot("14:00", "15:30", 2))
        with pytest.raises(Conflict):
            calendar.update(ref, block(title="newer"))
        with pytest.raises(Conflict):
            calendar.delete(ref)
        standing = self.one(world.open())
        assert (standing.title, standing.when) == ("Strategic thinking", slot("14:00", "15:30", 2))

    def test_a_block_that_a_person_deleted_is_missing(self, world: World, calendar: Calendar) -> None:
        ref = calendar.create(block())
        world.remove(ref.id)
        with pytest.raises(Missing):
            calendar.update(ref, block())
        with pytest.raises(Missing):
            calendar.delete(ref)
        assert world.open().read(WINDOW).blocks == ()

    def test_others_events_are_never_touched(self, world: World) -> None:
        identity = world.add_event("Standup", slot("09:00", "09:15"))
        calendar = world.open()
        before = calendar.read(WINDOW).events
        with pytest.raises(Refused):
            calendar.update(Ref(identity, ""), block())
        with pytest.raises(Refused):
            calendar.delete(Ref(identity, ""))
        assert calendar.read(WINDOW).events == before

    # Failure

    def test_a_write_that_fails_says_so_and_changes_nothing(self, world: World, calendar: Calendar) -> None:
        ref = calendar.create(block())
        before = without_time_of_reading(calendar.read(WINDOW))
        world.refuse_writes(True)
        with pytest.raises(BlockerError):
            calendar.create(block("strategic/2026-W48/2"))
        with pytest.raises(BlockerError):
            calendar.update(ref, block(title="never"))
        with pytest.raises(BlockerError):
            calendar.delete(ref)
        world.refuse_writes(False)
        assert without_time_of_reading(calendar.read(WINDOW)) == before
        calendar.delete(ref)
        assert calendar.read(WINDOW).blocks == ()

    def test_closing_is_quiet(self, calendar: Calendar) -> None:
        calendar.close()


def without_time_of_reading(snapshot: Snapshot) -> Snapshot:
    """What must be the same when nothing was written."""
    return replace(snapshot, skipped=())
