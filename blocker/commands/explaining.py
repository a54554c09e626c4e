"""``explain``: why this, why here, why not. It looks and never writes to a calendar."""

from __future__ import annotations

from argparse import Namespace
from datetime import date
from zoneinfo import ZoneInfo

from blocker.commands import Answer, Talk
from blocker.commands.looking import look
from blocker.commands.parser import Parser
from blocker.engine import make_plan
from blocker.rules.survey import Survey
from blocker.running.session import Setup, Sight, find_week
from blocker.showing.documents import plan_document, skipped_document
from blocker.showing.plan_text import change_lines, next_best, skipped_lines, unplaced_lines
from blocker.showing.week import reasons_document, reasons_lines
from blocker.showing.week_reasons import week_of_plan, week_reasons
from blocker.values.errors import UsageError
from blocker.values.plan import Change, Plan
from blocker.values.workweek import week_of


def add_explain(command: Parser) -> None:
    command.add_argument(
        "what", metavar="KEY|DATE|WEEK", help="such as strategic/2026-W48/1, 2026-11-24, 2026-W48"
    )
    command.set_defaults(work=explain)


def explain(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Why a block is where it is, why a demand found no place, or why a week has its level."""
    sight = look(setup, args.what if _is_week(args.what) else None)
    seen, zone = sight.survey(), sight.request.workweek.zone
    if _is_week(args.what) and not _is_date(args.what):
        return _explain_week(sight, seen, args.what, args.plain)
    made = make_plan(sight.request, seen)
    about = [c for c in made.changes if _matches(c, args.what, zone)]
    missing = [u for u in made.unplaced if u.key == args.what]
    if not about and not missing:
        if _is_date(args.what):
            return _explain_week(sight, seen, args.what, args.plain)
        raise UsageError(f"no block {args.what} in the plan", f"the plan has: {_keys(made)}")
    known = {c.key for c in about}
    lines = [line for change in about for line in _explain_change(change, zone)]
    for item in missing:
        lines += unplaced_lines(item, zone)
    weeks = {week_of(change.slot.start.astimezone(zone).date()) for change in about}
    lines += skipped_lines(
        [item for item in made.skipped if any(item in made.skipped_in(week) for week in weeks)]
    )
    document = plan_document(made, applied=False)
    document["changes"] = [c for c in document["changes"] if c["key"] in known]
    document["unplaced"] = [u for u in document["unplaced"] if u["key"] == args.what]
    return Answer(lines, document)


def _explain_week(sight: Sight, seen: Survey, what: str, plain: bool) -> Answer:
    week = find_week(what, sight.request.workweek.date_of(sight.request.now))
    made = make_plan(sight.request, seen)
    found = week_reasons(week_of_plan(made, seen, week), made, seen, sight.request)
    zone = sight.request.workweek.zone
    skipped = made.skipped_in(week)
    return Answer(
        [*reasons_lines(found, zone, plain), *skipped_lines(skipped)],
        reasons_document(found, zone) | {"skipped_components": skipped_document(skipped)},
    )


def _explain_change(change: Change, zone: ZoneInfo) -> list[str]:
    lines = change_lines(change, zone, verbose=True)
    words = next_best(change)
    return [*lines, f"      {words}"] if words else lines


def _matches(change: Change, what: str, zone: ZoneInfo) -> bool:
    if _is_date(what):
        return change.slot.start.astimezone(zone).date() == date.fromisoformat(what)
    return change.key == what


def _is_week(text: str) -> bool:
    return text in ("this", "next") or _is_date(text) or ("-W" in text.upper() and "/" not in text)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return "W" not in text.upper()


def _keys(made: Plan) -> str:
    keys = sorted({c.key for c in made.changes} | {u.key for u in made.unplaced})
    return ", ".join(keys) if keys else "no blocks at all"
