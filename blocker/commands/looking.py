"""``plan`` and ``load``: they look and never write to a calendar."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from blocker.commands import Answer, Talk
from blocker.engine import make_plan
from blocker.ledger.ledger import read_memory
from blocker.planning import guard
from blocker.running.session import Session, Setup, Sight, find_week
from blocker.showing.plan_text import plan_lines

if TYPE_CHECKING:
    from blocker.showing.picture import Canvas, Line

PENDING = 5


def plan(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """What ``run`` would do."""
    sight = look(setup)
    request, seen = sight.request, sight.survey()
    made = make_plan(request, seen)
    made = guard.told(made, request.snapshot, request.memory, asked=False)
    document = None
    if args.json:
        from blocker.showing.documents import plan_document

        document = plan_document(made, applied=False)

    def picture(canvas: Canvas) -> Sequence[Line]:
        from blocker.showing.grid import plan_picture
        from blocker.showing.week_view import week_views

        return plan_picture(made, week_views(made, seen, request), canvas)

    return Answer(
        plan_lines(made, args.verbose, args.plain),
        document,
        PENDING if args.exit_code and made.writes else 0,
        bool(made.writes or made.refused),
        picture,
    )


def load(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """A week's measures, its level, and the rules that fire."""
    if args.ahead is not None:
        from blocker.commands.remembering import ahead

        return ahead(args, setup)
    from blocker.showing.documents import load_document
    from blocker.showing.grid import load_picture
    from blocker.showing.load import load_lines
    from blocker.showing.week_reasons import week_of_plan
    from blocker.showing.week_view import week_view

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


def look(setup: Setup, week: str | None = None) -> Sight:
    with Session(setup) as session:
        return session.read(read_memory(setup.state_dir, session.address), "run", week)
