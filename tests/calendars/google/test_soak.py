"""A year of daily runs, one request in ten failing, processes killed, and a person who edits the calendar.

Whatever happens: one event at most for each key, nothing of the person's changed, nothing deleted comes
back, nothing moved moves again; and once the weather clears, exactly the wanted blocks stand.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from blocker.calendars.google.marks import is_ours
from blocker.calendars.google.wire import Wire
from blocker.values.errors import PartlyApplied, Temporary
from tests.tools.google_days import BERLIN, blocks, call, document, key, meeting, others, series_of_weeks
from tests.tools.google_server import GoogleServer
from tests.tools.google_server.faults import PASSING
from tests.tools.google_world import google_answers

FIRST = date(2026, 1, 5)
FAULT_RATE = 0.1
KILL_RATE = 0.01  # of the requests: half of them before the request is sent, half after
PASSING_EXITS = {0, PartlyApplied.exit_code, Temporary.exit_code}


class Killed(BaseException):
    """The process ended here."""


class Year:
    """The calendar, the person, and what must hold of both."""

    def __init__(self, server: GoogleServer, seed: int) -> None:
        self.server, self.dice = server, random.Random(seed)
        self.deleted: set[str] = set()
        self.pinned: dict[str, tuple[Any, Any]] = {}
        self.titles: dict[str, str] = {}
        self.theirs = others(server)
        self.exits: Counter[int | str] = Counter()

    def person(self, day: date) -> None:
        """On most days nothing; else one of the things that people do."""
        ahead = [e for e in blocks(self.server) if "dateTime" in e["start"] and start(e).date() > day]
        what = self.dice.choice(
            ("nothing", "nothing", "nothing", "delete", "move", "retitle", "meet", "meet", "cancel")
        )
        if what == "meet" or not ahead:
            on = start(self.dice.choice(ahead)).date() if ahead else day + timedelta(days=2)
            self.server.put_event("primary", meeting(on, "09:00", "10:30", "Something urgent"))
        elif what == "delete":
            gone = self.dice.choice(ahead)
            self.server.remove("primary", gone["id"])
            self.deleted.add(key(gone))
            self.pinned.pop(gone["id"], None)
        elif what == "move":
            moved = self.dice.choice(ahead)
            to = meeting(start(moved).date(), "17:00", "18:30")
            self.server.edit("primary", moved["id"], {"start": to["start"], "end": to["end"]})
            self.pinned[moved["id"]] = (start(to), stamp(to["end"]))
        elif what == "retitle":
            edited = self.dice.choice(ahead)
            self.titles[edited["id"]] = f"My time {day}"
            self.server.edit("primary", edited["id"], {"summary": self.titles[edited["id"]]})
        elif what == "cancel":
            urgent = [e for e in self.server.events() if e.get("summary") == "Something urgent"]
            if urgent:
                self.server.remove("primary", self.dice.choice(urgent)["id"])
        self.theirs = others(self.server)

    def run(self, day: date, *more: str) -> None:
        try:
            said = call("run", *more, now=f"{day}T06:30")
        except Killed:
            self.exits["killed"] += 1
        else:
            assert said.code in PASSING_EXITS, said
            self.exits[said.code] += 1

    def check(self) -> None:
        there = blocks(self.server)
        twice = [name for name, count in Counter(key(e) for e in there).items() if count > 1]
        assert twice == []
        assert self.theirs == others(self.server)
        assert self.deleted.isdisjoint(key(e) for e in there)
        by_id = {e["id"]: e for e in there}
        for event_id, slot in self.pinned.items():
            assert (start(by_id[event_id]), stamp(by_id[event_id]["end"])) == slot
        for event_id, title in self.titles.items():
            assert event_id not in by_id or by_id[event_id]["summary"] == title


def start(event: dict[str, Any]) -> datetime:
    return stamp(event["start"])


def stamp(side: dict[str, str]) -> datetime:
    return datetime.fromisoformat(side["dateTime"]).astimezone(BERLIN)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleServer]:
    clock = datetime(2026, 1, 1, tzinfo=UTC)
    with google_answers(monkeypatch, page_size=400, empty_pages=True, clock=lambda: clock) as running:
        series_of_weeks(running, FIRST - timedelta(weeks=14))
        yield running


def soak(server: GoogleServer, monkeypatch: pytest.MonkeyPatch, days: int, seed: int) -> Year:
    year = Year(server, seed)
    send = Wire.send

    def mortal(self: Wire, *asked: Any) -> Any:
        fate = year.dice.random()
        if fate < KILL_RATE / 2:
            raise Killed
        answer = send(self, *asked)
        if fate > 1 - KILL_RATE / 2:
            raise Killed
        return answer

    monkeypatch.setattr(Wire, "send", mortal)
    server.faults.random(FAULT_RATE, seed, PASSING)
    for number in range(days):
        day = FIRST + timedelta(days=number)
        year.run(day, "-y")
        year.check()
        year.person(day)
    server.faults.clear()
    monkeypatch.setattr(Wire, "send", send)
    last = FIRST + timedelta(days=days)
    for _ in range(3):  # two moves a run: what is in the way of several blocks takes several runs
        year.run(last, "-y")
        year.check()
    now = f"{last}T06:30"
    done = document("run", now=now)
    assert done["summary"] | {"keep": 0, "unplaced": 0} == dict.fromkeys(done["summary"], 0)
    wanted = {c["key"] for c in done["changes"] if c["action"] == "keep"}
    assert {key(e) for e in blocks(server)} == wanted
    before = len(server.log)
    assert call("run", now=now).code == 0
    assert [e.name for e in list(server.log)[before:] if "pageToken" not in e.query] == ["events.list"] * 2
    struck = sum(entry.fault is not None for entry in server.log)
    assert struck > len(server.log) * FAULT_RATE / 2
    assert all(is_ours(e) for e in server.events() if e["id"].startswith("blk0"))
    return year


def test_weeks_of_runs_in_bad_weather(server: GoogleServer, monkeypatch: pytest.MonkeyPatch) -> None:
    year = soak(server, monkeypatch, days=20, seed=1)
    assert year.exits[0] > 12


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_year_of_runs_in_bad_weather(
    server: GoogleServer, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    year = soak(server, monkeypatch, days=365, seed=seed)
    assert year.exits[0] > 300
    assert year.deleted
    assert year.pinned
