"""``undo``: take back the last run. What was changed since stays, and is reported."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from blocker.commands.answer import Answer, Talk, pasteable
from blocker.commands.parser import Parser
from blocker.ledger.ledger import Ledger
from blocker.ledger.rows import UndoableRun
from blocker.running.dates import typed_week
from blocker.running.run import at_work
from blocker.running.session import Session, Setup, Sight
from blocker.running.undo import Outcome, reverse
from blocker.showing.documents import SCHEMA
from blocker.showing.plan_text import clean, moment, span
from blocker.values.errors import PartlyApplied
from blocker.values.kinds import NOTE, OFFSITE
from blocker.values.workweek import Week, day_words

REVERSED = {
    "create": "removed",
    "move": "moved back",
    "update": "put back as it was",
    "remove": "put back",
}


def add_undo(command: Parser) -> None:
    command.set_defaults(work=undo)


def undo(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Reverse the last run that wrote something and was not undone yet. A block that it made stays away."""
    with Session(setup) as session, at_work(session) as ledger:
        run = ledger.runs.last()
        if run is None:
            return Answer(["There is nothing to undo."], {"schema": SCHEMA, "undone": [], "left": []})
        sight = session.read(ledger.memory())
        standing = {block.key: block for block in sight.request.snapshot.blocks}
        if run.command.startswith("skip "):
            ledger.unskip(run.command.removeprefix("skip "))
        done, left = reverse(run, session.calendar, ledger, standing, sight.request.now)
        ledger.runs.mark_undone(run.id, sight.request.settings.digest())
        back = _weeks_to_ask_for(run, sight, ledger)
    workweek = sight.request.workweek
    lines = [
        f"Undoing {run.command.split()[0]} of {moment(workweek.local(run.started))}:",
        *(f"  {_words(one, workweek.zone)}" for one in sorted((*done, *left), key=lambda one: one.slot)),
    ]
    if any(one.action == "create" for one in done):
        lines.append(
            "What was removed is not booked again unless you ask: in a terminal, blocker run asks you once."
        )
    if back:
        lines += [
            "Or ask week by week:",
            *(f"  {pasteable(setup, 'rebalance', typed_week(week, sight.request.running))}" for week in back),
        ]
    code = PartlyApplied.exit_code if left else 0
    document = {
        "undone": _document(done, workweek.zone),
        "left": _document(left, workweek.zone),
        "rebalance": [str(week) for week in back],
    }
    return Answer(lines, {"schema": SCHEMA, **document}, code)


def _words(one: Outcome, zone: ZoneInfo) -> str:
    became = f"left as it is, because {clean(one.problem)}" if one.problem else REVERSED[one.action]
    when = f"{day_words(one.slot.start.astimezone(zone))}, all day" if one.all_day else span(one.slot, zone)
    return f"{when}  {clean(one.title)}: {became}"


def _document(outcomes: Sequence[Outcome], zone: ZoneInfo) -> list[dict[str, str]]:
    return [{"key": one.key, "action": one.action, "words": _words(one, zone)} for one in outcomes]


def _weeks_to_ask_for(run: UndoableRun, sight: Sight, ledger: Ledger) -> list[Week]:
    """The weeks that ``rebalance`` has to be asked for to bring back what was made and taken away."""
    request, loads = sight.request, sight.survey().loads
    weeks = set()
    for change in run.changes:
        known = ledger.recall(change.key)
        if change.action != "create" or known is None or known.answer != "undone":
            continue
        week = request.workweek.key_week(known.key, known.slot)
        if known.kind not in (OFFSITE, NOTE) and week in request.horizon and loads[week].working:
            weeks.add(week)
    return sorted(weeks)
