"""The ``ics:`` backend: one iCalendar file, of which only our own components are ever changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

from blocker.calendars.ics.about import ABOUT, identity_of, real_path
from blocker.calendars.ics.blocks import etag_of
from blocker.calendars.ics.lexer import Layout, changed
from blocker.calendars.ics.reading import read_calendar
from blocker.calendars.ics.text import CalendarText, Splice, layout_of
from blocker.calendars.port import PUBLISHED
from blocker.files.replace import locked, read_file, replace_file
from blocker.values.errors import AlreadyExists, Conflict, Unreadable, UsageError
from blocker.values.events import Block, Ref, Snapshot
from blocker.values.intervals import Interval
from blocker.values.memory import Identity


class FileCalendar:
    """A calendar in a file. See :class:`blocker.calendars.Calendar` for the verbs and their failures."""

    capabilities = ABOUT.capabilities - {PUBLISHED}

    def __init__(self, path: Path, *, zone: str | None, me: tuple[str, ...]) -> None:
        """``path`` is absolute; links are followed on use, and kept. Raises UsageError for an unknown zone."""
        self.path = path
        self.address = f"ics:{path}"
        self._zone, self._me = known_zone(zone), me
        self._seen = ""  # the digest of the content that decisions rest on
        self._written: Layout | None = None  # of what was last written: most likely the file still is that

    def identity(self) -> Identity:
        return identity_of(self.path)

    def read(self, window: Interval) -> Snapshot:
        data = self._content()
        layout = layout_of(self.path, data)
        self._seen = _digest(data)
        return read_calendar(layout, window, calendar=self.address, zone=self._zone, me=self._me)

    def create(self, block: Block) -> Ref:
        def change(file: CalendarText) -> Splice:
            splice = file.created(block)
            if file.with_uid(splice.uid):
                raise AlreadyExists(f"{self.path} already has {splice.uid}")
            return splice

        return self._write(change)

    def update(self, ref: Ref, block: Block) -> Ref:
        return self._write(lambda file: file.updated(ref, block))

    def delete(self, ref: Ref) -> None:
        self._write(lambda file: file.deleted(ref))

    def close(self) -> None:
        """Nothing is held open between the verbs."""

    def _write(self, change: Callable[[CalendarText], Splice]) -> Ref:
        """Make one change: locked, on what the file holds now, in one step."""
        self._make_ready()
        target = real_path(self.path)
        with locked(target):
            data, known = read_file(target), self._written
            self._written = None
            layout = known if known and known.data == data else layout_of(self.path, data)
            data = layout.data  # a large file is not held twice
            splice = change(CalendarText(self.path, layout, self._me))
            if self._seen and self._seen != _digest(data):
                raise Conflict(f"{self.path} changed since it was read", "run again")
            written = changed(layout, splice.start, splice.end, splice.fresh)
            after = self._finished(written.data)
            replace_file(target, data, after)
            self._seen, self._written = _digest(after), written if after is written.data else None
        return Ref(splice.uid, etag_of(splice.fresh))

    def _content(self) -> bytes:
        try:
            return read_file(self.path)
        except Unreadable as problem:
            with suppress(OSError):
                if self.path.is_dir():
                    hint = f"if it has one file an event in it, it is dir:{self.path}"
                    raise Unreadable(problem.message, hint) from None
            raise

    def _make_ready(self) -> None:
        """The file is there, or nothing is written."""

    def _finished(self, data: bytes) -> bytes:
        return data


class IcsCalendar(FileCalendar):
    """A calendar file that can be put back as it was, to the byte."""

    def content(self) -> bytes:
        return read_file(self.path)

    def digest(self) -> str:
        return self._seen or _digest(read_file(self.path))

    def put_back(self, content: bytes, expected: str) -> None:
        """The file as it was, if it still is what ``expected`` says. Raises Conflict otherwise."""
        target = real_path(self.path)
        with locked(target):
            data = read_file(target)
            if _digest(data) != expected:
                raise Conflict(f"{self.path} changed since", "run again")
            replace_file(target, data, content)
            self._seen = _digest(content)


def known_zone(name: str | None) -> str | None:
    """The name as it is. Raises UsageError for one of no time zone."""
    try:
        return ZoneInfo(name).key if name is not None else None
    except (ValueError, OSError, KeyError):
        raise UsageError(f"{name!r} is not a time zone", "a zone is a name such as Europe/Berlin") from None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
