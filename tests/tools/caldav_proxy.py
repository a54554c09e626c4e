"""Something between us and a server: it counts what is asked, and lies where a test wants it to."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

METHODS = ("GET", "PUT", "DELETE", "PROPFIND", "REPORT", "OPTIONS")


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    head: Mapping[str, str]  # names in small letters
    body: bytes


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes = b""
    head: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False  # half of the body, though all of it was announced

    def but(self, **changes: object) -> Reply:
        return replace(self, **changes)  # type: ignore[arg-type]


class Proxy:
    """In front of ``to``. ``instead`` may answer in the server's place, ``before`` change what is asked, ``after`` the answer.

    ``faults`` is how often bad weather struck.
    """

    def __init__(self, to: str) -> None:
        self.to = to
        self.asked: list[Asked] = []
        self.faults = 0
        self.root = ""
        self.honest()

    def honest(self) -> None:
        self.instead: Callable[[Asked], Reply | None] = lambda asked: None
        self.before: Callable[[Asked], Asked] = lambda asked: asked
        self.after: Callable[[Asked, Reply], Reply] = lambda asked, reply: reply

    def methods(self, work: Callable[[], object]) -> list[str]:
        """The methods of the requests that something makes."""
        self.asked.clear()
        work()
        return [asked.method for asked in self.asked]

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        reply = self.instead(asked)
        if reply is None:
            sent = self.before(asked)
            kept = {k: v for k, v in sent.head.items() if k not in ("host", "content-length", "connection")}
            got = requests.request(
                sent.method,
                self.to + sent.path,
                data=sent.body,
                headers=kept,
                allow_redirects=False,
                timeout=60,
            )
            hop = ("transfer-encoding", "content-length", "content-encoding", "connection")
            head = {k: v for k, v in got.headers.items() if k.lower() not in hop}
            reply = Reply(got.status_code, got.content, head)
        return self.after(asked, reply)


def bad_weather(proxy: Proxy, rate: float, dice: random.Random, *, no_writes: bool = False) -> None:
    """From now on so many of all requests fail: refused, done with the answer lost, or with half an answer.

    ``no_writes`` has every write refused.
    """
    proxy.honest()

    def strikes() -> bool:
        struck = dice.random() < rate / 3
        proxy.faults += struck
        return struck

    def refuse(asked: Asked) -> Reply | None:
        refused = no_writes and asked.method in ("PUT", "DELETE")
        return Reply(dice.choice((429, 500, 503))) if refused or strikes() else None

    def lose(asked: Asked, reply: Reply) -> Reply:
        if strikes():
            return Reply(dice.choice((502, 504)))
        return reply.but(cut=bool(reply.body) and strikes())

    if rate or no_writes:
        proxy.instead, proxy.after = refuse, lose


@contextmanager
def proxy_to(root: str) -> Iterator[Proxy]:
    proxy = Proxy(root)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            head = {name.lower(): value for name, value in self.headers.items()}
            reply = proxy.answer(Asked(self.command, self.path, head, body))
            self.send_response(reply.status)
            for name, value in reply.head.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body[: len(reply.body) // 2] if reply.cut else reply.body)
            if reply.cut:
                self.close_connection = True

        def log_message(self, *words: object) -> None:
            """Nobody listens."""

    for method in METHODS:
        setattr(Handler, f"do_{method}", Handler.answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    proxy.root = f"http://127.0.0.1:{server.server_port}"
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
