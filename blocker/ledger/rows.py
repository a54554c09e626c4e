"""Rows of the ledger ↔ values. What is written here must be readable by every later version."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from msgspec import Struct
from msgspec.json import decode, encode
from msgspec.structs import asdict

from blocker.values.errors import quoted
from blocker.values.events import Block, Ref
from blocker.values.intervals import Interval, interval
from blocker.values.kinds import LEVELS
from blocker.values.memory import OwnLines, Remembered, WeekRecord
from blocker.values.plan import Cause, Change
from blocker.values.workweek import YEARS, parse_week

SCHEMA_VERSION = 7

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
    shown_busy INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (calendar, key)
);
CREATE TABLE week (
    calendar TEXT NOT NULL, week TEXT NOT NULL, level TEXT NOT NULL, causes TEXT NOT NULL,
    owed INTEGER NOT NULL, kept INTEGER NOT NULL, waived INTEGER NOT NULL,
    placed INTEGER NOT NULL DEFAULT 0, overrun INTEGER NOT NULL DEFAULT 0, moved TEXT NOT NULL DEFAULT '',
    had INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (calendar, week)
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
    id INTEGER PRIMARY KEY, text TEXT NOT NULL, asked_by TEXT NOT NULL, at TEXT NOT NULL, ended TEXT, how TEXT,
    calendar TEXT NOT NULL DEFAULT '', event TEXT NOT NULL DEFAULT ''
);
CREATE TABLE decision (
    id INTEGER PRIMARY KEY, text TEXT NOT NULL, at TEXT NOT NULL,
    calendar TEXT NOT NULL DEFAULT '', key TEXT NOT NULL DEFAULT ''
);
"""


def when(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()


# Rows as values. Each function raises ValueError, TypeError or LookupError for a row that nobody here wrote:
# SQLite itself takes any value in any column, and a plan that rests on nonsense is no plan.

_KEY = re.compile(r"[^/]+/\d{4}-(?:W\d\d|Q[1-4])(?:/\d{1,4})?")
_ACTIONS = ("create", "move", "update", "remove", "keep", "adopt", "tombstone", "forget")
_STATES = ("creating", "placed", "removing", "displaced", "tombstone")


def used_identity(row: sqlite3.Row) -> tuple[str, int]:
    """Key and last generation: all that stays known of a block that is gone."""
    return key_in(row["key"]), _number(row["generation"], 1)


def remembered(row: sqlite3.Row) -> Remembered:
    key, generation = used_identity(row)
    if row["state"] not in _STATES:
        raise ValueError(f"{quoted(row['state'])} is not a state of a block")
    return Remembered(
        key=key,
        kind=text_in(row["kind"]),
        state=row["state"],
        slot=interval(moment_in(row["start"]), moment_in(row["end"])),
        generation=generation,
        ref=Ref(text_in(row["ref_id"]), text_in(row["ref_etag"] or "")) if row["ref_id"] else None,
        text_hash=text_in(row["text_hash"]),
        ended_by=text_in(row["ended_by"]),
        causes=_causes_in(row["causes"]),
        why=text_in(row["why"]),
        tier=text_in(row["tier"]),
        zone=text_in(row["zone"]),
        put_back=bool(_number(row["put_back"])),
        shown_busy=bool(_number(row["shown_busy"])),
    )


def week_record(row: sqlite3.Row) -> WeekRecord:
    if row["level"] not in LEVELS:
        raise ValueError(f"{quoted(row['level'])} is not a level of a week")
    return WeekRecord(
        week=parse_week(row["week"]),
        level=row["level"],
        causes=_causes_in(row["causes"]),
        owed_minutes=_number(row["owed"]),
        kept_minutes=_number(row["kept"]),
        waived_minutes=_number(row["waived"]),
        placed_minutes=_number(row["placed"]),
        overrun_minutes=_number(row["overrun"]),
        moved=tuple(key_in(key) for key in row["moved"].split()),
        had_minutes=_number(row["had"]),
    )


def lines_out(lines: OwnLines) -> str:
    return encode(lines).decode()


def lines_in(text: str) -> OwnLines | None:
    return decode(text, type=OwnLines) if text else None


def key_in(text: object) -> str:
    if not isinstance(text, str) or _KEY.fullmatch(text) is None:
        raise ValueError(f"{quoted(text)} is not a key of a block")
    return text


def text_in(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{quoted(value)} is not text")
    return value


def word_in(value: object) -> str:
    if not text_in(value).strip():
        raise ValueError("a word is missing")
    return text_in(value)


def moment_in(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or moment.year not in YEARS:
        raise ValueError(f"{quoted(text)} is not a time that was written here")
    return moment


def hours_in(value: object) -> float:
    if not isinstance(value, int | float) or not 0 <= value <= 7 * 24:
        raise ValueError(f"{quoted(value)} are not hours of a week")
    return value


def _number(value: object, least: int = 0) -> int:
    if not isinstance(value, int) or not least <= value < 10**6:
        raise ValueError(f"{quoted(value)} is not a number that was written here")
    return value


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
    before, after = (None if row[name] is None else json.loads(row[name]) for name in ("before", "after"))
    key = key_in(row["key"])
    if row["action"] not in _ACTIONS:
        raise ValueError(f"{quoted(row['action'])} is not a change")
    for kept in (before, after):
        if kept is not None:
            if not isinstance(kept, dict):
                raise TypeError(f"{quoted(kept)} is not a block")
            block_in(key, kept, datetime.fromtimestamp(0, UTC))
    if before is not None:
        Ref(*map(text_in, before["ref"]))
    return DoneChange(row["position"], row["action"], key, before, after)


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
