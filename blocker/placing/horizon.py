"""The whole horizon: weeks share the day of the offsite, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from blocker.placing.board import Board
from blocker.placing.limits import Blocks, There
from blocker.placing.offsite import HalfDay, HalfDays
from blocker.placing.week import Chosen, WeekBest, WeekSolver
from blocker.values.kinds import OFFSITE
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
        self.half_days = HalfDays(board, board.offsite) if board.offsite else None

    def solve(self) -> HorizonBest:
        """The best plan. A half day's own gain bounds what it can lead to, so that few are tried."""
        alone = {week: solver.solve() for week, solver in self.weeks.items()}
        without = sum(week.value for week in alone.values())
        best = HorizonBest(without, alone, None)
        for half_day in self.half_days.ranked if self.half_days else ():
            if without + half_day.gain <= best.value:
                break
            weeks = alone | self._beside(half_day.day)
            value = sum(week.value for week in weeks.values()) + half_day.gain
            if value > best.value:
                best = HorizonBest(value, weeks, half_day)
        return best

    def _beside(self, day: date) -> dict[Week, WeekBest]:
        """The best plan of the week of a date that is the offsite's; none if the week is not planned."""
        solvers = ((week, solver) for week, solver in self.weeks.items() if week == week_of(day))
        return {week: solver.solve(lambda ask, choice: choice.day != day) for week, solver in solvers}

    def blocks(self, best: HorizonBest) -> Blocks:
        """All blocks of ours once the plan is carried out."""
        there = {block.key: block for block in self.board.stay.all}
        for key, ask, choice in best.chosen:
            there[key] = There(key, ask.of.kind, ask.of.week, choice.span, choice.day)
        if best.half_day is not None and self.half_days is not None:
            key, day = self.half_days.asked.key, best.half_day.day
            there[key] = There(key, OFFSITE, week_of(day), best.half_day.span, day)
        return Blocks(there.values())
