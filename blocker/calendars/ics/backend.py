"""The ``ics:`` backend: one iCalendar file, of which only our own components are ever changed.

It needs no sign-in.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import UTC
from itertools import chain
from operator import attrgetter
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct

from blocker.calendars.ics.about import ABOUT, identity_of, real_path
from blocker.calendars.ics.blocks import etag_of, is_ours, key_of, rewrite_block, write_block
from blocker.calendars.ics.events import BrokenError, Read, read_component
from blocker.calendars.ics.lexer import Component, Layout, changed, properties, scan
from blocker.calendars.ics.reading import calendar_user, read_calendar
from blocker.calendars.ics.zones import Zones
from blocker.calendars.marks import generation_of, uid_for
from blocker.calendars.port import Backend, Calendar, Surroundings
from blocker.files.replace import locked, read_file, replace_file
from blocker.values.errors import AlreadyExists, Conflict, Missing, Refused, Unreadable, UsageError
from blocker.values.events import Block, Ref, Snapshot
from blocker.values.identity import Identity
from blocker.values.intervals import Interval

_FOLDED_UID = rb"\n(?:UID[^\n]*|UI?\r?)\n[ \t]"


class IcsCalendar:
    """A calendar in a file. See :class:`blocker.calendars.Calendar` for the verbs and their failures."""

    capabilities = ABOUT.capabilities

    def __init__(self, path: Path, *, zone: str | None, me: tuple[str, ...]) -> None:
        """``path`` is absolute; links are followed on use, and kept. Raises UsageError for an unknown zone."""
        if zone is not None:
            try:
                ZoneInfo(zone)
            except (ValueError, OSError, KeyError):
                raise UsageError(
                    f"{zone!r} is not a time zone", "a zone is a name such as Europe/Berlin"
                ) from None
        self.path = path
        self.address = f"ics:{path}"
        self._zone, self._me = zone, me
        self._seen = ""  # the digest of the content that decisions rest on
        self._written: Layout | None = None  # of what was last written: most likely the file still is that

    def identity(self) -> Identity:
        return identity_of(self.path)

    def read(self, window: Interval) -> Snapshot:
        data = read_file(self.path)
        layout = self._layout(data)
        self._seen = _digest(data)
        return read_calendar(layout, window, calendar=self.address, zone=self._zone, me=self._me)

    def create(self, block: Block) -> Ref:
        def change(file: _File) -> _Splice:
            uid, fresh = file.content_for(block)
            if file.with_uid(uid):
                raise AlreadyExists(f"{self.path} already has {uid}")
            return _Splice(file.insert_at, file.insert_at, fresh, uid)

        return self._write(change)

    def update(self, ref: Ref, block: Block) -> Ref:
        def change(file: _File) -> _Splice:
            component, read = file.ours(ref)
            if key_of(read) != block.key:
                raise Refused(f"{ref.id} is the block {key_of(read)}, not {block.key}")
            if block.raw is not None:
                uid, fresh = file.content_for(block)
                if uid != ref.id:
                    raise Refused(f"what was kept of {block.key} is {uid}, not {ref.id}")
            else:
                chunk = file.layout.data[component.start : component.end]
                fresh = rewrite_block(chunk, read, block, file.layout.line_end)
            return _Splice(component.start, component.end, fresh, ref.id)

        return self._write(change)

    def delete(self, ref: Ref) -> None:
        def change(file: _File) -> _Splice:
            component, _ = file.ours(ref)
            return _Splice(component.start, component.end, b"", ref.id)

        self._write(change)

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

    def close(self) -> None:
        """Nothing is held open between the verbs."""

    def _write(self, change: Callable[[_File], _Splice]) -> Ref:
        """Make one change: locked, on what the file holds now, in one step."""
        target = real_path(self.path)
        with locked(target):
            data, known = read_file(target), self._written
            self._written = None
            layout = known if known and known.data == data else self._layout(data)
            data = layout.data  # a large file is not held twice
            splice = change(_File(self.path, layout, self._me))
            if self._seen and self._seen != _digest(data):
                raise Conflict(f"{self.path} changed since it was read", "run again")
            after = changed(layout, splice.start, splice.end, splice.fresh)
            replace_file(target, data, after.data)
            self._seen, self._written = _digest(after.data), after
        return Ref(splice.uid, etag_of(splice.fresh))

    def _layout(self, data: bytes) -> Layout:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise Unreadable(f"{self.path} is UTF-16 text; a calendar file is UTF-8")
        layout = scan(data)
        if not layout.calendars:
            what = "is empty" if not data.strip() else "has no BEGIN:VCALENDAR"
            raise Unreadable(f"{self.path} is not a calendar: it {what}")
        return layout


class _Splice(Struct, frozen=True):
    """``fresh`` in place of the bytes from ``start`` to ``end``; ``uid`` names the event concerned."""

    start: int
    end: int
    fresh: bytes
    uid: str


class _File:
    """The file as a write finds it."""

    def __init__(self, path: Path, layout: Layout, me: tuple[str, ...]) -> None:
        self.path, self.layout = path, layout
        self._me = tuple(address.lower() for address in me)
        if layout.insert_at is None:
            raise Refused(f"{path} has no END:VCALENDAR: it may be cut off, so nothing is written to it")
        self.insert_at = layout.insert_at

    def with_uid(self, uid: str) -> list[Component]:
        """The events with this UID, whosever they are."""
        components, found = self.layout.components, dict[int, Component]()
        if not components:
            return []
        # Its bytes may be broken by a fold, so lines that are folded there are looked at as well.
        upper, patterns = self.layout.upper, [re.escape(uid.upper().encode())]
        if b"\n " in upper or b"\n\t" in upper:
            patterns.append(_FOLDED_UID)
        for hit in chain.from_iterable(re.finditer(pattern, upper) for pattern in patterns):
            component = components[bisect_right(components, hit.start() - 1, key=attrgetter("start")) - 1]
            uids = properties(self.layout.text[component.start : component.end], ("UID",))
            if component.name == "VEVENT" and uids and uids[0].value.strip() == uid:
                found[component.start] = component
        return list(found.values())

    def ours(self, ref: Ref) -> tuple[Component, Read]:
        """Our event, unchanged since it was read. Raises Missing, Conflict or Refused."""
        candidates = self.with_uid(ref.id)
        if not candidates:
            raise Missing(f"{ref.id} is not in {self.path} any more")
        zones = Zones(dict)
        for component in candidates:
            chunk = self.layout.text[component.start : component.end]
            try:
                read = read_component(chunk, zones, UTC)
            except BrokenError:
                continue
            me = self._me or (calendar_user(self.layout) if "ATTENDEE" in read.repeated else ())
            if is_ours(read, me):
                if etag_of(self.layout.data[component.start : component.end]) != ref.etag:
                    raise Conflict(f"{ref.id} changed since it was read", "run again")
                return component, read
        raise Refused(f"{ref.id} in {self.path} is not a block of ours any more")

    def content_for(self, block: Block) -> tuple[str, bytes]:
        """The UID and bytes of a block; raw content is checked to be that block and nothing more."""
        line_end = self.layout.line_end
        if block.raw is None:
            return uid_for(block.key, block.generation), write_block(block, line_end)
        raw = block.raw.encode("utf-8", "surrogateescape")
        if not raw.endswith((b"\n", b"\r")):
            raw += line_end
        head, tail = b"BEGIN:VCALENDAR\r\n", b"END:VCALENDAR\r\n"
        layout = scan(head + raw + tail)
        if [(c.name, c.start, c.end) for c in layout.components] == [
            ("VEVENT", len(head), len(head) + len(raw))
        ]:
            try:
                read = read_component(layout.text[len(head) : len(head) + len(raw)], Zones(dict), UTC)
            except BrokenError:
                read = None
            if read and key_of(read) == block.key and generation_of(read.uid, block.key):
                return read.uid, raw
        raise Refused(f"what was kept of {block.key} is not that block, so it isn't written back")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class _Files(Backend):
    def open(
        self,
        rest: str,
        around: Surroundings,
        zone: str | None,
        me: tuple[str, ...],
        beside: Iterable[Calendar],
    ) -> Calendar:
        return IcsCalendar(Path(rest), zone=zone, me=me)


BACKEND = _Files()
