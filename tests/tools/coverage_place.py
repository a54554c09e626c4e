"""What random placement problems are about, counted: so that a comparison on them says what it covers."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta

from blocker.placing.problem import Problem, Solution
from blocker.values.intervals import clip, minutes
from blocker.values.workweek import DAY

LOADS = (0, 10, 30, 50, 70, 85, 101)  # per cent: where one class of fill ends and the next begins

# Every one of these must be there, in more than a few of the problems.
WANTED = (
    *(f"{low} to {high} % full" for low, high in itertools.pairwise(LOADS)),
    *(f"wants {kind}" for kind in ("strategic", "frontline", "learning", "reading", "offsite")),
    *(f"tier {tier}" for tier in ("floor", "red", "amber", "debt", "frontline", "learning", "other")),
    *(f"standing {state}" for state in ("fixed", "kept", "hit", "hit_fixed")),
    *(
        "an edited hit block",
        "a displaced block",
        "an offsite hit",
        "surplus",
        "days of its own",
        "hours of its own",
    ),
    *(
        "a deleted block",
        "notice",
        "a quiet day",
        "a change of the clocks",
        "own strategic time",
        "run",
        "rebalance",
    ),
    *("one week", "several weeks", "a quarter", "night hours", "seven days"),
    *("a rescue", "a release", "a floor outside the manners", "a short floor", "a block that gave way"),
    *("moved by rebalance", "not all placed", "the offsite placed", "the week's limits bind"),
)


def subjects(problem: Problem, solution: Solution) -> Iterator[str]:
    """Everything of WANTED that one problem and its plan have."""
    yield f"{fill_class(problem)} % full"
    for demand in problem.demands:
        yield f"wants {demand.kind}"
        yield f"tier {demand.tier}"
        if demand.rescue:
            yield "a displaced block"
        if demand.days:
            yield "days of its own"
        if demand.between:
            yield "hours of its own"
    if problem.offsite is not None:
        yield "wants offsite"
    for block in problem.standing:
        yield f"standing {block.state}"
        if block.state == "hit" and block.edited:
            yield "an edited hit block"
        if block.state == "hit" and block.kind == "offsite":
            yield "an offsite hit"
    if problem.surplus:
        yield "surplus"
    yield from _of_days(problem)
    yield from _of_plan(problem, solution)
    yield problem.policy
    weeks = len(problem.weeks)
    yield "one week" if weeks == 1 else "a quarter" if weeks == 13 else "several weeks"


def _of_days(problem: Problem) -> Iterator[str]:
    dates = [day for room in problem.weeks for day in room.week.days]
    hours = [part for day in dates for part in problem.days[day].hours]
    if any(part.overlaps(refused) for part in hours for refused in problem.refused):
        yield "a deleted block"
    if any(part.start < problem.earliest for part in hours):
        yield "notice"
    if problem.quiet & set(dates):
        yield "a quiet day"
    instant = problem.workweek.instant
    if any(instant(day + DAY, 0) - instant(day, 0) != timedelta(hours=24) for day in dates):
        yield "a change of the clocks"
    if problem.own_strategic:
        yield "own strategic time"
    if len(problem.workweek.hours) == 7:
        yield "seven days"
    if any(last == 1440 for ranges in problem.workweek.hours.values() for _, last in ranges):
        yield "night hours"


def _of_plan(problem: Problem, solution: Solution) -> Iterator[str]:
    for placement in solution.placements:
        if placement.rescued:
            yield "a rescue"
        if placement.outside_manners:
            yield "a floor outside the manners"
        if placement.short:
            yield "a short floor"
        if placement.moved_from and problem.policy == "rebalance" and not placement.rescued:
            yield "moved by rebalance"
        if placement.cause_key:
            yield "a block that gave way"
        if placement.kind == "offsite":
            yield "the offsite placed"
    if solution.gave_way:
        yield "a block that gave way"
    if solution.released:
        yield "a release"
    if solution.unplaced:
        yield "not all placed"
    if any({"share", "hours"} & set(unplaced.limits) for unplaced in solution.unplaced):
        yield "the week's limits bind"


def fill_class(problem: Problem) -> str:
    """How much of the hours of the horizon is busy, as one of the classes of LOADS."""
    dates = [problem.days[day] for room in problem.weeks for day in room.week.days]
    whole = sum(minutes(day.hours) for day in dates)
    busy = sum(minutes(clip(day.busy, part)) for day in dates for part in day.hours)
    fill = 100 * busy / whole if whole else 0
    return next(f"{low} to {high}" for low, high in itertools.pairwise(LOADS) if low <= fill < high)


def count(compared: Iterable[tuple[Problem, Solution]]) -> Counter[str]:
    """In how many of the problems each subject comes up."""
    return Counter(subject for problem, solution in compared for subject in set(subjects(problem, solution)))
