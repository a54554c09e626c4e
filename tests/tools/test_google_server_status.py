"""Status events on the test server: focus time, out of office, working location."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.tools.google_server import ApiError, GoogleServer, connected, load, refusal
from tests.tools.google_server.samples import all_day, timed

Json = dict[str, Any]
TEAM = "team@group.calendar.google.com"


@pytest.fixture
def server() -> Iterator[GoogleServer]:
    with GoogleServer() as running:
        running.add_calendar(TEAM)
        yield running


@pytest.fixture
def events(server: GoogleServer) -> Iterator[Any]:
    with connected(server) as service:
        yield service.events()


def insert(events: Any, calendar: str = "primary", **body: Any) -> Json:
    made: Json = events.insert(calendarId=calendar, body=timed() | body, sendUpdates="none").execute()
    return made


FOCUS = {
    "eventType": "focusTime",
    "focusTimeProperties": {"autoDeclineMode": "declineNone", "chatStatus": "available"},
}
AWAY = {"eventType": "outOfOffice", "outOfOfficeProperties": {"autoDeclineMode": "declineNone"}}
PLACE = {
    "eventType": "workingLocation", "transparency": "transparent", "visibility": "public",
    "workingLocationProperties": {"type": "homeOffice", "homeOffice": {}},
}  # fmt: skip
ALL_DAY = all_day("2026-03-02", "2026-03-03")
GUEST = {"attendees": [{"email": "a@example.org"}]}


@pytest.mark.parametrize("body", [FOCUS, AWAY, PLACE, PLACE | ALL_DAY])
def test_a_status_event_lives_on_the_primary_calendar_only(events: Any, body: Json) -> None:
    assert insert(events, **body)["eventType"] == body["eventType"]
    status, reason = refusal(events.insert(calendarId=TEAM, body=timed() | body))
    assert (status, reason[:9]) == (400, "malformed")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (FOCUS | ALL_DAY, "malformedFocusTimeEvent"),
        (FOCUS | GUEST, "malformedFocusTimeEvent"),
        (FOCUS | {"transparency": "transparent"}, "malformedFocusTimeEvent"),
        (FOCUS | {"focusTimeProperties": {"autoDeclineMode": "declineSome"}}, "malformedFocusTimeEvent"),
        ({"eventType": "focusTime"}, "malformedFocusTimeEvent"),
        ({"focusTimeProperties": {}}, "malformedFocusTimeEvent"),
        (AWAY | ALL_DAY, "malformedOutOfOfficeEvent"),
        (AWAY | GUEST, "malformedOutOfOfficeEvent"),
        (AWAY | {"description": "gone"}, "malformedOutOfOfficeEvent"),
        (PLACE | {"transparency": "opaque"}, "malformedWorkingLocationEvent"),
        (PLACE | {"workingLocationProperties": {}}, "malformedWorkingLocationEvent"),
        ({"eventType": "fromGmail"}, "eventTypeRestriction"),
        ({"eventType": "birthday"}, "invalid"),
    ],
)
def test_a_malformed_status_event_is_refused(events: Any, body: Json, reason: str) -> None:
    assert refusal(events.insert(calendarId="primary", body=timed() | body)) == (400, reason)


def test_the_event_type_cannot_change(events: Any) -> None:
    plain, focus = insert(events), insert(events, **FOCUS)
    for event, body in ((plain, FOCUS), (focus, {"eventType": "default"})):
        request = events.patch(calendarId="primary", eventId=event["id"], body=body)
        assert refusal(request) == (400, "eventTypeRestriction")
    request = events.update(calendarId="primary", eventId=focus["id"], body=timed())
    assert refusal(request) == (400, "eventTypeRestriction"), "an update must keep the required fields"
    events.patch(calendarId="primary", eventId=focus["id"], body={"summary": "Deep"}).execute()


@pytest.mark.parametrize(
    ("error", "seen"),
    [(None, (400, "eventTypeRestriction")), (ApiError(403, "forbidden"), (403, "forbidden"))],
)
def test_an_account_may_not_be_eligible_for_focus_time(error: ApiError | None, seen: tuple[int, str]) -> None:
    with load({"focusTime": False}, ineligible=error) as server, connected(server) as service:
        assert refusal(service.events().insert(calendarId="primary", body=timed() | FOCUS)) == seen
        assert insert(service.events(), **AWAY)
        assert len(server.events()) == 1
