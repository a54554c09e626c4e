"""Whose clock a file is on: the zone it names, else the one that most of its timed events are in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from msgspec import Struct
from tzlocal.windows_tz import win_tz

from blocker.calendars.ics.lexer import Layout, content_line, properties_by_name
from blocker.calendars.ics.vtimezone import DefinedZone
from blocker.calendars.ics.zones import Zones, iana_zone, with_its_slash
from blocker.values.intervals import Interval

OWN = ("X-WR-TIMEZONE", "X-WR-CALNAME")  # what a calendar says of itself; looked for by one expression
NAMED, MOST = "the calendar", "most of its events"
_START = re.compile(rb"\nDTSTART([;:][^\r\n]*)")
_HEAD = 20_000  # bytes before the first component
_MOST_NAMES = 300  # ways to name a zone that are looked at; no real file has half as many
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_NEAR = 12  # hours about a change of the clocks


class Clock(Struct, frozen=True):
    """A zone by its IANA name and where it is from; None where the calendar has none, for the reason given.

    ``placed`` is False for a zone that only the file defines: its clock is known, its country is not.
    """

    zone: str | None
    source: str = ""
    placed: bool = True
    problem: str = ""


def calendar_clock(layout: Layout, zones: Callable[[int], Zones], around: Interval) -> Clock:
    """The zone a calendar names as its own, unless that is UTC and its events are elsewhere, else where they are.

    ``around`` is the time in which a zone that only the file defines has to be like a known one.
    """
    named = iana_zone(calendar_value(layout, "X-WR-TIMEZONE"))
    if named is not None and not _is_utc(named):
        return Clock(named.key, NAMED)
    # A known name means the same in every calendar of the file: one that was put together of many has thousands.
    anywhere = cache(lambda tzid: iana_zone(tzid) is not None)
    zone_names = Counter((0 if anywhere(tzid) else number, tzid) for number, tzid in _starts(layout))
    timed = sum(zone_names.values())
    counts: Counter[tzinfo] = Counter()
    for (calendar, tzid), count in zone_names.most_common(_MOST_NAMES):
        zone = zones(calendar).find(tzid) if tzid else None
        if zone is not None and not _is_utc(zone):
            counts[zone] += count
    if named is not None and counts.total() * 2 <= timed:
        return Clock("UTC", NAMED)
    most, count = next(iter(counts.most_common(1)), (None, 0))
    if count * 2 <= timed:
        return Clock(None)
    if isinstance(most, ZoneInfo):
        return Clock(most.key, MOST)
    tzid = next(tzid for calendar, tzid in zone_names if tzid and zones(calendar).find(tzid) == most)[:60]
    known = like_known(most, around) if isinstance(most, DefinedZone) else None
    if known is None and (written := with_its_slash(tzid)):
        return Clock(written.key, MOST)
    if known is not None:
        return Clock(known.key, f"{MOST}, which call it {tzid!r}", placed=False)
    return Clock(
        None,
        problem=f"the zone {tzid!r} that most events are in is like no known one, so the hours are in another",
    )


def calendar_value(layout: Layout, name: str) -> str:
    """What a calendar says of itself under one of the names in ``OWN``; "" where it says nothing."""
    head = layout.text[: layout.components[0].start if layout.components else None]
    found = properties_by_name(head[:_HEAD], OWN)
    at = layout.upper.find(b"\n" + name.encode())
    if name not in found and at >= 0:  # not where it belongs
        found = properties_by_name(layout.text[at : at + 2000], OWN)
    return found[name][0].value.strip() if name in found else ""


def _starts(layout: Layout) -> list[tuple[int, str]]:
    """Calendar and TZID ("" for none) of each timed event; those with our mark are nobody's choice of a zone.

    Changed occurrences count where there is nothing else: one series is one choice, however often it was changed.
    """
    starts: list[tuple[int, str]] = []
    changes: list[tuple[int, str]] = []
    for component in layout.components:
        if component.name != "VEVENT":
            continue
        start = _START.search(layout.upper, component.start, component.end)
        if start is None or layout.upper.find(b"\nX-BLOCKER-KEY", component.start, component.end) >= 0:
            continue
        line = layout.text[start.start(1) - 1 : start.end(1) - 1].decode("utf-8", "replace")
        found = content_line("DTSTART", line)
        value = found.value.strip().upper()
        if "T" in value:
            changed = layout.upper.find(b"\nRECURRENCE-ID", component.start, component.end) >= 0
            tzid = "" if value.endswith("Z") else found.param("TZID")
            (changes if changed else starts).append((component.calendar, tzid))
    return starts or changes


def _is_utc(zone: tzinfo) -> bool:
    return zone is UTC or (isinstance(zone, ZoneInfo) and zone.key in _UTC)


_UTC = frozenset(
    area + name
    for name in ("UTC", "UCT", "Universal", "Zulu", "GMT", "GMT0", "GMT+0", "GMT-0", "Greenwich")
    for area in ("", "Etc/")
)


def like_known(zone: DefinedZone, around: Interval) -> ZoneInfo | None:
    """The known zone that is most like it throughout ``around`` and a year to both sides, the common ones first.

    They may differ for some hours about a change: not every definition has the hour of it right. A definition
    may hold for some years only: where none is like it for so long, ``around`` alone decides.
    """
    year = timedelta(days=365)
    for span in (Interval(around.start - year, around.end + year), around):
        changes = zone.changes_within(span)
        near = [change + n * _HOUR for change in changes for n in range(-_NEAR, _NEAR + 1)]
        days = (span.start + n * _DAY for n in range((span.end - span.start) // _DAY + 1))
        far = [day for day in days if not any(abs(day - change) <= _NEAR * _HOUR for change in changes)]
        alike = [name for name in _known_zones() if not any(_differences(zone, ZoneInfo(name), far))]
        if alike:
            return ZoneInfo(min(alike, key=lambda name: sum(_differences(zone, ZoneInfo(name), near))))
    return None


def _known_zones() -> Iterable[str]:
    return dict.fromkeys((*win_tz.values(), *sorted(available_timezones())))


def _differences(zone: tzinfo, known: tzinfo, moments: Iterable[datetime]) -> Iterator[bool]:
    """Of each moment whether the two clocks differ."""
    return (m.astimezone(zone).utcoffset() != m.astimezone(known).utcoffset() for m in moments)
