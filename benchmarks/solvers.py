"""The same problems handed to an integer solver, in a process of its own: ortools and highspy share none.

    python -m benchmarks.solvers cpsat|highs WEEKS LOAD SEED…

Prints one JSON line for each problem: the value of the best plan and the seconds it took, the model's
making included. The model is the tests' own, written from docs/objective.md.
"""

from __future__ import annotations

import json
import sys
from time import process_time

from benchmarks.problems import make


def main() -> None:
    name, weeks, load, *seeds = sys.argv[1:]
    from tests.tools.oracle_place import choices
    from tests.tools.plan_checker import Judge
    from tests.tools.solver_place import Model
    from tests.tools.solvers import CpSat, Highs

    for seed in map(int, seeds):
        problem = make(seed, int(weeks), float(load))
        began = process_time()
        judge = Judge(problem)
        model = Model(judge, choices(judge), CpSat() if name == "cpsat" else Highs())
        value = model.value()
        took = process_time() - began
        sys.stdout.write(json.dumps({"seed": seed, "value": value, "seconds": took}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
