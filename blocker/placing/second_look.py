"""A block that stands, looked at again: would it be placed there today, and what would another day cost? Pure."""

from __future__ import annotations

from msgspec.structs import replace

from blocker.placing.place import place
from blocker.placing.problem import Problem
from blocker.values.kinds import OFFSITE, STRATEGIC
from blocker.values.plan import Demand, Placement, Standing


def second_look(problem: Problem, key: str) -> Placement | None:
    """Where the block would be placed now, all others staying where they are.

    None for one that is not free to be elsewhere: begun, pinned, today's, in conflict, or the offsite.
    """
    block = next((b for b in problem.standing if b.key == key), None)
    rooms = {room.week for room in problem.weeks}
    if block is None or block.state != "movable" or block.kind == OFFSITE or block.week not in rooms:
        return None
    others = tuple(b for b in problem.standing if b.key != key)
    alone = block.kind == STRATEGIC and not any(_stands_for(b, block) for b in others)
    demand = Demand(
        key, block.kind, "floor" if alone else block.tier, block.week, max(block.minutes, block.slot.minutes),
        min(block.shortest, block.slot.minutes), block.floor_minutes if alone else None, block.prefer,
    )  # fmt: skip
    asked = replace(
        problem,
        earliest=min(problem.earliest, block.slot.start),  # it may stay where notice has run out
        weeks=tuple(replace(room, needs_floor=alone and room.week == block.week) for room in problem.weeks),
        demands=(demand,),
        standing=tuple(replace(b, state="fixed" if b.state == "movable" else b.state) for b in others),
        offsite=None,
        policy="run",
        free_week=None,
        max_moves=0,
    )
    return next(iter(place(asked).placements), None)


def _stands_for(other: Standing, block: Standing) -> bool:
    """True if the week has strategic time without ``block``."""
    return other.kind == STRATEGIC and other.week == block.week and other.state != "lost"
