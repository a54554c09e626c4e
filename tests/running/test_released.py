"""A block that is taken off because nothing could save it: owed, remembered, and safe from kills on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from blocker.calendars.memory import MemoryCalendar
from blocker.ledger.ledger import Ledger, open_ledger
from blocker.planning.recall import recall
from blocker.running.apply import apply
from blocker.values.events import Block, Ref, Snapshot
from blocker.values.intervals import interval
from blocker.values.memory import Identity, Remembered
from blocker.values.plan import Change, Plan
from tests.tools.calendars_by_hand import at, slot

KEY = "strategic/2026-W45/1"
NOW = at(date(2026, 11, 2), "6:30")
WHEN = slot(date(2026, 11, 4), "9:00", "11:00")


class Killed(BaseException):
    """The process ended here."""


class Mortal(MemoryCalendar):
    """Dies before it deletes, or right after."""

    fate = ""

    def delete(self, ref: Ref) -> None:
        if self.fate == "before":
            raise Killed
        super().delete(ref)
        if self.fate == "after":
            raise Killed


class Dying(Ledger):
    """Dies before it notes that a block is displaced."""

    def displace(self, key: str) -> None:
        raise Killed


@pytest.fixture
def calendar() -> Mortal:
    return Mortal(address="memory:")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path, Identity("memory:")) as ledger:
        yield ledger


def seen(calendar: Mortal) -> Snapshot:
    return calendar.read(interval(at(date(2026, 10, 1), "0:00"), at(date(2026, 12, 31), "0:00")))


def carry_out(changes: list[Change], calendar: Mortal, ledger: Ledger) -> None:
    plan = Plan(NOW, "memory:", "Europe/Berlin", "run", (), (), tuple(changes))
    run = ledger.runs.begin("run", NOW)
    receipt = apply(plan, calendar, ledger, run, lambda change: None)
    assert all(change.error is None for change in receipt.changes)
    ledger.runs.end(run, NOW, 0)


def stood(calendar: Mortal, ledger: Ledger) -> list[Change]:
    """A block that was made, and the release of it."""
    block = Block(KEY, "strategic", WHEN, "Think", "", NOW)
    carry_out([Change("create", KEY, "strategic", WHEN, block=block)], calendar, ledger)
    (there,) = seen(calendar).blocks
    return [Change("remove", KEY, "strategic", WHEN, standing=there, released=True, forced=True)]


def remembered(calendar: Mortal, ledger: Ledger) -> Remembered:
    """What the next run knows of it."""
    (known,) = recall(seen(calendar), ledger.memory(), NOW, "").memory.blocks
    return known


def test_a_released_block_is_displaced_with_all_that_is_known_of_it(calendar: Mortal, ledger: Ledger) -> None:
    carry_out(stood(calendar, ledger), calendar, ledger)
    known = remembered(calendar, ledger)
    assert (known.state, known.slot, known.generation, known.ref) == ("displaced", WHEN, 1, None)
    assert not known.answer
    assert ledger.memory().generations[KEY] == 1


def cut_short(how: str, calendar: Mortal, ledger: Ledger) -> None:
    changes = stood(calendar, ledger)
    calendar.fate = how
    dying: Ledger = Dying(ledger.database, Identity("memory:")) if how == "unnoted" else ledger
    with pytest.raises(Killed):
        carry_out(changes, calendar, dying)
    calendar.fate = ""


@pytest.mark.parametrize("how", ["after", "unnoted"])
def test_killed_once_it_is_off_the_calendar_it_is_displaced_all_the_same(
    how: str, calendar: Mortal, ledger: Ledger
) -> None:
    cut_short(how, calendar, ledger)
    assert remembered(calendar, ledger).state == "displaced"
    noted = recall(seen(calendar), ledger.memory(), NOW, "").gone
    assert [(change.action, change.released) for change in noted] == [("forget", True)]
    carry_out(list(noted), calendar, ledger)
    assert [known.state for known in ledger.memory().blocks] == ["displaced"]
    assert recall(seen(calendar), ledger.memory(), NOW, "").gone == ()


def test_killed_before_that_it_still_stands_and_nobody_is_said_to_have_deleted_it(
    calendar: Mortal, ledger: Ledger
) -> None:
    cut_short("before", calendar, ledger)
    assert remembered(calendar, ledger).state == "removing"
    assert [block.key for block in recall(seen(calendar), ledger.memory(), NOW, "").live] == [KEY]
    assert recall(seen(calendar), ledger.memory(), NOW, "").gone == ()


def test_made_again_it_has_its_key_and_another_identity(calendar: Mortal, ledger: Ledger) -> None:
    carry_out(stood(calendar, ledger), calendar, ledger)
    later = slot(date(2026, 11, 5), "9:00", "10:30")
    block = Block(KEY, "strategic", later, "Think", "", NOW, generation=2)
    carry_out([Change("create", KEY, "strategic", later, block=block)], calendar, ledger)
    known = remembered(calendar, ledger)
    assert (known.state, known.slot, known.generation) == ("placed", later, 2)
    assert [(block.key, block.generation) for block in seen(calendar).blocks] == [(KEY, 2)]


def test_one_that_nobody_wants_any_more_is_forgotten(calendar: Mortal, ledger: Ledger) -> None:
    carry_out(stood(calendar, ledger), calendar, ledger)
    carry_out([Change("forget", KEY, "strategic", WHEN)], calendar, ledger)
    assert ledger.memory().blocks == ()
    assert ledger.memory().generations[KEY] == 1
