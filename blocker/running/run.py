"""What every command that writes shares: the calendar's lock, the ledger, a checkpoint, the exit code."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from blocker.calendars.addresses import files_of, read_only
from blocker.calendars.port import Checkpointed
from blocker.files.lock import only_run
from blocker.files.private import clear_left_overs
from blocker.ledger.ledger import Ledger, open_ledger
from blocker.measuring.thinking import with_block_decisions, with_calendar_questions
from blocker.planning.history import week_records
from blocker.rules.forecast import fill_now
from blocker.rules.survey import Survey
from blocker.running.apply import apply
from blocker.running.session import Session
from blocker.values.errors import BlockerError, PartlyApplied, Refused
from blocker.values.memory import ParkedQuestion
from blocker.values.plan import Change, Plan, Receipt
from blocker.values.request import Request


@contextmanager
def at_work(session: Session) -> Iterator[Ledger]:
    """The calendar's ledger, with the lock held.

    Raises Temporary if another run holds it, Refused for a calendar that can only be read.
    """
    why = read_only(session.settings.calendar)
    if why:
        raise Refused(f"nothing can be written to {session.address}: {why}")
    with (
        only_run(session.state_dir, session.identity.name),
        open_ledger(session.state_dir, session.identity) as ledger,
    ):
        for file in files_of(session.settings.calendar):
            clear_left_overs(Path(os.path.realpath(file)))
        yield ledger


def carry_out(
    decide: Callable[[bool], Plan],
    command: str,
    session: Session,
    ledger: Ledger,
    on_change: Callable[[Change], None],
) -> Plan:
    """Decide and write, as a recorded run; where the calendar changed meanwhile, decide again, once.

    ``decide`` reads the calendar and says what is to be done; it is told whether it is asked again. The plan
    comes back as it came out. What it raises comes through, as PartlyApplied once something was written.
    """
    plan = decide(False)
    run = ledger.runs.begin(command, plan.now)
    receipt = _write(plan, run, session, ledger, on_change)
    done = replace(plan, changes=receipt.changes)
    if receipt.stale:
        with _rest_of(receipt):
            plan = decide(True)
            second = _write(plan, run, session, ledger, on_change, before=receipt)
        done = as_one(done, replace(plan, changes=second.changes))
    with after_writing(done):
        ledger.runs.end(run, plan.now, exit_code(done))
    return _with_deletions(done)


def _with_deletions(done: Plan) -> Plan:
    """A block that was to be made, and that a person had deleted by then, is told of like any other deletion."""
    found = [change for change in done.changes if change.action == "tombstone" and change.placement]
    starts = {change.key: change.slot.start.astimezone(ZoneInfo(done.zone)) for change in found}
    words = [f"{starts[c.key]:%a} {starts[c.key].day} {starts[c.key]:%b %H:%M}: {c.why}." for c in found]
    said = [f"deleted {change.key}" for change in found]
    return replace(done, said=(*done.said, *said), notes=(*done.notes, *words))


def _write(
    plan: Plan,
    run: int,
    session: Session,
    ledger: Ledger,
    on_change: Callable[[Change], None],
    before: Receipt | None = None,
) -> Receipt:
    """Apply a plan, with a checkpoint where the calendar can give one and nobody else wrote in between."""
    calendar = session.calendar
    keep_words(plan, ledger)
    ours_alone = plan.writes and not (before and before.written)
    checkpointed = calendar if ours_alone and isinstance(calendar, Checkpointed) else None
    if checkpointed is not None:
        ledger.runs.keep_checkpoint(run, checkpointed.content())
    again = None if before is None else len(before.changes)
    receipt = apply(plan, calendar, ledger, run, _counted(plan, session, on_change), again=again)
    if checkpointed is not None and not receipt.stale:
        with after_writing(replace(plan, changes=receipt.changes)):
            ledger.runs.seal_checkpoint(run, checkpointed.digest())
    return receipt


def keep_words(plan: Plan, ledger: Ledger) -> None:
    """What the blocks say, before any of them goes: what was decided, and questions that a new ledger does not know."""
    there = [change.standing for change in plan.changes if change.standing is not None]
    with ledger.together():
        ledger.keep_decisions(with_block_decisions(ledger.memory().decisions, there))
        ledger.keep_parked([ParkedQuestion(0, text, who, plan.now) for text, who in plan.read_back])


def _counted(plan: Plan, session: Session, on_change: Callable[[Change], None]) -> Callable[[Change], None]:
    """Each change is also counted, for a person who waits for the writing to end."""
    doing, done = session.doing, count(1)
    total = sum(change.writes for change in plan.changes)
    doing(f"writing {total} changes to {session.address}")

    def told(change: Change) -> None:
        if change.writes:
            doing(f"writing to {session.address}: {next(done)} of {total} done")
        on_change(change)

    return told


@contextmanager
def _rest_of(first: Receipt) -> Iterator[None]:
    """What fails at the second decision leaves what the first has written. Raises PartlyApplied then."""
    try:
        yield
    except BlockerError as problem:
        if not first.written:
            raise
        writes = sum(change.writes for change in first.changes)
        raise PartlyApplied(
            f"{len(first.written)} of {writes} changes were made before the calendar changed; the rest was not, "
            f"because: {problem.message}",
            f"{problem.hint}; it is safe to run again" if problem.hint else "it is safe to run again",
        ) from problem


@contextmanager
def after_writing(plan: Plan) -> Iterator[None]:
    """What fails once the calendar was written never says that nothing was. Raises PartlyApplied."""
    try:
        yield
    except BlockerError as problem:
        if any(change.done for change in plan.writes):
            raise PartlyApplied(
                f"the calendar was written, but not all of it was noted: {problem.message}",
                f"{problem.hint}; it is safe to run again" if problem.hint else "it is safe to run again",
            ) from problem
        raise


def keep_memory(done: Plan, seen: Survey, request: Request, ledger: Ledger) -> None:
    """Remember what a plan that was carried out was made from, and what it said."""
    with after_writing(done), ledger.together():
        for record in week_records(done, seen, request):
            ledger.remember_week(record)
        ledger.remember_fill(fill_now(seen.loads.values(), request.running))
        ledger.keep_lines(seen.lines)
        ledger.keep_parked(with_calendar_questions(ledger.memory().parked, request.snapshot, request.now))
        ledger.mark_said(done.said)


def exit_code(plan: Plan) -> int:
    """0, 3 if some of the writes failed, 1 if all of them did. The plan is one that was carried out."""
    if not plan.failed:
        return 0
    wrote = any(change.done for change in plan.writes)
    return PartlyApplied.exit_code if wrote else BlockerError.exit_code


_STANDS = ("create", "move", "update", "adopt")  # actions after which a block stands


def as_one(first: Plan, second: Plan) -> Plan:
    """The second plan as it came out, with what the first had done before the calendar changed under it.

    Each block that stands is told once, with what happened to it on the whole.
    """
    done = [change for change in first.changes if change.done and change.action != "keep"]
    earlier = {change.key: change for change in done if change.action in _STANDS}
    changes = [
        _joined(earlier[change.key], change)
        if change.key in earlier and change.action != "remove"
        else change
        for change in second.changes
    ]
    told = {change.key for change in second.changes}
    changes += [change for change in done if change.action not in _STANDS or change.key not in told]
    written = {change.key for change in done}
    # What the first decision found on its way (a deletion, say) the second takes for granted.
    news = {
        name: words for name, words in zip(first.said, first.notes, strict=True) if name.split()[1] in written
    }
    news |= dict(zip(second.said, second.notes, strict=True))
    return replace(
        second,
        changes=tuple(sorted(changes, key=lambda c: (c.slot.start, c.key, c.action))),
        quarters=tuple(
            replace(quarter, offsite="placed")
            if quarter.offsite == "present" and quarter.key in written
            else quarter
            for quarter in second.quarters
        ),
        said=tuple(news),
        notes=tuple(news.values()),
    )


def _joined(before: Change, after: Change) -> Change:
    """Two changes of one block as one: what it was before the first, and is after the second."""
    if after.action in ("keep", "adopt"):
        return replace(before, slot=after.slot, pinned=after.pinned, conflict=after.conflict)
    if before.action == "adopt" or not after.done:
        return after
    return replace(after, action=before.action, was=before.was, standing=before.standing)
