"""Which components can't touch the window, told from their bytes alone.

Most of a calendar is the past. Reading only what may matter is what makes a plan on 5,000 events take
a fraction of a second. The filter may keep too much and never drops what counts: it keeps whatever it
doesn't understand, series that may still run, changed occurrences of any series, long events, RDATE,
and everything that carries our mark. Folded names and values simply don't match, and are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from blocker.calendars._ical import Component, Layout
from blocker.timeline import Interval

# Local dates lie within a day of the UTC ones; an all-day event or one without an end lasts a day more.
SLACK = timedelta(days=3)
SHORT_DURATION_DAYS = 6  # PT99H99M and the like

_START = re.compile(rb"\nDTSTART(?:;[^\n:]*)?:(\d{8})")
_END = re.compile(rb"\nDTEND(?:;[^\n:]*)?:(\d{8})")
_ORIGINAL = re.compile(rb"\nRECURRENCE-ID(?:;[^\n:]*)?:(\d{8})")
_UNTIL = re.compile(rb"\nRRULE:[^\n]*?UNTIL=(\d{8})")
_SHORT = re.compile(rb"\nDURATION:PT(?:\d{1,2}H)?(?:\d{1,2}M)?(?:\d{1,3}S)?\r?\n(?![ \t])")
_UID = re.compile(rb"\nUID[^\n]*")
# A name cut by a fold would be missed below; nobody writes this, so one look at the file settles it.
_FOLDED_NAME = re.compile(rb"\n[DRUX][A-Z-]{0,13}(?:\r?\n)+[ \t]")


def may_touch(layout: Layout, window: Interval) -> list[Component]:
    """The VEVENTs of a file that may have an occurrence in the window, or be ours, in order."""
    events = [c for c in layout.components if c.name == "VEVENT"]
    upper = layout.upper
    if _FOLDED_NAME.search(upper):
        return events
    low, high = window.start.date() - SLACK, window.end.date() + SLACK
    kept: list[Component] = []
    dropped: list[Component] = []
    for component in events:
        (kept if _may_touch(upper, component, low, high) else dropped).append(component)
    # An older revision of a kept event is needed to know that it is the older one.
    uids = {uid for c in kept if (uid := _uid(upper, c))}
    again = [c for c in dropped if _uid(upper, c) in uids and upper.find(b"\nRRULE", c.start, c.end) < 0]
    return sorted([*kept, *again], key=lambda c: c.start) if again else kept


def _uid(upper: bytes, component: Component) -> bytes | None:
    found = _UID.search(upper, component.start, component.end)
    return found.group() if found else None


def _may_touch(upper: bytes, component: Component, low: date, high: date) -> bool:
    _, at, end = component
    start = _START.search(upper, at, end)
    if start is None or upper.find(b"\nX-BLOCKER-", at, end) >= 0 or upper.find(b"\nRDATE", at, end) >= 0:
        return True
    first = start[1]
    original = _ORIGINAL.search(upper, at, end)
    if original is None:
        if upper.find(b"\nRECURRENCE-ID", at, end) >= 0:
            return True
    elif original[1] <= _digits(high):
        return True
    if first > _digits(high):
        return False
    last = _END.search(upper, at, end)
    length = 0
    if last is not None:
        if last[1] < first:
            return True  # broken, to be reported
        if last[1] != first:
            length = _days_between(first, last[1])
    elif upper.find(b"\nDTEND", at, end) >= 0:
        return True
    elif upper.find(b"\nDURATION", at, end) >= 0:
        if not _SHORT.search(upper, at, end) or upper.count(b"\nDURATION", at, end) > 1:
            return True
        length = SHORT_DURATION_DAYS
    bound = first
    if upper.find(b"\nRRULE", at, end) >= 0:
        until = _UNTIL.search(upper, at, end)
        if until is None or upper.count(b"\nRRULE", at, end) > 1:
            return True
        bound = max(first, until[1])
    limit = low - timedelta(days=min(length, low.toordinal() - 1))
    return bound >= _digits(limit)


def _digits(day: date) -> bytes:
    return b"%04d%02d%02d" % (day.year, day.month, day.day)


def _days_between(first: bytes, last: bytes) -> int:
    """Days from one eight-digit date to another, never too few; dates that don't exist count as far apart."""
    try:
        return (_day(last) - _day(first)).days
    except ValueError:
        return 4_000_000


def _day(digits: bytes) -> date:
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def uids_of(layout: Layout, components: Iterable[Component]) -> list[bytes | None]:
    """The UID lines of components, in capitals and as far as their first line goes."""
    return [_uid(layout.upper, component) for component in components]
