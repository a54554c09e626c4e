"""A block moved for a person who says where to: pinned there, as if they had dragged it on their calendar."""

from __future__ import annotations

from msgspec.structs import replace

from blocker.ledger.ledger import Ledger
from blocker.running.run import carry_out
from blocker.running.session import Session, Sight
from blocker.values.errors import UsageError
from blocker.values.intervals import Interval
from blocker.values.plan import Change, Plan
from blocker.wording.drafts import as_it_is


def move_by_hand(key: str, slot: Interval, sight: Sight, session: Session, ledger: Ledger) -> Plan:
    """Move the block, as a run of its own that ``undo`` takes back. Raises UsageError if it is not there."""
    request = sight.request
    there = next((block for block in request.snapshot.blocks if block.key == key), None)
    if there is None:
        raise UsageError("that block is not on the calendar any more", "look at the plan as it is now")
    block = replace(as_it_is(there, request), slot=slot, busy=there.busy)
    known = ledger.recall(key)
    change = Change(
        "move", key, there.kind, slot, was=there.when, pinned=True, causes=known.causes if known else (),
        block=block, standing=there, forced=True, why="you moved it",
    )  # fmt: skip

    def decide(again: bool) -> Plan:
        if again:
            raise UsageError(
                "the calendar changed meanwhile: the block was not moved", "look at it again, then move it"
            )
        return replace(sight.plan(), changes=(change,), unplaced=(), notes=(), said=())

    return carry_out(decide, "move", session, ledger, lambda change: None)
