"""``apply``: a plan that was written to a file, looked at and perhaps cut down, carried out."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from blocker.commands.answer import Answer, Talk
from blocker.commands.parser import Parser
from blocker.commands.plan_file import read_plan
from blocker.running.agreed import Agreed, Outdated, carry_out_agreed
from blocker.running.run import at_work, exit_code
from blocker.running.session import Session, Setup
from blocker.showing.documents import plan_document
from blocker.showing.grid import plan_screen_picture
from blocker.showing.plan_screen import change_words, plan_screen_lines
from blocker.showing.plan_text import span
from blocker.values.errors import BlockerError, GuardRefused, UsageError
from blocker.values.intervals import Interval, interval
from blocker.values.plan import WRITES, Plan

MOST_TOLD = 3


def _differences(slots: Mapping[str, tuple[str, Interval]], plan: Plan) -> str:
    """What of the file's changes would be another now, in a sentence."""
    now, zone = {change.key: change for change in plan.writes}, ZoneInfo(plan.zone)
    found = []
    for key, (action, slot) in slots.items():
        change = now.get(key)
        if change is None:
            found.append(f"{span(slot, zone)} is done, or no longer planned")
        elif (change.action, change.slot) != (action, slot):
            found.append(f"{span(slot, zone)} would now be {change_words(change, plan)[0]}")
    more = [f"and {len(found) - MOST_TOLD} more"] if len(found) > MOST_TOLD else []
    return "; ".join(
        [*(found[:MOST_TOLD] or ["its changes would be the same"]), *more, "make the plan again"]
    )


def add_apply(command: Parser) -> None:
    command.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="what blocker plan --out FILE wrote; changes taken out of it are not made",
    )
    command.set_defaults(work=apply)


def apply(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Make exactly the changes in the file, or none: if the calendar is another by now, nothing is written."""
    file = read_plan(args.file, "blocker plan --out FILE writes one")
    wanted = [entry for entry in file.changes if entry.action in WRITES]
    try:
        slots = {entry.key: (entry.action, interval(entry.start, entry.end)) for entry in wanted}
    except ValueError as problem:
        raise UsageError(
            f"{args.file} makes no sense: {problem}", "take changes out of the file, but alter none"
        ) from None
    agreed = Agreed(file.now, file.calendar_digest, file.plan_id, frozenset(slots), slots)
    with Session(setup) as session, at_work(session) as ledger:
        if file.calendar != session.address:
            raise UsageError(
                f"the plan is for {file.calendar}, and this is {session.address}",
                f"blocker --calendar {file.calendar} apply FILE",
            )
        try:
            done = carry_out_agreed(agreed, session, ledger, lambda change: None)
        except Outdated as changed:
            raise GuardRefused(
                f"{changed.message}: nothing was written", _differences(slots, changed.plan)
            ) from None
    code = exit_code(done)
    if code == BlockerError.exit_code:
        raise BlockerError(f"nothing was written: {done.failed[0].error}", "blocker check says more")
    return Answer(
        plan_screen_lines(done, talk.width, args.plain, done=True),
        plan_document(done, applied=True),
        code,
        picture=lambda canvas: plan_screen_picture(done, canvas, True, ()),
    )
