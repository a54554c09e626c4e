"""``undo``: the last run's writes, exactly reversed where nobody changed them since; the rest is reported."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime

from msgspec.structs import replace

from blocker.calendars import Calendar, Checkpointed
from blocker.commands import Answer, Talk
from blocker.commands.work import at_work
from blocker.errors import BlockerError, PartlyApplied
from blocker.ledger import Ledger
from blocker.ledger_rows import DoneChange, UndoableRun, block_in, slot_in
from blocker.model import Memory, Ref, Remembered, StandingBlock, hash_of_text
from blocker.render_json import SCHEMA
from blocker.session import Session, Setup

REVERSED = {
    "create": "taken away",
    "move": "moved back",
    "update": "put back as it was",
    "remove": "put back",
}


def undo(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Reverse the last run that wrote something and was not undone yet. A block that it made stays away."""
    with Session(setup) as session, at_work(session) as ledger:
        run = ledger.last_run()
        if run is None:
            return Answer(["There is nothing to undo."], {"schema": SCHEMA, "undone": [], "left": []})
        sight = session.read(ledger.memory())
        standing = {block.ref.id: block for block in sight.request.snapshot.blocks}
        done, left = _reverse(run, session.calendar, ledger, standing, sight.request.now)
        if run.command.startswith("skip "):
            ledger.unskip(run.command.removeprefix("skip "))
        ledger.mark_undone(run.id)
    when = sight.request.workweek.local(run.started)
    lines = [f"Undoing {run.command.split()[0]} of {when:%a %d %b %H:%M}:", *done, *left]
    code = PartlyApplied.exit_code if left else 0
    return Answer(lines, {"schema": SCHEMA, "undone": done, "left": left}, code)


def _reverse(
    run: UndoableRun, calendar: Calendar, ledger: Ledger, standing: dict[str, StandingBlock], now: datetime
) -> tuple[list[str], list[str]]:
    """What was reversed and what had to be left, a line each."""
    whole = False
    if (
        isinstance(calendar, Checkpointed)
        and run.before is not None
        and calendar.digest() == run.after_digest
    ):
        calendar.put_back(run.before, run.after_digest)
        whole = True
    done, left = [], []
    for change in run.changes:
        try:
            ref = None if whole else _reverse_one(change, calendar, ledger.memory(), standing, now)
            _remember(change, ledger, ref)
            done.append(f"  {change.key} was {REVERSED[change.action]}.")
        except BlockerError as problem:
            left.append(f"  {change.key} was left as it is: {problem.message}.")
    return done, left


def _reverse_one(
    change: DoneChange, calendar: Calendar, memory: Memory, standing: dict[str, StandingBlock], now: datetime
) -> Ref | None:
    """Take back one write. Raises BlockerError if a person has changed the block since."""
    there = _standing_now(change, memory, standing)
    if change.action == "remove":
        if there is not None:
            raise BlockerError("it is on the calendar already")
        block = block_in(change.key, change.before or {}, now)
        if block.raw is None:
            block = replace(block, generation=memory.generations.get(change.key, 0) + 1)
        return calendar.create(block)
    if there is None:
        raise BlockerError("it is not on the calendar any more")
    written = change.after or {}
    same_words = there.text_hash in ("", hash_of_text(there.title, there.text)) or not there.edited
    if there.when != slot_in(written["slot"]) or not same_words:
        raise BlockerError("you changed it since")
    if change.action == "create":
        calendar.delete(there.ref)
        return None
    return calendar.update(there.ref, block_in(change.key, change.before or {}, now))


def _standing_now(
    change: DoneChange, memory: Memory, standing: dict[str, StandingBlock]
) -> StandingBlock | None:
    return next((block for block in standing.values() if block.key == change.key), None)


def _remember(change: DoneChange, ledger: Ledger, ref: Ref | None) -> None:
    """A block that the run made is not made again; one that it moved or removed stands as before."""
    if change.action == "create":
        ledger.entomb(change.key, "undone")
        return
    before = change.before or {}
    known = ledger.recall(change.key)
    row = known or Remembered(change.key, before["kind"], "placed", slot_in(before["slot"]))
    ledger.remember(
        replace(
            row,
            state="placed",
            slot=slot_in(before["slot"]),
            generation=before["generation"],
            ref=ref or Ref(*before["ref"]),
        )
    )
