"""A Calendar API v3 server for tests: real HTTP on loopback, driven by the unmodified official client.

    with GoogleServer() as server, connected(server) as service:
        server.put_event("primary", {"summary": "Standup", "start": {...}, "end": {...}})
        service.events().list(calendarId="primary").execute()
        assert server.log.count("events.list") == 1

By hand: `python -m tests.tools.google_server --port 8765 --seed FILE.json`.

Where to look: `server` (HTTP, and the Python side for tests), `api` (the methods), `store` (writes),
`listing` and `recurrence` (reads), `view` (how an event looks), `rules` (what an event must be), `fields`
(partial responses), `faults` (what goes wrong, and the log), `auth`, `batch`, `discovery` (the document
that all of it is held against). Where Google's behaviour is not documented, the server takes the choice
that is hardest on its client, or offers both.
"""

from .client import connected, credentials, every_item, refusal
from .errors import ApiError
from .faults import (
    Entry,
    Fault,
    backend_error,
    cut,
    drop,
    error,
    forbidden,
    rate_limited,
    slow,
    truncated,
    unauthorized,
)
from .seed import load
from .server import GoogleServer
from .times import TickingClock

__all__ = [
    "ApiError",
    "Entry",
    "Fault",
    "GoogleServer",
    "TickingClock",
    "backend_error",
    "connected",
    "credentials",
    "cut",
    "drop",
    "error",
    "every_item",
    "forbidden",
    "load",
    "rate_limited",
    "refusal",
    "slow",
    "truncated",
    "unauthorized",
]
