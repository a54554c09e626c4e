"""All figures in one table each, with the facts of the machine.

    python -m benchmarks [--calendars DIR] [--only placement,years,reading,start,servers,planning,bounds] [--quick] [--write FILE]

``--calendars`` names a folder with ``busy/*.ics`` (years from 2024-07-01 on) and ``real/galaxy_snapshots/``;
without one, years are made up. Nothing is written but with ``--write``: it puts the tables into a file, after
whatever stands there before its first line ``<!-- figures -->``. ``benchmarks.year`` and
``benchmarks.replay`` are commands of their own.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from benchmarks.arrivals import Book, from_file, from_snapshots
from benchmarks.bounds import bounds
from benchmarks.lived_year import DAYS
from benchmarks.machine import machine
from benchmarks.made_up import made_up
from benchmarks.placement import growth, placement
from benchmarks.planning import planning
from benchmarks.reading import reading
from benchmarks.replayed_years import replayed_years
from benchmarks.serving import serving
from benchmarks.starting import starting
from benchmarks.tables import Table

PARTS = ("placement", "years", "reading", "start", "servers", "planning", "bounds")
MARK = "<!-- figures -->"
BUSY_FROM, SNAPSHOTS_FROM = date(2024, 7, 1), date(2025, 1, 1)


def main() -> int:
    options = _options()
    began = monotonic()
    lines: list[str] = []
    for table in _tables(options):
        made = [*table.lines(), ""]
        sys.stdout.write("\n".join(made) + "\n")
        sys.stdout.flush()
        lines += made
    _tell(f"done in {(monotonic() - began) / 60:.0f} min")
    if options.write:
        publish(options.write, lines)
    return 0


def _tables(options: argparse.Namespace) -> Iterator[Table]:
    quick, parts = options.quick, options.only.split(",")
    files = sorted(options.calendars.glob("busy/*.ics")) if options.calendars else []
    yield machine()
    if "placement" in parts:
        for weeks, instances, solved in ((1, 30, 2), (13, 2, 0)) if quick else ((1, 300, 10), (13, 20, 2)):
            _tell(f"placement, {weeks} weeks")
            yield from placement(weeks, instances, solved)
        yield growth(1 if quick else 5)
    books = list(_books(options.calendars)) if {"years", "planning"} & set(parts) else []
    with TemporaryDirectory() as name:
        folder, repeats = Path(name), 3 if quick else 9
        if "start" in parts:
            _tell("start")
            yield starting(folder, repeats)
        if "servers" in parts:
            _tell("servers")
            yield serving(folder, repeats)
        if "reading" in parts:
            _tell("reading")
            yield reading(files, folder, repeats // 3)
        if "planning" in parts:
            _tell("planning")
            yield planning(books, files, repeats // 3)
        if "bounds" in parts:
            _tell("bounds")
            yield bounds(folder, (1_000, 10_000) if quick else (1_000, 10_000, 50_000, 100_000, 200_000))
    if "years" in parts:
        yield replayed_years(books, 28 if quick else DAYS, _tell)


def _books(folder: Path | None) -> Iterator[Book]:
    for path in sorted(folder.glob("busy/*.ics")) if folder else ():
        yield from_file(path, BUSY_FROM)
    snapshots = sorted(folder.glob("real/galaxy_snapshots/*.ics")) if folder else []
    if snapshots:
        yield from_snapshots(snapshots, SNAPSHOTS_FROM)
    if not folder:
        yield made_up(20)
        yield made_up(30)


def publish(path: Path, lines: list[str]) -> None:
    """Put the lines into a file, after what stands there before its mark."""
    before = path.read_text("utf-8").partition(MARK)[0] if path.exists() else ""
    path.write_text(f"{before}{MARK}\n\n" + "\n".join(lines), "utf-8")


def _tell(what: str) -> None:
    sys.stderr.write(f"… {what}\n")
    sys.stderr.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calendars", type=Path, help="a folder with calendars to live years on")
    parser.add_argument("--only", default=",".join(PARTS), help="some of the parts, with commas between")
    parser.add_argument("--quick", action="store_true", help="a minute or two, to see that it works")
    parser.add_argument("--write", type=Path, help="put the tables into this file too")
    options = parser.parse_args()
    unknown = set(options.only.split(",")) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    if options.calendars and not options.calendars.is_dir():
        parser.error(f"{options.calendars} is no folder")
    return options


if __name__ == "__main__":
    raise SystemExit(main())
