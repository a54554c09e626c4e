"""What is owed and what was kept: a run decides by the calendar as it is now, not as the last run saw it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.tools.command_line import CommandLine

QUIET = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nX-WR-TIMEZONE:Europe/Berlin\r\nEND:VCALENDAR\r\n"
FIRST = "strategic/2026-W45/1"


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """A quiet calendar, where each week owes one block, and its first run."""
    path = tmp_path / "calendar.ics"
    path.write_bytes(QUIET)
    cli = CommandLine(capsys, path, "2026-11-02T06:30")
    assert cli.call("run", "-y").code == 0
    return cli


def put(cli: CommandLine, key: str, start: str, end: str) -> None:
    """A person moves a block to another time (of the sample's zone) in their own client."""
    uid = next(
        chunk
        for chunk in cli.content.decode().split("BEGIN:VEVENT\r\n")
        if f"X-BLOCKER-KEY:{key}\r\n" in chunk
    )
    lines = [
        f"DTSTART;TZID=Europe/Berlin:{start}" if line.startswith("DTSTART")
        else f"DTEND;TZID=Europe/Berlin:{end}" if line.startswith("DTEND")
        else line
        for line in uid.split("\r\n")
    ]  # fmt: skip
    cli.calendar.write_bytes(cli.content.replace(uid.encode(), "\r\n".join(lines).encode()))


def add_meeting(cli: CommandLine, start: str, end: str) -> None:
    event = f"BEGIN:VEVENT\r\nUID:late\r\nDTSTAMP:20261101T000000Z\r\nDTSTART;TZID=Europe/Berlin:{start}\r\n"
    event += f"DTEND;TZID=Europe/Berlin:{end}\r\nSUMMARY:Escalation\r\nEND:VEVENT\r\n"
    cli.calendar.write_bytes(cli.content.replace(b"END:VCALENDAR", event.encode() + b"END:VCALENDAR"))


def delete(cli: CommandLine, key: str) -> None:
    chunks = cli.content.decode().split("BEGIN:VEVENT\r\n")
    gone = next(chunk for chunk in chunks if f"X-BLOCKER-KEY:{key}\r\n" in chunk)
    whole = "BEGIN:VEVENT\r\n" + gone[: gone.index("END:VEVENT\r\n") + len("END:VEVENT\r\n")]
    cli.calendar.write_bytes(cli.content.replace(whole.encode(), b""))


def week(cli: CommandLine, name: str) -> Any:
    return next(row for row in cli.document("history")["weeks"] if row["week"] == name)


def for_debt(document: Any) -> list[str]:
    return [c["key"] for c in document["changes"] if "debt" in {cause["rule"] for cause in c["causes"]}]


def daily_runs(cli: CommandLine, first: str, days: int) -> None:
    for day in range(days):
        cli.now = (datetime.fromisoformat(first) + timedelta(days=day)).isoformat()
        assert cli.call("run").code == 0


def to_the_last_run_of_the_week(cli: CommandLine) -> None:
    """The week's block is after the last run of its week."""
    put(cli, FIRST, "20261106T150000", "20261106T170000")
    daily_runs(cli, "2026-11-03T06:30", 4)
    cli.now = "2026-11-09T06:30"


def test_a_block_after_the_last_run_of_its_week_was_kept_and_is_not_owed(cli: CommandLine) -> None:
    to_the_last_run_of_the_week(cli)
    before = cli.document("history")
    assert before["debt_minutes"] == 0
    assert for_debt(cli.document("run")) == []
    cli.now = "2026-11-09T06:31"
    assert cli.document("history") == before
    assert cli.document("plan", "--exit-code")["summary"]["create"] == 0


def test_a_block_that_was_overrun_after_the_last_run_of_its_week_is_owed(cli: CommandLine) -> None:
    to_the_last_run_of_the_week(cli)
    add_meeting(cli, "20261106T150000", "20261106T170000")
    before = cli.document("history")
    assert before["debt_minutes"] == 120
    assert for_debt(cli.document("run")) == ["strategic/2026-W46/2"]
    cli.now = "2026-11-09T06:31"
    assert cli.document("history")["debt_minutes"] == 120
    assert cli.document("plan", "--exit-code")["summary"]["create"] == 0


def test_a_block_deleted_after_the_last_run_of_its_week_is_not_owed(cli: CommandLine) -> None:
    to_the_last_run_of_the_week(cli)
    delete(cli, FIRST)
    assert for_debt(cli.document("run")) == []
    row = week(cli, "2026-W45")
    assert (row["skipped_minutes"], row["kept_minutes"]) == (120, 0)


def test_what_was_kept_stays_kept_where_past_events_are_cleared_away(cli: CommandLine) -> None:
    to_the_last_run_of_the_week(cli)
    cli.call("run")
    before = week(cli, "2026-W45")
    assert before["kept_minutes"] == 120
    delete(cli, FIRST)
    cli.now = "2026-11-10T06:30"
    assert for_debt(cli.document("run")) == []
    assert week(cli, "2026-W45") == before


def first_run_at(cli: CommandLine, now: str) -> None:
    assert cli.call("leave", "--remove", "-y").code == 0
    cli.now = now
    assert cli.call("run", "-y").code == 0


def test_a_week_that_was_over_before_the_first_run_owes_nothing(cli: CommandLine) -> None:
    first_run_at(cli, "2026-11-22T10:00")  # a Sunday
    assert week(cli, "2026-W47")["owed_minutes"] == 0
    cli.now = "2026-11-23T06:30"
    assert for_debt(cli.document("run")) == []
    assert cli.document("history")["debt_minutes"] == 0


def test_days_too_late_for_a_floor_do_not_make_a_week_owe_one(cli: CommandLine) -> None:
    first_run_at(cli, "2026-11-19T06:30")  # a Thursday: one day is left
    cli.now = "2026-11-20T06:30"
    cli.call("run")
    assert week(cli, "2026-W47")["owed_minutes"] == 0


def test_a_week_goes_on_owing_what_it_owed_as_it_began(cli: CommandLine) -> None:
    daily_runs(cli, "2026-11-03T06:30", 4)
    assert week(cli, "2026-W45")["owed_minutes"] == 120
