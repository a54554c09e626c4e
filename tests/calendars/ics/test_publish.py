"""``publish = true``: a calendar file to which calendar programs subscribe."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from icalendar import Calendar as Judge

from blocker.calendars.addresses import open_calendar
from blocker.calendars.port import Calendar, Surroundings
from blocker.cli import main
from blocker.values.settings import Settings
from tests.calendars.ics.test_file import FileWorld
from tests.tools.contract import WINDOW, ZONE, CalendarContract, block, slot

NOW = "2026-11-02T06:30"


def published(path: Path) -> Calendar:
    settings = Settings(calendar=f"ics:{path}", publish=True)
    around = Surroundings(Path("/nowhere"), Path("/nowhere"), Path("/nowhere"), settings)
    return open_calendar(f"ics:{path}", zone=ZONE, me=(), around=around)


class PublishedWorld(FileWorld):
    def open(self) -> Calendar:
        return published(self.path)


class TestPublishedCalendar(CalendarContract):
    @pytest.fixture
    def world(self, tmp_path: Path) -> PublishedWorld:
        return PublishedWorld(tmp_path / "me.ics")


def sequence(path: Path) -> int:
    found = re.search(rb"SEQUENCE:(\d+)", path.read_bytes())
    assert found is not None
    return int(found[1])


def test_the_file_is_made_with_the_first_block_and_no_sooner(tmp_path: Path) -> None:
    path = tmp_path / "blocks.ics"
    calendar = published(path)
    assert calendar.read(WINDOW).components == 0
    assert not path.exists()
    calendar.create(block())
    (judged,) = Judge.from_ical(path.read_bytes(), multiple=True)
    assert judged["X-WR-CALNAME"] == "Protected time"
    assert judged["REFRESH-INTERVAL"].to_ical() == b"PT1H"
    assert judged["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"
    assert judged["X-PUBLISHED-TTL"] == "PT1H"
    assert "METHOD" not in judged
    (event,) = judged.events
    assert {"UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "DTEND"} <= event.keys()
    assert stat.S_IMODE(path.stat().st_mode) & 0o400
    assert [p.name for p in tmp_path.iterdir()] == ["blocks.ics"]


def test_without_it_no_file_is_made(tmp_path: Path) -> None:
    path = tmp_path / "blocks.ics"
    assert main(["--calendar", f"ics:{path}", "--now", NOW, "run", "-y"]) == 1
    assert not path.exists()


def test_what_a_file_says_of_itself_already_stays(tmp_path: Path) -> None:
    path = tmp_path / "me.ics"
    head = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nX-WR-CALNAME:Mine\r\n"
    event = b"BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261123T090000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\n"
    path.write_bytes(head + event + b"END:VCALENDAR\r\n")
    calendar = published(path)
    ref = calendar.create(block())
    more = b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n"
    assert path.read_bytes().startswith(head + more + event)
    calendar.delete(ref)
    assert path.read_bytes() == head + more + event + b"END:VCALENDAR\r\n"


def test_a_sequence_only_rises_also_where_old_words_come_back(tmp_path: Path) -> None:
    path = tmp_path / "blocks.ics"
    calendar = published(path)
    ref = calendar.create(block())
    raw = calendar.read(WINDOW).blocks[0].raw
    numbers = [sequence(path)]
    for change in (block(when=slot("13:00", "15:00")), block(raw=raw), block(title="Other")):
        ref = calendar.update(ref, change)
        numbers.append(sequence(path))
    assert numbers == [0, 1, 2, 3]
    assert calendar.capabilities == frozenset()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(f'calendar = "ics:{tmp_path}/blocks.ics"\npublish = true\ntimezone = "Europe/Berlin"\n')
    path.chmod(0o600)
    return path


def call(config: Path, *words: str) -> int:
    return main(["-c", str(config), "--now", NOW, *words])


def test_from_no_file_to_blocks_and_back(config: Path, tmp_path: Path) -> None:
    path = tmp_path / "blocks.ics"
    assert call(config, "check") == 0
    assert call(config, "plan") == 0
    assert not path.exists()
    assert call(config, "run", "-y") == 0
    uids = re.findall(rb"UID:(.*)\r", path.read_bytes())
    assert len(uids) > 4
    before = path.read_bytes()
    assert call(config, "run") == 0
    assert path.read_bytes() == before
    assert call(config, "undo") == 0
    assert b"VEVENT" not in path.read_bytes()
    assert call(config, "rebalance", "next", "-y") == 0
    again = re.findall(rb"UID:(.*)\r", path.read_bytes())
    assert again
    assert not set(again) & set(uids)  # what subscribers saw go never comes back under the same identity
    assert call(config, "leave", "--remove", "-y") == 0
    assert b"VEVENT" not in path.read_bytes()
    assert b"END:VCALENDAR" in path.read_bytes()


def test_undo_of_a_move_raises_the_sequence(config: Path, tmp_path: Path) -> None:
    path = tmp_path / "blocks.ics"
    assert call(config, "run", "-y") == 0
    content = path.read_bytes()
    found = re.search(rb"X-BLOCKER-KEY:strategic/2026-W46/1\r\nX-BLOCKER-SLOT:(\w+)/(\w+)", content)
    assert found is not None
    hit = (
        b"BEGIN:VEVENT\r\nUID:hit\r\nDTSTART:%s\r\nDTEND:%s\r\nSUMMARY:Hit\r\nEND:VEVENT\r\n" % found.groups()
    )
    path.write_bytes(content.replace(b"END:VCALENDAR", hit + b"END:VCALENDAR"))
    assert call(config, "run") == 0
    assert call(config, "undo") == 0
    events = re.findall(rb"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", path.read_bytes(), re.DOTALL)
    (block,) = (event for event in events if b"strategic/2026-W46/1" in event)
    assert b"DTSTART:" + found[1] in block
    number = re.search(rb"SEQUENCE:(\d+)", block)
    assert number is not None
    assert int(number[1]) >= 2


def test_it_is_said_where_it_does_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "folder").mkdir()
    config = tmp_path / "config.toml"
    config.write_text(f'calendar = "dir:{tmp_path}/folder"\npublish = true\n')
    call(config, "check")
    assert "publish = true does nothing here: it is for a calendar file" in capsys.readouterr().out
