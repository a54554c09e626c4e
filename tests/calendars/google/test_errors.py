"""What goes wrong between us and Google: how often each request is sent, and what is made of the end of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blocker.calendars.google import wire
from blocker.calendars.google.calendar import GoogleCalendar
from blocker.calendars.servers import ATTEMPTS, Pace
from blocker.values.errors import Conflict, Missing, Refused, Unreachable
from blocker.values.events import Ref
from tests.tools.contract import WINDOW, block, slot
from tests.tools.google_server import (
    Fault,
    backend_error,
    cut,
    drop,
    error,
    forbidden,
    rate_limited,
    truncated,
)
from tests.tools.google_world import GoogleWorld, Naps, surroundings

LIST, INSERT, PATCH, DELETE, GET = (f"events.{name}" for name in ("list", "insert", "patch", "delete", "get"))


PASSING = [
    rate_limited(), rate_limited(2), forbidden("rateLimitExceeded"), forbidden("userRateLimitExceeded"),
    backend_error(500), backend_error(502), backend_error(503), error(408, "timeout"), truncated(), cut(),
]  # fmt: skip


def by_name(value: object) -> str | None:
    return value.name if isinstance(value, Fault) else None


# Reading


@pytest.mark.parametrize("fault", PASSING, ids=by_name)
def test_what_passes_is_tried_again(world: GoogleWorld, fault: Fault) -> None:
    world.add_event("Standup", slot("09:00", "10:00"))
    world.server.faults.next(fault, on=LIST, times=2)
    assert len(world.open().read(WINDOW).events) == 1
    assert world.server.log.count(LIST) == 2 + 2
    assert len(world.naps.taken) == 2


@pytest.mark.parametrize("fault", PASSING, ids=by_name)
def test_what_does_not_pass_ends_as_unreachable(world: GoogleWorld, fault: Fault) -> None:
    world.server.faults.next(fault, on=LIST, times=99)
    with pytest.raises(Unreachable) as caught:
        world.open().read(WINDOW)
    assert world.server.log.count(LIST) == ATTEMPTS
    assert caught.value.exit_code == 75


def test_a_dropped_connection_is_opened_again(world: GoogleWorld) -> None:
    world.server.faults.next(drop(), on=LIST, times=5)
    world.open().read(WINDOW)
    assert 5 < world.server.log.count(LIST) <= 2 * ATTEMPTS + 1  # the transport itself repeats as well


def test_nobody_there_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOCKER_GOOGLE_ROOT", "http://127.0.0.1:9/")
    calendar = GoogleCalendar("primary", around=surroundings(), zone=None, me=(), pace=Naps().pace)
    with pytest.raises(Unreachable):
        calendar.read(WINDOW)
    calendar.close()


# Writing


@pytest.mark.parametrize(
    "fault", [*PASSING, drop(), drop(after=True), backend_error(after=True)], ids=by_name
)
@pytest.mark.parametrize("times", [1, 2])
def test_each_write_is_made_once_whatever_is_lost(world: GoogleWorld, fault: Fault, times: int) -> None:
    calendar = world.open()
    world.server.faults.next(fault, on=INSERT, times=times)
    ref = calendar.create(block())
    assert [e["id"] for e in world.server.events()] == [ref.id]

    world.server.faults.next(fault, on=PATCH, times=times)
    ref = calendar.update(ref, block(title="Other", when=slot("13:00", "15:00")))
    (standing,) = calendar.read(WINDOW).blocks
    assert (standing.title, standing.ref, standing.pinned) == ("Other", ref, False)

    world.server.faults.next(fault, on=DELETE, times=times)
    try:
        calendar.delete(ref)
    except Missing:
        assert fault.after  # our own deletion went through; whoever deletes takes Missing for success
    assert world.server.events() == []
    assert world.server.faults.pending == 0 or fault.half  # a deletion's answer has no body to be halved


def test_a_post_that_the_transport_repeats_makes_no_duplicate(world: GoogleWorld) -> None:
    """The client's transport sends a POST again when the connection ends without an answer, even unasked."""
    world.server.faults.next(drop(after=True), on=INSERT)
    calendar = world.open(pace=Pace(sleep=pytest.fail, attempts=1))
    ref = calendar.create(block())
    assert [(e.name, e.status) for e in world.server.log] == [(INSERT, None), (INSERT, 409), (GET, 200)]
    assert [e["id"] for e in world.server.events()] == [ref.id]


@pytest.mark.parametrize("status", [400, 403, 404, 409, 410])
def test_a_final_answer_to_a_write_is_never_repeated(world: GoogleWorld, status: int) -> None:
    calendar = world.open()
    ref = calendar.create(block())
    expected = {404: Missing, 410: Missing, 409: Conflict}.get(status, Refused)
    for verb, write in (
        (PATCH, lambda: calendar.update(ref, block(title="x"))),
        (PATCH, lambda: calendar.delete(ref)),
    ):
        before = world.server.log.count(verb)
        world.server.faults.next(error(status, "badRequest"), on=verb)
        with pytest.raises(expected):
            write()
        assert world.server.log.count(verb) == before + 1
    assert world.naps.taken == []
    assert len(world.server.events()) == 1


@pytest.mark.parametrize("change", ["update", "delete"])
def test_a_person_who_was_faster_wins(world: GoogleWorld, change: str) -> None:
    calendar = world.open()
    ref = calendar.create(block())
    verb: Callable[[], Any] = (lambda: calendar.update(ref, block(title="ours"))) if change == "update" else (lambda: calendar.delete(ref))  # fmt: skip
    world.retitle(ref.id, "theirs")
    with pytest.raises(Conflict):
        verb()
    assert [e["summary"] for e in world.server.events()] == ["theirs"]
    calendar.read(WINDOW)
    world.remove(ref.id)
    with pytest.raises(Missing):
        calendar.delete(Ref(ref.id, calendar._ours[ref.id]["etag"]))


def test_an_exhausted_write_is_finished_by_the_next_try(world: GoogleWorld) -> None:
    world.server.faults.next(backend_error(after=True), on=INSERT, times=1)
    world.server.faults.next(backend_error(), times=ATTEMPTS - 1)
    with pytest.raises(Unreachable):
        world.open().create(block())
    assert len(world.server.events()) == 1
    world.open().create(block())
    assert len(world.server.events()) == 1


# Waiting


def test_the_waits_grow_and_have_jitter(world: GoogleWorld) -> None:
    world.server.faults.next(backend_error(), times=ATTEMPTS - 1)
    world.open().read(WINDOW)
    assert world.naps.taken == [1, 2, 4, 8, 16]
    lucky = Naps(dice=0.25)
    world.server.faults.next(backend_error(), times=2)
    world.open(pace=lucky.pace).read(WINDOW)
    assert lucky.taken == [0.25, 0.5]


@pytest.mark.parametrize(
    ("asked", "waited"), [("7", 7), ("0", 1), ("Sat, 01 Jan 2000 00:00:00 GMT", 1), ("soon", 1)]
)
def test_what_the_server_asks_for_is_waited(world: GoogleWorld, asked: str, waited: float) -> None:
    world.server.faults.next(rate_limited(asked))
    world.open().read(WINDOW)
    assert world.naps.taken == [waited]


def test_a_date_is_measured_by_the_servers_own_clock() -> None:
    head = {"retry-after": "Sat, 21 Nov 2026 10:00:30 GMT", "date": "Sat, 21 Nov 2026 10:00:00 GMT"}
    assert wire.retry_after(head) == 30
    assert wire.retry_after({"retry-after": head["retry-after"]}) is None


def test_nobody_waits_for_an_hour(world: GoogleWorld) -> None:
    world.server.faults.next(rate_limited(3600))
    with pytest.raises(Unreachable):
        world.open().read(WINDOW)
    assert world.naps.taken == []
    assert world.server.log.count(LIST) == 1


# Words


class Answer:
    def __init__(self, status: int, content: bytes) -> None:
        self.content = content
        self.resp = type("Response", (dict,), {"status": status, "reason": ""})()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"error": {"code": 403, "message": "m", "errors": [{"reason": "quotaExceeded"}]}}', "quotaExceeded"),
        (b'{"error": {"code": 403, "status": "PERMISSION_DENIED", "details": [{"reason": "SERVICE_DISABLED"}]}}', "SERVICE_DISABLED"),
        (b'{"error": {"code": 403, "status": "PERMISSION_DENIED"}}', "PERMISSION_DENIED"),
        (b'{"error": "text"}', ""), (b'{"error": {"errors": 3}}', ""), (b"<html>", ""), (b"\xff\xfe", ""), (b"", ""), (b"[]", ""),
    ],
)  # fmt: skip
def test_any_refusal_can_be_read(content: bytes, reason: str) -> None:
    assert wire.read_answer(Answer(403, content)).reason == reason


def test_nothing_is_reported_behind_our_back(world: GoogleWorld, capfd: pytest.CaptureFixture[str]) -> None:
    world.server.faults.next(forbidden("userRateLimitExceeded"))
    world.open().read(WINDOW)
    assert capfd.readouterr() == ("", "")
