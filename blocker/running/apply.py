"""Plan × calendar → Receipt: the only writer.

Write-ahead: the ledger knows of each change before the calendar does, and of its outcome after, so
that a kill between the two leaves something the next run can finish. One failure does not stop the
rest; a calendar that does not answer does.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from msgspec.structs import replace

from blocker.calendars.port import NATIVE_FOCUS, Calendar
from blocker.ledger.file import LedgerError
from blocker.ledger.ledger import Ledger
from blocker.values.errors import (
    AlreadyExists,
    BlockerError,
    Conflict,
    Missing,
    NotInPlace,
    SignInNeeded,
    Temporary,
)
from blocker.values.events import Block, Ref
from blocker.values.kinds import TEAM
from blocker.values.memory import RELEASED, Remembered
from blocker.values.plan import Change, Plan, Receipt

_MOST_TRIES = 10  # so many identities taken by others: something else is wrong
_NO_FOCUS = "an ordinary busy event, because this account takes no focus time"
_STOPS = Temporary | SignInNeeded | LedgerError  # the rest would fail too; nothing is written unremembered
_CHANGED = Conflict | Missing | AlreadyExists  # the calendar is not what the plan was made from
_ORDER = ("forget", "tombstone", "adopt", "keep", "remove", "move", "create", "update")


def apply(
    plan: Plan,
    calendar: Calendar,
    ledger: Ledger,
    run: int,
    on_change: Callable[[Change], None],
    *,
    again: int | None = None,
) -> Receipt:
    """Make every change of ``plan``; ``on_change`` hears of each as it is done or fails.

    The first failure that shows that the calendar changed since it was read ends the work: the rest has to
    be decided again, and the receipt says so. ``again`` is the number of changes that the run tried before it
    decided again; then such a failure stands for itself.

    Raises Temporary or SignInNeeded if the calendar does not answer, and LedgerError if nothing can be
    remembered, as long as nothing was written yet.
    """
    outcomes: dict[int, Change] = {}
    watched = _Watched(calendar, plan.zone)
    halted: str | None = None
    stale = False
    first = again or 0
    _begin_teams(plan, ledger)
    order = sorted(range(len(plan.changes)), key=lambda n: (_ORDER.index(plan.changes[n].action), n))
    for position in order:
        change = plan.changes[position]
        if halted is not None and change.writes:
            outcome = replace(change, error=f"not tried: {halted}")
        elif not change.writes:
            _note(change, ledger)
            outcome = replace(change, done=True)
        else:
            written = watched.written
            try:
                ledger.runs.record_intent(run, first + position, change)
                outcome = replace(_write(change, watched, ledger), done=True)
            except BlockerError as problem:
                if not watched.written and isinstance(problem, _STOPS):
                    with suppress(LedgerError):
                        ledger.runs.record_outcome(run, first + position, problem.message)
                    raise
                # Written and not noted is both done and failed: the next run finds it by its mark.
                outcome = replace(change, error=problem.message, done=watched.written > written)
                stale = stale or (again is None and isinstance(problem, _CHANGED))
                if stale or isinstance(problem, _STOPS):
                    halted = problem.message
            try:
                ledger.runs.record_outcome(run, first + position, outcome.error)
            except LedgerError as problem:
                halted = problem.message
        outcomes[position] = outcome
        if change.writes:
            on_change(outcome)
    return Receipt(tuple(outcomes[n] for n in range(len(plan.changes))), stale)


def _begin_teams(plan: Plan, ledger: Ledger) -> None:
    """The blocks of a learning team are known of before the first is written, so that a run can tell that one lacks."""
    teams = [change for change in plan.changes if change.kind == TEAM and change.action == "create"]
    if teams:
        with ledger.together():
            for change in teams:
                ledger.remember(_row(change, "creating", None))


class _Watched:
    """A calendar that counts what was written to it, in the user's zone of this moment."""

    def __init__(self, calendar: Calendar, zone: str) -> None:
        self._calendar, self.zone, self.written = calendar, zone, 0

    @property
    def capabilities(self) -> frozenset[str]:
        return self._calendar.capabilities

    def create(self, block: Block) -> Ref:
        ref = self._calendar.create(block)
        self.written += 1
        return ref

    def update(self, ref: Ref, block: Block) -> Ref:
        fresh = self._calendar.update(ref, block)
        self.written += 1
        return fresh

    def delete(self, ref: Ref) -> None:
        self._calendar.delete(ref)
        self.written += 1


def _write(change: Change, calendar: _Watched, ledger: Ledger) -> Change:
    """Make one change; returns it as it came out."""
    if change.action == "remove":
        _remove(change, calendar, ledger)
        return change
    block, there = change.block, change.standing
    if block is None:
        raise ValueError(f"{change.action} {change.key} has no content")
    if change.action == "create":
        return _create(change, block, calendar, ledger)
    if there is None:
        raise ValueError(f"{change.action} {change.key} has nothing standing")
    try:
        ref = calendar.update(there.ref, block)
    except NotInPlace:
        return _create_anew(change, block, there.ref, calendar, ledger)
    ledger.remember(_row(change, "placed", ref, calendar.zone if change.action == "move" else ""))
    return change


def _create(change: Change, block: Block, calendar: _Watched, ledger: Ledger) -> Change:
    """Write a new block, under the next identity where the first is used up.

    That a person deleted it is an answer only where the ledger knows that this very one was being made: a run
    was cut short then, and the person was faster than the next. Then it becomes a tombstone.
    """
    known, used_up = ledger.recall(change.key), ledger.memory().generations.get(change.key, 0)
    could_focus = NATIVE_FOCUS in calendar.capabilities
    for attempt in range(1, _MOST_TRIES + 1):
        change = replace(change, block=block)
        ledger.remember(_row(change, "creating", None, calendar.zone))
        try:
            ref = calendar.create(block)
        except AlreadyExists as problem:
            begun = known is not None and known.generation == block.generation and change.kind != TEAM
            if problem.taken_by == "deleted" and begun:
                ledger.entomb(change.key, "deleted")
                why = "you deleted it; it will not come back"
                return replace(change, action="tombstone", block=None, why=why)
            if problem.taken_by == "block" or attempt == _MOST_TRIES:
                raise
            # Doubled, so that a machine with a new ledger soon finds one that was never used.
            block = replace(block, generation=max(block.generation * 2, used_up + 1))
        else:
            ledger.remember(_row(change, "placed", ref))
            if could_focus and NATIVE_FOCUS not in calendar.capabilities:
                why = f"{change.why}; {_NO_FOCUS}".removeprefix("; ")
                change = replace(change, why=why, remark=_NO_FOCUS)
            break
    return change


def _create_anew(change: Change, block: Block, old: Ref, calendar: _Watched, ledger: Ledger) -> Change:
    """Replace an event by one of another type. Cut short anywhere, the next run completes it."""
    last = max(block.generation, ledger.memory().generations.get(change.key, 0))
    is_private = change.standing is not None and change.standing.private
    visibility = block.visibility or ("private" if is_private else "")  # a new event has none of its own
    fresh = replace(block, generation=last + 1, visibility=visibility)
    ledger.remember(_row(replace(change, block=fresh), "creating", None))
    with suppress(Missing):
        calendar.delete(old)
    return _create(change, fresh, calendar, ledger)


def _remove(change: Change, calendar: _Watched, ledger: Ledger) -> None:
    there = change.standing
    if there is None:
        raise ValueError(f"remove {change.key} has nothing standing")
    known = ledger.recall(change.key)
    is_the_one = known is None or known.ref is None or known.ref.id == there.ref.id
    if is_the_one:  # a second copy of a block that stays has no row of its own
        row = _row(change, "removing", there.ref)
        ledger.remember(replace(row, ended_by=RELEASED) if change.released else row)
    with suppress(Missing):  # it is gone, which is what was wanted
        calendar.delete(there.ref)
    if is_the_one:
        _let_go(change, ledger)


def _let_go(change: Change, ledger: Ledger) -> None:
    """A block of ours is off the calendar by our own doing: it is owed, or it is over."""
    if change.released:
        ledger.displace(change.key)
    else:
        ledger.forget(change.key)


def _note(change: Change, ledger: Ledger) -> None:
    """Changes that only the ledger sees."""
    if change.action == "forget":
        _let_go(change, ledger)
    elif change.action == "tombstone":
        ledger.entomb(change.key, change.ended_by)
    elif change.action == "adopt" and change.standing is not None:
        ledger.remember(_row(change, "placed", change.standing.ref))
    elif change.action == "keep":  # where it stands now: a person moved it, or a kill came before our note
        known = ledger.recall(change.key)
        if known is not None and known.slot != change.slot:
            ledger.remember(replace(known, slot=change.slot))


def _row(change: Change, state: str, ref: Ref | None, zone: str = "") -> Remembered:
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
        zone=zone,
        shown_busy=source is not None and source.busy,
        put_back=change.standing is not None and change.standing.put_back and change.action != "move",
    )
