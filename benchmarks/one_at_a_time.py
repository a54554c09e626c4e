"""Two usual ways of placing, to compare with: one block after the other, and none is ever taken back.

``first_fit`` is what today's open-source schedulers do: for each task the first slot that fits, tried in
steps of the task's own length. ``careful_greedy`` looks at every quarter hour of the week and takes the best
slot by the same points as ours. Both keep every hard limit and what stands, and let the program's own order rule:
floors, what is hit, the rest, then the offsite. They are here to be measured; the program has neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from msgspec.structs import replace

from blocker.placing.board import Ask, Board
from blocker.placing.limits import OF_WEEKS, Case
from blocker.placing.objective import points
from blocker.placing.offsite import HalfDays
from blocker.placing.problem import Problem, Solution
from blocker.placing.spans import Span, as_interval
from blocker.placing.week import WeekSolver
from blocker.values.kinds import OFFSITE, STRATEGIC
from blocker.values.plan import Placement, Unplaced

Way = Callable[[Board, Ask, Case, date, int], Iterator[tuple[int, Span]]]


def first_fit(problem: Problem) -> Solution:
    return _one_at_a_time(problem, _in_steps, first=True)


def careful_greedy(problem: Problem) -> Solution:
    return _one_at_a_time(problem, _every_quarter_hour, first=False)


def _in_steps(board: Board, ask: Ask, case: Case, day: date, minutes: int) -> Iterator[tuple[int, Span]]:
    """Slots of a date in steps of the block's own length."""
    for worth, span in _every_quarter_hour(board, ask, case, day, minutes):
        if (span[0] - board.view(day).working[0][0]) % (minutes * 60) == 0:
            yield worth, span


def _every_quarter_hour(
    board: Board, ask: Ask, case: Case, day: date, minutes: int
) -> Iterator[tuple[int, Span]]:
    """Slots of a date that keep the limits of the day, with their points."""
    view = board.view(day)
    room, of_days = board.stay.room(view, ask.name), replace(case, exempt=case.exempt | OF_WEEKS)
    for start in room.starts(case, minutes):
        span = (start, start + minutes * 60)
        if room.breaks(of_days, span) is None:
            yield points(view, ask.of.prefer, span), span


class _Page:
    """The horizon as it stands, to be written on."""

    def __init__(self, problem: Problem) -> None:
        self.board = Board(problem)
        standing = [
            *self.board.stay.all,
            *(self.board.there[b.key] for b in self.board.free.values() if b.state == "kept"),
        ]
        self.used = {there.date for there in standing if there.counts}
        self.placements: list[Placement] = []

    def write(self, key: str, ask: Ask, span: Span, outside: bool) -> None:
        slot = as_interval(span)
        was = ask.standing.slot if ask.standing else None
        self.placements.append(
            Placement(key, ask.of.kind, ask.of.tier, slot, moved_from=was, outside_manners=outside)
        )
        self.used.add(self.board.problem.workweek.date_of(slot.start))


def _one_at_a_time(problem: Problem, way: Way, first: bool) -> Solution:
    page = _Page(problem)
    for week in page.board.rooms:
        _fill(page, WeekSolver(page.board, week), way, first)
    placed = {placement.key for placement in page.placements}
    found = HalfDays(page.board, page.board.offsite) if page.board.offsite else None
    free = [half_day for half_day in found.ranked if half_day.day not in page.used] if found else []
    if found is not None and free:
        page.placements.append(Placement(found.asked.key, OFFSITE, OFFSITE, as_interval(free[0].span)))
    missing = tuple(
        Unplaced(demand.key, demand.kind, demand.minutes, "no_room", "no slot was left", tier=demand.tier)
        for demand in problem.demands
        if demand.key not in placed
    )
    return Solution(tuple(page.placements), missing, {}, {}, {}, {}, ())


def _fill(page: _Page, solver: WeekSolver, way: Way, first: bool) -> None:
    """Place what a week asks for, one after the other, in the order of the solver."""
    kept = [ask for ask in solver.asks if ask.kept]
    taken = solver.taken + sum(page.board.there[ask.name].minutes for ask in kept)
    strategic = solver.has_floor or any(ask.of.kind == STRATEGIC for ask in kept)
    most = float("inf")
    for ask in (ask for ask in solver.asks if not ask.kept):
        for key in [demand.key for demand in ask.demands] or [ask.name]:
            cases = [(ask.case, False)]
            if ask.floor_case is not None and solver.wants_floor and not strategic:
                cases.append((ask.floor_case, True))
            for case, outside in cases:
                limit = most if outside else min(most, case.most)
                found = _slot(page, ask, case, solver, way, first, limit - taken)
                if found is not None:
                    page.write(key, ask, found, outside)
                    taken, most = taken + (found[1] - found[0]) // 60, limit
                    strategic = strategic or ask.of.kind == STRATEGIC
                    break


def _slot(
    page: _Page, ask: Ask, case: Case, solver: WeekSolver, way: Way, first: bool, left: float
) -> Span | None:
    for minutes in sorted({choice.minutes for choice in solver.choices[ask.name]}, reverse=True):
        if minutes > left:
            continue
        found = [
            (-worth, span)
            for day in solver.bits
            if day not in page.used
            for worth, span in way(page.board, ask, case, day, minutes)
        ]
        if found:
            return min(found, key=lambda one: one[1])[1] if first else min(found)[1]
    return None
