"""One calendar that was remembered under several names has one memory, and nothing of it is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from blocker.ledger.file import ledger_path
from blocker.ledger.ledger import open_ledger, read_memory
from blocker.values.memory import Identity

DUMP = (Path(__file__).parent / "ledgers" / "two_names" / "v2.sql").read_text(encoding="utf-8")
NAMES = ("ics:/home/dana/calendar.ics", "ics:/home/dana/link.ics", "ics:/home/dana/mail/../calendar.ics")
ONE = Identity(NAMES[0], lambda name: name in NAMES)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(ledger_path(tmp_path))) as database:
        database.executescript(DUMP)
    ledger_path(tmp_path).chmod(0o600)
    return tmp_path


def test_every_row_is_there_and_of_two_that_of_the_name_that_ran_last(state: Path) -> None:
    memory = read_memory(state, ONE)
    blocks = {block.key: (block.state, block.ended_by) for block in memory.blocks}
    assert blocks == {
        "strategic/2026-W45/1": ("placed", ""),  # only under the real path, which ran first
        "strategic/2026-W46/1": ("tombstone", "deleted"),  # placed by the first, deleted when the link ran
        "frontline/2026-W46/1": ("placed", ""),  # only under the path with a detour
    }
    assert memory.generations["strategic/2026-W47/1"] == 3  # gone under all of them, and used up three times
    assert {str(record.week): record.level for record in memory.weeks} == {
        "2026-W45": "amber",
        "2026-W46": "red",
    }
    assert memory.skipped_keys == ("learning/2026-W47/1", "strategic/2026-W47/1")
    assert {str(week): hours for week, hours in memory.busy_hours.items()} == {"2026-W46": 5.0}
    assert memory.confirmed
    assert str(memory.paused_until) == "2026-12-31"


def test_other_calendars_keep_what_is_theirs(state: Path) -> None:
    other = "ics:/home/dana/other.ics"
    before = read_memory(state, other)
    read_memory(state, ONE)
    assert read_memory(state, other) == before
    assert [block.key for block in before.blocks] == ["strategic/2026-W46/1"]


def test_it_is_done_once_and_stays(state: Path) -> None:
    first = read_memory(state, ONE)
    assert read_memory(state, ONE) == read_memory(state, ONE.name) == first
    for name in NAMES[1:]:
        assert read_memory(state, name).blocks == ()


def test_the_last_run_of_any_name_can_be_undone(state: Path) -> None:
    with open_ledger(state, ONE) as ledger:
        found = ledger.runs.last()
    assert found is not None
    assert [change.key for change in found.changes] == ["frontline/2026-W46/1"]
