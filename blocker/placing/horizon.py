"""The whole horizon: weeks share the day of the offsite, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from blocker.placing.board import Board
from blocker.placing.offsite import HalfDay, HalfDays
from blocker.placing.week import Chosen, WeekBest, WeekSolver
from blocker.values.workweek import Week, week_of


class HorizonBest(Struct, frozen=True):
    """The best plan: one for each week, and the offsite's half day if it has one."""

    value: int
    weeks: Mapping[Week, WeekBest]
    half_day: HalfDay | None

    @property
    def chosen(self) -> list[Chosen]:
        return [chosen for week in self.weeks.values() for chosen in week.chosen]


class HorizonSolver:
    """Puts the weeks together, for each half day that could be the best one."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.weeks = {week: WeekSolver(board, week) for week in board.rooms}
        self.half_days = HalfDays(board)
        self.ranked = self.half_days.ranked()

    def solve(self) -> HorizonBest:
        """The best plan. A half day's own gain bounds what it can lead to, so that few are tried."""
        alone = {week: solver.solve() for week, solver in self.weeks.items()}
        best = HorizonBest(sum(week.value for week in alone.values()), alone, None)
        without = best.value
        for half_day in self.ranked:
            week = week_of(half_day.day)
            solver = self.weeks.get(week)
            if without + half_day.gain <= best.value and not (solver and solver.gains_by_offsite):
                continue
            weeks, value = alone, without + half_day.gain
            if solver is not None:
                beside = solver.solve(offsite=half_day.day)
                value += beside.value - alone[week].value
                weeks = {**alone, week: beside}
            if value > best.value:
                best = HorizonBest(value, weeks, half_day)
        return best
