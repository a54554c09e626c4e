"""Drives the real command line in an empty home, and plays the person who edits the calendar."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.tools.places import ROOT

from .reader import MARK, PIECE


@dataclass(frozen=True)
class Answer:
    """What one call of the program gave."""

    code: int
    out: str
    err: str

    @property
    def doc(self) -> dict[str, Any]:
        """The JSON document on stdout; empty when there is none."""
        try:
            found = json.loads(self.out)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass
class Desk:
    """One calendar file, one state folder and one home, all in a temporary place."""

    folder: Path
    source: Path
    calendar: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "home").mkdir(exist_ok=True)
        self.calendar = self.folder / self.source.name
        self.calendar.write_bytes(self.source.read_bytes())

    @property
    def raw(self) -> bytes:
        """The calendar file as it stands."""
        return self.calendar.read_bytes()

    def write(self, raw: bytes) -> None:
        """The person, or the calendar program, saves the file."""
        self.calendar.write_bytes(raw)

    def saved(self) -> dict[Path, bytes]:
        """The calendar and what the program remembers, to come back to."""
        kept = [self.calendar, *(p for p in (self.folder / "state").rglob("*") if p.is_file())]
        return {path: path.read_bytes() for path in kept}

    def restore(self, kept: dict[Path, bytes]) -> None:
        """Back to what was saved."""
        for path in (self.folder / "state").rglob("*"):
            if path.is_file() and path not in kept:
                path.unlink()
        for path, raw in kept.items():
            path.write_bytes(raw)

    def call(self, *words: str, now: datetime | None = None) -> Answer:
        """Runs ``blocker`` with these words, on this calendar, at this moment."""
        head = ["--calendar", f"ics:{self.calendar}", *(["--now", now.isoformat()] if now else [])]
        return call([*head, *words], self.folder)

    def run(self, now: datetime) -> Answer:
        """The daily run, confirmed, as JSON."""
        return self.call("--json", "run", "-y", now=now)


# The limit is set by the process itself: what the system counts for a child begins with the size of its parent.
BOUNDED = """
import resource, runpy
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
runpy.run_module("blocker", run_name="__main__", alter_sys=True)
"""


def call(words: list[str], folder: Path) -> Answer:
    """Runs the program as a stranger would, with a gigabyte at most: empty home, UTC, no terminal."""
    env = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder / "home"),
        "TZ": "UTC",
        "BLOCKER_STATE_DIR": str(folder / "state"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED, *words],
        cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False,
    )  # fmt: skip
    return Answer(
        done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    )


def _edit(raw: bytes, key: str, change: Any) -> bytes:
    def one(match: re.Match[bytes]) -> bytes:
        piece = match.group()
        return change(piece) if MARK.search(piece) and key.encode() in piece else piece

    return PIECE.sub(one, raw)


def deleted(raw: bytes, key: str) -> bytes:
    """A person deletes a block."""
    return _edit(raw, key, lambda piece: b"")


def retitled(raw: bytes, key: str, title: str) -> bytes:
    """A person gives a block another title."""
    line = b"SUMMARY:" + title.encode() + b"\r\n"
    return _edit(raw, key, lambda p: re.sub(rb"(?m)^SUMMARY[:;].*\r?\n(?:[ \t].*\r?\n)*", line, p, count=1))


def moved(raw: bytes, key: str, by: timedelta) -> bytes:
    """A person drags a block to another time; the mark's own slot is not theirs to change."""

    def shift(match: re.Match[bytes]) -> bytes:
        at = datetime.strptime(match.group(2).decode(), "%Y%m%dT%H%M%S") + by  # noqa: DTZ007  # wall clock
        return match.group(1) + at.strftime("%Y%m%dT%H%M%S").encode()

    return _edit(raw, key, lambda p: re.sub(rb"(?m)^(DT(?:START|END)[^:\n]*:)(\d{8}T\d{6})", shift, p))


def invited(raw: bytes, start: datetime, end: datetime, uid: str = "dropped@example.org") -> bytes:
    """A meeting lands on the calendar."""
    lines = [
        "BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20240101T000000Z", "SUMMARY:Urgent review",
        f"DTSTART:{start.astimezone(UTC):%Y%m%dT%H%M%SZ}", f"DTEND:{end.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        "END:VEVENT", "",
    ]  # fmt: skip
    at = raw.rindex(b"END:VCALENDAR")
    return raw[:at] + "\r\n".join(lines).encode() + raw[at:]
