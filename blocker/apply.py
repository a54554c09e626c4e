"""Plan × calendar → Receipt: the only writer.

Write-ahead: the ledger knows of each change before the calendar does, and of its outcome after, so
that a kill between the two leaves something the next run can finish. One failure does not stop the
rest; a calendar that does not answer does.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from blocker.calendars import Calendar
from blocker.errors import BlockerError, Conflict, Missing, Temporary
from blocker.ledger import Ledger
from blocker.model import Change, Plan, Receipt, Ref, Remembered

_ORDER = ("forget", "tombstone", "adopt", "keep", "remove", "move", "create", "update")


def apply(
    plan: Plan, calendar: Calendar, ledger: Ledger, run: int, on_change: Callable[[Change], None]
) -> Receipt:
    """Make every change of ``plan``; ``on_change`` hears of each as it is done or fails.

    Raises Conflict if the calendar changed since it was read and nothing was written yet.
    """
    outcomes: dict[int, Change] = {}
    wrote = False
    halted: str | None = None
    order = sorted(range(len(plan.changes)), key=lambda n: (_ORDER.index(plan.changes[n].action), n))
    for position in order:
        change = plan.changes[position]
        if halted is not None and change.writes:
            outcome = replace(change, error=f"not tried: {halted}")
        elif not change.writes:
            _note(change, ledger)
            outcome = replace(change, done=True)
        else:
            ledger.record_intent(run, position, change)
            try:
                _write(change, calendar, ledger)
                wrote = True
                outcome = replace(change, done=True)
            except Conflict as problem:
                ledger.record_outcome(run, position, problem.message)
                if not wrote:
                    raise
                outcome = replace(change, error=problem.message)
            except BlockerError as problem:
                outcome = replace(change, error=problem.message)
                if isinstance(problem, Temporary):
                    halted = problem.message
            ledger.record_outcome(run, position, outcome.error)
        outcomes[position] = outcome
        if change.writes:
            on_change(outcome)
    return Receipt(tuple(outcomes[n] for n in range(len(plan.changes))))


def _write(change: Change, calendar: Calendar, ledger: Ledger) -> None:
    if change.action == "remove":
        _remove(change, calendar, ledger)
        return
    block = change.block
    if block is None:
        raise ValueError(f"{change.action} {change.key} has no content")
    row = _row(change, "placed", change.standing.ref if change.standing else None)
    if change.action == "create":
        ledger.remember(replace(row, state="creating"))
        ref = calendar.create(block)
    else:
        if change.standing is None:
            raise ValueError(f"{change.action} {change.key} has nothing standing")
        ref = calendar.update(change.standing.ref, block)
    ledger.remember(replace(row, ref=ref))


def _remove(change: Change, calendar: Calendar, ledger: Ledger) -> None:
    there = change.standing
    if there is None:
        raise ValueError(f"remove {change.key} has nothing standing")
    known = ledger.recall(change.key)
    is_the_one = known is None or known.ref is None or known.ref.id == there.ref.id
    if is_the_one:  # a second copy of a block that stays has no row of its own
        ledger.remember(_row(change, "removing", there.ref))
    with suppress(Missing):  # it is gone, which is what was wanted
        calendar.delete(there.ref)
    if is_the_one:
        ledger.forget(change.key)


def _note(change: Change, ledger: Ledger) -> None:
    """Changes that only the ledger sees."""
    if change.action == "forget":
        ledger.forget(change.key)
    elif change.action == "tombstone":
        ledger.entomb(change.key, "deleted")
    elif change.action == "adopt" and change.standing is not None:
        ledger.remember(_row(change, "placed", change.standing.ref))
    elif change.action == "keep" and change.pinned:
        known = ledger.recall(change.key)
        if known is not None and known.slot != change.slot:
            ledger.remember(replace(known, slot=change.slot))


def _row(change: Change, state: str, ref: Ref | None) -> Remembered:
    source = change.block or change.standing
    return Remembered(
        key=change.key,
        kind=change.kind,
        state=state,
        slot=change.slot,
        generation=source.generation if source else 1,
        ref=ref,
        text_hash=source.text_hash if source else "",
        causes=change.causes,
        why=change.why,
        tier=change.placement.tier if change.placement else "",
    )
