"""The test server as a server: routes and parameters, batches, faults, tokens, the log, starting by hand."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httplib2
import pytest
from google.auth.exceptions import RefreshError
from googleapiclient.errors import HttpError

from tests import google_server
from tests.google_server import (
    GoogleServer,
    connected,
    credentials,
    every_item,
    listing,
    load,
    refusal,
    rules,
    store,
)
from tests.google_server import api as served_api
from tests.google_server.discovery import Discovery, allowed_words
from tests.google_server.samples import all_day, timed

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


def raw(
    server: GoogleServer, method: str, path: str, body: object = None, **headers: str
) -> tuple[int, Json]:
    """A request that the official client would not send."""
    connection = http.client.HTTPConnection("127.0.0.1", int(server.root_url.rpartition(":")[2].strip("/")))
    try:
        content = body if isinstance(body, str) else json.dumps(body) if body is not None else None
        connection.request(method, path, content, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")
    finally:
        connection.close()


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


# Faults


def test_rate_limits_come_with_and_without_retry_after(server: GoogleServer, events: Any) -> None:
    for retry_after in (None, 7):
        server.faults.next(google_server.rate_limited(retry_after))
        with pytest.raises(HttpError) as caught:
            events.list(calendarId="primary").execute()
        assert caught.value.status_code == 429
        assert caught.value.error_details[0]["reason"] == "rateLimitExceeded"
        assert caught.value.resp.get("retry-after") == (None if retry_after is None else "7")


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (google_server.forbidden("quotaExceeded"), (403, "quotaExceeded")),
        (google_server.forbidden("userRateLimitExceeded"), (403, "userRateLimitExceeded")),
        (google_server.backend_error(500), (500, "backendError")),
        (google_server.backend_error(503), (503, "backendError")),
        (google_server.unauthorized(), (401, "authError")),
        (google_server.error(412, "conditionNotMet"), (412, "conditionNotMet")),
    ],
)
def test_an_error_before_the_write_leaves_nothing(
    server: GoogleServer, events: Any, fault: google_server.Fault, expected: tuple[int, str]
) -> None:
    server.faults.next(fault)
    assert refusal(events.insert(calendarId="primary", body=timed())) == expected
    assert server.events() == []
    assert (server.log[-1].status, server.log[-1].fault) == (expected[0], fault.name)


def test_an_error_may_come_after_the_write(server: GoogleServer, events: Any) -> None:
    server.faults.next(google_server.backend_error(503, after=True))
    assert refusal(events.insert(calendarId="primary", body=timed())) == (503, "backendError")
    assert len(server.events()) == 1


@pytest.mark.parametrize(("after", "made"), [(False, 1), (True, 2)])
def test_the_client_sends_a_dropped_insert_again(
    server: GoogleServer, events: Any, after: bool, made: int
) -> None:
    server.faults.next(google_server.drop(after=after))
    events.insert(calendarId="primary", body=timed()).execute()
    assert [entry.status for entry in server.log] == [None, 200]
    assert len(server.events()) == made, "dropped after the write, the event is there twice"


def test_an_id_of_its_own_saves_a_dropped_insert_from_being_doubled(
    server: GoogleServer, events: Any
) -> None:
    server.faults.next(google_server.drop(after=True))
    assert refusal(events.insert(calendarId="primary", body=timed(id="blk00001"))) == (409, "duplicate")
    assert [event["id"] for event in server.events()] == ["blk00001"]


def test_a_connection_that_is_dropped_twice_is_an_error(server: GoogleServer, events: Any) -> None:
    server.faults.next(google_server.drop(), times=2)
    with pytest.raises(ConnectionError):
        events.list(calendarId="primary").execute()
    assert server.faults.pending == 0


def test_an_answer_may_be_late_truncated_or_cut(server: GoogleServer, events: Any) -> None:
    server.faults.next(google_server.truncated())
    answer = events.insert(calendarId="primary", body=timed()).execute()
    assert isinstance(answer, str), "the client hands over what it cannot read as it is"
    server.faults.next(google_server.cut())
    with pytest.raises(http.client.IncompleteRead):
        events.insert(calendarId="primary", body=timed()).execute()
    server.faults.next(google_server.slow(0.05))
    assert events.list(calendarId="primary").execute()["items"]
    server.faults.next(google_server.slow(60))  # the server's end is not held up by it
    with connected(server, timeout=0.2) as hasty, pytest.raises(TimeoutError):
        hasty.events().insert(calendarId="primary", body=timed()).execute()
    assert len(server.events()) == 3, "each of them was carried out"


def test_a_planned_fault_waits_for_its_method(server: GoogleServer, events: Any) -> None:
    server.faults.next(google_server.backend_error(), on="events.delete", times=2)
    made = events.insert(calendarId="primary", body=timed()).execute()
    request = events.delete(calendarId="primary", eventId=made["id"])
    assert refusal(request) == refusal(request) == (503, "backendError")
    request.execute()


def test_random_faults_are_the_same_for_the_same_seed(server: GoogleServer) -> None:
    def struck(seed: int) -> list[str | None]:
        server.faults.random(0.3, seed)
        found = [server.faults.take("events.list") for _ in range(200)]
        return [fault.name if fault else None for fault in found]

    first = struck(1)
    assert first == struck(1) != struck(2)
    assert 30 < len([name for name in first if name]) < 90
    assert len(set(first)) > 5
    server.faults.clear()
    assert server.faults.take("events.list") is None


def test_a_client_that_keeps_trying_gets_through_random_faults(server: GoogleServer, events: Any) -> None:
    server.faults.random(0.4, seed=3, among=[google_server.backend_error(), google_server.rate_limited()])
    for number in range(20):
        request = events.insert(calendarId="primary", body=timed(id=f"blk{number:05}"))
        request._sleep = lambda seconds: None
        request.execute(num_retries=20)
    assert len(server.events()) == 20
    assert server.log.count("events.insert") > 20


# Tokens


def test_a_token_is_needed_once_one_was_granted(server: GoogleServer, events: Any) -> None:
    creds = credentials(server, "calendar.events.owned")
    assert refusal(events.list(calendarId="primary")) == (401, "authError")
    with connected(server, creds) as service:
        service.events().list(calendarId="primary").execute()
        server.tokens.expire()
        service.events().list(calendarId="primary").execute()
        assert server.log.count("token") == 2, "once at first, once after the hour"
        server.faults.next(google_server.unauthorized(), on="events.list")
        service.events().list(calendarId="primary").execute()
        assert server.log.count("token") == 3
        batch = service.new_batch_http_request()
        batch.add(service.events().list(calendarId="primary"))
        batch.execute()
        server.tokens.revoke()
        with pytest.raises(RefreshError, match="invalid_grant"):
            service.events().list(calendarId="primary").execute()


def test_the_token_endpoint_refuses_as_oauth_does(server: GoogleServer) -> None:
    form = {"client_id": "client-id", "client_secret": "client-secret", "grant_type": "refresh_token"}
    good = form | {"refresh_token": server.tokens.grant()}
    cases = [
        (form | {"refresh_token": "made up"}, 400, "invalid_grant"),
        (good | {"client_secret": "wrong"}, 401, "invalid_client"),
        (good | {"grant_type": "password"}, 400, "unsupported_grant_type"),
    ]
    for sent, status, error in cases:
        answer = raw(server, "POST", "/token", urlencode(sent))
        assert (answer[0], answer[1]["error"]) == (status, error)
    status, token = raw(server, "POST", "/token", urlencode(good))
    assert (status, token["token_type"]) == (200, "Bearer")
    assert raw(server, "GET", EVENTS, Authorization=f"Bearer {token['access_token']}")[0] == 200
    assert reason(raw(server, "GET", EVENTS, Authorization="Bearer made-up")) == (401, "authError")


def test_scopes_limit_what_a_token_may_do(server: GoogleServer) -> None:
    server.add_calendar("shared@example.org", access_role="writer")
    with connected(server, credentials(server, "calendar.events.owned")) as service:
        assert service.events().insert(calendarId="primary", body=timed()).execute()
        assert refusal(service.calendarList().list()) == (403, "insufficientPermissions")
        assert refusal(service.events().list(calendarId="shared@example.org")) == (
            403,
            "insufficientPermissions",
        )
    with connected(server, credentials(server, "calendar.events.readonly")) as service:
        assert service.events().list(calendarId="shared@example.org").execute()
        assert refusal(service.events().insert(calendarId="primary", body=timed()))[0] == 403


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
    command = [sys.executable, "-m", "tests.google_server", "--port", "0", "--seed", str(seed)]
    root = Path(__file__).parent.parent
    with subprocess.Popen(  # noqa: S603  # our own module
        command,
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(root)},
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
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=10)
    assert process.returncode == 0
    assert f"200 GET {EVENTS}" in said
