"""Instants, and the API's two ways to write a time: `date` and `dateTime`.

Kept apart because every trap is here: an offset or a zone must be given, all-day times mean midnight in the
calendar's zone, and an answer shows the same instant in another zone than the one it was written in.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Json = dict[str, Any]

_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.\d+)?([Zz]|[+-]\d\d:\d\d)?")


class TickingClock:
    """A clock that moves one step at each look: no two writes share a time, and no test depends on today."""

    def __init__(
        self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC), step: timedelta = timedelta(seconds=1)
    ) -> None:
        self._now = start
        self._step = step

    def __call__(self) -> datetime:
        self._now += self._step
        return self._now


def zone_named(name: str) -> ZoneInfo:
    """The zone, or ValueError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"Invalid time zone: {name!r}") from error


def instant(text: str, zone: ZoneInfo | None = None) -> datetime:
    """An RFC 3339 time, aware. `zone` is for a text without an offset. Fractions are dropped."""
    match = _STAMP.fullmatch(text)
    if match is None:
        raise ValueError(f"Not an RFC 3339 time: {text!r}")
    day, clock, offset = match.groups()
    if offset is None:
        if zone is None:
            raise ValueError(f"A time zone offset is missing: {text!r}")
        return datetime.fromisoformat(f"{_day(day)}T{clock}").replace(tzinfo=zone)
    return datetime.fromisoformat(f"{_day(day)}T{clock}{offset.upper()}")


def _day(text: str) -> str:
    """A date with room on both sides: at the ends of the calendar no other zone can be reckoned."""
    if not 2 <= date.fromisoformat(text).year <= 9998:
        raise ValueError(f"Out of range: {text}")
    return text


def is_all_day(value: Json) -> bool:
    return "date" in value


def normal(value: Json) -> Json:
    """An EventDateTime as stored: one of date and dateTime, the latter with its offset. Or ValueError."""
    given = {key: value[key] for key in ("date", "dateTime") if value.get(key) is not None}
    if len(given) != 1:
        raise ValueError("Exactly one of date and dateTime must be given.")
    if "date" in given:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", given["date"]):
            raise ValueError(f"Not a date: {given['date']!r}")
        return {"date": _day(given["date"])}
    name = value.get("timeZone")
    zone = zone_named(name) if name else None
    moment = instant(given["dateTime"], zone)
    stored = {"dateTime": text(moment.astimezone(zone) if zone else moment)}
    return stored | {"timeZone": name} if name else stored


def moment(value: Json, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, of a stored EventDateTime; a date is midnight in `zone`."""
    if "date" in value:
        return midnight(date.fromisoformat(value["date"]), zone).astimezone(UTC)
    return instant(value["dateTime"]).astimezone(UTC)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def shown(value: Json, zone: ZoneInfo) -> Json:
    """A stored EventDateTime as an answer shows it: the same instant, rendered in `zone`."""
    if "date" in value:
        return dict(value)
    return value | {"dateTime": text(instant(value["dateTime"]).astimezone(zone))}


def text(moment: datetime) -> str:
    """RFC 3339 to the second, with Z where the offset is nothing."""
    written = moment.isoformat(timespec="seconds")
    return written.removesuffix("+00:00") + "Z" if written.endswith("+00:00") else written


def stamp(moment: datetime) -> str:
    """`created` and `updated`: UTC with milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
