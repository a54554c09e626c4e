"""Zones that a file defines itself, in a VTIMEZONE that names no zone known here."""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import UTC, datetime, timedelta, tzinfo

from blocker.calendars.ics.lexer import Property, properties
from blocker.calendars.ics.moments import read_moment
from blocker.calendars.ics.rrule import parse_rule
from blocker.calendars.ics.rrule_dates import Steps, TooDenseError, occurrences
from blocker.values.intervals import Interval

# Rules are followed from here to there; outside, the nearest offset holds.
FIRST_YEAR, LAST_YEAR = 1970, 2100
MAX_STEPS_OF_A_ZONE = 20_000

_BORDER = re.compile(rb"\n(BEGIN|END)[ \t]*:[ \t]*(STANDARD|DAYLIGHT)\b", re.IGNORECASE)
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?", re.ASCII)
_BODY = ("DTSTART", "RRULE", "RDATE", "TZOFFSETFROM", "TZOFFSETTO")


class DefinedZone(tzinfo):
    """Offsets that change at given instants. Folds and gaps are resolved as PEP 495 says."""

    def __init__(self, first: timedelta, changes: list[tuple[datetime, timedelta]]) -> None:
        """``changes`` are (naive UTC instant, offset from then on), in order; ``first`` holds before."""
        self._offsets = [first, *(offset for _, offset in changes)]
        self._instants = [instant for instant, _ in changes]
        # The wall clock at each change, by the offset that makes it later (fold 0) and earlier (fold 1):
        # a repeated time is the first of the two, a skipped one has the offset from before the gap.
        pairs = list(zip(self._instants, self._offsets, self._offsets[1:], strict=False))
        self._later = [instant + max(before, after) for instant, before, after in pairs]
        self._earlier = [instant + min(before, after) for instant, before, after in pairs]

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, DefinedZone)
            and self._offsets == other._offsets
            and self._instants == other._instants
        )

    def __hash__(self) -> int:
        return hash((*self._offsets, *self._instants))

    def changes_within(self, span: Interval) -> list[datetime]:
        """The instants in ``span`` at which the offset changes, in UTC."""
        aware = (instant.replace(tzinfo=UTC) for instant in self._instants)
        return [instant for instant in aware if span.start <= instant < span.end]

    def utcoffset(self, moment: datetime | None, /) -> timedelta:
        if moment is None:
            return self._offsets[-1]
        walls = self._earlier if moment.fold else self._later
        return self._offsets[bisect_right(walls, moment.replace(tzinfo=None, fold=0))]

    def dst(self, moment: datetime | None, /) -> timedelta | None:
        return None

    def tzname(self, moment: datetime | None, /) -> str | None:
        return None

    def fromutc(self, moment: datetime, /) -> datetime:
        naive = moment.replace(tzinfo=None)
        position = bisect_right(self._instants, naive)
        local = moment + self._offsets[position]
        if position:  # the second pass of a repeated hour
            repeated = self._offsets[position - 1] - self._offsets[position]
            if timedelta(0) < repeated and naive - self._instants[position - 1] < repeated:
                return local.replace(fold=1)
        return local


def read_definition(chunk: bytes) -> tzinfo:
    """The zone that a VTIMEZONE defines. Raises ValueError where it defines none."""
    changes: list[tuple[datetime, timedelta, timedelta]] = []
    begin, allowed = None, Steps(MAX_STEPS_OF_A_ZONE)
    for border in _BORDER.finditer(chunk):
        if border[1].upper() == b"BEGIN":
            begin = border.start() + 1
        elif begin is not None:
            changes += _changes(properties(chunk[begin : border.end()], _BODY), allowed)
            begin = None
    if not changes:
        raise ValueError("the zone's definition has no offsets")
    changes.sort()
    return DefinedZone(changes[0][1], [(instant, after) for instant, _, after in changes])


def _changes(found: list[Property], allowed: Steps) -> list[tuple[datetime, timedelta, timedelta]]:
    """When one of the offsets begins: (naive UTC instant, offset before, offset from then on)."""
    values = {p.name: p.value for p in found if p.name not in ("RDATE", "RRULE")}
    before, after = _offset(values.get("TZOFFSETFROM", "")), _offset(values.get("TZOFFSETTO", ""))
    start = read_moment(values.get("DTSTART", ""), None).wall
    walls = {start}
    for rdate in (p for p in found if p.name == "RDATE"):
        walls.update(
            read_moment(part.partition("/")[0], None).wall for part in rdate.value.split(",") if part.strip()
        )
    low, high = datetime(FIRST_YEAR, 1, 1), datetime(LAST_YEAR, 1, 1)  # noqa: DTZ001 - wall times
    for text in (p.value for p in found if p.name == "RRULE"):
        rule = parse_rule(text)
        last = high
        if rule.until:
            until = read_moment(rule.until, None)
            last = min(high, until.wall + before if until.zone is UTC else until.wall)
        if rule.at_most is None and start.year < FIRST_YEAR:
            walls.discard(start)  # Outlook begins all its rules in 1601
        try:
            walls.update(occurrences(rule, start, low, last, allowed))
        except TooDenseError as problem:
            raise ValueError(str(problem)) from None
    return [(wall - before, before, after) for wall in walls if wall.year > 1]


def _offset(text: str) -> timedelta:
    match = _OFFSET.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text[:40]!r} is not an offset from UTC")
    hours, minutes, seconds = int(match[2]), int(match[3]), int(match[4] or 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError(f"{text[:40]!r} is not an offset from UTC")
    size = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -size if match[1] == "-" else size
