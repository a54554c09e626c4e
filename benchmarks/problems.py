"""Random weeks and quarters of a given fill, as the tests make them, but nothing stands yet: all is to be placed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from blocker.placing.problem import Problem
from blocker.values.intervals import Interval
from blocker.values.plan import Demand, WeekRoom


def make(seed: int, weeks: int, load: float, whole_days: bool = False) -> Problem:
    """``weeks`` weeks of five full days, ``load`` of whose hours meetings take; each week wants three
    strategic blocks and one at the front line, a quarter an offsite as well."""
    from tests.tools.problem_sizes import FULL, Size
    from tests.tools.problems import make_problem

    hours, days = (((0, 1440),), 7) if whole_days else ((FULL,), 5)
    size = Size((weeks, weeks), (hours,), (days,), 0, 0, (240,), True)
    number = seed
    while (drawn := make_problem(number, size, load)).policy != "run":
        number += 1_000
    rooms = tuple(
        WeekRoom(
            room.week,
            0.4 * sum(gap.minutes for day in room.week.days for gap in drawn.days[day].free()),
            True,
        )
        for room in drawn.weeks
    )
    demands = [demand for room in rooms for demand in _wanted(room)]
    return replace(
        drawn, weeks=rooms, demands=tuple(demands), standing=(), refused=(), quiet=frozenset(), surplus={},
        buffer_before=10, buffer_after=0, earliest=drawn.now + timedelta(hours=24), floor_earliest=None,
        offsite=drawn.offsite if weeks > 1 else None,
    )  # fmt: skip


def _wanted(room: WeekRoom) -> list[Demand]:
    key = f"strategic/{room.week}"
    return [
        Demand(f"{key}/1", "strategic", "floor", room.week, 120, 90, 60),
        Demand(f"{key}/2", "strategic", "red", room.week, 120, 90),
        Demand(f"{key}/3", "strategic", "red", room.week, 120, 90),
        Demand(f"frontline/{room.week}/1", "frontline", "frontline", room.week, 60, 60, None, "any"),
    ]


def with_own_kinds(problem: Problem, kinds: int) -> Problem:
    """The same with so many kinds of a person's own, each unlike the others, one block a week of each."""
    more = [
        Demand(
            f"own{n}/{room.week}/1", f"own{n}", "other", room.week, 60 + 15 * (n % 5), 45 + 15 * (n % 3), None,
            ("morning", "afternoon", "any")[n % 3],
        )
        for room in problem.weeks
        for n in range(kinds)
    ]  # fmt: skip
    return replace(problem, demands=(*problem.demands, *more))


def judge_of(problem: Problem) -> Any:
    """The tests' judge of plans, written from docs/objective.md."""
    from tests.tools.plan_checker import Judge

    return Judge(problem)


def slots_of(judge: Any, key: str) -> list[Interval]:
    """Every slot of a block on the grid."""
    found: list[Interval] = judge.slots(key)
    return found
