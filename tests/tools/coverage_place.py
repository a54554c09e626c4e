"""What random placement problems are about, counted: so that a comparison on them says what it covers."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta

from blocker.placing.problem import Problem
from blocker.values.intervals import clip, minutes
from blocker.values.workweek import DAY

LOADS = (0, 10, 30, 50, 70, 85, 101)  # per cent: where one class of fill ends and the next begins

# Every one of these must be there, in more than a few of the problems.
WANTED = (
    *(f"{low} to {high} % full" for low, high in itertools.pairwise(LOADS)),
    *(f"wants {kind}" for kind in ("strategic", "frontline", "learning", "reading", "offsite")),
    *(f"tier {tier}" for tier in ("floor", "red", "amber", "debt", "frontline", "learning", "other")),
    *(f"standing {state}" for state in ("fixed", "movable", "overlapped", "lost")),
    *("a deleted block", "notice", "a change of the clocks", "own strategic time", "run", "rebalance"),
    *("one week", "several weeks", "a quarter"),
)


def subjects(problem: Problem) -> Iterator[str]:
    """Everything of WANTED that one problem has."""
    yield f"{fill_class(problem)} % full"
    for demand in problem.demands:
        yield f"wants {demand.kind}"
        yield f"tier {demand.tier}"
    if problem.offsite is not None:
        yield "wants offsite"
    yield from (f"standing {block.state}" for block in problem.standing)
    dates = [day for room in problem.weeks for day in room.week.days]
    hours = [part for day in dates for part in problem.days[day].hours]
    if any(part.overlaps(refused) for part in hours for refused in problem.refused):
        yield "a deleted block"
    if any(part.start < problem.earliest for part in hours):
        yield "notice"
    instant = problem.workweek.instant
    if any(instant(day + DAY, 0) - instant(day, 0) != timedelta(hours=24) for day in dates):
        yield "a change of the clocks"
    if problem.own_strategic:
        yield "own strategic time"
    yield problem.policy
    weeks = len(problem.weeks)
    yield "one week" if weeks == 1 else "a quarter" if weeks == 13 else "several weeks"


def fill_class(problem: Problem) -> str:
    """How much of the hours of the horizon is busy, as one of the classes of LOADS."""
    dates = [problem.days[day] for room in problem.weeks for day in room.week.days]
    whole = sum(minutes(day.hours) for day in dates)
    busy = sum(minutes(clip(day.busy, part)) for day in dates for part in day.hours)
    fill = 100 * busy / whole if whole else 0
    return next(f"{low} to {high}" for low, high in itertools.pairwise(LOADS) if low <= fill < high)


def count(problems: Iterable[Problem]) -> Counter[str]:
    """In how many of the problems each subject comes up."""
    return Counter(subject for problem in problems for subject in set(subjects(problem)))
