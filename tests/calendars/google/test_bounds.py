"""Answers without end, in size, unpacked or in time: each is given up, and the run with it."""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import pytest

from blocker.calendars import bounded
from blocker.calendars.servers import IN_ALL, Pace
from blocker.values.errors import Temporary, Unreachable
from tests.calendars.google.test_hostile import corrupt, instead
from tests.tools.contract import WINDOW
from tests.tools.google_days import busy_weeks, call
from tests.tools.google_server import GoogleServer
from tests.tools.google_world import GoogleWorld, no_waiting

NOW = "2026-11-02T06:30"
SMALL = 2**20
BLANKS = b" " * (3 * SMALL)
BARE = zlib.compressobj(wbits=-15)
PACKED = {
    "not packed": (BLANKS, ""),
    "gzip": (gzip.compress(BLANKS), "gzip"),
    "zlib": (zlib.compress(BLANKS), "deflate"),
    "bare deflate": (BARE.compress(BLANKS) + BARE.flush(), "deflate"),
}


@pytest.mark.parametrize("how", PACKED)
def test_an_answer_that_is_too_large_is_given_up_at_once(
    world: GoogleWorld, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    content, encoding = PACKED[how]
    monkeypatch.setattr(bounded, "MOST_BYTES", SMALL)
    end = corrupt(world.server, instead(content, 200, Content_Encoding=encoding or "identity"))
    with pytest.raises(Unreachable, match="too large"):
        world.open().read(WINDOW)
    assert world.naps.taken == []
    end()
    assert world.open().read(WINDOW).complete


def test_what_is_packed_twice_stays_within_the_bound() -> None:
    assert bounded.unpacked(gzip.compress(b"{}")) == b"{}"
    assert bounded.MOST_BYTES == 64 * 2**20
    bomb = gzip.compress(b"\0" * (bounded.MOST_BYTES + 1))
    with pytest.raises(bounded.TooLarge):
        bounded.unpacked(bomb)


def forever(connection: socket.socket, stop: threading.Event, head: bytes, piece: bytes) -> None:
    with suppress(OSError), closing(connection):
        connection.recv(65536)
        connection.sendall(head)
        while not stop.wait(0.02):
            connection.sendall(piece)


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes, bytes], None]]:
    """A server in Google's place whose answers never end."""
    no_waiting(monkeypatch)
    stop, threads = threading.Event(), []
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        monkeypatch.setenv("BLOCKER_GOOGLE_ROOT", f"http://127.0.0.1:{listener.getsockname()[1]}/")

        def answer(head: bytes, piece: bytes) -> None:
            def accept() -> None:
                with suppress(OSError):
                    while True:
                        connection, _ = listener.accept()
                        threads.append(threading.Thread(target=forever, args=(connection, stop, head, piece)))
                        threads[-1].start()

            threading.Thread(target=accept, daemon=True).start()

        yield answer
        stop.set()
        for thread in threads:
            thread.join()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"", b"H"),
        (HEAD, b"X"),
        (HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (HEAD + b"Connection: close\r\n\r\n", b" "),
    ],
    ids=["no status", "headers", "a length", "chunks", "to the end"],
)
def test_an_answer_that_trickles_is_given_up(
    endless: Callable[[bytes, bytes], None], monkeypatch: pytest.MonkeyPatch, head: bytes, piece: bytes
) -> None:
    monkeypatch.setattr(bounded, "ANSWER_SECONDS", 0.2)
    endless(head, piece)
    said = call("run", "-y", now=NOW)
    assert said.code == 75, said
    assert "did not answer" in said.err


@pytest.mark.timeout(60)
@pytest.mark.parametrize("length", [10**12, 2**70])
def test_a_length_beyond_any_calendar_is_not_believed(
    endless: Callable[[bytes, bytes], None], length: int
) -> None:
    endless(HEAD + f"Content-Length: {length}\r\n\r\n".encode(), b" ")
    said = call("run", "-y", now=NOW)
    assert said.code == 75, said
    assert "too large" in said.err


def test_a_command_gives_a_server_so_much_time_and_no_more(server: GoogleServer) -> None:
    """Each single answer comes in time, and the pages go on and on: the lock is held meanwhile."""
    clock = iter(range(0, 10**6, 100))
    world = GoogleWorld(server)
    calendar = world.open(pace=Pace(sleep=lambda seconds: None, clock=lambda: next(clock)))
    numbers = iter(range(10**6))
    corrupt(server, lambda right: instead({"items": [], "nextPageToken": f"{next(numbers)}"})(right))
    with pytest.raises(Temporary, match="took too long"):
        calendar.read(WINDOW)
    assert len(server.log) <= IN_ALL / 100 + 1
    world.close()


def test_too_little_memory_is_no_defect(server: GoogleServer, monkeypatch: pytest.MonkeyPatch) -> None:
    busy_weeks(server)

    def full(*args: object, **options: object) -> None:
        raise MemoryError

    monkeypatch.setattr("blocker.commands.daily.make_plan", full)
    said = call("run", "-y", now=NOW)
    assert said.code == 75
    assert "not enough memory" in said.err
    assert "defect" not in said.err
