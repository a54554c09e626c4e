"""Who is on an event, and who of them is the user."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from blocker.calendars.ics.lexer import Layout, Property, unfolded

_ADDRESS = re.compile(r"[^@\s<>,;:/]+@[^@\s<>,;:/]+")
_GUEST = rb"\n(BEGIN:VEVENT|BEGIN:VALARM|END:VALARM|X-BLOCKER-KEY|ATTENDEE)([^\r\n]*)"
_THINGS = frozenset(("ROOM", "RESOURCE"))
# What Google puts where a person's address would be: shared, imported and subscribed calendars, rooms, nobody known.
CALENDAR_ADDRESSES = (
    "@group.calendar.google.com",
    "@group.v.calendar.google.com",
    "@import.calendar.google.com",
    "@resource.calendar.google.com",
    "@calendar.google.com",
)
_RESPONSES = {
    "ACCEPTED": "accepted",
    "DECLINED": "declined",
    "TENTATIVE": "tentative",
    "NEEDS-ACTION": "needs-action",
    "DELEGATED": "delegated",
}
_STRONGEST = ("accepted", "tentative", "declined", "delegated", "needs-action")


def address_of(found: Property) -> str:
    """The lower-case address of an ATTENDEE or ORGANIZER; "" if it has none."""
    return _address(found.value) or (_address(found.param("EMAIL")) if found.head else "")


@lru_cache(maxsize=1024)
def _address(text: str) -> str:
    """The address that a value names, or ""; the same people come again and again."""
    text = text.strip().strip('"').lower().removeprefix("mailto:").strip()
    return text if _ADDRESS.fullmatch(text) else ""


def response_of(found: Property) -> str:
    """The answer of one ATTENDEE. Some programs name the deputy and nothing else."""
    said = (found.param("PARTSTAT") or "NEEDS-ACTION").upper()
    delegated = said == "NEEDS-ACTION" and found.param("DELEGATED-TO")
    return "delegated" if delegated else _RESPONSES.get(said, "none")


def answer_of(responses: Iterable[str]) -> str:
    """The answer of a person with several addresses: any answer wins over none, and a yes over the others."""
    given = set(responses)
    return next((answer for answer in _STRONGEST if answer in given), "none")


def is_person(found: Property) -> bool:
    """False for a room or another resource, and for the calendar itself, which Google lists too."""
    if found.param("CUTYPE").upper() in _THINGS:
        return False
    return not address_of(found).endswith(CALENDAR_ADDRESSES)


def address_in(text: str) -> str:
    """``text`` in lower case if it is an address and nothing else, else ""."""
    text = text.strip().lower().removeprefix("mailto:")
    return text if _ADDRESS.fullmatch(text) else ""


def likely_user(layout: Layout) -> tuple[str, ...]:
    """The one attendee of more than half of the events that have attendees; () where that is nobody's alone.

    Events with our mark don't count: whether they are ours depends on who the user is.
    """
    counts: Counter[bytes] = Counter()
    attended = 0
    for people in _guest_lists(layout):
        attended += 1
        counts.update(people)
    (first, most), (_, second) = (*counts.most_common(2), (b"", 0), (b"", 0))[:2]
    address = address_in(first.decode("utf-8", "replace"))
    return (address,) if address and most * 2 > attended and most > second else ()


def _guest_lists(layout: Layout) -> Iterator[set[bytes]]:
    """The people of each event that has some: their addresses, in capitals."""
    people: set[bytes] = set()
    ours = alarm = False
    for name, rest in re.findall(_GUEST, unfolded(layout.upper) + b"\nBEGIN:VEVENT"):
        if name == b"ATTENDEE":
            _, found, address = rest.rpartition(b"MAILTO:")
            if (
                found
                and not alarm
                and b"CUTYPE=R" not in rest
                and not address.endswith(b".CALENDAR.GOOGLE.COM")
            ):
                people.add(address.strip())
        elif name == b"X-BLOCKER-KEY":
            ours = True
        elif name.endswith(b"VALARM"):
            alarm = name.startswith(b"BEGIN")
        else:
            if people and not ours:
                yield people
            people, ours, alarm = set(), False, False
