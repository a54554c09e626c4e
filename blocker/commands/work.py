"""What every command that writes shares: the calendar's lock, the ledger, a checkpoint, the exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from blocker.apply import apply
from blocker.calendars import Checkpointed
from blocker.errors import BlockerError, PartlyApplied
from blocker.ledger import Ledger, open_ledger
from blocker.lock import only_run
from blocker.model import Change, Plan, Receipt
from blocker.session import Session


@contextmanager
def at_work(session: Session) -> Iterator[Ledger]:
    """The calendar's ledger, with the lock held. Raises Temporary if another run holds it."""
    state_dir, address = session.setup.state_dir, session.address
    with only_run(state_dir, address), open_ledger(state_dir, address) as ledger:
        yield ledger


def carry_out(
    plan: Plan, command: str, session: Session, ledger: Ledger, on_change: Callable[[Change], None]
) -> Receipt:
    """Apply a plan as a recorded run, with a checkpoint where the calendar can give one."""
    number = ledger.begin_run(command, plan.now)
    calendar = session.calendar
    checkpointed = calendar if plan.writes and isinstance(calendar, Checkpointed) else None
    if checkpointed is not None:
        ledger.keep_checkpoint(number, checkpointed.content())
    receipt = apply(plan, calendar, ledger, number, on_change)
    with after_writing(receipt):
        if checkpointed is not None:
            ledger.seal_checkpoint(number, checkpointed.digest())
        ledger.end_run(number, plan.now, exit_code(receipt))
    return receipt


@contextmanager
def after_writing(receipt: Receipt) -> Iterator[None]:
    """What fails once the calendar was written never says that nothing was. Raises PartlyApplied."""
    try:
        yield
    except BlockerError as problem:
        if any(change.done for change in receipt.changes if change.writes):
            raise PartlyApplied(
                f"the calendar was written, but not all of it was noted: {problem.message}",
                f"{problem.hint}; it is safe to run again" if problem.hint else "it is safe to run again",
            ) from problem
        raise


def exit_code(receipt: Receipt) -> int:
    """0, 3 if some of the writes failed, 1 if all of them did."""
    if not receipt.failed:
        return 0
    wrote = any(change.done for change in receipt.changes if change.writes)
    return PartlyApplied.exit_code if wrote else BlockerError.exit_code
