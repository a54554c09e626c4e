"""Checks on single blocks: what the file holds, and the hard limits of section 4.4."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from . import contract
from .brute import in_the_way, lunch_kept, slots
from .reader import Block, Book, foreign_bytes, our_pieces, read
from .worktime import MINUTE, Span, Worktime, clip, minutes, quiet, week_monday

NOTICE = {"run": timedelta(hours=24), "rebalance": timedelta(hours=1)}
SLOT = re.compile(r"(\d{8}T\d{6}Z)/(\d{8}T\d{6}Z)")
STAYS = {"create", "move", "update", "keep", "adopt"}
EXEMPT = re.compile(
    r"40\s*%|share|cap\b|limit|bookable|manners|never none|exempt|otherwise none", re.IGNORECASE
)


@dataclass(frozen=True)
class Finding:
    """One thing that is not as the design has it; ``sure`` is false where the design can be read two ways."""

    rule: str
    text: str
    sure: bool = True


@dataclass(frozen=True)
class Case:
    """One run of the program: the file before and after, what it said, and when."""

    before: bytes
    after: bytes
    doc: dict[str, Any]
    now: datetime
    loose: bool = False

    @cached_property
    def book(self) -> Book:
        """The file after the run."""
        return read(self.after, self.now - timedelta(weeks=14), self.now + timedelta(weeks=27), self.loose)

    @cached_property
    def work(self) -> Worktime:
        """Working time as other people's events leave it."""
        return Worktime(self.book)

    @property
    def earliest(self) -> datetime:
        """The first moment that a week's floor may take; what is left of a week is counted from then on."""
        return self.now + NOTICE[self.doc.get("policy", "run")]

    @cached_property
    def after_notice(self) -> datetime:
        """The first moment that other blocks may take: under run the second working day after today."""
        if self.doc.get("policy", "run") != "run":
            return self.earliest
        today = self.work.local_day(self.now)
        ahead = (today + timedelta(days=n) for n in range(1, 60))
        return self.work.at([day for day in ahead if self.work.hours(day)][1], "00:00")

    @cached_property
    def changes(self) -> dict[str, dict[str, Any]]:
        """The changes by key."""
        return {c["key"]: c for c in self.doc.get("changes", [])}

    @cached_property
    def blocks(self) -> dict[str, Block]:
        """Our timed blocks in the file, by key; the offsite's all-day note is none."""
        return {b.key: b for b in self.book.blocks if not b.all_day}

    def placed(self, *actions: str) -> list[Block]:
        """The blocks that this run created or moved."""
        return [b for b in self.blocks.values() if self.changes.get(b.key, {}).get("action") in actions]

    def others(self, block: Block) -> list[Span]:
        """Our other blocks."""
        return [(b.start, b.end) for b in self.blocks.values() if b.key != block.key]

    def of_week(self, week: str, kind: str = "") -> list[Block]:
        """Our blocks of a key's week, the offsite left out."""
        return [b for b in self.blocks.values() if f"/{week}/" in b.key and b.key.startswith(kind)]


def on_file(case: Case) -> Iterator[Finding]:
    """The document is what is in the file, the marks are right, and nobody else's bytes moved."""
    yield from (Finding("contract", text) for text in contract.complaints(case.doc))
    if foreign_bytes(case.after) != foreign_bytes(case.before):
        yield Finding("bytes", "other people's bytes changed")
    held = {b.key: b for b in case.book.blocks}
    if len(held) != len(our_pieces(case.after)) or len({b.uid for b in held.values()}) != len(held):
        yield Finding("mark", "a key or a UID stands twice in the file")
    for key, change in case.changes.items():
        if change["action"] not in STAYS:
            if key in held:
                yield Finding("json", f"{key}: {change['action']}, and still in the file")
            continue
        if key not in held:
            yield Finding("json", f"{key}: {change['action']}, and not in the file")
            continue
        block = held[key]
        said = (contract.moment(change["start"]), contract.moment(change["end"]))
        if said != (block.start, block.end):
            yield Finding("json", f"{key}: says {said[0]} – {said[1]}, the file {block.start} – {block.end}")
        if change["action"] != "keep" and not change["done"]:
            yield Finding("json", f"{key}: {change['action']} is not done: {change['error']}")
    horizon = {w["week"] for w in case.doc.get("weeks", [])}
    for block in held.values():
        yield from _mark(block, case)
        if block.start > case.now and block.key not in case.changes and block.key.split("/")[1] in horizon:
            yield Finding("json", f"{block.key} is in the file and not in changes")
    if case.doc.get("applied") is not True:
        yield Finding("json", f"applied is {case.doc.get('applied')!r} after a run")


def _mark(block: Block, case: Case) -> Iterator[Finding]:
    slot = SLOT.fullmatch(block.slot)
    stamps = f"{block.start:%Y%m%dT%H%M%SZ}/{block.end:%Y%m%dT%H%M%SZ}"
    fresh = case.changes.get(block.key, {}).get("action") in {"create", "move"}
    if not block.all_day and (not slot or (fresh and block.slot != stamps)):
        yield Finding("mark", f"{block.key}: X-BLOCKER-SLOT {block.slot}, the block {stamps}")
    if not block.version or not block.categories or not block.uid:
        yield Finding("mark", f"{block.key}: version {block.version!r}, categories {block.categories!r}")
    if block.floating and not block.all_day:
        yield Finding("mark", f"{block.key}: its times are floating or lack a VTIMEZONE")
    first = block.key.startswith("offsite/") or re.fullmatch(r"strategic/.*/1", block.key)
    if (block.free and first) or (block.key.startswith("note/") and not block.free):
        yield Finding("mark", f"{block.key}: shown as {'free' if block.free else 'busy'}")


def limits(case: Case) -> Iterator[Finding]:
    """The hard limits, on every block that this run created or moved."""
    for block in case.placed("create", "move"):
        day = case.work.local_day(block.start)
        for other in case.blocks.values():
            if other.key != block.key and case.work.local_day(other.start) == day:
                yield Finding("one a day", f"{block.key} and {other.key} on {day}")
    for block in case.placed("create", "move"):
        yield from _block(case, block)


def _block(case: Case, block: Block) -> Iterator[Finding]:
    work, slot = case.work, (block.start, block.end)
    day = work.local_day(block.start)
    kind = block.key.split("/")[0]
    where = f"{block.key} {block.start.astimezone(work.zone):%a %Y-%m-%d %H:%M}–" + (
        f"{block.end.astimezone(work.zone):%H:%M}"
    )
    length = minutes([slot])
    if work.off(day):
        yield Finding("day off", f"{where}: {work.off(day)}")
    elif clip([slot], *(work.hours(day) or slot)) != [slot]:
        yield Finding("hours", f"{where} leaves working hours")
    floor = block.key.startswith("strategic/") and block.key.endswith("/1")
    notice = min(case.earliest, case.after_notice) if floor else case.after_notice
    if block.start < notice:
        yield Finding("notice", f"{where} begins inside the notice, which ends {notice}")
    if quiet(day):
        yield Finding("quiet", f"{where} is on a quiet day")
    if block.start.astimezone(work.zone).minute % 15 or length % 15 or block.start.second:
        yield Finding("grid", f"{where} is off the quarter hour")
    events, ours = in_the_way(work, day, slot, case.others(block))
    for event in events:
        rule = "overlap" if event.end > block.start else "buffer"
        yield Finding(rule, f"{where} against {event.title!r} {event.start:%H:%M}–{event.end:%H:%M} UTC")
    for other in ours:
        yield Finding("overlap" if other[1] > block.start else "buffer", f"{where} against ours {other[0]}")
    away = [e for e in work.on(day) if e.kind == "away" and not e.all_day and e not in events]
    if any(e.start < block.end and e.end > block.start for e in away):
        yield Finding("away", f"{where} inside an away event")
    if kind != "offsite" and not lunch_kept(work, day, slot, case.others(block)):
        yield Finding("lunch", f"{where} leaves no lunch")
    yield from _length(case, block, where, length)
    if kind == "offsite":
        mates = [b.key for b in case.blocks.values() if work.local_day(b.start) == day and b.key != block.key]
        if mates:
            yield Finding("offsite day", f"{where} shares its day with {', '.join(mates)}")
    else:
        yield from _bookable(case, block, where)
    if block.key.count("/") == 2 and week_monday(block.key.split("/")[1]) != day - timedelta(day.weekday()):
        yield Finding("week", f"{where} lies outside its key's week")


def _length(case: Case, block: Block, where: str, length: int) -> Iterator[Finding]:
    kind, floor = block.key.split("/")[0], block.key.endswith("/1")
    if kind == "strategic" and not 90 <= length <= 120:
        if not floor or not 60 <= length < 90:
            yield Finding("length", f"{where} has {length} minutes")
        elif not EXEMPT.search(_words(case, block)) and not re.search(
            rf"\b{length}\b|short", _words(case, block)
        ):
            yield Finding("length", f"{where} is short and does not say so: {_words(case, block)!r}")
    wanted = {"frontline": 60, "offsite": 240}.get(kind, length)
    if length != wanted:
        yield Finding("length", f"{where} has {length} minutes, not {wanted}")


def _words(case: Case, block: Block) -> str:
    return str(case.changes[block.key].get("why"))


def _bookable(case: Case, block: Block, where: str) -> Iterator[Finding]:
    work, day = case.work, case.work.local_day(block.start)
    ours = [s for s in case.others(block) if work.local_day(s[0]) == day]
    if work.bookable(day) < 60 or work.bookable(day, [*ours, (block.start, block.end)]) >= 60:
        return
    left = work.bookable(day, [*ours, (block.start, block.end)])
    if not (block.key.startswith("strategic/") and block.key.endswith("/1")):
        yield Finding("bookable", f"{where} leaves {left} of {work.bookable(day)} bookable minutes")
        return
    if not EXEMPT.search(_words(case, block)):
        yield Finding(
            "bookable", f"{where} leaves {left} bookable and does not say so: {_words(case, block)!r}"
        )
    for other in work.week(week_monday(block.key.split("/")[1])):
        rest = [s for s in case.others(block) if work.local_day(s[0]) == other]
        for slot in slots(work, other, 60, case.earliest, rest):
            if work.bookable(other) < 60 or work.bookable(other, [*rest, slot]) >= 60:
                yield Finding("bookable", f"{where} leaves {left} bookable; {slot[0]:%a %H:%M} UTC would not")
                return


def shifted(block: Block, by: int) -> Span:
    """A block's slot, so many minutes later."""
    return block.start + by * MINUTE, block.end + by * MINUTE
