"""The text of a calendar as a write finds it: which event is ours, and what a change puts in its place."""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import UTC
from itertools import chain
from operator import attrgetter
from pathlib import Path

from msgspec import Struct

from blocker.calendars.ics.blocks import etag_of, is_ours, key_of, rewrite_block, write_block
from blocker.calendars.ics.events import BrokenError, Read, read_component
from blocker.calendars.ics.lexer import Component, Layout, properties, scan, unfolded
from blocker.calendars.ics.reading import calendar_user
from blocker.calendars.ics.zones import Zones
from blocker.calendars.marks import generation_of, uid_for
from blocker.values.errors import Conflict, Missing, Refused, Unreadable
from blocker.values.events import Block, Ref

HEAD = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//blocker//calendar//EN\r\n"
TAIL = b"END:VCALENDAR\r\n"
_FOLDED_UID = rb"\n(?:UID[^\n]*|UI?\r?)\n[ \t]"


class Splice(Struct, frozen=True):
    """``fresh`` in place of the bytes from ``start`` to ``end``; ``uid`` names the event concerned."""

    start: int
    end: int
    fresh: bytes
    uid: str

    def into(self, data: bytes) -> bytes:
        return data[: self.start] + self.fresh + data[self.end :]


def layout_of(place: Path, data: bytes) -> Layout:
    """Where everything is in a calendar's text. Raises Unreadable for what is no calendar."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(f"{place} is UTF-16 text; a calendar file is UTF-8")
    layout = scan(data)
    if not layout.calendars:
        what = "is empty" if not data.strip() else "has no BEGIN:VCALENDAR"
        raise Unreadable(f"{place} is not a calendar: it {what}")
    return layout


def has_uid(chunk: bytes, uid: str) -> bool:
    """True if one of the events in ``chunk`` may have this UID."""
    # A UID may be folded anywhere; joining the lines is done only where it may matter.
    capitals = uid.upper().encode()
    return capitals in chunk.upper() or (
        (b"\n " in chunk or b"\n\t" in chunk) and capitals in unfolded(chunk).upper()
    )


class CalendarText:
    """What a file holds.

    ``alone``: a block has a file of its own, whose whole text is its state and is what is put back.
    """

    def __init__(self, place: Path, layout: Layout, me: tuple[str, ...], *, alone: bool = False) -> None:
        """Raises Refused for a calendar that is cut off."""
        self.place, self.layout, self._alone = place, layout, alone
        self._me = tuple(address.lower() for address in me)
        if self.layout.insert_at is None:
            raise Refused(f"{place} has no END:VCALENDAR: it may be cut off, so nothing is written to it")
        self.insert_at = self.layout.insert_at

    def created(self, block: Block) -> Splice:
        """A new event before the calendar's end; whether its UID is taken is for the caller to look at."""
        uid, fresh = self._content_for(block)
        return Splice(self.insert_at, self.insert_at, fresh, uid)

    def updated(self, ref: Ref, block: Block) -> Splice:
        """Our event with the content of ``block``. Raises Missing, Conflict or Refused."""
        component, read = self.ours(ref)
        if key_of(read) != block.key:
            raise Refused(f"{ref.id} is the block {key_of(read)}, not {block.key}")
        if block.raw is None:
            chunk = self.layout.data[component.start : component.end]
            fresh = rewrite_block(chunk, read, block, self.layout.line_end)
            return Splice(component.start, component.end, fresh, ref.id)
        uid, fresh = self._content_for(block)
        if uid != ref.id:
            raise Refused(f"what was kept of {block.key} is {uid}, not {ref.id}")
        if self._alone:
            return Splice(0, len(self.layout.data), fresh, ref.id)
        return Splice(component.start, component.end, fresh, ref.id)

    def deleted(self, ref: Ref) -> Splice:
        component, _ = self.ours(ref)
        return Splice(component.start, component.end, b"", ref.id)

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
            raise Missing(f"{ref.id} is not in {self.place} any more")
        zones = Zones(dict)
        for component in candidates:
            chunk = self.layout.text[component.start : component.end]
            try:
                read = read_component(chunk, zones, UTC)
            except BrokenError:
                continue
            me = self._me or (calendar_user(self.layout) if "ATTENDEE" in read.repeated else ())
            if is_ours(read, me):
                if self._alone and len(self._events()) > 1:
                    raise Refused(f"{ref.id} is in one file with other events: {self.place}")
                if self._state(component) != ref.etag:
                    raise Conflict(f"{ref.id} changed since it was read", "run again")
                return component, read
        raise Refused(f"{ref.id} in {self.place} is not a block of ours any more")

    def _state(self, component: Component) -> str:
        data = self.layout.data
        return etag_of(data if self._alone else data[component.start : component.end])

    def _events(self) -> list[Component]:
        return [component for component in self.layout.components if component.name == "VEVENT"]

    def _content_for(self, block: Block) -> tuple[str, bytes]:
        """The UID and bytes of a block; raw content is checked to be that block and nothing more."""
        line_end = self.layout.line_end
        if block.raw is None:
            return uid_for(block.key, block.generation), write_block(block, line_end)
        raw = block.raw.encode("utf-8", "surrogateescape")
        if not self._alone and not raw.endswith((b"\n", b"\r")):
            raw += line_end
        head, tail = (b"", b"") if self._alone else (HEAD, TAIL)
        read = _only_event(head, raw, tail)
        if read and key_of(read) == block.key and generation_of(read.uid, block.key):
            return read.uid, raw
        raise Refused(f"what was kept of {block.key} is not that block, so it isn't written back")


def _only_event(head: bytes, raw: bytes, tail: bytes) -> Read | None:
    """The one event in ``raw``; None where that is not all of it, but for the zones that it names."""
    layout = scan(head + raw + tail)
    events = [found for found in layout.components if found.name == "VEVENT"]
    inside = [found for found in layout.components if found.name != "VTIMEZONE"]
    if len(events) != 1 or inside != events or layout.calendars != 1 or layout.insert_at is None:
        return None
    found = events[0]
    if head and (found.start, found.end) != (len(head), len(head) + len(raw)):
        return None
    try:
        return read_component(layout.text[found.start : found.end], Zones(dict), UTC)
    except BrokenError:
        return None
