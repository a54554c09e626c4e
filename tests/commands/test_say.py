"""The person's say, through the command line, on a real file."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from blocker.ledger.ledger import open_ledger
from blocker.ledger.runs import CHECKPOINTS
from blocker.values.plan import Change
from tests.tools.calendars_by_hand import MONDAY, at, slot
from tests.tools.command_line import CommandLine, sample

NOW = "2026-11-02T06:30"


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys, sample(tmp_path), NOW)


def standing(cli: CommandLine, prefix: str = "") -> set[str]:
    changes = cli.document("plan")["changes"]
    return {c["key"] for c in changes if c["action"] in ("keep", "adopt") and c["key"].startswith(prefix)}


def test_undo_takes_back_a_run_to_the_byte_and_the_next_run_does_not_repeat_it(cli: CommandLine) -> None:
    before = cli.content
    cli.call("run", "-y")
    assert cli.content != before
    assert cli.call("undo").code == 0
    assert cli.content == before
    assert cli.call("run").code == 0
    assert cli.content == before


def test_undo_tells_programs_what_became_of_each_block(cli: CommandLine) -> None:
    made = {c["key"] for c in cli.document("run", "-y")["changes"] if c["action"] == "create"}
    cli.calendar.write_bytes(cli.content.replace(b"SUMMARY:Think:", b"SUMMARY:My", 1))
    document = cli.document("undo", code=3)
    assert {one["key"] for one in (*document["undone"], *document["left"])} == made
    assert {one["action"] for one in (*document["undone"], *document["left"])} == {"create"}
    (left,) = (one["words"] for one in document["left"])
    assert left.endswith(": left as it is, because you changed it since")
    assert all(one["words"].endswith(": removed") for one in document["undone"])
    assert all(re.match(r"\w{3} \d+ \w{3}, ", one["words"]) for one in document["undone"])


def test_undo_goes_back_run_by_run(cli: CommandLine) -> None:
    contents = [cli.content]
    for words in (("run", "-y"), ("skip", "2026-W46"), ("rebalance", "2026-W47", "-y"), ("skip", "2026-W48")):
        cli.call(*words)
        if cli.content != contents[-1]:
            contents.append(cli.content)
    assert len(contents) >= 3
    for content in reversed(contents[:-1]):
        assert cli.call("undo").code == 0
        assert cli.content == content
    assert "nothing to undo" in cli.call("undo").out


def test_what_another_calendar_did_since_takes_no_undo_away(tmp_path: Path) -> None:
    change = Change("create", "strategic/2026-W45/1", "strategic", slot(MONDAY, "09:00", "11:00"))
    with open_ledger(tmp_path, "ics:/mine") as mine, open_ledger(tmp_path, "ics:/other") as other:
        for ledger, runs in ((mine, CHECKPOINTS + 1), (other, CHECKPOINTS + 1)):
            for n in range(runs):
                run = ledger.runs.begin("run", at(MONDAY, "06:30"))
                ledger.runs.record_intent(run, 0, change)
                ledger.runs.record_outcome(run, 0, None)
                ledger.runs.keep_checkpoint(run, f"before {n}".encode())
        kept = []
        while (last := mine.runs.last()) is not None:
            kept.append(last.before)
            mine.runs.mark_undone(last.id, "")
        assert kept == [f"before {n}".encode() for n in range(CHECKPOINTS, 0, -1)] + [None]


def test_undo_leaves_what_a_person_changed_since_and_says_so(cli: CommandLine) -> None:
    cli.call("run", "-y")
    block = next(c for c in cli.document("plan")["changes"] if c["kind"] == "strategic")
    text = cli.content.decode()
    title = block["title"]
    cli.calendar.write_bytes(text.replace(f"SUMMARY:{title}", "SUMMARY:My own hour", 1).encode())
    said = cli.call("undo")
    assert said.code == 3
    assert "you changed it since" in said.out
    assert cli.content.count(b"X-BLOCKER-KEY") == 1
    assert b"SUMMARY:My own hour" in cli.content


def test_skipping_a_week_takes_its_blocks_away_and_books_nothing_for_it(cli: CommandLine) -> None:
    cli.call("run", "-y")
    assert standing(cli, "strategic/2026-W46")
    assert cli.call("skip", "2026-W46").code == 0
    assert not standing(cli, "strategic/2026-W46")
    after = cli.content
    cli.call("run")
    assert cli.content == after
    week = next(w for w in cli.document("plan")["weeks"] if w["week"] == "2026-W46")
    assert week["floor"] == "skipped"


def test_a_skipped_block_goes_although_a_meeting_lies_on_it(cli: CommandLine) -> None:
    cli.call("run", "-y")
    block = next(c for c in cli.document("plan")["changes"] if c["key"].startswith("strategic/2026-W46"))
    start, end = (datetime.fromisoformat(block[side]).astimezone(UTC) for side in ("start", "end"))
    meeting = f"BEGIN:VEVENT\r\nUID:urgent\r\nDTSTART:{start:%Y%m%dT%H%M%SZ}\r\nDTEND:{end:%Y%m%dT%H%M%SZ}\r\nEND:VEVENT\r\n"
    cli.calendar.write_bytes(cli.content.replace(b"END:VCALENDAR", f"{meeting}END:VCALENDAR".encode()))
    assert cli.call("skip", "2026-W46").code == 0
    assert b"X-BLOCKER-KEY:strategic/2026-W46" not in cli.content


def test_skipping_one_block_leaves_the_others(cli: CommandLine) -> None:
    cli.call("run", "-y")
    before = standing(cli)
    key = min(k for k in before if k.startswith("strategic/2026-W46"))
    cli.call("skip", key)
    assert standing(cli) == before - {key}


def test_skipping_what_is_not_there_says_what_is(cli: CommandLine) -> None:
    said = cli.call("skip", "strategic/2026-W01/9")
    assert said.code == 2
    assert "there is no block strategic/2026-W01/9" in said.err


def test_a_pause_books_nothing_and_leaves_what_stands(cli: CommandLine) -> None:
    before = cli.content
    cli.call("pause", "--until", "2027-06-30")
    cli.call("run", "-y")
    assert cli.content == before
    assert {w["floor"] for w in cli.document("plan")["weeks"]} <= {"paused", "none"}
    cli.call("resume")
    cli.call("run", "-y")
    assert cli.content != before


@pytest.mark.parametrize(("until", "word"), [("giraffe", "not a date"), ("2020-01-01", "past")])
def test_a_pause_wants_a_day_to_come(cli: CommandLine, until: str, word: str) -> None:
    said = cli.call("pause", "--until", until)
    assert (said.code, word in said.err) == (2, True)


def test_busy_hours_are_load_and_never_busy_time(cli: CommandLine) -> None:
    def week() -> dict[str, float]:
        load: dict[str, float] = cli.document("load", "2026-W46")["weeks"][0]["load"]
        return load

    before = week()
    cli.call("busy", "5", "2026-W46")
    after = week()
    assert after["operational_hours"] == pytest.approx(before["operational_hours"] + 5)
    assert after["focus_hours"] == before["focus_hours"]
    cli.call("busy", "0", "2026-W46")
    assert week() == before


def test_busy_hours_are_named_wherever_hours_are_added_up(cli: CommandLine) -> None:
    def said(*words: str) -> str:
        return cli.call(*words).out

    assert "added by" not in said("load", "--events", "2026-W46")
    cli.call("busy", "9", "2026-W46")
    for words in (("load",), ("load", "--events"), ("explain",)):
        assert "of which 9 h are added by blocker busy" in said(*words, "2026-W46")
    assert "and 9 h that are not on the calendar" in said("load", "--events", "2026-W46")
    assert said("plan", "--all").count("of which 9 h are added by blocker busy") == 1
    assert cli.document("load", "2026-W46")["weeks"][0]["told_hours"] == 9


def test_leaving_takes_every_block_ahead_away_and_forgets(cli: CommandLine) -> None:
    before = cli.content
    cli.call("run", "-y")
    said = cli.call("leave", "--remove", "-y")
    assert said.code == 0
    assert cli.content == before
    assert cli.call("run").code == 4, "after leaving, a run asks again"


def test_leaving_for_good_says_what_stays_and_where(cli: CommandLine) -> None:
    state = Path(os.environ["BLOCKER_STATE_DIR"])
    cli.call("run", "-y")
    cli.call("park", "Who decides this?")
    said = cli.call("leave", "--remove", "-y").out
    assert f"parked questions and decisions in {state / 'ledger.sqlite3'}" in said
    assert f"log {state / 'log' / 'blocker.log'}" in said
    assert (state / "ledger.sqlite3").exists()
    assert "Who decides this?" in cli.call("parked").out


def test_a_week_that_is_over_can_not_be_skipped(cli: CommandLine) -> None:
    cli.call("run", "-y")
    before = cli.document("history")
    said = cli.call("skip", "2026-W20")
    assert said.code == 2
    assert "the week of 11 May is over: nothing was changed" in said.err
    assert cli.call("skip", "2026-10-27").code == 2, "a date in it"
    assert cli.document("history") == before
    assert cli.call("skip", "this").code == 0


def test_leaving_says_what_stays_and_how_it_goes(cli: CommandLine) -> None:
    cli.call("run", "-y")
    there = standing(cli)
    said = cli.call("leave")
    assert f"{len(there)} future blocks stay on it." in said.out
    assert "leave --remove" in said.out
    assert "blocker cron remove" in said.out


def test_leaving_later_takes_what_is_ahead_and_leaves_history(cli: CommandLine) -> None:
    before = cli.content
    cli.call("run", "-y")
    cli.now = "2026-11-12T12:00"
    cli.call("run")
    cli.call("leave", "--remove", "-y")
    begun = re.findall(rb"X-BLOCKER-SLOT:(\w+)", cli.content)
    assert begun
    assert max(begun) < b"20261112T120000Z"
    assert without_blocks(cli.content) == before
    assert "nothing to undo" in cli.call("undo").out


def without_blocks(content: bytes) -> bytes:
    parts = re.split(rb"(?<=END:VEVENT\r\n)", content)
    return b"".join(part for part in parts if b"X-BLOCKER-KEY" not in part)


def test_leaving_without_a_terminal_wants_a_yes(cli: CommandLine) -> None:
    cli.call("run", "-y")
    after = cli.content
    assert cli.call("leave", "--remove").code == 2
    assert cli.content == after


def test_stopping_leaves_what_stands_and_asks_before_the_next_run(cli: CommandLine) -> None:
    cli.call("run", "-y")
    after = cli.content
    assert cli.call("leave").code == 0
    assert cli.content == after
    cli.now = "2026-11-16T06:30"
    assert cli.call("run").code == 4


def test_nothing_is_booked_in_the_place_of_a_deleted_block(cli: CommandLine) -> None:
    """Not even what found no room before: a person cleared that time on purpose."""
    cli.call("run", "-y")
    made = [c for c in cli.document("plan")["changes"] if c["kind"] in ("strategic", "frontline")]
    for block in made:
        content = cli.content
        start = content.index(
            b"BEGIN:VEVENT", content.rindex(b"END:VEVENT", 0, content.index(block["key"].encode()))
        )
        end = content.index(b"END:VEVENT\r\n", start) + len(b"END:VEVENT\r\n")
        cli.calendar.write_bytes(content[:start] + content[end:])
        after = cli.document("run")["changes"]
        others = [c for c in after if c["action"] == "create"]
        assert not [c for c in others if c["start"] < block["end"] and block["start"] < c["end"]], block[
            "key"
        ]


def test_a_refreshed_text_is_said_to_be_one(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the reason for its place: nothing of that changed."""
    monkeypatch.setenv("BLOCKER_PROTECT", "busy")
    cli.call("run", "-y")
    cli.now = "2026-11-03T06:30"
    cli.call("park", "Do we still need the weekly status report?")
    said = cli.call("plan")
    (key,) = [c["key"] for c in cli.document("plan")["changes"] if c["action"] == "update"]
    assert "notes in 1 block will be updated" in said.out
    lines = cli.call("plan", "-v").out.splitlines()
    at = next(n for n, line in enumerate(lines) if f"[{key}]" in line)
    assert lines[at].lstrip().startswith("=")
    assert lines[at + 1].strip() == "its notes are updated"
    assert "Updated the notes in 1 block." in cli.call("run", "-y").out
    why = cli.document("plan")["changes"]
    assert next(c["why"] for c in why if c["key"] == key)


def test_what_comes_near_is_shown_as_busy_from_then_on_and_stays_so(cli: CommandLine) -> None:
    def blocks() -> dict[str, dict[str, Any]]:
        return {c["key"]: c for c in cli.document("plan")["changes"] if c["kind"] != "note"}

    first = blocks()
    at_once = [key for key in first if key.startswith("offsite/") or re.fullmatch(r"strategic/.*/1", key)]
    assert {first[key]["shown"] for key in at_once} == {"busy"}
    key = next(key for key in first if first[key]["shown"] == "free")
    cli.call("run", "-y")
    assert blocks()[key]["action"] == "keep"
    cli.now = f"{date.fromisoformat(first[key]['start'][:10]) - timedelta(days=1)}T06:30"
    cli.call("run", "-y")
    then = blocks()[key]
    assert (then["shown"], then["action"], then["start"]) == ("busy", "keep", first[key]["start"])


def test_what_a_person_said_no_to_is_no_lack_of_room_and_told_once(cli: CommandLine) -> None:
    cli.call("run", "-y")
    key = "strategic/2026-W46/1"
    chunk = next(part for part in cli.content.split(b"BEGIN:VEVENT") if key.encode() in part)
    event = b"BEGIN:VEVENT" + chunk[: chunk.index(b"END:VEVENT\r\n") + len(b"END:VEVENT\r\n")]
    cli.calendar.write_bytes(cli.content.replace(event, b""))
    cli.call("skip", "2026-W47")
    assert cli.call("plan").out.count("you deleted it; it will not come back") == 1
    for command in (("plan", "--all"), ("run", "-y", "-v"), ("plan", "--all")):
        said = cli.call(*command).out
        before, told, answered = said.partition("Not booked, as you said:\n")
        assert told
        assert "you skipped" in answered
        assert "you skipped" not in before
        assert (
            len(re.findall("  (strategic/2026-W47/1|thinking block): you skipped the week of 16 Nov\n", said))
            == 1
        )
    words = "thinking block in the week of 9 Nov: you deleted it, and nothing is booked in its place"
    assert f"  {words}\n" in said
    assert cli.call("explain", key).out.strip() == words


def test_explaining_a_place_says_why_here_and_what_another_would_cost(cli: CommandLine) -> None:
    changes = [c for c in cli.document("plan")["changes"] if c["kind"] in ("strategic", "frontline")]
    assert changes
    for change in changes:
        assert change["why"] in cli.call("explain", change["key"]).out
        said = cli.call("explain", change["key"], options=("-v",)).out
        assert f"next best: {change['next_best']}" in said
    cli.call("run", "-y")
    for change in changes:  # also once it is there, beside the others that are there
        said = cli.call("explain", change["key"], options=("-v",)).out
        (explained,) = cli.document("explain", change["key"])["changes"]
        assert explained["action"] == "keep"
        assert f"next best: {explained['next_best']}" in said
        assert "moved" not in explained["next_best"]
        assert "removed" not in explained["next_best"]


def test_leaving_leaves_nothing_of_the_blocks_in_the_ledger(cli: CommandLine) -> None:
    cli.call("run", "-y")
    cli.call("run", "-y")
    path = Path(os.environ["BLOCKER_STATE_DIR"]) / "ledger.sqlite3"
    with closing(sqlite3.connect(path)) as ledger:
        rows = ledger.execute("SELECT start, why, text_hash, ref_etag FROM block").fetchall()
    told = {text.encode() for row in rows for text in row if text and len(text) > 8}
    assert len(told) > len(rows)
    assert all(text in path.read_bytes() for text in told)
    assert cli.call("leave", "--remove", "-y").code == 0
    left = path.read_bytes()
    assert [text for text in told if text in left] == []
    with closing(sqlite3.connect(path)) as ledger:
        rows = ledger.execute("SELECT * FROM block").fetchall()
    assert {value for row in rows for value in row[2:]} <= {"", "gone", "[]", None, 0, 1, 2, 3}
    assert cli.call("run", "-y").code == 0, "whoever comes back finds a ledger that works"
