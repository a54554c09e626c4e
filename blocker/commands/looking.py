"""``plan`` and ``load``: they look and never write to a calendar."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from msgspec.structs import replace

from blocker.commands import Answer, Talk
from blocker.commands.applying import write_plan
from blocker.commands.daily import proposal
from blocker.commands.parser import Parser, add_week, whole_number
from blocker.commands.remembering import ahead
from blocker.engine import make_plan
from blocker.planning import guard
from blocker.running.agreed import name_of
from blocker.running.dates import find_week
from blocker.running.session import Setup, look
from blocker.showing.documents import load_document, skipped_document
from blocker.showing.grid import load_picture
from blocker.showing.load import load_lines
from blocker.showing.plan_in_full import skipped_lines
from blocker.showing.plan_text import zone_lines
from blocker.showing.week_reasons import week_of_plan
from blocker.showing.week_view import week_view

PENDING = 5


def add_plan(command: Parser) -> None:
    command.add_argument(
        "--all", action="store_true", help="also what stays, each reason and the weeks as grids"
    )
    command.add_argument(
        "--out", type=Path, metavar="FILE", help="also write the plan to a file, for blocker apply"
    )
    command.add_argument("--exit-code", action="store_true", help="exit 5 if there are changes to make")
    command.set_defaults(work=plan)


def plan(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """What ``run`` would do."""
    sight = look(setup)
    request, seen = sight.request, sight.survey()
    made = make_plan(request, seen)
    digest, name = name_of(made, request)
    made = guard.told(made, request.snapshot, request.memory, asked=False)
    answer = proposal(made, seen, request, args, talk)
    if args.out is not None:
        write_plan(args.out, {**(answer.document or {}), "calendar_digest": digest, "plan_id": name})
    return replace(
        answer,
        exit_code=PENDING if args.exit_code and made.writes else 0,
        changed=bool(made.writes or made.refused),
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
        return ahead(args, setup)
    sight = look(setup, args.week)
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
