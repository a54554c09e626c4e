"""The files of a folder: whole calendars by name, and what is in no state to be read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from blocker.calendars.ics.lexer import BOM, scan
from blocker.calendars.ics.text import HEAD, TAIL, has_uid
from blocker.calendars.marks import DOMAIN
from blocker.files.replace import MAX_BYTES
from blocker.values.errors import Unreadable
from blocker.values.events import SkippedComponent

SUFFIX = ".ics"
_State = tuple[int, int, int]  # of a file: when it was changed, its number and its size


class Joined(Struct, frozen=True):
    """All files as one text; ``places`` has where each of them begins, and its name."""

    text: bytes
    places: tuple[tuple[int, str], ...]


class Files:
    """What a folder holds, looked at anew each time; a file is read again only once it changed.

    ``whole`` has the bytes of each calendar by the name of its file. ``skipped`` names the others; dot files,
    temporary ones and those that other programs keep beside (color, displayname) are none.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.whole: dict[str, bytes] = {}
        self.skipped: list[SkippedComponent] = []
        self._states: dict[str, _State] = {}

    def look(self) -> None:
        """Raises Unreadable for a folder that is none, or that can't be read."""
        states = dict(self._listing())
        if not states:
            self._refuse_parent()
        kept = {name: self.whole[name] for name, state in states.items() if self._known(name, state)}
        self.whole, self.skipped, self._states = {}, [], {}
        size = sum(size for _, _, size in states.values())
        if size > MAX_BYTES:
            raise Unreadable(f"{self.folder} has more than {MAX_BYTES // 2**20} MB, too large for a calendar")
        for name in sorted(states):
            data = kept.get(name)
            why = ""
            if data is None:
                data, why = self._read(name)
            if why:
                self.skipped.append(SkippedComponent(name, why))
            else:
                self.whole[name], self._states[name] = data, states[name]

    @property
    def may_hide_ours(self) -> bool:
        """True if one of the files that can't be read may be a block of ours, by its name."""
        return any(f"@{DOMAIN}" in skipped.where for skipped in self.skipped)

    def joined(self) -> Joined:
        places, parts, at = [], [], 0
        for name, data in self.whole.items():
            data = data.removeprefix(BOM)
            parts.append(data if data.endswith(b"\n") else data + b"\r\n")
            places.append((at, name))
            at += len(parts[-1])
        return Joined(b"".join(parts), tuple(places)) if parts else Joined(HEAD + TAIL, ((0, ""),))

    def with_uid(self, uid: str) -> Iterator[str]:
        """The names of the files that may hold an event with this UID, the one called after it first."""
        usual = file_name(uid)
        names = (
            [usual, *(name for name in self.whole if name != usual)] if usual in self.whole else self.whole
        )
        yield from (name for name in names if has_uid(self.whole[name], uid))

    def mode(self) -> int | None:
        """The rights that a file beside has, for a new one; None where there is none yet."""
        for name in self.whole:
            return stat.S_IMODE((self.folder / name).stat().st_mode) & 0o666 | 0o600
        return None

    def _listing(self) -> Iterator[tuple[str, _State]]:
        try:
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if entry.name.startswith(".") or not entry.name.lower().endswith(SUFFIX):
                        continue
                    status = _status(entry)
                    if status is not None and stat.S_ISREG(status.st_mode):
                        yield entry.name, (status.st_mtime_ns, status.st_ino, status.st_size)
        except FileNotFoundError:
            raise Unreadable(
                f"there is no folder {self.folder}", "check the path; blocker makes none"
            ) from None
        except NotADirectoryError:
            raise Unreadable(
                f"{self.folder} is a file, not a folder", "a calendar in one file is ics:PATH"
            ) from None
        except (OSError, ValueError) as problem:
            reason = getattr(problem, "strerror", None) or problem
            raise Unreadable(f"{self.folder} can't be read: {reason}") from problem

    def _known(self, name: str, state: _State) -> bool:
        return name in self.whole and self._states.get(name) == state

    def _read(self, name: str) -> tuple[bytes, str]:
        """The bytes of a file, and why they are no use."""
        try:
            data = (self.folder / name).read_bytes()
        except FileNotFoundError:
            return b"", "it went while the folder was read"
        except OSError as problem:
            return b"", f"it can't be read: {problem.strerror}"
        if data.rstrip()[-len(TAIL) :].upper() == TAIL.strip() or scan(data).insert_at is not None:
            return data, ""
        return b"", "it is half-written: it has no END:VCALENDAR; it is read once it is whole"

    def _refuse_parent(self) -> None:
        """A folder of such folders is the commonest wrong path; taken for empty it would be filled with blocks."""
        inside = sorted(each.name for each in self.folder.iterdir() if any(each.glob(f"[!.]*{SUFFIX}")))
        if inside:
            raise Unreadable(
                f"{self.folder} has no event of its own, but the folders in it do",
                f"name one of them: {', '.join(inside[:5])}",
            )


def file_name(uid: str) -> str:
    return uid + SUFFIX


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    """None for one that went meanwhile, or a link to nowhere."""
    try:
        return entry.stat()
    except OSError:
        return None
