"""The Google backend: the contract, what is sent, identities that are taken, and focus time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from blocker.calendars.google import marks
from blocker.calendars.google.known import learned
from blocker.calendars.marks import slot_text
from blocker.calendars.port import NATIVE_FOCUS
from blocker.files.places import state_dir
from blocker.values.errors import AlreadyExists, Conflict, NotInPlace, Refused
from blocker.values.events import DECLINE_NEW, DECLINE_NONE
from blocker.values.intervals import interval
from tests.tools.contract import MONDAY, WINDOW, ZONE, CalendarContract, block, slot
from tests.tools.google_server import GoogleServer, drop
from tests.tools.google_server.errors import bad
from tests.tools.google_server.samples import timed
from tests.tools.google_world import LEAD, GoogleWorld, google_answers
from tests.tools.places import GOOGLE_JSON, REAL_CALENDARS

SAMPLES = GOOGLE_JSON
OTHERS = REAL_CALENDARS / "google_json"
DAY = timedelta(days=1)
YEAR = interval(MONDAY - 365 * DAY, MONDAY + 365 * DAY)


class TestGoogleCalendar(CalendarContract):
    """All of the contract, on the primary calendar."""


class TestSecondaryCalendar(CalendarContract):
    """All of it on a calendar of the user's own that is not the primary one."""

    @pytest.fixture
    def world(self, server: GoogleServer) -> Iterator[GoogleWorld]:
        server.add_calendar("team@group.calendar.google.com")
        made = GoogleWorld(server, "team@group.calendar.google.com")
        yield made
        made.close()


class TestPagedCalendar(CalendarContract):
    """All of it where pages are short and an empty one stands between two full ones."""

    @pytest.fixture
    def server(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleServer]:
        with google_answers(monkeypatch, page_size=1, empty_pages=True) as running:
            yield running


# Writing


def test_what_an_insert_sends(world: GoogleWorld) -> None:
    made = replace(block(), visibility="private", color="Grape", reminder=10)
    calendar = world.open()
    calendar.identity()
    calendar.create(made)
    (sent,) = world.server.log.writes
    assert sent.query["sendUpdates"] == ["none"]
    assert sent.body is not None
    assert sent.body["extendedProperties"]["private"] == {
        "blockerKey": made.key, "blockerSlot": slot_text(made.slot), "blockerVersion": "1", "blockerCalendar": LEAD,
        "blockerText": sent.body["extendedProperties"]["private"]["blockerText"],
    }  # fmt: skip
    assert (sent.body["visibility"], sent.body["colorId"]) == ("private", "3")
    assert sent.body["reminders"] == {"useDefault": False, "overrides": [{"method": "popup", "minutes": 10}]}
    assert sent.body["start"] == {"dateTime": "2026-11-23T09:00:00+01:00", "timeZone": ZONE}
    assert "attendees" not in sent.body


def test_no_reminder_and_the_calendars_own_visibility_unless_asked(world: GoogleWorld) -> None:
    world.open().create(block())
    (sent,) = world.server.log.writes
    assert sent.body is not None
    assert (sent.body["visibility"], sent.body["reminders"]) == (
        "default",
        {"useDefault": False, "overrides": []},
    )


def test_a_change_carries_the_etag_and_leaves_the_users_looks_alone(world: GoogleWorld) -> None:
    calendar = world.open()
    ref = calendar.create(block())
    ref = calendar.update(ref, block(when=slot("13:00", "15:00")))
    calendar.delete(ref)
    _, patch, goodbye, delete = world.server.log.writes
    assert patch.headers["if-match"]
    assert goodbye.headers["if-match"] == ref.etag
    assert delete.headers["if-match"] not in (ref.etag, None)
    assert (
        patch.query["sendUpdates"] == goodbye.query["sendUpdates"] == delete.query["sendUpdates"] == ["none"]
    )
    assert patch.body is not None
    assert {"visibility", "colorId", "reminders"}.isdisjoint(patch.body)


def test_a_write_is_one_request_and_a_deletion_says_first_that_it_is_ours(world: GoogleWorld) -> None:
    calendar = world.open()
    calendar.read(WINDOW)
    calendar.delete(calendar.update(calendar.create(block()), block(title="Other")))
    assert [e.name for e in world.server.log] == ["events.list"] * 2 + [
        "events.insert",
        "events.patch",
        "events.patch",
        "events.delete",
    ]


def test_what_was_not_read_is_looked_at_before_it_is_changed(world: GoogleWorld) -> None:
    ref = world.open().create(block())
    world.open().delete(ref)
    names = [e.name for e in world.server.log]
    assert names == ["events.insert", "events.get", "events.patch", "events.delete"]


def test_the_wrong_block_is_not_overwritten(world: GoogleWorld) -> None:
    calendar = world.open()
    ref = calendar.create(block())
    with pytest.raises(Refused, match="strategic/2026-W48/1"):
        calendar.update(ref, block("strategic/2026-W48/2"))


# The id is taken


def test_a_block_made_by_a_run_that_was_cut_short_is_adopted(world: GoogleWorld) -> None:
    first = world.open().create(block())
    assert world.open().create(block()) == first


def test_one_at_another_time_is_a_conflict(world: GoogleWorld) -> None:
    world.open().create(block())
    with pytest.raises(Conflict):
        world.open().create(block(when=slot("13:00", "15:00")))


@pytest.mark.parametrize(("who", "told"), [("person", "deleted"), ("us", "gone"), ("purged", "gone")])
def test_a_deleted_identity_says_whether_a_person_deleted_it(world: GoogleWorld, who: str, told: str) -> None:
    calendar = world.open()
    ref = calendar.create(block())
    if who == "us":
        calendar.delete(ref)
    else:
        world.remove(ref.id)
    if who == "purged":
        world.server.purge("primary", ref.id)
    with pytest.raises(AlreadyExists) as caught:
        world.open().create(block())
    assert caught.value.taken_by == told


def test_an_event_that_is_not_ours_keeps_the_id(world: GoogleWorld) -> None:
    world.server.put_event("primary", timed(id=marks.id_for(block().key, 1), summary="Theirs"))
    with pytest.raises(AlreadyExists) as caught:
        world.open().create(block())
    assert caught.value.taken_by == "other"
    assert world.server.events()[0]["summary"] == "Theirs"


# Focus time


def test_focus_time_is_native_where_it_is_asked_for(world: GoogleWorld) -> None:
    calendar = world.open()
    assert calendar.capabilities == {NATIVE_FOCUS}
    calendar.create(block(focus=DECLINE_NEW))
    calendar.create(block("strategic/2026-W48/2", slot("13:00", "15:00"), focus=DECLINE_NONE))
    calendar.create(block("strategic/2026-W48/3", slot("15:00", "16:00"), focus=DECLINE_NONE, busy=False))
    assert [(e.get("eventType"), e.get("focusTimeProperties")) for e in world.server.events()] == [
        ("focusTime", {"autoDeclineMode": "declineOnlyNewConflictingInvitations"}),
        ("focusTime", {"autoDeclineMode": "declineNone"}),
        ("default", None),
    ]
    assert [b.focus for b in calendar.read(WINDOW).blocks] == [DECLINE_NEW, DECLINE_NONE, ""]


@pytest.mark.parametrize("refusal", [bad("eventTypeRestriction"), bad("malformedFocusTimeEvent")])
def test_an_account_that_takes_none_gets_a_busy_event_and_is_remembered(
    world: GoogleWorld, refusal: Any
) -> None:
    world.server.store.focus_time, world.server.store.ineligible = False, refusal
    calendar = world.open()
    calendar.create(block(focus=DECLINE_NEW))
    assert calendar.capabilities == frozenset()
    assert refusal.reason in learned(state_dir(os.environ), "google:primary")["no_focus_time"]
    world.open().create(block("strategic/2026-W48/2", slot("13:00", "15:00"), focus=DECLINE_NEW))
    assert [e.status for e in world.server.log.writes] == [400, 200, 200]
    assert {e["eventType"] for e in world.server.events()} == {"default"}


def test_a_calendar_that_takes_nothing_says_nothing_of_focus_time(world: GoogleWorld) -> None:
    world.refuse_writes(True)
    calendar = world.open()
    with pytest.raises(Refused):
        calendar.create(block(focus=DECLINE_NEW))
    assert calendar.capabilities == {NATIVE_FOCUS}


def test_a_secondary_calendar_has_no_focus_time(server: GoogleServer, world: GoogleWorld) -> None:
    server.add_calendar("team@group.calendar.google.com")
    world.calendar_id = "team@group.calendar.google.com"
    calendar = world.open()
    assert calendar.capabilities == frozenset()
    calendar.create(block(focus=DECLINE_NEW))


def test_the_type_of_an_event_never_changes_in_place(world: GoogleWorld) -> None:
    calendar = world.open()
    focus = calendar.create(block(focus=DECLINE_NEW))
    plain = calendar.create(block("strategic/2026-W48/2", slot("13:00", "15:00")))
    with pytest.raises(NotInPlace):
        calendar.update(focus, block())
    with pytest.raises(NotInPlace):
        calendar.update(plain, block("strategic/2026-W48/2", slot("13:00", "15:00"), focus=DECLINE_NEW))
    moved = calendar.update(focus, block(when=slot("08:30", "10:30"), focus=DECLINE_NEW))
    assert moved.id == focus.id


def test_an_insert_of_focus_time_whose_answer_was_lost_is_found_again(world: GoogleWorld) -> None:
    world.server.faults.next(drop(after=True), on="events.insert", times=1)
    world.open().create(block(focus=DECLINE_NEW))
    assert [e["eventType"] for e in world.server.events()] == ["focusTime"]
