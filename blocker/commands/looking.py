"""``plan``: what ``run`` would do, as it is shown before anything is written."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from blocker.commands.answer import Answer, Talk
from blocker.commands.parser import Parser
from blocker.commands.plan_file import write_plan
from blocker.engine import make_plan
from blocker.planning import guard
from blocker.planning.chosen import name_of
from blocker.rules.survey import Survey
from blocker.running.session import Setup, look
from blocker.showing.documents import plan_document
from blocker.showing.dose import dose_lines
from blocker.showing.grid import plan_picture, plan_screen_picture
from blocker.showing.plan_details import plan_details_lines
from blocker.showing.plan_in_full import plan_lines
from blocker.showing.plan_screen import plan_screen_lines
from blocker.showing.week_view import week_views
from blocker.values.plan import Plan
from blocker.values.request import Request

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
    shown = guard.told(made, request.snapshot, request.memory, asked=False)
    answer = proposal(shown, seen, request, args, talk)
    if args.out is not None:
        digest, name = name_of(made, request)
        write_plan(args.out, {**(answer.document or {}), "calendar_digest": digest, "plan_id": name})
    return replace(
        answer,
        exit_code=PENDING if args.exit_code and shown.writes else 0,
        changed=bool(shown.writes or shown.refused),
    )


def proposal(
    plan: Plan, seen: Survey, request: Request, args: Namespace, talk: Talk, asked: bool = False
) -> Answer:
    """A plan that is not carried out, or not yet; the first on a calendar says what it comes to, and to whoever is
    ``asked`` about it also what to set for less or more.
    """
    brief = not (asked or in_full(args))
    first = dose_lines(plan, seen, request, brief) if _is_the_first(plan, request) else []
    return replace(
        plan_answer(plan, seen, request, args, talk, first=first), document=plan_document(plan, applied=False)
    )


def in_full(args: Namespace) -> bool:
    return bool(args.verbose or getattr(args, "all", False))


def _is_the_first(plan: Plan, request: Request) -> bool:
    """True where a person is about to say yes to this calendar for the first time."""
    return plan.policy == "run" and not request.memory.confirmed


def plan_answer(
    plan: Plan,
    seen: Survey,
    request: Request,
    args: Namespace,
    talk: Talk,
    done: bool = False,
    first: Sequence[str] = (),
) -> Answer:
    """What changes; in full where more was asked for: the weeks as grids on a terminal, as lists elsewhere."""
    if not in_full(args):
        return Answer(
            plan_screen_lines(plan, talk.width, args.plain, done, first),
            picture=lambda canvas: plan_screen_picture(plan, canvas, done, first),
        )
    if args.verbose:
        lines = [*first, *([""] if first else []), *plan_lines(plan, plain=args.plain, done=done)]
    else:
        lines = plan_details_lines(plan, talk.width, args.plain, done, first, kept=True)
    return Answer(
        lines,
        picture=lambda canvas: plan_picture(
            plan, week_views(plan, seen, request), canvas, done, first, args.verbose
        ),
    )
