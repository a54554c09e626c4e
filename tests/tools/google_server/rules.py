"""What an event must look like. Each rule is a function that answers a wrong event with the API's error."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from . import recurrence, times
from .errors import bad

Json = dict[str, Any]

# Closed lists that the code relies on; a test holds them against the discovery document.
EVENT_TYPES = ("birthday", "default", "focusTime", "fromGmail", "outOfOffice", "workingLocation")
STATUSES = ("confirmed", "tentative", "cancelled")

_DECLINE_MODES = ("declineNone", "declineAllConflictingInvitations", "declineOnlyNewConflictingInvitations")
_CHAT_STATUSES = ("available", "doNotDisturb")


def check_id(event_id: str) -> None:
    """An id chosen by the client: base32hex, 5 to 1024 characters."""
    if not re.fullmatch(r"[a-v0-9]{5,1024}", event_id):
        raise bad("invalid", "Invalid resource id value.")


def check_event(body: Json, zone: ZoneInfo) -> None:
    """Rules for every event. Puts times into their stored form and clips extended properties."""
    _times(body, zone)
    _recurrence(body)
    _attendees(body)
    _reminders(body)
    _extended_properties(body)


def _times(body: Json, zone: ZoneInfo) -> None:
    for side in ("start", "end"):
        if not body.get(side):
            raise bad("required", f"Missing {side} time.")
        try:
            body[side] = times.normal(body[side])
        except ValueError as error:
            raise bad("invalid", f"Invalid {side} time: {error}") from error
    if times.is_all_day(body["start"]) != times.is_all_day(body["end"]):
        raise bad("invalid", "Start and end times must either both be date or both be dateTime.")
    if times.moment(body["end"], zone) < times.moment(body["start"], zone):
        raise bad("timeRangeEmpty")


def _recurrence(body: Json) -> None:
    if not body.get("recurrence"):
        body.pop("recurrence", None)
        return
    if "recurringEventId" in body:
        raise bad("invalid", "An instance of a recurring event cannot recur itself.")
    if not times.is_all_day(body["start"]) and "timeZone" not in body["start"]:
        raise bad("required", "Missing time zone definition for start time.")
    try:
        recurrence.rules(body)
    except ValueError as error:
        raise bad("invalid", f"Invalid recurrence rule: {error}") from error


def _attendees(body: Json) -> None:
    for attendee in body.get("attendees", ()):
        if "@" not in attendee.get("email", ""):
            raise bad("invalid", "Invalid attendee email.")
        attendee.setdefault("responseStatus", "needsAction")


def _reminders(body: Json) -> None:
    reminders = body.setdefault("reminders", {"useDefault": True})
    overrides = reminders.get("overrides", [])
    if reminders.get("useDefault") and overrides:
        raise bad("invalid", "Cannot specify both default reminders and overrides at the same time.")
    if len(overrides) > 5:
        raise bad("invalid", "At most 5 reminders can be given.")
    if any("method" not in one or not 0 <= one.get("minutes", -1) <= 40320 for one in overrides):
        raise bad("invalid", "A reminder needs a method and 0 to 40320 minutes.")


def _extended_properties(body: Json) -> None:
    """Keys over 44 characters are dropped and values cut at 1024, both without a word."""
    properties = body.get("extendedProperties", {})
    for scope in ("private", "shared"):
        kept = {key: value[:1024] for key, value in properties.get(scope, {}).items() if len(key) <= 44}
        if len(kept) > 300:
            raise bad("invalid", f"At most 300 {scope} extended properties can be given.")
        properties.pop(scope, None)
        if kept:
            properties[scope] = kept
    if not properties:
        body.pop("extendedProperties", None)


# Status events


def check_type(body: Json, old: Json | None, *, primary: bool) -> None:
    """Rules of the special event types. Eligibility of the account is another matter: see Store."""
    kind = body.setdefault("eventType", "default")
    if old is not None and kind != old["eventType"]:
        raise bad("eventTypeRestriction", "The event type cannot be changed.")
    for other in _STATUS_RULES:
        if kind != other and f"{other}Properties" in body:
            raise _malformed(other, f"Only an event of type {other} can have {other}Properties.")
    if kind == "fromGmail" and old is None:
        raise bad("eventTypeRestriction", "An event of type fromGmail cannot be created.")
    if kind == "birthday" and not (
        times.is_all_day(body["start"]) and "FREQ=YEARLY" in "".join(body.get("recurrence", ()))
    ):
        raise bad("invalid", "A birthday is an all-day event that recurs each year.")
    if kind in _STATUS_RULES:
        if not primary:
            raise _malformed(kind, "Status events can be created on primary calendars only.")
        if body.get("attendees") or body.get("conferenceData"):
            raise _malformed(kind, "Status events have no attendees and no conference.")
        _STATUS_RULES[kind](body)


def _focus_time(body: Json) -> None:
    _timed_and_opaque("focusTime", body)
    properties = body.get("focusTimeProperties")
    if properties is None:
        raise _malformed("focusTime", "focusTimeProperties are missing.")
    _one_of("focusTime", properties, "autoDeclineMode", _DECLINE_MODES)
    _one_of("focusTime", properties, "chatStatus", _CHAT_STATUSES)


def _out_of_office(body: Json) -> None:
    _timed_and_opaque("outOfOffice", body)
    if body.get("description"):
        raise _malformed("outOfOffice", "An out-of-office event has no description.")
    properties = body.get("outOfOfficeProperties")
    if properties is None:
        raise _malformed("outOfOffice", "outOfOfficeProperties are missing.")
    _one_of("outOfOffice", properties, "autoDeclineMode", _DECLINE_MODES)


def _working_location(body: Json) -> None:
    if body.get("transparency") != "transparent" or body.get("visibility") != "public":
        raise _malformed("workingLocation", "A working location is transparent and public.")
    if "type" not in body.get("workingLocationProperties", {}):
        raise _malformed("workingLocation", "workingLocationProperties need a type.")


_STATUS_RULES: dict[str, Callable[[Json], None]] = {
    "focusTime": _focus_time,
    "outOfOffice": _out_of_office,
    "workingLocation": _working_location,
}


def _timed_and_opaque(kind: str, body: Json) -> None:
    if times.is_all_day(body["start"]):
        raise _malformed(kind, "All-day is not possible for this event type.")
    if body.get("transparency", "opaque") != "opaque":
        raise _malformed(kind, "The event must be opaque.")


def _one_of(kind: str, properties: Json, name: str, allowed: tuple[str, ...]) -> None:
    if name in properties and properties[name] not in allowed:
        raise _malformed(kind, f"Invalid {name}: {properties[name]!r}.")


def _malformed(kind: str, message: str) -> Exception:
    return bad(f"malformed{kind[0].upper()}{kind[1:]}Event", message)
