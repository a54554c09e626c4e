"""A calendar account written down as JSON, to start the server with.

    {"email": "lead@example.org", "zone": "Europe/Berlin", "focusTime": true,
     "settings": {"weekStart": "1"},
     "calendars": [
       {"id": "primary", "workingHours": {...}, "events": [{"summary": "Standup", "start": …, "end": …}]},
       {"id": "team@example.org", "zone": "Asia/Kolkata", "accessRole": "reader", "events": []}]}

Everything is optional. The events are as the API shows them, so that a saved list can be pasted in.
"""

from __future__ import annotations

from typing import Any

from .server import GoogleServer

Json = dict[str, Any]


def load(seed: Json, **options: Any) -> GoogleServer:
    """A server, not yet started, that holds what the seed says."""
    zone: str = seed.get("zone", "Europe/Berlin")
    calendars: list[Json] = seed.get("calendars", [])
    primary: Json = next((c for c in calendars if c["id"] in ("primary", seed.get("email"))), {})
    server = GoogleServer(
        email=seed.get("email", "lead@example.org"),
        zone=primary.get("zone", zone),
        working_hours=primary.get("workingHours"),
        focus_time=seed.get("focusTime", True),
        **options,
    )
    server.store.settings |= seed.get("settings", {})
    for calendar in calendars:
        if calendar is not primary:
            server.add_calendar(
                calendar["id"],
                summary=calendar.get("summary"),
                zone=calendar.get("zone", zone),
                access_role=calendar.get("accessRole", "owner"),
                hidden=calendar.get("hidden", False),
            )
        for event in calendar.get("events", []):
            server.put_event(calendar["id"], event)
    return server
