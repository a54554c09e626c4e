"""What we learned about Google's calendars that no later run should have to ask for: a small JSON file.

Of a calendar, by its identity: ``working_hours`` as its account has them; ``no_focus_time``: why it takes no native
focus time; ``gone``: it was told that there is no such calendar; ``full``: why Google took no more when it was written
last. Of a config: the ``account`` that it was used with, and by which ``sign_in``. Nothing of Google's is imported
here; an unreadable file is nothing known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from blocker.calendars.port import Hours
from blocker.files.private import read_small_text, write_private

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LAST_MINUTE = 24 * 60


def learned(state_dir: Path, what: str) -> Mapping[str, Any]:
    """All that is known of one calendar, or of one config."""
    found = _read(state_dir).get(what, {})
    return found if isinstance(found, dict) else {}


def learn(state_dir: Path, what: str, **facts: object) -> None:
    """Remember facts; None forgets one. Raises OSError."""
    before = _read(state_dir)
    there = {**learned(state_dir, what), **facts}
    kept = {name: value for name, value in there.items() if value is not None}
    if kept != before.get(what, {}):
        write_private(_file(state_dir), json.dumps({**before, what: kept}, indent=1, sort_keys=True))


def hours_in(working_hours: object) -> Hours | None:
    """Google's ``workingHours`` by weekday, in minutes; None if there are none, or they make no sense."""
    if not isinstance(working_hours, Mapping) or working_hours.get("workingHoursEnabled") is not True:
        return None
    hours: dict[int, list[tuple[int, int]]] = {}
    try:
        for period in working_hours["availableTimes"]:
            start, end = int(period["periodStart"]), int(period["periodEnd"])
            if not 0 <= start < end <= _LAST_MINUTE:
                return None
            hours.setdefault(_DAYS.index(period["dayOfWeek"]), []).append((start, end))
    except (KeyError, TypeError, ValueError):
        return None
    return {day: _joined(spans) for day, spans in sorted(hours.items())} or None


def known_hours(state_dir: Path, calendar: str) -> Hours | None:
    """The working hours of the account whose own calendar this is, as they were read last; None where it has none."""
    return hours_in(learned(state_dir, calendar).get("working_hours"))


def _joined(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _file(state_dir: Path) -> Path:
    return state_dir / "google.json"


def _read(state_dir: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        found = json.loads(read_small_text(_file(state_dir)))
        if isinstance(found, dict):
            return found
    return {}
