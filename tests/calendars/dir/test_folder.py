"""The ``dir:`` backend: the contract, and what a folder asks for beyond it."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from benchmarks.replay import main as replay
from blocker.calendars.addresses import open_calendar
from blocker.calendars.port import Calendar
from blocker.commands.sample import sample_calendar
from blocker.values.errors import AlreadyExists, CalendarError, Conflict, Refused, Unreadable
from blocker.values.events import Ref
from blocker.values.intervals import Interval
from tests.calendars.dir.vdir import put, split
from tests.tools.command_line import Said
from tests.tools.contract import WINDOW, ZONE, CalendarContract, block, slot
from tests.tools.google_days import call

NOW = "2026-11-02T06:30"


def stamp(instant: datetime) -> str:
    return f"{instant:%Y%m%dT%H%M%SZ}"


class FolderWorld:
    """A folder, and a person whose program writes files into it as vdir programs do."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.numbers = count(1)
        path.mkdir()
        (path / "color").write_text("#aabbcc")
        (path / "displayname").write_text("Work")

    def open(self) -> Calendar:
        return open_calendar(f"dir:{self.path}", zone=ZONE, me=())

    def add_event(self, title: str, when: Interval, uid: str = "") -> str:
        uid = uid or f"event-{next(self.numbers)}@example.org"
        times = f"DTSTART:{stamp(when.start)}", f"DTEND:{stamp(when.end)}"
        event = "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", *times, f"SUMMARY:{title}", "END:VEVENT", ""])
        put(self.path / f"{uid}.ics", event)
        return uid

    def move(self, identity: str, when: Interval) -> None:
        start, end = (f"{t + timedelta(hours=9):%Y%m%dT%H%M%S}" for t in (when.start, when.end))

        def moved(event: str) -> str:
            event = re.sub(r"DTSTART.*", f"DTSTART;TZID=Asia/Tokyo:{start}\r", event)
            return re.sub(r"DTEND.*", f"DTEND;TZID=Asia/Tokyo:{end}\r", event)

        self.change(identity, moved)

    def retitle(self, identity: str, title: str) -> None:
        self.change(identity, lambda event: re.sub(r"SUMMARY:.*", f"SUMMARY:{title}\r", event))

    def remove(self, identity: str) -> None:
        self.file(identity).unlink()

    def refuse_writes(self, refuse: bool) -> None:
        self.path.chmod(0o555 if refuse else 0o755)

    def file(self, identity: str) -> Path:
        return self.path / f"{identity}.ics"

    def change(self, identity: str, how: Callable[[str], str]) -> None:
        """As vdir programs do it: a new file in place of the old one."""
        file = self.file(identity)
        fresh = file.with_name(f".{file.name}.tmp")
        fresh.write_bytes(how(file.read_bytes().decode()).encode())
        fresh.replace(file)

    def others(self) -> dict[str, bytes]:
        return {p.name: p.read_bytes() for p in self.path.iterdir() if "@calendar-blocker" not in p.name}


@pytest.fixture
def world(tmp_path: Path) -> FolderWorld:
    return FolderWorld(tmp_path / "work")


@pytest.fixture
def calendar(world: FolderWorld) -> Calendar:
    calendar = world.open()
    calendar.read(WINDOW)
    return calendar


class TestFolderCalendar(CalendarContract):
    @pytest.fixture
    def world(self, tmp_path: Path) -> FolderWorld:
        return FolderWorld(tmp_path / "work")


# Files


def test_a_block_is_a_file_of_its_own_and_other_files_are_not_touched(
    world: FolderWorld, calendar: Calendar
) -> None:
    world.add_event("Standup", slot("09:00", "09:15"))
    before = {p.name: p.stat() for p in world.path.iterdir()}
    ref = calendar.create(block())
    moved = calendar.update(ref, block(when=slot("13:00", "15:00")))
    assert world.file(ref.id).read_bytes().count(b"BEGIN:") == 2
    calendar.delete(moved)
    after = {p.name: p.stat() for p in world.path.iterdir()}
    assert after == before


def test_a_new_file_may_be_read_by_whom_its_neighbours_may(world: FolderWorld, calendar: Calendar) -> None:
    first = calendar.create(block())
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(world.file(first.id).stat().st_mode) == 0o666 & ~umask
    world.file(world.add_event("Standup", slot("09:00", "09:15"))).chmod(0o640)
    world.file(first.id).unlink()
    second = calendar.create(block())
    assert stat.S_IMODE(world.file(second.id).stat().st_mode) == 0o640


@pytest.mark.parametrize("name", [".half.ics", "half.ics.tmp", "half.tmp", "color", "notes.txt", "half.ics~"])
def test_files_of_no_event_are_passed_over(world: FolderWorld, name: str) -> None:
    (world.path / name).write_bytes(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\n")
    (world.path / "folder.ics").mkdir()
    os.mkfifo(world.path / "pipe.ics")
    (world.path / "nowhere.ics").symlink_to(world.path / "gone")
    snapshot = world.open().read(WINDOW)
    assert snapshot.skipped == ()
    assert snapshot.complete
    assert (snapshot.components, snapshot.unread) == (0, 0)


@pytest.mark.parametrize("size", [0, 1, 40, 90, -3])
def test_a_half_written_file_is_named_and_read_once_it_is_whole(world: FolderWorld, size: int) -> None:
    world.add_event("Standup", slot("09:00", "09:15"))
    file = world.file(world.add_event("Review", slot("10:00", "11:00")))
    whole = file.read_bytes().rstrip()
    file.write_bytes(whole[:size])
    calendar = world.open()
    snapshot = calendar.read(WINDOW)
    assert [event.title for event in snapshot.events] == ["Standup"]
    assert [(s.where, s.read) for s in snapshot.skipped] == [(file.name, False)]
    assert "half-written" in snapshot.skipped[0].why
    assert snapshot.complete
    assert (snapshot.components, snapshot.unread) == (2, 1)
    file.write_bytes(whole)
    assert [event.title for event in calendar.read(WINDOW).events] == ["Standup", "Review"]


def test_a_half_written_block_is_never_taken_for_deleted(world: FolderWorld, calendar: Calendar) -> None:
    ref = calendar.create(block())
    file = world.file(ref.id)
    file.write_bytes(file.read_bytes()[:100])
    snapshot = calendar.read(WINDOW)
    assert snapshot.blocks == ()
    assert not snapshot.complete
    with pytest.raises(AlreadyExists):
        calendar.create(block())


def test_what_is_wrong_is_said_with_its_file_and_line(world: FolderWorld) -> None:
    world.add_event("Standup", slot("09:00", "09:15"))
    file = world.file(world.add_event("Review", slot("10:00", "11:00")))
    file.write_bytes(file.read_bytes().replace(b"DTSTART:2", b"DTSTART:soon 2"))
    snapshot = world.open().read(WINDOW)
    assert snapshot.skipped[0].where == f"{file.name}, line 4, UID event-2@example.org"


def test_a_block_under_another_name_is_found(world: FolderWorld, calendar: Calendar) -> None:
    ref = calendar.create(block())
    world.file(ref.id).rename(world.path / "5f1c.ics")
    assert calendar.read(WINDOW).blocks[0].ref == ref
    with pytest.raises(AlreadyExists):
        calendar.create(block())
    calendar.update(ref, block(title="Other"))
    assert [p.name for p in world.path.glob("*.ics")] == ["5f1c.ics"]


def test_a_block_in_one_file_with_other_events_is_left_alone(world: FolderWorld, calendar: Calendar) -> None:
    ref = calendar.create(block())
    other = world.file(world.add_event("Standup", slot("09:00", "09:15"))).read_bytes()
    file = world.file(ref.id)
    event = other[other.index(b"BEGIN:VEVENT") : other.index(b"END:VCALENDAR")].replace(
        b"event-1", b"event-9"
    )
    file.write_bytes(file.read_bytes().replace(b"END:VCALENDAR", event + b"END:VCALENDAR"))
    standing = calendar.read(WINDOW).blocks[0]
    for write in (lambda: calendar.update(standing.ref, block()), lambda: calendar.delete(standing.ref)):
        with pytest.raises(Refused, match="in one file with other events"):
            write()


def test_a_file_that_changed_beside_the_event_is_a_conflict(world: FolderWorld, calendar: Calendar) -> None:
    ref = calendar.create(block())
    world.change(ref.id, lambda text: text.replace("//blocker//", "//khal//"))
    with pytest.raises(Conflict):
        calendar.update(ref, block(title="newer"))
    with pytest.raises(Conflict):
        calendar.delete(ref)


def test_what_is_put_back_is_the_whole_file(world: FolderWorld, calendar: Calendar) -> None:
    ref = calendar.create(block())
    world.change(ref.id, lambda text: text.replace("//blocker//", "//khal//"))
    standing = calendar.read(WINDOW).blocks[0]
    before = world.file(ref.id).read_bytes()
    moved = calendar.update(standing.ref, block(when=slot("13:00", "15:00")))
    again = calendar.update(moved, block(raw=standing.raw))
    assert world.file(ref.id).read_bytes() == before
    calendar.delete(again)
    calendar.create(block(raw=standing.raw))
    assert world.file(ref.id).read_bytes() == before


@pytest.mark.parametrize("more", ["BEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT\r\n", "BEGIN:VTODO\r\nEND:VTODO\r\n"])
def test_what_was_kept_is_that_block_and_nothing_more(
    world: FolderWorld, calendar: Calendar, more: str
) -> None:
    ref = calendar.create(block())
    raw = calendar.read(WINDOW).blocks[0].raw
    assert raw is not None
    for spoilt in (raw.replace("END:VCALENDAR", f"{more}END:VCALENDAR"), raw[:-20], "", raw + raw):
        with pytest.raises(Refused, match="what was kept"):
            calendar.update(ref, block(raw=spoilt))


def test_links_in_the_folder_and_to_it_are_followed_and_kept(world: FolderWorld, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(world.path)
    calendar = open_calendar(f"dir:{link}", zone=ZONE, me=())
    ref = calendar.create(block())
    elsewhere = tmp_path / "elsewhere.ics"
    world.file(ref.id).rename(elsewhere)
    world.file(ref.id).symlink_to(elsewhere)
    calendar.update(ref, block(title="Other"))
    assert world.file(ref.id).is_symlink()
    assert b"SUMMARY:Other" in elsewhere.read_bytes()
    assert calendar.identity().name == world.open().identity().name
    assert calendar.identity().answers_to(f"dir:{link}")


# Folders


def test_a_folder_that_is_none_is_said_with_the_next_step(tmp_path: Path) -> None:
    (tmp_path / "me.ics").write_bytes(sample_calendar(date(2026, 11, 2)))
    for name, words, hint in (("gone", "there is no folder", "path"), ("me.ics", "not a folder", "ics:PATH")):
        with pytest.raises(Unreadable, match=words) as refusal:
            open_calendar(f"dir:{tmp_path / name}", zone=None, me=()).read(WINDOW)
        assert hint in refusal.value.hint


def test_a_folder_that_is_called_a_file_is_told_how_it_is_called(world: FolderWorld) -> None:
    with pytest.raises(Unreadable, match="is a folder, not a calendar file") as refusal:
        open_calendar(f"ics:{world.path}", zone=None, me=()).read(WINDOW)
    assert refusal.value.hint.endswith(f"it is dir:{world.path}")


@pytest.mark.parametrize("name", ["x" * 300, "nu\0ll"])
def test_a_name_that_no_folder_has_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unreadable):
        open_calendar(f"dir:{tmp_path}/{name}", zone=None, me=()).read(WINDOW)


def test_a_folder_of_such_folders_is_not_taken_for_an_empty_calendar(
    world: FolderWorld, tmp_path: Path
) -> None:
    world.add_event("Standup", slot("09:00", "09:15"))
    with pytest.raises(Unreadable, match="the folders in it do") as refusal:
        open_calendar(f"dir:{tmp_path}", zone=None, me=()).read(WINDOW)
    assert refusal.value.hint == "name one of them: work"


def test_an_empty_folder_is_an_empty_calendar(world: FolderWorld) -> None:
    snapshot = world.open().read(WINDOW)
    assert (snapshot.components, snapshot.complete, snapshot.unwritable) == (0, True, "")


def test_the_zone_is_that_of_most_files(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    split(sample_calendar(date(2026, 11, 2)), folder)
    for number in range(700):  # more than the ways to name a zone that are looked at
        event = f"BEGIN:VEVENT\r\nUID:{number}\r\nDTSTART;TZID=W. Europe Standard Time:20261123T090000\r\n"
        put(
            folder / f"{number}.ics",
            f"{event}DTEND;TZID=W. Europe Standard Time:20261123T100000\r\nEND:VEVENT\r\n",
        )
    assert open_calendar(f"dir:{folder}", zone=None, me=()).read(WINDOW).zone == "Europe/Berlin"


# The whole program


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "calendars" / "work"
    split(sample_calendar(date(2026, 11, 2)), folder)
    return folder


def told(folder: Path, *words: str) -> Said:
    return call(*words, now=NOW, calendar=f"dir:{folder}")


def state(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_run_twice_undo_and_leave(folder: Path) -> None:
    before = state(folder)
    assert told(folder, "run", "-y").code == 0
    after = state(folder)
    assert len(after) > len(before)
    assert {name: after[name] for name in before} == before
    assert told(folder, "run").out.startswith("Up to date.")
    assert state(folder) == after
    assert told(folder, "undo").code == 0
    assert state(folder) == before
    assert told(folder, "rebalance", "this", "-y").code == 0
    assert told(folder, "leave", "--remove", "-y").code == 0
    assert state(folder) == before


def test_a_moved_block_is_undone_to_the_byte(folder: Path) -> None:
    assert told(folder, "run", "-y").code == 0
    mine = min(folder.glob("strategic-2026-W46-*"))
    slot_of = re.search(r"X-BLOCKER-SLOT:(\w+)/(\w+)", mine.read_text())
    assert slot_of is not None
    put(
        folder / "hit.ics",
        f"BEGIN:VEVENT\r\nUID:hit\r\nDTSTART:{slot_of[1]}\r\nDTEND:{slot_of[2]}\r\nSUMMARY:Hit\r\nEND:VEVENT\r\n",
    )
    before = state(folder)
    assert told(folder, "run").code == 0
    assert state(folder) != before
    assert told(folder, "undo").code == 0
    assert state(folder) == before


def test_check_connect_and_the_bug_report(folder: Path, tmp_path: Path) -> None:
    assert f"dir:{folder}: " in told(folder, "check").out
    assert "can be read" in told(folder, "connect", "dir").out
    assert told(folder, "report", "--bug", str(tmp_path / "bug.json")).code == 0
    assert '"backend": "dir"' in (tmp_path / "bug.json").read_text()
    assert str(folder) not in (tmp_path / "bug.json").read_text()
    assert replay(tmp_path / "bug.json") == 0


def test_no_report_is_put_among_the_events(folder: Path) -> None:
    before = sorted(folder.iterdir())
    for form in ("--ics", "--html", "--bug"):
        said = told(folder, "report", form, str(folder / "plan.ics"))
        assert said.code == 2
        assert "is in the calendar's own folder" in said.err
    assert sorted(folder.iterdir()) == before


def test_what_a_killed_run_left_is_taken_away_by_the_next(folder: Path) -> None:
    left = folder / ".strategic-x.ics.0123abcd.blocker-tmp"
    left.write_bytes(b"BEGIN:VCAL")
    assert told(folder, "run", "-y").code == 0
    assert not left.exists()


def test_a_folder_that_may_not_be_written_is_said_and_left(folder: Path) -> None:
    before = state(folder)
    folder.chmod(0o555)
    try:
        said = told(folder, "run", "-y")
    finally:
        folder.chmod(0o755)
    assert said.code == 1
    assert "read-only" in said.err
    assert state(folder) == before


def test_ten_thousand_files_are_read(tmp_path: Path) -> None:
    for number in range(10_000):
        day = date(2020, 1, 1) + timedelta(days=number % 3000)
        times = f"DTSTART:{day:%Y%m%d}T090000Z\r\nDTEND:{day:%Y%m%d}T100000Z"
        put(tmp_path / f"{number}.ics", f"BEGIN:VEVENT\r\nUID:{number}\r\n{times}\r\nEND:VEVENT\r\n")
    calendar = open_calendar(f"dir:{tmp_path}", zone=ZONE, me=())
    assert calendar.read(WINDOW).components == 10_000
    ref = calendar.create(block())
    with pytest.raises(CalendarError):
        calendar.delete(Ref("9999", ""))
    calendar.delete(ref)


# Other programs


def tool(name: str) -> str:
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return found or pytest.skip(f"{name} is not installed")


@pytest.fixture
def khal(tmp_path: Path, folder: Path) -> Callable[..., str]:
    program = tool("khal")
    config = tmp_path / "khal.conf"
    locale = "timeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
    locale += "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
    config.write_text(
        f"[calendars]\n[[work]]\npath = {folder}\n[locale]\nlocal_timezone = Europe/Berlin\n"
        f"default_timezone = Europe/Berlin\n{locale}[sqlite]\npath = {tmp_path / 'khal.db'}\n"
    )

    def khal(*words: str) -> str:
        done = subprocess.run(
            [program, "-c", str(config), *words], capture_output=True, text=True, check=True
        )
        return done.stdout

    return khal


def test_khal_shows_our_blocks_and_we_read_its_events(khal: Callable[..., str], folder: Path) -> None:
    assert told(folder, "run", "-y").code == 0
    shown = khal("list", "--format", "{title}", "2026-11-02", "200d")
    for mine in folder.glob("*@calendar-blocker.ics"):
        summary = re.search(r"SUMMARY:([\w ]+)", mine.read_text())
        assert summary is not None
        assert summary[1] in shown
    khal("new", "-a", "work", "2026-11-18", "10:00", "11:00", "Board call")
    assert "Board call" in told(folder, "load", "2026-W47", "--events").out


def test_vdirsyncer_carries_our_blocks_to_the_other_side_and_back(folder: Path, tmp_path: Path) -> None:
    program, other = tool("vdirsyncer"), tmp_path / "other" / "work"
    other.mkdir(parents=True)
    config = tmp_path / "vdirsyncer.conf"
    sides = "".join(
        f'[storage {name}]\ntype = "filesystem"\npath = "{place.parent}"\nfileext = ".ics"\n'
        for name, place in (("here", folder), ("there", other))
    )
    config.write_text(
        f'[general]\nstatus_path = "{tmp_path / "status"}"\n[pair both]\na = "here"\nb = "there"\n'
        f'collections = ["work"]\nconflict_resolution = "b wins"\n{sides}'
    )

    def sync() -> None:
        for words in (("discover",), ("sync",)):
            subprocess.run([program, "-c", str(config), *words], check=True, input=b"y\n" * 9)

    sync()
    assert told(folder, "run", "-y").code == 0
    sync()
    assert blocks_in(folder) == blocks_in(other)
    moved = next(path for path in other.iterdir() if "strategic-2026-W46" in path.read_text())
    text = re.sub(r"(DTSTART:\d{8})T\d\d", r"\1T05", moved.read_text())
    moved.write_text(re.sub(r"(DTEND:\d{8})T\d\d", r"\1T07", text))
    sync()
    assert told(folder, "run").code == 0
    sync()
    (kept,) = (event for event in blocks_in(other) if "strategic-2026-W46" in event)
    assert "T05" in kept  # where the person moved it
    assert told(folder, "leave", "--remove", "-y").code == 0
    sync()
    assert not blocks_in(other)


def blocks_in(folder: Path) -> list[str]:
    texts = (path.read_bytes().decode() for path in folder.iterdir())
    return sorted(re.sub(r"\r", "", text) for text in texts if "X-BLOCKER-KEY" in text)
