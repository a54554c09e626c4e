"""Block → Google's JSON, and what is left of a write: whether an event holds it, and what else is different. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from blocker.calendars.google.descriptions import description_of
from blocker.calendars.google.marks import REMOVED, Json, id_for, is_ours, mark_of
from blocker.calendars.google.shapes import COLORS, FOCUS, KEPT, is_color_number, times_of
from blocker.calendars.marks import MARK_VERSION, slot_text
from blocker.values.events import DECLINE_NONE, Block
from blocker.values.fingerprint import hash_of_text
from blocker.values.settings import Settings

_DIFFERENT = {
    "summary": "title", "description": "text", "start": "time", "end": "time", "transparency": "being free or busy",
    "attendees": "guests", "attendeesOmitted": "guests", "colorId": "colour", "extendedProperties": "mark",
    "eventType": "type", "focusTimeProperties": "focus time",
}  # fmt: skip


def new_event(block: Block, calendar: str, zone: str | None, focus: Json | None) -> dict[str, Any]:
    """The body of an insert into the calendar of this id; ``focus`` makes it native focus time."""
    changed = changed_event(block, zone, focus)
    if calendar:
        changed["extendedProperties"]["private"]["blockerCalendar"] = calendar
    body: dict[str, Any] = {
        "id": id_for(block.key, block.generation, calendar),
        **changed,
        "visibility": block.visibility or "default",
        "reminders": {"useDefault": False, "overrides": _reminders(block)},
    }
    if focus is not None:
        body["eventType"] = FOCUS
    color = block.color.strip().lower()
    if color in COLORS:
        body["colorId"] = str(COLORS.index(color) + 1)
    elif is_color_number(color):
        body["colorId"] = color
    kept = _kept(block)
    return _without_nulls(body | {name: kept[name] for name in KEPT if name in kept})


def _reminders(block: Block) -> list[Json]:
    return [] if block.reminder is None else [{"method": "popup", "minutes": block.reminder}]


def patched_event(there: Json, block: Block, zone: str | None, focus: Json | None) -> dict[str, Any]:
    """The body of a patch; a time that is right already stays as the user's client wrote it."""
    body = changed_event(block, zone, focus)
    when, dates = times_of(there, UTC)
    if dates == block.dates and (dates is not None or when == block.slot):
        del body["start"], body["end"]
    body["description"] = description_of(there, block.text)
    if REMOVED in mark_of(there):  # we meant to take it away, and did not come to that
        body["extendedProperties"]["private"][REMOVED] = None
    return body


def differences(before: Json, now: Json) -> str:
    """What of a block is not as it was, its version apart; "" for nothing."""
    names = sorted((before.keys() | now.keys()) - {"etag"})
    found = [_DIFFERENT.get(name, name) for name in names if _compared(name, before) != _compared(name, now)]
    return " and ".join(dict.fromkeys(found))


def _compared(name: str, item: Json) -> object:
    if name in ("start", "end"):
        return times_of(item, UTC)
    if name == "extendedProperties":
        return {key: value for key, value in mark_of(item).items() if key != REMOVED}
    return item.get(name)


def changed_event(block: Block, zone: str | None, focus: Json | None) -> dict[str, Any]:
    """What is ours to say of an event. Colour, visibility and reminders are the user's once it is made."""
    first, after = block.dates or (None, None)
    body: dict[str, Any] = {
        "summary": block.title,
        "description": block.text,
        "start": _time(block.slot.start, first, zone),
        "end": _time(block.slot.end, after, zone),
        "transparency": "opaque" if block.busy else "transparent",
        "extendedProperties": {
            "private": {
                "blockerKey": block.key,
                "blockerSlot": slot_text(block.marked),
                "blockerVersion": MARK_VERSION,
                "blockerText": hash_for(block),
            }
        },
    }
    if focus is not None:
        body["focusTimeProperties"] = dict(focus)
    return body


def focus_properties(block: Block, settings: Settings) -> Json | None:
    """What makes a block native focus time; None for one that is none. Such an event is timed and busy."""
    if not block.focus or not block.busy or block.dates is not None:
        return None
    properties = {"autoDeclineMode": block.focus}
    if settings.chat_status == "do_not_disturb":
        properties["chatStatus"] = "doNotDisturb"
    if settings.decline_message and block.focus != DECLINE_NONE:
        properties["declineMessage"] = settings.decline_message
    return properties


def _kept(block: Block) -> Json:
    """What was kept of a block that is put back."""
    try:
        found = json.loads(block.raw or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def hash_for(block: Block) -> str:
    return block.text_hash or hash_of_text(block.title, block.text)


def holds(item: Json, block: Block) -> bool:
    """True if a write of ``block`` reached this event: its mark says so, which nobody else writes.

    What a person changed since then does not matter here: it is read like any other day.
    """
    mark = mark_of(item)
    return (
        is_ours(item)
        and mark["blockerKey"] == block.key
        and mark["blockerSlot"] == slot_text(block.marked)
        and mark.get("blockerText") == hash_for(block)
        and (item.get("transparency") != "transparent") == block.busy
    )


def _time(instant: datetime, day: date | None, zone: str | None) -> dict[str, Any]:
    """One side of an event; what it may have been before is taken away in a patch."""
    if day is not None:
        return {"date": day.isoformat(), "dateTime": None, "timeZone": None}
    local = instant.astimezone(ZoneInfo(zone or "UTC"))
    return {"dateTime": local.isoformat(timespec="seconds"), "timeZone": zone or "UTC", "date": None}


def _without_nulls(body: Json) -> dict[str, Any]:
    return {
        name: _without_nulls(value) if isinstance(value, Mapping) else value
        for name, value in body.items()
        if value is not None
    }
