"""Which components can't touch the window, told from their bytes alone.

Most of a calendar is the past. Reading only what may matter is what makes a plan on 5,000 events take
a fraction of a second. The filter may keep too much and never drops what counts: it keeps whatever it
doesn't understand, series that may still run, changed occurrences of any series, long events, RDATE,
and everything that carries our mark. Folded names and values simply don't match, and are kept.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from blocker.calendars._ical import Component, Layout
from blocker.timeline import Interval

# Local dates lie within a day of the UTC ones; an all-day event or one without an end lasts a day more.
SLACK = timedelta(days=3)
SHORT_DURATION_DAYS = 6  # PT99H99M and the like

_DAY = re.compile(rb"(?:;[^\n:]*)?:(\d{8})")
_UNTIL = re.compile(rb":[^\n]*?UNTIL=(\d{8})")
_SHORT = re.compile(rb":PT(?:\d{1,2}H)?(?:\d{1,2}M)?(?:\d{1,3}S)?\r?\n(?![ \t])")
_UID = re.compile(rb"\nUID[^\n]*")
AND_LATER = b"THISANDFUTURE"
# A name cut by a fold would be missed below; nobody writes this, so one look at the file settles it.
_FOLDED_NAME = re.compile(rb"\n[DRUX][A-Z-]{0,13}(?:\r?\n)+[ \t]")


def may_touch(layout: Layout, window: Interval) -> list[Component]:
    """The VEVENTs of a file that may have an occurrence in the window, or be ours, in order."""
    events = [c for c in layout.components if c.name == "VEVENT"]
    upper = layout.upper
    if _FOLDED_NAME.search(upper):
        return events
    low, high = window.start.date() - SLACK, window.end.date() + SLACK
    edges = _digits(low), _digits(high), low.toordinal()
    kept: list[Component] = []
    dropped: list[Component] = []
    for component in events:
        (kept if _may_touch(upper, component.start, component.end, *edges) else dropped).append(component)
    again = _related(upper, kept, dropped)
    return sorted([*kept, *again], key=lambda c: c.start) if again else kept


def _related(upper: bytes, kept: list[Component], dropped: list[Component]) -> list[Component]:
    """What has to be known beside what was kept: other revisions of it, and all of a series that was shifted."""
    uids = {uid for c in kept if (uid := _uid(upper, c))}
    shifted = {_uid(upper, c) for c in kept if upper.find(AND_LATER, c.start, c.end) >= 0}
    return [
        c
        for c in dropped
        if (uid := _uid(upper, c)) in uids
        and (uid in shifted or upper.find(b"\nRECURRENCE-ID", c.start, c.end) < 0)
    ]


def _uid(upper: bytes, component: Component) -> bytes | None:
    found = _UID.search(upper, component.start, component.end)
    return found.group() if found else None


def _may_touch(upper: bytes, at: int, end: int, low: bytes, high: bytes, low_day: int) -> bool:
    """``low`` and ``high`` are days in digits, which compare as the days do; ``low_day`` is an ordinal."""
    start = _day_of(b"\nDTSTART", upper, at, end)
    if not start or upper.find(b"\nX-BLOCKER-", at, end) >= 0 or upper.find(b"\nRDATE", at, end) >= 0:
        return True
    original = _day_of(b"\nRECURRENCE-ID", upper, at, end)
    if original is None or (original and (original <= high or upper.find(AND_LATER, at, end) >= 0)):
        return True
    if start > high:
        return start[4:] > b"1231"  # no such day: to be reported
    last = _day_of(b"\nDTEND", upper, at, end)
    length = 0
    if last is None:
        return True
    if last:
        if last < start:
            return True  # broken, to be reported
        length = _days_between(start, last) if last != start else 0
    else:
        duration = upper.find(b"\nDURATION", at, end)
        if duration >= 0:
            if not _SHORT.match(upper, duration + 9) or upper.find(b"\nDURATION", duration + 9, end) >= 0:
                return True
            length = SHORT_DURATION_DAYS
    bound = start
    rule = upper.find(b"\nRRULE", at, end)
    if rule >= 0:
        until = _UNTIL.match(upper, rule + 6)
        if until is None or upper.find(b"\nRRULE", rule + 6, end) >= 0:
            return True
        bound = max(start, until[1])
    return bound >= low if not length else bound >= _digits(date.fromordinal(max(1, low_day - length)))


def _day_of(name: bytes, upper: bytes, at: int, end: int) -> bytes | None:
    """The digits of a property's date; b"" where there is no such property, None where it isn't plain."""
    found = upper.find(name, at, end)
    if found < 0:
        return b""
    day = _DAY.match(upper, found + len(name))
    return day[1] if day else None


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
