"""Our blocks as components: written, changed in place, and known again by their mark."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, tzinfo

from blocker.calendars.ics.events import Read
from blocker.calendars.ics.lexer import escape, fold, properties, unescape, writable
from blocker.calendars.ics.people import address_of
from blocker.calendars.ics.series import occurrence
from blocker.calendars.marks import (
    MARK_VERSION,
    generation_of,
    instant_text,
    kind_of,
    parse_slot,
    slot_text,
    uid_for,
)
from blocker.values.events import Block, Ref, StandingBlock
from blocker.values.fingerprint import hash_of_text

# Properties that a write replaces. The others of a component (alarms, what a client added) stay.
_REWRITTEN = frozenset(
    (
        *("DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "DURATION", "SUMMARY", "DESCRIPTION"),
        *("TRANSP", "X-BLOCKER-KEY", "X-BLOCKER-SLOT", "X-BLOCKER-VERSION", "X-BLOCKER-TEXT"),
    )
)
_TIMES = frozenset(("DTSTART", "DTEND", "DURATION"))
_LINE = rb"[^\r\n]*(?:(?:\r*\n|\r)[ \t][^\r\n]*)*(?:\r*\n|\r|\Z)"
_NAME = rb"[A-Za-z0-9-]+"
_MARK = b"X-BLOCKER-KEY"


def etag_of(chunk: bytes) -> str:
    """The state of a component: a hash of its bytes."""
    return hashlib.sha256(chunk).hexdigest()[:32]


def may_be_ours(chunk: bytes) -> bool:
    """True if the bytes carry our mark, whatever else is wrong with them."""
    return _MARK in chunk.upper()


def key_of(read: Read) -> str:
    """The key in the mark, "" if there is none."""
    return unescape(read.value("X-BLOCKER-KEY"))


def is_ours(read: Read, me: tuple[str, ...]) -> bool:
    """All of the mark, the identity that belongs to its key, one occurrence, and nobody else invited.

    A block that a person's client cancelled, where others would delete, is theirs by now.
    """
    if generation_of(read.uid, key_of(read)) is None or damaged_mark(read):
        return False
    if read.original is not None or "RRULE" in read.repeated or "RDATE" in read.repeated:
        return False
    if read.value("STATUS").upper() == "CANCELLED":
        return False
    return all(address_of(found) in me for found in read.repeated.get("ATTENDEE", ()))


def damaged_mark(read: Read) -> bool:
    """True if the identity is that of a block of ours, but the rest of its mark can't be read."""
    if generation_of(read.uid, key_of(read)) is None:
        return False
    try:
        parse_slot(read.value("X-BLOCKER-SLOT"))
    except ValueError:
        return True
    return read.value("X-BLOCKER-VERSION") != MARK_VERSION


def standing_block(read: Read, chunk: bytes, written: bytes, home: tzinfo) -> StandingBlock | None:
    """A component that ``is_ours`` as a block; None if a person made it take no time.

    ``written`` is the component as the file has it, ``chunk`` the same with lone CRs made LFs.
    """
    found = occurrence(read.series.start, read.series.span, home)
    if found is None:
        return None
    key = key_of(read)
    summary = read.single.get("SUMMARY")
    text = properties(chunk, ("DESCRIPTION",))
    try:
        raw = written.decode("utf-8")
    except UnicodeDecodeError:
        raw = None  # it could not be put back as it was
    return StandingBlock(
        key=key,
        kind=kind_of(key),
        slot=parse_slot(read.value("X-BLOCKER-SLOT")),
        when=found.when,
        title=unescape(summary.value) if summary else "",
        text=unescape(text[0].value) if text else "",
        ref=Ref(read.uid, etag_of(written)),
        generation=generation_of(read.uid, key) or 1,
        busy=read.value("TRANSP").upper() != "TRANSPARENT",
        dates=found.dates,
        text_hash=read.value("X-BLOCKER-TEXT"),
        raw=raw,
        private=read.private,
    )


def hash_in_mark(block: Block) -> str:
    """The hash of title and text that a block is written with."""
    return block.text_hash or hash_of_text(writable(block.title), writable(block.text))


def _content(block: Block, sequence: int) -> dict[str, list[str]]:
    """The lines of a block by property, unfolded, in the order in which they are written."""
    stamp = instant_text(block.stamp)
    lines = {
        "DTSTAMP": [f"DTSTAMP:{stamp}"],
        "LAST-MODIFIED": [f"LAST-MODIFIED:{stamp}"],
        "SEQUENCE": [f"SEQUENCE:{sequence}"],
        "DTSTART": [_time("DTSTART", block.slot.start, block.dates[0] if block.dates else None)],
        "DTEND": [_time("DTEND", block.slot.end, block.dates[1] if block.dates else None)],
        "SUMMARY": [f"SUMMARY:{escape(block.title)}"],
        "DESCRIPTION": [f"DESCRIPTION:{escape(block.text)}"] if block.text else [],
        "TRANSP": ["TRANSP:OPAQUE" if block.busy else "TRANSP:TRANSPARENT"],
        "X-BLOCKER-KEY": [f"X-BLOCKER-KEY:{escape(block.key)}"],
        "X-BLOCKER-SLOT": [f"X-BLOCKER-SLOT:{slot_text(block.marked)}"],
        "X-BLOCKER-VERSION": [f"X-BLOCKER-VERSION:{MARK_VERSION}"],
        "X-BLOCKER-TEXT": [f"X-BLOCKER-TEXT:{hash_in_mark(block)}"],
    }
    # Colour and visibility are the person's to change: they are written where the block names them.
    if block.visibility in ("private", "public"):
        lines["CLASS"] = [f"CLASS:{block.visibility.upper()}"]
    if block.color:
        lines["COLOR"] = [f"COLOR:{escape(block.color)}"]
    return lines


def _time(name: str, instant: datetime, day: date | None) -> str:
    if day is not None:
        return f"{name};VALUE=DATE:{day.year:04d}{day.month:02d}{day.day:02d}"
    return f"{name}:{instant_text(instant)}"


def write_block(block: Block, line_end: bytes) -> bytes:
    """A new component for a block, with an alarm in it if the block has a reminder."""
    lines = ["BEGIN:VEVENT", f"UID:{uid_for(block.key, block.generation)}"]
    for group in _content(block, 0).values():
        lines += group
    lines.append("CATEGORIES:Blocker")
    if block.reminder is not None:
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{escape(block.title)}"]
        lines += [f"TRIGGER:-PT{block.reminder}M", "END:VALARM"]
    lines.append("END:VEVENT")
    return b"".join(fold(line, line_end) for line in lines)


def rewrite_block(chunk: bytes, read: Read, block: Block, line_end: bytes) -> bytes:
    """A component with the block's content in place of the old one; all other lines as they are.

    A time that is right already stays as it is written: a person's client may have put it into a zone.
    """
    kept = _TIMES if _at_its_time(read, block) else frozenset[str]()
    fresh = {
        name: b"".join(fold(line, line_end) for line in group)
        for name, group in _content(block, read.sequence + 1).items()
        if name not in kept
    }
    written: list[bytes] = []
    depth = 0
    for name, line in _named_lines(chunk):
        if name == "BEGIN":
            if depth == 1:  # before the first alarm or the like
                written += fresh.values()
                fresh.clear()
            depth += 1
        elif name == "END":
            if depth == 1:
                written += fresh.values()
            depth -= 1
        elif depth == 1 and name in fresh:
            line = fresh.pop(name)
        elif depth == 1 and name in _REWRITTEN - kept:
            continue
        written.append(line)
    return b"".join(written)


def without(chunk: bytes, names: frozenset[str]) -> bytes:
    """A component without the lines of these names."""
    return b"".join(line for name, line in _named_lines(chunk) if name not in names)


def _at_its_time(read: Read, block: Block) -> bool:
    start = read.series.start
    if start.zone is None and not start.is_date:
        return False  # a floating time: which instant that is depends on who reads it
    there = occurrence(start, read.series.span, UTC)
    if there is None or there.dates != block.dates:
        return False
    return block.dates is not None or there.when == block.slot


def _named_lines(chunk: bytes) -> Iterator[tuple[str, bytes]]:
    """The logical lines of a component as bytes, folds and line ends included, each with its name."""
    at, logical_line = 0, re.compile(_LINE)
    while at < len(chunk):
        line = logical_line.match(chunk, at)
        if line is None or line.end() == at:
            break
        name = re.match(_NAME, line.group())
        yield (name.group().decode("ascii").upper() if name else ""), line.group()
        at = line.end()
