"""What is done to the JSON of an event, whatever it means."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from . import times

Json = dict[str, Any]


def differ(name: str, new: Json, old: Json, zone: ZoneInfo) -> bool:
    """Whether a field really changed. A time may come back in the zone in which it was shown."""
    a, b = new.get(name), old.get(name)
    if name in ("start", "end") and a and b:
        return times.is_all_day(a) != times.is_all_day(b) or times.moment(a, zone) != times.moment(b, zone)
    return bool(a != b)


def merged(old: Json, changes: Json) -> Json:
    """Patch semantics."""
    result = dict(old)
    for name, value in changes.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            before = result.get(name)
            result[name] = merged(before if isinstance(before, dict) else {}, value)
        else:
            result[name] = without_nulls(value)
    return result


def without_nulls(value: Any) -> Any:
    """Outside a patch, null means not there."""
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    return value


def with_omitted_guests(body: Json, old: Json) -> Json:
    """`attendeesOmitted` says that the list is not whole: only the own answer counts, the others stay."""
    body = dict(body)
    if not body.pop("attendeesOmitted", False):
        return body
    own = {guest.get("email"): guest for guest in body.get("attendees", ())}
    guests = old.get("attendees", [])
    return body | {"attendees": [own.get(g["email"], g) if g.get("self") else g for g in guests]}


def drop(body: Json, defaults: Json) -> None:
    for name, value in defaults.items():
        if body.get(name) == value:
            del body[name]
