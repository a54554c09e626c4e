"""Two integer solvers behind one small face. Import only one of them in a process: they do not share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

Row = Mapping[int, int]


class Solver(Protocol):
    """What the model needs of a solver."""

    def binary(self) -> int: ...
    def at_most(self, row: Row, bound: int) -> None: ...
    def maximise(self, row: Row) -> None: ...
    def solve(self) -> list[int]: ...


class CpSat:
    def __init__(self) -> None:
        from ortools.sat.python import cp_model

        self.module, self.model = cp_model, cp_model.CpModel()
        self.variables: list[object] = []

    def binary(self) -> int:
        self.variables.append(self.model.new_bool_var(""))
        return len(self.variables) - 1

    def _sum(self, row: Row) -> object:
        chosen = [self.variables[n] for n in row]
        return self.module.LinearExpr.weighted_sum(chosen, list(row.values()))

    def at_most(self, row: Row, bound: int) -> None:
        self.model.add(self._sum(row) <= bound)  # type: ignore[operator]

    def maximise(self, row: Row) -> None:
        self.model.maximize(self._sum(row))

    def solve(self) -> list[int]:
        solver = self.module.CpSolver()
        solver.parameters.num_workers = 1
        status = solver.solve(self.model)
        if status != self.module.OPTIMAL:
            raise RuntimeError(f"not solved to the end: {solver.status_name(status)}")
        found = [int(solver.value(variable)) for variable in self.variables]
        self.model.clear_hints()
        for variable, value in zip(self.variables, found, strict=True):
            self.model.add_hint(variable, value)
        return found


class Highs:
    def __init__(self) -> None:
        import highspy

        self.highs = highspy.Highs()
        self.highs.setOptionValue("output_flag", False)
        self.highs.setOptionValue("mip_rel_gap", 0.0)
        self.highs.setOptionValue("mip_abs_gap", 0.5)  # every entry is an integer
        self.highs.setOptionValue("threads", 1)
        self.count = 0
        self.costs: set[int] = set()

    def binary(self) -> int:
        self.highs.addBinary()
        self.count += 1
        return self.count - 1

    def at_most(self, row: Row, bound: int) -> None:
        self.highs.addRow(-self.highs.inf, bound, len(row), list(row), [float(v) for v in row.values()])

    def maximise(self, row: Row) -> None:
        for n in self.costs - set(row):
            self.highs.changeColCost(n, 0.0)
        for n, cost in row.items():
            self.highs.changeColCost(n, -float(cost))
        self.costs = set(row)

    def solve(self) -> list[int]:
        self.highs.run()
        if self.highs.modelStatusToString(self.highs.getModelStatus()) != "Optimal":
            raise RuntimeError("not solved to the end")
        return [round(v) for v in self.highs.getSolution().col_value]
