"""A plan as a file: what ``plan --out`` writes, to be looked at and cut down, and ``apply`` reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import MsgspecError, Struct
from msgspec.json import decode

from blocker.files.private import in_place_of, read_small
from blocker.showing.printable import as_json
from blocker.values.errors import BlockerError, UsageError


class Entry(Struct, frozen=True):
    """One change in the file."""

    action: str
    key: str
    start: datetime
    end: datetime


class PlanFile(Struct, frozen=True):
    """What ``apply`` has to know of the document that ``plan --out`` writes; the rest is for people."""

    calendar: str
    policy: str
    now: datetime
    calendar_digest: str
    plan_id: str
    changes: tuple[Entry, ...]


def write_plan(path: Path, document: Mapping[str, Any]) -> None:
    """Put a plan into a file that only its owner can read: it has titles in it. Raises UsageError or BlockerError.

    Nothing is written over but an older plan.
    """
    target = path.expanduser()
    if target.exists():
        read_plan(target, "it was left alone: name another file")
    try:
        with in_place_of(target) as file:
            file.write(f"{as_json(document)}\n".encode())
    except OSError as problem:
        raise BlockerError(
            f"{path} can't be written: {problem.strerror or problem}", "name another place"
        ) from problem


def read_plan(path: Path, hint: str) -> PlanFile:
    """The plan in a file. Raises UsageError, with the hint where it is none."""
    try:
        found = decode(read_small(path.expanduser()), type=PlanFile)
    except OSError as problem:
        raise UsageError(
            f"{path} can't be read: {problem.strerror or problem}", "blocker plan --out FILE writes a plan"
        ) from problem
    except (MsgspecError, UnicodeDecodeError) as problem:
        raise UsageError(f"{path} is not a plan that blocker wrote ({problem})", hint) from None
    if found.now.tzinfo is None or any(e.start.tzinfo is None or e.end.tzinfo is None for e in found.changes):
        raise UsageError(f"{path} has a time without its offset", hint)
    return found
