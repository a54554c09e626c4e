"""The last good copy of a feed: private, in the state folder, with what is to be sent back to the server."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from msgspec import DecodeError, Struct, ValidationError, json

from blocker.calendars.feed.links import fingerprint
from blocker.files.private import in_place_of, private_folder
from blocker.values.errors import BlockerError

_FOLDER = "feeds"


class Said(Struct, frozen=True):
    """What was said with a calendar, and when its server last stood by it. ``events`` is how many are in it."""

    at: datetime
    events: int
    etag: str = ""
    modified: str = ""


class Copy(Struct, frozen=True):
    said: Said
    content: bytes


def copy_of(state_dir: Path, link: str) -> Copy | None:
    """None where there is none, or none that can be read."""
    try:
        head, _, content = _file(state_dir, link).read_bytes().partition(b"\n")
        return Copy(json.decode(head, type=Said), content)
    except (OSError, DecodeError, ValidationError):
        return None


def keep(state_dir: Path, link: str, copy: Copy) -> None:
    """Raises BlockerError where the state folder can't be written."""
    try:
        private_folder(state_dir, _FOLDER)
        with in_place_of(_file(state_dir, link)) as file:
            file.write(json.encode(copy.said) + b"\n")
            file.write(copy.content)
    except OSError as problem:
        raise BlockerError(
            f"the state folder {state_dir} can't be used: {problem.strerror or problem}",
            "set BLOCKER_STATE_DIR to a folder you can write",
        ) from problem


def _file(state_dir: Path, link: str) -> Path:
    return state_dir / _FOLDER / f"{fingerprint(link)[:32]}.ics"
