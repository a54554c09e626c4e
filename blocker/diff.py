"""What is wanted, what is there and what we remember → changes (design 4.7).

A person's move is judged against the slot in the mark inside the event, never against the ledger,
so that a crash between two writes can't look like one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from blocker.placing.problem import Solution
from blocker.values.events import Block, Event, Snapshot, StandingBlock
from blocker.values.memory import Memory, Remembered
from blocker.values.plan import Change, Examined, Placement


class Recalled(Struct, frozen=True):
    """The blocks that stand, matched with what we remember.

    ``live`` has one event per key. ``gone`` are the ledger-only changes for those that are not there
    any more; ``surplus`` the removals of a second event for a key. ``memory`` is what holds after them.
    """

    live: tuple[StandingBlock, ...]
    gone: tuple[Change, ...]
    surplus: tuple[Change, ...]
    memory: Memory


def recall(snapshot: Snapshot, memory: Memory, now: datetime) -> Recalled:
    """Match what a calendar holds of ours with what we remember.

    Find what a person deleted, what our own crash left half done, and what is there twice.

    Only a complete read may conclude that something was deleted. A block whose time is past is
    history, whether it is still there or not.
    """
    live: dict[str, StandingBlock] = {}
    surplus = []
    for block in sorted(snapshot.blocks, key=lambda b: (b.key, not b.pinned, -b.generation, b.ref.id)):
        if block.key not in live:
            live[block.key] = block
        elif block.when.start > now and not block.pinned:
            surplus.append(
                Change("remove", block.key, block.kind, block.when, standing=block, forced=True,
                       why="a second copy of this block")
            )  # fmt: skip
    gone: list[Change] = []
    kept: list[Remembered] = []
    for known in memory.blocks:
        absent = known.key not in live
        if absent and known.state == "removing":
            gone.append(_ledger_only("forget", known, "our own removal went through"))
        elif absent and known.state == "placed" and snapshot.complete and known.slot.end > now:
            ended_by, why = _how_it_ended(known, snapshot.events)
            gone.append(replace(_ledger_only("tombstone", known, why), ended_by=ended_by))
            kept.append(replace(known, state="tombstone", ended_by=ended_by))
        else:
            kept.append(known)
    return Recalled(tuple(live.values()), tuple(gone), tuple(surplus), replace(memory, blocks=tuple(kept)))


def _how_it_ended(known: Remembered, events: Sequence[Event]) -> tuple[str, str]:
    """Whether a block that is no block any more was deleted, or is there as an event of the person's."""
    uids = {known.ref.id, f"{known.ref.id}@google.com"} if known.ref else set()
    event = next((event for event in events if event.uid in uids and event.status != "cancelled"), None)
    if event is None:
        return "deleted", "deleted on the calendar: it will not come back"
    how = "has guests now" if event.attendees else "is a series now" if event.recurring else "was changed"
    return "theirs", f"{how}, so it is yours: it is left alone"


def _ledger_only(action: str, known: Remembered, why: str) -> Change:
    return Change(action, known.key, known.kind, known.slot, causes=known.causes, why=why)


def diff(
    recalled: Recalled,
    solution: Solution,
    examined: Examined,
    *,
    unwanted: Mapping[str, str],
    refreshed: Mapping[str, Block],
    draft: Callable[[Placement, StandingBlock | None], Block],
    now: datetime,
) -> tuple[Change, ...]:
    """Changes for every block that stands or shall stand, in order of time.

    ``unwanted`` maps the key of a standing block that nobody wants any more to the reason;
    ``refreshed`` has the new content of blocks that stay but whose text or busy state is out of date.
    """
    known = {block.key: block for block in recalled.memory.blocks}
    placed = {placement.key: placement for placement in solution.placements}
    changes = [*recalled.gone, *recalled.surplus]
    for there in recalled.live:
        past = there.when.start <= now
        conflict = _conflict(there.key, solution, examined)
        if there.key in unwanted and not there.pinned and not past:
            changes.append(_remove(there, unwanted[there.key], known.get(there.key)))
        elif there.key in placed and not past and placed[there.key].slot != there.when:
            changes.append(_move(there, placed[there.key], draft))
        elif there.key in solution.lost and not there.pinned and not past:
            why = "its time is no working time any more and nothing else is free"
            changes.append(replace(_remove(there, why, known.get(there.key)), forced=True))
        else:
            kept = _keep(there, unwanted, refreshed, known.get(there.key), past)
            changes.append(kept if past else replace(kept, conflict=conflict))
    standing = {block.key for block in recalled.live}
    for placement in solution.placements:
        if placement.key not in standing:
            changes.append(
                Change(
                    "create", placement.key, placement.kind, placement.slot, causes=placement.causes,
                    why=placement.why, block=draft(placement, None), placement=placement,
                )
            )  # fmt: skip
    for memory in recalled.memory.blocks:
        if memory.state == "creating" and memory.key not in placed and memory.key not in standing:
            changes.append(_ledger_only("forget", memory, "was never written and is not wanted any more"))
    return tuple(sorted(changes, key=lambda c: (c.slot.start, c.key, c.action)))


def _conflict(key: str, solution: Solution, examined: Examined) -> str | None:
    """What is in the way of a block that stays, and why it stays, in words."""
    what = examined.conflicts.get(key)
    if key in solution.waiting:
        return f"{what}; it waits for the next run: two blocks move in a run at most"
    if key in solution.stuck:
        return f"{what}; {solution.stuck[key]}"
    return what


def _move(
    there: StandingBlock, placement: Placement, draft: Callable[[Placement, StandingBlock | None], Block]
) -> Change:
    return Change(
        "move", there.key, there.kind, placement.slot, was=there.when, causes=placement.causes,
        why=placement.why, block=draft(placement, there), standing=there, forced=True, placement=placement,
    )  # fmt: skip


def _remove(there: StandingBlock, why: str, known: Remembered | None) -> Change:
    return Change(
        "remove",
        there.key,
        there.kind,
        there.when,
        standing=there,
        why=why,
        causes=known.causes if known else (),
    )


def _keep(
    there: StandingBlock,
    unwanted: Mapping[str, str],
    refreshed: Mapping[str, Block],
    known: Remembered | None,
    past: bool,
) -> Change:
    why = known.why if known else ""
    if there.pinned:
        why = "you moved it: it stays where you put it"
        if there.key in unwanted:
            why += f", although {unwanted[there.key]}"
    change = Change(
        "keep", there.key, there.kind, there.when, pinned=there.pinned, why=why, standing=there,
        causes=known.causes if known else (),
    )  # fmt: skip
    if past:
        return replace(change, why="already begun: it is history")
    if known is None or known.state in ("creating", "removing", "tombstone"):
        return replace(change, action="adopt", why=why or "ours by its mark, and not in the ledger")
    if there.key in refreshed:
        return replace(change, action="update", block=refreshed[there.key])
    return change
