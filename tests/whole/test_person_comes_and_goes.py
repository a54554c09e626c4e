"""A person copies blocks, brings them back or takes them to another calendar; the next runs respect it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.whole.test_person_edits import NEXT_DAY, NOW, Desk


def first_uid(desk: Desk, kind: str = "strategic") -> str:
    there = {
        uid: event for uid, event in desk.blocks().items() if str(event["X-BLOCKER-KEY"]).startswith(kind)
    }
    return min(there, key=lambda uid: str(there[uid]["X-BLOCKER-SLOT"]))


def chunk_of(desk: Desk, uid: str) -> bytes:
    """The event's bytes."""
    content = desk.path.read_bytes()
    at = content.index(f"UID:{uid}".encode())
    end = content.index(b"END:VEVENT\r\n", at) + len(b"END:VEVENT\r\n")
    return content[content.rindex(b"BEGIN:VEVENT", 0, at) : end]


def test_a_copy_on_another_day_is_the_persons_and_both_stay(tmp_path: Path) -> None:
    """Clients copy every property but the UID, the mark with them."""
    desk = Desk(tmp_path)
    desk.run()
    uid = first_uid(desk)
    chunk = chunk_of(desk, uid)
    copy = chunk.replace(f"UID:{uid}".encode(), b"UID:copy@example.org")
    copy = re.sub(rb"(DTSTART:|DTEND:)\d{8}", rb"\g<1>20261112", copy)
    desk.path.write_bytes(desk.path.read_bytes().replace(chunk, chunk + copy))
    for now in (NOW, NEXT_DAY):
        desk.settle(now)
        assert copy in desk.path.read_bytes()
        assert [u for u in desk.blocks() if u == uid] == [uid]


def test_a_block_deleted_and_brought_back_is_ours_again(tmp_path: Path) -> None:
    """Undo in the client, after a run has seen it gone."""
    desk = Desk(tmp_path)
    desk.run()
    uid = first_uid(desk)
    chunk = chunk_of(desk, uid)
    whole = desk.path.read_bytes()
    desk.path.write_bytes(whole.replace(chunk, b""))
    desk.settle(NOW)
    assert uid not in desk.blocks()
    desk.path.write_bytes(desk.path.read_bytes().replace(b"END:VCALENDAR", chunk + b"END:VCALENDAR"))
    desk.settle(NOW)
    assert desk.path.read_bytes().count(chunk) == 1
    desk.settle(NEXT_DAY)
    assert uid in desk.blocks()


def test_a_block_moved_to_another_calendar_is_left_there_and_its_time_kept_free(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.run()
    uid = first_uid(desk)
    chunk = chunk_of(desk, uid)
    desk.path.write_bytes(desk.path.read_bytes().replace(chunk, b""))
    other = tmp_path / "private.ics"
    content = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n" + chunk + b"END:VCALENDAR\r\n"
    other.write_bytes(content)
    config = tmp_path / "config.toml"
    config.write_text(f'also_read = ["ics:{other}"]\n')
    start, end = (re.search(rb"DT%s:(\w+)" % side, chunk)[1] for side in (b"START", b"END"))  # type: ignore[index]
    for now in (NOW, NEXT_DAY):
        desk.run(now, "-c", str(config))
        assert other.read_bytes() == content
        for event in desk.blocks().values():
            begins, ends = (str(event[side].to_ical().decode()).encode() for side in ("DTSTART", "DTEND"))
            assert len(begins) == 8 or ends <= start or end <= begins, event["X-BLOCKER-KEY"]
        assert uid not in desk.blocks()
