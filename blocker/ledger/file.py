"""The ledger's file: opened for its owner alone, checked, brought to this version's schema; its failures in words."""

from __future__ import annotations

import os
import re
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from blocker.files.private import open_private, private_folder
from blocker.ledger.rows import SCHEMA, SCHEMA_VERSION
from blocker.values.errors import BlockerError, Temporary

TABLES = frozenset(re.findall(r"CREATE TABLE (\w+)", SCHEMA))


def _what_version_1_lacks(connection: sqlite3.Connection) -> str:
    """Version 1 grew four times under one number, so what is missing is seen from the tables themselves."""
    grown = {
        "checkpoint": "run INTEGER PRIMARY KEY REFERENCES run (id), before BLOB NOT NULL, after_digest TEXT NOT NULL",
        "fill": "calendar TEXT NOT NULL, week TEXT NOT NULL, ahead INTEGER NOT NULL, hours REAL NOT NULL,"
        " PRIMARY KEY (calendar, week, ahead)",
    }
    columns = {
        "block": ("zone TEXT NOT NULL DEFAULT ''",),
        "week": (
            "placed INTEGER NOT NULL DEFAULT 0",
            "overrun INTEGER NOT NULL DEFAULT 0",
            "moved TEXT NOT NULL DEFAULT ''",
        ),
    }
    steps = [f"CREATE TABLE IF NOT EXISTS {table} ({made});" for table, made in grown.items()]
    for table, added in columns.items():
        there = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}
        if there:
            steps += [f"ALTER TABLE {table} ADD COLUMN {c};" for c in added if c.split()[0] not in there]
    return "".join(steps)


def _what_version_2_lacks(connection: sqlite3.Connection) -> str:
    """Blocks that are displaced or put back; a level has no memory any more. A CHECK can't be changed in place."""
    block = (
        "calendar TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL"
        " CHECK (state IN ('creating', 'placed', 'removing', 'displaced', 'tombstone', 'gone')),"
        " start TEXT NOT NULL, end TEXT NOT NULL, generation INTEGER NOT NULL, ref_id TEXT, ref_etag TEXT,"
        " text_hash TEXT NOT NULL DEFAULT '', ended_by TEXT NOT NULL DEFAULT '', causes TEXT NOT NULL DEFAULT '[]',"
        " why TEXT NOT NULL DEFAULT '', tier TEXT NOT NULL DEFAULT '', zone TEXT NOT NULL DEFAULT '',"
        " put_back INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (calendar, key)"
    )
    week = (
        "calendar TEXT NOT NULL, week TEXT NOT NULL, level TEXT NOT NULL, causes TEXT NOT NULL,"
        " owed INTEGER NOT NULL, kept INTEGER NOT NULL, waived INTEGER NOT NULL,"
        " placed INTEGER NOT NULL DEFAULT 0, overrun INTEGER NOT NULL DEFAULT 0, moved TEXT NOT NULL DEFAULT '',"
        " PRIMARY KEY (calendar, week)"
    )
    kept = {
        "block": "calendar, key, kind, state, start, end, generation, ref_id, ref_etag, text_hash, ended_by,"
        " causes, why, tier, zone, 0",
        "week": "calendar, week, level, causes, owed, kept, waived, placed, overrun, moved",
    }
    steps = ["ALTER TABLE calendar ADD COLUMN undone_under TEXT NOT NULL DEFAULT '';"]
    for table, made in {"block": block, "week": week}.items():
        steps += [
            f"CREATE TABLE new_{table} ({made});",
            f"INSERT INTO new_{table} SELECT {kept[table]} FROM {table};",  # noqa: S608 - our own names
            f"DROP TABLE {table};",
            f"ALTER TABLE new_{table} RENAME TO {table};",
        ]
    return "".join(steps)


def _what_version_3_lacks(connection: sqlite3.Connection) -> str:
    """The lines of a person's own."""
    return "ALTER TABLE calendar ADD COLUMN own_lines TEXT NOT NULL DEFAULT '';"


def _what_version_4_lacks(connection: sqlite3.Connection) -> str:
    """Whether a block has been busy. A week's floor and the half day were from the start."""
    return (
        "ALTER TABLE block ADD COLUMN shown_busy INTEGER NOT NULL DEFAULT 0;"
        "UPDATE block SET shown_busy = 1 WHERE tier = 'floor' OR kind = 'offsite';"
    )


def _what_version_5_lacks(connection: sqlite3.Connection) -> str:
    """Questions that were parked by an event, and decisions."""
    return (
        "ALTER TABLE parked ADD COLUMN calendar TEXT NOT NULL DEFAULT '';"
        "ALTER TABLE parked ADD COLUMN event TEXT NOT NULL DEFAULT '';"
        "CREATE TABLE decision (id INTEGER PRIMARY KEY, text TEXT NOT NULL, at TEXT NOT NULL,"
        " calendar TEXT NOT NULL DEFAULT '', key TEXT NOT NULL DEFAULT '');"
    )


def _what_version_6_lacks(connection: sqlite3.Connection) -> str:
    """What a week's blocks took before one of them was taken off."""
    return "ALTER TABLE week ADD COLUMN had INTEGER NOT NULL DEFAULT 0;"


# What turns the schema of a version into the next one's, as SQL. Each is tested from frozen dumps.
MIGRATIONS: Mapping[int, Callable[[sqlite3.Connection], str]] = {
    1: _what_version_1_lacks,
    2: _what_version_2_lacks,
    3: _what_version_3_lacks,
    4: _what_version_4_lacks,
    5: _what_version_5_lacks,
    6: _what_version_6_lacks,
}

_REPAIR = "run: blocker check --repair"


class LedgerError(BlockerError):
    """The ledger can't be used: damaged, from a newer version, or its place can't be written."""

    kind = "ledger"


class DamagedLedger(LedgerError):
    """What is in the file is not what was put there, or is no ledger at all."""


def connect(state_dir: Path) -> sqlite3.Connection:
    """A connection to the ledger, made if there is none. Raises LedgerError, or Temporary if it is locked."""
    path = ledger_path(state_dir)
    try:
        private_folder(state_dir)
        os.close(open_private(path, os.O_RDWR))
    except OSError as problem:
        raise LedgerError(
            f"the ledger {path} can't be opened: {problem.strerror}",
            "set BLOCKER_STATE_DIR to a folder of your own that you can write",
        ) from problem
    connection = sqlite3.connect(path, timeout=5, isolation_level="IMMEDIATE")
    connection.row_factory = sqlite3.Row
    try:
        _prepare(connection, path)
    except sqlite3.DatabaseError as problem:
        connection.close()
        raise in_words(problem) from problem
    except BaseException:
        connection.close()
        raise
    return connection


def in_words(problem: Exception) -> BlockerError:
    """What a failure of SQLite, or a row that makes no sense, means to a person."""
    code = getattr(problem, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Temporary("the ledger is locked by another run", "try again in a minute")
    unwritable = (
        sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM,
    )  # fmt: skip
    if code in unwritable:
        return LedgerError(
            f"the ledger could not be written: {problem}",
            "free some space, or check the state folder's rights; then run again",
        )
    return DamagedLedger(f"the ledger is damaged: {problem}", _REPAIR)


@contextmanager
def failures_in_words() -> Iterator[None]:
    """SQLite's failures, and rows that make no sense, as LedgerError or Temporary."""
    try:
        yield
    except (sqlite3.DatabaseError, zlib.error, ValueError, TypeError, LookupError) as problem:
        raise in_words(problem) from problem


class CalendarRows:
    """What an open ledger keeps of one calendar."""

    def __init__(self, database: sqlite3.Connection, calendar: str) -> None:
        self._db = database
        self._calendar = calendar

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """What is written inside is written as a whole, or not at all, and is durable afterwards."""
        if self._db.in_transaction:  # part of a larger step
            yield
            return
        with failures_in_words(), self._db:
            yield


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(
        "PRAGMA secure_delete = ON"
    )  # what is deleted is overwritten, however SQLite was built
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise DamagedLedger(f"the ledger {path} is damaged: {verdict}", _REPAIR)
    if version > SCHEMA_VERSION:
        raise LedgerError(
            f"the ledger {path} was written by a newer blocker (schema {version})", "upgrade blocker"
        )
    if version < SCHEMA_VERSION:
        bring_up_to_date(connection)
    if not _tables(connection).issuperset(TABLES):
        raise DamagedLedger(f"{path} is a database, but not blocker's ledger", _REPAIR)


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Make the schema, or today's of an older one: all of it, or nothing, and one process at a time."""
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]  # another may have been faster
        if version == 0:
            if _tables(connection):
                return  # somebody else's database
            _script(connection, SCHEMA)
        for step in range(version or SCHEMA_VERSION, SCHEMA_VERSION):
            _script(connection, MIGRATIONS[step](connection))
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _script(connection: sqlite3.Connection, sql: str) -> None:
    """Its statements within the transaction that is open; ``executescript`` would end it."""
    for statement in sql.split(";"):
        if statement.strip():
            connection.execute(statement)


NAME = "ledger.sqlite3"


def ledger_path(state_dir: Path) -> Path:
    return state_dir / NAME
