"""A year without anybody looking: daily runs, failing writes and requests, kills, and a person who edits every day.

    python -m benchmarks.year [--days 365] [--backend ics|dir|caldav|google|all] [--seed 1]

Prints how often each thing struck, and what of the calendar suffered: nothing must. Exits 1 otherwise.
The daily run is the one that cron calls: after a failure or a kill it is called again an hour later.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
from collections import Counter
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.fate import Fate, Killed, striking
from benchmarks.stages import ZONE, Seen, Stage, open_stage
from blocker.cli import main as blocker
from blocker.values.intervals import Interval

BACKENDS = ("ics", "dir", "caldav", "google")
FIRST = date(2026, 1, 5)
FAULT_RATE = 0.1
KILL_EVERY = 20  # runs
HOURS = range(6, 21)  # cron's hourly looks
FAILING = {1, 3, 75}  # what bad weather may end in; 0 is a day's success
EDITS = {"meet": 40, "meet on a block": 15, "cancel": 20, "move": 9, "retitle": 10, "delete": 6}


@dataclass
class Tally:
    """What struck, and what suffered. Each of ``harm`` is a sentence."""

    runs: int = 0
    exits: Counter[str] = field(default_factory=Counter)
    edits: Counter[str] = field(default_factory=Counter)
    harm: dict[str, list[str]] = field(
        default_factory=lambda: {
            "lost": [],
            "doubled": [],
            "foreign changed": [],
            "undone edits": [],
            "defects": [],
        }
    )

    def suffered(self, what: str, words: str) -> None:
        if words not in self.harm[what]:
            self.harm[what].append(words)


class Year:
    """The calendar, the person with a memory of their own, and the program."""

    def __init__(self, stage: Stage, state: Path, fate: Fate, seed: int) -> None:
        self.stage, self.state, self.fate = stage, state, fate
        self.dice = random.Random(seed)  # noqa: S311 - moods, no secret
        self.tally = Tally()
        self.deleted: set[str] = set()
        self.moved: dict[str, Interval] = {}
        self.titles: dict[str, str] = {}
        self.meetings: list[str] = []

    def live(self, days: int) -> None:
        """So many days, and then one with good weather on which all is made whole."""
        for number in range(days):
            day = FIRST + timedelta(days=number)
            self._person(day)
            if number % KILL_EVERY == KILL_EVERY // 2:
                self.fate.arm()
            for hour in HOURS:
                if self._run(day, hour, "-y" if number == 0 else "--cron") == 0:
                    break
        self.fate.clear()
        self.stage.weather(0.0, 0)
        last = FIRST + timedelta(days=days)
        for _ in range(6):  # a run moves two blocks at most, so that it may take some
            self._run(last, HOURS[0])
        before = self.stage.blocks()
        if self._run(last, HOURS[0]) != 0 or self.stage.blocks() != before:
            self.tally.suffered("defects", "the last runs do not come to rest")
        self._compare_with_the_ledger(last)

    def _run(self, day: date, hour: int, *words: str) -> int:
        now = datetime.combine(day, time(hour, 30), ZONE)
        before, theirs = self.stage.blocks(), self.stage.theirs()
        self.tally.runs += 1
        err = StringIO()
        try:
            with striking(self.fate), redirect_stdout(StringIO()), redirect_stderr(err):
                code = blocker(["--calendar", self.stage.address, "--now", now.isoformat(), "run", *words])
        except Killed:
            code = -1
        self.tally.exits["killed" if code < 0 else str(code)] += 1
        if code > 0 and (code not in FAILING or "defect" in err.getvalue()):
            self.tally.suffered("defects", f"{now}: exit {code}: {err.getvalue().strip()}")
        self._check(now, before, theirs)
        return code

    def _person(self, day: date) -> None:
        """One thing that people do, on most days two."""
        for _ in range(self.dice.choice((1, 2, 2))):
            ahead = [block for block in self.stage.blocks() if block.when.start.astimezone(ZONE).date() > day]
            what = self.dice.choices(list(EDITS), list(EDITS.values()))[0]
            if what == "cancel" and self.meetings:
                self.stage.cancel(self.meetings.pop(self.dice.randrange(len(self.meetings))))
            elif what == "meet on a block" and ahead:
                self._meet(self.dice.choice(ahead).when.start, 60)
            elif what in ("move", "retitle", "delete") and ahead:
                self._edit(what, self.dice.choice(ahead), day)
            else:
                what = "meet"
                on = day + timedelta(days=self.dice.randint(1, 30))
                clock = time(self.dice.randint(8, 16), self.dice.choice((0, 15, 30)))
                self._meet(datetime.combine(on, clock, ZONE), self.dice.choice((30, 60, 90)))
            self.tally.edits[what] += 1

    def _meet(self, start: datetime, minutes: int) -> None:
        title = f"meeting-{sum(self.tally.edits.values())}"
        start = start.astimezone(UTC)
        self.stage.meet(Interval(start, start + timedelta(minutes=minutes)), title)
        self.meetings.append(title)

    def _edit(self, what: str, block: Seen, day: date) -> None:
        if what == "retitle":
            self.titles[block.id] = f"My own time {day}"
            self.stage.retitle(block, self.titles[block.id])
        elif what == "delete":
            self.stage.delete(block)
            self.deleted.add(block.key)
            self.moved.pop(block.id, None)
        else:
            start = datetime.combine(block.when.start.astimezone(ZONE).date(), time(17), ZONE).astimezone(UTC)
            self.moved[block.id] = Interval(start, start + timedelta(minutes=75))
            self.stage.move(block, self.moved[block.id])

    def _check(self, now: datetime, before: list[Seen], theirs: object) -> None:
        """After a run, however it ended: what was there, what is there, and what the person had said."""
        there = self.stage.blocks()
        if self.stage.theirs() != theirs:
            self.tally.suffered("foreign changed", f"{now}")
        for key, count in Counter(block.key for block in there).items():
            if count > 1:
                self.tally.suffered("doubled", f"{now}: {key}")
        for key in self.deleted & {block.key for block in there}:
            self.tally.suffered("undone edits", f"{key} was deleted and came back")
        by_id = {block.id: block for block in there}
        for name, when in self.moved.items():
            if name not in by_id or by_id[name].when != when:
                self.tally.suffered("undone edits", f"{now}: {name} was moved by hand")
        for name, title in self.titles.items():
            if name in by_id and by_id[name].title != title:
                self.tally.suffered("undone edits", f"{now}: {name} had a title of the person's")
        gone = {block.key for block in before} - {block.key for block in there}
        for key in sorted(gone - self._ended_by_us()):
            self.tally.suffered("lost", f"{now}: {key} is gone, and nothing says why")

    def _ended_by_us(self) -> set[str]:
        with closing(sqlite3.connect(self.state / "ledger.sqlite3")) as ledger:
            return {
                key
                for (key,) in ledger.execute(
                    "SELECT key FROM block WHERE state IN ('removing', 'displaced', 'gone')"
                )
            }

    def _compare_with_the_ledger(self, day: date) -> None:
        """What the ledger says stands ahead is what stands ahead."""
        now = datetime.combine(day, time(HOURS[0], 30), ZONE)
        with closing(sqlite3.connect(self.state / "ledger.sqlite3")) as ledger:
            rows = ledger.execute(
                "SELECT key, end FROM block WHERE state = 'placed' AND kind != 'note'"
            ).fetchall()
            open_rows = ledger.execute(
                "SELECT key FROM block WHERE state IN ('creating', 'removing')"
            ).fetchall()
        noted = {key for key, end in rows if datetime.fromisoformat(end) > now}
        there = {block.key for block in self.stage.blocks() if block.when.end > now}
        for key in sorted(noted ^ there) + [key for (key,) in open_rows]:
            self.tally.suffered(
                "lost", f"at the end: {key} is not the same on the calendar and in the ledger"
            )


def simulate(backend: str, days: int, seed: int) -> tuple[Tally, Fate, int]:
    """A year's figures: the tally, the fate that struck, and the number of faults in all."""
    fate = Fate(seed, FAULT_RATE)
    with TemporaryDirectory() as name, open_stage(backend, Path(name), FIRST) as stage:
        stage.weather(FAULT_RATE, seed)
        year = Year(stage, Path(name, "state"), fate, seed)
        year.live(days)
        return year.tally, fate, fate.faults + stage.faults()


def report(backend: str, days: int, seed: int) -> bool:
    """Simulate and print; True if nothing suffered."""
    tally, fate, faults = simulate(backend, days, seed)
    exits = ", ".join(f"{count} × {code}" for code, count in sorted(tally.exits.items()))
    edits = ", ".join(f"{count} × {what}" for what, count in tally.edits.most_common())
    suffered = ", ".join(f"{what} {len(words)}" for what, words in tally.harm.items())
    lines = [
        f"{backend}, seed {seed}: {days} days",
        f"  runs {tally.runs} ({exits}), writes {fate.writes}, faults {faults}, kills {fate.kills}",
        f"  edits {sum(tally.edits.values())} ({edits})",
        f"  {suffered}",
        *(f"    {what}: {word}" for what, words in tally.harm.items() for word in words[:10]),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    return not any(tally.harm.values())


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.year",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--backend", choices=(*BACKENDS, "all"), default="all")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    backends = BACKENDS if options.backend == "all" else (options.backend,)
    clean = [report(backend, options.days, options.seed) for backend in backends]
    return 0 if all(clean) else 1


if __name__ == "__main__":
    raise SystemExit(main())
