"""Objects on a server, one event with its zones each: read together as one calendar, and written one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC

from msgspec import Struct
from msgspec.structs import replace

from blocker.calendars.caldav.kept import Held
from blocker.calendars.ics.blocks import (
    hash_in_mark,
    is_ours,
    may_be_ours,
    rewrite_block,
    standing_block,
    without,
    write_block,
)
from blocker.calendars.ics.events import BrokenError, Read, read_component
from blocker.calendars.ics.lexer import Component, Layout, escape, properties, scan, unescape, writable
from blocker.calendars.ics.reading import read_calendar
from blocker.calendars.ics.zones import zones_of
from blocker.values.events import Block, Ref, SkippedComponent, Snapshot, StandingBlock
from blocker.values.intervals import Interval

CRLF = b"\r\n"
_BEGIN = [b"BEGIN:VCALENDAR", b"VERSION:2.0", b"PRODID:-//calendar-blocker//EN"]
_END = b"END:VCALENDAR\r\n"
# Servers invite and cancel by themselves on these (RFC 6638): nothing of ours has them.
_SCHEDULING = frozenset(("ORGANIZER", "ATTENDEE"))


class Alone(Struct, frozen=True):
    """An event that an object holds alone; a block of ours, where it comes from :func:`ours_in`."""

    layout: Layout
    component: Component
    read: Read

    @property
    def chunk(self) -> bytes:
        return self.layout.data[self.component.start : self.component.end]

    @property
    def standing(self) -> StandingBlock | None:
        return standing_block(self.read, self.chunk, self.chunk, UTC)

    @property
    def has_guests(self) -> bool:
        return "ATTENDEE" in self.read.repeated

    def holds(self, block: Block) -> bool:
        """Whether it says what ``block`` would: values are compared, as servers write them in their own way."""
        there = self.standing
        return (
            there is not None
            and (there.key, there.generation, there.slot) == (block.key, block.generation, block.marked)
            and (there.dates, there.busy, there.text_hash) == (block.dates, block.busy, hash_in_mark(block))
            and (block.dates is not None or there.when == block.slot)
            and there.title.split() == writable(block.title).split()
            and there.text.split() == writable(block.text).split()
        )

    def is_what_we_wrote(self, block: Block) -> bool:
        """Whether the mark is that of ``block``, whatever the server or a person made of its words since."""
        there = self.standing
        return there is not None and (there.key, there.generation, there.slot, there.text_hash) == (
            block.key, block.generation, block.marked, hash_in_mark(block),
        )  # fmt: skip

    def lost_its_mark(self, block: Block) -> bool:
        """Whether it is ``block``, but without anything that marks it as ours."""
        title = unescape(self.read.value("SUMMARY"))
        return not may_be_ours(self.chunk) and title.split() == writable(block.title).split()

    def rewritten(self, block: Block) -> bytes:
        """The whole object with the block's content in place of the old; what a person added stays."""
        fresh = without(rewrite_block(self.chunk, self.read, block, CRLF), _SCHEDULING)
        data = self.layout.data
        return data[: self.component.start] + fresh + data[self.component.end :]


def new_object(block: Block) -> bytes:
    return CRLF.join(_BEGIN) + CRLF + write_block(block, CRLF) + _END


def ours_in(text: str, uid: str, me: tuple[str, ...]) -> Alone | None:
    """The block with this identity; None where the object is not that block, or not that alone any more."""
    found = alone_in(text, uid)
    return found if found is not None and is_ours(found.read, me) else None


def alone_in(text: str, uid: str) -> Alone | None:
    """The event with this identity, whosever it is; None where the object is another, or holds more."""
    layout = scan(re.sub(rb"\r*\n|\r", CRLF, text.encode()))
    events = [component for component in layout.components if component.name == "VEVENT"]
    if len(events) != 1 or layout.problems:
        return None
    component = events[0]
    try:
        read = read_component(
            layout.text[component.start : component.end], zones_of(layout)(component.calendar), UTC
        )
    except BrokenError:
        return None
    return Alone(layout, component, read) if read.uid == uid else None


def blocks_among(objects: Iterable[Held]) -> dict[str, Held]:
    """The objects with our mark by UID. Of two with one UID, the one at the address that we gave it."""
    found: dict[str, Held] = {}
    for held in objects:
        for uid in _marked(held):
            there = found.get(uid)
            if there is None or held.url.endswith(f"/{uid}.ics"):
                found[uid] = held
    return found


def _marked(held: Held) -> Iterator[str]:
    if not may_be_ours(held.text.encode()):
        return
    layout = scan(held.text.encode())
    for component in layout.components:
        chunk = layout.text[component.start : component.end]
        if component.name == "VEVENT" and may_be_ours(chunk):
            yield from (found.value.strip() for found in properties(chunk, ("UID",))[:1])


def read_objects(
    objects: Iterable[Held],
    blocks: dict[str, Held],
    window: Interval,
    *,
    calendar: str,
    name: str,
    timezone: str,
    zone: str | None,
    me: tuple[str, ...],
) -> Snapshot:
    """All objects as one calendar. ``name`` and ``timezone`` (a VTIMEZONE) are what the server says of the collection."""
    marked = {held.url for held in blocks.values()}
    # The block that counts comes first, should there be a second of its identity.
    first = sorted(objects, key=lambda held: held.url not in marked)
    parts = [
        _head(name, timezone),
        *(held.text.encode() + CRLF for held in first),
        b"BEGIN:VCALENDAR\r\n" + _END,
    ]
    snapshot = read_calendar(scan(b"".join(parts)), window, calendar=calendar, zone=zone, me=me)
    return replace(
        snapshot,
        blocks=tuple(
            replace(block, ref=Ref(block.ref.id, blocks[block.ref.id].version), raw=None)
            for block in snapshot.blocks
        ),
        skipped=tuple(replace(flaw, where=_place(flaw)) for flaw in snapshot.skipped),
    )


def _head(name: str, timezone: str) -> bytes:
    """A calendar that holds nothing but what the collection says of itself."""
    lines = [*_BEGIN, f"X-WR-CALNAME:{escape(name)}".encode()] if name else [*_BEGIN]
    zones = scan(timezone.encode()) if timezone else None
    for component in zones.components if zones else ():
        chunk = zones.text[component.start : component.end] if zones else b""
        lines += [b"X-WR-TIMEZONE:" + found.value.encode() for found in properties(chunk, ("TZID",))]
    return CRLF.join(lines) + CRLF + _END


def _place(flaw: SkippedComponent) -> str:
    """Where something is wrong: an event's UID says it, the line of a text that we put together does not."""
    return flaw.where.partition(", ")[2] or "an event"
