"""The one place that talks HTTP to a CalDAV server: it signs in, follows redirects at home, and repeats what may pass.

On the standard library alone, whose answers ``bounded`` keeps within size and time. Every request may be repeated: a
new event carries an id of our own, and a change the etag that it rests on.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import urlsplit
from urllib.request import (
    AbstractDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    Request,
    parse_http_list,
    parse_keqv_list,
)

from msgspec import Struct

from blocker.calendars.bounded import SILENCE_SECONDS, BoundedResponse, TooLarge
from blocker.calendars.caldav.sign_in import SignIn
from blocker.calendars.caldav.urls import host_of, joined, origin
from blocker.calendars.servers import (
    IN_ALL,
    LONGEST_STEP,
    PATIENCE,
    SHORTEST_STEP,
    Pace,
    proxy_to,
    retry_after,
    trusted,
)
from blocker.files.secrets import printed_by
from blocker.values.errors import ConfigError, SignInNeeded, Unreachable, Unreadable

MOST_REDIRECTS = 5
_MOVED = (301, 302, 307, 308)
_MAY_PASS = (408, 423, 425, 429, 500, 502, 503, 504)
_APP_PASSWORD = "with sign-in in two steps, Nextcloud, Fastmail and others want an app password"  # noqa: S105 - words
_AT_APPLE = (
    "Apple wants an app-specific password, made at https://account.apple.com; changing your Apple password ends "
    "all of them"
)


class SentElsewhere(Unreadable):
    """A redirect to a server that nobody has named: the password would go there."""


class Answer(Struct, frozen=True):
    """What a server said: ``url`` is where it was said in the end, ``head`` has its names in small letters."""

    status: int
    head: Mapping[str, str]
    body: bytes
    url: str

    @property
    def done(self) -> bool:
        return 200 <= self.status < 300

    @property
    def etag(self) -> str:
        return self.head.get("etag", "").strip()


class _Plain(http.client.HTTPConnection):
    response_class = BoundedResponse


class _Encrypted(http.client.HTTPSConnection):
    response_class = BoundedResponse


class Wire:
    """Requests to one person's server, one after the other, on connections that are kept.

    The password goes to the origins that its sign-in names, and nothing is asked of any other but ``trusted``.
    """

    def __init__(
        self, url: str, sign_in: SignIn | None, pace: Pace, again: str, certificates: str = ""
    ) -> None:
        """``again`` is the command that signs in; ``certificates`` as in :class:`Surroundings`."""
        self._certificates = certificates
        self.trusted = {origin(url), *(sign_in.origins if sign_in else ())}
        self._sign_in, self._pace, self._again = sign_in, pace, again
        self._secret: str | None = None
        self._challenge = ""  # of a server that wants a digest (RFC 7616)
        self._lines: dict[str, http.client.HTTPConnection] = {}
        self._until: float | None = None

    def ask(self, method: str, url: str, body: str | bytes = b"", **head: str) -> Answer:
        """The answer, with a status that asking again would not change. Underscores in ``head`` are hyphens.

        Raises SignInNeeded, Unreachable, Unreadable for a redirect to another server, and ConfigError.
        """
        content = body.encode() if isinstance(body, str) else body
        lines = {name.replace("_", "-"): value for name, value in head.items()}
        if origin(url) not in self.trusted:
            raise Unreadable(f"{origin(url)} is not asked: nobody has named it as yours")
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._answer(method, url, content, lines)
            to = answer.head.get("location", "")
            if answer.status not in _MOVED or not to:
                return answer
            url = self._at_home(url, to)
        raise Unreadable(f"{host_of(url)} sends on in circles", "look at the address of the calendar")

    def close(self) -> None:
        for line in self._lines.values():
            line.close()
        self._lines.clear()

    def _at_home(self, url: str, to: str) -> str:
        """Where a redirect leads. Raises Unreadable where that is a server that nobody has named."""
        try:
            there = joined(url, to)
        except ValueError:
            raise Unreadable(f"{host_of(url)} sends on to nowhere: {to[:80]}") from None
        if origin(there) not in self.trusted:
            raise SentElsewhere(
                f"{host_of(url)} sends on to {origin(there)}, where your password was never meant to go",
                f"if that is your server too: blocker --calendar caldav:{there} connect caldav",
            )
        return there

    def _answer(self, method: str, url: str, body: bytes, head: Mapping[str, str]) -> Answer:
        """One request, repeated while that may help."""
        now = self._pace.clock
        self._until = self._until or now() + IN_ALL
        host, step = host_of(url), SHORTEST_STEP
        for attempt in range(1, self._pace.attempts + 1):
            asked: float | None = None
            try:
                answer = self._signed(method, url, body, head)
            except ssl.SSLCertVerificationError as problem:
                raise Unreachable(
                    f"the certificate of {host} can't be trusted: {problem.verify_message}",
                    "a server of your own? Add its authority to this machine's, or name the file in SSL_CERT_FILE",
                ) from problem
            except (TooLarge, MemoryError) as problem:
                self._drop(url)
                raise Unreachable(
                    f"{host} gave an answer that is too large: {problem}", "is it the right address?"
                ) from problem
            except (OSError, http.client.HTTPException, UnicodeError) as problem:
                self._drop(url)
                trouble = f"did not answer: {_in_words(problem)}"
                hint = "is its address right, and is this machine online? Then try again; it is safe"
            else:
                if answer.status not in _MAY_PASS:
                    return answer
                asked = retry_after(answer.head)
                what = "asks to be left alone for now" if answer.status == 429 else "has trouble of its own"
                trouble = f"{what}: status {answer.status}"
                hint = "the next run tries again; it is safe"
            too_late = now() + (asked or 0) > self._until
            if attempt == self._pace.attempts or (asked or 0) > PATIENCE or too_late:
                tried = "one attempt" if attempt == 1 else f"{attempt} attempts"
                raise Unreachable(f"{host} {trouble}, {tried}", hint)
            self._pace.sleep(max(asked or 0.0, self._pace.dice() * step))
            step = min(step * 2, LONGEST_STEP)
        raise ValueError("at least one attempt is needed")

    def _signed(self, method: str, url: str, body: bytes, head: Mapping[str, str]) -> Answer:
        """One request with the sign-in. Raises SignInNeeded, OSError or HTTPException."""
        answer = self._sent(method, url, body, {**head, **self._authorization(method, url)})
        if answer.status == 401 and self._sign_in and not self._challenge:
            kind, _, challenge = answer.head.get("www-authenticate", "").partition(" ")
            if kind.lower() == "digest":
                self._challenge = challenge
                answer = self._sent(method, url, body, {**head, **self._authorization(method, url)})
                if answer.status == 401:
                    self._challenge = ""
        if answer.status != 401:
            return answer
        host = host_of(url)
        if self._sign_in is None:
            raise SignInNeeded(f"you are not signed in to {host}", f"run: {self._again}")
        why = _AT_APPLE if host.endswith("icloud.com") else _APP_PASSWORD
        raise SignInNeeded(
            f"{host} does not accept the password of {self._sign_in.user}", f"{why}; then run: {self._again}"
        )

    def _authorization(self, method: str, url: str) -> Mapping[str, str]:
        if self._sign_in is None:
            return {}
        self._secret = self._secret or secret_of(self._sign_in)
        if not self._challenge:
            pair = b64encode(f"{self._sign_in.user}:{self._secret}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        known = HTTPPasswordMgrWithDefaultRealm()
        known.add_password(None, url, self._sign_in.user, self._secret)
        request = Request(url, method=method)  # noqa: S310 - never opened: it is what the digest is made from
        challenge = parse_keqv_list(parse_http_list(self._challenge))
        try:
            made = AbstractDigestAuthHandler(known).get_authorization(request, challenge)
        except (ValueError, NotImplementedError):
            made = None
        return {"Authorization": f"Digest {made}"} if made else {}

    def _sent(self, method: str, url: str, body: bytes, head: Mapping[str, str]) -> Answer:
        """One request on the line to its server; one that has gone stale meanwhile is made anew."""
        parts = urlsplit(url)
        head = {"User-Agent": "calendar-blocker", "Accept-Encoding": "gzip", **head}
        line = self._lines.get(origin(url))
        for fresh in (line is None, True):
            if line is None:
                line = self._lines[origin(url)] = _line_to(
                    parts.scheme, parts.hostname or "", parts.port, self._certificates
                )
            try:
                line.request(method, parts.path or "/", body, dict(head))
                response = line.getresponse()
                content = response.read()
            except (ConnectionError, http.client.BadStatusLine, http.client.CannotSendRequest):
                self._drop(url)
                line = None
                if fresh:
                    raise
                continue
            lines = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, lines, content, url)
        raise ValueError("a fresh line answers or fails")

    def _drop(self, url: str) -> None:
        """A broken connection is not used again."""
        line = self._lines.pop(origin(url), None)
        if line is not None:
            line.close()


def secret_of(sign_in: SignIn) -> str:
    """The password. Raises ConfigError if its command fails, or prints nothing."""
    if not sign_in.command:
        return sign_in.password
    what = f"the password at {host_of(sign_in.server)}"
    hint = "run it by hand; to name another: blocker connect caldav --password-command COMMAND"
    printed = printed_by(sign_in.command, what, hint).splitlines()
    if not printed or not printed[0]:
        raise ConfigError(f"the command for {what} printed nothing", hint)
    return printed[0]


def _line_to(scheme: str, host: str, port: int | None, certificates: str) -> http.client.HTTPConnection:
    """A connection, by the machine's proxy where it has one; this machine itself needs neither."""
    if scheme == "http":
        return _Plain(host, port, timeout=SILENCE_SECONDS)
    proxy = proxy_to(host)
    if proxy is None:
        return _Encrypted(host, port, timeout=SILENCE_SECONDS, context=trusted(certificates))
    line = _Encrypted(proxy.host, proxy.port, timeout=SILENCE_SECONDS, context=trusted(certificates))
    line.set_tunnel(host, port, dict(proxy.head))
    return line


def _in_words(problem: BaseException) -> str:
    if isinstance(problem, TimeoutError):
        return "it took too long"
    if isinstance(problem, socket.gaierror | UnicodeError):
        return "its address was not found: offline?"
    if isinstance(problem, ConnectionRefusedError):
        return "nobody listens there"
    if isinstance(problem, http.client.IncompleteRead):
        return "its answer was cut off"
    return "the connection failed"
