"""TZID → tzinfo. Real files name zones in half a dozen ways; most come down to an IANA zone.

In order: the IANA name itself; a Windows name, as Outlook and Exchange write them (tzlocal has the pairs from
windowsZones.xml of the Unicode CLDR); an IANA name at the end of a globally unique id
(``/freeassociation.sourceforge.net/Europe/Berlin``); the file's own VTIMEZONE; an IANA name with its
slash written otherwise (``Europe_Berlin``); and a plain offset (``UTC+01:00``). What is left is ``unknown``,
for the caller to read as local time and to say so: an event at a doubtful hour is better than one that is silently free.
"""

from __future__ import annotations

import re
from collections import ChainMap, defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import win_tz

from blocker.calendars.ics.lexer import Layout, properties, unescape
from blocker.calendars.ics.vtimezone import read_definition

MAX_ZONES = 300  # looking for one that isn't there costs time; no real file names half as many
_UTC_NAMES = frozenset(("UTC", "Z", "ETC/UTC", "TZONE://MICROSOFT/UTC", "COORDINATED UNIVERSAL TIME"))
_OFFSET = r"(?ai)(?:UTC|GMT) ?([+-])(\d\d?)(?::?00)?"
_IANA = r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}"


class Zones:
    """The zones of one VCALENDAR. ``definitions``, asked for on need, maps a TZID to its VTIMEZONE's bytes."""

    def __init__(self, definitions: Callable[[], Mapping[str, bytes]]) -> None:
        self._definitions = definitions
        self.unknown: list[str] = []
        self._defined: Mapping[str, bytes] | None = None
        self._known: dict[str, tzinfo | None] = {}

    def find(self, tzid: str) -> tzinfo | None:
        """The zone, or None (floating) where nothing is known of it."""
        if tzid not in self._known:
            self._known[tzid] = self._resolve(tzid)
            if self._known[tzid] is None:
                self.unknown.append(tzid)
        return self._known[tzid]

    def _resolve(self, tzid: str) -> tzinfo | None:
        if len(self._known) >= MAX_ZONES:
            return None
        zone = iana_zone(tzid)
        if zone is not None:
            return UTC if zone.key == "UTC" else zone
        if self._defined is None:
            self._defined = self._definitions()
        definition = self._defined.get(unescape(tzid))
        if definition is not None:
            try:
                return _located(definition) or read_definition(definition)
            except ValueError:
                pass  # a definition that can't be read is as good as none
        return with_its_slash(tzid) or _whole_hours(tzid)


def zones_of(layout: Layout) -> Callable[[int], Zones]:
    """The zones of each VCALENDAR of a file, by its number: a TZID says nothing outside of its own.

    Where a calendar names a zone without defining it, the definition in another one of the file is taken.
    """

    @cache
    def defined() -> dict[int, dict[str, bytes]]:
        found: dict[int, dict[str, bytes]] = defaultdict(dict)
        for component in layout.components:
            if component.name == "VTIMEZONE":
                chunk = layout.text[component.start : component.end]
                for item in properties(chunk, ("TZID",)):
                    found[component.calendar].setdefault(unescape(item.value).strip(), chunk)
        return found

    @cache
    def anywhere() -> dict[str, bytes]:
        return {tzid: chunk for own in reversed(defined().values()) for tzid, chunk in own.items()}

    return cache(lambda number: Zones(lambda: ChainMap({}, defined().get(number, {}), anywhere())))


def only_zone(layout: Layout, zones: Callable[[int], Zones]) -> tzinfo | None:
    """The zone that a file defines, if it defines just one: its writer's, though no timed event is in it."""
    found = [component for component in layout.components if component.name == "VTIMEZONE"]
    names = {
        unescape(named.value).strip()
        for component in found
        for named in properties(layout.text[component.start : component.end], ("TZID",))
    }
    return zones(found[0].calendar).find(names.pop()) if len(names) == 1 else None


def iana_zone(tzid: str) -> ZoneInfo | None:
    """The IANA zone that a TZID names, whatever its form, or None."""
    name = tzid.strip()
    zone = _load(name)
    if zone is not None:
        return zone
    if name.upper() in _UTC_NAMES:
        return ZoneInfo("UTC")
    if "/" not in name:
        return _load(_windows_zones().get(name.casefold(), ""))
    parts = name.strip("/").split("/")
    for take in (3, 2):
        if len(parts) >= take and (zone := _load("/".join(parts[-take:]))):
            return zone
    return None


def with_its_slash(tzid: str) -> ZoneInfo | None:
    """The IANA zone of a name whose slash is written otherwise (``Europe_Berlin``), or None."""
    return _load(tzid.replace("_", "/", 1)) or _load(tzid.replace("-", "/", 1))


def _located(definition: bytes) -> ZoneInfo | None:
    """The IANA zone that a VTIMEZONE names beside its offsets, or None."""
    known = (iana_zone(found.value) for found in properties(definition, ("X-LIC-LOCATION",)))
    return next(filter(None, known), None)


def _whole_hours(tzid: str) -> ZoneInfo | None:
    """The zone of a name that is nothing but an offset (``UTC+01:00``, ``GMT-5``), or None."""
    match = re.fullmatch(_OFFSET, tzid.strip())
    # The names of POSIX count the other way round.
    return _load(f"Etc/GMT{'-' if match[1] == '+' else '+'}{int(match[2])}") if match else None


@cache
def _windows_zones() -> dict[str, str]:
    return {name.casefold(): known for name, known in win_tz.items()}


def _load(name: str) -> ZoneInfo | None:
    if not re.fullmatch(_IANA, name):
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None
