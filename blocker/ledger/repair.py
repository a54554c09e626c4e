"""A damaged or lost ledger, made again: from what of the old file can still be read, and from the marks.

Nothing is doubled: blocks are known by the marks on the calendar. What can't be known is said.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

from blocker.ledger.file import DamagedLedger, bring_up_to_date, ledger_path
from blocker.ledger.ledger import open_ledger
from blocker.ledger.parking import decision, question
from blocker.ledger.rows import (
    hours_in,
    key_in,
    lines_in,
    moment_in,
    remembered,
    text_in,
    used_identity,
    week_record,
)
from blocker.values.events import StandingBlock
from blocker.values.memory import Identity, Remembered
from blocker.values.workweek import parse_week

UNKNOWN = (
    "which blocks you deleted or skipped, levels of past weeks and time owed, parked questions and decisions"
)
SIDE_FILES = ("-journal", "-wal", "-shm")


def _a_skip(row: sqlite3.Row) -> object:
    return key_in(row["what"]) if "/" in row["what"] else parse_week(row["what"])


def _a_block(row: sqlite3.Row) -> object:
    return used_identity(row) if row["state"] == "gone" else remembered(row)


def _a_calendar(row: sqlite3.Row) -> object:
    until, yes = row["paused_until"], row["confirmed_at"]
    lines_in(row["own_lines"])
    return (until is None or date.fromisoformat(until)), (yes is None or moment_in(yes))


# What a person said, and what a crash would need, each with what a row must survive to be kept.
# Runs and their changes are only for undo.
SALVAGED: Mapping[str, Callable[[sqlite3.Row], object]] = {
    "calendar": _a_calendar,
    "block": _a_block,
    "week": week_record,
    "skip": _a_skip,
    "busy": lambda row: (parse_week(row["week"]), hours_in(row["hours"])),
    "said": lambda row: text_in(row["what"]),
    "parked": question,
    "decision": decision,
}


def is_damaged(state_dir: Path, calendar: Identity | str) -> bool:
    """True if there is a ledger that can't be used and never will be. Raises LedgerError for other trouble."""
    if not ledger_path(state_dir).exists() and not ledger_path(state_dir).is_symlink():
        return False
    try:
        with open_ledger(state_dir, calendar) as ledger:
            ledger.runs.last()
    except DamagedLedger:
        return True
    return False


def rebuild(state_dir: Path, calendar: Identity | str, standing: Sequence[StandingBlock]) -> list[str]:
    """Put the damaged ledger aside and make a new one; what was done, a line each."""
    damaged = ledger_path(state_dir)
    aside = _free_name(state_dir)
    damaged.replace(aside)
    for end in SIDE_FILES:
        with suppress(
            FileNotFoundError
        ):  # a rollback journal belongs to its database, and is needed to read it
            damaged.with_name(damaged.name + end).replace(aside.with_name(aside.name + end))
    open_ledger(state_dir, calendar).close()
    saved = _salvage(aside, damaged)
    lines = [f"The damaged ledger was put aside as {aside}."]
    with open_ledger(state_dir, calendar) as ledger:
        known = {block.key for block in ledger.memory().blocks}
        missing = [block for block in standing if block.key not in known]
        for block in missing:
            ledger.remember(
                Remembered(
                    block.key,
                    block.kind,
                    "placed",
                    block.when,
                    block.generation,
                    block.ref,
                    block.text_hash,
                    shown_busy=block.busy,
                )
            )
        confirmed = ledger.memory().confirmed
    lines.append(
        f"{saved} rows of it could still be read, and {len(missing)} blocks were found by their marks."
    )
    lines.append(f"What could not be read is forgotten: it may concern {UNKNOWN}.")
    if not confirmed:
        lines.append("The next run asks for your yes, as the first one did: blocker run")
    return lines


def _free_name(state_dir: Path) -> Path:
    number = 1
    while (state_dir / f"ledger.damaged-{number}.sqlite3").exists():
        number += 1
    return state_dir / f"ledger.damaged-{number}.sqlite3"


def _salvage(old: Path, new: Path) -> int:
    """Copy every row that can still be read; the number of them."""
    saved = 0
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(old)) as source:
        source.row_factory = sqlite3.Row
        source.text_factory = lambda raw: raw.decode("utf-8")
        with suppress(sqlite3.DatabaseError):  # its rows may be those of an older version
            bring_up_to_date(source)
        with closing(sqlite3.connect(new)) as target:
            for table in SALVAGED:
                saved += _salvage_table(table, source, target)
    return saved


def _salvage_table(table: str, source: sqlite3.Connection, target: sqlite3.Connection) -> int:
    columns = len(target.execute(f"PRAGMA table_info({table})").fetchall())
    holes = ", ".join("?" * columns)
    saved = 0
    with suppress(
        sqlite3.DatabaseError, ValueError
    ):  # the rest of this table is lost; what came before is kept
        for row in source.execute(f"SELECT * FROM {table}"):  # noqa: S608 - our own table names
            if len(row) == columns and _makes_sense(table, row):
                with suppress(sqlite3.IntegrityError):
                    target.execute(f"INSERT OR IGNORE INTO {table} VALUES ({holes})", tuple(row))  # noqa: S608 - the same
                    saved += 1
    target.commit()
    return saved


def _makes_sense(table: str, row: sqlite3.Row) -> bool:
    try:
        SALVAGED[table](row)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return False
    return True
