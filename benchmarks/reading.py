"""Reading an ``.ics`` file: ours against icalendar with recurring-ical-events alone, each in a process of its own.

    python -m benchmarks.reading ours|theirs FILE START END

The window is that of a plan: twelve weeks behind to the end of next quarter. Prints the seconds of reading, without
the imports, and every occurrence.
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time

from benchmarks.big_calendar import big_calendar
from benchmarks.processes import Run, in_turn
from benchmarks.tables import Table, milliseconds, times

# The libraries turn UTC series into local ones by it; here a time in UTC is one.
ZONE_OF_ALL = re.compile(rb"X-WR-TIMEZONE:[^\r\n]*\r?\n")
START, END = "2026-08-24", "2027-04-03"
NOW = "2026-11-23T06:30"


def reading(files: Sequence[Path], folder: Path, repeats: int) -> Table:
    """One line a file; made-up ones of 500 and 5,000 events first, with a whole ``plan`` on them."""
    judge = importlib.util.find_spec("recurring_ical_events") is not None
    rows = []
    for count in (500, 5_000):
        path = folder / f"made-up-{count}.ics"
        path.write_bytes(big_calendar(count))
        rows.append(_row(path, count, START, END, NOW, repeats, judge))
    for source in files:
        path = folder / source.name
        path.write_bytes(ZONE_OF_ALL.sub(b"", source.read_bytes()))
        rows.append(
            _row(
                path,
                path.read_bytes().count(b"BEGIN:VEVENT"),
                "2024-07-01",
                "2025-04-01",
                "2024-11-25T06:30",
                repeats,
                judge,
            )
        )
    notes = [
        (
            "Medians. “Whole process” is start, imports and reading; `plan` does everything else as well: measure, place, "
            "explain and print. Files are read without their X-WR-TIMEZONE, by which the libraries turn UTC series into "
            "local ones."
        ),
    ]
    if not judge:
        notes.append("recurring-ical-events is not installed: nothing to compare with.")
    return Table(
        "Reading a calendar",
        ("file", "events", "occurrences", "ours, events a second", "icalendar + recurring-ical-events",
         "same occurrences", "ours, whole process", "theirs", "`plan`, whole process", "theirs against `plan`"),
        rows, notes,
    )  # fmt: skip


def _row(path: Path, count: int, start: str, end: str, now: str, repeats: int, judge: bool) -> list[str]:
    many = {"ours": ["-m", "benchmarks.reading", "ours", str(path), start, end]}
    if judge:
        many["theirs"] = ["-m", "benchmarks.reading", "theirs", str(path), start, end]
    many["plan"] = ["-m", "blocker", "--calendar", f"ics:{path}", "--now", now, "plan"]
    runs = in_turn(many, repeats, {"BLOCKER_STATE_DIR": str(path.parent / "state")})
    ours = json.loads(runs["ours"][0].out)
    row = [path.stem, f"{count:,}", f"{len(ours['found']):,}", f"{count / _inside(runs['ours']):,.0f}"]
    if not judge:
        return [
            *row,
            "–",
            "–",
            milliseconds(_whole(runs["ours"])),
            "–",
            milliseconds(_whole(runs["plan"])),
            "–",
        ]
    theirs = json.loads(runs["theirs"][0].out)
    return [
        *row,
        f"{count / _inside(runs['theirs']):,.0f}",
        "yes" if ours["found"] == theirs["found"] else _difference(ours["found"], theirs["found"]),
        milliseconds(_whole(runs["ours"])),
        milliseconds(_whole(runs["theirs"])),
        milliseconds(_whole(runs["plan"])),
        times(_whole(runs["theirs"]) / _whole(runs["plan"])),
    ]


def _difference(ours: list[list[str]], theirs: list[list[str]]) -> str:
    mine, other = {tuple(one) for one in ours}, {tuple(one) for one in theirs}
    return f"no: {len(mine - other)} more, {len(other - mine)} fewer"


def _inside(runs: Sequence[Run]) -> float:
    return median(float(json.loads(run.out)["seconds"]) for run in runs)


def _whole(runs: Sequence[Run]) -> float:
    return median(run.seconds for run in runs)


def _ours(path: Path, start: datetime, end: datetime) -> tuple[float, set[tuple[str, str]]]:
    from blocker.calendars.addresses import open_calendar
    from blocker.values.intervals import Interval

    calendar = open_calendar(f"ics:{path}", zone=None, me=())
    began = process_time()
    events = calendar.read(Interval(start, end)).events
    took = process_time() - began
    return took, {(e.uid, e.when.start.isoformat()) for e in events if e.dates is None}


def _theirs(path: Path, start: datetime, end: datetime) -> tuple[float, set[tuple[str, str]]]:
    import icalendar
    import recurring_ical_events

    began = process_time()
    calendar = icalendar.Calendar.from_ical(path.read_bytes())
    events = recurring_ical_events.of(calendar).between(start, end)
    took = process_time() - began
    timed = (event for event in events if isinstance(event.start, datetime) and event.start != event.end)
    return took, {(str(event["UID"]), event.start.astimezone(UTC).isoformat()) for event in timed}


def main() -> None:
    who, path, *days = sys.argv[1:]
    start, end = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in days)
    took, found = (_ours if who == "ours" else _theirs)(Path(path), start, end)
    sys.stdout.write(json.dumps({"seconds": took, "found": sorted(found)}))


if __name__ == "__main__":
    main()
