"""Calendars of any size that look like a busy person's: single events, series, exceptions, people."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

RULES = (
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;INTERVAL=2",
    "FREQ=MONTHLY;BYDAY=1TU",
    "FREQ=WEEKLY;BYDAY=MO,WE",
    "FREQ=DAILY;COUNT=40",
)
MIDDLE = date(2026, 11, 23)
HEAD = (
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//benchmarks//big//EN", "X-WR-CALNAME:lead@example.org",
    "X-WR-TIMEZONE:Europe/Berlin", "BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "BEGIN:DAYLIGHT",
    "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "TZNAME:CEST", "DTSTART:19700329T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "END:DAYLIGHT", "BEGIN:STANDARD", "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100", "TZNAME:CET", "DTSTART:19701025T030000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "END:STANDARD", "END:VTIMEZONE",
)  # fmt: skip


def big_calendar(events: int, history: int = 0, seed: int = 1) -> bytes:
    """``events`` components around November 2026: one in nine is a series, some of those with exceptions.

    ``history`` more lie in the fifteen years before, and none of their series goes on.
    """
    dice = random.Random(seed)  # noqa: S311 - no secret
    lines, number = list(HEAD), 0
    for wanted, first, last in ((events, -900, 200), (history, -6400, -900)):
        count = 0
        while count < wanted:
            number += 1
            day = MIDDLE + timedelta(days=dice.randint(first, last))
            for component in _meeting(f"{number}@example.org", day, last < 0, dice)[: wanted - count]:
                lines += component
                count += 1
    lines.append("END:VCALENDAR")
    return "".join(f"{line}\r\n" for line in lines).encode()


def _meeting(uid: str, day: date, over: bool, dice: random.Random) -> list[list[str]]:
    start = datetime(day.year, day.month, day.day, dice.randint(8, 17), dice.choice((0, 15, 30)))  # noqa: DTZ001
    length = timedelta(minutes=dice.choice((30, 30, 60, 60, 90)))
    if dice.random() > 0.116:
        return [_component(uid, start, length, dice)]
    until = f";UNTIL={start + timedelta(days=dice.randint(60, 600)):%Y%m%dT%H%M%SZ}"
    rule = dice.choice(RULES)
    ends = over or dice.random() < 0.5
    more = [f"RRULE:{rule}{until if ends and 'COUNT' not in rule else ''}"]
    later = start + timedelta(weeks=2)
    if dice.random() < 0.3:
        more.append(f"EXDATE;TZID=Europe/Berlin:{later:%Y%m%dT%H%M%S}")
    found = [_component(uid, start, length, dice, more)]
    if dice.random() < 0.2 and rule == "FREQ=WEEKLY":
        moved = start + timedelta(weeks=3)
        which = [f"RECURRENCE-ID;TZID=Europe/Berlin:{moved:%Y%m%dT%H%M%S}"]
        found.append(_component(uid, moved + timedelta(hours=1), length, dice, which))
    return found


def _component(
    uid: str, start: datetime, length: timedelta, dice: random.Random, more: Sequence[str] = ()
) -> list[str]:
    people = [
        f"ATTENDEE;CN=Person {n};PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT:mailto:p{n}@example.org"
        for n in range(dice.randrange(6))
    ]
    return [
        "BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20240101T000000Z",
        f"DTSTART;TZID=Europe/Berlin:{start:%Y%m%dT%H%M%S}", f"DTEND;TZID=Europe/Berlin:{start + length:%Y%m%dT%H%M%S}",
        *more, f"SUMMARY:Meeting {uid}", "DESCRIPTION:Agenda and notes, as long as they usually are, and the dial-in.",
        "LOCATION:Room 4", "STATUS:CONFIRMED", "ORGANIZER:mailto:boss@example.org",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:lead@example.org", *people, "END:VEVENT",
    ]  # fmt: skip


if __name__ == "__main__":  # PATH EVENTS HISTORY
    Path(sys.argv[1]).write_bytes(big_calendar(int(sys.argv[2]), int(sys.argv[3])))
