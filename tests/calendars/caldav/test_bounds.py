"""A server that says nothing, or never ends: it is given up, in words that say so."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from blocker.calendars import bounded
from blocker.calendars.caldav.wire import Wire
from blocker.calendars.servers import Pace
from blocker.values.errors import Unreachable

HEAD = b"HTTP/1.1 207 Multi-Status\r\n"


class Talker:
    """Takes each request and says ``words``; without an end, the last of them over and over."""

    def __init__(self) -> None:
        self.words, self.endless = b"", False
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}/"
        self.stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while not self.stopped.is_set():
            with suppress(OSError):
                connection, _ = self.listening.accept()
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(self.words)
            while not self.stopped.wait(0.02):
                if self.endless:
                    connection.sendall(b" ")

    def stop(self) -> None:
        self.stopped.set()
        with suppress(OSError):
            socket.create_connection(self.listening.getsockname()).close()
        self._thread.join()
        self.listening.close()


@pytest.fixture
def talker() -> Iterator[Talker]:
    made = Talker()
    yield made
    made.stop()


def told(talker: Talker) -> str:
    naps: list[float] = []
    wire = Wire(talker.url, None, Pace(sleep=naps.append, dice=lambda: 1.0, attempts=2), "connect")
    with pytest.raises(Unreachable) as problem:
        wire.ask("GET", talker.url)
    wire.close()
    return problem.value.message


def test_silence(talker: Talker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "SILENCE_SECONDS", 0.2)
    assert "it took too long, 2 attempts" in told(talker)


@pytest.mark.parametrize("head", [HEAD, HEAD + b"Content-Length: 1000000\r\n\r\n"])
def test_a_drop_at_a_time(talker: Talker, monkeypatch: pytest.MonkeyPatch, head: bytes) -> None:
    monkeypatch.setattr(bounded, "ANSWER_SECONDS", 0.3)
    talker.words, talker.endless = head, True
    assert "it took too long, 2 attempts" in told(talker)


@pytest.mark.parametrize("packed", [False, True])
def test_too_much(talker: Talker, monkeypatch: pytest.MonkeyPatch, packed: bool) -> None:
    monkeypatch.setattr(bounded, "MOST_BYTES", 1 << 20)
    body = b" " * (3 << 20)
    encoding = b"Content-Encoding: gzip\r\n" if packed else b""
    body = gzip.compress(body) if packed else body
    talker.words = HEAD + encoding + b"Content-Length: %d\r\n\r\n" % len(body) + body
    assert "too large" in told(talker)


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}/"
    with pytest.raises(Unreachable, match="nobody listens there, 2 attempts"):
        Wire(url, None, Pace(sleep=lambda seconds: None, attempts=2), "connect").ask("GET", url)


def test_a_name_that_no_server_can_have() -> None:
    url = f"https://{'a' * 80}.example.org/"
    with pytest.raises(Unreachable, match="its address was not found"):
        Wire(url, None, Pace(sleep=lambda seconds: None, attempts=2), "connect").ask("GET", url)
