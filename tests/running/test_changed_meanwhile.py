"""Somebody changes the calendar while a run writes to it: it reads again, decides again, once, and goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from blocker.cli import main
from blocker.values.errors import PartlyApplied
from tests.tools.command_line import CommandLine, sample
from tests.tools.google_days import blocks, busy_weeks, call, document, key, meeting, others, requests_of
from tests.tools.google_server import GoogleServer, error
from tests.tools.google_server.faults import Entry
from tests.tools.google_world import google_answers

MONDAY = date(2026, 11, 2)
NOW = "2026-11-02T06:30"
LATER = "2026-11-03T06:30"
WEEKS = ("strategic/2026-W46", "strategic/2026-W47")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleServer]:
    """Two blocks that the next run has to move, each hit by a meeting, and no others that it has reason to write."""
    monkeypatch.setenv("BLOCKER_PROTECT", "busy")
    with google_answers(monkeypatch) as running:
        busy_weeks(running)
        call("run", "-y", now=NOW)
        for hit in hits(running):
            running.put_event("primary", meeting(day_of(hit), "09:00", "11:00", "Urgent"))
        before = others(running)
        yield running
        assert before == others(running)


def hits(server: GoogleServer) -> list[dict[str, Any]]:
    """The first block of each of the two weeks."""
    return [next(e for e in blocks(server) if key(e).startswith(week)) for week in WEEKS]


def day_of(event: dict[str, Any]) -> date:
    return date.fromisoformat(event["start"]["dateTime"][:10])


def after_the_first_move(server: GoogleServer, deed: Callable[[], object]) -> None:
    """Let ``deed`` happen once the first of the moves has been answered."""

    def listen(entry: Entry) -> None:
        if entry.name == "events.patch" and entry.status == 200:
            server.log.listener = None
            deed()

    server.log.listener = listen


def at_five(server: GoogleServer, event: dict[str, Any]) -> dict[str, Any]:
    to = meeting(day_of(event), "17:00", "18:30")
    return server.edit("primary", event["id"], {"start": to["start"], "end": to["end"]})


def test_what_a_person_moves_meanwhile_stays_and_the_rest_is_done(server: GoogleServer) -> None:
    first, second = hits(server)
    after_the_first_move(server, lambda: at_five(server, second))
    names = requests_of(server, lambda: call("run", now=LATER))
    assert names == [
        *("events.list", "events.list", "events.patch", "events.patch", "events.get"),
        *("events.list", "events.list"),
    ]
    now = {e["id"]: e for e in blocks(server)}
    assert now[first["id"]]["start"] != first["start"]
    assert "T17:00" in now[second["id"]]["start"]["dateTime"]
    assert requests_of(server, lambda: call("run", now=LATER)) == ["events.list"] * 2


def test_the_answer_tells_what_both_decisions_did(server: GoogleServer) -> None:
    first, second = hits(server)
    after_the_first_move(server, lambda: at_five(server, second))
    done = document("run", now=LATER)
    told = {c["key"]: c for c in done["changes"]}
    assert (told[key(first)]["action"], told[key(first)]["done"]) == ("move", True)
    assert (told[key(second)]["action"], told[key(second)]["pinned"]) == ("keep", True)
    assert done["summary"]["move"] == 1
    assert all(c["error"] is None for c in done["changes"])
    assert len(told) == len(done["changes"])


def test_what_a_person_deletes_meanwhile_is_gone_for_good(server: GoogleServer) -> None:
    _, second = hits(server)
    after_the_first_move(server, lambda: server.remove("primary", second["id"]))
    done = document("run", now=LATER)
    assert [c["key"] for c in done["changes"] if c["action"] == "tombstone"] == [key(second)]
    assert key(second) not in {key(e) for e in blocks(server)}


def test_a_deletion_found_by_the_first_decision_is_told_too(server: GoogleServer) -> None:
    _, second = hits(server)
    gone = next(e for e in blocks(server) if key(e).startswith("strategic/2026-W48"))
    server.remove("primary", gone["id"])
    after_the_first_move(server, lambda: at_five(server, second))
    said = call("run", now=LATER)
    assert said.code == 0
    assert said.out.count("you deleted it; it will not come back") == 1


def test_a_second_change_meanwhile_is_exit_3_and_the_next_run_completes_it(server: GoogleServer) -> None:
    _, second = hits(server)
    refuse = error(412, "conditionNotMet")
    after_the_first_move(server, lambda: server.faults.next(refuse, on="events.patch", times=4))
    said = call("run", now=LATER)
    assert said.code == PartlyApplied.exit_code
    assert server.faults.pending == 0
    assert call("run", now=LATER).code == 0
    moved = next(e for e in blocks(server) if e["id"] == second["id"])
    assert moved["start"] != second["start"]


def test_a_calendar_that_falls_silent_at_the_second_look_is_exit_3(server: GoogleServer) -> None:
    first, second = hits(server)

    def deed() -> None:
        at_five(server, second)
        server.faults.next(error(503, "backendError"), on="events.list", times=99)

    after_the_first_move(server, deed)
    said = call("run", now=LATER)
    assert said.code == PartlyApplied.exit_code
    assert "1 of 2 changes" in said.err
    assert "run again" in said.err
    server.faults.clear()
    assert call("run", now=LATER).code == 0
    assert next(e for e in blocks(server) if e["id"] == first["id"])["start"] != first["start"]


def test_undo_takes_back_what_both_decisions_did(server: GoogleServer) -> None:
    first, second = hits(server)
    after_the_first_move(server, lambda: server.faults.next(error(412, "conditionNotMet"), on="events.patch"))
    assert call("run", now=LATER).code == 0
    moved = {e["id"]: e["start"] for e in blocks(server)}
    assert moved[first["id"]] != first["start"]
    assert moved[second["id"]] != second["start"]
    assert call("undo", now=LATER).code == 0
    back = {e["id"]: e["start"] for e in blocks(server)}
    assert back[first["id"]] == first["start"]
    assert back[second["id"]] == second["start"]


def test_skipping_a_week_reads_again_too(server: GoogleServer) -> None:
    _, second = hits(server)
    server.faults.next(error(412, "conditionNotMet"), on="events.delete")
    assert call("skip", "2026-W47", now=LATER).code == 0
    assert second["id"] not in {e["id"] for e in blocks(server)}
    assert server.faults.pending == 0


class Overheard(StringIO):
    """What a command says, and something that happens when it has said a word for the first time."""

    def __init__(self, word: str, deed: Callable[[], object]) -> None:
        super().__init__()
        self.word, self.deed, self.heard = word, deed, False

    def write(self, text: str) -> int:
        if self.word in text and not self.heard:
            self.heard = True
            self.deed()
        return super().write(text)


def test_a_file_that_another_program_writes_meanwhile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine(capsys, sample(tmp_path), NOW)
    theirs = (
        b"BEGIN:VEVENT\r\nUID:theirs\r\nDTSTART:20261127T070000Z\r\nDTEND:20261127T073000Z\r\nEND:VEVENT\r\n"
    )
    end = b"END:VCALENDAR\r\n"
    before = cli.content
    assert before.endswith(end)
    planned = {c["key"] for c in cli.document("plan")["changes"] if c["action"] == "create"}

    def meanwhile() -> None:
        cli.calendar.write_bytes(cli.content.removesuffix(end) + theirs + end)

    said = Overheard("new: ", meanwhile)
    with redirect_stderr(said), redirect_stdout(StringIO()):
        code = main(["--calendar", f"ics:{cli.calendar}", "--now", NOW, "-v", "run", "-y"])
    assert said.heard
    assert code == 0, said.getvalue()
    assert "reading it again" in said.getvalue()
    assert {c["key"] for c in cli.document("plan")["changes"] if c["action"] == "keep"} == planned
    assert cli.content.count(b"BEGIN:VEVENT") == before.count(b"BEGIN:VEVENT") + 1 + len(planned)
    assert cli.call("undo").code == 0
    assert cli.content == before.removesuffix(end) + theirs + end
