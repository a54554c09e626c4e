"""Golden directories: a calendar, perhaps a config, a moment → the plan. Each is named for the fact it holds.

A bug report becomes a directory here. To write the expected plans again after a change that is meant,
run with BLOCKER_WRITE_GOLDEN=1 and read the difference before committing it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.tools.command_line import CommandLine, sample

GOLDEN = Path(__file__).parent / "golden"
WRITE = bool(os.environ.get("BLOCKER_WRITE_GOLDEN"))


def shown(document: Any) -> str:
    """The decisions of a plan, a line each: what a person would check by eye."""
    lines = [f"{w['week']} {w['level']} floor={w['floor']}" for w in document["weeks"]]
    lines += [f"{q['quarter']} offsite={q['offsite']}" for q in document["quarters"]]
    for c in document["changes"]:
        pinned = " pinned" if c["pinned"] else ""
        conflict = f" conflict: {c['conflict']}" if c["conflict"] else ""
        lines.append(f"{c['action']} {c['key']} {c['start']} {c['minutes']} min{pinned}{conflict}")
    for u in document["unplaced"]:
        lines.append(f"unplaced {u['key']} {u['code']}: {u['why']}")
        for option in u["nearest"]:
            in_the_way = ", ".join(e["title"] for e in option["conflicts"])
            lines.append(f"  {option['start']} if {in_the_way} gave way")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("case", sorted(p for p in GOLDEN.iterdir() if p.is_dir()), ids=lambda p: p.name)
def test_golden(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar = tmp_path / "calendar.ics"
    shutil.copyfile(case / "calendar.ics", calendar)
    cli = CommandLine(capsys, calendar, (case / "now").read_text().strip())
    if (case / "config.toml").exists():
        monkeypatch.setenv("BLOCKER_CONFIG", str(case / "config.toml"))
    plan = shown(cli.document("plan"))
    expected = case / "expected.txt"
    if WRITE:
        expected.write_text(plan)
    assert plan == expected.read_text()
    assert shown(cli.document("run", "-y")) == plan
    after = cli.content
    assert cli.call("run").code == 0
    assert cli.content == after


def test_a_conflict_is_heard_as_well_as_seen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = GOLDEN / "a_block_that_a_person_moved_stays"
    shutil.copyfile(case / "calendar.ics", tmp_path / "calendar.ics")
    cli = CommandLine(capsys, tmp_path / "calendar.ics", (case / "now").read_text().strip())
    (seen,) = (line for line in cli.call("plan").out.splitlines() if line.startswith("  ! "))
    heard = cli.call("--plain", "plan").out
    assert seen.replace("  ! ", "  stays, in conflict: ") in heard.splitlines()


def test_what_stood_in_a_week_that_is_over_is_no_part_of_the_plan_that_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")
    cli.call("run", "-y")
    cli.now = "2026-11-09T08:00"
    over = [c["key"] for c in cli.document("plan")["changes"] if c["start"] < "2026-11-09"]
    shown, verbose = cli.call("plan").out, cli.call("plan", "-v").out
    assert over
    assert not [key for key in over if key in shown]
    heading = verbose.index("2026-W46")
    assert all(verbose.index(key) < heading for key in over)


def test_a_plan_in_full_names_where_each_new_block_would_be_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")
    found = [c["next_best"] for c in cli.document("plan", "-v")["changes"] if c.get("next_best")]
    assert len(found) >= 8
    assert "next best" not in cli.call("plan").out
    for words in (("plan", "-v"), ("run", "-n", "-v")):
        lines = cli.call(*words).out.splitlines()
        assert [line for line in lines if "next best" in line] == [
            f"      next best: {each}" for each in found
        ]
