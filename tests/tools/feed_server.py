"""A server on loopback that publishes a calendar under a secret link, and tells every lie that servers tell."""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "reachcalendar-c4f1e0d2b7a94e31-93d2f0canary"  # noqa: S105 - nobody's
PATH = f"/owa/calendar/{SECRET}/calendar.ics"
PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Sign in to your account</body></html>"
)
MODIFIED = "Mon, 02 Nov 2026 06:00:00 GMT"

Lie = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    server: Feed  # type: ignore[assignment]

    def do_GET(self) -> None:
        self.server.asked.append(self.headers)
        with suppress(BrokenPipeError, ConnectionResetError):
            self.server.lie(self)

    def log_message(self, *args: Any) -> None:
        """Nothing."""

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


class Feed(ThreadingHTTPServer):
    """``content`` is what is published; ``lie`` answers in its place."""

    daemon_threads = True

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.lie = content, truth
        self.asked: list[Message] = []
        self.link = f"http://127.0.0.1:{self.server_port}{PATH}"

    @property
    def address(self) -> str:
        return f"feed:{self.link}"


@contextmanager
def published(content: bytes) -> Iterator[Feed]:
    feed = Feed(content)
    thread = threading.Thread(target=feed.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield feed
    finally:
        feed.shutdown()
        thread.join()
        feed.server_close()


def truth(handler: Handler) -> None:
    content = handler.server.content
    etag = f'"{hashlib.sha256(content).hexdigest()[:12]}"'
    if handler.headers["If-None-Match"] == etag:
        handler.say(304)
    else:
        handler.say(200, content, ETag=etag, Content_Type="text/calendar; charset=utf-8")


def dated(handler: Handler) -> None:
    """A server that has times only."""
    if handler.headers["If-Modified-Since"] == MODIFIED:
        handler.say(304)
    else:
        handler.say(200, handler.server.content, Last_Modified=MODIFIED)


def status(number: int, **headers: str) -> Lie:
    return lambda handler: handler.say(number, b"no", **headers)


def body(content: bytes, **headers: str) -> Lie:
    return lambda handler: handler.say(200, content, **headers)


def half(handler: Handler) -> None:
    """Half of the content, whose length is not said."""
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(handler.server.content[: len(handler.server.content) // 2])


def shorter_than_said(handler: Handler) -> None:
    content = handler.server.content
    handler.say(200, content[: len(content) // 2], Content_Length=str(len(content)))


def packed(handler: Handler) -> None:
    handler.say(200, gzip.compress(handler.server.content), Content_Encoding="gzip")


def packed_and_cut(handler: Handler) -> None:
    handler.say(200, gzip.compress(handler.server.content)[:-200], Content_Encoding="gzip")


def bomb(size: int) -> Lie:
    packed = gzip.compress(bytes(size))
    return lambda handler: handler.say(200, packed, Content_Encoding="gzip")


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"X" * 65536)


def drip(handler: Handler) -> None:
    """A byte at a time, headers and all."""
    for byte in b"HTTP/1.0 200 OK\r\nX: " + b"x" * 2000:
        handler.wfile.write(bytes((byte,)))
        time.sleep(0.02)


def to(location: str) -> Lie:
    return lambda handler: handler.say(302, Location=location)


@dataclass
class Detours:
    """So many redirects before the truth."""

    left: int
    paths: list[str] = field(default_factory=list)

    def __call__(self, handler: Handler) -> None:
        self.paths.append(handler.path)
        if self.left:
            self.left -= 1
            handler.say(302, Location=f"/{self.left}")
        else:
            truth(handler)


def nonsense(handler: Handler) -> None:
    handler.wfile.write(b"\x00\xffgarbage\r\n\r\n")


def hang_up(handler: Handler) -> None:
    handler.connection.close()
