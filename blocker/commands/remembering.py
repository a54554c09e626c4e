"""``load`` and ``history``: weeks in numbers, those that are over and those to come."""

from __future__ import annotations

from argparse import Namespace
from functools import partial

from blocker.commands.answer import Answer, Talk
from blocker.commands.parser import Parser, add_week, whole_number
from blocker.engine import make_plan
from blocker.ledger.ledger import read_memory
from blocker.planning.history import brought_up_to_date, past_weeks
from blocker.rules.forecast import fill_curve
from blocker.rules.known import debt_minutes
from blocker.running.dates import find_week
from blocker.running.session import Session, Setup, look
from blocker.showing.documents import load_document, skipped_document
from blocker.showing.grid import load_picture
from blocker.showing.history import (
    ahead_document,
    ahead_lines,
    history_document,
    history_lines,
    history_picture,
)
from blocker.showing.load import load_lines
from blocker.showing.plan_in_full import skipped_lines
from blocker.showing.plan_screen import unread
from blocker.showing.plan_text import zone_lines
from blocker.showing.week_reasons import week_of_plan
from blocker.showing.week_view import week_view
from blocker.values.errors import UsageError

MOST_BACK, MOST_AHEAD = 104, 26


def add_history(command: Parser) -> None:
    command.add_argument(
        "--weeks", type=whole_number, default=12, metavar="N", help="how many weeks back (default 12)"
    )
    command.set_defaults(work=history)


def history(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Week by week: level, and the strategic time owed, placed, kept, skipped, overrun, moved."""
    if not 1 <= args.weeks <= MOST_BACK:
        raise UsageError(f"--weeks {args.weeks} can't be shown", f"give a number from 1 to {MOST_BACK}")
    with Session(setup) as session:
        sight = session.read(read_memory(setup.state_dir, session.identity), back=args.weeks)
    request, seen = sight.request, sight.survey()
    made = make_plan(request, seen)
    weeks = past_weeks(made, seen, request, args.weeks)
    debt = debt_minutes(brought_up_to_date(seen, request), request.running)
    return Answer(
        history_lines(weeks, debt),
        history_document(weeks, debt),
        picture=lambda canvas: history_picture(weeks, debt, canvas),
    )


def _ahead(args: Namespace, setup: Setup) -> Answer:
    """The weeks to come, as they stand and as they are likely to be."""
    if not 1 <= args.ahead <= MOST_AHEAD:
        raise UsageError(f"--ahead {args.ahead} can't be shown", f"give a number from 1 to {MOST_AHEAD}")
    if args.week is not None or args.events:
        raise UsageError("--ahead shows many weeks from this one on", "leave out WEEK and --events")
    with Session(setup) as session:
        sight = session.read(read_memory(setup.state_dir, session.identity), ahead=args.ahead)
    loads, running = sight.survey().loads, sight.request.running
    completed = [load for week, load in loads.items() if week < running]
    curve = fill_curve(sight.request.memory.fill, completed)
    coming = [loads[running.plus(n)] for n in range(args.ahead + 1)]
    first, last = coming[0].week.days[0], coming[-1].week.days[-1]
    skipped = [item for item in sight.request.skipped if item.may_concern(first, last)]
    return Answer(
        [*ahead_lines(coming, curve), *unread(skipped)],
        ahead_document(coming, curve) | {"skipped_components": skipped_document(skipped)},
    )


def add_load(command: Parser) -> None:
    add_week(command)
    command.add_argument("--events", action="store_true", help="list every event, how it was counted and why")
    command.add_argument(
        "--ahead",
        type=whole_number,
        metavar="N",
        help="the next N weeks, now and forecast",
    )
    command.set_defaults(work=load)


def load(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """A week's measures, its level, and the rules that fire."""
    if args.ahead is not None:
        return _ahead(args, setup)
    sight = look(setup, partial(find_week, args.week))
    request = sight.request
    seen = sight.survey()
    made = make_plan(request, seen)
    week = find_week(args.week, request.workweek.date_of(request.now), request.workweek.lead)
    week_plan = week_of_plan(made, seen, week)
    events = seen.events_of(week, request.workweek) if args.events else None
    zone = request.workweek.zone
    skipped = made.skipped_in(week)
    return Answer(
        [
            *load_lines(
                week_plan, zone, events, args.plain, [seen.days[day] for day in week.days], args.verbose
            ),
            *skipped_lines(skipped),
            *zone_lines(made.zone, made.zone_source),
        ],
        load_document([(week_plan, events)], zone, made.zone_source)
        | {"skipped_components": skipped_document(skipped)},
        picture=lambda canvas: load_picture(
            week_view(week_plan, made, seen, request), made, canvas, events, args.verbose
        ),
    )
