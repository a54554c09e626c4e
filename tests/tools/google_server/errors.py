"""Errors in the shape in which the Calendar API sends them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

# Reasons outside the "global" domain. Clients tell a rate limit from a real refusal by this.
_DOMAINS = {
    "rateLimitExceeded": "usageLimits",
    "userRateLimitExceeded": "usageLimits",
    "quotaExceeded": "usageLimits",
    "dailyLimitExceeded": "usageLimits",
    "accessNotConfigured": "usageLimits",
    "timeRangeEmpty": "calendar",
    "forbiddenForNonOrganizer": "calendar",
    "forbiddenForServiceAccounts": "calendar",
    "fullSyncRequired": "calendar",
    "updatedMinTooLongAgo": "calendar",
    "malformedFocusTimeEvent": "calendar",
    "malformedOutOfOfficeEvent": "calendar",
    "malformedWorkingLocationEvent": "calendar",
    "eventTypeRestriction": "calendar",
}

_MESSAGES = {
    "authError": "Invalid Credentials",
    "backendError": "Backend Error",
    "conditionNotMet": "Precondition Failed",
    "deleted": "Resource has been deleted",
    "duplicate": "The requested identifier already exists.",
    "forbidden": "Forbidden",
    "forbiddenForNonOrganizer": "Shared properties can only be changed by the organizer of the event.",
    "fullSyncRequired": "Sync token is no longer valid, a full sync is required.",
    "insufficientPermissions": "Request had insufficient authentication scopes.",
    "notFound": "Not Found",
    "quotaExceeded": "Calendar usage limits exceeded.",
    "rateLimitExceeded": "Rate Limit Exceeded",
    "timeRangeEmpty": "The specified time range is empty.",
    "updatedMinTooLongAgo": "The requested minimum modification time lies too far in the past.",
    "userRateLimitExceeded": "User Rate Limit Exceeded",
}


class ApiError(Exception):
    """A request that the API answers with an error."""

    def __init__(
        self,
        status: int,
        reason: str,
        message: str | None = None,
        *,
        parameter: str | None = None,
        header: str | None = None,
    ) -> None:
        self.status = status
        self.reason = reason
        self.message = message or _MESSAGES.get(reason, reason)
        self.location = ("parameter", parameter) if parameter else ("header", header) if header else None
        super().__init__(f"{status} {reason}: {self.message}")

    def body(self) -> Json:
        detail = {
            "domain": _DOMAINS.get(self.reason, "global"),
            "reason": self.reason,
            "message": self.message,
        }
        if self.location:
            detail["locationType"], detail["location"] = self.location[0], str(self.location[1])
        return {"error": {"code": self.status, "message": self.message, "errors": [detail]}}


def bad(reason: str, message: str | None = None, *, parameter: str | None = None) -> ApiError:
    """A 400: the request itself is wrong."""
    return ApiError(400, reason, message, parameter=parameter)
