"""Who is on an event, and who of them is the user."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from blocker.calendars._ical import Layout, Property, properties

_ADDRESS = re.compile(r"[^@\s<>,;:/]+@[^@\s<>,;:/]+")
_ATTENDEE = frozenset(("ATTENDEE",))
_THINGS = frozenset(("ROOM", "RESOURCE"))
CALENDAR_ADDRESSES = ("@group.calendar.google.com", "@resource.calendar.google.com")
RESPONSES = {
    "ACCEPTED": "accepted",
    "DECLINED": "declined",
    "TENTATIVE": "tentative",
    "NEEDS-ACTION": "needs-action",
}


def address_of(found: Property) -> str:
    """The lower-case address of an ATTENDEE or ORGANIZER; "" if it has none."""
    for candidate in (found.value, found.params.get("EMAIL", "")):
        text = candidate.strip().strip('"').lower()
        text = text.removeprefix("mailto:").strip()
        if _ADDRESS.fullmatch(text):
            return text
    return ""


def is_person(found: Property) -> bool:
    """False for a room or another resource, and for the calendar itself, which Google lists too."""
    if found.params.get("CUTYPE", "").upper() in _THINGS:
        return False
    return not address_of(found).endswith(CALENDAR_ADDRESSES)


def address_in(text: str) -> str:
    """``text`` in lower case if it is an address and nothing else, else ""."""
    text = text.strip().lower().removeprefix("mailto:")
    return text if _ADDRESS.fullmatch(text) else ""


def likely_user(layout: Layout) -> tuple[str, ...]:
    """The one attendee of more than half of the events that have attendees; () where that is nobody's alone."""
    counts: Counter[str] = Counter()
    attended = 0
    for name, start, end in layout.components:
        at = layout.upper.find(b"\nATTENDEE", start, end) if name == "VEVENT" else -1
        if at < 0:
            continue
        people = set(_addresses(properties(b"BEGIN:VEVENT\n" + layout.text[at:end], _ATTENDEE)))
        if people:
            attended += 1
            counts.update(people)
    (first, most), (_, second) = (*counts.most_common(2), ("", 0), ("", 0))[:2]
    return (first,) if most * 2 > attended and most > second else ()


def _addresses(found: Iterable[Property]) -> Iterable[str]:
    return (address for p in found if is_person(p) and (address := address_of(p)))
