"""What is remembered of a calendar between two runs, so that nothing is fetched again that has not changed.

One private file for each calendar in the state folder. An unreadable one is nothing remembered.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct, field

from blocker.files.private import in_place_of, private_folder
from blocker.values.intervals import Interval

MOST_BYTES = 256 * 1024 * 1024  # what 64 MB of a server's answer may come to


class Held(Struct, frozen=True):
    """An object on the server: its address, its etag as the server gives it, and its text."""

    url: str
    etag: str
    text: str

    @property
    def version(self) -> str:
        """The etag's own part: the same whether it is called weak or strong, and quoted or not."""
        return self.etag.removeprefix("W/").strip('"')


class Kept(Struct, frozen=True):
    """A calendar as it was read last. ``state`` is its ctag and sync token then, ``guards`` what ``check`` found out."""

    calendar: str
    state: str = ""
    start: datetime | None = None  # of the window that was read
    end: datetime | None = None
    objects: tuple[Held, ...] = ()
    blocks: Mapping[str, str] = field(default_factory=dict)  # the addresses of our blocks by their UID
    guards: frozenset[str] | None = None  # None: not known yet

    def holds(self, window: Interval, state: str) -> bool:
        """Whether it still is what a read of ``window`` would find."""
        if not state or state != self.state or self.start is None or self.end is None:
            return False
        return self.start <= window.start and window.end <= self.end


def recall(state_dir: Path, calendar: str) -> Kept:
    """What is remembered of the calendar with this identity."""
    with suppress(OSError, ValueError, msgspec.MsgspecError):
        path = _file(state_dir, calendar)
        if path.stat().st_size <= MOST_BYTES:
            found = msgspec.json.decode(path.read_bytes(), type=Kept)
            if found.calendar == calendar:
                return found
    return Kept(calendar)


def remember(state_dir: Path, kept: Kept) -> None:
    """Remembering is no part of the work: without it the next run asks for everything again."""
    with suppress(OSError):
        private_folder(state_dir, "caldav")
        with in_place_of(_file(state_dir, kept.calendar)) as file:
            file.write(msgspec.json.encode(kept))


def forget(state_dir: Path, calendar: str) -> None:
    with suppress(OSError):
        _file(state_dir, calendar).unlink()


def _file(state_dir: Path, calendar: str) -> Path:
    return state_dir / "caldav" / f"{sha256(calendar.encode()).hexdigest()[:16]}.json"
