"""Whose clock a file is on: the zone it names, else the one that most of its timed events are in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, available_timezones

from msgspec import Struct

from blocker.calendars.ics.lexer import Layout, content_line, properties_by_name
from blocker.calendars.ics.vtimezone import DefinedZone
from blocker.calendars.ics.zone_names import WINDOWS_ZONES, iana_zone
from blocker.calendars.ics.zones import Zones
from blocker.values.intervals import Interval

OWN = ("X-WR-TIMEZONE", "X-WR-CALNAME")  # what a calendar says of itself; looked for by one expression
NAMED, MOST = "the calendar", "most of its events"
_START = re.compile(rb"\nDTSTART([;:][^\r\n]*)")
_MOST_KINDS = 20  # ways to name a zone that are looked at; a majority is among the first
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
    counts = Counter(_starts(layout))
    timed = sum(counts.values())
    found: Counter[str] = Counter()
    named_so: dict[str, str] = {}  # where only the file defines it
    elsewhere, problem = 0, ""
    for (calendar, tzid), count in counts.most_common(_MOST_KINDS):
        zone = zones(calendar).find(tzid) if tzid else None
        if zone is None or _is_utc(zone):
            continue
        elsewhere += count
        known = zone if isinstance(zone, ZoneInfo) else None
        if isinstance(zone, DefinedZone):
            known = like_known(zone, around)
        if known is not None:
            found[known.key] += count
            named_so.setdefault(known.key, "" if known is zone else tzid[:60])
        elif count * 2 > timed:
            problem = f"the zone {tzid[:60]!r} that most events are in is like no known one, so the hours are in another"
    if named is not None and elsewhere * 2 <= timed:
        return Clock("UTC", NAMED)
    for name, count in found.most_common(1):
        if count * 2 > timed:
            tzid = named_so[name]
            return Clock(name, f"{MOST}, which call it {tzid!r}" if tzid else MOST, placed=not tzid)
    return Clock(None, problem=problem)


def calendar_value(layout: Layout, name: str) -> str:
    """What a calendar says of itself under one of the names in ``OWN``; "" where it says nothing."""
    at = layout.upper.find(b"\n" + name.encode())
    if at < 0:
        return ""
    found = properties_by_name(layout.text[at : at + 2000], OWN)
    return found[name][0].value.strip() if name in found else ""


def _starts(layout: Layout) -> Iterator[tuple[int, str]]:
    """Calendar and TZID ("" for none) of each timed event; those with our mark are nobody's choice of a zone."""
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
            yield component.calendar, "" if value.endswith("Z") else found.param("TZID")


def _is_utc(zone: tzinfo) -> bool:
    return zone is UTC or (isinstance(zone, ZoneInfo) and zone.key in _UTC)


_UTC = frozenset(("UTC", "Etc/UTC", "Etc/GMT", "GMT", "Etc/UCT", "UCT", "Zulu", "Etc/Zulu", "Universal"))


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
    return dict.fromkeys((*WINDOWS_ZONES.values(), *sorted(available_timezones())))


def _differences(zone: tzinfo, known: tzinfo, moments: Iterable[datetime]) -> Iterator[bool]:
    """Of each moment whether the two clocks differ."""
    return (m.astimezone(zone).utcoffset() != m.astimezone(known).utcoffset() for m in moments)
