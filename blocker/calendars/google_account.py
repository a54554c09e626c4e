"""What only the account knows, asked for when a person connects or checks, never by a daily run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocker.calendars._google_http import Answered, Pace, Wire
from blocker.calendars.google_auth import api_root, authorized_http, build_service
from blocker.values.errors import Unreadable


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
