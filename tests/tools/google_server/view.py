"""How a stored event looks to the one who asks: in which zone, with which guests, with which details."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from zoneinfo import ZoneInfo

from . import times
from .store import Calendar

Json = dict[str, Any]

_TOMBSTONE = ("kind", "etag", "id", "status")
_EXCEPTION_TOMBSTONE = (*_TOMBSTONE, "recurringEventId", "originalStartTime")
_WITHOUT_DETAILS = (
    *_EXCEPTION_TOMBSTONE,
    *(
        "start",
        "end",
        "created",
        "updated",
        "iCalUID",
        "sequence",
        "recurrence",
        "visibility",
        "transparency",
        "eventType",
    ),
)


def event(
    body: Json, calendar: Calendar, *, zone: ZoneInfo | None = None, max_attendees: int | None = None
) -> Json:
    """An event as an answer shows it. Of a cancelled one only the guaranteed: nobody may rely on more."""
    seen = deepcopy(body)
    if body["status"] == "cancelled" and "recurringEventId" in body:
        seen = _only(seen, _EXCEPTION_TOMBSTONE)
    elif body["status"] == "cancelled" and not body.get("organizer", {}).get("self"):
        seen = _only(seen, _TOMBSTONE)
    elif not calendar.may("reader") or (
        body.get("visibility") in ("private", "confidential") and not calendar.may("writer")
    ):
        seen = _only(seen, _WITHOUT_DETAILS)
    for name in ("start", "end", "originalStartTime"):
        if name in seen:
            seen[name] = times.shown(seen[name], zone or calendar.zone)
    guests = seen.get("attendees", [])
    invited = not body.get("organizer", {}).get("self")
    if guests and invited and body.get("guestsCanSeeOtherGuests") is False:  # not even who invites is listed
        guests = seen["attendees"] = [guest for guest in guests if guest.get("self")]
        seen["attendeesOmitted"] = True
    if max_attendees is not None and len(guests) > max_attendees:
        seen["attendees"] = [guest for guest in guests if guest.get("self")]
        seen["attendeesOmitted"] = True
    return seen


def _only(body: Json, names: tuple[str, ...]) -> Json:
    return {name: value for name, value in body.items() if name in names}


def calendar(found: Calendar) -> Json:
    body: Json = {"kind": "calendar#calendar", "etag": _etag(found), "id": found.id, "summary": found.summary}
    body["timeZone"] = found.zone.key
    if found.primary and found.working_hours is not None:
        body["workingHours"] = found.working_hours
    return body


def list_entry(found: Calendar) -> Json:
    body: Json = {
        "kind": "calendar#calendarListEntry",
        "etag": _etag(found),
        "id": found.id,
        "summary": found.summary,
    }
    body |= {
        "timeZone": found.zone.key,
        "accessRole": found.access_role,
        "defaultReminders": found.default_reminders,
        "selected": True,
    }
    if found.primary:
        body["primary"] = True
    if found.hidden:
        body["hidden"] = True
    return body


def setting(name: str, value: str) -> Json:
    return {"kind": "calendar#setting", "etag": f'"{name}-{value}"', "id": name, "value": value}


def _etag(found: Calendar) -> str:
    return f'"{found.id}"'
