"""Which components can't touch the window, told from their bytes alone.

Most of a calendar is the past. Reading only what may matter is what makes a plan on 5,000 events take
a fraction of a second. The filter may keep too much and never drops what counts: it keeps whatever it
doesn't understand, series that may still run, changed occurrences of any series, long events, RDATE,
and everything that carries our mark. Folded names and values simply don't match, and are kept.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from blocker.calendars.ics.lexer import Component, Layout
from blocker.values.intervals import Interval

# Local dates lie within a day of the UTC ones; an all-day event or one without an end lasts a day more.
SLACK = timedelta(days=3)
SHORT_DURATION_DAYS = 6  # PT99H99M and the like

# The name and the rest of a line that matters: one search finds them all, where one for each takes twice as long.
_FACT = re.compile(rb"\n(D(?:TSTART|TEND|URATION)|R(?:ECURRENCE-ID|RULE|DATE)|UID|X-BLOCKER-)([^\n]*)")
_UNTIL = re.compile(rb":[^\n]*?UNTIL=(\d{8})")
_SHORT = rb"\nDURATION:PT(?:\d{1,2}H)?(?:\d{1,2}M)?(?:\d{1,3}S)?\r?\n(?![ \t])"
AND_LATER = b"THISANDFUTURE"
_AGAIN = b"2 "  # before the name of a property that comes twice
# A name cut by a fold would be missed below; nobody writes this, so one look at the file settles it.
_FOLDED_NAME = re.compile(rb"\n[DRUX][A-Z-]{0,13}+(?=[\r\n])(?:\r?\n)+[ \t]")


def may_touch(layout: Layout, window: Interval) -> list[Component]:
    """The VEVENTs of a file that may have an occurrence in the window, or be ours, in order."""
    events = [c for c in layout.components if c.name == "VEVENT"]
    upper = layout.upper
    if _FOLDED_NAME.search(upper):
        return events
    low, high = window.start.date() - SLACK, window.end.date() + SLACK
    edges = _digits(low), _digits(high), low.toordinal()
    kept: list[Component] = []
    dropped: list[tuple[bytes | None, Component]] = []  # each with its UID
    uids: set[bytes | None] = set()
    for component in events:
        facts = _facts(upper, component)
        uid = facts.get(b"UID")
        if _may_touch(facts, upper, component, *edges):
            kept.append(component)
            uids.add(uid)
        else:
            dropped.append((uid, component))
    again = _related(
        upper, kept, [component for uid, component in dropped if uid is not None and uid in uids]
    )
    return sorted([*kept, *again], key=lambda c: c.start) if again else kept


def _facts(upper: bytes, component: Component) -> dict[bytes, bytes]:
    """What the first line of each property that matters says."""
    lines = _FACT.findall(upper, component.start, component.end)
    facts = dict(reversed(lines))
    if len(facts) < len(lines):
        names = [name for name, _ in lines]
        facts.update((_AGAIN + name, b"") for name in (b"RRULE", b"DURATION") if names.count(name) > 1)
    return facts


def _related(upper: bytes, kept: list[Component], dropped: list[Component]) -> list[Component]:
    """What has to be known beside what was kept: other revisions of it, and all of a series that was shifted.

    ``dropped`` are those that share their UID with one that was kept.
    """
    if not dropped:
        return []
    shifted = {_facts(upper, c).get(b"UID") for c in kept if upper.find(AND_LATER, c.start, c.end) >= 0}
    found = []
    for component in dropped:
        facts = _facts(upper, component)
        if b"RECURRENCE-ID" not in facts or facts[b"UID"] in shifted:
            found.append(component)
    return found


def _may_touch(
    facts: dict[bytes, bytes], upper: bytes, component: Component, low: bytes, high: bytes, low_day: int
) -> bool:
    """``low`` and ``high`` are days in digits, which compare as the days do; ``low_day`` is an ordinal."""
    start = _day_of(facts, b"DTSTART")
    if not start or b"X-BLOCKER-" in facts or b"RDATE" in facts:
        return True
    if b"RECURRENCE-ID" in facts:
        original = _day_of(facts, b"RECURRENCE-ID")
        if not original or original <= high or upper.find(AND_LATER, component.start, component.end) >= 0:
            return True
    if start > high:
        return start[4:] > b"1231"  # no such day: to be reported
    length = 0
    if b"DTEND" in facts:
        last = _day_of(facts, b"DTEND")
        if last < start:
            return True  # broken or not plain, to be looked at
        length = _days_between(start, last) if last != start else 0
    elif b"DURATION" in facts:
        at = upper.find(b"\nDURATION", component.start, component.end)
        if _AGAIN + b"DURATION" in facts or not re.compile(_SHORT).match(upper, at):
            return True
        length = SHORT_DURATION_DAYS
    bound = start
    if b"RRULE" in facts:
        until = _UNTIL.match(facts[b"RRULE"])
        if until is None or _AGAIN + b"RRULE" in facts:
            return True
        bound = max(start, until[1])
    return bound >= low if not length else bound >= _digits(date.fromordinal(max(1, low_day - length)))


def _day_of(facts: dict[bytes, bytes], name: bytes) -> bytes:
    """The digits of a property's date; b"" where there is no such property, or it isn't plain."""
    head, _, value = facts.get(name, b"").partition(b":")
    day = value[:8]
    plain = len(day) == 8 and day.isdigit() and value[8:9] in b"T\r"
    return day if plain and (not head or head.startswith(b";")) else b""


def _digits(day: date) -> bytes:
    return b"%04d%02d%02d" % (day.year, day.month, day.day)


def _days_between(first: bytes, last: bytes) -> int:
    """Days from one eight-digit date to another; dates that don't exist count as far apart."""
    try:
        return (_day(last) - _day(first)).days
    except ValueError:
        return 4_000_000


def _day(digits: bytes) -> date:
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
