"""Planning thirteen weeks on whole calendars: what comes after the reading, in milliseconds and of a whole run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from benchmarks.arrivals import Book
from benchmarks.lived_year import workweek_of
from benchmarks.processes import in_turn, typical
from benchmarks.tables import Table, milliseconds, per_cent
from blocker.engine import make_plan
from blocker.rules.survey import take_survey
from blocker.values import request as request_module
from blocker.values.events import Snapshot
from blocker.values.intervals import Interval
from blocker.values.memory import Memory
from blocker.values.request import Request
from blocker.values.settings import Settings
from blocker.values.workweek import week_of

WEEKS = 13
MONTHS = (60, 120, 180, 240)  # days after the first one


def planning(books: Sequence[Book], files: Sequence[Path], repeats: int) -> Table:
    """``files`` are the books' own where they have one: for those a whole ``plan`` is run as well."""
    rows = []
    by_name = {path.stem: path for path in files}
    for book in books:
        measured, decided = _stages(book, repeats)
        whole = _whole(by_name[book.name], book, repeats) if book.name in by_name else None
        share = "–" if whole is None else per_cent(measured + decided, whole)
        rows.append([book.name, milliseconds(measured), milliseconds(decided), milliseconds(measured + decided),
                     "–" if whole is None else milliseconds(whole), share])  # fmt: skip
    return Table(
        "Planning thirteen weeks, after the reading",
        ("calendar", "classify, measure, judge", "demands, placement, reasons, texts", "both",
         "`plan`, whole process", "both of the whole"),
        rows,
        (("Medians over four days of the year; the first plan on an empty ledger, so that everything is placed. The "
         "program itself plans five weeks; for this table it is made to plan thirteen. The whole process plans five."),),
    )  # fmt: skip


def _stages(book: Book, repeats: int) -> tuple[float, float]:
    measured, decided = [], []
    with TemporaryDirectory() as name, _horizon(WEEKS):
        workweek = workweek_of(book, Settings(), Path(name))
        for number in MONTHS:
            day = book.first + timedelta(days=number)
            now = workweek.instant(day, 6 * 60 + 30)
            window = Interval(now - timedelta(days=120), now + timedelta(days=200))
            events = tuple(
                sorted((e for e in book.on(day) if e.when.overlaps(window)), key=lambda e: (e.when, e.uid))
            )
            snapshot = Snapshot(book.name, window, events, (), zone=book.zone, me=book.me)
            request = Request(now, "run", week_of(day), Settings(), workweek, snapshot, (), Memory())
            for _ in range(repeats):
                began = process_time()
                seen = take_survey(request)
                middle = process_time()
                make_plan(request, seen)
                decided.append(process_time() - middle)
                measured.append(middle - began)
    return median(measured), median(decided)


def _whole(path: Path, book: Book, repeats: int) -> float:
    now = f"{book.first + timedelta(days=MONTHS[1])}T06:30"
    with TemporaryDirectory() as state:
        words = ["-m", "blocker", "--calendar", f"ics:{path}", "--now", now, "plan"]
        return typical(in_turn({"plan": words}, repeats, {"BLOCKER_STATE_DIR": state})["plan"])


@contextmanager
def _horizon(weeks: int) -> Iterator[None]:
    usual = request_module.HORIZON_WEEKS
    request_module.HORIZON_WEEKS = weeks
    try:
        yield
    finally:
        request_module.HORIZON_WEEKS = usual
