"""The times of one component: in which zone each is, which of them are days, and which are plain though wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo

from msgspec import Struct

from blocker.calendars.ics.lexer import Property
from blocker.calendars.ics.moments import Moment, read_moment
from blocker.calendars.ics.series import in_zone
from blocker.calendars.ics.zones import Zones

# What any reader understands, though a calendar has another form for it: dashes and colons, a blank for
# the T, no seconds or parts of one, an offset.
_PLAIN = r"(?ai)\d{4}-?\d\d-?\d\d(?:[T ]\d\d:?\d\d(?::?\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?"
_LAST_MINUTE = time(23, 59)


class Midnights(Struct, frozen=True):
    """The zone of an all-day event's midnights, and by how many days its date is after the one written."""

    zone: tzinfo
    shift: int


class Times:
    """Reads the times of one component. ``flaws`` are those that were plain though wrong.

    ``home`` is the user's zone and ``own`` the calendar's, None where it names none.
    """

    def __init__(self, zones: Zones, home: tzinfo, own: tzinfo | None = None) -> None:
        self.home, self.flaws = home, list[str]()
        self._zones = zones
        self._midnights = [zone for zone in (own, home) if zone is not None]

    def of(self, found: Property) -> Moment:
        """The time of a property that has one. Raises ValueError."""
        tzid = found.param("TZID") if found.head else ""
        # A time in UTC needs no zone, and one that names a strange zone is no reason to report it.
        zone = self._zones.find(tzid) if tzid and not found.value.strip().endswith(("Z", "z")) else None
        return self.read(found.name, found.value, zone)

    def all_of(self, found: Property) -> Iterator[tuple[Moment, str]]:
        """The times of an EXDATE or RDATE, each with what follows the slash of a period. Raises ValueError."""
        tzid = found.param("TZID")
        zone = self._zones.find(tzid) if tzid else None
        for part in found.value.split(","):
            if part.strip():
                start, _, rest = part.partition("/")
                yield self.read(found.name, start, zone), rest.strip()

    def read(self, name: str, text: str, zone: tzinfo | None) -> Moment:
        """One time as written. Raises ValueError."""
        try:
            return read_moment(text, zone)
        except ValueError:
            plain = _plainly(text.strip(), zone, self.home)
            if plain is None:
                raise
            self.flaws.append(
                f"its {name} {text.strip()!r} is not in a calendar's form, but plain enough to read"
            )
            return plain

    def day(self, moment: Moment, zone: tzinfo | None = None) -> Moment:
        """The day that a time among all-day ones stands for.

        Exchange writes the midnights of its own zone in UTC: such a time is that local day, and so is a
        day's last minute. ``zone`` is looked at first. Any other time stands for its digits.
        """
        return _date(self.edge(moment, zone).wall)

    def edge(self, moment: Moment, zone: tzinfo | None = None) -> Moment:
        """The local midnight or last minute of a day that a time is, if it is one, else the time as written."""
        if moment.is_date or moment.zone is None or _is_edge(moment.wall):
            return moment
        for there in (zone, *self._midnights):
            if there is not None and _is_edge((local := in_zone(moment, there, self.home)).wall):
                return local
        return moment

    def midnights(self, start: Moment, end: Moment | None) -> Midnights | None:
        """Whose midnights the start and end of an all-day event are that Outlook wrote as times, None if nobody's.

        They are those of its own zone or, for one in UTC, the calendar's or the user's.
        """
        for zone in (start.zone or self.home, *self._midnights):
            first = in_zone(start, zone, self.home).wall
            last = in_zone(end, zone, self.home).wall if end is not None else first
            if first.time() == last.time() == time():
                return Midnights(zone, first.date().toordinal() - start.date.toordinal())
        return None


def as_written(moment: Moment) -> str:
    """A time in the form that RFC 5545 has for it; one in a zone as the instant in UTC."""
    if moment.zone is not None:
        moment = in_zone(moment, UTC, UTC)
    wall = moment.wall
    day = f"{wall.year:04d}{wall.month:02d}{wall.day:02d}"
    return day if moment.is_date else f"{day}T{wall:%H%M%S}{'Z' if moment.zone else ''}"


def _date(wall: datetime) -> Moment:
    return Moment(datetime.combine(wall.date(), time()), None, True)


def _is_edge(wall: datetime) -> bool:
    """True for midnight, and for the last minute before it."""
    return wall.time() == time() or wall.time() >= _LAST_MINUTE


def _plainly(text: str, zone: tzinfo | None, home: tzinfo) -> Moment | None:
    """A time in another form than a calendar's, None where it can't be told."""
    if not re.fullmatch(_PLAIN, text):
        return None
    try:
        found = datetime.fromisoformat(text.upper()).replace(microsecond=0)
    except ValueError:
        return None
    if len(text) <= len("2026-10-28"):
        return Moment(found, None, True)
    offset, wall = found.utcoffset(), found.replace(tzinfo=None)
    if offset is None:
        return Moment(wall, zone, False)
    # A series follows the clock changes of the zone that has this offset at its start.
    if offset == timedelta(0) and text[-1] in "Zz":
        return Moment(wall, UTC, False)
    alike = (there for there in (zone, home) if there and there.utcoffset(wall) == offset)
    return Moment(wall, next(alike, timezone(offset)), False)
