"""Create, move, delete, and leave nothing behind: on a real account, when BLOCKER_LIVE_GOOGLE names its sign-in."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from blocker.calendars.google.calendar import GoogleCalendar
from blocker.values.errors import AlreadyExists, Conflict, Missing
from blocker.values.events import DECLINE_NONE, Block, StandingBlock
from blocker.values.intervals import Interval, interval
from tests.tools.google_world import surroundings

DAY = timedelta(days=1)
KIND = "live"


@pytest.fixture
def morning() -> datetime:
    """Nine o'clock UTC, two months ahead."""
    return (datetime.now(UTC) + 60 * DAY).replace(hour=9, minute=0, second=0, microsecond=0)


@pytest.fixture
def connections(token: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Opens the primary calendar; in the end nothing of ours is left on it."""
    place = tmp_path / "config"
    place.mkdir(mode=0o700)
    shutil.copy(token, place / "google-token.json")
    (place / "google-token.json").chmod(0o600)
    monkeypatch.setenv("BLOCKER_CONFIG", str(place / "config.toml"))
    opened: list[GoogleCalendar] = []

    def connect() -> GoogleCalendar:
        opened.append(GoogleCalendar("primary", around=surroundings(), zone="UTC", me=()))
        return opened[-1]

    yield connect
    last = connect()
    for there in mine(last):
        last.delete(there.ref)
    left = mine(last)
    for calendar in opened:
        calendar.close()
    assert left == []


def mine(calendar: GoogleCalendar) -> list[StandingBlock]:
    now = datetime.now(UTC)
    return [b for b in calendar.read(Interval(now, now + DAY)).blocks if b.kind == KIND]


def block(start: datetime, **more: Any) -> Block:
    """Ids stay taken after a deletion, so every run has its own."""
    generation = random.SystemRandom().randint(1, 999_999)
    made = Block(
        key=f"{KIND}/{start:%Y-%m-%d}/1",
        kind=KIND,
        slot=interval(start, start + timedelta(hours=2)),
        title="blocker: a live test",
        text="It goes away by itself.\n- ünïcödé",
        stamp=start,
        generation=generation,
    )
    return replace(made, **more)


def test_a_block_lives_and_goes(connections: Any, morning: datetime) -> None:
    calendar = connections()
    made = block(morning)
    ref = calendar.create(made)
    assert connections().create(made) == ref  # as after a lost answer
    (there,) = mine(calendar)
    assert (there.title, there.slot, there.when, there.edited) == (made.title, made.slot, made.slot, False)

    later = block(morning + timedelta(hours=3), key=made.key, generation=made.generation)
    moved = calendar.update(ref, later)
    with pytest.raises(Conflict):
        calendar.update(ref, made)
    (there,) = mine(calendar)
    assert (there.ref, there.when, there.pinned) == (moved, later.slot, False)

    calendar.delete(moved)
    with pytest.raises(Missing):
        calendar.delete(moved)
    with pytest.raises(AlreadyExists) as caught:
        connections().create(made)
    assert caught.value.taken_by == "deleted"
    assert mine(calendar) == []


def test_focus_time_or_its_fallback(connections: Any, morning: datetime) -> None:
    calendar = connections()
    calendar.create(block(morning + DAY, focus=DECLINE_NONE))
    (there,) = mine(calendar)
    assert there.busy


def test_an_all_day_note(connections: Any, morning: datetime) -> None:
    first = (morning + 2 * DAY).date()
    midnight = datetime.combine(first, datetime.min.time(), UTC)
    calendar = connections()
    note = block(midnight, dates=(first, first + DAY), busy=False)
    calendar.create(replace(note, slot=interval(midnight, midnight + DAY)))
    (there,) = mine(calendar)
    assert (there.dates, there.busy, there.pinned) == ((first, first + DAY), False, False)
