"""What is read from a server: the same as from a file with the same events, and no more often than needed."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from blocker.calendars.addresses import open_calendar
from blocker.values.errors import SignInNeeded
from blocker.values.intervals import interval
from tests.calendars.caldav.conftest import CalDavWorld, around
from tests.tools.contract import WINDOW, ZONE, block, slot
from tests.tools.google_days import call

BERLIN = """BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""
EVENTS = [
    """UID:series@example.org
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20200106T090000
DTEND;TZID=Europe/Berlin:20200106T093000
RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR
EXDATE;TZID=Europe/Berlin:20261125T090000
SUMMARY:Begun years ago
""",
    """UID:series@example.org
DTSTAMP:20260101T000000Z
RECURRENCE-ID;TZID=Europe/Berlin:20261127T090000
DTSTART;TZID=Europe/Berlin:20261127T140000
DTEND;TZID=Europe/Berlin:20261127T150000
SUMMARY:Begun years ago\\, moved
""",
    """UID:day-before@example.org
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:20261122
DTEND;VALUE=DATE:20261123
SUMMARY:Sunday
""",
    """UID:monday@example.org
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:20261123
DTEND;VALUE=DATE:20261124
TRANSP:OPAQUE
SUMMARY:All of Monday
""",
    """UID:floating@example.org
DTSTAMP:20260101T000000Z
DTSTART:20261124T003000
DTEND:20261124T013000
SUMMARY:On whatever clock
""",
    """UID:ümläut@example.org
DTSTAMP:20260101T000000Z
DTSTART:20261129T223000Z
DTEND:20261130T003000Z
SUMMARY:思考 & “more” <b>
CLASS:PRIVATE
""",
]


def calendar_of(*events: str) -> bytes:
    inner = "".join(f"BEGIN:VEVENT\n{event}END:VEVENT\n" for event in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//a person//EN\n{BERLIN}{inner}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def test_events_are_those_of_a_file_with_the_same_content(world: CalDavWorld, tmp_path: Path) -> None:
    world.person.load(calendar_of(*EVENTS))
    file = tmp_path / "calendar.ics"
    file.write_bytes(calendar_of(*EVENTS))
    expected = open_calendar(f"ics:{file}", zone=ZONE, me=()).read(WINDOW).events
    read = world.open().read(WINDOW)
    assert [replace(event, calendar="") for event in read.events] == [
        replace(event, calendar="") for event in expected
    ]
    assert len(expected) == 5
    assert read.complete
    assert read.skipped == ()


def test_a_calendars_own_zone_is_told_by_the_server(world: CalDavWorld) -> None:
    zone = calendar_of().decode()
    body = (
        '<d:propertyupdate xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>'
        f"<c:calendar-timezone>{zone}</c:calendar-timezone></d:prop></d:set></d:propertyupdate>"
    )
    done = world.server.ask("PROPPATCH", world.path, body.encode(), **{"Content-Type": "application/xml"})
    assert done.status_code == 207
    snapshot = world.open(zone=None).read(WINDOW)
    assert (snapshot.zone, snapshot.zone_source) == ("Europe/Berlin", "the calendar")


def test_what_did_not_change_is_not_fetched_again(world: CalDavWorld) -> None:
    world.add_event("Standup", slot("09:00", "09:15"))
    first = world.open().read(WINDOW)
    assert world.proxy.methods(lambda: world.open().read(WINDOW)) == ["PROPFIND"]
    assert world.open().read(WINDOW) == first
    narrower = interval(WINDOW.start + timedelta(days=1), WINDOW.end)
    assert world.proxy.methods(lambda: world.open().read(narrower)) == ["PROPFIND"]
    assert world.open().read(narrower).events == ()
    wider = interval(WINDOW.start, WINDOW.end + timedelta(days=1))
    assert world.proxy.methods(lambda: world.open().read(wider)) == ["PROPFIND", "REPORT"]
    world.add_event("Another", slot("10:00", "10:15"))
    assert world.proxy.methods(lambda: world.open().read(WINDOW)) == ["PROPFIND", "REPORT"]
    assert len(world.open().read(WINDOW).events) == 2


def test_what_is_remembered_is_ones_own_affair(world: CalDavWorld) -> None:
    world.add_event("Standup", slot("09:00", "09:15"))
    calendar = world.open()
    first = calendar.read(WINDOW)
    (file,) = (Path(os.environ["BLOCKER_STATE_DIR"]) / "caldav").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert b"correct horse" not in file.read_bytes()
    for spoilt in (
        b"",
        b"{}",
        b"[]",
        file.read_bytes()[:-9],
        file.read_bytes().replace(b'"calendar":"', b'"calendar":"x'),
    ):
        file.write_bytes(spoilt)
        assert world.open().read(WINDOW) == first
    calendar.forget()
    assert not file.exists()


@pytest.mark.parametrize("remembered", [True, False])
def test_a_block_that_was_dragged_far_away_is_still_ours(world: CalDavWorld, remembered: bool) -> None:
    calendar = world.open()
    calendar.read(WINDOW)
    ref = calendar.create(block())
    far = slot("08:00", "10:00", 400)
    world.move(ref.id, far)
    if not remembered:
        calendar.forget()
    (standing,) = world.open().read(WINDOW).blocks
    assert (standing.when, standing.pinned) == (far, True)
    world.remove(ref.id)
    assert world.open().read(WINDOW).blocks == ()


def test_a_block_under_an_address_of_another_client_stays_ours(world: CalDavWorld) -> None:
    """Some clients move an event by making it anew elsewhere, with its identity."""
    calendar = world.open()
    ref = calendar.create(block())
    text = world.person.text(ref.id)
    world.remove(ref.id)
    world.person.put(f"{world.path}0815.ics", text)
    again = world.open()
    (standing,) = again.read(WINDOW).blocks
    fresh = again.update(standing.ref, block(title="newer"))
    assert again.read(WINDOW).blocks[0].ref == fresh
    again.delete(fresh)
    assert world.server.etags(world.path) == {}


def test_an_event_that_is_broken_is_named_and_the_rest_counts(world: CalDavWorld) -> None:
    uid = world.add_event("Standup", slot("09:00", "09:15"))
    world.add_event("Fine", slot("10:00", "10:15"))
    honest = world.person.text(uid).replace("DTSTART:2026", "DTSTART:20X6")
    world.proxy.after = lambda asked, reply: reply.but(
        body=reply.body.replace(b"DTSTART:20261123T090000Z", b"DTSTART:20X61123T090000Z")
    )
    assert "20X6" in honest
    snapshot = world.open().read(WINDOW)
    assert [event.title for event in snapshot.events] == ["Fine"]
    assert snapshot.skipped[0].where == f"UID {uid}"
    assert snapshot.complete


def test_another_calendar_may_be_read_beside_a_file(
    world: CalDavWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "calendar.ics"
    file.write_bytes(calendar_of())
    busy = interval(datetime(2026, 11, 2, 8, tzinfo=UTC), datetime(2026, 11, 2, 16, tzinfo=UTC))
    world.add_event("A day of it", busy)
    config = tmp_path / "config.toml"
    config.write_text(f'also_read = ["{world.address}"]\n')
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    config.with_name("caldav-passwords.json").unlink(missing_ok=True)
    usual = around().usual
    assert usual == config
    if world.server.user:
        said = call("load", "2026-W45", "--events", now="2026-11-02T06:30", calendar=f"ics:{file}")
        assert said.code == SignInNeeded.exit_code
        assert "run: blocker connect caldav" in said.err
        return
    said = call("load", "2026-W45", "--events", now="2026-11-02T06:30", calendar=f"ics:{file}")
    assert said.code == 0, said
    assert "A day of it" in said.out
