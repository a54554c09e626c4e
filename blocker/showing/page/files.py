"""A report's file: written whole or not at all, and never over anything that is not a report."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection
from pathlib import Path

from blocker.files.private import in_place_of
from blocker.values.errors import BlockerError, UsageError

GENERATOR = "blocker report"
_HEAD = 4096


def write_report(path: Path, content: bytes, calendars: Collection[Path] = ()) -> Path:
    """Put ``content`` at ``path`` in one step; returns where it is. Raises UsageError or BlockerError.

    ``calendars`` are never replaced, even where one began as a report; nor is one put into those that are folders.
    """
    target = Path(os.path.realpath(path.expanduser()))
    _check(path, target, content, calendars)
    if target.exists() and not target.is_file():  # a device, such as /dev/stdout
        _say_why(path, lambda: target.write_bytes(content))
        return target
    _say_why(path, lambda: _write(target, content))
    return target


def _check(path: Path, target: Path, content: bytes, calendars: Collection[Path]) -> None:
    """Whatever else lies there, a calendar above all, was not made to be written over."""
    if str(path) == "-":
        raise UsageError("a report goes into a file, and - names none", "name a file, or /dev/stdout")
    if target.is_dir():
        raise UsageError(f"{path} is a folder", "name a file in it")
    if not target.parent.is_dir():
        raise UsageError(f"there is no folder {target.parent}", "make it first, or name another place")
    if any(calendar.is_dir() and target.parent.samefile(calendar) for calendar in calendars):
        raise UsageError(f"{path} is in the calendar's own folder", "name a file elsewhere")
    if not target.is_file():
        return
    if any(calendar.exists() and target.samefile(calendar) for calendar in calendars):
        raise UsageError(f"{path} is the calendar itself: it was left alone", "name another file")
    there = target.read_bytes()
    if there and not (_is_report(there) and _is_calendar(there) == _is_calendar(content)):
        raise UsageError(
            f"{path} is there already and is not a report of blocker's: it was left alone",
            "name another file, or remove that one yourself",
        )


def _is_report(content: bytes) -> bool:
    """True for what this program wrote and nobody added to."""
    return GENERATOR.encode() in content[:_HEAD] and content.count(b"BEGIN:VEVENT") == content.count(
        b"\nX-BLOCKER-KEY:"
    )


def _is_calendar(content: bytes) -> bool:
    return content.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].upper() == b"BEGIN:VCALENDAR"


def _write(target: Path, content: bytes) -> None:
    mode = stat.S_IMODE(target.stat().st_mode) if target.is_file() else None
    with in_place_of(target) as file:
        file.write(content)
    if mode is not None:
        target.chmod(mode)


def _say_why(path: Path, write: Callable[[], object]) -> None:
    try:
        write()
    except OSError as problem:
        raise BlockerError(
            f"{path} can't be written: {problem.strerror or problem}", "name another place"
        ) from problem
