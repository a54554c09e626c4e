"""ISO weeks and keys are for programs: whatever a person calls, they are in what ``-v`` and ``--json`` show alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.tools.command_line import CommandLine
from tests.whole.test_dose import written

FOR_PROGRAMS = re.compile(
    r"\d{4}-[WQ]\d|\b(strategic|frontline|learning|offsite|note)/\d{4}|\b\d{4}-\d\d-\d\d\b"
)
TODAY, LATER = "2025-03-04T07:00", "2025-03-11T07:00"
BEFORE = (
    "plan", "plan --all", "run", "run -n", "rebalance", "rebalance last -n", "rebalance 'in 9 weeks' -n", "rebalance -n",
    "rebalance next --what-if 120", "load", "load next", "load --ahead 5", "load --events", "report", "report --text",
    "explain wed", "explain sat", "explain mon", "explain next", "explain last", "explain '24 dec'", "explain nothing/9",
    "explain strategic/", "history", "calibrate", "check", "skip sat", "skip last", "skip yesterday", "skip '14 jan'",
    "skip nothing/9", "skip 'next year'", "busy 5 last", "busy 5", "busy 0", "busy 200", "pause --until yesterday",
    "undo", "apply nowhere.json", "parked", "decided", "leave",
)  # fmt: skip
AFTER = (
    "run -y", "run", "plan", "plan --all", "explain thu", "explain next", "explain nothing/9", "report", "history",
    "skip thu", "skip next", "skip 'in 2 weeks'", "plan", "load next", "explain next", "undo", "undo", "plan", "run", "plan", "undo",
    "undo", "rebalance -y", "pause --until 'in 3 weeks'", "plan", "explain 'in 2 weeks'", "run", "check", "resume", "park Why?",
    "parked", "learn Why?", "decided We stop.", "decided", "report", "calibrate", "leave", "leave --remove", "leave --remove -y",
)  # fmt: skip


def _said(cli: CommandLine, calls: Sequence[str]) -> list[str]:
    found = []
    for call in calls:
        words = re.findall(r"'[^']*'|\S+", call)
        said = cli.call(*(word.strip("'") for word in words))
        found += [
            f"{call}: {line}"
            for line in f"{said.out}\n{said.err}".splitlines()
            if FOR_PROGRAMS.search(line.replace(call, ""))
        ]
    return found


def test_no_screen_and_no_error_shows_an_iso_week_or_a_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine(capsys, written(tmp_path / "busy.ics", 25), TODAY)
    shown = [*_said(cli, BEFORE), *_said(cli, AFTER[:20])]
    cli.now = LATER
    shown += [*_said(cli, AFTER[:6]), *_said(cli, AFTER[6:])]
    assert not shown, "\n".join(shown)
