"""How a block of ours is known on Google: its mark and the id that belongs to its key."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from blocker.calendars.marks import MARK_VERSION, parse_slot

Json = Mapping[str, Any]

REMOVED = "blockerRemoved"  # on an event that we are about to take away, so that nobody takes it for a person's answer
_PREFIX, _HASH_LENGTH = "blk0", 26
_ID = re.compile(rf"{_PREFIX}[0-9a-v]{{{_HASH_LENGTH}}}g([1-9][0-9]{{0,5}})", re.ASCII)


def id_for(key: str, generation: int, calendar: str = "") -> str:
    """The id of a block: base32hex of its key and calendar, then its generation. Ids of deleted events stay taken.

    With no calendar it is one from the days before ids told calendars apart, or where Google names none.
    """
    digest = (
        base64.b32hexencode(hashlib.sha256(f"{key} {calendar}".strip().encode()).digest()).decode().lower()
    )
    return f"{_PREFIX}{digest[:_HASH_LENGTH]}g{generation}"


def generation_in(item: Json) -> int | None:
    """The generation if an event's id is the one that belongs to its mark, else None."""
    event_id, mark = str(item.get("id", "")), mark_of(item)
    match = _ID.fullmatch(event_id)
    if match is None:
        return None
    belongs = id_for(mark.get("blockerKey", ""), int(match[1]), mark.get("blockerCalendar", ""))
    return int(match[1]) if event_id == belongs else None


def mark_of(item: Json) -> Mapping[str, str]:
    """The private properties of an event; ours are among them if it is a block."""
    private = part(part(item, "extendedProperties"), "private")
    return {name: value for name, value in private.items() if isinstance(value, str)}


def is_ours(item: Json) -> bool:
    """All of: the mark, the id that belongs to its key, organised by the user, one event, nobody else."""
    mark = mark_of(item)
    if mark.get("blockerVersion") != MARK_VERSION:
        return False
    if generation_in(item) is None:
        return False
    try:
        parse_slot(mark.get("blockerSlot", ""))
    except ValueError:
        return False
    return (
        part(item, "organizer").get("self") is True
        and not item.get("locked")
        and not item.get("recurrence")
        and not item.get("recurringEventId")
        and not item.get("attendeesOmitted")
        and all(guest.get("self") for guest in guests_of(item))
        and item.get("status") != "cancelled"
    )


def is_the_block(item: Json, key: str, generation: int) -> bool:
    """True for our event that is this block in this generation."""
    return mark_of(item).get("blockerKey") == key and generation_in(item) == generation


def lost_its_mark(item: Json) -> bool:
    """True if an event has an id that only we give, and no mark that fits it: no person's client does that.

    One that a person made recurring, or invited others to, has its mark still, and is theirs.
    """
    if not _ID.fullmatch(str(item.get("id", ""))) or item.get("recurringEventId"):
        return False
    mark = mark_of(item)
    try:
        parse_slot(mark.get("blockerSlot", ""))
    except ValueError:
        return True
    known = mark.get("blockerVersion") == MARK_VERSION
    return not known or generation_in(item) is None


def may_be_ours(item: object) -> bool:
    """True if an event has an id or a mark of ours, whatever else is wrong with it."""
    if not isinstance(item, Mapping):
        return False
    return bool(_ID.fullmatch(str(item.get("id", "")))) or "blockerKey" in mark_of(item)


def part(item: Json, name: str) -> Json:
    found = item.get(name)
    return found if isinstance(found, Mapping) else {}


def guests_of(item: Json) -> list[Json]:
    found = item.get("attendees")
    return [who for who in found if isinstance(who, Mapping)] if isinstance(found, list) else []
