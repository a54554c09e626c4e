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
from blocker.rules.survey import Survey
from blocker.running.run import carry_out
from blocker.running.session import Session, Sight
from blocker.values.block_kinds import FOLLOW_UP_MINUTES
from blocker.values.errors import PartlyApplied, UsageError
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
    found, missing = list[Placement](), list[Unplaced]()
    for first in _first_demands(request, seen, problem):
        found, lacking = _place(problem, [first])
        if found and not once:
            second, lacking = _place(problem, list(_second_demands(first, found[0], request)))
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
    """Book it as a run of its own, which ``undo`` takes back. Raises PartlyApplied where a block of it may be left."""
    team = decide(sight)
    plan = replace(sight.plan(), changes=team.changes, unplaced=(), notes=(), said=())

    def first(again: bool) -> Plan:
        if again:
            raise UsageError("the calendar changed meanwhile: nothing was booked", "say it again")
        return plan

    done = carry_out(first, "learn", session, ledger, lambda change: None)
    if done.failed and any(change.done for change in done.changes):
        _take_back(done, session, ledger)
    return done, team


def _take_back(done: Plan, session: Session, ledger: Ledger) -> None:
    """Of two blocks one could not be written: take the other off again."""
    keys = {change.key for change in done.changes}
    there = session.read(ledger.memory()).request.snapshot.blocks
    gone = tuple(
        Change("remove", b.key, b.kind, b.when, standing=b, forced=True, why="the other of its two failed")
        for b in there
        if b.key in keys
    )
    after = carry_out(
        lambda again: replace(done, changes=gone), "learn", session, ledger, lambda change: None
    )
    if after.failed:
        raise PartlyApplied(
            f"one of the two blocks could not be written: {done.failed[0].error}", "blocker undo"
        )


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


def _first_demands(request: Request, seen: Survey, problem: Problem) -> Iterator[Demand]:
    """One for each week that has some of the ten days, on those days."""
    today = request.workweek.date_of(request.now)
    ahead = [day for day in sorted(seen.days) if day > today and seen.days[day].is_working][:WITHIN_DAYS]
    for week in sorted({week_of(day) for day in ahead}):
        days = tuple(day.weekday() for day in ahead if week_of(day) == week)
        if week in {room.week for room in problem.weeks} and week not in request.memory.skipped_weeks:
            yield _demand(week, days, request.settings.kind(TEAM).minutes, request)


def _second_demands(first: Demand, placed: Placement, request: Request) -> Iterator[Demand]:
    """About a week after the first, else on any day of the next week."""
    weekday = request.workweek.date_of(placed.slot.start).weekday()
    near = tuple(range(max(0, weekday - DAYS_APART), weekday + DAYS_APART + 1))
    for days in (near, tuple(range(7))):
        yield _demand(first.week.plus(1), days, FOLLOW_UP_MINUTES, request)


def _demand(week: Week, days: tuple[int, ...], minutes: int, request: Request) -> Demand:
    look = request.settings.kind(TEAM)
    used = {*request.memory.generations, *(block.key for block in request.snapshot.blocks)}
    number = next(n for n in range(1, len(used) + 2) if f"{TEAM}/{week}/{n}" not in used)
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
