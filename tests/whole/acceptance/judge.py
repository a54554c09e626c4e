"""The judge: every check on one run, and a table of what it finds over many dates.

``python -m tests.whole.acceptance.judge CALENDAR --dates N --seed S``
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from .drive import Answer, Desk
from .manners import Case, Finding, limits, on_file
from .quarter import offsite
from .reader import read
from .weeks import weeks


def judge(before: bytes, answer: Answer, after: bytes, now: datetime, fresh: bool = True) -> list[Finding]:
    """Everything that is wrong with one run."""
    if answer.code != 0:
        return [Finding("exit", f"exit {answer.code}: {(answer.err or answer.out).strip()[-300:]}")]
    if not answer.doc:
        return [Finding("json", f"stdout is not one JSON document: {answer.out[:200]!r}")]
    strict = list(_checks(Case(before, after, answer.doc, now), fresh))
    if not any(f.sure for f in strict):
        return strict
    loose = list(_checks(Case(before, after, answer.doc, now, loose=True), fresh))
    if sum(f.sure for f in loose) >= sum(f.sure for f in strict):
        return strict
    real = (f for f in strict if f.rule in {"overlap", "buffer"} and f not in loose)
    return loose + [Finding(f.rule, f"{f.text} (if EXDATE is read to the letter)", sure=False) for f in real]


def _checks(case: Case, fresh: bool) -> Iterator[Finding]:
    if case.doc.get("zone") != case.work.zone.key:
        yield Finding("zone", f"says {case.doc.get('zone')}, the calendar's is {case.work.zone.key}")
    yield from on_file(case)
    yield from limits(case)
    yield from weeks(case, fresh)
    if fresh:
        yield from offsite(case)


def first_run(calendar: Path, now: datetime, folder: Path) -> tuple[Desk, Answer, list[Finding]]:
    """The first confirmed run on a copy of a calendar, judged."""
    desk = Desk(folder, calendar)
    before = desk.raw
    answer = desk.run(now)
    return desk, answer, judge(before, answer, desk.raw, now)


def moments(calendar: Path, count: int, seed: int) -> list[datetime]:
    """Moments of 2024-07 to 2025-06, on working days and others, early and late, in the calendar's zone."""
    pick = random.Random(seed)
    zone = read(
        calendar.read_bytes(), datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)
    ).zone
    days = [date(2024, 7, 1) + timedelta(days=pick.randrange(350)) for _ in range(count)]
    clock = [time(6, 30), time(8), time(11, 7), time(16, 45), time(22)]
    return [datetime.combine(d, pick.choice(clock), zone) for d in sorted(days)]


def main() -> int:
    """Prints one line per finding, and how many runs were clean."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calendar", type=Path)
    parser.add_argument("--dates", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--now", action="append", default=[])
    parser.add_argument("--sure", action="store_true", help="leave the doubts out")
    parser.add_argument("--people", action="store_true", help="play the person's edits too")
    options = parser.parse_args()
    times = [datetime.fromisoformat(n) for n in options.now]
    clean = 0
    for now in times or moments(options.calendar, options.dates, options.seed):
        with tempfile.TemporaryDirectory() as place:
            desk, answer, found = first_run(options.calendar, now, Path(place))
            if options.people and answer.code == 0:
                from .people import everybody  # it builds on this module

                found += everybody(desk, now)
        found = [f for f in found if f.sure or not options.sure]
        clean += not found
        for one in found:
            sign = "VIOLATION" if one.sure else "doubt"
            line = (
                f"{options.calendar.name} {now.isoformat(timespec='minutes')} {sign:9} {one.rule}: {one.text}"
            )
            sys.stdout.write(line + "\n")
        sys.stdout.flush()
    sys.stdout.write(f"{options.calendar.name}: {clean} clean\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
