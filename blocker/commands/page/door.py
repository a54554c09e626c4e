"""Who may come in: the browser that was handed the page's address, and no page of anybody else's.

An address on this machine is no boundary: whatever page is open in the browser can send requests to it, and a
name that resolves to 127.0.0.1 makes it look like its own (DNS rebinding). So every request has to name our
host, show the cookie that the one-time address was exchanged for and, to change anything, come from our own form.
"""

from __future__ import annotations

from hmac import compare_digest
from secrets import token_urlsafe
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 64 * 1024  # of a form: a parked question of 20,000 letters fits
MOST_FIELDS = 500
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "Referrer-Policy": "same-origin",  # without one, a browser calls the origin of our own forms null
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_STRANGER = "Open this page with the address that “blocker page” printed. It works once; start the command again for a new one."


class Door:
    """An ASGI application before the page's own: it lets in, or answers itself.

    ``form_token`` has to be in every form; a form that was let in is handed on as ``scope["form"]``.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"}
        self._cookie = f"blocker-{port}"  # a host's cookies are sent to all its ports
        self._ticket: str | None = token_urlsafe(32)
        self._secret = token_urlsafe(32)
        self.form_token = token_urlsafe(32)
        self.address = f"http://127.0.0.1:{port}/?ticket={self._ticket}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        refusal = self._refusal(request)
        if refusal is None and request.method == "POST":
            form = await _form(request)
            if form is None:
                refusal = PlainTextResponse("That is more than a form holds.", 413)
            elif not compare_digest(form.get("token", [""])[0].encode(), self.form_token.encode()):
                refusal = PlainTextResponse(_STRANGER, 403)
            scope["form"] = form
        await (refusal or self._app)(scope, receive, _with_headers(send))

    def _refusal(self, request: Request) -> Response | None:
        """The answer to whoever may not come in, or has just shown the ticket; None for the person."""
        headers = request.headers
        if headers.get("host") not in self._hosts:
            return PlainTextResponse("There is no such host here.", 421)
        if request.method not in ("GET", "HEAD", "POST"):
            return PlainTextResponse("There is nothing to do that way.", 405)
        ticket = request.query_params.get("ticket")
        if ticket is not None and request.method == "GET":
            return self._exchange(ticket)
        if not compare_digest(request.cookies.get(self._cookie, "").encode(), self._secret.encode()):
            return PlainTextResponse(_STRANGER, 403)
        if request.method == "POST" and not _from_our_own_page(headers):
            return PlainTextResponse(_STRANGER, 403)
        return None

    def _exchange(self, ticket: str) -> Response:
        if self._ticket is None or not compare_digest(ticket.encode(), self._ticket.encode()):
            return PlainTextResponse(_STRANGER, 403)
        self._ticket = None
        answer = RedirectResponse("/", 303)  # the ticket is not left in the address bar
        answer.set_cookie(self._cookie, self._secret, httponly=True, samesite="strict", path="/")
        return answer


def _from_our_own_page(headers: Headers) -> bool:
    """A browser says where a form comes from; one that says nothing is not believed."""
    same = headers.get("sec-fetch-site") == "same-origin"
    return same and headers.get("origin") == f"http://{headers.get('host')}"


async def _form(request: Request) -> dict[str, list[str]] | None:
    """The fields of a form; None where it is too large."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    try:
        return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(HEADERS)
        await send(message)

    return sent
