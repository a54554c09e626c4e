"""Where the browser comes back to after the consent screen: a server on this machine, or an address pasted by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from threading import Event, Thread
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

_SILENCE = (
    10  # seconds, for a browser that opens a connection and says nothing, and for the last page to be sent
)
_WORK = 300  # seconds, for what is done between the answer and the last page
_STEP = 0.1  # seconds between looks at what was typed and at what the browser sent
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>blocker</title>
<body style="font: 18px/1.5 sans-serif; max-width: 36em; margin: 4em auto"><h1>{}</h1><p>{}</p>"""

Typed = Callable[[float], str | None]


class _Page:
    """The last page, on its way from where it is decided to the browser that waits for it."""

    def __init__(self) -> None:
        self.content: Queue[str] = Queue()
        self.sent = Event()


class Listener:
    """Waits for the one answer that carries ``state``; whatever else comes by (an icon asked for, a stranger) is passed over."""

    def __init__(self, state: str) -> None:
        self._state = state
        self._answers: Queue[tuple[Mapping[str, str], _Page]] = Queue()
        self._page: _Page | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(_STEP,), daemon=True)
        self.address = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait(
        self, seconds: float, typed: Typed | None, say: Callable[[str], None]
    ) -> Mapping[str, str] | None:
        """What Google's answer says, by name; None where none came in time. ``typed`` gives a line, "" at the end of input."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            line = typed(_STEP) if typed is not None else None
            try:
                answer, self._page = self._answers.get(timeout=0 if line else _STEP)
            except Empty:
                pass
            else:
                return answer
            if line == "":
                typed = None
            elif line is not None and line.strip():
                pasted = self._answer_in(urlsplit(line.strip()).query)
                if pasted is not None:
                    return pasted
                say(f"That is not the address of this sign-in: it begins with {self.address}?")
        return None

    def close_page(self, heading: str, words: str) -> None:
        """The last that the browser shows."""
        if self._page is not None:
            self._page.content.put(_PAGE.format(escape(heading), escape(words)))
            self._page.sent.wait(_SILENCE)

    def _answer_in(self, query: str) -> Mapping[str, str] | None:
        found = dict(parse_qsl(query))
        return found if found.get("state") == self._state and {"code", "error"} & found.keys() else None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answers, answer_in = self._answers, self._answer_in

        class Handler(BaseHTTPRequestHandler):
            timeout = _SILENCE

            def do_GET(self) -> None:
                answer = answer_in(urlsplit(self.path).query)
                if answer is None:
                    self._send(404, _PAGE.format("Nothing here", "blocker waits for Google's answer."))
                    return
                page = _Page()
                answers.put((answer, page))
                with suppress(Empty, OSError):
                    self._send(200, page.content.get(timeout=_WORK))
                page.sent.set()

            def _send(self, status: int, page: str) -> None:
                content = page.encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *words: object) -> None:
                """The address holds a code: it is shown nowhere."""

        return Handler
