"""Random weeks and quarters of a given fill, as the tests make them, but nothing stands yet: all is to be placed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from blocker.placing.problem import Problem
from blocker.values.intervals import Interval
from blocker.values.plan import Demand, WeekRoom


def make(seed: int, weeks: int, load: float) -> Problem:
    """``weeks`` weeks of five full days, ``load`` of whose hours meetings take; each week wants three
    strategic blocks and one at the front line, a quarter an offsite as well."""
    from tests.tools.problem_sizes import FULL, Size
    from tests.tools.problems import make_problem

    size = Size((weeks, weeks), ((FULL,),), (5,), 0, 0, (240,), True)
    drawn = make_problem(seed, size, load)
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
        drawn, weeks=rooms, demands=tuple(demands), standing=(), policy="run", free_week=None, refused=(),
        buffer_before=10, buffer_after=0, earliest=drawn.now + timedelta(hours=24),
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


def judge_of(problem: Problem) -> Any:
    """The tests' judge of plans, written from docs/objective.md."""
    from tests.tools.plan_checker import Judge

    return Judge(problem)


def slots_of(judge: Any, key: str) -> list[Interval]:
    """Every slot of a block that keeps the limits it can break by itself."""
    from tests.tools.oracle_place import slots

    found: list[Interval] = slots(judge, key)
    return found
