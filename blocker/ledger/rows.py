"""Rows of the ledger ↔ values. What is written here must be readable by every later version."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from msgspec import Struct
from msgspec.json import decode, encode
from msgspec.structs import asdict

from blocker.values.events import Block, Ref
from blocker.values.intervals import Interval, interval
from blocker.values.memory import OwnLines, Remembered, WeekRecord
from blocker.values.plan import Cause, Change
from blocker.values.workweek import parse_week

SCHEMA_VERSION = 4

SCHEMA = """
CREATE TABLE calendar (
    address TEXT PRIMARY KEY, confirmed_at TEXT, paused_until TEXT, undone_under TEXT NOT NULL DEFAULT '',
    own_lines TEXT NOT NULL DEFAULT ''
);
CREATE TABLE block (
    calendar TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL
        CHECK (state IN ('creating', 'placed', 'removing', 'displaced', 'tombstone', 'gone')),
    start TEXT NOT NULL, end TEXT NOT NULL, generation INTEGER NOT NULL,
    ref_id TEXT, ref_etag TEXT, text_hash TEXT NOT NULL DEFAULT '', ended_by TEXT NOT NULL DEFAULT '',
    causes TEXT NOT NULL DEFAULT '[]', why TEXT NOT NULL DEFAULT '', tier TEXT NOT NULL DEFAULT '',
    zone TEXT NOT NULL DEFAULT '', put_back INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (calendar, key)
);
CREATE TABLE week (
    calendar TEXT NOT NULL, week TEXT NOT NULL, level TEXT NOT NULL, causes TEXT NOT NULL,
    owed INTEGER NOT NULL, kept INTEGER NOT NULL, waived INTEGER NOT NULL,
    placed INTEGER NOT NULL DEFAULT 0, overrun INTEGER NOT NULL DEFAULT 0, moved TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (calendar, week)
);
CREATE TABLE skip (calendar TEXT NOT NULL, what TEXT NOT NULL, PRIMARY KEY (calendar, what));
CREATE TABLE busy (calendar TEXT NOT NULL, week TEXT NOT NULL, hours REAL NOT NULL, PRIMARY KEY (calendar, week));
CREATE TABLE fill (
    calendar TEXT NOT NULL, week TEXT NOT NULL, ahead INTEGER NOT NULL, hours REAL NOT NULL,
    PRIMARY KEY (calendar, week, ahead)
);
CREATE TABLE said (calendar TEXT NOT NULL, what TEXT NOT NULL, PRIMARY KEY (calendar, what));
CREATE TABLE run (
    id INTEGER PRIMARY KEY, calendar TEXT NOT NULL, command TEXT NOT NULL, started TEXT NOT NULL,
    finished TEXT, exit_code INTEGER, undone INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE change (
    run INTEGER NOT NULL REFERENCES run (id), position INTEGER NOT NULL, action TEXT NOT NULL, key TEXT NOT NULL,
    before TEXT, after TEXT, state TEXT NOT NULL, error TEXT, PRIMARY KEY (run, position)
);
CREATE TABLE checkpoint (
    run INTEGER PRIMARY KEY REFERENCES run (id), before BLOB NOT NULL, after_digest TEXT NOT NULL
);
CREATE TABLE parked (
    id INTEGER PRIMARY KEY, text TEXT NOT NULL, asked_by TEXT NOT NULL, at TEXT NOT NULL, ended TEXT, how TEXT
);
"""


def when(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()


def _slot(row: sqlite3.Row) -> Interval:
    return interval(datetime.fromisoformat(row["start"]), datetime.fromisoformat(row["end"]))


def remembered(row: sqlite3.Row) -> Remembered:
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
        zone=row["zone"],
        put_back=bool(row["put_back"]),
    )


def week_record(row: sqlite3.Row) -> WeekRecord:
    return WeekRecord(
        week=parse_week(row["week"]),
        level=row["level"],
        causes=_causes_in(row["causes"]),
        owed_minutes=row["owed"],
        kept_minutes=row["kept"],
        waived_minutes=row["waived"],
        placed_minutes=row["placed"],
        overrun_minutes=row["overrun"],
        moved=tuple(row["moved"].split()),
    )


def lines_out(lines: OwnLines) -> str:
    return encode(lines).decode()


def lines_in(text: str) -> OwnLines | None:
    return decode(text, type=OwnLines) if text else None


def causes_out(causes: Sequence[Cause]) -> str:
    return encode([asdict(cause) for cause in causes]).decode()


def _causes_in(text: str) -> tuple[Cause, ...]:
    return tuple(Cause(**cause) for cause in decode(text))


def standing_out(change: Change) -> str | None:
    there = change.standing
    if there is None:
        return None
    return _text_out(
        {
            "slot": [when(there.slot.start), when(there.slot.end)],
            "when": [when(there.when.start), when(there.when.end)],
            "title": there.title, "text": there.text, "kind": there.kind, "busy": there.busy, "focus": there.focus,
            "generation": there.generation, "ref": [there.ref.id, there.ref.etag], "raw": there.raw, "text_hash": there.text_hash,
            "dates": [day.isoformat() for day in there.dates] if there.dates else None,
        }
    )  # fmt: skip


def _text_out(kept: Mapping[str, Any]) -> str:
    return json.dumps(kept)  # it takes half surrogates, which a calendar's words may hold


def block_out(change: Change) -> str | None:
    block = change.block
    if block is None:
        return None
    return _text_out(
        {
            "slot": [when(block.slot.start), when(block.slot.end)],
            "title": block.title, "text": block.text, "kind": block.kind, "generation": block.generation,
            "busy": block.busy, "dates": [day.isoformat() for day in block.dates] if block.dates else None,
        }
    )  # fmt: skip


class DoneChange(Struct, frozen=True):
    """A write that went through: what was there before, and what was written (None: nothing)."""

    position: int
    action: str
    key: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


class UndoableRun(Struct, frozen=True):
    """The last run's writes, newest first, and the calendar's whole content before it where it was kept."""

    id: int
    command: str
    started: datetime
    changes: tuple[DoneChange, ...]
    before: bytes | None
    after_digest: str


def done_change(row: sqlite3.Row) -> DoneChange:
    before, after = (json.loads(row[name]) if row[name] else None for name in ("before", "after"))
    return DoneChange(row["position"], row["action"], row["key"], before, after)


def block_in(key: str, kept: Mapping[str, Any], stamp: datetime) -> Block:
    """The block that a kept ``before`` describes, to be written again as it was and where it was."""
    dates = kept.get("dates")
    marked = slot_in(kept["slot"])
    return Block(
        key=key,
        kind=kept["kind"],
        slot=slot_in(kept["when"]) if "when" in kept else marked,
        title=kept["title"],
        text=kept["text"],
        stamp=stamp,
        generation=kept["generation"],
        busy=kept["busy"],
        dates=(date.fromisoformat(dates[0]), date.fromisoformat(dates[1])) if dates else None,
        text_hash=kept.get("text_hash", ""),
        raw=kept.get("raw"),
        focus=kept.get("focus", ""),
        mark_slot=marked,
    )


def slot_in(pair: Sequence[str]) -> Interval:
    return interval(datetime.fromisoformat(pair[0]), datetime.fromisoformat(pair[1]))
