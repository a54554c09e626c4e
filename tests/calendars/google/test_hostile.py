"""Answers that are none: portals, proxies and broken servers between us and Google. Each ends in one sentence."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count, repeat
from typing import Any

import pytest

from blocker.calendars.google import snapshot
from blocker.calendars.google.identity import token_path
from blocker.calendars.google.sign_in import keep_sign_in, prove
from blocker.calendars.google.wire import Wire
from blocker.calendars.servers import ATTEMPTS, Pace
from blocker.values.errors import SignInNeeded, Temporary, Unreachable, Unreadable
from tests.tools.contract import WINDOW, block, slot
from tests.tools.google_days import MONDAY, blocks, busy_weeks, call, key, others
from tests.tools.google_server import GoogleServer
from tests.tools.google_server.app import Answer, Call
from tests.tools.google_world import GoogleWorld, google_answers, signed_in, surroundings

Corrupt = Callable[[Answer], Answer]


def corrupt(server: GoogleServer, how: Corrupt, *names: str, carried_out: bool = True) -> Callable[[], None]:
    """From now on what is answered to these requests (all, where none is named) comes out otherwise; an end to it."""
    real = server.app.answer

    def answer(request: Call) -> Answer:
        if names and server.app.name_of(request) not in names:
            return real(request)
        return how(real(request) if carried_out else Answer(204))

    server.app.answer = answer  # type: ignore[method-assign]

    def end() -> None:
        server.app.answer = real  # type: ignore[method-assign]

    return end


def instead(content: object, status: int = 200, **headers: str) -> Corrupt:
    """Another answer altogether; text and bytes as they are, anything else as JSON."""
    body = content if isinstance(content, bytes | str) else json.dumps(content)
    raw = body if isinstance(body, bytes) else body.encode()
    return lambda right: Answer(status, raw=raw, headers={k.replace("_", "-"): v for k, v in headers.items()})


def in_ascii(right: Answer) -> Answer:
    """The same answer; half a letter can be written in it."""
    return right if right.json is None else replace(right, raw=json.dumps(right.json).encode())


def changed(**fields: object) -> Corrupt:
    """Fields of each event otherwise; those that are None are missing."""

    def one(event: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in (event | fields).items() if value is not None}

    def change(right: Answer) -> Answer:
        if right.json is None:
            return right
        if "items" in right.json:
            items = [one(item) for item in right.json["items"]]
            return in_ascii(replace(right, json=right.json | {"items": items}))
        return in_ascii(replace(right, json=one(right.json)))

    return change


def halved_gzip(right: Answer) -> Answer:
    packed = gzip.compress(right.content())
    return replace(right, raw=packed[: len(packed) // 2], headers={"Content-Encoding": "gzip"})


NO_ANSWERS: dict[str, Corrupt] = {
    "a portal's page": instead("<html>Sign in to our WiFi</html>", Content_Type="text/html"),
    "a gateway's page": instead("<html>Bad gateway</html>", 502, Content_Type="text/html"),
    "half": lambda right: replace(right, raw=right.content()[: len(right.content()) // 2]),
    "nothing": instead(""), "no content": instead("", 204), "null": instead(None), "an empty object": instead({}), "a list": instead([[1]]), "a number": instead(3),
    "an error that says 200": instead({"error": {"code": 403, "errors": [{"reason": "forbidden"}]}}),
    "too deep": instead("[" * 100_000 + "]" * 100_000), "too large a number": instead('{"id": ' + "9" * 10_000 + "}"),
    "another encoding": lambda right: replace(right, raw=right.content().decode().encode("utf-16")),
    "no gzip": instead(b"\x1f\x8b\x08 junk", Content_Encoding="gzip"), "half of a gzip": halved_gzip,
    "a redirect to nowhere": instead("", 302), "a redirect that is none": instead("", 302, Location="ftp://a/%%"),
    "a redirect in circles": instead("", 302, Location="/calendar/v3/calendars/primary/events"),
    "an odd refusal": instead({"error": {"errors": [None, 3]}}, 403),
    "another odd refusal": instead({"error": {"errors": {"a": 1}, "message": {"b": 2}}}, 403),
    "an unknown status": instead("", 999), "not modified": instead("", 304),
}  # fmt: skip


@pytest.mark.parametrize("how", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_what_is_no_answer_is_asked_for_again_and_then_given_up(world: GoogleWorld, how: Corrupt) -> None:
    calendar = world.open()
    end = corrupt(world.server, how)
    with pytest.raises(Unreachable) as caught:
        calendar.read(WINDOW)
    assert len(world.naps.taken) == ATTEMPTS - 1
    assert "did not answer" in caught.value.message
    assert caught.value.hint
    end()
    assert calendar.read(WINDOW).blocks == ()


@pytest.mark.parametrize(
    "how", [*NO_ANSWERS.values(), changed(id=None), changed(id="another"), changed(id=["a"]), changed(etag=None),
            changed(etag=7), changed(etag='"a\r\nX: y"'), changed(etag='"☃"')],
    ids=[*NO_ANSWERS, "no id", "another id", "an odd id", "no etag", "an odd etag", "two headers", "no header"],
)  # fmt: skip
def test_a_write_without_an_answer_is_made_once(world: GoogleWorld, how: Corrupt) -> None:
    calendar = world.open()
    end = corrupt(world.server, how)
    with pytest.raises(Unreachable):
        calendar.create(block())
    end()
    ref = world.open().create(block())
    assert [(e["id"], e["etag"]) for e in world.server.events()] == [(ref.id, ref.etag)]

    calendar = world.open()
    calendar.read(WINDOW)
    end = corrupt(world.server, how)
    with pytest.raises(Unreachable):
        calendar.update(ref, block(title="Other"))
    end()
    calendar = world.open()
    (standing,) = calendar.read(WINDOW).blocks
    assert (standing.title, standing.edited) == ("Other", False)
    calendar.delete(standing.ref)
    assert world.server.events() == []


@pytest.mark.parametrize(
    ("how", "error"),
    [
        (instead("<html>Blocked</html>", 403), Unreachable), (instead("<html>Proxy</html>", 407), Unreachable),
        (instead("", 418), Unreachable), (instead({}, 451), Unreachable), (instead("", 401), Unreachable),
        (instead("<html>", 404), Unreachable), (instead({"error": "bad calendar"}, 400), Unreadable),
    ],
)  # fmt: skip
def test_a_refusal_that_is_not_googles_is_told_as_such(
    world: GoogleWorld, how: Corrupt, error: type[Exception]
) -> None:
    corrupt(world.server, how)
    with pytest.raises(error) as caught:
        world.open().read(WINDOW)
    assert world.naps.taken == []
    message, hint = caught.value.args[0], caught.value.hint  # type: ignore[attr-defined]
    assert hint
    assert not message.rstrip().endswith(":")
    assert ("not Google" in message) == (error is Unreachable)


@pytest.mark.parametrize(
    "how",
    [
        lambda right: replace(right, json=right.json | {"items": {"a": 1}}),
        lambda right: replace(right, json=right.json | {"items": "abc"}),
        lambda right: replace(right, json=right.json | {"nextPageToken": {"a": 1}}),
        instead({"items": [], "nextPageToken": "again"}),
    ],
    ids=["items by name", "items as text", "an odd token", "a token for ever"],
)
def test_a_page_that_is_none_is_given_up(world: GoogleWorld, how: Corrupt) -> None:
    corrupt(world.server, how)
    with pytest.raises(Unreachable):
        world.open().read(WINDOW)


@pytest.mark.parametrize("tokens", [count(), repeat(1)], ids=["another each time", "the same"])
def test_pages_without_end_are_given_up(
    world: GoogleWorld, monkeypatch: pytest.MonkeyPatch, tokens: Iterator[int]
) -> None:
    """As if all had been read is the one thing it must not look like: what is missing would count as deleted."""
    monkeypatch.setattr(snapshot, "MOST_PAGES", 20)
    corrupt(world.server, lambda right: instead({"items": [], "nextPageToken": f"{next(tokens)}"})(right))
    with pytest.raises(Unreachable, match="circles"):
        world.open().read(WINDOW)


ODD: dict[str, Any] = {
    "time as text": {"start": "2026-11-24"}, "no start": {"start": None}, "no end": {"end": None}, "empty start": {"start": {}},
    "another planet's zone": {"start": {"dateTime": "2026-11-24T09:00:00", "timeZone": "Mars/Base"}},
    "a number for a zone": {"start": {"dateTime": "2026-11-24T09:00:00", "timeZone": 7}},
    "a path for a zone": {"start": {"dateTime": "2026-11-24T09:00:00", "timeZone": "../../etc/passwd"}},
    "the end of time": {"start": {"date": "9999-12-31"}, "end": {"date": "9999-12-31"}},
    "no etag": {"etag": None}, "a number for an etag": {"etag": 5}, "two headers for an etag": {"etag": '"a\r\nX: y"'},
}  # fmt: skip


@pytest.mark.parametrize("fields", ODD.values(), ids=ODD)
def test_a_block_that_cannot_be_read_is_told_and_nothing_is_taken_away(
    world: GoogleWorld, fields: dict[str, Any]
) -> None:
    world.open().create(block())
    corrupt(world.server, changed(**fields))
    snapshot = world.open().read(WINDOW)
    assert not snapshot.complete
    assert snapshot.blocks == ()
    assert len(snapshot.skipped) == 1


@pytest.mark.parametrize("how", [instead({"items": [None]}), changed(id=None), changed(id=["a"])])
def test_a_list_of_blocks_that_says_nothing_is_no_complete_one(world: GoogleWorld, how: Corrupt) -> None:
    world.open().create(block(when=slot("08:00", "10:00", 300)))  # out of the window: only that list has it
    right = world.server.app.answer

    def answer(request: Call) -> Answer:
        found = right(request)
        return how(found) if "privateExtendedProperty" in request.query else found

    world.server.app.answer = answer  # type: ignore[method-assign]
    assert not world.open().read(WINDOW).complete


UNKNOWN: dict[str, Any] = {
    "enums": {"eventType": "new2027", "status": "odd", "transparency": "milky", "visibility": "odd"},
    "numbers": {"eventType": 3, "transparency": 5, "visibility": [], "colorId": {}, "iCalUID": 9, "summary": 8, "description": [1]},
    "people": {"attendees": [None, 1, "a", {"email": None, "self": "yes"}, {"email": 5}], "organizer": "me", "creator": [1]},
    "properties": {"extendedProperties": {"private": [1]}}, "a colour": {"colorId": "²"}, "a long colour": {"colorId": "9" * 5000}, "half a letter": {"summary": "\ud800"},
}  # fmt: skip


@pytest.mark.parametrize("fields", UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_unknown_of_an_event_leaves_it_an_event(world: GoogleWorld, fields: dict[str, Any]) -> None:
    world.add_event("Standup", slot("09:00", "10:00"))
    corrupt(world.server, changed(**fields))
    snapshot = world.open().read(WINDOW)
    assert [event.when for event in snapshot.events] == [slot("09:00", "10:00")]


# The command line

NOW, LATER = "2026-11-02T06:30", "2026-11-03T06:30"


@pytest.mark.parametrize(
    "name", ["a portal's page", "an error that says 200", "no content", "an odd refusal"]
)
@pytest.mark.parametrize("what", [("events.list",), ("events.insert", "events.patch", "events.get")])
def test_a_day_behind_a_broken_proxy_is_exit_75_and_the_next_makes_up_for_it(
    server: GoogleServer, name: str, what: tuple[str, ...]
) -> None:
    busy_weeks(server, MONDAY - timedelta(weeks=1), 2)
    end = corrupt(server, NO_ANSWERS[name], *what)
    said = call("run", "-y", now=NOW)
    assert said.code == Temporary.exit_code
    assert "Google Calendar did not answer" in said.err
    assert "defect" not in said.err
    end()
    assert call("run", "-y", now=NOW).code == 0
    keys = [key(event) for event in blocks(server)]
    assert len(keys) == len(set(keys)) > 3
    before, theirs = [e["etag"] for e in blocks(server)], others(server)
    end = corrupt(server, NO_ANSWERS[name], *what)
    assert call("undo", now=NOW).code == Temporary.exit_code
    end()
    assert "events.list" not in what or before == [e["etag"] for e in blocks(server)]
    assert theirs == others(server)


def test_blocks_that_cannot_be_read_are_said_once(server: GoogleServer) -> None:
    busy_weeks(server, MONDAY - timedelta(weeks=1), 2)
    call("run", "-y", now=NOW)
    standing = {e["id"]: e["etag"] for e in blocks(server)}
    end = corrupt(server, changed(etag=None), "events.list")
    first, second = (call("-q", "run", now=LATER) for _ in range(2))
    assert (first.code, second.code) == (0, 0)
    assert "could be read" in first.out
    assert second.out == ""
    end()
    assert {e["id"]: e["etag"] for e in blocks(server)} == standing
    assert call("run", now=LATER).code == 0
    assert {e["id"]: e["etag"] for e in blocks(server)} == standing


NO_TOKENS = {name: how for name, how in NO_ANSWERS.items() if name not in ("a redirect in circles",)} | {
    "a proxy's refusal": instead("<html>Blocked</html>", 403), "a number": instead({"access_token": 5}),
    "no end": instead({"access_token": "a", "expires_in": 10**30}), "a word for a time": instead({"access_token": "a", "expires_in": "soon"}),
    "two headers": instead({"access_token": "a\r\nb: c", "expires_in": 3599}),
}  # fmt: skip


@pytest.fixture
def signed(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleServer]:
    with google_answers(monkeypatch, require_token=True) as running:
        keep_sign_in(token_path(surroundings()), signed_in(running))
        yield running


@pytest.mark.parametrize("how", NO_TOKENS.values(), ids=NO_TOKENS)
def test_a_page_in_place_of_a_token_is_no_end_of_the_sign_in(signed: GoogleServer, how: Corrupt) -> None:
    end = corrupt(signed, how, "token")
    calendar = GoogleWorld(signed).open()
    with pytest.raises(Unreachable) as caught:
        calendar.read(WINDOW)
    assert "expired" not in caught.value.message
    calendar.close()
    with suppress(Unreachable):  # a token that holds for the client library may do
        prove(signed_in(signed), surroundings())
    end()
    calendar = GoogleWorld(signed).open()
    assert calendar.read(WINDOW).complete
    calendar.close()


@pytest.mark.parametrize(
    "word", ["invalid_grant", "invalid_client", "deleted_client", "admin_policy_enforced"]
)
def test_what_the_sign_in_server_says_itself_is_believed(signed: GoogleServer, word: str) -> None:
    corrupt(signed, instead({"error": word, "error_description": "No."}, 400), "token")
    calendar = GoogleWorld(signed).open()
    with pytest.raises(SignInNeeded, match=word):
        calendar.read(WINDOW)
    calendar.close()
    with pytest.raises(SignInNeeded, match=word):
        prove(signed_in(signed), surroundings())


def test_nothing_is_booked_on_a_calendar_of_which_most_cannot_be_read(server: GoogleServer) -> None:
    busy_weeks(server, MONDAY - timedelta(weeks=1), 2)
    end = corrupt(server, changed(start=None), "events.list")
    said = call("run", "-y", now=NOW)
    assert said.code == 4
    assert "30 of 30 events" in said.err
    assert blocks(server) == []
    end()
    assert call("run", "-y", now=NOW).code == 0


def test_a_wire_tries_at_least_once() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Wire(None, Pace(attempts=0)).send(None)
