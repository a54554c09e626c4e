"""What we learned about a Google calendar that no later run should have to ask for: a small JSON file.

``working_hours`` as the account has them, and ``no_focus_time``: why it takes no native focus time.
Nothing of Google's is imported here; an unreadable file is nothing known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from blocker.calendars.google.sign_in import api_root, authorized_http, build_service
from blocker.calendars.google.wire import Answered, Pace, Wire
from blocker.files.private import read_small_text, write_private
from blocker.values.errors import Unreadable

Hours = Mapping[int, tuple[tuple[int, int], ...]]
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PRIMARY = "google:primary"
_LAST_MINUTE = 24 * 60


def learned(state_dir: Path, address: str) -> Mapping[str, Any]:
    """All that is known of one calendar."""
    found = _read(state_dir).get(address, {})
    return found if isinstance(found, dict) else {}


def learn(state_dir: Path, address: str, **facts: object) -> None:
    """Remember facts of a calendar; None forgets one. Raises OSError."""
    before = _read(state_dir)
    there = {**learned(state_dir, address), **facts}
    kept = {name: value for name, value in there.items() if value is not None}
    if kept != before.get(address, {}):
        write_private(_file(state_dir), json.dumps({**before, address: kept}, indent=1, sort_keys=True))


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


def known_hours(state_dir: Path) -> Hours | None:
    """The working hours of the account as they were read last; None where it has none."""
    return hours_in(learned(state_dir, PRIMARY).get("working_hours"))


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


def working_hours(environ: Mapping[str, str], pace: Pace | None = None) -> Mapping[str, Any] | None:
    """The ``workingHours`` of the user's primary calendar as Google has them; None where it has none.

    Raises SignInNeeded if the sign-in does not allow it, Unreachable or Unreadable.
    """
    root = api_root(environ)
    http = authorized_http(environ, or_anonymous=root is not None)
    wire = Wire(http, pace or Pace())
    try:
        request = build_service(root, http).calendars().get(calendarId="primary", fields="workingHours")
        found = wire.send(request).get("workingHours")
    except Answered as answer:
        raise Unreadable(f"Google won't show the working hours: {answer}") from answer
    finally:
        wire.close()
    return found if isinstance(found, Mapping) else None
