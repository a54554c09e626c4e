"""The ``ics:`` backend: the contract, and what a file asks for beyond it."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from blocker.calendars.addresses import open_calendar
from blocker.calendars.ics.lexer import changed, scan
from blocker.calendars.port import Calendar
from blocker.values.errors import (
    AlreadyExists,
    CalendarError,
    Conflict,
    Missing,
    Refused,
    Unreachable,
    Unreadable,
    UsageError,
)
from blocker.values.events import Ref
from blocker.values.intervals import Interval, interval
from tests.tools.contract import WINDOW, ZONE, CalendarContract, block, slot
from tests.tools.places import CORPUS, ROOT

EMPTY = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nEND:VCALENDAR\r\n"


def stamp(instant: datetime) -> str:
    return f"{instant:%Y%m%dT%H%M%SZ}"


class FileWorld:
    """A file and a person whose client writes it as clients do: times in a zone of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.numbers = count(1)
        path.write_bytes(EMPTY)

    def open(self) -> Calendar:
        return open_calendar(f"ics:{self.path}", zone=ZONE, me=())

    def add_event(self, title: str, when: Interval) -> str:
        uid = f"event-{next(self.numbers)}@example.org"
        lines = ["BEGIN:VEVENT", f"UID:{uid}", f"DTSTART:{stamp(when.start)}", f"DTEND:{stamp(when.end)}"]
        event = "\r\n".join([*lines, f"SUMMARY:{title}", "END:VEVENT", ""])
        self.change(lambda text: text.replace("END:VCALENDAR", event + "END:VCALENDAR"))
        return uid

    def move(self, identity: str, when: Interval) -> None:
        start, end = (f"{t + timedelta(hours=9):%Y%m%dT%H%M%S}" for t in (when.start, when.end))

        def moved(event: str) -> str:
            event = re.sub(r"DTSTART.*", f"DTSTART;TZID=Asia/Tokyo:{start}\r", event)
            return re.sub(r"DTEND.*", f"DTEND;TZID=Asia/Tokyo:{end}\r", event)

        self.change_event(identity, moved)

    def retitle(self, identity: str, title: str) -> None:
        self.change_event(identity, lambda event: re.sub(r"SUMMARY:.*", f"SUMMARY:{title}\r", event))

    def remove(self, identity: str) -> None:
        self.change_event(identity, lambda event: "")

    def refuse_writes(self, refuse: bool) -> None:
        self.path.chmod(0o444 if refuse else 0o644)

    def change(self, how: Callable[[str], str]) -> None:
        self.path.write_bytes(how(self.path.read_bytes().decode()).encode())

    def change_event(self, identity: str, how: Callable[[str], str]) -> None:
        events = re.compile(r"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", re.DOTALL)
        self.change(
            lambda text: events.sub(lambda m: how(m[0]) if f"UID:{identity}\r" in m[0] else m[0], text)
        )


@pytest.fixture
def world(tmp_path: Path) -> FileWorld:
    return FileWorld(tmp_path / "me.ics")


@pytest.fixture
def calendar(world: FileWorld) -> Calendar:
    calendar = world.open()
    calendar.read(WINDOW)
    return calendar


class TestIcsCalendar(CalendarContract):
    @pytest.fixture
    def world(self, tmp_path: Path) -> FileWorld:
        return FileWorld(tmp_path / "me.ics")


# Addresses


@pytest.mark.parametrize(
    "address", ["", "ics:", "me.ics", "/home/me.ics", "outlook:me", "ftp://x/y.ics", ":x"]
)
def test_what_is_no_address_is_a_usage_error(address: str) -> None:
    with pytest.raises(UsageError):
        open_calendar(address, zone=None, me=())


def test_a_backend_that_is_not_there_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="not a calendar address"):
        open_calendar("ews:https://example.org/me", zone=None, me=())


def test_the_home_folder_and_relative_paths_become_absolute(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for address in ("ics:~/me.ics", "ICS:me.ics", f"ics:{tmp_path}/me.ics"):
        assert open_calendar(address, zone=None, me=()).address == f"ics:{tmp_path}/me.ics"


def test_an_unknown_zone_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Middle/Earth"):
        open_calendar(f"ics:{tmp_path}/me.ics", zone="Middle/Earth", me=())


def test_reading_a_file_imports_nothing_slow(tmp_path: Path) -> None:
    path = tmp_path / "me.ics"
    path.write_bytes((CORPUS / "a_zone_that_the_file_defines.ics").read_bytes())
    code = (
        "import sys\n"
        "from datetime import UTC, datetime\n"
        "from blocker.calendars.addresses import open_calendar\n"
        "from blocker.values.intervals import interval\n"
        "window = interval(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))\n"
        "assert open_calendar('ics:' + sys.argv[1], zone=None, me=()).read(window).events\n"
        "print(*(name for name in set(sys.modules) if '.' not in name))\n"
    )
    command = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"icalendar", "googleapiclient", "asyncio", "ssl", "email"} & set(done.stdout.split())


# Files that are no calendar


def unreadable(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        open_calendar(f"ics:{path}", zone=None, me=()).read(WINDOW)
    assert str(path) in caught.value.message
    assert "\n" not in caught.value.message
    return caught.value.message


def test_a_missing_file_is_named_and_never_made(tmp_path: Path) -> None:
    unreadable(tmp_path / "none.ics")
    calendar = open_calendar(f"ics:{tmp_path}/none.ics", zone=None, me=())
    with pytest.raises(Unreadable):
        calendar.create(block())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"\r\n\r\n", "empty"),
        (b"Dear diary", "VCALENDAR"),
        (b"<html>sign in</html>", "VCALENDAR"),
        (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "VCALENDAR"),
        (bytes(range(256)), "VCALENDAR"),
        ("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_a_file_that_is_no_calendar_is_refused(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "odd.ics"
    path.write_bytes(content)
    assert word in unreadable(path)
    assert path.read_bytes() == content


def test_a_folder_and_a_pipe_are_refused(tmp_path: Path) -> None:
    assert "folder" in unreadable(tmp_path)
    os.mkfifo(tmp_path / "pipe.ics")
    assert "regular" in unreadable(tmp_path / "pipe.ics")
    with pytest.raises(Unreadable, match="regular"):
        open_calendar(f"ics:{tmp_path / 'pipe.ics'}", zone=None, me=()).create(block())


def test_a_path_with_a_null_or_without_end_is_refused(tmp_path: Path) -> None:
    unreadable(tmp_path / ("x" * 300))
    with pytest.raises((Unreadable, UsageError)):
        open_calendar("ics:/tmp/a\0b.ics", zone=None, me=()).read(WINDOW)


# Other people's bytes

PIECES = st.sampled_from(
    [
        b"X-WR-CALNAME:Caf\xc3\xa9",
        b"X-LATIN:caf\xe9",
        b"BEGIN:VEVENT\nUID:a\nDTSTART:20261124T090000Z\nDTEND:20261124T100000Z\nSUMMARY:x\nEND:VEVENT",
        b"BEGIN:VTODO\nUID:t\nEND:VTODO",
        b"BEGIN:VEVENT\nUID:broken\nEND:VEVENT",
        b"DESCRIPTION:one\n  two\n\tthree",
        b"",
        b"  ",
        b"X-END:END:VCALENDAR",
        b"junk without a colon",
    ]
)
ENDS = st.sampled_from([b"\r\n", b"\n", b"\r", b"\r\r\n"])


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Calendars with any mixture of line ends, with or without a BOM or a last line end."""
    lines = [b"BEGIN:VCALENDAR", *draw(st.lists(PIECES, max_size=6)), b"END:VCALENDAR"]
    content = b"".join(part + draw(ENDS) for line in lines for part in line.split(b"\n"))
    if draw(st.booleans()):
        content = content.rstrip(b"\r\n")
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + content


@settings(max_examples=80)
@given(content=files(), text=st.text(max_size=200))
def test_inserting_and_deleting_restores_every_byte(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, text: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "me.ics"
    path.write_bytes(content)
    calendar = open_calendar(f"ics:{path}", zone=ZONE, me=())
    found = calendar.read(WINDOW)
    ref = calendar.create(block(text=text))
    snapshot = calendar.read(WINDOW)
    assert [b.ref for b in snapshot.blocks] == [ref]
    assert snapshot.events == found.events
    assert not snapshot.blocks[0].edited
    ref = calendar.update(ref, block(text=text[::-1], when=slot("12:00", "13:00")))
    assert calendar.read(WINDOW).events == found.events
    calendar.delete(ref)
    assert path.read_bytes() == content


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n", b"\r"])
def test_the_files_own_line_end_is_used(tmp_path: Path, line_end: bytes) -> None:
    path = tmp_path / "me.ics"
    path.write_bytes(EMPTY.replace(b"\r\n", line_end))
    open_calendar(f"ics:{path}", zone=ZONE, me=()).create(block(text="long " * 50))
    rest = path.read_bytes().replace(line_end, b"")
    assert b"\r" not in rest
    assert b"\n" not in rest
    assert max(len(line) for line in path.read_bytes().split(line_end)) <= 75


def test_the_block_goes_into_the_last_calendar_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "me.ics"
    path.write_bytes(EMPTY * 2)
    open_calendar(f"ics:{path}", zone=ZONE, me=()).create(block())
    first, second = path.read_bytes().split(b"END:VCALENDAR\r\n")[:2]
    assert b"VEVENT" not in first
    assert b"VEVENT" in second


def test_a_move_keeps_what_the_persons_client_added(world: FileWorld, calendar: Calendar) -> None:
    ref = calendar.create(block())
    added = (
        "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC\r\nLOCATION:Terrace\r\nCLASS:PRIVATE\r\n"
        "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Soon\r\nTRIGGER:-PT10M\r\nDURATION:PT5M\r\nEND:VALARM\r\n"
    )
    world.change_event(ref.id, lambda event: event.replace("END:VEVENT", added + "END:VEVENT"))
    (standing,) = calendar.read(WINDOW).blocks
    assert not standing.edited
    calendar.update(standing.ref, block(when=slot("13:00", "15:00"), text="New reasons"))
    (standing,) = calendar.read(WINDOW).blocks
    assert (standing.when, standing.text) == (slot("13:00", "15:00"), "New reasons")
    assert standing.raw is not None
    assert added in standing.raw
    assert "SEQUENCE:1\r\n" in standing.raw
    assert standing.raw.count("DESCRIPTION") == 2


def test_what_was_kept_of_a_block_is_put_back_verbatim(world: FileWorld, calendar: Calendar) -> None:
    ref = calendar.create(block())
    world.change_event(ref.id, lambda event: event.replace("END:VEVENT", "X-MINE: kept \r\nEND:VEVENT"))
    (standing,) = calendar.read(WINDOW).blocks
    before = world.path.read_bytes()
    calendar.delete(standing.ref)
    assert calendar.create(block(title="not this", raw=standing.raw)) == standing.ref
    assert world.path.read_bytes() == before
    moved = calendar.update(standing.ref, block(when=slot("13:00", "15:00")))
    assert calendar.update(moved, block(raw=standing.raw)) == standing.ref
    assert world.path.read_bytes() == before


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "BEGIN:VEVENT\r\nUID:x\r\nDTSTART:20261123T080000Z\r\nEND:VEVENT\r\n",
        "END:VCALENDAR\r\nBEGIN:VCALENDAR\r\n",
        "X-LINE:1\r\n",
    ],
)
def test_only_a_block_of_ours_is_put_back(world: FileWorld, calendar: Calendar, raw: str) -> None:
    with pytest.raises(Refused):
        calendar.create(block(raw=raw))
    assert world.path.read_bytes() == EMPTY


# Ownership


def written(world: FileWorld) -> str:
    calendar = world.open()
    calendar.create(block())
    (standing,) = calendar.read(WINDOW).blocks
    assert standing.raw is not None
    return standing.raw


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw.replace("UID:strategic", "UID:copy-of-strategic"),
        lambda raw: raw.replace("UID:strategic-2026-W48-1.g1", "UID:strategic-2026-W48-2.g1"),
        lambda raw: raw.replace("X-BLOCKER-KEY", "X-OTHER-KEY"),
        lambda raw: raw.replace("END:VEVENT", "RRULE:FREQ=WEEKLY;COUNT=2\r\nEND:VEVENT"),
        lambda raw: raw.replace("END:VEVENT", "RDATE:20261125T080000Z\r\nEND:VEVENT"),
        lambda raw: raw.replace("END:VEVENT", "RECURRENCE-ID:20261123T080000Z\r\nEND:VEVENT"),
        lambda raw: raw.replace("END:VEVENT", "ATTENDEE:mailto:boss@example.org\r\nEND:VEVENT"),
        lambda raw: raw.replace("END:VEVENT", "STATUS:CANCELLED\r\nEND:VEVENT"),
    ],
    ids=[
        "copy",
        "another key",
        "no key",
        "repeats",
        "extra date",
        "changed occurrence",
        "guests",
        "cancelled",
    ],
)
def test_what_lacks_a_part_of_the_mark_is_an_ordinary_event(
    world: FileWorld, change: Callable[[str], str]
) -> None:
    raw = written(world)
    world.change(lambda text: text.replace(raw, change(raw)))
    calendar = world.open()
    snapshot = calendar.read(WINDOW)
    assert snapshot.blocks == ()
    assert {event.title for event in snapshot.events} == {"Strategic thinking"}
    assert snapshot.complete
    uid = snapshot.events[0].uid
    before = world.path.read_bytes()
    for attempt in (lambda: calendar.delete(Ref(uid, "")), lambda: calendar.update(Ref(uid, ""), block())):
        with pytest.raises(Refused):
            attempt()
    assert world.path.read_bytes() == before


def test_a_key_of_ones_own_making_comes_back(world: FileWorld, calendar: Calendar) -> None:
    ref = calendar.create(block("deep work, ünit;\\x/2026-W48/1"))
    (standing,) = calendar.read(WINDOW).blocks
    assert (standing.key, standing.ref) == ("deep work, ünit;\\x/2026-W48/1", ref)
    assert standing.kind == "deep work, ünit;\\x"


def test_an_invitation_to_oneself_leaves_the_block_ours(world: FileWorld) -> None:
    raw = written(world)
    mine = raw.replace("END:VEVENT", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:Me@Example.org\r\nEND:VEVENT")
    world.change(lambda text: text.replace(raw, mine))
    known = open_calendar(f"ics:{world.path}", zone=ZONE, me=("me@example.org",))
    (standing,) = known.read(WINDOW).blocks
    known.delete(standing.ref)
    assert world.path.read_bytes() == EMPTY


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: re.sub(r"X-BLOCKER-SLOT:.*", "X-BLOCKER-SLOT:soon\r", raw),
        lambda raw: re.sub(r"X-BLOCKER-SLOT:.*\r\n", "", raw),
        lambda raw: raw.replace("X-BLOCKER-VERSION:1", "X-BLOCKER-VERSION:2"),
        lambda raw: re.sub(r"DTSTART:.*", "DTSTART:soon\r", raw),
        lambda raw: re.sub(r"DTEND:.*", "DTEND:20250101T000000Z\r", raw),
        lambda raw: raw.replace("END:VEVENT\r\n", ""),
    ],
    ids=["slot", "no slot", "newer version", "start", "end before start", "no END"],
)
def test_a_damaged_block_is_reported_and_makes_the_snapshot_incomplete(
    world: FileWorld, change: Callable[[str], str]
) -> None:
    raw = written(world)
    world.change(lambda text: text.replace(raw, change(raw)))
    snapshot = world.open().read(WINDOW)
    assert snapshot.blocks == ()
    assert not snapshot.complete
    (skipped,) = snapshot.skipped
    assert re.fullmatch(r"line \d+, UID strategic-2026-W48-1\.g1@calendar-blocker", skipped.where)


def test_a_broken_foreign_event_leaves_the_snapshot_complete(world: FileWorld) -> None:
    world.add_event("Standup", slot("09:00", "09:15"))
    world.change(lambda text: text.replace("DTSTART:2026", "DTSTART:soon"))
    snapshot = world.open().read(WINDOW)
    assert snapshot.complete
    assert [item.where for item in snapshot.skipped] == ["line 4, UID event-1@example.org"]
    assert snapshot.components == 1


def test_a_second_copy_with_the_same_identity_is_left_alone_and_reported(world: FileWorld) -> None:
    raw = written(world)
    world.change(lambda text: text.replace(raw, raw + raw.replace("Strategic", "Copied")))
    calendar = world.open()
    snapshot = calendar.read(WINDOW)
    assert [b.title for b in snapshot.blocks] == ["Strategic thinking"]
    assert snapshot.events == ()  # at the same time as the block, it is no event in its way
    assert len(snapshot.skipped) == 1
    calendar.delete(snapshot.blocks[0].ref)
    assert b"Copied" in world.path.read_bytes()


def test_a_second_copy_at_another_time_is_an_event(world: FileWorld) -> None:
    raw = written(world)
    world.change(lambda text: text.replace(raw, raw + raw.replace("DTEND:20261123T10", "DTEND:20261123T11")))
    snapshot = world.open().read(WINDOW)
    assert [b.when for b in snapshot.blocks] == [slot("08:00", "10:00")]
    assert [e.when for e in snapshot.events] == [slot("08:00", "11:00")]
    assert len(snapshot.skipped) == 1


# Writing


def test_a_change_by_another_program_is_a_conflict(world: FileWorld, calendar: Calendar) -> None:
    ref = calendar.create(block())
    world.add_event("Standup", slot("09:00", "09:15"))
    before = world.path.read_bytes()
    with pytest.raises(Conflict):
        calendar.create(block("strategic/2026-W48/2"))
    with pytest.raises(Conflict):
        calendar.update(ref, block(title="newer"))
    with pytest.raises(Conflict):
        calendar.delete(ref)
    assert world.path.read_bytes() == before
    calendar.read(WINDOW)
    calendar.delete(ref)


def test_a_write_without_a_read_before_it_rests_on_its_ref(world: FileWorld) -> None:
    ref = world.open().create(block())
    world.add_event("Standup", slot("09:00", "09:15"))
    world.open().delete(ref)
    with pytest.raises(Missing):
        world.open().delete(ref)


def test_nothing_is_written_into_a_file_that_was_cut_off(world: FileWorld, calendar: Calendar) -> None:
    ref = calendar.create(block())
    world.change(lambda text: text.replace("END:VCALENDAR\r\n", ""))
    snapshot = calendar.read(WINDOW)
    assert not snapshot.complete
    assert len(snapshot.blocks) == 1
    before = world.path.read_bytes()
    with pytest.raises(Refused, match="END:VCALENDAR"):
        calendar.create(block("strategic/2026-W48/2"))
    with pytest.raises(Refused, match="END:VCALENDAR"):
        calendar.delete(ref)
    assert world.path.read_bytes() == before


def test_mode_is_kept_and_nothing_is_left_beside_the_file(world: FileWorld, calendar: Calendar) -> None:
    world.path.chmod(0o640)
    calendar.create(block())
    assert world.path.stat().st_mode & 0o7777 == 0o640
    assert [p.name for p in world.path.parent.iterdir()] == ["me.ics"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody")
def test_the_owner_is_kept(world: FileWorld, calendar: Calendar) -> None:
    os.chown(world.path, 12345, 23456)
    calendar.create(block())
    status = world.path.stat()
    assert (status.st_uid, status.st_gid) == (12345, 23456)


def test_a_link_is_written_through_and_kept(world: FileWorld, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    link = folder / "link.ics"
    link.symlink_to("../me.ics")
    open_calendar(f"ics:{link}", zone=ZONE, me=()).create(block())
    assert link.is_symlink()
    assert link.readlink() == Path("../me.ics")
    assert b"X-BLOCKER-KEY" in world.path.read_bytes()
    assert [p.name for p in folder.iterdir()] == ["link.ics"]


def test_a_read_only_folder_is_refused(world: FileWorld, calendar: Calendar) -> None:
    world.path.parent.chmod(0o555)
    try:
        with pytest.raises(Refused, match="read-only"):
            calendar.create(block())
    finally:
        world.path.parent.chmod(0o755)
    assert world.path.read_bytes() == EMPTY


def test_a_file_with_two_names_is_refused(world: FileWorld, calendar: Calendar) -> None:
    world.path.with_name("other.ics").hardlink_to(world.path)
    with pytest.raises(Refused, match="hard link"):
        calendar.create(block())
    assert world.path.read_bytes() == EMPTY
    assert world.path.samefile(world.path.with_name("other.ics"))


@pytest.mark.parametrize(
    "name", ["x" * 216 + ".ics", "x" * 217 + ".ics", "x" * 251 + ".ics", "日" * 83 + ".ics"]
)
def test_a_name_as_long_as_any_can_be_written(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(EMPTY)
    opened = open_calendar(f"ics:{path}", zone=None, me=())
    opened.create(block())
    opened.close()
    assert path.read_bytes() != EMPTY
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_full_disk_leaves_the_file_as_it_was(world: FileWorld, calendar: Calendar) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, hard))
    try:
        with pytest.raises(CalendarError, match="as it was"):
            calendar.create(block())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert world.path.read_bytes() == EMPTY
    assert [p.name for p in world.path.parent.iterdir()] == ["me.ics"]
    calendar.create(block())


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_kill_at_any_step_leaves_the_old_file_or_the_new(world: FileWorld, step: str) -> None:
    code = (
        "import os, signal, pathlib, sys\n"
        "from tests.tools.contract import block\n"
        "from blocker.calendars.addresses import open_calendar\n"
        "def die(*_): os.kill(os.getpid(), signal.SIGKILL)\n"
        f"{'os.fsync' if step == 'fsync' else 'pathlib.Path.replace'} = die\n"
        "open_calendar('ics:' + sys.argv[1], zone=None, me=()).create(block())\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(world.path)], cwd=ROOT, check=False)
    assert done.returncode == -9
    assert world.path.read_bytes() == EMPTY
    assert len(list(world.path.parent.iterdir())) == 2
    world.open().create(block())  # neither the lock nor the left-over is in the way
    assert [p.name for p in world.path.parent.iterdir()] == ["me.ics"]


def test_a_lock_that_is_held_for_long_is_temporary(
    world: FileWorld, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr("blocker.files.replace.LOCK_TRIES", 2)
    with world.path.open() as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(Unreachable, match="lock"):
            calendar.create(block())
    calendar.create(block())


def test_writers_take_turns(world: FileWorld) -> None:
    """Each waits for the lock, and for the file that the others put in place of the one it waited for."""
    problems: list[CalendarError] = []

    def write(number: int) -> None:
        try:
            for rank in range(5):
                world.open().create(block(f"strategic/2026-W48/{number * 10 + rank}"))
        except CalendarError as problem:
            problems.append(problem)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(world.open().read(WINDOW).blocks) == 20


def test_existing_identity_is_never_doubled_even_unread(world: FileWorld) -> None:
    world.open().create(block())
    world.change(lambda text: text.replace("UID:strategic", "UID:stra\r\n tegic"))
    with pytest.raises(AlreadyExists):
        world.open().create(block())


def test_a_block_for_another_key_is_refused(calendar: Calendar) -> None:
    ref = calendar.create(block())
    with pytest.raises(Refused):
        calendar.update(ref, block("strategic/2026-W48/2"))


def test_colour_and_visibility_are_written_where_asked_and_kept_where_not(
    world: FileWorld, calendar: Calendar
) -> None:
    asked = block(color="cornflowerblue", visibility="private")
    ref = calendar.create(asked)
    raw = calendar.read(WINDOW).blocks[0].raw or ""
    assert "COLOR:cornflowerblue\r\n" in raw
    assert "CLASS:PRIVATE\r\n" in raw
    calendar.update(ref, replace(asked, color="", visibility=""))
    raw = calendar.read(WINDOW).blocks[0].raw or ""
    assert "COLOR:cornflowerblue\r\n" in raw
    assert "CLASS:PRIVATE\r\n" in raw


def test_a_reminder_is_an_alarm_of_a_new_block_and_the_persons_from_then_on(
    world: FileWorld, calendar: Calendar
) -> None:
    icalendar = pytest.importorskip("icalendar")
    ref = calendar.create(block(reminder=10, visibility="public"))
    (event,) = icalendar.Calendar.from_ical(world.path.read_bytes()).walk("VEVENT")
    (alarm,) = event.walk("VALARM")
    assert (alarm["ACTION"], alarm["TRIGGER"].dt, event["CLASS"]) == (
        "DISPLAY",
        timedelta(minutes=-10),
        "PUBLIC",
    )
    calendar.update(ref, block(when=slot("13:00", "15:00")))
    (event,) = icalendar.Calendar.from_ical(world.path.read_bytes()).walk("VEVENT")
    assert len(event.walk("VALARM")) == 1
    calendar.create(block("strategic/2026-W48/2", when=slot("10:00", "11:00")))
    plain = icalendar.Calendar.from_ical(world.path.read_bytes()).walk("VEVENT")[1]
    assert not plain.walk("VALARM")
    assert "CLASS" not in plain


def test_a_written_block_is_what_other_programs_read(world: FileWorld, calendar: Calendar) -> None:
    icalendar = pytest.importorskip("icalendar")
    calendar.create(block(title="Denken; ü", text="a, b\nc\\d"))
    (event,) = icalendar.Calendar.from_ical(world.path.read_bytes()).walk("VEVENT")
    assert (str(event["SUMMARY"]), str(event["DESCRIPTION"])) == ("Denken; ü", "a, b\nc\\d")
    assert interval(event.start, event.end) == slot("08:00", "10:00")
    assert event["TRANSP"] == "OPAQUE"
    assert event["X-BLOCKER-SLOT"] == "20261123T080000Z/20261123T100000Z"
    assert event["DTSTAMP"].dt == datetime(2026, 11, 20, 6, tzinfo=UTC)
    assert not event.errors


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.ics")), ids=lambda path: path.stem)
def test_what_is_known_of_a_written_file_is_what_a_scan_of_it_finds(path: Path) -> None:
    layout = scan(path.read_bytes())
    event = b"BEGIN:VEVENT\r\nUID:x\r\nSUMMARY:y\r\nEND:VEVENT\r\n"
    events = [(one.start, one.end) for one in layout.components if one.name == "VEVENT"]
    if layout.insert_at is not None:
        events.append((layout.insert_at, layout.insert_at))
    for start, end in events:
        for fresh in (event, b"" if end > start else event, event.replace(b"SUMMARY:y", b"SUMMARY:\ry")):
            after = layout.data[:start] + fresh + layout.data[end:]
            assert changed(layout, start, end, fresh) == scan(after), (start, end, fresh)
