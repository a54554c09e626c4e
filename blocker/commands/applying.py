"""``plan --out`` and ``apply``: a plan as a file that can be looked at, cut down, and carried out."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import MsgspecError, Struct
from msgspec.json import decode

from blocker.commands import Answer, Talk
from blocker.commands.parser import Parser
from blocker.files.private import in_place_of, read_small
from blocker.running.agreed import Agreed, Outdated, carry_out_agreed
from blocker.running.run import at_work, exit_code
from blocker.running.session import Session, Setup
from blocker.showing.documents import plan_document
from blocker.showing.grid import plan_screen_picture
from blocker.showing.plan_screen import change_words, plan_screen_lines
from blocker.showing.plan_text import span
from blocker.showing.printable import as_json
from blocker.values.errors import BlockerError, GuardRefused, UsageError
from blocker.values.intervals import Interval, interval
from blocker.values.plan import WRITES, Plan

MOST_TOLD = 3


class Entry(Struct, frozen=True):
    """One change in the file."""

    action: str
    key: str
    start: datetime
    end: datetime


class PlanFile(Struct, frozen=True):
    """What ``apply`` has to know of the document that ``plan --out`` writes; the rest is for people."""

    calendar: str
    policy: str
    now: datetime
    calendar_digest: str
    plan_id: str
    changes: tuple[Entry, ...]


def write_plan(path: Path, document: Mapping[str, Any]) -> None:
    """Put a plan into a file that only its owner can read: it has titles in it. Raises UsageError or BlockerError.

    Nothing is written over but an older plan.
    """
    target = path.expanduser()
    if target.exists():
        read_plan(target, "it was left alone: name another file")
    try:
        with in_place_of(target) as file:
            file.write(f"{as_json(document)}\n".encode())
    except OSError as problem:
        raise BlockerError(
            f"{path} can't be written: {problem.strerror or problem}", "name another place"
        ) from problem


def read_plan(path: Path, hint: str) -> PlanFile:
    """The plan in a file. Raises UsageError, with the hint where it is none."""
    try:
        found = decode(read_small(path.expanduser()), type=PlanFile)
    except OSError as problem:
        raise UsageError(
            f"{path} can't be read: {problem.strerror or problem}", "blocker plan --out FILE writes a plan"
        ) from problem
    except (MsgspecError, UnicodeDecodeError) as problem:
        raise UsageError(f"{path} is not a plan that blocker wrote ({problem})", hint) from None
    if found.now.tzinfo is None or any(e.start.tzinfo is None or e.end.tzinfo is None for e in found.changes):
        raise UsageError(f"{path} has a time without its offset", hint)
    return found


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
