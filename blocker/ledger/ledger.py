"""The local memory of what was done: blocks, removals, skips, weeks, runs. One SQLite file, 0600.

Everything is kept per calendar, by its identity. A rollback journal with full synchronous writes is used
(not WAL): one writer at a time, a handful of rows a day, and one file that a person can copy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Self

from blocker.ledger.file import CalendarRows, connect, failures_in_words, ledger_path
from blocker.ledger.names import carry_over
from blocker.ledger.parking import (
    decisions,
    keep_blocks_decisions,
    keep_calendar_questions,
    parked_questions,
)
from blocker.ledger.rows import (
    causes_out,
    hours_in,
    key_in,
    lines_in,
    lines_out,
    moment_in,
    remembered,
    text_in,
    used_identity,
    week_record,
    when,
)
from blocker.ledger.runs import Runs
from blocker.values.memory import (
    Decision,
    Identity,
    Memory,
    OwnLines,
    ParkedQuestion,
    Remembered,
    WeekRecord,
)
from blocker.values.workweek import Week, parse_week


class Ledger(CalendarRows):
    """The memory of one calendar, its ``runs`` among it. Use as a context manager, or call :meth:`close`."""

    def __init__(self, connection: sqlite3.Connection, calendar: Identity) -> None:
        super().__init__(connection, calendar.name)
        self.runs = Runs(connection, calendar.name)
        with self._transaction():
            carry_over(connection, calendar)
            self.memory()  # a row that makes no sense is found before anything is written
            self.runs.tried(UTC)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    @property
    def calendar(self) -> str:
        """The name under which this calendar's rows are kept."""
        return self._calendar

    @property
    def database(self) -> sqlite3.Connection:
        """For the functions in ``parking``: questions and decisions belong to no calendar."""
        return self._db

    # What a plan needs

    @failures_in_words()
    def memory(self) -> Memory:
        """Everything remembered of this calendar, as a value."""
        rows = self._db.execute(
            "SELECT * FROM block WHERE calendar = ? ORDER BY key", (self._calendar,)
        ).fetchall()
        about = self._db.execute("SELECT * FROM calendar WHERE address = ?", (self._calendar,)).fetchone()
        skips = [row["what"] for row in self._rows("skip")]
        return Memory(
            blocks=tuple(remembered(row) for row in rows if row["state"] != "gone"),
            weeks=tuple(week_record(row) for row in self._rows("week")),
            skipped_weeks=tuple(parse_week(what) for what in skips if "/" not in what),
            skipped_keys=tuple(key_in(what) for what in skips if "/" in what),
            paused_until=date.fromisoformat(about["paused_until"])
            if about and about["paused_until"]
            else None,
            busy_hours={parse_week(row["week"]): hours_in(row["hours"]) for row in self._rows("busy")},
            said=tuple(text_in(row["what"]) for row in self._rows("said")),
            generations=dict(used_identity(row) for row in rows),
            confirmed=bool(about and about["confirmed_at"] and moment_in(about["confirmed_at"])),
            undone_under=text_in(about["undone_under"]) if about else "",
            lines=lines_in(about["own_lines"]) if about else None,
            parked=parked_questions(self._db, self._calendar),
            decisions=decisions(self._db, self._calendar),
            last_run=self.runs.last_at(),
            fill={
                (parse_week(row["week"]), int(row["ahead"])): hours_in(row["hours"])
                for row in self._rows("fill")
            },
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
                (self._calendar, when(now)),
            )

    def remember(self, block: Remembered) -> None:
        """Write a block's row, whatever it was before. Tier and zone stay known, and that it has been busy as long
        as it is the same event. Durable when this returns.
        """
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO block VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce("
                "nullif(?, ''), (SELECT tier FROM block WHERE calendar = ? AND key = ?), ''), "
                "coalesce(nullif(?, ''), (SELECT zone FROM block WHERE calendar = ? AND key = ?), ''), ?, "
                "max(?, coalesce((SELECT shown_busy FROM block WHERE calendar = ? AND key = ? AND generation = ?), 0)))",
                (
                    self._calendar, block.key, block.kind, block.state,
                    when(block.slot.start), when(block.slot.end), block.generation,
                    block.ref.id if block.ref else None, block.ref.etag if block.ref else None,
                    block.text_hash, block.ended_by, causes_out(block.causes), block.why, block.tier,
                    self._calendar, block.key, block.zone, self._calendar, block.key,
                    block.put_back, block.shown_busy, self._calendar, block.key, block.generation,
                ),
            )  # fmt: skip

    def take_back(self, key: str) -> None:
        """A block that a run made is about to be taken away by ``undo``: if it is gone later, that was the undo."""
        with self._transaction():
            self._db.execute(
                "UPDATE block SET state = 'removing', ended_by = 'undone' "
                "WHERE calendar = ? AND key = ? AND state = 'placed'",
                (self._calendar, key),
            )

    def entomb(self, key: str, ended_by: str) -> None:
        """A person ended this block (deleted, or skipped by command): it never comes back."""
        with self._transaction():
            self._db.execute(
                "UPDATE block SET state = 'tombstone', ended_by = ? WHERE calendar = ? AND key = ?",
                (ended_by, self._calendar, key),
            )

    def displace(self, key: str) -> None:
        """The block was released: it is off the calendar, and owed. Slot and generation stay known."""
        with self._transaction():
            self._db.execute(
                "UPDATE block SET state = 'displaced', ended_by = '', ref_id = NULL, ref_etag = NULL "
                "WHERE calendar = ? AND key = ?",
                (self._calendar, key),
            )

    @failures_in_words()
    def recall(self, key: str) -> Remembered | None:
        """What is known of one block, those gone left out."""
        row = self._db.execute(
            "SELECT * FROM block WHERE calendar = ? AND key = ? AND state != 'gone'", (self._calendar, key)
        ).fetchone()
        return remembered(row) if row else None

    def forget(self, key: str) -> None:
        """The block is gone by our own doing; only its generation stays known."""
        with self._transaction():
            self._db.execute(
                "UPDATE block SET state = 'gone', ended_by = '', put_back = 0, ref_id = NULL, ref_etag = NULL "
                "WHERE calendar = ? AND key = ?",
                (self._calendar, key),
            )

    def remember_week(self, record: WeekRecord) -> None:
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO week VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self._calendar, str(record.week), record.level, causes_out(record.causes),
                    record.owed_minutes, record.kept_minutes, record.waived_minutes,
                    record.placed_minutes, record.overrun_minutes, " ".join(record.moved),
                    record.had_minutes,
                ),
            )  # fmt: skip

    def remember_fill(self, fill: Mapping[tuple[Week, int], float]) -> None:
        """How full each week is so many weeks ahead; what an earlier run of this week saw, stays."""
        rows = [(self._calendar, str(week), ahead, hours) for (week, ahead), hours in fill.items()]
        with self._transaction():
            self._db.executemany("INSERT OR IGNORE INTO fill VALUES (?, ?, ?, ?)", rows)

    def keep_lines(self, lines: OwnLines | None) -> None:
        """Remember the person's own lines until the next quarter; None: the usual ones hold."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO calendar (address, own_lines) VALUES (?, ?) "
                "ON CONFLICT (address) DO UPDATE SET own_lines = excluded.own_lines",
                (self._calendar, lines_out(lines) if lines else ""),
            )

    def keep_parked(self, questions: Sequence[ParkedQuestion]) -> None:
        """Remember what the calendar's events park, and what its blocks brought back."""
        with self._transaction():
            keep_calendar_questions(self._db, self._calendar, questions)

    def keep_decisions(self, found: Sequence[Decision]) -> None:
        """Remember what the calendar's blocks say was decided."""
        with self._transaction():
            keep_blocks_decisions(self._db, self._calendar, found)

    def mark_said(self, what: Sequence[str]) -> None:
        with self._transaction():
            self._db.executemany(
                "INSERT OR IGNORE INTO said VALUES (?, ?)", [(self._calendar, w) for w in what]
            )

    # What a person says

    def skip(self, what: str) -> None:
        """Remember that a week (``2026-W48``) or a key is skipped."""
        with self._transaction():
            self._db.execute("INSERT OR IGNORE INTO skip VALUES (?, ?)", (self._calendar, what))

    def unskip(self, what: str) -> None:
        with self._transaction():
            self._db.execute("DELETE FROM skip WHERE calendar = ? AND what = ?", (self._calendar, what))

    def pause(self, until: date | None) -> None:
        """Book nothing new up to and including ``until``; None ends the pause."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO calendar (address, paused_until) VALUES (?, ?) "
                "ON CONFLICT (address) DO UPDATE SET paused_until = excluded.paused_until",
                (self._calendar, until.isoformat() if until else None),
            )

    def busy(self, week: Week, hours: float) -> None:
        """Set the operational hours of a week that are not on the calendar; 0 takes them back."""
        with self._transaction():
            if hours:
                self._db.execute(
                    "INSERT OR REPLACE INTO busy VALUES (?, ?, ?)", (self._calendar, str(week), hours)
                )
            else:
                self._db.execute(
                    "DELETE FROM busy WHERE calendar = ? AND week = ?", (self._calendar, str(week))
                )

    def leave(self) -> None:
        """Forget everything about this calendar, parked questions and decisions aside: they are the person's own.

        Of its blocks the key and which identities were used stay known: some calendars never give one free, and whoever comes back later would
        find the old ones cancelled, as if deleted by a person.
        """
        with self._transaction():
            mine = "SELECT id FROM run WHERE calendar = ?"
            for table in ("change", "checkpoint"):
                self._db.execute(f"DELETE FROM {table} WHERE run IN ({mine})", (self._calendar,))  # noqa: S608 - our own names
            self._db.execute(
                "UPDATE block SET state = 'gone', ref_id = NULL, ref_etag = NULL, text_hash = '', ended_by = '', "
                "causes = '[]', why = '', tier = '', zone = '', put_back = 0, kind = '', start = '', end = '' "
                "WHERE calendar = ?",
                (self._calendar,),
            )
            for table in ("week", "skip", "busy", "fill", "said", "run"):
                self._db.execute(f"DELETE FROM {table} WHERE calendar = ?", (self._calendar,))  # noqa: S608 - our own names
            self._db.execute("UPDATE decision SET key = '' WHERE calendar = ?", (self._calendar,))
            self._db.execute("DELETE FROM calendar WHERE address = ?", (self._calendar,))

    def stop(self) -> None:
        """The next run asks again, as if it were the first; everything else stays known."""
        with self._transaction():
            self._db.execute("UPDATE calendar SET confirmed_at = NULL WHERE address = ?", (self._calendar,))

    def take_up(self, undone: Sequence[str], put_back: Sequence[str]) -> None:
        """What ``undo`` did is no answer any more: these blocks may be made again, and those may move."""
        with self._transaction():
            for key in undone:
                self.forget(key)
            self._db.executemany(
                "UPDATE block SET put_back = 0 WHERE calendar = ? AND key = ?",
                [(self._calendar, key) for key in put_back],
            )

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is written inside is written in one step, or not at all."""
        with self._transaction():
            self._db.execute("BEGIN IMMEDIATE")
            yield


def open_ledger(state_dir: Path, calendar: Identity | str) -> Ledger:
    """Open (or create) the ledger in ``state_dir`` for one calendar; a plain name is one without a second.

    What was kept under other names that the calendar answers to is its own from then on. Raises LedgerError if the file is damaged or newer than this program, Temporary if it is locked.
    """
    connection = connect(state_dir)
    try:
        return Ledger(connection, calendar if isinstance(calendar, Identity) else Identity(calendar))
    except BaseException:
        connection.close()
        raise


def read_memory(state_dir: Path, calendar: Identity | str) -> Memory:
    """What is remembered of a calendar; nothing where there is no ledger yet. Raises LedgerError."""
    if not ledger_path(state_dir).exists():
        return Memory()

    with open_ledger(state_dir, calendar) as ledger:
        return ledger.memory()
