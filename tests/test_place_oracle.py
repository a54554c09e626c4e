"""Placement against independent answers: every plan tried on small problems, solvers on larger ones.

The oracles are written from docs/objective.md. The whole value is compared, entry by entry, and by
trying every plan also the plan itself, ties included. The solvers run in processes of their own,
since ortools and highspy cannot be loaded into one.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from itertools import count
from pathlib import Path

import problems
import pytest
from oracle_place import TooMany, search
from plan_checker import Judge
from problems import TINY, make_problem

from blocker.place import place

HERE = Path(__file__).parent
MODULES = {"cpsat": "ortools", "highs": "highspy"}


def compare_by_search(first: int, number: int, most: int) -> None:
    """Compare ``number`` problems, from seed ``first`` on, that have at most ``most`` plans."""
    done = 0
    for seed in count(first):
        if done == number:
            return
        problem = make_problem(seed, TINY)
        try:
            value, order, _ = search(problem, most)
        except TooMany:
            continue
        done += 1
        solution = place(problem)
        plan = {placement.key: placement.slot for placement in solution.placements}
        assert solution.value == value, f"seed {seed}"
        assert Judge(problem).order(plan) == order, f"seed {seed}"


def compare_by_solver(name: str, size: str, seeds: range) -> None:
    """Compare the values of problems with those of a solver in another process."""
    if importlib.util.find_spec(MODULES[name]) is None:
        pytest.skip(f"{MODULES[name]} is not installed (it is in the extra named test)")
    answer = subprocess.run(
        [sys.executable, str(HERE / "solver_place.py"), name, size, *map(str, seeds)],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(HERE.parent)},
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    values = {line["seed"]: tuple(line["value"]) for line in map(json.loads, answer.stdout.splitlines())}
    assert set(values) == set(seeds)
    for seed, value in values.items():
        problem = make_problem(seed, getattr(problems, size))
        solution = place(problem)
        plan = {placement.key: placement.slot for placement in solution.placements}
        assert Judge(problem).broken(plan) == [], f"seed {seed}"
        assert solution.value == value, f"seed {seed}"


@pytest.mark.parametrize("first", range(0, 400_000, 40_000))
def test_no_plan_of_all_plans_is_better(first: int) -> None:
    compare_by_search(first, 20, most=8_000)


@pytest.mark.parametrize("name", MODULES)
def test_no_solver_finds_a_better_plan(name: str) -> None:
    compare_by_solver(name, "HALF_DAYS", range(1000, 1010))


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", range(1_000_000, 2_000_000, 100_000))
def test_no_plan_of_all_plans_is_better_on_many_problems(first: int) -> None:
    compare_by_search(first, 200, most=60_000)


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize(("size", "seeds"), [("HALF_DAYS", range(150)), ("USUAL", range(12))])
def test_no_solver_finds_a_better_plan_on_many_problems(name: str, size: str, seeds: range) -> None:
    compare_by_solver(name, size, seeds)
