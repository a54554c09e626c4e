"""How long the command takes from its start, against nothing at all; and how much memory a large plan holds."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from benchmarks.big_calendar import big_calendar
from benchmarks.processes import in_turn, typical
from benchmarks.tables import Table, milliseconds, times

NOTHING = ["-c", "pass"]
CLICK = ["-c", "import click\n@click.command()\ndef empty(): pass\nempty(['--help'])"]


def starting(folder: Path, repeats: int) -> Table:
    """The command's start in ratios, and what the targets of the project say."""
    small, large = folder / "start-500.ics", folder / "start-5000.ics"
    small.write_bytes(big_calendar(500))
    large.write_bytes(big_calendar(5_000))
    many = {
        "nothing": NOTHING,
        "help": ["-m", "blocker", "--help"],
        "plan": _plan(small),
        "large": _plan(large),
        "park": ["-m", "blocker", "--calendar", f"ics:{small}", "park", "Why?"],
        "page": [*_plan(large)[:-1], "report", "--html", str(folder / "page.html")],
    }
    if importlib.util.find_spec("click"):
        many["click"] = CLICK
    runs = in_turn(many, repeats, {"BLOCKER_STATE_DIR": str(folder / "state")})
    seconds = {name: typical(found) for name, found in runs.items()}
    memory = max(run.megabytes for run in runs["large"])
    click = times(seconds["help"] / seconds["click"]) if "click" in seconds else "click is not installed"
    rows = [
        ["a bare interpreter", milliseconds(seconds["nothing"]), "", ""],
        *([["an empty click program, `--help`", milliseconds(seconds["click"]), "", ""]] if "click" in seconds else []),
        ["`blocker --help`, against the empty click program", milliseconds(seconds["help"]), click, "1.5 ×"],
        ["`plan`, 500 events, against the bare interpreter", milliseconds(seconds["plan"]),
         times(seconds["plan"] / seconds["nothing"]), "8 ×"],
        ["`plan`, 5,000 events, most memory", milliseconds(seconds["large"]), f"{memory:.0f} MB", "80 MB"],
        ["`report --html`, 5,000 events, against `plan` of them", milliseconds(seconds["page"]),
         times(seconds["page"] / seconds["large"]), "1.5 ×"],
        ["`park`, against the bare interpreter", milliseconds(seconds["park"]),
         times(seconds["park"] / seconds["nothing"]), ""],
    ]  # fmt: skip
    return Table(
        "Start and memory",
        ("what", "whole process", "measured", "limit"),
        rows,
        (f"Medians of {repeats}, seconds of the processor.",),
    )


def _plan(path: Path) -> Sequence[str]:
    return ["-m", "blocker", "--calendar", f"ics:{path}", "--now", "2026-11-23T06:30", "plan"]
