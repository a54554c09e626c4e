"""What the calendar holds of ours, held against what is remembered: present, gone, deleted by a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from blocker.measuring.thinking import with_block_decisions, with_calendar_questions
from blocker.values.events import Event, Snapshot, StandingBlock
from blocker.values.kinds import TEAM
from blocker.values.memory import RELEASED, Memory, Remembered
from blocker.values.plan import Change

HALF = "learn was cut short before its other block was written; say it again to have both"


class Recollection(Struct, frozen=True):
    """The blocks that stand, matched with what we remember.

    ``live`` has one event per key. ``gone`` are the ledger-only changes for those that are not there
    any more; ``surplus`` the removals of a second event for a key. ``memory`` is what holds after them.
    ``halves`` maps the key of a learning team's block whose other one was never written to the reason why it goes;
    ``lacking`` are the keys that stay remembered as begun until it has gone.
    """

    live: tuple[StandingBlock, ...]
    gone: tuple[Change, ...]
    surplus: tuple[Change, ...]
    memory: Memory
    halves: Mapping[str, str]
    lacking: frozenset[str]


def recall(snapshot: Snapshot, memory: Memory, now: datetime, settings: str) -> Recollection:
    """Match what a calendar holds of ours with what we remember.

    Find what a person deleted, what our own crash left half done, and what is there twice.

    Only a complete read may conclude that something was deleted. A block whose time is past is
    history, whether it is still there or not. ``settings`` is their digest now: what was undone under
    others is a no to what they asked for, and says nothing about these.
    """
    put_back = {known.key for known in memory.blocks if known.put_back and not _is_skipped(known.key, memory)}
    changed = memory.undone_under not in ("", settings)
    live: dict[str, StandingBlock] = {}
    surplus = []
    for block in sorted(snapshot.blocks, key=lambda b: (b.key, not b.pinned, -b.generation, b.ref.id)):
        if block.key not in live:
            live[block.key] = replace(block, put_back=block.key in put_back)
        elif block.when.start > now and not block.pinned:
            surplus.append(
                Change("remove", block.key, block.kind, block.when, standing=block, forced=True,
                       why="a second copy of this block")
            )  # fmt: skip
    gone: list[Change] = []
    kept: list[Remembered] = []
    for known in memory.blocks:
        absent = known.key not in live
        if absent and known.state == "removing" and known.ended_by == RELEASED:
            gone.append(replace(_ledger_only("forget", known, "our own removal went through"), released=True))
            kept.append(replace(known, state="displaced", ended_by=""))
        elif known.answer == "undone" and changed:
            gone.append(_ledger_only("forget", known, "your settings are not those it was undone under"))
        elif absent and known.state == "removing" and known.ended_by == "undone":
            gone.append(replace(_ledger_only("tombstone", known, "undo took it back"), ended_by="undone"))
            kept.append(replace(known, state="tombstone"))
        elif absent and known.state == "removing":
            gone.append(_ledger_only("forget", known, "our own removal went through"))
        elif absent and known.state == "placed" and snapshot.complete and known.slot.end > now:
            ended_by, why = _how_it_ended(known, snapshot.events)
            gone.append(replace(_ledger_only("tombstone", known, why), ended_by=ended_by))
            kept.append(replace(known, state="tombstone", ended_by=ended_by))
        else:
            kept.append(known)
    parked = with_calendar_questions(memory.parked, snapshot, now)
    decisions = with_block_decisions(memory.decisions, live.values())
    memory = replace(memory, blocks=tuple(kept), parked=parked, decisions=decisions)
    halves, lacking = _halves(live, kept, snapshot.complete, now)
    return Recollection(tuple(live.values()), tuple(gone), tuple(surplus), memory, halves, lacking)


def _halves(
    live: Mapping[str, StandingBlock], known: Sequence[Remembered], complete: bool, now: datetime
) -> tuple[Mapping[str, str], frozenset[str]]:
    """Of a learning team that was cut short between its two blocks: the one that is there, unless it is past or the
    person's, and the one that is not. The two have one number, and no other team has it.
    """
    begun = {
        _number(row.key): row.key
        for row in known
        if row.kind == TEAM and row.state == "creating" and row.key not in live
    }
    if not complete:
        return {}, frozenset(begun.values())
    halves = {
        key: HALF
        for key, block in live.items()
        if block.kind == TEAM and _number(key) in begun and block.when.start > now
        if not (block.pinned or (block.text_hash and block.edited))
    }
    return halves, frozenset(begun[_number(key)] for key in halves)


def _number(key: str) -> str:
    return key.rpartition("/")[2]


def _is_skipped(key: str, memory: Memory) -> bool:
    """True for a block that the person skipped since: that is said later than the undo."""
    return key in memory.skipped_keys or any(f"/{week}/" in key for week in memory.skipped_weeks)


def _how_it_ended(known: Remembered, events: Sequence[Event]) -> tuple[str, str]:
    """Whether a block that is no block any more was deleted, or is there as an event of the person's."""
    ours = known.ref.id if known.ref else ""
    event = next((event for event in events if _is_called(event, ours) and event.status != "cancelled"), None)
    if event is None:
        return "deleted", "you deleted it; it will not come back"
    how = "has guests now" if event.attendees else "is a series now" if event.recurring else "was changed"
    return "theirs", f"{how}, so it is yours now, and is left alone"


def _is_called(event: Event, name: str) -> bool:
    """True for an event of this identity, which some calendars write with their own name after an @."""
    return bool(name) and name in (event.uid, event.uid.partition("@")[0])


def _ledger_only(action: str, known: Remembered, why: str) -> Change:
    return Change(action, known.key, known.kind, known.slot, causes=known.causes, why=why)
