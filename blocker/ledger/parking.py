"""Parked questions, kept until the right hour, and decisions. Functions over an open ledger's database.

Both belong to the person and not to a calendar, though an event or a block of one may have brought them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime

from blocker.ledger.rows import key_in, moment_in, text_in, word_in
from blocker.values.memory import Decision, ParkedQuestion


def park(database: sqlite3.Connection, text: str, asked_by: str, now: datetime) -> ParkedQuestion:
    """Keep a question. It is on the disk when this returns."""
    with database:
        cursor = database.execute(
            "INSERT INTO parked (text, asked_by, at) VALUES (?, ?, ?)", (text, asked_by, _written(now))
        )
    return ParkedQuestion(int(cursor.lastrowid or 0), text, asked_by, now)


def parked_questions(database: sqlite3.Connection, calendar: str) -> tuple[ParkedQuestion, ...]:
    """All of them, oldest first, those that ended too. ``event`` is known for those of this calendar."""
    rows = database.execute(
        "SELECT id, text, asked_by, at, ended, how, iif(calendar = ?, event, '') AS event FROM parked "
        "ORDER BY at, id",
        (calendar,),
    )
    return tuple(question(row) for row in rows)


def keep_calendar_questions(
    database: sqlite3.Connection, calendar: str, questions: Iterable[ParkedQuestion]
) -> None:
    """Keep what a calendar parks: new questions, and of those of its events what they ask now and which ended."""
    for one in questions:
        ended = _written(one.ended) if one.ended else None
        if one.id and one.event:
            database.execute(
                "UPDATE parked SET text = ?, at = ?, ended = ?, how = ? WHERE id = ?",
                (one.text, _written(one.at), ended, one.how or None, one.id),
            )
        elif not one.id:
            database.execute(
                "INSERT INTO parked (text, asked_by, at, calendar, event) VALUES (?, ?, ?, ?, ?)",
                (one.text, one.asked_by, _written(one.at), calendar, one.event),
            )


def question(row: sqlite3.Row) -> ParkedQuestion:
    """A row as a value. Raises ValueError or TypeError for one that makes no sense."""
    return ParkedQuestion(
        id=row["id"],
        text=text_in(row["text"]),
        asked_by=text_in(row["asked_by"]),
        at=moment_in(row["at"]),
        ended=moment_in(row["ended"]) if row["ended"] else None,
        how=text_in(row["how"] or ""),
        event=text_in(row["event"]),
    )


def decide(database: sqlite3.Connection, text: str, now: datetime) -> Decision:
    """Keep a decision. It is on the disk when this returns."""
    with database:
        cursor = database.execute("INSERT INTO decision (text, at) VALUES (?, ?)", (text, _written(now)))
    return Decision(int(cursor.lastrowid or 0), text, now)


def decisions(database: sqlite3.Connection, calendar: str) -> tuple[Decision, ...]:
    """All of them, oldest first. ``key`` is known for those of this calendar."""
    rows = database.execute(
        "SELECT id, text, at, iif(calendar = ?, key, '') AS key FROM decision ORDER BY at, id", (calendar,)
    )
    return tuple(decision(row) for row in rows)


def keep_blocks_decisions(database: sqlite3.Connection, calendar: str, found: Iterable[Decision]) -> None:
    """Keep what is written into a calendar's blocks: new decisions, and other words for known ones."""
    for one in found:
        if one.key and one.id:
            database.execute(
                "UPDATE decision SET text = ?, calendar = ?, key = ? WHERE id = ?",
                (one.text, calendar, one.key, one.id),
            )
        elif not one.id:
            database.execute(
                "INSERT INTO decision (text, at, calendar, key) VALUES (?, ?, ?, ?)",
                (one.text, _written(one.at), calendar, one.key),
            )


def decision(row: sqlite3.Row) -> Decision:
    """A row as a value. Raises ValueError or TypeError for one that makes no sense."""
    key = key_in(row["key"]) if row["key"] else ""
    return Decision(row["id"], word_in(row["text"]), moment_in(row["at"]), key)


def end_question(database: sqlite3.Connection, number: int, how: str, now: datetime) -> bool:
    """Mark an open question as done or dropped; False if there is none with this number."""
    with database:
        cursor = database.execute(
            "UPDATE parked SET ended = ?, how = ? WHERE id = ? AND ended IS NULL",
            (_written(now), how, number),
        )
    return cursor.rowcount == 1


def next_thinking_block(
    database: sqlite3.Connection, calendar: str, now: datetime
) -> tuple[str, datetime] | None:
    """Key and start of the next block that parked questions go into: strategic time or the offsite."""
    row = database.execute(
        "SELECT key, start FROM block WHERE calendar = ? AND state IN ('placed', 'creating') "
        "AND kind IN ('strategic', 'offsite') AND start > ? ORDER BY start LIMIT 1",
        (calendar, _written(now)),
    ).fetchone()
    return (row["key"], datetime.fromisoformat(row["start"])) if row else None


def calendar_zone(database: sqlite3.Connection, calendar: str) -> str:
    """The zone in which the newest block was written; "" where nothing is known."""
    row = database.execute(
        "SELECT zone FROM block WHERE calendar = ? AND zone != '' ORDER BY start DESC LIMIT 1", (calendar,)
    ).fetchone()
    return str(row["zone"]) if row else ""


def _written(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()
