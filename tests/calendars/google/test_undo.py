"""``undo`` on Google: after a command and ``undo``, every event is what it was, whatever was said and edited before."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest

from blocker.calendars.google.calendar import GoogleCalendar
from blocker.values.errors import Unreachable
from blocker.values.events import Ref
from tests.tools.google_days import BERLIN, MONDAY, blocks, call, key, meeting
from tests.tools.google_server import GoogleServer

pytestmark = pytest.mark.usefixtures("busy")

COMMANDS = (
    ("run", "-y"), ("run", "-y"), ("rebalance", "this", "-y"), ("rebalance", "next", "-y"),
    ("skip", "next"), ("skip", "2026-W47"), ("skip", "2026-W48"),
)  # fmt: skip
SILENT = (("busy", "6", "next"), ("busy", "0", "next"), ("park", "Why?"), ("parked", "done", "1"), ("pause", "--until", "2026-11-20"), ("resume",))  # fmt: skip
CONFIGS = ("", 'protect = "graded"\n', 'protect = "decline"\n', 'shift = "inside"\n', '[blocks.strategic]\ncolor = "sage"\nvisibility = "private"\n')  # fmt: skip
PASSING = (
    "id",
    "etag",
    "updated",
    "created",
    "sequence",
    "iCalUID",
    "htmlLink",
)  # an event made again has others


def shown(server: GoogleServer) -> dict[str, dict[str, Any]]:
    """Each block as a person sees it, by its key."""
    return {key(e): {name: value for name, value in e.items() if name not in PASSING} for e in blocks(server)}


class Person:
    """Says things to the program and edits the calendar, as the dice fall."""

    def __init__(self, server: GoogleServer, config: Path, seed: int) -> None:
        self.server, self.config, self.dice = server, config, Random(seed)
        self.now = datetime(2026, 11, 2, 6, 30, tzinfo=BERLIN)
        self.log: list[str] = []

    def call(self, *words: str) -> int:
        said = call(*words, now=self.now)
        assert said.code in (0, 2, 3), (said, self.log)
        self.log.append(f"{words} {said.code}")
        return said.code

    def edit(self) -> None:
        there = blocks(self.server)
        what = self.dice.choice(["meeting", "title", "move", "delete", "colour", "reminder", "note"])
        self.log.append(what)
        if what == "meeting":
            day = MONDAY + timedelta(days=self.dice.randrange(25))
            self.server.put_event("primary", meeting(day, "09:00", "11:00", "New"))
        elif there:
            one = self.dice.choice(there)
            if what == "delete":
                self.server.remove("primary", one["id"])
                return
            change: dict[str, Any] = {
                "title": {"summary": "Mine"},
                "colour": {"colorId": "11", "visibility": "public"},
                "reminder": {"reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 5}]}},
                "note": {"description": "My note\n\n" + one.get("description", "")},
                "move": {side: meeting(MONDAY + timedelta(days=11), "17:00", "18:30")[side] for side in ("start", "end")},
            }[what]  # fmt: skip
            self.server.edit("primary", one["id"], change)

    def live(self, steps: int) -> None:
        for _ in range(steps):
            self.dice.choice([self.say, self.say, self.edit, self.wait, self.set_up])()
            before = shown(self.server)
            written = [e["etag"] for e in blocks(self.server)]
            self.call(*self.dice.choice(COMMANDS))
            if [e["etag"] for e in blocks(self.server)] != written and self.dice.random() < 0.6:
                assert self.call("undo") == 0, self.log
                assert shown(self.server) == before, self.log

    def say(self) -> None:
        self.call(*self.dice.choice(SILENT))

    def wait(self) -> None:
        self.now += timedelta(days=self.dice.randrange(1, 4))

    def set_up(self) -> None:
        self.config.write_text(self.dice.choice(CONFIGS))


@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(n, marks=pytest.mark.long) for n in range(3, 30))])
def test_undo_gives_back_every_event(
    server: GoogleServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    config = tmp_path / "config.toml"
    config.write_text("")
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    person = Person(server, config, seed)
    person.live(12)
    person.call("leave", "--remove", "-y")
    assert [key(e) for e in blocks(server) if begins(e) > person.now] == []


def begins(event: dict[str, Any]) -> datetime:
    side = event["start"]
    if "date" in side:
        return datetime.fromisoformat(side["date"]).replace(tzinfo=BERLIN)
    return datetime.fromisoformat(side["dateTime"])


def test_an_undo_that_is_cut_short_goes_on(server: GoogleServer, monkeypatch: pytest.MonkeyPatch) -> None:
    delete, calls = GoogleCalendar.delete, count(1)

    def failing(self: GoogleCalendar, ref: Ref) -> None:
        if next(calls) % 3 == 0:
            raise Unreachable("Google does not answer", "try again later")
        delete(self, ref)

    monkeypatch.setattr(GoogleCalendar, "delete", failing)
    now = datetime(2026, 11, 2, 6, 30, tzinfo=BERLIN)
    call("run", "-y", now=now)
    assert len(blocks(server)) > 3
    for _ in range(2):
        said = call("undo", now=now)
        assert said.code == 3, said
        assert "blocker undo goes on with the others" in said.err
    monkeypatch.setattr(GoogleCalendar, "delete", delete)
    assert len(blocks(server)) > 0
    assert call("undo", now=now).code == 0
    assert blocks(server) == []
    assert "nothing to undo" in call("undo", now=now).out
