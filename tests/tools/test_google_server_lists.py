"""What the test server finds: windows, pages, series, filters, told by the official client."""

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
        yield running


@pytest.fixture
def service(server: GoogleServer) -> Iterator[Any]:
    with connected(server) as connection:
        yield connection


@pytest.fixture
def events(service: Any) -> Any:
    return service.events()


def ids(events: Any, **query: Any) -> list[str]:
    return [item["id"] for item in every_item(events, calendarId="primary", **query)]


# Windows


@pytest.mark.parametrize(
    ("window", "found"),
    [
        (
            ("2026-03-02T08:59:00+01:00", "2026-03-02T09:00:00+01:00"),
            False,
        ),  # timeMax bounds the start, exclusive
        (("2026-03-02T08:59:00+01:00", "2026-03-02T09:00:01+01:00"), True),
        (
            ("2026-03-02T10:00:00+01:00", "2026-03-02T11:00:00+01:00"),
            False,
        ),  # timeMin bounds the end, exclusive
        (("2026-03-02T09:59:59+01:00", "2026-03-02T11:00:00+01:00"), True),
        (("2026-03-02T09:20:00+01:00", "2026-03-02T09:30:00+01:00"), True),  # the event is around the window
        (("2026-03-02T08:20:00Z", "2026-03-02T08:30:00Z"), True),
        (("2026-03-02T10:00:00.000Z", "2026-03-02T11:00:00.999Z"), False),
    ],
)
def test_a_window_holds_what_overlaps_it(
    server: GoogleServer, events: Any, window: tuple[str, str], found: bool
) -> None:
    server.put_event("primary", timed())
    for single in (True, False):
        answer = ids(events, timeMin=window[0], timeMax=window[1], singleEvents=single)
        assert bool(answer) == found


def test_an_all_day_event_lasts_from_midnight_to_midnight_in_the_calendars_zone(
    server: GoogleServer, events: Any
) -> None:
    server.put_event("primary", all_day("2026-03-02", "2026-03-03"))
    assert ids(events, timeMin="2026-03-02T22:59:00Z")
    assert not ids(events, timeMin="2026-03-02T23:00:00Z")
    assert not ids(events, timeMax="2026-03-01T23:00:00Z")


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"timeMin": "2026-03-02T10:00:00Z", "timeMax": "2026-03-02T10:00:00Z"}, "timeRangeEmpty"),
        ({"timeMin": "2026-03-02T10:00:00"}, "invalid"),  # the offset is mandatory
        ({"timeMin": "2026-03-02"}, "invalid"),
        ({"timeZone": "Mars/Base"}, "invalid"),
        ({"orderBy": "startTime"}, "badRequest"),  # only of single events
        ({"pageToken": "made up"}, "invalid"),
        ({"privateExtendedProperty": "no equals sign"}, "invalid"),
        ({"fields": "items(id"}, "invalidParameter"),
        ({"fields": "items(id))"}, "invalidParameter"),
        ({"fields": "items//id"}, "invalidParameter"),
        ({"fields": "items(colour)"}, "invalidParameter"),
    ],
)
def test_a_wrong_query_is_refused(server: GoogleServer, events: Any, query: Json, reason: str) -> None:
    server.put_event("primary", timed())
    assert refusal(events.list(calendarId="primary", **query)) == (400, reason)


def test_answers_are_rendered_in_the_calendars_zone_or_the_one_asked_for(
    server: GoogleServer, events: Any
) -> None:
    side = {"dateTime": "2026-07-01T09:00:00", "timeZone": "America/New_York"}
    made = events.insert(calendarId="primary", body={"start": side, "end": side}).execute()
    assert made["start"] == {"dateTime": "2026-07-01T15:00:00+02:00", "timeZone": "America/New_York"}
    answer = events.list(calendarId="primary", timeZone="UTC").execute()
    assert answer["items"][0]["start"]["dateTime"] == "2026-07-01T13:00:00Z"
    assert answer["timeZone"] == "Europe/Berlin", "the calendar's own"
    assert answer["accessRole"] == "owner"
    assert answer["defaultReminders"]


# Pages


def test_a_page_may_be_short_or_empty_while_there_is_more(server: GoogleServer, events: Any) -> None:
    put = {server.put_event("primary", timed(summary=str(n)))["id"] for n in range(7)}
    server.api.page_size, server.api.empty_pages = 3, True
    sizes, request = [], events.list(calendarId="primary")
    while request is not None:
        answer = request.execute()
        sizes.append(len(answer["items"]))
        assert ("nextSyncToken" in answer) == ("nextPageToken" not in answer), "on the last page only"
        request = events.list_next(request, answer)
    assert sizes == [3, 0, 3, 0, 1, 0]
    found = ids(events, maxResults=2)
    assert set(found) == put
    assert len(found) == 7


def test_a_deletion_between_two_pages_hides_no_other_event(server: GoogleServer, events: Any) -> None:
    for n in range(4):
        server.put_event("primary", timed(id=f"event{n}"))
    first = events.list(calendarId="primary", maxResults=2).execute()
    server.remove("primary", "event0")
    second = events.list(calendarId="primary", maxResults=2, pageToken=first["nextPageToken"]).execute()
    assert [item["id"] for item in second["items"]] == ["event2", "event3"]
    other = events.list(calendarId="primary", pageToken=first["nextPageToken"], singleEvents=True)
    assert refusal(other) == (400, "invalid"), "a token belongs to its query"


def test_fields_leave_only_what_was_asked_for(server: GoogleServer, events: Any) -> None:
    mark = {"private": {"blockerKey": "k"}, "shared": {"s": "1"}}
    server.put_event("primary", timed(id="event0", summary="Secret", extendedProperties=mark))
    fields = "timeZone,nextPageToken,items(id,start/dateTime,extendedProperties/private)"
    answer = events.list(calendarId="primary", fields=fields).execute()
    item = {
        "id": "event0",
        "start": {"dateTime": "2026-03-02T09:00:00+01:00"},
        "extendedProperties": {"private": {"blockerKey": "k"}},
    }
    assert answer == {"timeZone": "Europe/Berlin", "items": [item]}
    assert events.get(calendarId="primary", eventId="event0", fields="id").execute() == {"id": "event0"}
    assert "summary" in events.list(calendarId="primary", fields="items(*),items/id").execute()["items"][0]


# Filters


def test_filters(server: GoogleServer, events: Any) -> None:
    server.put_event("primary", timed(id="first", extendedProperties={"private": {"a": "1", "b": "2"}}))
    server.put_event(
        "primary", timed(id="second", extendedProperties={"private": {"a": "1"}, "shared": {"b": "2"}})
    )
    server.put_event("primary", timed(id="away0", eventType="outOfOffice", iCalUID="uid@example.org"))
    assert ids(events, privateExtendedProperty="a=1") == ["first", "second"]
    assert ids(events, privateExtendedProperty=["a=1", "b=2"]) == ["first"], "all, not any"
    assert ids(events, sharedExtendedProperty="b=2") == ["second"]
    assert ids(events, eventTypes="outOfOffice") == ["away0"]
    assert ids(events, eventTypes=["outOfOffice", "default"]) == ["away0", "first", "second"]
    assert ids(events, iCalUID="uid@example.org") == ["away0"]
    server.edit("primary", "away0", {"summary": "x"})
    assert ids(events, orderBy="updated")[-1] == "away0"


def test_updated_min_shows_deletions_and_may_not_lie_too_far_back(server: GoogleServer, events: Any) -> None:
    server.put_event("primary", timed(id="older"))
    newer = server.put_event("primary", timed(id="newer"))
    server.remove("primary", "newer")
    assert ids(events, updatedMin=newer["updated"]) == ["newer"]
    long_ago = events.list(calendarId="primary", updatedMin="2025-11-01T00:00:00Z")
    assert refusal(long_ago) == (410, "updatedMinTooLongAgo")


def test_a_sync_token_brings_what_changed_until_it_expires(server: GoogleServer, events: Any) -> None:
    server.put_event("primary", timed(id="event0"))
    server.put_event("primary", timed(id="event1"))
    token = events.list(calendarId="primary").execute()["nextSyncToken"]
    server.remove("primary", "event1")
    answer = events.list(calendarId="primary", syncToken=token).execute()
    assert [(item["id"], item["status"]) for item in answer["items"]] == [("event1", "cancelled")]
    assert events.list(calendarId="primary", syncToken=answer["nextSyncToken"]).execute()["items"] == []
    server.expire_sync_tokens()
    for stale in (token, "made up"):
        assert refusal(events.list(calendarId="primary", syncToken=stale)) == (410, "fullSyncRequired")


@pytest.mark.parametrize(
    "query",
    [
        {"iCalUID": "x"},
        {"orderBy": "updated"},
        {"privateExtendedProperty": "a=1"},
        {"sharedExtendedProperty": "a=1"},
        {"timeMin": "2026-01-01T00:00:00Z"},
        {"timeMax": "2026-01-01T00:00:00Z"},
        {"updatedMin": "2026-01-01T00:00:00Z"},
        {"showDeleted": False},
    ],
)
def test_a_sync_token_does_not_go_with_filters(events: Any, query: Json) -> None:
    token = events.list(calendarId="primary").execute()["nextSyncToken"]
    assert refusal(events.list(calendarId="primary", syncToken=token, **query)) == (400, "badRequest")


# Other resources


def test_free_busy_knows_what_is_busy(server: GoogleServer, service: Any) -> None:
    declined = [{"email": "lead@example.org", "responseStatus": "declined"}]
    server.put_event("primary", timed())
    server.put_event("primary", timed("2026-03-02T09:30:00+01:00", "2026-03-02T10:30:00+01:00"))
    server.put_event("primary", timed("2026-03-02T12:00:00Z", "2026-03-02T13:00:00Z", attendees=declined))
    server.put_event(
        "primary", timed("2026-03-02T12:00:00Z", "2026-03-02T13:00:00Z", transparency="transparent")
    )
    server.put_event(
        "primary", series("RRULE:FREQ=DAILY", start="2026-03-01T17:00:00", end="2026-03-01T18:00:00")
    )
    body = {
        "timeMin": "2026-03-02T00:00:00Z",
        "timeMax": "2026-03-02T16:30:00Z",
        "items": [{"id": "primary"}, {"id": "nobody@example.org"}],
    }
    answer = service.freebusy().query(body=body).execute()["calendars"]
    assert answer["nobody@example.org"]["errors"] == [{"domain": "global", "reason": "notFound"}]
    assert answer["primary"]["busy"] == [
        {"start": "2026-03-02T08:00:00Z", "end": "2026-03-02T09:30:00Z"},
        {"start": "2026-03-02T16:00:00Z", "end": "2026-03-02T16:30:00Z"},
    ]
    many = body | {"items": [{"id": str(n)} for n in range(51)]}
    assert refusal(service.freebusy().query(body=many)) == (400, "tooManyCalendarsRequested")
    empty = body | {"timeMax": body["timeMin"]}
    assert refusal(service.freebusy().query(body=empty)) == (400, "timeRangeEmpty")


def test_calendars_and_settings() -> None:
    hours = {
        "workingHoursEnabled": True,
        "availableTimes": [{"dayOfWeek": "monday", "periodStart": 540, "periodEnd": 1050}],
    }
    with GoogleServer(zone="Asia/Kolkata", working_hours=hours) as server, connected(server) as service:
        server.add_calendar(TEAM, summary="Team", access_role="reader")
        server.add_calendar("old@example.org", hidden=True)
        server.add_calendar("closed@example.org", access_role="none")
        primary = service.calendars().get(calendarId="primary").execute()
        assert (primary["id"], primary["timeZone"]) == ("lead@example.org", "Asia/Kolkata")
        assert primary["workingHours"] == hours
        assert "workingHours" not in service.calendars().get(calendarId=TEAM).execute()
        lists = service.calendarList()
        assert [entry["id"] for entry in every_item(lists)] == ["lead@example.org", TEAM]
        assert [entry["id"] for entry in every_item(lists, maxResults=1, showHidden=True)][
            1
        ] == "old@example.org"
        assert [entry["id"] for entry in every_item(lists, minAccessRole="writer")] == ["lead@example.org"]
        assert lists.get(calendarId="primary").execute()["primary"] is True
        assert service.settings().get(setting="timezone").execute()["value"] == "Asia/Kolkata"
        assert "weekStart" in [setting["id"] for setting in every_item(service.settings())]
        assert refusal(service.settings().get(setting="mood")) == (404, "notFound")
        assert refusal(service.calendars().get(calendarId="closed@example.org")) == (404, "notFound")
