"""The one place that talks HTTP to Google: it repeats what may pass, and says what an answer means.

Every request may be repeated: inserts carry an id of our own, and changes the etag they rest on. So
one that went through although its answer was lost does no harm the second time.
"""

from __future__ import annotations

import http.client
import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

import httplib2  # type: ignore[import-untyped]
from google.auth.exceptions import GoogleAuthError, TransportError
from googleapiclient.errors import HttpError  # type: ignore[import-untyped]

from blocker.calendars.bounded import TooLarge
from blocker.calendars.google.connections import untrusted
from blocker.calendars.google.refusals import ALLOW, CONNECT, NONSENSE, said_no, signed_out
from blocker.calendars.servers import IN_ALL, LONGEST_STEP, PATIENCE, SHORTEST_STEP, Pace, retry_after
from blocker.values.errors import Refused, SignInNeeded, Unreachable
from blocker.values.redaction import redacted

Json = dict[str, Any]

_RATE_LIMITS = frozenset(("rateLimitExceeded", "userRateLimitExceeded"))
_USED_UP = frozenset(("quotaExceeded", "dailyLimitExceeded", "calendarUsageLimitsExceeded"))
_TOO_FEW_SCOPES = frozenset(("insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"))
_LOOKED_AT = frozenset(
    (409, 412)
)  # statuses that are believed without a word, as the event is looked at then
_ONLINE = "is its address right, and is this machine online? Then try again; it is safe"
_LATER = "that is Google's doing and passes: try again in some minutes; it is safe"
_BETWEEN = "a proxy, or a network that wants a sign-in of its own? Open a web page, then try again"
_NO_ANSWER = (
    OSError,
    http.client.HTTPException,
    httplib2.HttpLib2Error,
    TransportError,
    UnicodeDecodeError,
)

# The client reports each refusal on its own, with the answer's text; we say it once, in our words.
logging.getLogger("googleapiclient").setLevel(logging.CRITICAL)


class Answered(Exception):
    """Google's answer is no, and asking again would not change it: 400, 404, 409, 410, 412, some 403."""

    def __init__(self, status: int, reason: str, words: str) -> None:
        super().__init__(": ".join(part for part in (f"{status} {reason}".strip(), words) if part))
        self.status, self.reason, self.words = status, reason, words


class UsedUp(Unreachable):
    """Google takes no more for now: a calendar that is full for the day, or a project at its limit."""


class Stranger(Unreachable):
    """What answered is not Google's Calendar, or not all of it."""


class Wire:
    """Sends requests of the official client, one after the other."""

    def __init__(self, http: Any, pace: Pace, connect: str = CONNECT) -> None:
        """``connect`` is the command that signs in anew."""
        self._http, self._pace, self._connect = http, pace, connect
        self._until: float | None = None

    def send(self, request: Any, makes_sense: Callable[[Json], bool] = lambda answer: True) -> Json:
        """The answer's body, once it ``makes_sense``: proxies and broken servers say 200 as well.

        Raises Answered for a no with a meaning of its own, SignInNeeded, Refused where the API is
        switched off, and Unreachable when the attempts, the time or Google's limits are used up.
        """
        if self._until is None:
            self._until = self._pace.clock() + IN_ALL
        if self._pace.clock() > self._until:
            raise Unreachable(
                f"Google Calendar took too long: {IN_ALL / 60:.0f} minutes for one command", "try again later"
            )
        step = SHORTEST_STEP
        for attempt in range(1, self._pace.attempts + 1):
            asked: float | None = None
            try:
                answer = request.execute(num_retries=0)
            except HttpError as error:
                told = read_answer(error, self._secrets())
                if not passes(told):
                    raise meaning(told, self._connect) from error
                asked = retry_after(error.resp)
                trouble, hint = _passing(told)
            except (TooLarge, MemoryError) as error:
                self._http.close()
                raise Unreachable(
                    "Google Calendar gave an answer that is too large to be one of its own",
                    _BETWEEN,
                ) from error
            except _NO_ANSWER as error:
                self._http.close()  # a broken connection is not used again
                distrust = untrusted(error)
                if distrust is not None:  # asking again would not make it trusted
                    raise distrust from error
                trouble, hint = _in_words(error), _ONLINE
            except GoogleAuthError as error:
                if said_no(error):
                    raise signed_out(error, self._secrets(), self._connect) from error
                trouble, hint = "the sign-in server has trouble", _LATER
            except NONSENSE:
                self._http.close()
                trouble, hint = "its answer makes no sense", _BETWEEN
            else:
                if request.method == "DELETE" and not answer:
                    return {}
                if isinstance(answer, dict) and "error" not in answer and makes_sense(answer):
                    return answer
                trouble, hint = _odd(answer), _BETWEEN
            too_late = self._pace.clock() + (asked or 0) > self._until
            if attempt == self._pace.attempts or (asked or 0) > PATIENCE or too_late:
                raise Unreachable(
                    f"Google Calendar did not answer: {trouble}, {attempt} "
                    + ("attempt" if attempt == 1 else "attempts"),
                    hint,
                )
            self._pace.sleep(max(asked or 0.0, self._pace.dice() * step))
            step = min(step * 2, LONGEST_STEP)
        raise ValueError("at least one attempt is needed")

    def close(self) -> None:
        self._http.close()

    def _secrets(self) -> tuple[str, ...]:
        """What no answer may show, whatever it repeats."""
        held = getattr(self._http, "credentials", None)
        found = (getattr(held, name, None) for name in ("token", "refresh_token", "client_secret"))
        return tuple(one for one in found if isinstance(one, str))


def read_answer(error: Any, secrets: Iterable[str] = ()) -> Answered:
    """Status, reason and words of a refusal, whatever its shape."""
    reason, words = "", ""
    try:
        body = json.loads(error.content)["error"]
        words = body if isinstance(body, str) else str(body.get("message", ""))
        details = [d for d in (*body.get("errors", ()), *body.get("details", ())) if d.get("reason")]
        reason = str(details[0]["reason"]) if details else str(body.get("status", ""))
    except NONSENSE:
        pass  # a proxy's page, or half an answer: the status alone must do
    words = " ".join(redacted(words, secrets).split())[:300].rstrip(".")
    return Answered(int(error.resp.status), redacted(reason, secrets)[:100], words)


def passes(told: Answered) -> bool:
    """True if the same request may well be answered a moment later."""
    if told.reason in _USED_UP:
        return False
    return (
        told.status in (408, 429)
        or told.status < 400
        or told.status >= 500
        or (told.status == 403 and told.reason in _RATE_LIMITS)
    )


def meaning(told: Answered, connect: str) -> Exception:
    """The failure that a final answer stands for; Answered where that depends on what was asked.

    Google says a reason with each no. Without one it may be anybody's, and says nothing of the calendar.
    """
    if not (told.reason or told.words or told.status in _LOOKED_AT):
        return Stranger(
            f"something that is not Google answered in its place (status {told.status})", _BETWEEN
        )
    if told.reason in _USED_UP:
        return UsedUp(
            f"Google takes no more from this account or project for now: {told.words or told.reason}",
            "that ends by itself within hours, or a day; the next run tries again",
        )
    if told.reason == "notACalendarUser":
        return Refused(
            "Google Calendar is switched off for this account",
            "sign in to calendar.google.com once; in a Workspace the administrator switches it on (Apps, Google Workspace)",
        )
    if told.status == 401:
        return SignInNeeded("Google does not accept the sign-in any more", f"run: {connect}")
    if told.status == 403 and told.reason in _TOO_FEW_SCOPES:
        return SignInNeeded("the sign-in does not allow what is asked of this calendar", f"run: {connect}")
    if told.status == 403 and told.reason in ("accessNotConfigured", "SERVICE_DISABLED"):
        return Refused(
            "the Google Calendar API is not switched on in the Google project of your credentials",
            "switch it on: https://console.cloud.google.com/apis/library/calendar-json.googleapis.com",
        )
    if told.reason == "domainPolicy":
        return Refused("your organisation does not let apps use Google Calendar", ALLOW)
    return told


def _passing(told: Answered) -> tuple[str, str]:
    """A no that passes, and the next step."""
    status = f"{told.status} {told.reason}".strip()
    if told.status in (403, 429):
        return f"too many requests for now ({status})", _LATER
    if told.status < 400:
        return f"{status} came in its place", _BETWEEN
    return f"its server has trouble ({status})", _LATER


def _odd(answer: object) -> str:
    """What is wrong with an answer that says it is one. Text that is no JSON comes back as text."""
    if not isinstance(answer, str | bytes):
        return "its answer makes no sense"
    return "a web page came in its place" if answer.lstrip()[:1] in ("<", b"<") else "its answer was cut off"


def _in_words(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "it took too long"
    if isinstance(error, httplib2.ServerNotFoundError):
        return "its address was not found: offline?"
    if isinstance(error, UnicodeDecodeError):
        return "its answer was cut off"
    refused = str(error).partition("Tunnel connection failed: ")[2]  # as the standard library puts it
    if refused:
        return f"the proxy that HTTPS_PROXY names does not let it through ({refused[:80]})"
    return "the connection failed"
