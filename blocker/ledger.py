"""The local memory of what was done: blocks, removals, skips, weeks, runs. One SQLite file, 0600.

Everything is kept per calendar address. A rollback journal with full synchronous writes is used
(not WAL): one writer at a time, a handful of rows a day, and one file that a person can copy.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

from blocker.errors import BlockerError, Temporary
from blocker.model import Cause, Change, Memory, Ref, Remembered, WeekRecord
from blocker.timeline import Interval, interval
from blocker.workweek import Week, parse_week

SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE calendar (address TEXT PRIMARY KEY, confirmed_at TEXT, paused_until TEXT);
CREATE TABLE block (
    calendar TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL
        CHECK (state IN ('creating', 'placed', 'removing', 'tombstone', 'gone')),
    start TEXT NOT NULL, end TEXT NOT NULL, generation INTEGER NOT NULL,
    ref_id TEXT, ref_etag TEXT, text_hash TEXT NOT NULL DEFAULT '', ended_by TEXT NOT NULL DEFAULT '',
    causes TEXT NOT NULL DEFAULT '[]', why TEXT NOT NULL DEFAULT '', tier TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (calendar, key)
);
CREATE TABLE week (
    calendar TEXT NOT NULL, week TEXT NOT NULL, level TEXT NOT NULL, causes TEXT NOT NULL,
    clear_in TEXT NOT NULL, not_clear_in TEXT NOT NULL,
    owed INTEGER NOT NULL, kept INTEGER NOT NULL, waived INTEGER NOT NULL,
    PRIMARY KEY (calendar, week)
);
CREATE TABLE skip (calendar TEXT NOT NULL, what TEXT NOT NULL, PRIMARY KEY (calendar, what));
CREATE TABLE busy (calendar TEXT NOT NULL, week TEXT NOT NULL, hours REAL NOT NULL, PRIMARY KEY (calendar, week));
CREATE TABLE said (calendar TEXT NOT NULL, what TEXT NOT NULL, PRIMARY KEY (calendar, what));
CREATE TABLE run (
    id INTEGER PRIMARY KEY, calendar TEXT NOT NULL, command TEXT NOT NULL, started TEXT NOT NULL,
    finished TEXT, exit_code INTEGER, undone INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE change (
    run INTEGER NOT NULL REFERENCES run (id), position INTEGER NOT NULL, action TEXT NOT NULL, key TEXT NOT NULL,
    before TEXT, after TEXT, state TEXT NOT NULL, error TEXT, PRIMARY KEY (run, position)
);
CREATE TABLE parked (
    id INTEGER PRIMARY KEY, text TEXT NOT NULL, asked_by TEXT NOT NULL, at TEXT NOT NULL, ended TEXT, how TEXT
);
"""


class LedgerError(BlockerError):
    """The ledger can't be used: damaged, from a newer version, or its place can't be written."""

    kind = "ledger"


class Ledger:
    """The memory of one calendar. Use as a context manager, or call :meth:`close`."""

    def __init__(self, connection: sqlite3.Connection, calendar: str) -> None:
        self._db = connection
        self._calendar = calendar

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    # What a plan needs

    def memory(self) -> Memory:
        """Everything remembered of this calendar, as a value."""
        rows = self._db.execute(
            "SELECT * FROM block WHERE calendar = ? ORDER BY key", (self._calendar,)
        ).fetchall()
        about = self._db.execute("SELECT * FROM calendar WHERE address = ?", (self._calendar,)).fetchone()
        skips = [row["what"] for row in self._rows("skip")]
        return Memory(
            blocks=tuple(_remembered(row) for row in rows if row["state"] != "gone"),
            weeks=tuple(_week_record(row) for row in self._rows("week")),
            skipped_weeks=tuple(parse_week(what) for what in skips if "/" not in what),
            skipped_keys=tuple(what for what in skips if "/" in what),
            paused_until=date.fromisoformat(about["paused_until"])
            if about and about["paused_until"]
            else None,
            busy_hours={parse_week(row["week"]): row["hours"] for row in self._rows("busy")},
            said=tuple(row["what"] for row in self._rows("said")),
            generations={row["key"]: row["generation"] for row in rows},
            confirmed=bool(about and about["confirmed_at"]),
        )

    def _rows(self, table: str) -> list[sqlite3.Row]:
        query = f"SELECT * FROM {table} WHERE calendar = ? ORDER BY 2"  # noqa: S608 - our own table names
        return self._db.execute(query, (self._calendar,)).fetchall()

    # What a run writes

    def confirm_calendar(self, now: datetime) -> None:
        """Remember that the person said yes to this calendar."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO calendar (address, confirmed_at) VALUES (?, ?) "
                "ON CONFLICT (address) DO UPDATE SET confirmed_at = coalesce(confirmed_at, excluded.confirmed_at)",
                (self._calendar, _when(now)),
            )

    def remember(self, block: Remembered) -> None:
        """Write a block's row, whatever it was before. Durable when this returns."""
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO block VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self._calendar, block.key, block.kind, block.state,
                    _when(block.slot.start), _when(block.slot.end), block.generation,
                    block.ref.id if block.ref else None, block.ref.etag if block.ref else None,
                    block.text_hash, block.ended_by, _causes_out(block.causes), block.why, block.tier,
                ),
            )  # fmt: skip

    def entomb(self, key: str, ended_by: str) -> None:
        """A person ended this block (deleted, or skipped by command): it never comes back."""
        with self._transaction():
            self._db.execute(
                "UPDATE block SET state = 'tombstone', ended_by = ? WHERE calendar = ? AND key = ?",
                (ended_by, self._calendar, key),
            )

    def recall(self, key: str) -> Remembered | None:
        """What is known of one block, those gone left out."""
        row = self._db.execute(
            "SELECT * FROM block WHERE calendar = ? AND key = ? AND state != 'gone'", (self._calendar, key)
        ).fetchone()
        return _remembered(row) if row else None

    def forget(self, key: str) -> None:
        """The block is gone by our own doing; only its generation stays known."""
        with self._transaction():
            self._db.execute(
                "UPDATE block SET state = 'gone', ref_id = NULL, ref_etag = NULL WHERE calendar = ? AND key = ?",
                (self._calendar, key),
            )

    def remember_week(self, record: WeekRecord) -> None:
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO week VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self._calendar, str(record.week), record.level, _causes_out(record.causes),
                    _weeks_out(record.clear_in), _weeks_out(record.not_clear_in),
                    record.owed_minutes, record.kept_minutes, record.waived_minutes,
                ),
            )  # fmt: skip

    def mark_said(self, what: Sequence[str]) -> None:
        with self._transaction():
            self._db.executemany(
                "INSERT OR IGNORE INTO said VALUES (?, ?)", [(self._calendar, w) for w in what]
            )

    # Runs and their changes: the write-ahead record, and what undo reads

    def begin_run(self, command: str, now: datetime) -> int:
        with self._transaction():
            cursor = self._db.execute(
                "INSERT INTO run (calendar, command, started) VALUES (?, ?, ?)",
                (self._calendar, command, _when(now)),
            )
        return int(cursor.lastrowid or 0)

    def end_run(self, run: int, now: datetime, exit_code: int) -> None:
        with self._transaction():
            self._db.execute(
                "UPDATE run SET finished = ?, exit_code = ? WHERE id = ?", (_when(now), exit_code, run)
            )

    def record_intent(self, run: int, position: int, change: Change) -> None:
        """Write down a change before it is made."""
        before = _standing_out(change)
        after = _block_out(change)
        with self._transaction():
            self._db.execute(
                "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, 'pending', NULL)",
                (run, position, change.action, change.key, before, after),
            )

    def record_outcome(self, run: int, position: int, error: str | None) -> None:
        with self._transaction():
            self._db.execute(
                "UPDATE change SET state = ?, error = ? WHERE run = ? AND position = ?",
                ("failed" if error else "done", error, run, position),
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with self._db:
                yield
        except sqlite3.OperationalError as problem:
            raise LedgerError(
                f"the ledger could not be written: {problem}",
                "free some space or check the state folder's rights",
            ) from problem


def open_ledger(state_dir: Path, calendar: str) -> Ledger:
    """Open (or create) the ledger in ``state_dir`` for one calendar address.

    Raises LedgerError if the file is damaged or newer than this program, Temporary if it is locked.
    """
    path = state_dir / "ledger.sqlite3"
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as problem:
        raise LedgerError(
            f"the ledger {path} can't be opened: {problem.strerror}",
            "set BLOCKER_STATE_DIR to a writable folder",
        ) from problem
    connection = sqlite3.connect(path, timeout=5, isolation_level="IMMEDIATE")
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            connection.executescript(
                f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )
        elif version > SCHEMA_VERSION:
            raise LedgerError(
                f"the ledger {path} was written by a newer blocker (schema {version})", "upgrade blocker"
            )
    except sqlite3.DatabaseError as problem:
        connection.close()
        if isinstance(problem, sqlite3.OperationalError) and "locked" in str(problem):
            raise Temporary("the ledger is locked by another run", "try again in a minute") from problem
        raise LedgerError(
            f"the ledger {path} is damaged: {problem}", "run: blocker check --repair"
        ) from problem
    except LedgerError:
        connection.close()
        raise
    return Ledger(connection, calendar)


def read_memory(state_dir: Path, calendar: str) -> Memory:
    """The memory for looking only: an empty one where there is no ledger yet, and no file is made."""
    if not (state_dir / "ledger.sqlite3").exists():
        return Memory()
    with open_ledger(state_dir, calendar) as ledger:
        return ledger.memory()


def _when(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()


def _slot(row: Mapping[str, Any] | sqlite3.Row) -> Interval:
    return interval(datetime.fromisoformat(row["start"]), datetime.fromisoformat(row["end"]))


def _remembered(row: sqlite3.Row) -> Remembered:
    return Remembered(
        key=row["key"],
        kind=row["kind"],
        state=row["state"],
        slot=_slot(row),
        generation=row["generation"],
        ref=Ref(row["ref_id"], row["ref_etag"] or "") if row["ref_id"] else None,
        text_hash=row["text_hash"],
        ended_by=row["ended_by"],
        causes=_causes_in(row["causes"]),
        why=row["why"],
        tier=row["tier"],
    )


def _week_record(row: sqlite3.Row) -> WeekRecord:
    return WeekRecord(
        week=parse_week(row["week"]),
        level=row["level"],
        causes=_causes_in(row["causes"]),
        clear_in=_weeks_in(row["clear_in"]),
        not_clear_in=_weeks_in(row["not_clear_in"]),
        owed_minutes=row["owed"],
        kept_minutes=row["kept"],
        waived_minutes=row["waived"],
    )


def _causes_out(causes: Sequence[Cause]) -> str:
    return json.dumps([asdict(cause) for cause in causes])


def _causes_in(text: str) -> tuple[Cause, ...]:
    return tuple(Cause(**cause) for cause in json.loads(text))


def _weeks_out(weeks: Sequence[Week]) -> str:
    return " ".join(str(week) for week in weeks)


def _weeks_in(text: str) -> tuple[Week, ...]:
    return tuple(parse_week(week) for week in text.split())


def _standing_out(change: Change) -> str | None:
    there = change.standing
    if there is None:
        return None
    return json.dumps(
        {
            "slot": [_when(there.slot.start), _when(there.slot.end)],
            "when": [_when(there.when.start), _when(there.when.end)],
            "title": there.title, "text": there.text, "kind": there.kind, "busy": there.busy,
            "generation": there.generation, "ref": [there.ref.id, there.ref.etag], "raw": there.raw,
            "dates": [day.isoformat() for day in there.dates] if there.dates else None,
        }
    )  # fmt: skip


def _block_out(change: Change) -> str | None:
    block = change.block
    if block is None:
        return None
    return json.dumps(
        {
            "slot": [_when(block.slot.start), _when(block.slot.end)],
            "title": block.title, "text": block.text, "kind": block.kind, "generation": block.generation,
            "busy": block.busy, "dates": [day.isoformat() for day in block.dates] if block.dates else None,
        }
    )  # fmt: skip
