"""The log: one line per command that works on a calendar, in a small rotating file, without any titles."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from blocker.files.private import open_private, private_folder
from blocker.values.errors import BlockerError

MOST_BYTES = 512 * 1024
MOST_WHY = 200
KEPT = 3  # older files beside the current one


def log_path(state_dir: Path) -> Path:
    return state_dir / "log" / "blocker.log"


def plan_facts(document: Mapping[str, Any] | None, titles: bool = False) -> dict[str, Any]:
    """What a run did and why, from its JSON document: numbers, keys and rules.

    Only with ``titles`` are there anybody's words in it: what is in the way of a block that stays, and
    of one that found no place.
    """
    if document is None or "summary" not in document:
        return {}
    facts = {"calendar": document["calendar"], **document["summary"]}
    failed = [change for change in document["changes"] if change["error"] is not None]
    if failed:
        facts["failed"] = ",".join(change["key"] for change in failed)
        facts["why"] = " ".join(failed[0]["error"].split())[:MOST_WHY]
    moved = [change for change in document["changes"] if change["action"] == "move" and change["done"]]
    if moved:
        facts["moved"] = ",".join(f"{c['key']}:{c['was']['start']}>{c['start']}" for c in moved)
    if document["unplaced"]:
        facts["no_place"] = ",".join(f"{item['key']}:{item['code']}" for item in document["unplaced"])
    if document["skipped_components"]:
        facts["unread"] = len(document["skipped_components"])
    if document["weeks"]:
        week = document["weeks"][0]
        facts |= {"week": week["week"], "level": week["level"], "floor": week["floor"]}
        causes = (f"{c['rule']}:{c['measure']}={c['measured']:.3g}" for c in week["causes"])
        facts["because"] = ",".join(causes) or "calm"
    if titles:
        facts["in_the_way"] = "; ".join(_in_the_way(document))
    return facts


def _in_the_way(document: Mapping[str, Any]) -> Iterator[str]:
    for change in document["changes"]:
        if change["conflict"] is not None:
            yield f"{change['key']}: {change['conflict']}"
    for item in document["unplaced"]:
        found = {event["title"]: None for option in item["nearest"] for event in option["conflicts"]}
        if found:
            yield f"{item['key']}: {', '.join(found)}"


def error_facts(error: BlockerError) -> dict[str, Any]:
    """The kind of a failure, and its sentence: which names files, addresses and keys, and no titles."""
    return {"error": error.kind, "why": " ".join(error.message.split())[:MOST_WHY]}


def write_line(state_dir: Path, now: datetime, facts: Mapping[str, Any], as_json: bool) -> None:
    """Append one line. A log that can't be written never fails a run that could."""
    moment = now.astimezone(UTC).isoformat(timespec="seconds")
    if as_json:
        line = json.dumps({"at": moment, **facts}, ensure_ascii=False)
    else:
        line = " ".join([moment, *(f"{name}={_word(value)}" for name, value in facts.items())])
    path = log_path(state_dir)
    with suppress(OSError):
        private_folder(state_dir, "log")
        _rotate(path)
        handle = open_private(path, os.O_WRONLY | os.O_APPEND)
        with os.fdopen(handle, "a", encoding="utf-8") as file:
            file.write(line + "\n")


def _rotate(path: Path) -> None:
    if path.is_symlink() or not path.exists() or path.stat().st_size < MOST_BYTES:
        return
    for number in range(KEPT - 1, 0, -1):
        older = path.with_suffix(f".log.{number}")
        if older.exists():
            older.replace(path.with_suffix(f".log.{number + 1}"))
    path.replace(path.with_suffix(".log.1"))


def _word(value: object) -> str:
    text = str(value)
    return (
        json.dumps(text, ensure_ascii=False)
        if not text or any(c.isspace() or c in '"=' for c in text)
        else text
    )
