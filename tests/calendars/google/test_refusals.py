"""Each no that Google documents, and each that is none of Google's, to each request that we make.

Source of the reasons: developers.google.com/workspace/calendar/api/guides/errors, and for the last two of 403
…/calendar/api/v3/reference of the time before. What they come to is ours.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from blocker.values.errors import (
    AlreadyExists,
    BlockerError,
    Conflict,
    Missing,
    Refused,
    SignInNeeded,
    Unreachable,
    Unreadable,
)
from tests.calendars.google.test_hostile import Corrupt, corrupt, instead
from tests.tools.contract import WINDOW, block
from tests.tools.google_server import ApiError
from tests.tools.google_world import GoogleWorld

Failure = type[BlockerError]
LIST, INSERT, PATCH, DELETE = (f"events.{name}" for name in ("list", "insert", "patch", "delete"))


def no(code: int, reason: str, **more: Any) -> Corrupt:
    """As Google says it, with the newer form beside the older one where ``more`` has it."""
    body = ApiError(code, reason).body()
    return instead({"error": body["error"] | more}, code)


def because(reason: str) -> dict[str, Any]:
    """The newer form of a reason."""
    detail = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}
    return {"status": "PERMISSION_DENIED", "details": [detail]}


# What it comes to: at a read, an insert, a change (by If-Match) and a removal.
NOT_SHOWN = (Unreadable, Refused, Refused, Refused)
NOT_SIGNED_IN = (SignInNeeded,) * 4
NOT_ALLOWED = (Refused,) * 4
LATER = (Unreachable,) * 4

REFUSALS: dict[str, tuple[Corrupt, tuple[Failure, ...], str]] = {
    "400 badRequest": (no(400, "badRequest"), NOT_SHOWN, "Google won't"),
    "400 invalid": (no(400, "invalid"), NOT_SHOWN, "Google won't"),
    "400 required": (no(400, "required"), NOT_SHOWN, "Google won't"),
    "400 keyInvalid": (no(400, "keyInvalid"), NOT_SHOWN, "Google won't"),
    "400 timeRangeEmpty": (no(400, "timeRangeEmpty"), NOT_SHOWN, "Google won't"),
    "401 authError": (no(401, "authError"), NOT_SIGNED_IN, "does not accept the sign-in"),
    "403 rateLimitExceeded": (no(403, "rateLimitExceeded"), LATER, "too many requests"),
    "403 userRateLimitExceeded": (no(403, "userRateLimitExceeded"), LATER, "too many requests"),
    "403 quotaExceeded": (no(403, "quotaExceeded"), LATER, "takes no more"),
    "403 dailyLimitExceeded": (no(403, "dailyLimitExceeded"), LATER, "takes no more"),
    "403 calendarUsageLimitsExceeded": (no(403, "calendarUsageLimitsExceeded"), LATER, "takes no more"),
    "403 forbidden": (no(403, "forbidden"), NOT_SHOWN, "Google won't"),
    "403 requiredAccessLevel": (no(403, "requiredAccessLevel"), NOT_SHOWN, "Google won't"),
    "403 forbiddenForNonOrganizer": (no(403, "forbiddenForNonOrganizer"), NOT_SHOWN, "Google won't"),
    "403 accessNotConfigured": (
        no(403, "accessNotConfigured", **because("SERVICE_DISABLED")), NOT_ALLOWED, "API is not switched on",
    ),
    "403 insufficientPermissions": (
        no(403, "insufficientPermissions", **because("ACCESS_TOKEN_SCOPE_INSUFFICIENT")), NOT_SIGNED_IN,
        "does not allow what is asked",
    ),
    "403 domainPolicy": (no(403, "domainPolicy"), NOT_ALLOWED, "your organisation does not let apps"),
    "403 notACalendarUser": (no(403, "notACalendarUser"), NOT_ALLOWED, "switched off for this account"),
    "404 notFound": (no(404, "notFound"), (Unreadable, Refused, Missing, Missing), "not"),
    "409 duplicate": (no(409, "duplicate"), (Unreadable, AlreadyExists, Conflict, Conflict), ""),
    "410 deleted": (no(410, "deleted"), (Unreadable, Refused, Missing, Missing), ""),
    "410 fullSyncRequired": (no(410, "fullSyncRequired"), (Unreadable, Refused, Missing, Missing), ""),
    "410 updatedMinTooLongAgo": (no(410, "updatedMinTooLongAgo"), (Unreadable, Refused, Missing, Missing), ""),
    "412 conditionNotMet": (no(412, "conditionNotMet"), (Unreadable, Refused, Conflict, Conflict), ""),
    "429 rateLimitExceeded": (no(429, "rateLimitExceeded", status="RESOURCE_EXHAUSTED"), LATER, "too many requests"),
    "500 backendError": (no(500, "backendError"), LATER, "its server has trouble"),
    "503 backendError": (no(503, "backendError"), LATER, "its server has trouble"),
    "502, a page": (instead("<html>Bad gateway", 502, Content_Type="text/html"), LATER, "its server has trouble"),
    "400, a page": (instead("<html>Error 400", 400, Content_Type="text/html"), LATER, "not Google"),
    "401, a page": (instead("<html>Log in", 401, Content_Type="text/html"), LATER, "not Google"),
    "403, a page": (instead("<html>Blocked", 403, Content_Type="text/html"), LATER, "not Google"),
    "404, a page": (instead("<html>Error 404", 404, Content_Type="text/html"), LATER, "not Google"),
    "410, a page": (instead("<html>Gone", 410, Content_Type="text/html"), LATER, "not Google"),
    "200, a page": (instead("<!doctype html><title>Hotel", 200, Content_Type="text/html"), LATER, "a web page"),
    "200, half": (instead('{"kind": "calendar#ev'), LATER, "cut off"),
    "200, a bomb": (
        instead(gzip.compress(b" " * 80_000_000), Content_Encoding="gzip"), LATER, "too large",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("how", "failures", "words"), REFUSALS.values(), ids=REFUSALS)
def test_each_no_at_each_request(
    world: GoogleWorld, how: Corrupt, failures: tuple[Failure, ...], words: str
) -> None:
    """One sentence and a next step, and nothing is lost: once it is over, the same request goes through."""
    ref = world.open().create(block())
    other = block("strategic/2026-W48/2")
    work: tuple[tuple[str, Callable[[], object]], ...] = (
        (LIST, lambda: world.open().read(WINDOW)),
        (INSERT, lambda: world.open().create(other)),
        (PATCH, lambda: world.open().update(ref, block(title="Other"))),
        (DELETE, lambda: world.open().delete(ref)),
    )
    for failure, (name, do) in zip(failures, work, strict=True):
        before = len(world.server.events())
        end = corrupt(world.server, how, name, carried_out=False)
        with pytest.raises(failure) as caught:
            do()
        end()
        message = caught.value.message
        assert words in message, name
        assert "\n" not in caught.value.in_full
        assert not message.endswith((":", "."))
        # What is gone or taken is for the program to deal with, and no step of a person's.
        assert caught.value.hint or isinstance(caught.value, Missing | AlreadyExists), name
        assert len(world.server.events()) == before
        if name == PATCH:
            ref = world.open().update(ref, block(title="Other"))
    (first,) = (b for b in world.open().read(WINDOW).blocks if b.key == block().key)
    world.open().create(other)
    world.open().delete(first.ref)
    assert [b.key for b in world.open().read(WINDOW).blocks] == [other.key]
