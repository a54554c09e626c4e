"""A damaged or lost ledger, made again: from what of the old file can still be read, and from the marks.

Nothing is doubled: blocks are known by the marks on the calendar. What can't be known is said.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from blocker.ledger import LedgerError, open_ledger
from blocker.model import Remembered, StandingBlock

# What a person said, and what a crash would need. Runs and their changes are only for undo.
SALVAGED = ("calendar", "block", "week", "skip", "busy", "said", "parked")
UNKNOWN = "which blocks you deleted or skipped, levels and debt of past weeks, and parked questions"


def is_damaged(state_dir: Path, calendar: str) -> bool:
    """True if there is a ledger that can't be used."""
    if not (state_dir / "ledger.sqlite3").exists():
        return False
    try:
        open_ledger(state_dir, calendar).close()
    except LedgerError:
        return True
    return False


def rebuild(state_dir: Path, calendar: str, standing: Sequence[StandingBlock]) -> list[str]:
    """Put the damaged ledger aside and make a new one; what was done, a line each."""
    damaged = state_dir / "ledger.sqlite3"
    aside = _free_name(state_dir)
    damaged.replace(aside)
    for name in ("ledger.sqlite3-journal", "ledger.sqlite3-wal", "ledger.sqlite3-shm"):
        (state_dir / name).unlink(missing_ok=True)
    open_ledger(state_dir, calendar).close()
    saved = _salvage(aside, damaged)
    lines = [f"The damaged ledger was put aside as {aside}."]
    with open_ledger(state_dir, calendar) as ledger:
        known = {block.key for block in ledger.memory().blocks}
        missing = [block for block in standing if block.key not in known]
        for block in missing:
            ledger.remember(
                Remembered(
                    block.key, block.kind, "placed", block.when, block.generation, block.ref, block.text_hash
                )
            )
    lines.append(
        f"{saved} rows of it could still be read, and {len(missing)} blocks were found by their marks."
    )
    lines.append(f"What could not be read is forgotten: it may concern {UNKNOWN}.")
    return lines


def _free_name(state_dir: Path) -> Path:
    number = 1
    while (state_dir / f"ledger.damaged-{number}.sqlite3").exists():
        number += 1
    return state_dir / f"ledger.damaged-{number}.sqlite3"


def _salvage(old: Path, new: Path) -> int:
    """Copy every row that can still be read; the number of them."""
    saved = 0
    with (
        closing(sqlite3.connect(f"file:{old}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(new)) as target,
    ):
        for table in SALVAGED:
            saved += _salvage_table(table, source, target)
    return saved


def _salvage_table(table: str, source: sqlite3.Connection, target: sqlite3.Connection) -> int:
    columns = len(target.execute(f"PRAGMA table_info({table})").fetchall())
    holes = ", ".join("?" * columns)
    saved = 0
    try:
        for row in source.execute(f"SELECT * FROM {table}"):  # noqa: S608 - our own table names
            if len(row) == columns:
                target.execute(f"INSERT OR IGNORE INTO {table} VALUES ({holes})", row)  # noqa: S608 - the same
                saved += 1
    except sqlite3.DatabaseError:
        pass  # the rest of this table is lost; what came before it is kept
    target.commit()
    return saved
