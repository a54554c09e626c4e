"""Recurring events on the test server: expansion on the wall clock, exceptions, instances."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.tools.google_server import GoogleServer, connected, every_item, refusal
from tests.tools.google_server.samples import all_day, series, timed


@pytest.fixture
def server() -> Iterator[GoogleServer]:
    with GoogleServer() as running:
        yield running


@pytest.fixture
def events(server: GoogleServer) -> Iterator[Any]:
    with connected(server) as service:
        yield service.events()


def ids(events: Any, **query: Any) -> list[str]:
    return [item["id"] for item in every_item(events, calendarId="primary", **query)]


def starts(events: Any, **query: Any) -> list[str]:
    """When everything starts, series expanded, by start, until the end of 2026."""
    query = {"singleEvents": True, "orderBy": "startTime", "timeMax": "2027-01-01T00:00:00Z"} | query
    found = every_item(events, calendarId="primary", **query)
    return [item["start"].get("dateTime") or item["start"]["date"] for item in found]


# Series


def test_a_series_keeps_its_wall_clock_over_the_change_to_summer_time(
    server: GoogleServer, events: Any
) -> None:
    made = server.put_event("primary", series("RRULE:FREQ=DAILY;COUNT=4"))
    summer = ["2026-03-29T09:00:00+02:00", "2026-03-30T09:00:00+02:00"]
    assert starts(events) == ["2026-03-27T09:00:00+01:00", "2026-03-28T09:00:00+01:00", *summer]
    (last,) = every_item(events, calendarId="primary", singleEvents=True, timeMin="2026-03-30T07:30:00Z")
    assert last["id"] == made["id"] + "_20260330T070000Z"
    assert last["recurringEventId"] == made["id"]
    assert last["originalStartTime"] == {"dateTime": summer[1], "timeZone": "Europe/Berlin"}
    assert "recurrence" not in last
    assert ids(events) == [made["id"]], "without singleEvents there is the series alone"
    assert ids(events, timeMin="2026-03-30T07:59:00Z") == [made["id"]]
    assert ids(events, timeMin="2026-03-30T08:00:00Z") == []


def test_a_series_of_another_zone_moves_on_the_calendar_when_that_zone_changes(
    server: GoogleServer, events: Any
) -> None:
    start, end = "2026-10-24T17:00:00", "2026-10-24T23:30:00"
    server.put_event("primary", series("RRULE:FREQ=DAILY;COUNT=2", start=start, end=end, zone="Asia/Kolkata"))
    assert starts(events) == ["2026-10-24T13:30:00+02:00", "2026-10-25T12:30:00+01:00"]


@pytest.mark.parametrize(
    ("rules", "days"),
    [
        (["RRULE:FREQ=DAILY;UNTIL=20260328"], [27, 28]),  # the whole of that day
        (["RRULE:FREQ=DAILY;UNTIL=20260328T080000Z"], [27, 28]),
        (["RRULE:FREQ=DAILY;UNTIL=20260328T075959Z"], [27]),
        (["RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260328T080000Z"], [27, 29]),
        (["RRULE:FREQ=DAILY;COUNT=3", "EXDATE;TZID=Europe/Berlin:20260329T090000"], [27, 28]),
        (["RRULE:FREQ=DAILY;COUNT=2", "RDATE;TZID=Europe/Berlin:20260331T090000"], [27, 28, 31]),
        (["RDATE:20260330T070000Z"], [27, 30]),
        (["RRULE:FREQ=DAILY;COUNT=4", "EXRULE:FREQ=DAILY;INTERVAL=2"], [28, 30]),
    ],
)
def test_the_lines_of_a_recurrence(
    server: GoogleServer, events: Any, rules: list[str], days: list[int]
) -> None:
    server.put_event("primary", series(*rules))
    assert [int(start[8:10]) for start in starts(events)] == days


def test_an_all_day_series_is_one_of_dates(server: GoogleServer, events: Any) -> None:
    rules = ["RRULE:FREQ=WEEKLY;UNTIL=20260420T220000Z", "EXDATE;VALUE=DATE:20260413"]
    server.put_event("primary", all_day("2026-03-30", "2026-04-01", id="trip0", recurrence=rules))
    assert starts(events) == ["2026-03-30", "2026-04-06", "2026-04-20"]
    assert starts(events, timeMin="2026-04-07T21:59:00Z") == ["2026-04-06", "2026-04-20"], "two days each"
    assert starts(events, timeMin="2026-04-07T22:00:00Z") == ["2026-04-20"]
    assert events.get(calendarId="primary", eventId="trip0_20260406").execute()["end"] == {
        "date": "2026-04-08"
    }
    for wrong in ("trip0_20260413", "trip0_20260407", "trip0_20260406T000000Z", "trip1_20260406"):
        assert refusal(events.get(calendarId="primary", eventId=wrong)) == (404, "notFound")


def test_one_instance_may_be_moved_and_another_cancelled(server: GoogleServer, events: Any) -> None:
    server.put_event("primary", series("RRULE:FREQ=DAILY;COUNT=3", id="daily"))
    first, second, third = (f"daily_202603{day}" for day in ("27T080000Z", "28T080000Z", "29T070000Z"))
    later = {
        "start": {"dateTime": "2026-05-01T15:00:00+02:00"},
        "end": {"dateTime": "2026-05-01T16:00:00+02:00"},
    }
    moved = events.patch(calendarId="primary", eventId=first, body=later).execute()
    assert moved["originalStartTime"]["dateTime"] == "2026-03-27T09:00:00+01:00"
    events.delete(calendarId="primary", eventId=second).execute()
    assert refusal(events.delete(calendarId="primary", eventId=second)) == (410, "deleted")

    assert starts(events) == ["2026-03-29T09:00:00+02:00", "2026-05-01T15:00:00+02:00"]
    assert set(ids(events, singleEvents=True)) == {first, third}
    assert set(ids(events, singleEvents=True, showDeleted=True)) == {first, second, third}
    assert set(ids(events)) == {"daily", first, second}, "a cancelled instance is shown with its series"
    (gone,) = [item for item in every_item(events, calendarId="primary") if item["status"] == "cancelled"]
    assert set(gone) == {"kind", "etag", "id", "status", "recurringEventId", "originalStartTime"}

    server.edit("primary", "daily", {"recurrence": ["RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20260327T080000Z"]})
    assert set(ids(events)) == {"daily", second}, "an exception goes with its original start"
    server.remove("primary", "daily")
    assert ids(events) == []
    assert len(ids(events, singleEvents=True, showDeleted=True)) == 3, "its instances, but not the series"


def test_an_endless_series_ends_somewhere(server: GoogleServer, events: Any) -> None:
    server.put_event("primary", series("RRULE:FREQ=DAILY"))
    assert len(ids(events, singleEvents=True, maxResults=2500)) == 730
    assert len(starts(events, timeMin="2026-12-30T00:00:00Z")) == 2


def test_instances_of_one_series(server: GoogleServer, events: Any) -> None:
    server.put_event("primary", series("RRULE:FREQ=DAILY;COUNT=3", id="daily"))
    server.put_event("primary", timed(id="other"))
    server.remove("primary", "daily_20260328T080000Z")
    call = {"calendarId": "primary", "eventId": "daily"}
    assert len(events.instances(**call).execute()["items"]) == 2
    assert len(events.instances(**call, showDeleted=True).execute()["items"]) == 3
    inclusive = events.instances(**call, timeMin="2026-03-29T10:00:00+02:00").execute()
    assert [item["id"] for item in inclusive["items"]] == ["daily_20260329T070000Z"]
    one = events.instances(**call, originalStart="2026-03-27T09:00:00+01:00").execute()
    assert [item["id"] for item in one["items"]] == ["daily_20260327T080000Z"]
    assert refusal(events.instances(calendarId="primary", eventId="other"))[0] == 400
