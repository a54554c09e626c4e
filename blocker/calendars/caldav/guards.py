"""What a server does about writes that would undo somebody's change, found out with an event of our own.

The event is free, private and yesterday; it is there for a second, and one that was left over is taken away first.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from blocker.calendars.caldav.calendar import DROPS_MARKS, OTHER_CALENDAR, SAFE, CalDavCalendar
from blocker.calendars.caldav.fetching import fetch
from blocker.calendars.caldav.urls import host_of, within
from blocker.calendars.marks import DOMAIN, instant_text
from blocker.values.errors import Refused

UID = f"blocker-check@{DOMAIN}"
_OTHER = '"blocker-check"'  # an etag that no object has


def find_guards(calendar: CalDavCalendar, now: datetime) -> frozenset[str]:
    """Which of ``SAFE`` the server keeps, and remembers them. Raises what a write raises.

    Raises Refused for a server that drops what marks a block as ours.
    """
    server, url = calendar.server, within(calendar.url, f"{UID}.ics")
    calendar.take_away(url)
    kept = set()
    calendar.put(url, _event(now, "blocker check"), If_None_Match="*")
    try:
        if calendar.put(url, _event(now, "again"), If_None_Match="*").status == 412:
            kept.add("create")
        if calendar.put(url, _event(now, "again"), If_Match=_OTHER).status == 412:
            kept.add("update")
        there = fetch(server, url)
        if there is not None and "X-BLOCKER-TEXT" not in there.text.upper():
            raise Refused(f"{host_of(url)} {DROPS_MARKS}", OTHER_CALENDAR)
        if server.ask("DELETE", url, If_Match=_OTHER).status == 412:
            kept.add("delete")
    finally:
        calendar.take_away(url)
    guards = frozenset(kept)
    calendar.note_guards(guards)
    return guards


def guards_in_words(guards: frozenset[str]) -> tuple[str, str]:
    """State and words of a finding."""
    if guards >= SAFE:
        return "ok", "the server refuses a write over somebody's change"
    lost = {"create": "a new event", "update": "a change", "delete": "a removal"}
    missing = " and ".join(lost[name] for name in ("create", "update", "delete") if name not in guards)
    return "note", (
        f"the server lets {missing} through whatever is there: blocker looks before and after each write, and what "
        "you change in that same second may be lost"
    )


def _event(now: datetime, title: str) -> bytes:
    start = now - timedelta(days=1)
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//calendar-blocker//EN", "BEGIN:VEVENT", f"UID:{UID}"),
        *(f"DTSTAMP:{instant_text(now)}", f"DTSTART:{instant_text(start)}"),
        *(f"DTEND:{instant_text(start + timedelta(minutes=15))}", f"SUMMARY:{title}", "TRANSP:TRANSPARENT"),
        *("CLASS:PRIVATE", "X-BLOCKER-TEXT:check", "END:VEVENT", "END:VCALENDAR", ""),
    ]
    return "\r\n".join(lines).encode()
