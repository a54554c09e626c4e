"""The official client, pointed at the test server."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httplib2
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError

from .server import GoogleServer


@contextmanager
def connected(
    server: GoogleServer, credentials: Credentials | None = None, *, timeout: float = 10
) -> Iterator[Any]:
    """A service object, as `build` makes it, whose sockets are closed in the end."""
    http: Any = httplib2.Http(timeout=timeout)
    if credentials is not None:
        http = AuthorizedHttp(credentials, http)
    service = build_from_document(server.document(), http=http)
    try:
        yield service
    finally:
        service.close()


def credentials(server: GoogleServer, *scopes: str) -> Credentials:
    """What a consent to these scopes leaves behind: a refresh token for this server's token endpoint."""
    make: Any = Credentials  # untyped
    made: Credentials = make(
        token=None,
        refresh_token=server.tokens.grant(*scopes),
        token_uri=server.token_uri,
        client_id=server.tokens.client_id,
        client_secret=server.tokens.client_secret,
    )
    return made


def refusal(request: Any) -> tuple[int, str]:
    """Status and reason with which a request fails; AssertionError if it does not."""
    try:
        request.execute()
    except HttpError as error:
        return error.status_code, error.error_details[0]["reason"]
    raise AssertionError("the request was not refused")


def every_item(resource: Any, **query: Any) -> list[dict[str, Any]]:
    """The items of all pages of a list, in order."""
    items: list[dict[str, Any]] = []
    request = resource.list(**query)
    while request is not None:
        answer = request.execute()
        items += answer["items"]
        request = resource.list_next(request, answer)
    return items


def raw(
    server: GoogleServer, method: str, path: str, body: object = None, **headers: str
) -> tuple[int, dict[str, Any]]:
    """A request that the official client would not send, and its answer's status and JSON."""
    connection = http.client.HTTPConnection(server.host, timeout=10)
    try:
        content = body if isinstance(body, str) else json.dumps(body) if body is not None else None
        connection.request(method, path, content, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")
    finally:
        connection.close()
