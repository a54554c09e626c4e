"""A plan as a file: looked at, cut down, and carried out exactly so, or not at all."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blocker.commands.sample import meeting
from tests.tools.command_line import CommandLine, sample

NOW = "2026-11-02T06:30"


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys, sample(tmp_path), NOW)


@pytest.fixture
def plan(cli: CommandLine, tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    assert cli.call("plan", "--out", str(path)).code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return path


def change(path: Path, how: Callable[[dict[str, Any]], object]) -> None:
    document = json.loads(path.read_text("utf-8"))
    how(document)
    path.write_text(json.dumps(document), "utf-8")


def keys(cli: CommandLine, action: str) -> set[str]:
    return {c["key"] for c in cli.document("plan")["changes"] if c["action"] == action}


def add_meeting(cli: CommandLine, start: str, end: str) -> None:
    extra = meeting("late@example.org", "Urgent: board question", start, end, start)
    cli.calendar.write_bytes(cli.content.replace(b"END:VCALENDAR", extra + b"END:VCALENDAR"))


def test_the_file_ends_in_the_very_bytes_of_a_run(cli: CommandLine, plan: Path) -> None:
    before = cli.content
    assert cli.call("apply", str(plan)).code == 0
    applied = cli.content
    assert applied != before
    cli.call("undo")
    assert cli.content == before
    cli.calendar.with_name("again.ics").write_bytes(before)
    again = CommandLine(cli.capsys, cli.calendar.with_name("again.ics"), NOW)
    again.call("run", "-y")
    assert again.content == applied
    assert cli.call("run").code == 0  # whoever applied a plan has said yes to the calendar


def test_what_is_taken_out_of_the_file_is_not_made(cli: CommandLine, plan: Path) -> None:
    created = keys(cli, "create")
    change(plan, lambda d: d.update(changes=d["changes"][:2]))
    assert cli.call("apply", str(plan)).code == 0
    kept = keys(cli, "keep") | keys(cli, "update")
    assert len(kept) == 2
    assert keys(cli, "create") == created - kept  # it was no answer: the next plan has it again


def test_what_goes_together_is_not_torn_apart(cli: CommandLine, plan: Path) -> None:
    before = cli.content
    change(plan, lambda d: d.update(changes=[c for c in d["changes"] if not c["key"].startswith("note/")]))
    answer = cli.call("apply", str(plan))
    assert answer.code == 2
    assert "“Half day: " in answer.err
    assert "go together" in answer.err
    assert cli.content == before


def test_a_calendar_that_changed_is_left_alone(cli: CommandLine, plan: Path) -> None:
    first = min(c["start"] for c in cli.document("plan")["changes"] if c["kind"] == "strategic")
    start = first[:16].replace("-", "").replace(":", "") + "00"
    add_meeting(cli, start, start[:9] + "235900")
    before = cli.content
    said = cli.call("apply", str(plan))
    assert said.code == 4
    assert "the calendar is not what the plan was made for: nothing was written" in said.flat_err
    assert "would now be" in said.flat_err
    assert cli.content == before


def test_settings_and_answers_that_changed_are_told(cli: CommandLine, plan: Path) -> None:
    cli.call("skip", "next")
    said = cli.call("apply", str(plan))
    assert said.code == 4
    assert "your settings or answers are not what the plan was made with" in said.flat_err


def test_a_plan_is_good_on_its_day(cli: CommandLine, plan: Path) -> None:
    cli.now = "2026-11-03T06:30"
    said = cli.call("apply", str(plan))
    assert said.code == 4
    assert "the plan is of Mon 2 Nov, and today is Tue 3 Nov" in said.flat_err
    cli.now = "2026-11-02T17:00"
    assert cli.call("apply", str(plan)).code == 0


def test_the_plan_of_another_calendar_is_refused_with_both_names(
    cli: CommandLine, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other").mkdir()
    other = CommandLine(capsys, sample(tmp_path / "other"), NOW)
    said = other.call("apply", str(plan))
    assert said.code == 2
    assert str(cli.calendar) in said.flat_err.replace(" ", "")
    assert str(other.calendar) in said.flat_err.replace(" ", "")


@pytest.mark.parametrize(
    "how",
    [
        lambda d: d["changes"][0].update(start="2026-11-04T05:00:00+01:00"),
        lambda d: d["changes"][0].update(end=d["changes"][0]["start"]),
        lambda d: d["changes"][0].update(action="remove"),
        lambda d: d["changes"][0].update(key="strategic/2026-W45/9"),
        lambda d: d["changes"][0].update(start="2026-11-04T09:00:00"),
        lambda d: d.update(now="tomorrow"),
        lambda d: d.pop("plan_id"),
    ],
    ids=[
        "another time",
        "no time at all",
        "another action",
        "another key",
        "no offset",
        "no moment",
        "no name",
    ],
)
def test_a_file_edited_into_nonsense_is_refused(
    cli: CommandLine, plan: Path, how: Callable[[dict[str, Any]], object]
) -> None:
    change(plan, how)
    before = cli.content
    said = cli.call("apply", str(plan))
    assert said.code == 2
    assert "\n" in said.err.strip()  # what is wrong, and the next step
    assert cli.content == before


def test_only_its_owner_can_read_it_and_only_a_plan_is_written_over(
    cli: CommandLine, plan: Path, tmp_path: Path
) -> None:
    assert stat.S_IMODE(plan.stat().st_mode) == 0o600
    assert cli.call("plan", "--out", str(plan)).code == 0
    mine = tmp_path / "notes.txt"
    mine.write_text("mine")
    assert cli.call("plan", "--out", str(mine)).code == 2
    assert mine.read_text() == "mine"
    assert cli.call("plan", "--out", str(cli.calendar)).code == 2
    assert cli.call("plan", "--out", str(tmp_path / "nowhere" / "plan.json")).code == 1
    assert cli.call("apply", str(tmp_path / "missing.json")).code == 2
