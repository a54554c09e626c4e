"""One week solved exactly, for each set of standing blocks that may move."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from msgspec import Struct

from blocker.placing.board import Board, Item, Mover, subsets
from blocker.placing.day_sweep import Entry
from blocker.placing.objective import FLOORS, MINUTES, POINTS, SQUARES, VALUE, WITHIN
from blocker.placing.week_sweep import DayPlans, WeekSweep, WeekWay
from blocker.values.workweek import Week

Value = tuple[int, ...]


class WeekBest(Struct, frozen=True):
    """The best plan of a week for a number of moves. ``value`` is its share of the objective.

    ``entries`` are its new and moved blocks in order of time, ``items`` what they were asked for by,
    ``moved`` the standing blocks among them. ``outside``: its floor is outside the manners.
    """

    week: Week
    value: Value
    entries: tuple[Entry, ...]
    items: dict[str, Item]
    moved: tuple[Mover, ...]
    outside: bool = False

    def order(self) -> tuple[tuple[int, ...], tuple[Entry, ...]]:
        """Smaller is better."""
        return tuple(-part for part in self.value), self.entries


class Ask(Struct, frozen=True):
    """How to solve a week: with its movable blocks free or not, and what the offsite leaves of it.

    ``closed`` is the day the offsite takes, ``gone`` the key of a standing offsite that moves away.
    ``barred`` forbids a kind on a date, to see what that costs.
    """

    moves: int
    disturb: bool = False
    closed: date | None = None
    gone: str | None = None
    barred: tuple[str, date] | None = None


class WeekSolver:
    """Solves one week as often as asked; what it learned about its days is kept on the board."""

    def __init__(self, board: Board, week: Week) -> None:
        self.board, self.week = board, week
        self.asked = board.items(week)
        mine = [mover for mover in board.movers.values() if mover.standing.week == week]
        self.forced = [mover for mover in mine if mover.forced]
        self.optional = [mover for mover in mine if not mover.forced]
        self.wants_floor = board.wants_floor(week)
        self.rebalanced = any(mover.stays for mover in mine)
        self.day_plans: DayPlans = {}
        self._known: dict[Ask, dict[int, WeekBest]] = {}

    def solve(self, ask: Ask) -> dict[int, WeekBest]:
        """The best plan for each number of counted moves up to ``ask.moves`` that has one."""
        found = self._known.get(ask)
        if found is None:
            found = self._known[ask] = self._solve(ask)
        return found

    def _solve(self, ask: Ask) -> dict[int, WeekBest]:
        free = self.forced + (self.optional if ask.disturb or self.rebalanced else [])
        best: dict[int, WeekBest] = {}
        for moved in subsets(free, ask.moves):
            number = sum(mover.counted for mover in moved)
            plan = self.solve_moving(ask, moved)
            if plan is not None and (number not in best or plan.order() < best[number].order()):
                best[number] = plan
        return best

    def solve_moving(self, ask: Ask, moved: tuple[Mover, ...]) -> WeekBest | None:
        """The best plan in which just ``moved`` move, each of them; None where that can't be."""
        gone = {mover.key for mover in moved} | ({ask.gone} if ask.gone else set())
        if ask.closed is not None and any(
            block.state != "lost" and block.key not in gone
            for block in self.board.by_home.get(ask.closed, ())
        ):
            return None
        items = [*self.asked, *(self.board.item_of(mover) for mover in moved)]
        staying = self.board.staying(self.week, gone)
        space = int(self.board.rooms[self.week].cap_minutes // 1) - sum(b.slot.minutes for b in staying)
        run = WeekSweep(self.board, self.week, items, gone, space, ask.closed, ask.barred, self.day_plans)
        found = run.best(outside=False)
        if self.wants_floor and (found is None or not found.minus_tiers[FLOORS]):
            outside = run.best(outside=True)
            if outside is not None and (found is None or outside < found):
                found = outside
        return None if found is None else self._weighed(found, items, moved, gone)

    def _weighed(
        self, found: WeekWay, items: Sequence[Item], moved: tuple[Mover, ...], gone: Collection[str]
    ) -> WeekBest:
        """The plan with its whole value: what stays counts too."""
        staying = [block.slot.minutes for block in self.board.staying(self.week, gone)]
        value = [-part for part in found.minus_tiers] + [0] * (len(VALUE) - MINUTES)
        value[MINUTES] = sum(staying) - found.minus_minutes
        value[SQUARES] = -found.squares - sum(length * length for length in staying)
        value[POINTS] = -found.minus_points + sum(
            self.board.worth_staying(mover) for mover in self.optional if mover.key not in gone
        )
        by_name = {item.name: item for item in items}
        outside = found.minus_tiers[FLOORS] != found.minus_tiers[WITHIN]
        return WeekBest(self.week, tuple(value), found.entries, by_name, moved, outside)
