"""The table of lived years: our way against first-fit, a careful greedy, and ours with the year known in advance."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.arrivals import Book
from benchmarks.lived_year import Lived, live
from benchmarks.one_at_a_time import careful_greedy, first_fit
from benchmarks.tables import Table, per_cent
from blocker.placing.place import place

WAYS = (("ours", place), ("first-fit", first_fit), ("careful greedy", careful_greedy))


def replayed_years(books: Sequence[Book], days: int, tell: Callable[[str], None]) -> Table:
    rows = []
    for book in books:
        tell(f"a year of {book.name}: known in advance")
        foreseen = live(book.known(), place, days)
        for name, way in WAYS:
            tell(f"a year of {book.name}: {name}")
            rows.append([book.name, name, *_cells(live(book, way, days), foreseen)])
        rows.append([book.name, "ours, the year known", *_cells(foreseen, foreseen)])
    return Table(
        "A year, day by day",
        ("calendar", "placed by", "wanted", "placed", "kept", "moves per block and month", "weeks without a floor that had room",
         "weeks without strategic time", "offsites of 4: stood, undisturbed", "minutes kept", "of those with the year known"),
        rows,
        (("Every morning of 52 weeks the whole program runs on the calendar as it is that day: meetings arrive, move and are "
         "called off (benchmarks/arrivals.py says how), nobody edits a block. *Kept*: it stood, and nothing lay on it "
         "when its time came. *Weeks without a floor that had room*: on some morning a week had no floor in the plan, "
         "though an independent judge finds a slot for one beside everything else; it must be 0 for ours. *Weeks without "
         "strategic time*: working weeks in which no such block, and no time of the user's own, was kept. *Offsites*: a "
            "meeting that lands on one with less than its notice left, or where no other half day is free, does not "
            "move it: it stands, and the plan names the meeting."),
         ("*The year known* is the same program on a calendar that shows from the first day what will be there in the end. "
         "It knows more, but is no upper bound: a heavier view of a week asks for more blocks.")),
    )  # fmt: skip


def _cells(lived: Lived, foreseen: Lived) -> list[str]:
    return [
        str(len(lived.wanted)), str(len(lived.placed)), str(lived.kept), f"{lived.moves_a_month:.2f}",
        str(len(lived.roomy)), str(lived.floorless), f"{lived.offsites_stood}, {lived.offsites}",
        f"{lived.kept_minutes:,}", per_cent(lived.kept_minutes, foreseen.kept_minutes),
    ]  # fmt: skip
