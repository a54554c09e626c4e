"""What is wanted, what is there and what we remember → changes (design 4.7).

A person's move is judged against the slot in the mark inside the event, never against the ledger,
so that a crash between two writes can't look like one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from msgspec.structs import replace

from blocker.placing.problem import Solution
from blocker.placing.why_here import called
from blocker.planning.recall import Recollection, _ledger_only
from blocker.values.events import Block, StandingBlock
from blocker.values.kinds import OFFSITE
from blocker.values.memory import Remembered
from blocker.values.plan import Change, Inspection, Placement


def diff(
    recollection: Recollection,
    solution: Solution,
    inspection: Inspection,
    *,
    unwanted: Mapping[str, str],
    owed: Collection[str],
    refreshed: Mapping[str, Block],
    draft: Callable[[Placement, StandingBlock | None], Block],
    now: datetime,
) -> tuple[Change, ...]:
    """Changes for every block that stands or shall stand, in order of time.

    ``unwanted`` maps the key of a standing block that nobody wants any more to the reason; ``owed`` are the keys
    that are wanted and found no place; ``refreshed`` has the new content of blocks that stay but whose text or busy state is out of date.
    """
    known = {block.key: block for block in recollection.memory.blocks}
    placed = {placement.key: placement for placement in solution.placements}
    changes = [change for change in recollection.gone if change.key not in placed]
    changes += recollection.surplus
    for there in recollection.live:
        past = there.when.start <= now
        if there.key in unwanted and not there.pinned and not past:
            changes.append(replace(_remove(there, unwanted[there.key], known.get(there.key)), forced=True))
        elif there.key in placed and not past and placed[there.key].slot != there.when:
            changes.append(_move(there, placed[there.key], draft, inspection))
        elif there.key in solution.taken_off:
            changes.append(_taken_off(there, solution, inspection, placed, known.get(there.key)))
        else:
            kept = _keep(there, unwanted, refreshed, known.get(there.key), past)
            changes.append(kept if past else _with_conflict(kept, solution, inspection))
    standing = {block.key for block in recollection.live}
    for placement in solution.placements:
        if placement.key not in standing:
            changes.append(
                Change(
                    "create", placement.key, placement.kind, placement.slot, causes=placement.causes,
                    why=placement.why, block=draft(placement, None), placement=placement,
                )
            )  # fmt: skip
    for memory in recollection.memory.blocks:
        if memory.key in placed or memory.key in standing:
            continue
        if memory.state == "creating" and memory.key not in recollection.lacking:
            changes.append(_ledger_only("forget", memory, "was never written and is no longer wanted"))
        elif memory.state == "displaced" and memory.key not in owed:
            changes.append(_ledger_only("forget", memory, "it is no longer wanted"))
    return tuple(sorted(changes, key=lambda c: (c.slot.start, c.key, c.action)))


def _with_conflict(kept: Change, solution: Solution, inspection: Inspection) -> Change:
    """A block that stays, with what took its time and what would help, if something did."""
    hit, stuck = inspection.hits.get(kept.key), solution.stuck.get(kept.key)
    if hit is None:
        return kept
    words = hit.words
    if kept.pinned:
        words += "; you put it there, so it stays"
    elif stuck is not None:
        words += "; there is no other time for it and you edited it, so it stays"
    return replace(kept, conflict=words, nearest=stuck.options if stuck else ())


def _taken_off(
    there: StandingBlock,
    solution: Solution,
    inspection: Inspection,
    placed: Mapping[str, Placement],
    known: Remembered | None,
) -> Change:
    """The removal of a block that is hit and can't be rescued, gave way, or is not asked for any more."""
    key = there.key
    if key in solution.released:
        release, hit = solution.released[key], inspection.hits.get(key)
        time = "free half day" if there.kind == OFFSITE else "time for it in its week"
        why = f"there is no other {time}; it comes back when there is room"
        return replace(
            _remove(there, why, known), forced=True, released=True,
            conflict=hit.words if hit else None, nearest=release.options,
        )  # fmt: skip
    if key in solution.gave_way:
        to = solution.gave_way[key]
        why = (
            f"makes room for {called(placed[to].kind, placed[to].tier) if to in placed else 'another block'}"
        )
        return replace(_remove(there, why, known), forced=True, makes_room_for=to)
    return _remove(there, solution.given_back[key], known)


def _move(
    there: StandingBlock,
    placement: Placement,
    draft: Callable[[Placement, StandingBlock | None], Block],
    inspection: Inspection,
) -> Change:
    hit = inspection.hits.get(there.key)
    return Change(
        "move", there.key, there.kind, placement.slot, was=there.when, causes=placement.causes,
        why=placement.why, block=draft(placement, there), standing=there, forced=True, placement=placement,
        hit_by=hit.words if hit else "", makes_room_for=placement.cause_key,
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
        put = "put it back with undo" if there.put_back else "moved it"
        why = f"you {put}: it stays where you put it"
        if there.key in unwanted:
            why += f", although {unwanted[there.key]}"
    change = Change(
        "keep", there.key, there.kind, there.when, pinned=there.pinned, why=why, standing=there,
        causes=known.causes if known else (),
    )  # fmt: skip
    if past:
        return replace(change, why="past")
    if known is None or known.state in ("creating", "removing", "displaced", "tombstone"):
        return replace(change, action="adopt", why=why or "one of ours, by its mark")
    if there.key in refreshed:
        return replace(change, action="update", block=refreshed[there.key])
    return change
