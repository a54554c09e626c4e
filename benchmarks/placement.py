"""Placement: what each way of placing loses against the best plan, and what it takes, on the same random weeks."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import starmap
from statistics import median
from time import process_time
from typing import TypeVar

from benchmarks.one_at_a_time import careful_greedy, first_fit
from benchmarks.problems import judge_of, make, with_own_kinds
from benchmarks.tables import Table, milliseconds, per_cent, times
from blocker.placing.board import Board
from blocker.placing.horizon import HorizonSolver
from blocker.placing.objective import Entry, unpacked
from blocker.placing.place import place
from blocker.placing.problem import Problem, Solution
from blocker.values.intervals import Interval

LOADS = (0.2, 0.4, 0.6, 0.7, 0.8, 0.9)
SOLVED_FROM = 0.8  # an emptier quarter takes a solver many minutes, or hours
MODULES = {"cpsat": "ortools", "highs": "highspy"}
NAMES = {"cpsat": "CP-SAT", "highs": "HiGHS"}
Value = tuple[int, ...]
T = TypeVar("T")


def placement(weeks: int, instances: int, solved: int) -> list[Table]:
    """Loss and time on problems of ``weeks`` weeks, ``instances`` for each fill, ``solved`` of them by solvers."""
    losses, clock = [], []
    for load in LOADS:
        problems = [make(seed, weeks, load) for seed in range(instances)]
        ours, alone = _timed(problems, place), _timed(problems, _plan_alone)
        exact = [solution.value for solution, _ in ours]
        row = [f"{load:.0%}", f"{sum(map(_blocks, exact)) / instances / weeks:.2f}"]
        spent = [f"{load:.0%}", milliseconds(_typical(ours)), milliseconds(_typical(alone))]
        for way in (first_fit, careful_greedy):
            simple = _timed(problems, way)
            values = list(starmap(_value, zip(problems, (solution for solution, _ in simple), strict=True)))
            row += lost(exact, values)
            spent.append(times(_typical(simple) / _typical(alone)))
        for solver, module in MODULES.items():
            if importlib.util.find_spec(module) is None or not solved or (weeks > 1 and load < SOLVED_FROM):
                why = "not tried" if importlib.util.find_spec(module) else "not installed"
                row.append(why)
                spent.append(why)
                continue
            found = _by_solver(solver, weeks, load, solved)
            other = sum(value != mine for (value, _), mine in zip(found, exact, strict=False))
            row.append(f"{other} of {len(found)}")
            spent.append(
                times(median(seconds for _, seconds in found) / median(s for _, s in alone[:solved]))
            )
        losses.append(row)
        clock.append(spent)
    title = "one week" if weeks == 1 else f"{weeks} weeks"
    return [
        Table(
            f"Placement, {title}: what is lost against the best plan",
            ("hours taken", "blocks a week", "first-fit: weeks with fewer" if weeks == 1 else "first-fit: plans with fewer",
             "its blocks lost", "careful greedy: with fewer", "its blocks lost", "its worse plans",
             *(f"{NAMES[name]}: other value" for name in MODULES)),
            [row[:4] + row[5:] for row in losses],
            ((f"{instances} random problems a line, {solved} of them by each solver. Three strategic blocks and one at the "
             "front line are wanted a week. A plan is worse if any entry of docs/objective.md is."),),
        ),
        Table(
            f"Placement, {title}: time",
            ("hours taken", "ours with all reasons", "ours, the plan alone", "first-fit", "careful greedy",
             *(NAMES[name] for name in MODULES)),
            clock,
            (("Medians, seconds of the processor. The last four are multiples of “the plan alone”; solvers without their start and import, "
             "with the making of the model."),),
        ),
    ]  # fmt: skip


def growth(repeat: int) -> Table:
    """What the first plan takes for 1 to 10 kinds of a person's own over 1 to 26 weeks, from empty to nearly full."""
    rows = []
    for kinds in (1, 3, 6, 10):
        for weeks in (1, 5, 13, 26):
            row = [str(kinds), str(weeks)]
            for load in (0.0, 0.4, 0.85):
                problems = [with_own_kinds(make(seed, weeks, load), kinds) for seed in range(repeat)]
                row.append(milliseconds(_typical(_timed(problems, place))))
            rows.append(row)
    whole = [with_own_kinds(make(seed, 5, 0.0, whole_days=True), 10) for seed in range(repeat)]
    rows.append(
        ["10", "5, of seven days with 24 hours", milliseconds(_typical(_timed(whole, place))), "", ""]
    )
    return Table(
        "Placement: how its time grows",
        ("kinds", "weeks", "empty", "40 % full", "85 % full"),
        rows,
        (("The first plan with all its reasons, medians, seconds of the processor. Each kind has its own length and part of "
          "the day and wants one block a week, beside three strategic blocks and one at the front line."),),
    )  # fmt: skip


def _plan_alone(problem: Problem) -> Value:
    return unpacked(HorizonSolver(Board(problem)).solve().value)


def _timed(problems: Sequence[Problem], way: Callable[[Problem], T]) -> list[tuple[T, float]]:
    found = []
    for problem in problems:
        began = process_time()
        solution = way(problem)
        found.append((solution, process_time() - began))
    return found


def _typical(found: Sequence[tuple[object, float]]) -> float:
    return median(seconds for _, seconds in found)


def _value(problem: Problem, solution: Solution) -> Value:
    """By the tests' judge, which also says whether the plan is allowed."""
    plan: Mapping[str, Interval | None] = {placed.key: placed.slot for placed in solution.placements}
    judge = judge_of(problem)
    if broken := judge.broken(plan):
        raise AssertionError(f"a baseline breaks the limits: {broken[:3]}")
    value: Value = judge.value(plan)
    return value


def _blocks(value: Value) -> int:
    return value[Entry.LEARNING] + sum(value[Entry.FIRST_TIER : Entry.HALF_HOURS])


def lost(exact: Sequence[Value], values: Sequence[Value]) -> list[str]:
    """Per cent of the plans with fewer blocks, of the blocks that are missing, and of the plans that are worse."""
    fewer = sum(_blocks(mine) < _blocks(best) for best, mine in zip(exact, values, strict=True))
    missing = sum(_blocks(best) - _blocks(mine) for best, mine in zip(exact, values, strict=True))
    if any(mine > best for best, mine in zip(exact, values, strict=True)):
        raise AssertionError("a baseline found a better plan")
    worse = sum(mine < best for best, mine in zip(exact, values, strict=True))
    return [
        per_cent(fewer, len(exact)),
        per_cent(missing, sum(map(_blocks, exact))),
        per_cent(worse, len(exact)),
    ]


def _by_solver(name: str, weeks: int, load: float, solved: int) -> list[tuple[Value, float]]:
    words = [name, str(weeks), str(load), *map(str, range(solved))]
    answer = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-m", "benchmarks.solvers", *words], capture_output=True, text=True, check=True
    )
    lines = map(json.loads, answer.stdout.splitlines())
    return [(tuple(line["value"]), line["seconds"]) for line in lines]
