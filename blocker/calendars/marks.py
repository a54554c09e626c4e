"""The mark of our blocks: what every backend writes into them, and what makes them ours.

A block is known by its mark alone. The mark's key and generation are also in the event's identity,
so that a copy, which gets another identity, is never taken for the block.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from blocker.values.intervals import Interval, interval

MARK_VERSION = "1"
DOMAIN = "calendar-blocker"

# Compiled on use: a calendar without blocks needs none of them.
_UNSAFE = r"[^A-Za-z0-9._-]"
_UID = rf"(?a)(.+)\.g([1-9]\d{{0,5}})@{DOMAIN}"
_INSTANT_TEXT = r"(?a)\d{8}T\d{6}Z"
_INSTANT = "%Y%m%dT%H%M%SZ"


def uid_for(key: str, generation: int) -> str:
    """``strategic/2026-W48/1``, 1 → ``strategic-2026-W48-1.g1@calendar-blocker``."""
    name = re.sub(_UNSAFE, lambda m: f"_{ord(m[0]):x}_", key.replace("/", "-"))
    return f"{name}.g{generation}@{DOMAIN}"


def generation_of(uid: str, key: str) -> int | None:
    """The generation if ``uid`` is the one that belongs to ``key``, else None."""
    match = re.fullmatch(_UID, uid) if DOMAIN in uid else None
    if match is None:
        return None
    generation = int(match[2])
    return generation if uid == uid_for(key, generation) else None


def kind_of(key: str) -> str:
    """The first part of a key is the kind of block."""
    return key.partition("/")[0]


def slot_text(slot: Interval) -> str:
    """``20261123T080000Z/20261123T100000Z``."""
    return f"{instant_text(slot.start)}/{instant_text(slot.end)}"


def parse_slot(text: str) -> Interval:
    """Raises ValueError for anything but what :func:`slot_text` writes."""
    start, _, end = text.strip().partition("/")
    if not (re.fullmatch(_INSTANT_TEXT, start) and re.fullmatch(_INSTANT_TEXT, end)):
        raise ValueError(f"{text[:60]!r} is not a slot")
    return interval(datetime.fromisoformat(start), datetime.fromisoformat(end))


def instant_text(instant: datetime) -> str:
    """An instant in UTC basic format. Years before 1000 keep their four digits."""
    return instant.astimezone(UTC).strftime(_INSTANT).rjust(16, "0")
