"""The log: one line per command that works on a calendar, in a small rotating file, without any titles."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from blocker.statefolder import open_private, private_folder

MOST_BYTES = 512 * 1024
KEPT = 3  # older files beside the current one


def log_path(state_dir: Path) -> Path:
    return state_dir / "log" / "blocker.log"


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
