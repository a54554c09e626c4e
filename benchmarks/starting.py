"""What a whole call of the command takes, against what other command lines take for nothing; and its memory."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.processes import in_turn, run, typical
from benchmarks.published import published
from benchmarks.tables import Table, milliseconds, times

CLICK = ["-c", "import click\n@click.command()\ndef empty(): pass\nempty(['--help'])"]
KHAL = ["-m", "khal", "--version"]
# What is run, in words, what it is measured against, and how often that it may take.
LIMITS = (
    ("help", "`blocker --help`", "click", 1.5),
    ("plan-500", "`plan`, 500 events", "khal", 1.0),
    ("plan-5000", "`plan`, 5,000 events", "khal", 2.0),
    ("plan-50000", "`plan`, 50,000 events, most of them of the fifteen years before", "khal", 4.0),
    ("feed-500", "`plan`, the same 500 events behind a link that answers 304", "plan-500", 1.5),
    ("feed-5000", "`plan`, the same 5,000 events behind a link that answers 304", "plan-5000", 1.5),
    ("page", "`report --html`, 5,000 events", "plan-5000", 1.5),
)
MOST_MEGABYTES = 80


def starting(folder: Path, repeats: int) -> Table:
    """Each call in seconds of the processor, as a ratio, and what the project asks for."""
    calls: dict[str, Sequence[str]] = {"help": ["-m", "blocker", "--help"]}
    for events, history in ((500, 0), (5_000, 0), (500, 49_500)):
        path = folder / f"start-{events + history}.ics"
        # By a process of its own: what this one holds would count as held by those that it starts.
        run(["-m", "benchmarks.big_calendar", str(path), str(events), str(history)])
        calls[f"plan-{events + history}"] = _plan(f"ics:{path}")
    calls["page"] = [*calls["plan-5000"][:-1], "report", "--html", str(folder / "page.html")]
    for name, words in (("click", CLICK), ("khal", KHAL)):
        if importlib.util.find_spec(name):
            calls[name] = words
    with ExitStack() as links:
        for events in (500, 5_000):
            link = links.enter_context(published(folder / f"start-{events}.ics"))
            calls[f"feed-{events}"] = _plan(f"feed:{link}")
        runs = in_turn(calls, repeats, {"BLOCKER_STATE_DIR": str(folder / "state")})
    seconds = {name: typical(found) for name, found in runs.items()}
    rows = []
    for name, words in (("click", "an empty click program, `--help`"), ("khal", "`khal --version`")):
        rows.append([words, milliseconds(seconds[name]) if name in seconds else "not installed", "", ""])
    for name, words, other, limit in LIMITS:
        ratio = seconds[name] / seconds[other] if other in seconds else None
        missed = ", not met" if ratio is not None and ratio > limit else ""
        measured = f"{other} is not installed" if ratio is None else times(ratio)
        rows.append([words, milliseconds(seconds[name]), measured, f"{limit:g} × {other}{missed}"])
    memory = max(run.megabytes for run in runs["plan-5000"])
    rows.append(["`plan`, 5,000 events, most memory", "", f"{memory:.0f} MB", f"{MOST_MEGABYTES} MB"])
    return Table(
        "Start and memory",
        ("what", "whole process", "measured", "limit"),
        rows,
        (f"Medians of {repeats}, seconds of the processor, all calls in turn.",),
    )


def _plan(address: str) -> Sequence[str]:
    return ["-m", "blocker", "--calendar", address, "--now", "2026-11-23T06:30", "plan"]
