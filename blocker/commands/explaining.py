"""``explain``: why this, why here, why not. It looks and never writes to a calendar."""

from __future__ import annotations

from argparse import Namespace
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from blocker.commands.answer import Answer, Talk, pasteable
from blocker.commands.parser import Joined, Parser
from blocker.engine import make_plan, pose_problem
from blocker.placing.place import what_else
from blocker.rules.survey import Survey
from blocker.running.dates import WEEK_HINT, find_date, find_week
from blocker.running.session import Setup, Sight, look
from blocker.showing.documents import plan_document, skipped_document
from blocker.showing.plan_in_full import change_lines, next_best, skipped_lines, unplaced_lines
from blocker.showing.plan_screen import unread
from blocker.showing.plan_text import clean, level_words
from blocker.showing.week import no_block_words, reasons_document, reasons_lines, reasons_screen
from blocker.showing.week_reasons import week_of_plan, week_reasons
from blocker.values.errors import UsageError
from blocker.values.kinds import LEVELS
from blocker.values.plan import Change, Plan
from blocker.values.workweek import Week, WorkWeek, week_of


def add_explain(command: Parser) -> None:
    command.add_argument(
        "what",
        nargs="+",
        action=Joined,
        metavar="DATE|WEEK|KEY",
        help="a day (wed, 24 dec), a week (next, 44) or a block by its name in plan -v",
    )
    command.set_defaults(work=explain)


def explain(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Why a block is where it is, why a demand found no place, or why a week has its level."""
    named = find_date(args.what, setup.now.date()) is not None
    sight = look(setup, partial(find_week, args.what)) if named else look(setup)
    seen, workweek = sight.survey(), sight.request.workweek
    zone = workweek.zone
    said = find_date(args.what, workweek.date_of(sight.request.now), lead=workweek.lead)
    if isinstance(said, Week):
        return _explain_week(sight, seen, said, args)
    made = make_plan(sight.request, seen)
    about = [c for c in made.changes if _matches(c, said or args.what, workweek)]
    missing = [u for u in made.unplaced if u.key == args.what]
    if not about and not missing:
        if said is not None:
            return _explain_week(sight, seen, workweek.week_called(said), args, said)
        if "/" not in args.what:
            raise UsageError(f"“{args.what}” is not a date, a week or a block", WEEK_HINT)
        raise UsageError(
            f"there is no block {args.what} in the plan",
            f"say its day, such as friday or 24 dec; for all by name:\n  {pasteable(setup, 'plan', '-v')}",
        )
    known = {c.key for c in about}
    problem = pose_problem(sight.request, seen).problem
    else_where = {c.key: what_else(problem, c.key) for c in about if c.action in ("keep", "update", "adopt")}
    lines = [line for c in about for line in _explain_change(c, made, zone, args, else_where.get(c.key, ""))]
    for item in missing:
        lines += unplaced_lines(item, zone, args.plain, args.verbose)
    weeks = {week_of(change.slot.start.astimezone(zone).date()) for change in about}
    lines += skipped_lines(
        [item for item in made.skipped if any(item in made.skipped_in(week) for week in weeks)]
    )
    document = plan_document(made, applied=False)
    document["changes"] = [c for c in document["changes"] if c["key"] in known]
    for change in document["changes"]:
        if words := else_where.get(change["key"]):
            change["next_best"] = words
    document["unplaced"] = [u for u in document["unplaced"] if u["key"] == args.what]
    return Answer(lines, document)


def _explain_week(sight: Sight, seen: Survey, week: Week, args: Namespace, day: date | None = None) -> Answer:
    """Why a week has its level; first, why a ``day`` of it has no block."""
    made = make_plan(sight.request, seen)
    found = week_reasons(week_of_plan(made, seen, week), made, seen, sight.request)
    zone = sight.request.workweek.zone
    skipped = made.skipped_in(week)
    say = reasons_lines if args.verbose else reasons_screen
    first = [no_block_words(seen.days[day], found, sight.request), ""] if day is not None else []
    return Answer(
        [
            *first,
            *say(found, zone, args.plain),
            *(skipped_lines(skipped) if args.verbose else unread(skipped)),
        ],
        reasons_document(found, zone) | {"skipped_components": skipped_document(skipped)},
    )


def _explain_change(
    change: Change, made: Plan, zone: ZoneInfo, args: Namespace, else_where: str
) -> list[str]:
    """What a block is, why here, and why at all: the reason for its week's level."""
    said = [] if args.verbose else [cause for cause in change.causes if cause.rule in LEVELS]  # said last
    lines = change_lines(change, zone, args.verbose, args.plain, said)
    if args.verbose:
        words = next_best(change, else_where)
        return [*lines, f"      {words}"] if words else lines
    load = next((w.load for w in made.weeks if f"/{w.load.week}/" in change.key), None)
    why = level_words(load) if load is not None else ""
    here = [] if change.writes or not change.why else [f"      {clean(change.why)}"]
    level = f"      its week is {load.level}: {why}" if load is not None and why else ""
    return [*lines, *here, *([level] if level else [])]


def _matches(change: Change, what: date | str, workweek: WorkWeek) -> bool:
    return what in (change.key, workweek.date_of(change.slot.start))
