"""``rebalance --what-if MINUTES``: which meetings of the person's own would have to move. Nothing is moved."""

from __future__ import annotations

from argparse import Namespace
from functools import partial
from typing import Any

from blocker.commands import daily
from blocker.commands.answer import Answer, Talk
from blocker.commands.parser import Parser, add_week, whole_number
from blocker.engine import pose_problem
from blocker.ledger.ledger import read_memory
from blocker.placing.place import cheapest_stretch
from blocker.running.dates import find_week
from blocker.running.session import Session, Setup
from blocker.showing.documents import SCHEMA, moment
from blocker.values.errors import UsageError
from blocker.values.intervals import Interval
from blocker.values.kinds import STRATEGIC
from blocker.values.plan import Demand, Option
from blocker.values.request import Request
from blocker.wording.displacement import is_own
from blocker.wording.texts import clock_words, date_words, plain, say, say_times

LONGEST = 24 * 60


def add_rebalance(command: Parser) -> None:
    add_week(command)
    command.add_argument(
        "--what-if",
        type=whole_number,
        metavar="MINUTES",
        help="which meetings to move to free MINUTES",
    )
    daily.add_consent(command)
    command.set_defaults(work=rebalance)


def rebalance(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Make one week better, or with ``--what-if`` only say what it would take."""
    if args.what_if is None:
        return daily.rebalance(args, setup, talk)
    if not 0 < args.what_if <= LONGEST:
        raise UsageError(f"{args.what_if} minutes do not fit into a day", "such as --what-if 120")
    with Session(setup) as session:
        sight = session.read(
            read_memory(setup.state_dir, session.identity), "rebalance", partial(find_week, args.week)
        )
    request = sight.request
    look = request.settings.kind(STRATEGIC)
    wanted = Demand(
        key="", kind=STRATEGIC, tier="other", week=request.week, minutes=args.what_if, shortest=args.what_if,
        days=look.weekdays, between=look.clock_ranges,
    )  # fmt: skip
    found = cheapest_stretch(pose_problem(request, sight.survey()).problem, wanted, is_own)
    return Answer(_lines(found, args.what_if, request), _document(found, args.what_if, request))


def _lines(found: Option | None, minutes: int, request: Request) -> list[str]:
    texts = request.settings.texts
    hint = [] if request.snapshot.me or request.settings.me else [say("whatif.unknown_me", texts)]
    if found is None:
        return [say("whatif.none", texts, week=request.week, minutes=minutes), *hint]
    if not found.conflicts:
        return [say("whatif.free", texts, minutes=minutes, **_when(found.slot, request))]
    number, where = len(found.conflicts), _when(found.slot, request)
    return [
        say_times("whatif.move", texts, number, minutes=minutes, **where),
        *(
            say("whatif.line", texts, title=plain(event.shown_title), **_when(event.when, request))
            for event in found.conflicts
        ),
    ]


def _when(slot: Interval, request: Request) -> dict[str, object]:
    start, end = request.workweek.local(slot.start), request.workweek.local(slot.end)
    texts = request.settings.texts
    day = date_words(start.date(), texts)
    return {"day": day, "start": clock_words(start, texts), "end": clock_words(end, texts)}


def _document(found: Option | None, minutes: int, request: Request) -> dict[str, Any]:
    zone = request.workweek.zone
    slot, move = None, []
    if found is not None:
        slot = {"start": moment(found.slot.start, zone), "end": moment(found.slot.end, zone)}
        move = [
            {"title": e.shown_title, "start": moment(e.when.start, zone), "end": moment(e.when.end, zone)}
            for e in found.conflicts
        ]
    return {"schema": SCHEMA, "week": str(request.week), "minutes": minutes, "slot": slot, "move": move}
