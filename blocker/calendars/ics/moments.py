"""Date, time and duration values of iCalendar, read leniently and never guessed.

Every function raises ValueError with a sentence that a person can read, naming the value.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

from msgspec import Struct

DAY = timedelta(days=1)

# Compiled on use: most files need neither.
_MOMENT = r"(?ai)(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d))?(Z?)"
_DURATION = r"(?ai)([+-]?)P(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,10})S)?)?"
_WALL_EPOCH, _EPOCH = datetime(1970, 1, 1), datetime(1970, 1, 1, tzinfo=UTC)  # noqa: DTZ001 - a wall time


class Moment(Struct, frozen=True, gc=False):
    """A date or a wall-clock time as written. ``zone`` None means floating; a date has none."""

    wall: datetime
    zone: tzinfo | None
    is_date: bool

    @property
    def date(self) -> date:
        return self.wall.date()

    def instant(self, home: tzinfo) -> datetime:
        """The UTC instant; a floating time or a date is taken in ``home``."""
        return to_instant(self.wall, self.zone or home)


class Duration(Struct, frozen=True):
    """``days`` are nominal (as long as the calendar's days are), ``rest`` is exact."""

    days: int
    rest: timedelta


def to_instant(wall: datetime, zone: tzinfo) -> datetime:
    """The UTC instant of a naive wall-clock time (PEP 495, fold 0).

    Raises ValueError at the edge of the calendar, where the instant falls out of years 1 to 9999.
    """
    try:
        # What astimezone comes to, in a seventh of the time.
        return _EPOCH + (wall - _WALL_EPOCH - (zone.utcoffset(wall) or timedelta(0)))
    except OverflowError:
        raise ValueError(f"the time {wall} is out of range") from None


def read_moment(text: str, zone: tzinfo | None) -> Moment:
    """``20261123``, ``20261123T080000`` or ``20261123T080000Z``; a Z overrules ``zone``."""
    text = text.strip()
    digits = text[:8] + text[9:15]
    if (
        text[8:9] == "T"
        and len(digits) == 14
        and digits.isdigit()
        and text.isascii()
        and text[15:] in ("", "Z")
    ):
        try:  # the usual case, made short
            return Moment(datetime.fromisoformat(text[:15]), UTC if text[15:] else zone, False)
        except ValueError:
            pass  # a second look may understand it, and says what is wrong if not
    match = re.fullmatch(_MOMENT, text)
    if match is None:
        raise ValueError(f"{_shown(text)} is not a date or time")
    year, month, day, hour, minute, second, utc = match.groups()
    try:
        wall = datetime(int(year), int(month), int(day))  # noqa: DTZ001 - a wall time has its zone beside it
        if hour is None:
            return Moment(wall, None, True)
        # 24:00 and leap seconds are in the wild; both are a moment of the next minute.
        if (
            int(hour) > 24
            or int(minute) > 59
            or int(second) > 60
            or (hour == "24" and minute + second != "0000")
        ):
            raise ValueError
        wall += timedelta(hours=int(hour), minutes=int(minute), seconds=int(second))
    except (ValueError, OverflowError):
        raise ValueError(f"{_shown(text)} is not a date or time that exists") from None
    return Moment(wall, UTC if utc else zone, False)


def read_duration(text: str) -> Duration:
    """``PT1H30M``, ``P1D``, ``P2W``; a negative one is returned as such."""
    text = text.strip()
    match = re.fullmatch(_DURATION, text)
    if match is None or not any(match.groups()[1:]):
        raise ValueError(f"{_shown(text)} is not a duration")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    rest = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    nominal = weeks * 7 + days
    if nominal > 400_000 or rest > 400_000 * DAY:
        raise ValueError(f"{_shown(text)} is longer than any calendar")
    return Duration(-nominal, -rest) if match[1] == "-" else Duration(nominal, rest)


def _shown(text: str) -> str:
    """A value for a message: short, on one line."""
    return repr(text if len(text) <= 40 else text[:37] + "…")
