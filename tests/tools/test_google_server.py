"""The test server as a server: routes and parameters, batches, the log, starting by hand."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httplib2
import pytest
from googleapiclient.errors import HttpError

from tests.tools import google_server
from tests.tools.google_server import (
    GoogleServer,
    connected,
    every_item,
    listing,
    load,
    rules,
    store,
)
from tests.tools.google_server import api as served_api
from tests.tools.google_server.client import raw
from tests.tools.google_server.discovery import Discovery, allowed_words
from tests.tools.google_server.samples import all_day, timed
from tests.tools.places import ROOT

Json = dict[str, Any]
EVENTS = "/calendar/v3/calendars/primary/events"


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


def reason(answer: tuple[int, Json]) -> tuple[int, str]:
    return answer[0], answer[1]["error"]["errors"][0]["reason"]


# The discovery document


@pytest.mark.parametrize("name", served_api.SERVED)
def test_every_route_and_parameter_is_in_the_discovery_document(name: str, server: GoogleServer) -> None:
    method = Discovery().methods[name]
    known = method.parameters.keys() | Discovery().shared.keys()
    assert served_api.accepted(method) <= known
    assert hasattr(server.api, "_" + name.replace(".", "_").lower())


def test_the_closed_lists_in_the_code_are_those_of_the_document() -> None:
    document = Discovery()
    parameters = document.methods["events.list"].parameters
    event = document.schemas["Event"]["properties"]
    assert (
        set(rules.EVENT_TYPES)
        == set(parameters["eventTypes"]["enum"])
        == set(allowed_words(event["eventType"]))
    )
    assert set(rules.STATUSES) == set(allowed_words(event["status"]))
    assert set(listing.ORDERS) == set(parameters["orderBy"]["enum"])
    assert set(store.ROLES) == set(allowed_words(document.schemas["Events"]["properties"]["accessRole"]))
    forbidden = re.findall(r"^- (\w+)", parameters["syncToken"]["description"], flags=re.MULTILINE)
    assert set(listing.NOT_WITH_SYNC_TOKEN) == set(forbidden)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("colour=red", (400, "badRequest")),
        ("orderBy=title", (400, "invalid")),
        ("eventTypes=party", (400, "invalid")),
        ("maxResults=0", (400, "invalid")),
        ("maxResults=many", (400, "invalid")),
        ("singleEvents=yes", (400, "invalid")),
        ("timeMin=2026-03-02T10:00:00Z&timeMin=2026-03-02T10:00:00Z", (400, "invalid")),
        ("q=strategy", (501, "notImplemented")),  # in the document, but not served
    ],
)
def test_a_parameter_is_checked_against_the_document(
    server: GoogleServer, query: str, expected: tuple[int, str]
) -> None:
    assert reason(raw(server, "GET", f"{EVENTS}?{query}")) == expected


def test_error_bodies_have_the_shape_of_the_api(server: GoogleServer) -> None:
    status, body = raw(server, "GET", EVENTS + "/nothing")
    error = {"domain": "global", "reason": "notFound", "message": "Not Found"}
    assert (status, body) == (404, {"error": {"code": 404, "message": "Not Found", "errors": [error]}})
    where = raw(server, "GET", EVENTS + "?orderBy=title")[1]["error"]["errors"][0]
    assert (where["locationType"], where["location"]) == ("parameter", "orderBy")


@pytest.mark.parametrize(
    "body",
    [
        {"colour": "red"},
        {"summary": 5},
        {"attendees": {}},
        {"attendees": [None]},
        {"attendees": [{"email": "a@example.org", "mood": "good"}]},
        {"sequence": True},
        {"visibility": "secret"},
        {"extendedProperties": {"private": {"blockerVersion": 1}}},
        {"start": {"datetime": "2026-03-02T10:00:00Z"}},
        "not an object",
    ],
)
def test_a_body_is_checked_against_the_document(server: GoogleServer, body: object) -> None:
    sent = timed() | body if isinstance(body, dict) else json.dumps(body)
    assert reason(raw(server, "POST", EVENTS, sent)) == (400, "badRequest")
    assert server.events() == []


def test_other_requests_that_have_no_answer(server: GoogleServer) -> None:
    assert reason(raw(server, "POST", EVENTS, "{")) == (400, "parseError")
    assert reason(raw(server, "GET", "/calendar/v3/nothing")) == (404, "notFound")
    assert reason(raw(server, "PUT", EVENTS)) == (404, "notFound")
    assert reason(raw(server, "GET", "/calendar/v3/colors")) == (501, "notImplemented")
    assert reason(raw(server, "POST", EVENTS + "/quickAdd")) == (400, "required")


def test_a_calendar_id_may_hold_any_character(server: GoogleServer, events: Any) -> None:
    for name in ("en.german#holiday@group.v.calendar.google.com", "a/b@example.org", "ü@example.org"):
        server.add_calendar(name, summary=name)
        assert events.list(calendarId=name).execute()["summary"] == name


def test_a_query_too_long_for_a_url_comes_as_a_post(server: GoogleServer, events: Any) -> None:
    server.put_event("primary", timed(extendedProperties={"private": {"k": "v" * 1000}}))
    wanted = ["k=" + "v" * 1000] * 3
    assert len(every_item(events, calendarId="primary", privateExtendedProperty=wanted)) == 1
    assert server.log[-1].method == "GET"
    assert server.log[-1].query["privateExtendedProperty"] == wanted


# Batches


def test_each_call_of_a_batch_has_its_own_answer(server: GoogleServer, service: Any) -> None:
    server.put_event("primary", timed(id="event0", summary="Größe"))
    server.faults.next(google_server.error(409, "conflict"), on="events.insert")
    answers: dict[str, object] = {}

    def note(name: str, answer: Any, error: HttpError | None) -> None:
        answers[name] = error.status_code if error else answer.get("summary") if answer else "gone"

    batch = service.new_batch_http_request(callback=note)
    batch.add(service.events().get(calendarId="primary", eventId="event0"), request_id="get")
    batch.add(service.events().get(calendarId="primary", eventId="event1"), request_id="missing")
    batch.add(service.events().insert(calendarId="primary", body=timed()), request_id="conflict")
    batch.add(service.events().insert(calendarId="primary", body=timed(summary="New")), request_id="insert")
    batch.add(service.events().delete(calendarId="primary", eventId="event0"), request_id="delete")
    batch.execute()
    assert answers == {"get": "Größe", "missing": 404, "conflict": 409, "insert": "New", "delete": "gone"}
    assert [entry.in_batch for entry in server.log] == [True] * 5 + [False]
    assert [event["summary"] for event in server.events()] == ["New"]


def test_a_batch_has_its_limits(server: GoogleServer) -> None:
    path, form = "/batch/calendar/v3", {"Content-Type": "multipart/mixed; boundary=b"}
    part = f"--b\nContent-Type: application/http\nContent-ID: <1 + 1>\n\nGET {EVENTS} HTTP/1.1\n\n\n"
    assert reason(raw(server, "POST", path, part * 1001 + "--b--", **form)) == (400, "badRequest")
    assert reason(raw(server, "POST", path, "nothing")) == (400, "badRequest")
    assert reason(raw(server, "POST", path, part.replace("GET ", "") + "--b--", **form)) == (
        400,
        "badRequest",
    )
    assert raw(server, "GET", path)[0] == 404


# The Python side


def test_the_log_tells_what_was_asked(server: GoogleServer, events: Any) -> None:
    made = events.insert(calendarId="primary", body=timed(summary="Block"), sendUpdates="none").execute()
    request = events.delete(calendarId="primary", eventId=made["id"])
    request.headers["If-Match"] = made["etag"]
    request.execute()
    events.list(calendarId="primary", eventTypes=["default", "focusTime"]).execute()
    insert, delete, read = server.log
    assert (insert.name, insert.method, insert.path, insert.status) == ("events.insert", "POST", EVENTS, 200)
    assert insert.query["sendUpdates"] == ["none"]
    assert insert.body == timed(summary="Block")
    assert (delete.status, delete.headers["if-match"]) == (204, made["etag"])
    assert read.query["eventTypes"] == ["default", "focusTime"]
    assert server.log.writes == [insert, delete]
    server.log.clear()
    assert len(server.log) == 0


def test_people_may_do_what_the_api_refuses(server: GoogleServer, events: Any) -> None:
    server.put_event(
        "primary", timed(id="Odd_ID", eventType="newType2027", organizer={"email": "x@example.org"})
    )
    server.put_event("primary", {"id": "gone", "status": "cancelled"})
    server.put_event("primary", all_day("2026-05-01", "2026-05-02", eventType="fromGmail"))
    assert [event.get("eventType") for event in every_item(events, calendarId="primary")] != []
    assert events.get(calendarId="primary", eventId="gone").execute()["status"] == "cancelled"
    assert events.get(calendarId="primary", eventId="Odd_ID").execute()["eventType"] == "newType2027"
    with pytest.raises(ValueError, match="colour"):
        server.put_event("primary", timed(colour="red"))


def test_a_fault_of_the_server_itself_does_not_stay_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served_api.view, "setting", lambda name, value: {"nonsense": name})
    with pytest.raises(AssertionError, match="test server itself"), GoogleServer() as server:
        assert raw(server, "GET", "/calendar/v3/users/me/settings/timezone")[0] == 500


def test_a_stopped_server_comes_back_at_its_address_with_all_it_held(
    server: GoogleServer, events: Any
) -> None:
    address = server.root_url
    events.insert(calendarId="primary", body=timed()).execute()
    server.stop()
    with pytest.raises((ConnectionError, httplib2.ServerNotFoundError)):
        events.list(calendarId="primary").execute()
    server.start()
    assert server.root_url == address
    assert len(events.list(calendarId="primary").execute()["items"]) == 1


SEED = {
    "email": "boss@example.org",
    "zone": "Asia/Kolkata",
    "settings": {"weekStart": "0"},
    "calendars": [
        {"id": "boss@example.org", "events": [timed(id="event0", summary="Standup")]},
        {"id": "team", "accessRole": "reader", "zone": "Europe/Lisbon", "events": [timed(id="event1")]},
    ],
}


def test_a_seed_describes_an_account() -> None:
    with load(SEED) as server, connected(server) as service:
        entries = {entry["id"]: entry for entry in every_item(service.calendarList())}
        assert entries["boss@example.org"]["timeZone"] == "Asia/Kolkata"
        assert (entries["team"]["timeZone"], entries["team"]["accessRole"]) == ("Europe/Lisbon", "reader")
        assert [event["id"] for event in server.events("team")] == ["event1"]
        assert service.settings().get(setting="weekStart").execute()["value"] == "0"


def test_it_can_be_started_by_hand(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps(SEED), encoding="utf-8")
    command = [sys.executable, "-m", "tests.tools.google_server", "--port", "0", "--seed", str(seed)]
    with subprocess.Popen(  # our own module
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            name, _, address = process.stdout.readline().strip().partition("=")
            assert name == "BLOCKER_GOOGLE_ROOT"
            http_client = httplib2.Http(timeout=10)
            status, body = http_client.request(f"{address}calendar/v3/calendars/primary/events")
            http_client.close()
            assert status.status == 200
            assert json.loads(body)["items"][0]["summary"] == "Standup"
        finally:
            process.terminate()
            try:
                _, said = process.communicate(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
    assert process.returncode == 0
    assert f"200 GET {EVENTS}" in said
