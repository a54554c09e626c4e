"""What the test server says of events, told by the official client: each test is one fact about the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.tools.google_server import GoogleServer, connected, every_item, refusal
from tests.tools.google_server.samples import all_day, series, timed

Json = dict[str, Any]
TEAM = "team@group.calendar.google.com"


@pytest.fixture
def server() -> Iterator[GoogleServer]:
    with GoogleServer() as running:
        running.add_calendar(TEAM, summary="Team")
        yield running


@pytest.fixture
def events(server: GoogleServer) -> Iterator[Any]:
    with connected(server) as service:
        yield service.events()


def insert(events: Any, calendar: str = "primary", **body: Any) -> Json:
    made: Json = events.insert(calendarId=calendar, body=timed() | body, sendUpdates="none").execute()
    return made


def ids(events: Any, **query: Any) -> list[str]:
    return [item["id"] for item in every_item(events, calendarId="primary", **query)]


# Insert


def test_an_inserted_event_has_the_fields_that_the_api_adds(events: Any) -> None:
    made = insert(events, summary="Thinking", transparency="opaque", visibility="default")
    assert made["kind"] == "calendar#event"
    assert made["status"] == "confirmed"
    assert made["eventType"] == "default"
    assert made["sequence"] == 0
    assert made["reminders"] == {"useDefault": True}
    assert made["iCalUID"] == made["id"] + "@google.com"
    assert made["creator"] == made["organizer"] == {"email": "lead@example.org", "self": True}
    assert made["created"] == made["updated"]
    assert made["etag"].startswith('"')
    assert not {"transparency", "visibility"} & set(made), "defaults are left out"


def test_on_a_secondary_calendar_the_organizer_is_the_calendar(events: Any) -> None:
    made = insert(events, calendar=TEAM)
    assert made["creator"] == {"email": "lead@example.org"}
    assert made["organizer"] == {"email": TEAM, "displayName": "Team", "self": True}


def test_read_only_fields_are_not_taken_from_the_client(events: Any) -> None:
    made = insert(
        events, creator={"email": "x@example.org"}, etag='"1"', updated="2001-01-01T00:00:00Z", locked=True
    )
    assert made["creator"]["self"]
    assert made["etag"] != '"1"'
    assert made["updated"] > "2026"
    assert "locked" not in made


@pytest.mark.parametrize("event_id", ["abcd", "blkw0000", "BLK00000", "blk-0000", "blk_0000", "a" * 1025])
def test_an_id_outside_base32hex_is_invalid(events: Any, event_id: str) -> None:
    assert refusal(events.insert(calendarId="primary", body=timed(id=event_id))) == (400, "invalid")


@pytest.mark.parametrize("event_id", ["abcde", "blk0" + "v" * 40, "a" * 1024])
def test_a_legal_id_is_kept(events: Any, event_id: str) -> None:
    assert insert(events, id=event_id)["id"] == event_id


def test_an_id_stays_taken_after_deletion_and_after_the_tombstone_is_gone(
    server: GoogleServer, events: Any
) -> None:
    insert(events, id="blk00001")
    again = events.insert(calendarId="primary", body=timed(id="blk00001"))
    assert refusal(again) == (409, "duplicate")
    events.delete(calendarId="primary", eventId="blk00001").execute()
    assert refusal(again) == (409, "duplicate")
    server.purge("primary", "blk00001")
    assert refusal(events.get(calendarId="primary", eventId="blk00001")) == (404, "notFound")
    assert refusal(again) == (409, "duplicate")
    assert insert(events, calendar=TEAM, id="blk00001"), "ids are unique per calendar only"


END = {"end": {"date": "2026-03-03"}}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (END, "required"),
        ({"start": {"date": "2026-03-02"}, "end": {"dateTime": "2026-03-02T10:00:00Z"}}, "invalid"),
        ({"start": {"date": "2026-03-02", "dateTime": "2026-03-02T09:00:00Z"}} | END, "invalid"),
        (timed("2026-03-02T09:00:00", "2026-03-02T10:00:00"), "invalid"),
        (timed("2026-03-02 09:00", "2026-03-02 10:00"), "invalid"),
        (timed("2026-03-02T10:00:00Z", "2026-03-02T09:00:00Z"), "timeRangeEmpty"),
        (all_day("2026-02-30", "2026-03-03"), "invalid"),
        (timed(recurrence=["RRULE:FREQ=DAILY"]), "required"),
        (series("DTSTART:20260101T000000Z"), "invalid"),
        (series("RRULE:FREQ=SOMETIMES"), "invalid"),
        (timed(attendees=[{"displayName": "Nobody"}]), "invalid"),
        (timed(reminders={"useDefault": True, "overrides": [{"method": "popup", "minutes": 5}]}), "invalid"),
        (timed(reminders={"overrides": [{"method": "popup", "minutes": 40321}]}), "invalid"),
        (timed(reminders={"overrides": [{"method": "popup", "minutes": 5}] * 6}), "invalid"),
        (timed(id="blk00001", iCalUID="x@y"), "invalid"),
        (series("RRULE:FREQ=DAILY", zone="Mars/Base"), "invalid"),
    ],
)  # fmt: skip
def test_a_wrong_event_is_refused_and_leaves_nothing(
    server: GoogleServer, events: Any, body: Json, reason: str
) -> None:
    assert refusal(events.insert(calendarId="primary", body=body)) == (400, reason)
    assert server.events() == []


# Patch, update, delete


def test_patch_merges_objects_replaces_lists_and_null_removes(events: Any) -> None:
    made = insert(
        events,
        summary="Block",
        description="why",
        attendees=[{"email": "a@example.org"}, {"email": "b@example.org"}],
        extendedProperties={"private": {"blockerKey": "k", "blockerSlot": "s"}},
    )
    changes = {
        "description": None,
        "attendees": [{"email": "c@example.org"}],
        "extendedProperties": {"private": {"blockerSlot": None, "blockerVersion": "1"}},
    }
    events.patch(calendarId="primary", eventId=made["id"], body=changes).execute()
    now = events.get(calendarId="primary", eventId=made["id"]).execute()
    assert now["summary"] == "Block"
    assert "description" not in now
    assert [guest["email"] for guest in now["attendees"]] == ["c@example.org"]
    assert now["extendedProperties"] == {"private": {"blockerKey": "k", "blockerVersion": "1"}}


def test_update_drops_what_is_not_sent(events: Any) -> None:
    made = insert(events, summary="Block", colorId="3", extendedProperties={"private": {"blockerKey": "k"}})
    now = events.update(calendarId="primary", eventId=made["id"], body=timed(summary="New")).execute()
    assert now["summary"] == "New"
    assert not {"colorId", "extendedProperties"} & set(now)
    assert (now["id"], now["created"], now["creator"]) == (made["id"], made["created"], made["creator"])
    assert refusal(events.update(calendarId="primary", eventId=made["id"], body={"summary": "x"})) == (
        400,
        "required",
    )


def test_null_means_not_there(events: Any) -> None:
    made = insert(events, id=None, summary=None, attendees=[{"email": "a@example.org", "comment": None}])
    assert "summary" not in made
    assert made["attendees"] == [{"email": "a@example.org", "responseStatus": "needsAction"}]


def test_extended_properties_are_clipped_without_a_word(events: Any) -> None:
    made = insert(events, extendedProperties={"private": {"k" * 44: "v" * 1025, "k" * 45: "v"}})
    assert made["extendedProperties"] == {"private": {"k" * 44: "v" * 1024}}


@pytest.mark.parametrize("verb", ["patch", "update", "delete"])
def test_a_write_with_a_stale_etag_fails_and_changes_nothing(
    server: GoogleServer, events: Any, verb: str
) -> None:
    made = insert(events, summary="Block")
    server.edit("primary", made["id"], {"summary": "Mine"})
    body = {} if verb == "delete" else {"body": timed(summary="Theirs")}
    request = getattr(events, verb)(calendarId="primary", eventId=made["id"], **body)
    request.headers["If-Match"] = made["etag"]
    assert refusal(request) == (412, "conditionNotMet")
    (now,) = server.events()
    assert now["summary"] == "Mine"
    request.headers["If-Match"] = "*" if verb == "patch" else now["etag"]
    request.execute()
    assert server.events() == [] if verb == "delete" else server.events()[0]["summary"] == "Theirs"


def test_each_write_changes_the_etag_and_reminders_alone_do_not_change_updated(events: Any) -> None:
    made = insert(events)
    quiet = {"reminders": {"useDefault": False}}
    second = events.patch(calendarId="primary", eventId=made["id"], body=quiet).execute()
    third = events.patch(calendarId="primary", eventId=made["id"], body={"summary": "x"}).execute()
    assert len({made["etag"], second["etag"], third["etag"]}) == 3
    assert made["updated"] == second["updated"] < third["updated"]


def test_sequence_counts_moves_and_may_not_go_back(events: Any) -> None:
    made = insert(events)
    call = {"calendarId": "primary", "eventId": made["id"]}
    assert events.patch(**call, body={"summary": "x"}).execute()["sequence"] == 0
    moved = events.patch(**call, body={"end": {"dateTime": "2026-03-02T11:00:00+01:00"}}).execute()
    assert moved["sequence"] == 1
    elsewhere = events.get(**call, timeZone="Asia/Tokyo").execute()
    assert elsewhere["start"]["dateTime"] == "2026-03-02T17:00:00+09:00"
    assert events.update(**call, body=elsewhere).execute()["sequence"] == 1, "the same instant is no move"
    assert refusal(events.update(**call, body=elsewhere | {"sequence": 0})) == (400, "invalid")


def test_a_deleted_event_is_cancelled_hidden_and_gone_only_once(events: Any) -> None:
    made = insert(events, summary="Block")
    call = {"calendarId": "primary", "eventId": made["id"]}
    assert events.delete(**call).execute() == ""
    assert events.get(**call).execute()["status"] == "cancelled"
    assert events.get(**call).execute()["summary"] == "Block", "the organizer's own keep their details"
    assert ids(events) == []
    assert ids(events, showDeleted=True) == [made["id"]]
    assert refusal(events.delete(**call)) == (410, "deleted")
    assert refusal(events.delete(calendarId="primary", eventId="unknown")) == (404, "notFound")


def test_of_somebody_elses_deleted_event_only_the_tombstone_is_shown(
    server: GoogleServer, events: Any
) -> None:
    made = server.put_event("primary", timed(organizer={"email": "boss@example.org"}, summary="Secret"))
    server.remove("primary", made["id"])
    shown = events.get(calendarId="primary", eventId=made["id"]).execute()
    assert set(shown) == {"kind", "etag", "id", "status"}


@pytest.mark.parametrize("restorable", [True, False])
def test_a_deleted_event_may_be_restored_or_not(restorable: bool) -> None:
    with GoogleServer(restorable=restorable) as server, connected(server) as service:
        made = insert(service.events())
        service.events().delete(calendarId="primary", eventId=made["id"]).execute()
        body = timed(status="confirmed")
        request = service.events().update(calendarId="primary", eventId=made["id"], body=body)
        if restorable:
            assert request.execute()["status"] == "confirmed"
        else:
            assert refusal(request) == (403, "forbidden")
        assert len(server.events()) == restorable


def test_shared_fields_belong_to_the_organizer_and_locked_ones_to_nobody(
    server: GoogleServer, events: Any
) -> None:
    invited = server.put_event("primary", timed(id="invited", organizer={"email": "boss@example.org"}))
    locked = server.put_event("primary", timed(id="locked", locked=True))
    for event, reason in ((invited, "forbiddenForNonOrganizer"), (locked, "forbidden")):
        call = {"calendarId": "primary", "eventId": event["id"]}
        assert refusal(events.patch(**call, body={"summary": "Mine"})) == (403, reason)
        events.patch(**call, body={"colorId": "5"}).execute()
        events.delete(**call).execute()


# Who may see and do what


def test_access_roles_limit_what_is_seen_and_done(server: GoogleServer, events: Any) -> None:
    for role in ("none", "freeBusyReader", "reader", "writer"):
        server.add_calendar(role, access_role=role)
        server.put_event(role, timed(id="plain", summary="Plan"))
        server.put_event(role, timed(id="private", summary="Secret", visibility="private"))
    seen = {}
    for role in ("freeBusyReader", "reader", "writer"):
        answer = events.list(calendarId=role).execute()
        assert answer["accessRole"] == role
        seen[role] = [item.get("summary") for item in answer["items"]]
    assert seen == {"freeBusyReader": [None, None], "reader": ["Plan", None], "writer": ["Plan", "Secret"]}
    assert refusal(events.list(calendarId="none")) == (404, "notFound")
    assert refusal(events.insert(calendarId="reader", body=timed())) == (403, "forbidden")
    assert insert(events, calendar="writer")


def test_max_attendees_leaves_only_oneself_and_an_update_keeps_the_others(
    server: GoogleServer, events: Any
) -> None:
    guests = [{"email": "a@example.org"}, {"email": "lead@example.org"}, {"email": "b@example.org"}]
    made = insert(events, attendees=guests)
    call = {"calendarId": "primary", "eventId": made["id"]}
    few = events.get(**call, maxAttendees=1).execute()
    assert [guest["email"] for guest in few["attendees"]] == ["lead@example.org"]
    assert few["attendees"][0]["self"]
    assert few["attendeesOmitted"]
    assert len(events.get(**call, maxAttendees=3).execute()["attendees"]) == 3
    few["attendees"][0]["responseStatus"] = "declined"
    events.update(**call, body=few).execute()
    answers = [guest["responseStatus"] for guest in server.events()[0]["attendees"]]
    assert answers == ["needsAction", "declined", "needsAction"]
