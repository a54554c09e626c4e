"""The HTTP side: requests in, answers out, faults in between."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from werkzeug.wrappers import Request, Response

from . import batch, fields
from .api import Api, Query
from .auth import Tokens
from .discovery import Discovery
from .errors import ApiError, bad
from .faults import Entry, Fault, Faults, Log

Json = dict[str, Any]

_JSON_HEADERS = {"Content-Type": "application/json; charset=UTF-8"}


@dataclass(frozen=True)
class Call:
    verb: str
    path: str  # still quoted
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    in_batch: bool = False


@dataclass
class Answer:
    status: int
    json: Json | None = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    cut: bool = False

    def content(self) -> bytes:
        if self.raw is not None:
            return self.raw
        return b"" if self.json is None else json.dumps(self.json, ensure_ascii=False).encode()


class DroppedError(Exception):
    """The connection is to end without an answer."""


class App:
    """A WSGI application. Its server must hand over the socket, so that a connection can be dropped."""

    def __init__(self, api: Api, discovery: Discovery, tokens: Tokens) -> None:
        self.api = api
        self.discovery = discovery
        self.tokens = tokens
        self.faults = Faults()
        self.log = Log()
        self.bugs: list[Exception] = []  # of this server, not of its clients
        self.busy = threading.RLock()  # one request at a time; faults wait outside
        self.ending = threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        path, _, query = environ["RAW_URI"].partition("?")
        headers = {name.lower(): value for name, value in request.headers.items()}
        verb, body = request.method, request.get_data()
        if "x-http-method-override" in headers:  # how the client sends a query that is too long for a URL
            verb, query, body = headers["x-http-method-override"], body.decode(), b""
        try:
            answer = self.answer(Call(verb, path, _read(query), headers, body))
        except DroppedError as error:
            # All that the client sees; the error then tells the WSGI server to stop here.
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError from error
        content = answer.content()
        response = Response(content, answer.status, _JSON_HEADERS | answer.headers)
        if answer.cut:
            response.headers["Content-Length"] = str(2 * len(content) + 1)
        return response(environ, start_response)

    def answer(self, call: Call) -> Answer:
        """One request, with the fault that strikes it, and its entry in the log."""
        name = self.name_of(call)
        fault = self.faults.take(name)
        entry = Entry(
            name, call.verb, call.path, call.query, None, fault.name if fault else None, call.in_batch,
            _json_or_none(call.body), call.headers,
        )  # fmt: skip
        try:
            answer = self._struck(call, fault) if fault else self._carried_out(call)
        except DroppedError:
            self.log.add(entry)
            raise
        self.log.add(replace(entry, status=answer.status))
        return answer

    def _struck(self, call: Call, fault: Fault) -> Answer:
        answer = self._carried_out(call) if fault.after else Answer(0)
        self.ending.wait(fault.seconds)
        if fault.status:
            answer = _refused(ApiError(fault.status, fault.reason))
            if fault.retry_after is not None:
                answer.headers["Retry-After"] = str(fault.retry_after)
        if fault.half:
            content = answer.content()
            return replace(answer, raw=content[: len(content) // 2], cut=fault.drop)
        if fault.drop:
            raise DroppedError
        return answer

    def _carried_out(self, call: Call) -> Answer:
        try:
            if call.path == "/token" and call.verb == "POST":
                return Answer(*self.tokens.answer(_read(call.body.decode())))
            if call.path == "/o/oauth2/auth":
                return _page(*self.tokens.consent(call.query, _read(call.body.decode())))
            if call.path == self.discovery.batch_path and call.verb == "POST":
                return self._batch(call)
            with self.busy:
                return self._api_call(call)
        except ApiError as error:
            return _refused(error)
        except DroppedError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, the test must hear of it
            self.bugs.append(error)
            return _refused(ApiError(500, "internalError", f"The test server itself failed: {error!r}"))

    def _api_call(self, call: Call) -> Answer:
        method, path = self.discovery.find(call.verb, call.path)
        scopes = self.tokens.check(call.headers.get("authorization"), method.scopes)
        self.api.store.email = self.tokens.account(call.headers.get("authorization")) or self.api.store.owner
        params = self.discovery.read_query(method, call.query)
        spec = {"$ref": method.response or "Event"}
        mask = fields.parse(params["fields"]) if "fields" in params else {}
        fields.check(mask, spec, self.discovery)
        body: Any = {}
        if method.request:
            try:
                body = json.loads(call.body)
            except ValueError as error:
                raise bad("parseError", "This API does not support parsing form-encoded input.") from error
            self.discovery.check_body(method.request, body)
        found = self.api.answer(Query(method, path, params, body, call.headers.get("if-match"), scopes))
        return Answer(204) if found is None else Answer(200, fields.apply(mask, found))

    def _batch(self, call: Call) -> Answer:
        answers = []
        for part in batch.split(call.headers.get("content-type", ""), call.body):
            path, _, query = part.target.partition("?")
            headers = {k: v for k, v in call.headers.items() if k == "authorization"} | part.headers
            inner = self.answer(Call(part.verb, path, _read(query), headers, part.body, in_batch=True))
            status = f"{inner.status} {HTTPStatus(inner.status).phrase}"
            answers.append((part.content_id, status, _JSON_HEADERS | inner.headers, inner.content()))
        content_type, raw = batch.join(answers)
        return Answer(200, headers={"Content-Type": content_type}, raw=raw)

    def name_of(self, call: Call) -> str:
        if call.path == self.discovery.batch_path:
            return "batch"
        try:
            return self.discovery.find(call.verb, call.path)[0].name
        except ApiError:
            return re.sub(r"\W+", "", call.path)


def _refused(error: ApiError) -> Answer:
    headers = {"WWW-Authenticate": 'Bearer realm="calendar"'} if error.status == 401 else {}
    return Answer(error.status, error.body(), headers)


def _page(status: int, text: str, location: str) -> Answer:
    headers = {"Content-Type": "text/html; charset=UTF-8"} | ({"Location": location} if location else {})
    return Answer(status, headers=headers, raw=text.encode())


def _json_or_none(body: bytes) -> Json | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _read(query: str) -> dict[str, list[str]]:
    return parse_qs(query, keep_blank_values=True)
