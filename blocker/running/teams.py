"""A learning team, booked when a person asks for one: a block to listen, and a week later one to agree on what to try.

Both are booked, or neither is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import inf

from msgspec import Struct
from msgspec.structs import replace

from blocker.engine import pose_problem
from blocker.ledger.ledger import Ledger
from blocker.placing.place import place
from blocker.placing.problem import Problem
from blocker.planning.recall import HALF
from blocker.rules.survey import Survey
from blocker.running.run import carry_out
from blocker.running.session import Session, Sight
from blocker.values.block_kinds import FOLLOW_UP_MINUTES
from blocker.values.errors import BlockerError, PartlyApplied
from blocker.values.kinds import TEAM
from blocker.values.plan import Change, Demand, Placement, Plan, Unplaced, WeekRoom
from blocker.values.request import Request
from blocker.values.workweek import Week, week_of
from blocker.wording.brief import Sources
from blocker.wording.content import make_block
from blocker.wording.themes import team_topics

WITHIN_DAYS = 10  # working days, from the day after today
DAYS_APART = 1  # from a week, where that can be had


class Team(Struct, frozen=True):
    """What was found: a block or two, or why there is none, with what would help."""

    changes: tuple[Change, ...] = ()
    missing: Unplaced | None = None


def find_team(what: str, who: str, once: bool, request: Request, seen: Survey) -> Team:
    """The first week in the ten working days to come that has room for the block, the next one having room for the
    second. ``once``: there is no second.
    """
    question = pose_problem(request, seen)
    # What the person asks for may go beyond a week's share and hours; a day keeps what others can book.
    weeks = tuple(WeekRoom(room.week, inf, room.needs_floor) for room in question.problem.weeks)
    problem, request = replace(question.problem, weeks=weeks, offsite=None), question.request
    found, missing, number = list[Placement](), list[Unplaced](), _next_number(request)
    for first in _first_demands(number, request, seen, problem):
        found, lacking = _place(problem, [first])
        if found and not once:
            second, lacking = _place(problem, list(_second_demands(number, first, found[0], request)))
            found = [*found, *second] if second else []
        if found:
            break
        missing += lacking
    topics = team_topics(what, who, [placed.key for placed in found], request.settings)
    sources = Sources(request, seen, None, topics)
    changes = tuple(_created(placed, sources) for placed in found)
    return Team(changes, max(missing, key=lambda item: len(item.nearest), default=None))


def book_team(
    decide: Callable[[Sight], Team], sight: Sight, session: Session, ledger: Ledger
) -> tuple[Plan, Team]:
    """Book it as a run of its own, which ``undo`` takes back. Raises BlockerError where nothing was booked, and
    PartlyApplied where one of the two is left for the next run to take off.
    """
    if _half(sight).changes:  # an earlier one was cut short
        _take_back(session, ledger)
        sight = session.read(ledger.memory())
    team = decide(sight)
    plan = replace(sight.plan(), changes=team.changes, unplaced=(), notes=(), said=())

    def both_or_neither(again: bool) -> Plan:
        return _half(session.read(ledger.memory())) if again else plan

    done = carry_out(both_or_neither, "learn", session, ledger, lambda change: None)
    if {c.key for c in done.changes if c.action == "create" and c.done} != {c.key for c in team.changes}:
        _take_back(session, ledger)
        why = done.failed[0].error if done.failed else "the calendar changed meanwhile; say it again"
        raise BlockerError(f"nothing was booked: {why}", "blocker check says more" if done.failed else "")
    return done, team


def _take_back(session: Session, ledger: Ledger) -> None:
    """Take off the one block that stands where its other could not be written. Raises PartlyApplied if that fails."""

    def decide(again: bool) -> Plan:
        return _half(session.read(ledger.memory()))

    try:
        failed = carry_out(decide, "learn", session, ledger, lambda change: None).failed
        problem = failed[0].error if failed else None
    except BlockerError as found:
        problem = found.message
    if problem is not None:
        raise PartlyApplied(
            f"one block of a learning team is there without its other, and could not be taken off: {problem}",
            "the next run takes it off",
        )


def _half(sight: Sight) -> Plan:
    """The part of the plan that takes off what was cut short."""
    plan = sight.plan()
    gone = tuple(change for change in plan.changes if change.why == HALF)
    return replace(plan, changes=gone, unplaced=(), notes=(), said=())


def _place(problem: Problem, demands: Sequence[Demand]) -> tuple[list[Placement], list[Unplaced]]:
    """The first of the demands that has a place; else why they have none."""
    missing = list[Unplaced]()
    for demand in demands:
        solution = place(replace(problem, demands=(demand,)))
        found = [placed for placed in solution.placements if placed.key == demand.key]
        if found:
            return found, []
        missing += [item for item in solution.unplaced if item.key == demand.key]
    return [], missing


def _first_demands(number: int, request: Request, seen: Survey, problem: Problem) -> Iterator[Demand]:
    """One for each week that has some of the ten days, on those days."""
    today = request.workweek.date_of(request.now)
    ahead = [day for day in sorted(seen.days) if day > today and seen.days[day].is_working][:WITHIN_DAYS]
    for week in sorted({week_of(day) for day in ahead}):
        days = tuple(day.weekday() for day in ahead if week_of(day) == week)
        if week in {room.week for room in problem.weeks} and week not in request.memory.skipped_weeks:
            yield _demand(number, week, days, request.settings.kind(TEAM).minutes, request)


def _second_demands(number: int, first: Demand, placed: Placement, request: Request) -> Iterator[Demand]:
    """About a week after the first, else on any day of the next week."""
    weekday = request.workweek.date_of(placed.slot.start).weekday()
    near = tuple(range(max(0, weekday - DAYS_APART), weekday + DAYS_APART + 1))
    for days in (near, tuple(range(7))):
        yield _demand(number, first.week.plus(1), days, FOLLOW_UP_MINUTES, request)


def _next_number(request: Request) -> int:
    """One that no other team has: by it the two blocks know each other."""
    used = {*request.memory.generations, *(block.key for block in request.snapshot.blocks)}
    numbers = (int(key.rpartition("/")[2]) for key in used if key.startswith(f"{TEAM}/"))
    return max(numbers, default=0) + 1


def _demand(number: int, week: Week, days: tuple[int, ...], minutes: int, request: Request) -> Demand:
    look = request.settings.kind(TEAM)
    on = tuple(day for day in days if day in look.weekdays) if look.weekdays else days
    return Demand(
        key=f"{TEAM}/{week}/{number}", kind=TEAM, tier=TEAM, week=week, minutes=minutes, shortest=minutes,
        prefer=look.prefer, days=on or days, between=look.clock_ranges,
    )  # fmt: skip


def _created(placed: Placement, sources: Sources) -> Change:
    block = make_block(placed, 1, True, sources)
    return Change(
        "create", placed.key, placed.kind, placed.slot, why=placed.why, block=block, placement=placed
    )
