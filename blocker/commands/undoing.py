"""``undo``: the last run's writes, exactly reversed where nobody changed them since; the rest is reported."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from blocker.calendars import VERBATIM, Calendar, Checkpointed
from blocker.commands import Answer, Talk
from blocker.commands.parser import Parser
from blocker.commands.pasteable import pasteable
from blocker.ledger.ledger import Ledger
from blocker.ledger.rows import DoneChange, UndoableRun, block_in, slot_in
from blocker.running.run import at_work
from blocker.running.session import Session, Setup, Sight
from blocker.showing.documents import SCHEMA
from blocker.values.errors import BlockerError, NotInPlace, PartlyApplied, SignInNeeded, Temporary
from blocker.values.events import Block, Ref, StandingBlock
from blocker.values.fingerprint import hash_of_text
from blocker.values.keys import key_week
from blocker.values.kinds import NOTE, OFFSITE
from blocker.values.memory import Remembered
from blocker.values.workweek import Week

REVERSED = {
    "create": "taken away",
    "move": "moved back",
    "update": "put back as it was",
    "remove": "put back",
}


class Outcome(Struct, frozen=True):
    """What became of one write of the run: its block, what the run had done with it, and a sentence."""

    key: str
    action: str
    words: str


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


def add_undo(command: Parser) -> None:
    command.set_defaults(work=undo)


def undo(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Reverse the last run that wrote something and was not undone yet. A block that it made stays away."""
    with Session(setup) as session, at_work(session) as ledger:
        run = ledger.last_run()
        if run is None:
            return Answer(["There is nothing to undo."], {"schema": SCHEMA, "undone": [], "left": []})
        sight = session.read(ledger.memory())
        standing = {block.key: block for block in sight.request.snapshot.blocks}
        if run.command.startswith("skip "):
            ledger.unskip(run.command.removeprefix("skip "))
        done, left = _reverse(run, session.calendar, ledger, standing, sight.request.now)
        ledger.mark_undone(run.id, sight.request.settings.digest())
        back = [str(week) for week in _weeks_to_ask_for(run, sight, ledger)]
    when = sight.request.workweek.local(run.started)
    lines = [
        f"Undoing {run.command.split()[0]} of {when:%a %d %b %H:%M}:",
        *(f"  {one.words}" for one in (*done, *left)),
    ]
    if back:
        lines += [
            "No run books this again by itself: in a terminal, blocker run asks you once. Or ask week by week:",
            *(f"  {pasteable(setup, 'rebalance', week)}" for week in back),
        ]
    code = PartlyApplied.exit_code if left else 0
    document = {"undone": _document(done), "left": _document(left), "rebalance": back}
    return Answer(lines, {"schema": SCHEMA, **document}, code)


def _document(outcomes: list[Outcome]) -> list[dict[str, str]]:
    return [{"key": one.key, "action": one.action, "words": one.words} for one in outcomes]


def _weeks_to_ask_for(run: UndoableRun, sight: Sight, ledger: Ledger) -> list[Week]:
    """The weeks that ``rebalance`` has to be asked for to bring back what was made and taken away."""
    request, loads = sight.request, sight.survey().loads
    weeks = set()
    for change in run.changes:
        known = ledger.recall(change.key)
        if change.action != "create" or known is None or known.answer != "undone":
            continue
        week = key_week(known.key, known.slot, request.workweek)
        if known.kind not in (OFFSITE, NOTE) and week in request.horizon and loads[week].working:
            weeks.add(week)
    return sorted(weeks)


def _reverse(
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
        calendar.put_back(run.before, run.after_digest)
        whole = True
    done: list[Outcome] = []
    left: list[Outcome] = []
    for change in run.changes:
        try:
            again = None if whole else _reverse_one(change, calendar, ledger, standing, now)
            _remember(change, ledger, again)
            ledger.mark_reversed(run.id, change.position)
            words = f"{change.key} was {REVERSED[change.action]}."
            done.append(Outcome(change.key, change.action, words))
        except (Temporary, SignInNeeded) as problem:
            if not done:
                raise
            raise PartlyApplied(
                f"{len(done)} of {len(run.changes)} changes were taken back: {problem.message}",
                "blocker undo goes on with the others",
            ) from problem
        except BlockerError as problem:
            words = f"{change.key} was left as it is: {problem.message}."
            left.append(Outcome(change.key, change.action, words))
    return done, left


def _reverse_one(
    change: DoneChange, calendar: Calendar, ledger: Ledger, standing: dict[str, StandingBlock], now: datetime
) -> Written | None:
    """Take back one write; what stands now, if anything. Raises BlockerError if a person has changed the block since.

    ``standing`` follows: a run that decided twice may have written a block twice.
    """
    there = standing.get(change.key)
    before = change.before or {}
    if change.action == "remove":
        if there is not None:
            raise BlockerError("it is on the calendar already")
        block = block_in(change.key, before, now)
        if VERBATIM not in calendar.capabilities:
            block = _next_generation(block, ledger)
        return Written(block, calendar.create(block))
    if there is None:
        raise BlockerError("it is not on the calendar any more")
    written = change.after or {}
    words = hash_of_text(there.title, there.text)
    # What the run wrote: its own words, or, where it moved a block, those that the person had given it.
    same_words = there.text_hash in ("", words) or words == hash_of_text(written["title"], written["text"])
    if there.when != slot_in(written["slot"]) or not same_words:
        raise BlockerError("you changed it since")
    if change.action == "create":
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
