"""The whole horizon: weeks share the number of moves and the day of the offsite, nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from operator import sub

from msgspec import Struct

from blocker.placing.board import Board
from blocker.placing.day_sweep import Entry
from blocker.placing.limits import ceil_second, floor_second, operational_minutes
from blocker.placing.objective import BAND, EARLINESS, LIGHTNESS, NOTHING, OFFSITE, SQUARES, WITHIN
from blocker.placing.week import Ask, Value, WeekBest, WeekSolver
from blocker.values.kinds import OFFSITE as OFFSITE_KIND
from blocker.values.plan import Standing
from blocker.values.workweek import Week, week_of

_Sum = tuple[tuple[int, ...], tuple[tuple[Entry, ...], ...], tuple[WeekBest, ...]]
BEST_WEEKS = range(3, 11)  # of the quarter, design 4.5


class HalfDay(Struct, frozen=True):
    """The best slot for the offsite on one date. ``worth`` is its share of the objective."""

    day: date
    start: int
    minutes: int
    operational: int
    week_number: int
    worth: Value


class HorizonBest(Struct, frozen=True):
    """The best plan. ``asks`` says how each week was solved, to solve it again with a change."""

    value: Value
    weeks: tuple[WeekBest, ...]
    asks: Mapping[Week, Ask]
    half_day: HalfDay | None
    offsite_from: Standing | None

    def order(self) -> tuple[tuple[int, ...], tuple[tuple[Entry, ...], ...]]:
        return tuple(-part for part in self.value), tuple(week.entries for week in self.weeks)


def in_holidays(day: date) -> bool:
    """From 23 December to 2 January nobody is asked to leave the daily flow (design 4.5)."""
    return (day.month, day.day) >= (12, 23) or (day.month, day.day) <= (1, 2)


class HorizonSolver:
    """Puts the weeks together: a small dynamic programme over moves, tried for each half day."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.weeks = {week: WeekSolver(board, week) for week in board.weeks}
        asked = board.problem.offsite
        same = [b for b in board.standing if asked and b.kind == OFFSITE_KIND and b.key == asked.key]
        self.offsite_from: Standing | None = same[0] if same else None
        stands = bool(same) and same[0].state not in ("overlapped", "lost")
        self.offsite = None if stands else asked  # one that stands is not asked for
        self._half_days: list[HalfDay] = []
        self._dates = self._dates_in_order()

    def solve(self) -> HorizonBest:
        """First with every movable block where it is; they are disturbed only where that falls short."""
        best = self._solve(frozenset(), anywhere=False)
        short = frozenset(
            plan.week
            for plan in best.weeks
            if self.weeks[plan.week].wants_floor and not plan.value[WITHIN] and self.weeks[plan.week].optional
        )
        homeless = self.offsite is not None and best.half_day is None
        if self.board.problem.policy == "run" and self.board.problem.max_moves and (short or homeless):
            best = min(best, self._solve(short, anywhere=homeless), key=HorizonBest.order)
        return best

    def _solve(self, disturbed: frozenset[Week], anywhere: bool) -> HorizonBest:
        moves = self.board.problem.max_moves
        best = self._compose({week: Ask(moves, week in disturbed) for week in self.weeks}, moves, None)
        assert best is not None  # noqa: S101  doing nothing is always allowed
        if self.offsite is None:
            return best
        gone, left = None, moves
        if self.offsite_from is not None:
            gone, left = self.offsite_from.key, moves - 1
            if left < 0:
                return best
        base = {week: Ask(left, week in disturbed, gone=gone) for week in self.weeks}
        bound = self._compose(base, left, None) if gone else best
        for half_day in self.half_days():
            asks = dict(base)
            week = week_of(half_day.day)
            if week in self.weeks:
                asks[week] = Ask(left, anywhere or week in disturbed, half_day.day, gone)
                if not self.weeks[week].solve(asks[week]):
                    continue
            elif self._taken(half_day.day, gone):
                continue
            plan = self._compose(asks, left, half_day)
            if plan is None:
                continue
            best = min(best, plan, key=HorizonBest.order)
            if bound is not None and _costs_nothing(plan.value, bound.value):
                break  # every later half day is worse by its own merits
        return best

    def _taken(self, day: date, gone: str | None) -> bool:
        return any(b.state != "lost" and b.key != gone for b in self.board.by_home.get(day, ()))

    def _compose(self, asks: Mapping[Week, Ask], moves: int, half_day: HalfDay | None) -> HorizonBest | None:
        """The best plans of the weeks whose moves are at most ``moves`` in all."""
        none: _Sum = (tuple(-part for part in half_day.worth) if half_day else NOTHING, (), ())
        best = dict.fromkeys(range(moves + 1), none)
        for week in reversed(self.board.weeks):
            found = self.weeks[week].solve(asks[week]).items()
            sums = {
                left: [_added(plan, best[left - used]) for used, plan in found if left - used in best]
                for left in range(moves + 1)
            }
            best = {left: min(some, key=lambda one: one[:2]) for left, some in sums.items() if some}
        if moves not in best:
            return None  # the offsite's day can be cleared only with more moves
        value, _, plans = best[moves]
        moved = self.offsite_from if half_day else None
        return HorizonBest(tuple(-part for part in value), plans, asks, half_day, moved)

    def half_days(self) -> Iterator[HalfDay]:
        """One slot for each date that can hold the offsite once nothing of ours is on it, best first."""
        yield from self._half_days
        for day in self._dates:
            found = self._half_day(day)
            if found is not None:
                self._half_days.append(found)
                yield found

    def _dates_in_order(self) -> Iterator[date]:
        """The offsite's possible dates: the best weeks' first, of these the lightest first, then the earliest.

        The other weeks' days are laid out only if none of the best weeks' will do.
        """
        if self.offsite is None:
            return
        quarter, days = self.offsite.quarter, self.board.problem.days
        first, end = quarter.first_day, quarter.end
        best: list[date] = []
        others: list[date] = []
        for day in days:
            if first <= day < end and not in_holidays(day):
                (best if quarter.week_number(day) in BEST_WEEKS else others).append(day)
        for dates in (best, others):
            loads = [(operational_minutes(given), day) for day in dates if (given := days[day]).is_working]
            yield from (day for _, day in sorted(loads))

    def _half_day(self, day: date) -> HalfDay | None:
        offsite, view = self.offsite, self.board.view(day)
        if offsite is None or view is None:
            return None
        room = self.board.room(day, {block.key for block in self.board.by_home.get(day, ())})
        earliest = ceil_second(offsite.earliest)
        gaps = [(max(low, earliest), high) for low, high in room.free] if room else []
        starts = view.starts(gaps, offsite.minutes * 60)
        if not starts:
            return None
        first = floor_second(self.board.problem.workweek.instant(offsite.quarter.first_day, 0))
        number, load = offsite.quarter.week_number(day), operational_minutes(view.day)
        worth = list(NOTHING)
        worth[OFFSITE], worth[BAND], worth[LIGHTNESS] = 1, int(number in BEST_WEEKS), -load
        worth[EARLINESS] = -((starts[0] - first) // 60)
        return HalfDay(day, starts[0], offsite.minutes, load, number, tuple(worth))


def _added(plan: WeekBest, later: _Sum) -> _Sum:
    return tuple(map(sub, later[0], plan.value)), (plan.entries, *later[1]), (plan, *later[2])


def _costs_nothing(value: Value, bound: Value) -> bool:
    """True if the offsite took nothing from any tier above its own wishes."""
    return all(value[n] == bound[n] for n in range(SQUARES + 1) if n != OFFSITE)
