"""A person edits blocks on Google in every way its clients can; the next runs respect it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from blocker.values.fingerprint import parts_of_text
from tests.tools.google_days import blocks, call, key
from tests.tools.google_server import GoogleServer

pytestmark = pytest.mark.usefixtures("busy")

DAYS = ("2026-11-02T06:30", "2026-11-02T09:30", "2026-11-03T06:30")
NOTE = "My note 🤔"
Json = dict[str, Any]


def shifted(event: Json, start: timedelta, end: timedelta) -> Json:
    """Both sides moved; an all-day entry by whole days."""

    def side(name: str, by: timedelta) -> Json:
        there = event[name]
        if "date" in there:
            return {"date": str(date.fromisoformat(there["date"]) + (timedelta(days=1) if by else by))}
        moved = datetime.fromisoformat(there["dateTime"]) + by
        return {"dateTime": moved.isoformat(), "timeZone": there.get("timeZone", "UTC")}

    return {"start": side("start", start), "end": side("end", end)}


def all_day(event: Json) -> Json:
    day = event["start"].get("dateTime", event["start"].get("date"))[:10]
    after = str(date.fromisoformat(day) + timedelta(days=1))
    return {
        name: {"date": value, "dateTime": None, "timeZone": None}
        for name, value in (("start", day), ("end", after))
    }


def in_another_zone(event: Json) -> Json:
    if "date" in event["start"]:
        return {}
    return {
        name: {"dateTime": event[name]["dateTime"], "timeZone": "America/New_York"}
        for name in ("start", "end")
    }


HOUR = timedelta(hours=1)
EDITS: dict[str, Callable[[Json], Json]] = {
    "title": lambda e: {"summary": "Mine"},
    "no title": lambda e: {"summary": ""},
    "text": lambda e: {"description": NOTE},
    "no text": lambda e: {"description": ""},
    "note above": lambda e: {"description": f"{NOTE}\n\n{e['description']}"},
    "note below": lambda e: {"description": f"{e['description']}\n\n{NOTE}"},
    "html": lambda e: {"description": "<p>" + e["description"].replace("\n", "<br>") + f"<b>{NOTE}</b></p>"},
    "colour": lambda e: {"colorId": "11"},
    "private": lambda e: {"visibility": "private"},
    "place": lambda e: {"location": "The garden"},
    "reminder": lambda e: {"reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 9}]}},
    "free": lambda e: {"transparency": "transparent"},
    "tentative": lambda e: {"status": "tentative"},
    "later": lambda e: shifted(e, HOUR, HOUR),
    "longer": lambda e: shifted(e, 0 * HOUR, HOUR),
    "a week later": lambda e: shifted(e, 168 * HOUR, 168 * HOUR),
    "all day": all_day,
    "in another zone": in_another_zone,
    "a guest": lambda e: {"attendees": [{"email": "guest@example.org"}]},
    "weekly": lambda e: {"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"]},
}  # fmt: skip
OURS_TO_REFRESH = ("note above", "note below")  # the section in the text may change, and nothing else


def as_seen(event: Json) -> Json:
    return {name: value for name, value in event.items() if name not in ("etag", "updated", "sequence")}


def overlap(one: Json, other: Json) -> bool:
    """True for another event that shares time with this one."""
    if one["id"] == other["id"] or "date" in one["start"] or "date" in other["start"]:
        return False
    low, high, start, end = (
        datetime.fromisoformat(event[side]["dateTime"]) for event in (one, other) for side in ("start", "end")
    )
    return start < high and low < end


def check(name: str, mine: Json, now: Json | None) -> None:
    assert now is not None, f"taken away after {name}"
    changed = {part for part in {*mine, *now} if mine.get(part) != now.get(part)}
    touched = set() if name == "in another zone" else set(EDITS[name](mine))  # the same instants are no move
    assert not changed & (touched - {"description"}), f"{name}: {changed}"
    if name in OURS_TO_REFRESH:
        assert parts_of_text(now["description"])[0] == parts_of_text(mine["description"])[0]
    elif "description" in touched:
        assert now.get("description") == mine.get("description"), name
    assert changed <= {"description", "extendedProperties", "start", "end"}, f"{name}: {changed}"
    if touched & {"start", "end", "attendees", "recurrence"}:
        assert not changed & {"start", "end"}, name


@pytest.mark.parametrize("turn", range(3))
def test_every_edit_is_respected(server: GoogleServer, turn: int) -> None:
    call("run", "-y", now=DAYS[0])
    names = list(EDITS)
    there = sorted(blocks(server), key=key)
    assert len(there) >= 10
    edited: dict[str, str] = {}
    for number, event in enumerate(there):
        name = names[(number + turn * len(names) // 3) % len(names)]
        edited[event["id"]] = name
        server.edit("primary", event["id"], EDITS[name](event))
    mine = {e["id"]: as_seen(e) for e in server.events() if e["id"] in edited}
    for now in DAYS:
        said = call("run", now=now)
        assert said.code == 0, said
        found = {e["id"]: as_seen(e) for e in server.events()}
        for identity, name in edited.items():
            if identity not in found and name == "in another zone":
                # That is no edit: it yields to what was put on it, and a note goes with the half day it is about.
                note = "date" in mine[identity]["start"]
                assert note or any(overlap(mine[identity], other) for other in mine.values()), name
                continue
            check(name, mine[identity], found.get(identity))


def test_a_copy_and_a_move_to_another_calendar(server: GoogleServer) -> None:
    """A copy carries the mark with it, under an id of its own."""
    call("run", "-y", now=DAYS[0])
    server.add_calendar("private@group.calendar.google.com")
    one, two = sorted((e for e in blocks(server) if "dateTime" in e["start"]), key=key)[-2:]
    body = {n: one[n] for n in ("summary", "description", "extendedProperties", "transparency") if n in one}
    body |= shifted(one, 24 * HOUR, 24 * HOUR)
    copy = server.put_event("primary", body)
    other = server.put_event(
        "private@group.calendar.google.com", {n: two[n] for n in (*body, "start", "end") if n in two}
    )
    server.remove("primary", two["id"])
    for now in DAYS:
        assert call("run", now=now).code == 0
        there = {e["id"]: e["etag"] for e in server.events()}
        assert there[copy["id"]] == copy["etag"]
        assert one["id"] in there
        assert key(two) not in [key(e) for e in blocks(server)]
        away = server.events("private@group.calendar.google.com")
        assert [e["etag"] for e in away] == [other["etag"]]
