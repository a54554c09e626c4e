"""Instances of recurring events: what `singleEvents=true` and `events.instances` show.

A series is expanded on the wall clock of its own zone, so a meeting at nine stays at nine over a change to
summer time. An instance is known by its original start, which is also the end of its id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import Any

from dateutil.rrule import rrule, rruleset, rrulestr

from .times import instant, is_all_day, text, zone_named

Json = dict[str, Any]

_LINE = re.compile(r"(RRULE|EXRULE|RDATE|EXDATE)((?:;[^:]*)?):(.+)", re.IGNORECASE)


def rules(master: Json) -> rruleset:
    """The recurrence of a stored event. ValueError if a line cannot be read."""
    first = _wall_clock(master["start"])
    found = rruleset()
    names = set()
    for line in master["recurrence"]:
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"Not an RRULE, EXRULE, RDATE or EXDATE line: {line!r}")
        name, parameters, value = match[1].upper(), match[2].upper(), match[3]
        names.add(name)
        if name in ("RRULE", "EXRULE"):
            (found.rrule if name == "RRULE" else found.exrule)(_rule(value, first))
        elif "VALUE=PERIOD" in parameters:
            raise ValueError(f"Periods are not served here: {line!r}")
        else:
            zone = re.search(r";TZID=([^;:]+)", match[2], re.IGNORECASE)
            for item in value.split(","):
                (found.rdate if name == "RDATE" else found.exdate)(
                    _listed(item, first, zone[1] if zone else None)
                )
    if "RRULE" not in names:
        found.rdate(first)
    return found


def _wall_clock(start: Json) -> datetime:
    """Where a series starts: aware, in its own zone, or naive midnight for an all-day one."""
    if is_all_day(start):
        return datetime.combine(date.fromisoformat(start["date"]), time())
    return instant(start["dateTime"]).astimezone(zone_named(start["timeZone"]))


def _rule(value: str, first: datetime) -> rrule:
    """One RRULE. UNTIL may be a date, the whole of it; dateutil wants UTC for timed, none for all-day."""
    until = re.search(r"UNTIL=(\d{8})(T\d{6}Z?)?", value, re.IGNORECASE)
    if until:
        day, clock = until[1], until[2]
        if first.tzinfo is None:
            end = f"{day}T000000"
        elif clock is None:
            last = datetime.fromisoformat(f"{day}T235959").replace(tzinfo=first.tzinfo)
            end = f"{last.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        else:
            end = day + clock.rstrip("Zz").upper() + "Z"
        value = value.replace(until[0], f"UNTIL={end}")
    if "FREQ=" not in value.upper():
        raise ValueError(f"FREQ is missing: {value!r}")
    rule = rrulestr(f"RRULE:{value}", dtstart=first)
    assert isinstance(rule, rrule)
    return rule


def _listed(item: str, first: datetime, zone: str | None) -> datetime:
    """One RDATE or EXDATE item, on the series' own clock."""
    if first.tzinfo is None:
        return datetime.fromisoformat(item[:8])
    when = datetime.fromisoformat(item.upper())
    if len(item) == 8:
        return datetime.combine(when, first.timetz())
    source = when.tzinfo or (zone_named(zone) if zone else first.tzinfo)
    return when.replace(tzinfo=source).astimezone(first.tzinfo)


def instances(master: Json, after: datetime | None = None) -> Iterator[Json]:
    """Instances by original start, from the first that may end after the instant; maybe endless."""
    starts: Iterator[datetime] = iter(rules(master))
    length = _length(master)
    if after is not None:
        # Two days more than the length cover every offset and every zone in which a date can be read.
        early = after.astimezone(UTC).replace(tzinfo=None) - length - timedelta(days=2)
        starts = (start for start in starts if start.replace(tzinfo=None) >= early)
    body = deepcopy({name: value for name, value in master.items() if name != "recurrence"})
    return (_instance(body, start, length) for start in starts)


def instance_by_id(master: Json, event_id: str) -> Json | None:
    """The instance of that id, if the series has it."""
    form = r"\d{8}" if is_all_day(master["start"]) else r"\d{8}T\d{6}Z"
    original = event_id.rpartition("_")[2]
    if not re.fullmatch(form, original):
        return None
    wanted = datetime.fromisoformat(original)
    for start in takewhile(lambda start: start <= wanted, rules(master)):
        if start == wanted:
            body = deepcopy({name: value for name, value in master.items() if name != "recurrence"})
            return _instance(body, start, _length(master))
    return None


def _length(master: Json) -> timedelta:
    return _wall_clock_end(master) - _wall_clock(master["start"])


def _wall_clock_end(master: Json) -> datetime:
    if is_all_day(master["end"]):
        return datetime.combine(date.fromisoformat(master["end"]["date"]), time())
    return instant(master["end"]["dateTime"]).astimezone(UTC)


def _instance(master: Json, start: datetime, length: timedelta) -> Json:
    """One instance as it would be stored if it were an event of its own; its inner values are the series'."""
    body = dict(master)
    if start.tzinfo is None:
        body["id"] = f"{master['id']}_{start:%Y%m%d}"
        body["start"] = {"date": start.date().isoformat()}
        body["end"] = {"date": (start + length).date().isoformat()}
    else:
        begin = start.astimezone(
            UTC
        )  # elapsed time, not wall clock: adding to a zoned time would ignore the offset
        zone = zone_named(master["end"].get("timeZone") or master["start"]["timeZone"])
        body["id"] = f"{master['id']}_{begin:%Y%m%dT%H%M%SZ}"
        body["start"] = master["start"] | {"dateTime": text(begin.astimezone(start.tzinfo))}
        body["end"] = master["end"] | {"dateTime": text((begin + length).astimezone(zone))}
    body["recurringEventId"] = master["id"]
    body["originalStartTime"] = dict(body["start"])
    return body
