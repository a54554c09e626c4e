"""Days of a user's life on the Google test server: meetings, daily runs, and a look at what came of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from blocker.calendars.google.marks import is_ours
from blocker.cli import main
from tests.tools.command_line import Said
from tests.tools.google_server import GoogleServer
from tests.tools.google_world import LEAD

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 2)  # on which most of these lives begin


def meeting(day: date, start: str, end: str, title: str = "Meeting", **more: Any) -> dict[str, Any]:
    """A meeting with a colleague, on Berlin's clock."""
    guests = [{"email": LEAD, "responseStatus": "accepted"}, {"email": "ann@example.org"}]
    sides = {
        side: {"dateTime": datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=BERLIN).isoformat()}
        for side, clock in (("start", start), ("end", end))
    }
    return {"summary": title, "attendees": guests, **sides, **more}


def busy_weeks(server: GoogleServer, monday: date = MONDAY - timedelta(weeks=5), weeks: int = 11) -> None:
    """Nine hours of meetings in two mornings and three afternoons: load enough for blocks, and room for them."""
    for number in range(5 * weeks):
        day = monday + timedelta(days=7 * (number // 5) + number % 5)
        for start, end in (("11:00", "12:00"), ("13:30", "15:00"), ("15:00", "16:30")):
            server.put_event("primary", meeting(day, start, end, f"{day:%a} {start}"))


def series_of_weeks(server: GoogleServer, monday: date) -> None:
    """The same as endless series."""
    for start, end in (("11:00", "12:00"), ("13:30", "15:00"), ("15:00", "16:30")):
        body = meeting(
            monday, start, end, f"Daily {start}", recurrence=["RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"]
        )
        for side in ("start", "end"):
            body[side]["timeZone"] = "Europe/Berlin"
        server.put_event("primary", body)


def call(*words: str, now: datetime | str, calendar: str = "google:primary") -> Said:
    """The command line in this process, without a terminal."""
    out, err = StringIO(), StringIO()
    moment = now if isinstance(now, str) else now.isoformat()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["--calendar", calendar, "--now", moment, *words])
    return Said(code, out.getvalue(), err.getvalue())


def document(*words: str, now: datetime | str, code: int = 0) -> Any:
    said = call("--json", *words, now=now)
    assert said.code == code, said
    return json.loads(said.out)


def blocks(server: GoogleServer) -> list[dict[str, Any]]:
    """Our blocks as stored."""
    return [event for event in server.events() if is_ours(event)]


def key(event: dict[str, Any]) -> str:
    return str(event["extendedProperties"]["private"]["blockerKey"])


def others(server: GoogleServer) -> dict[str, str]:
    """Everything else, with its etag: not one of them may change."""
    return {
        event["id"]: event["etag"]
        for event in server.events(deleted=True)
        if not event["id"].startswith("blk0")
    }


def requests_of(server: GoogleServer, work: Callable[[], object]) -> list[str]:
    """The names of the requests that something makes."""
    before = len(server.log)
    work()
    return [entry.name for entry in list(server.log)[before:]]
