"""What can be made to go wrong on the test server, and what the official client makes of it."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from google.auth.exceptions import RefreshError
from googleapiclient.errors import HttpError

from tests.tools import google_server
from tests.tools.google_server import GoogleServer, connected, credentials, refusal
from tests.tools.google_server.client import raw
from tests.tools.google_server.samples import timed

EVENTS = "/calendar/v3/calendars/primary/events"


@pytest.fixture
def server() -> Iterator[GoogleServer]:
    with GoogleServer() as running:
        yield running


@pytest.fixture
def events(server: GoogleServer) -> Iterator[Any]:
    with connected(server) as service:
        yield service.events()


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
    assert raw(server, "GET", EVENTS, Authorization="Bearer made-up")[0] == 401


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
