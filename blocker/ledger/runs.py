"""The runs of a calendar and their changes: written down before they are made, and read by ``undo``."""

from __future__ import annotations

import zlib
from datetime import datetime, tzinfo

from blocker.ledger.file import CalendarRows, failures_in_words
from blocker.ledger.rows import UndoableRun, block_out, done_change, moment_in, standing_out, when, word_in
from blocker.values.memory import Tried
from blocker.values.plan import Change

CHECKPOINTS = 10


class Runs(CalendarRows):
    """The runs of one calendar, numbered by the ledger. What is written is durable when a method returns."""

    def begin(self, command: str, now: datetime) -> int:
        with self._transaction():
            cursor = self._db.execute(
                "INSERT INTO run (calendar, command, started) VALUES (?, ?, ?)",
                (self._calendar, command, when(now)),
            )
        return int(cursor.lastrowid or 0)

    def end(self, run: int, now: datetime, exit_code: int) -> None:
        with self._transaction():
            self._db.execute(
                "UPDATE run SET finished = ?, exit_code = ? WHERE id = ?", (when(now), exit_code, run)
            )

    @failures_in_words()
    def tried(self, zone: tzinfo) -> tuple[Tried, ...]:
        """Every daily run that ended, by the day it was on in ``zone``."""
        rows = self._db.execute(
            "SELECT started, exit_code FROM run WHERE calendar = ? AND command = 'run' AND exit_code IS NOT NULL",
            (self._calendar,),
        ).fetchall()
        return tuple(
            Tried(moment_in(row["started"]).astimezone(zone).date(), int(row["exit_code"])) for row in rows
        )

    def last_at(self) -> datetime | None:
        """What the clock said when the last run began that did its work."""
        row = self._db.execute(
            "SELECT started FROM run WHERE calendar = ? AND exit_code IN (0, 3) ORDER BY id DESC LIMIT 1",
            (self._calendar,),
        ).fetchone()
        return moment_in(row["started"]) if row else None

    def record_intent(self, run: int, position: int, change: Change) -> None:
        """Write down a change before it is made."""
        before = standing_out(change)
        after = block_out(change)
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

    def keep_checkpoint(self, run: int, before: bytes) -> None:
        """Keep the calendar's content before a run, for undo; the ten newest of each calendar are kept."""
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO checkpoint VALUES (?, ?, '')", (run, zlib.compress(before))
            )
            self._db.execute(
                "DELETE FROM checkpoint WHERE run IN (SELECT checkpoint.run FROM checkpoint JOIN run ON run.id = "
                "checkpoint.run WHERE calendar = ? ORDER BY run.id DESC LIMIT -1 OFFSET ?)",
                (self._calendar, CHECKPOINTS),
            )

    def seal_checkpoint(self, run: int, after_digest: str) -> None:
        """Remember what the calendar looked like after the run."""
        with self._transaction():
            self._db.execute("UPDATE checkpoint SET after_digest = ? WHERE run = ?", (after_digest, run))

    @failures_in_words()
    def last(self) -> UndoableRun | None:
        """The newest run of this calendar that wrote something and was not undone."""
        row = self._db.execute(
            "SELECT id, command, started FROM run WHERE calendar = ? AND NOT undone AND id IN "
            "(SELECT run FROM change WHERE state = 'done') ORDER BY id DESC LIMIT 1",
            (self._calendar,),
        ).fetchone()
        if row is None:
            return None
        changes = self._db.execute(
            "SELECT * FROM change WHERE run = ? AND state = 'done' ORDER BY position DESC", (row["id"],)
        ).fetchall()
        kept = self._db.execute("SELECT * FROM checkpoint WHERE run = ?", (row["id"],)).fetchone()
        return UndoableRun(
            id=row["id"],
            command=word_in(row["command"]),
            started=moment_in(row["started"]),
            changes=tuple(done_change(change) for change in changes),
            before=zlib.decompress(kept["before"]) if kept else None,
            after_digest=kept["after_digest"] if kept else "",
        )

    def mark_reversed(self, run: int, position: int) -> None:
        """One write of a run was taken back: another ``undo`` goes on with the others."""
        with self._transaction():
            self._db.execute(
                "UPDATE change SET state = 'undone' WHERE run = ? AND position = ?", (run, position)
            )

    def mark_undone(self, run: int, settings: str) -> None:
        """A run was taken back, under the settings with this digest."""
        with self._transaction():
            self._db.execute("UPDATE run SET undone = 1 WHERE id = ?", (run,))
            self._db.execute(
                "INSERT INTO calendar (address, undone_under) VALUES (?, ?) "
                "ON CONFLICT (address) DO UPDATE SET undone_under = excluded.undone_under",
                (self._calendar, settings),
            )
            self._db.execute(
                "DELETE FROM said WHERE calendar = ? AND what LIKE 'undone %'", (self._calendar,)
            )
