"""The program as a stranger runs it: a process of its own, an empty home, a machine in UTC."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from blocker.commands.sample import sample_calendar
from tests.tools.places import ROOT


def run(home: Path, *words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    environ = {
        "HOME": str(home),
        "TZ": "UTC",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C",
    }
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "blocker", *words],
        cwd=home,
        env=environ,
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    "now", ["2026-11-21T20:00", "2026-12-28T08:00", "2026-03-27T12:00", "2027-01-03T23:30"]
)
def test_the_demo_tells_the_whole_story(tmp_path: Path, now: str) -> None:
    said = run(tmp_path, "--now", now, "demo")
    assert said.returncode == 0, said.stderr
    assert said.stderr == ""
    for words in ("blocker load", "blocker plan", "blocker run -y", "Done: ", "blocker rebalance"):
        assert words in said.stdout
    place = re.search(r"Delete (\S+) when you have seen enough", said.stdout)
    assert place is not None
    assert b"X-BLOCKER-KEY:strategic/" in Path(place[1], "calendar.ics").read_bytes()
    assert "blocker connect google" in "\n".join(said.stdout.rstrip().splitlines()[-3:])
    assert not list(tmp_path.rglob("*")), "the demo left something in the home folder"


@pytest.mark.parametrize("words", [("plan",), ("run", "-y"), ("load",), ("busy", "2")])
def test_with_no_calendar_at_all_the_error_says_so_and_names_the_next_step(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    said = run(tmp_path, *words)
    assert said.returncode == 2
    assert said.stderr.startswith("blocker: no calendar is set")
    assert "blocker init" in said.stderr
    assert "--calendar ics:PATH" in said.stderr
    assert str(tmp_path) in said.stderr, "where it would be without being set"
    assert "check the path" not in said.stderr
    assert "no calendar is set" in run(tmp_path, "check").stdout


def test_with_a_config_but_no_calendar_in_it_the_error_names_the_config(tmp_path: Path) -> None:
    made = run(tmp_path, "init")
    assert made.returncode == 0
    assert "No calendar is set yet: name yours in it" in made.stdout
    said = run(tmp_path, "plan")
    assert said.returncode == 2
    assert "config.toml" in said.stderr
    assert "blocker init" not in said.stderr


def test_a_first_morning(tmp_path: Path) -> None:
    calendar = tmp_path / "my calendar.ics"
    calendar.write_bytes(sample_calendar(date(2026, 11, 2)))
    before = calendar.read_bytes()
    head = ("--calendar", f"ics:{calendar}", "--now", "2026-11-02T06:30")
    assert run(tmp_path, *head, "init").returncode == 0
    assert run(tmp_path, *head, "init").returncode == 1, "an existing config is never touched"
    assert run(tmp_path, *head, "check").returncode == 0
    assert run(tmp_path, *head, "load").returncode == 0
    for words in (
        ("plan",),
        ("run", "-n"),
        ("load", "--events"),
        ("explain", "2026-W46"),
        ("config", "show"),
    ):
        assert run(tmp_path, *head, *words).returncode == 0
        assert calendar.read_bytes() == before, f"{words} wrote to the calendar"
    assert run(tmp_path, *head, "plan", "--exit-code").returncode == 5
    unconfirmed = run(tmp_path, *head, "run")
    assert unconfirmed.returncode == 4
    assert "first run" in unconfirmed.stderr
    assert calendar.read_bytes() == before
    assert run(tmp_path, *head, "rebalance").returncode == 2
    done = run(tmp_path, *head, "--json", "run", "-y")
    assert done.returncode == 0
    document = json.loads(done.stdout)
    assert document["applied"] is True
    assert document["summary"]["create"] == sum(
        c["done"] for c in document["changes"] if c["action"] == "create"
    )
    after = calendar.read_bytes()
    assert run(tmp_path, *head, "-q", "run").stdout == ""
    assert calendar.read_bytes() == after
    assert run(tmp_path, *head, "plan", "--exit-code").returncode == 0


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (("--calendar", "smtp:x", "plan"), 2, "smtp:"),
        (("--calendar", "ews:https://example.org", "plan"), 2, "not supported"),
        (("frobnicate",), 2, "frobnicate"),
        (("--now", "yesterday", "plan"), 2, "yesterday"),
        (("-c", "nowhere.toml", "plan"), 2, "nowhere.toml"),
        (("rebalance", "2026-W60", "-y"), 2, "2026-W60"),
    ],
)
def test_bad_words_get_one_clear_sentence(
    tmp_path: Path, words: tuple[str, ...], code: int, expected: str
) -> None:
    calendar = tmp_path / "calendar.ics"
    calendar.write_bytes(sample_calendar(date(2026, 11, 2)))
    head = () if words[0] == "--calendar" else ("--calendar", f"ics:{calendar}")
    said = run(tmp_path, *head, *words)
    assert said.returncode == code, said.stderr
    assert expected in said.stderr
    assert "Traceback" not in said.stderr
    as_json = run(tmp_path, *head, "--json", *words)
    assert as_json.returncode == code
    assert set(json.loads(as_json.stdout)["error"]) >= {"kind", "message", "hint"}
