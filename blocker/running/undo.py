"""What ``undo`` writes: the last run's changes, exactly reversed where nobody changed them since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from blocker.calendars.port import VERBATIM, Calendar, Checkpointed
from blocker.ledger.ledger import Ledger
from blocker.ledger.rows import DoneChange, UndoableRun, block_in, slot_in
from blocker.values.errors import BlockerError, NotInPlace, PartlyApplied, SignInNeeded, Temporary
from blocker.values.events import Block, Ref, StandingBlock
from blocker.values.fingerprint import hash_of_text
from blocker.values.intervals import Interval
from blocker.values.memory import Remembered


class Outcome(Struct, frozen=True):
    """What became of one write of the run: the block, what the run had done with it, and why it was left, if it was."""

    key: str
    action: str
    title: str
    slot: Interval
    all_day: bool
    problem: str = ""


class Written(Struct, frozen=True):
    """A block as it was put back, and where."""

    block: Block
    ref: Ref

    def as_standing(self, before: StandingBlock) -> StandingBlock:
        block = self.block
        return replace(
            before,
            slot=block.marked,
            when=block.slot,
            title=block.title,
            text=block.text,
            ref=self.ref,
            text_hash=block.text_hash or hash_of_text(block.title, block.text),
        )


def reverse(
    run: UndoableRun, calendar: Calendar, ledger: Ledger, standing: dict[str, StandingBlock], now: datetime
) -> tuple[list[Outcome], list[Outcome]]:
    """What was reversed and what had to be left.

    Raises Temporary or SignInNeeded, or PartlyApplied once something was reversed, if the calendar does
    not answer: the rest is not given up then.
    """
    whole = False
    if (
        isinstance(calendar, Checkpointed)
        and run.before is not None
        and calendar.digest() == run.after_digest
    ):
        with ledger.together():  # a kill after this is mended by the next run
            for change in run.changes:
                if change.action == "create":
                    ledger.take_back(change.key)
        calendar.put_back(run.before, run.after_digest)
        whole = True
    done: list[Outcome] = []
    left: list[Outcome] = []
    for change in run.changes:
        try:
            again = None if whole else _reverse_one(change, calendar, ledger, standing, now)
            _remember(change, ledger, again)
            ledger.runs.mark_reversed(run.id, change.position)
            done.append(_outcome(change))
        except (Temporary, SignInNeeded) as problem:
            if not done:
                raise
            raise PartlyApplied(
                f"{len(done)} of {len(run.changes)} changes were taken back: {problem.message}",
                "blocker undo goes on with the others",
            ) from problem
        except BlockerError as problem:
            left.append(_outcome(change, problem.message))
    return done, left


def _reverse_one(
    change: DoneChange, calendar: Calendar, ledger: Ledger, standing: dict[str, StandingBlock], now: datetime
) -> Written | None:
    """Take back one write; what stands now, if anything. Raises BlockerError if a person has changed the block since.

    ``standing`` follows: a run that decided twice may have written a block twice.
    """
    there = standing.get(change.key)
    before = change.before or {}
    if there is not None and _is_as(there, before):  # an undo that was cut short came so far
        return Written(block_in(change.key, before, now), there.ref)
    if change.action == "remove":
        if there is not None:
            raise BlockerError("it is on the calendar already")
        block = block_in(change.key, before, now)
        if VERBATIM not in calendar.capabilities:
            block = _next_generation(block, ledger)
        return Written(block, calendar.create(block))
    if there is None:
        known = ledger.recall(change.key)
        if change.action == "create" and known is not None and known.ended_by == "undone":
            return None
        raise BlockerError("it is not on the calendar any more")
    written = change.after or {}
    words = hash_of_text(there.title, there.text)
    # What the run wrote: its own words, or, where it moved a block, those that the person had given it.
    same_words = there.text_hash in ("", words) or words == hash_of_text(written["title"], written["text"])
    if there.when != slot_in(written["slot"]) or not same_words:
        raise BlockerError("you changed it since")
    if change.action == "create":
        ledger.take_back(change.key)
        calendar.delete(there.ref)
        del standing[change.key]
        return None
    block = block_in(change.key, {"focus": there.focus, **before}, now)
    try:
        again = Written(block, calendar.update(there.ref, block))
    except NotInPlace:
        again = _make_anew(block, there, calendar, ledger)
    standing[change.key] = again.as_standing(there)
    return again


def _is_as(there: StandingBlock, before: Mapping[str, Any]) -> bool:
    """True for a block that is as it was before the run."""
    words = ("title", "text", "busy", "focus")
    if not before or any(getattr(there, name) != before.get(name) for name in words):
        return False
    return there.when == slot_in(before.get("when", before["slot"]))


def _make_anew(block: Block, there: StandingBlock, calendar: Calendar, ledger: Ledger) -> Written:
    """Put an event of another type in its place. Cut short in between, the next run makes it again."""
    block = _next_generation(block, ledger)
    known = ledger.recall(block.key) or Remembered(block.key, block.kind, "creating", block.slot)
    ledger.remember(replace(known, state="creating", slot=block.slot, generation=block.generation, ref=None))
    calendar.delete(there.ref)
    return Written(block, calendar.create(block))


def _next_generation(block: Block, ledger: Ledger) -> Block:
    return replace(block, generation=ledger.memory().generations.get(block.key, 0) + 1)


def _remember(change: DoneChange, ledger: Ledger, again: Written | None) -> None:
    """A block that the run made is not made again; one that it moved or removed is where it was, and the person's."""
    if change.action == "create":
        ledger.entomb(change.key, "undone")
        return
    before = change.before or {}
    known = ledger.recall(change.key)
    slot = slot_in(before.get("when", before["slot"]))
    row = known or Remembered(change.key, before["kind"], "placed", slot)
    ledger.remember(
        replace(
            row,
            state="placed",
            ended_by="",
            put_back=change.action in ("move", "remove"),
            slot=slot,
            generation=again.block.generation if again else before["generation"],
            ref=again.ref if again else Ref(*before["ref"]),
        )
    )


def _outcome(change: DoneChange, problem: str = "") -> Outcome:
    """The block as the run left it, or as it was where the run removed it."""
    there = change.after or change.before or {}
    return Outcome(
        change.key, change.action, str(there["title"]), slot_in(there["slot"]), bool(there["dates"]), problem
    )
