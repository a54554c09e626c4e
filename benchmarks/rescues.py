"""Days on which meetings land: is a block ever left under one overnight, and does more move than has to?

    python -m benchmarks.rescues [--days 270] [--calendars DIR]

Every morning the whole program runs on the calendar as it is that day. A block that is hit when a run begins has
to move or to go; more moves than 1.2 times that, or one block left under a meeting overnight, is a failure.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.arrivals import Book, from_file
from benchmarks.lived_year import Lived, live
from benchmarks.made_up import FIRST, made_up
from benchmarks.tables import Table
from blocker.placing.place import place

DAYS = 270
MOST_MOVES = 1.2  # times what collisions force


def good(lived: Lived) -> bool:
    return not lived.overnight and lived.moves <= MOST_MOVES * lived.forced


def rescues(books: Sequence[Book], days: int) -> tuple[Table, bool]:
    """The figures of each book, and whether all of them are good."""
    lived = {book.name: live(book, place, days) for book in books}
    rows = [
        [
            name, str(one.block_days), str(one.forced), str(one.moves), f"{one.forced_a_month:.2f}",
            f"{one.moves_a_month:.2f}", str(len(one.overnight)), str(one.floorless),
        ]
        for name, one in lived.items()
    ]  # fmt: skip
    head = (
        "calendar", "block days", "blocks hit", "blocks moved", "hit per block and month",
        "moved per block and month", "left under a meeting overnight", "weeks without strategic time",
    )  # fmt: skip
    note = f"Over {days} days. Hit blocks that found no other place are taken off, and are no moves."
    return Table("Days on which meetings land", head, rows, (note,)), all(good(one) for one in lived.values())


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.rescues", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--calendars", type=Path, help="a folder with .ics files to live on")
    options = parser.parse_args()
    files = sorted(options.calendars.glob("*.ics")) if options.calendars else []
    books = [from_file(path, FIRST) for path in files] or [made_up(15), made_up(20), made_up(30)]
    table, fine = rescues(books, options.days)
    sys.stdout.write("\n".join(table.lines()) + "\n")
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main())
