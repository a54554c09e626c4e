"""Placement against independent answers: every plan tried on small problems, solvers on larger ones.

The oracles are written from docs/objective.md. The whole value is compared, entry by entry. The solvers run in processes of their own,
since ortools and highspy cannot be loaded into one.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from dataclasses import dataclass
from itertools import count as upward
from pathlib import Path

import pytest

from blocker.placing.place import place
from blocker.placing.problem import Problem, Solution
from tests.tools import problem_sizes
from tests.tools.coverage_place import WANTED, count
from tests.tools.oracle_place import TooMany, search
from tests.tools.places import ROOT
from tests.tools.plan_checker import Judge, as_plan
from tests.tools.problem_sizes import TINY
from tests.tools.problems import make_problem

MODULES = {"cpsat": "ortools", "highs": "highspy"}


def compare_by_search(first: int, number: int, most: int) -> None:
    """Compare ``number`` problems, from seed ``first`` on, that have at most ``most`` plans."""
    done = 0
    for seed in upward(first):
        if done == number:
            return
        problem = make_problem(seed, TINY)
        try:
            value = search(problem, most)
        except TooMany:
            continue
        done += 1
        assert place(problem).value == value, f"seed {seed}"


@dataclass(frozen=True)
class Batch:
    """So many problems from a seed on, with so many slots in all, for one solver in one process."""

    solver: str
    size: str
    first: int
    number: int
    slots: tuple[int, int]

    def out(self, folder: Path) -> Path:
        """Where the solver writes its answers: standard output is for whatever the library says."""
        return folder / f"{self.solver}-{self.first}.jsonl"

    def start(self, folder: Path) -> subprocess.Popen[str]:
        numbers = (self.first, self.number, *self.slots)
        words = [self.solver, self.size, *map(str, numbers), str(self.out(folder))]
        return subprocess.Popen(
            [sys.executable, "-m", "tests.tools.solver_place", *words],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip

    def check(self, process: subprocess.Popen[str], folder: Path) -> list[tuple[Problem, Solution]]:
        """The problems compared: the solver's values are those of our plans, and our plans are allowed."""
        _, err = process.communicate()
        assert process.returncode == 0, err
        compared = []
        for line in map(json.loads, self.out(folder).read_text(encoding="utf-8").splitlines()):
            problem = make_problem(line["seed"], getattr(problem_sizes, self.size))
            solution = place(problem)
            assert Judge(problem).broken(as_plan(problem, solution)) == [], (self.size, line["seed"])
            assert solution.value == tuple(line["value"]), (self.size, line["seed"])
            compared.append((problem, solution))
        assert len(compared) == self.number
        return compared


ORDINARY = (
    Batch("highs", "HALF_DAYS", 1_000, 70, (10, 200)),
    Batch("highs", "HALF_DAYS", 4_000, 70, (10, 200)),
    Batch("highs", "USUAL", 2_000, 30, (10, 300)),
    Batch("highs", "SHORT_QUARTER", 3_000, 30, (10, 200)),
)
MANY = (
    *(Batch("highs", "HALF_DAYS", first, 100, (10, 400)) for first in range(10_000, 19_000, 1_000)),
    Batch("highs", "HALF_DAYS", 19_000, 100, (400, 1_500)),
    *(Batch("highs", "USUAL", first, 50, (10, 500)) for first in range(20_000, 27_000, 1_000)),
    Batch("highs", "USUAL", 27_000, 50, (500, 1_000)),
    *(Batch("highs", "SHORT_QUARTER", first, 50, (10, 400)) for first in range(30_000, 33_000, 1_000)),
    Batch("cpsat", "HALF_DAYS", 40_000, 100, (10, 300)),
    *(Batch("cpsat", "SHORT_QUARTER", first, 50, (10, 200)) for first in range(50_000, 52_000, 1_000)),
    *(Batch("highs", "HALF_DAYS", first, 100, (10, 300)) for first in range(60_000, 63_000, 1_000)),
)


def needs(*batches: Batch) -> None:
    for solver in sorted({batch.solver for batch in batches}):
        if importlib.util.find_spec(MODULES[solver]) is None:
            pytest.skip(f"{MODULES[solver]} is not installed: it comes with the extra `bench`")


@pytest.mark.parametrize("first", range(0, 400_000, 40_000))
def test_no_plan_of_all_plans_is_better(first: int) -> None:
    compare_by_search(first, 20, most=8_000)


def test_no_solver_finds_a_better_plan(tmp_path: Path) -> None:
    """Two hundred weeks and quarters of every sort."""
    needs(*ORDINARY)
    at_work = [(batch, batch.start(tmp_path)) for batch in ORDINARY]
    found = count(pair for batch, process in at_work for pair in batch.check(process, tmp_path))
    assert sum(batch.number for batch in ORDINARY) >= 200
    assert {subject: found[subject] for subject in WANTED if found[subject] < 5} == {}


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", range(1_000_000, 2_000_000, 100_000))
def test_no_plan_of_all_plans_is_better_on_many_problems(first: int) -> None:
    compare_by_search(first, 200, most=60_000)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("batch", MANY, ids=lambda batch: f"{batch.solver}-{batch.size}-{batch.first}")
def test_no_solver_finds_a_better_plan_on_two_thousand_problems(batch: Batch, tmp_path: Path) -> None:
    needs(batch)
    assert sum(other.number for other in MANY) >= 2_000
    batch.check(batch.start(tmp_path), tmp_path)
