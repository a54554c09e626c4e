"""``plan``, ``load``, ``explain``: they look and never write to a calendar."""

from __future__ import annotations

from argparse import Namespace
from datetime import date
from zoneinfo import ZoneInfo

from blocker.commands import Answer, Talk
from blocker.engine import make_plan
from blocker.errors import UsageError
from blocker.ledger import read_memory
from blocker.plan import Change, Plan, Unplaced
from blocker.render_grid import load_picture, plan_picture
from blocker.render_json import load_document, plan_document
from blocker.render_text import change_lines, load_lines, plan_lines, unplaced_lines
from blocker.render_week import reasons_document, reasons_lines
from blocker.session import Session, Setup, Sight, find_week
from blocker.weekreasons import week_of_plan, week_reasons
from blocker.weekview import week_view, week_views

PENDING = 5


def plan(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """What ``run`` would do."""
    sight = look(setup)
    seen = sight.survey()
    made = make_plan(sight.request, seen)
    return Answer(
        plan_lines(made, args.verbose, args.plain),
        plan_document(made, applied=False),
        PENDING if args.exit_code and made.writes else 0,
        bool(made.writes),
        lambda canvas: plan_picture(made, week_views(made, seen, sight.request), canvas),
    )


def load(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """A week's measures, its level, and the rules that fire."""
    if args.ahead is not None:
        from blocker.commands.remembering import ahead

        return ahead(args, setup)
    sight = look(setup, args.week)
    request = sight.request
    seen = sight.survey()
    made = make_plan(request, seen)
    week = find_week(args.week, request.workweek.date_of(request.now))
    week_plan = week_of_plan(made, seen, week)
    events = seen.events_of(week, request.workweek) if args.events else None
    zone = request.workweek.zone
    return Answer(
        load_lines(week_plan, zone, events, args.plain, [seen.days[day] for day in week.days]),
        load_document([(week_plan, events)], zone),
        picture=lambda canvas: load_picture(week_view(week_plan, made, seen, request), zone, canvas, events),
    )


def explain(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Why a block is where it is, why a demand found no place, or why a week has its level."""
    sight = look(setup, args.what if _is_week(args.what) else None)
    made = sight.plan()
    zone = ZoneInfo(made.zone)
    if _is_week(args.what) and not _is_date(args.what):
        return _explain_week(sight, args.what, args.plain)
    about = [c for c in made.changes if _matches(c, args.what, zone)]
    missing = [u for u in made.unplaced if u.key == args.what]
    if not about and not missing:
        if _is_date(args.what):
            return _explain_week(sight, args.what, args.plain)
        raise UsageError(f"no block {args.what} in the plan", f"the plan has: {_keys(made)}")
    lines: list[str] = []
    for change in about:
        lines += _explain_change(change, zone)
    for item in missing:
        lines += _explain_unplaced(item, zone)
    document = plan_document(made, applied=False)
    document["changes"] = [c for c in document["changes"] if c["key"] in {a.key for a in about}]
    document["unplaced"] = [u for u in document["unplaced"] if u["key"] == args.what]
    return Answer(lines, document)


def look(setup: Setup, week: str | None = None) -> Sight:
    with Session(setup) as session:
        return session.read(read_memory(setup.state_dir, session.address), "run", week)


def _explain_week(sight: Sight, what: str, plain: bool) -> Answer:
    week = find_week(what, sight.request.workweek.date_of(sight.request.now))
    seen = sight.survey()
    made = make_plan(sight.request, seen)
    found = week_reasons(week_of_plan(made, seen, week), made, seen, sight.request)
    zone = sight.request.workweek.zone
    return Answer(reasons_lines(found, zone, plain), reasons_document(found, zone))


def _explain_change(change: Change, zone: ZoneInfo) -> list[str]:
    lines = change_lines(change, zone, verbose=True)
    if change.placement is not None:
        lines += [f"      {term.words} ({term.points:+d})" for term in change.placement.terms]
        if change.placement.next_best:
            lines.append(f"      next best: {change.placement.next_best}")
    return lines


def _explain_unplaced(item: Unplaced, zone: ZoneInfo) -> list[str]:
    lines = unplaced_lines(item, zone)
    lines += [f"      {limit}: {count} slots" for limit, count in item.limits.items()]
    return lines + [f"      it would fit if {words}" for words in item.relaxations]


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
