"""One week solved exactly: a dynamic programme over its days, from the last to the first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from blocker.board import Board, Item, Mover, subsets
from blocker.dayplan import DO_NOTHING, STRATEGIC_FIELD, Choice, choices, outside_choices
from blocker.daysweep import Entry, Limit, Use
from blocker.objective import (
    DISTURBED,
    FIRST_TIER,
    FLOORS,
    MINUTES,
    POINTS,
    SOLVED,
    SPREAD,
    SQUARES,
    VALUE,
    WITHIN,
)
from blocker.settings import GRID_MINUTES
from blocker.workweek import Week

Value = tuple[int, ...]
MANY = 31  # strategic blocks in a week: no limit


@dataclass(frozen=True, slots=True)
class WeekBest:
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


@dataclass(frozen=True, slots=True)
class Ask:
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
        self.choices: dict[tuple[Any, ...], list[Choice]] = {}
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
        plan = _Plan(self, ask, items, gone, space)
        best = plan.best(outside=False)
        if self.wants_floor and (best is None or not best.value[FLOORS]):
            for other in (plan.best(outside=True),):
                if other is not None and (best is None or other.order() < best.order()):
                    best = other
        return best


class _Plan:
    """One run of the programme: a set of items on the days of a week."""

    def __init__(
        self, solver: WeekSolver, ask: Ask, items: Sequence[Item], gone: set[str], space: int
    ) -> None:
        self.solver, self.ask, self.items, self.gone, self.space = solver, ask, items, gone, space
        self.board, self.week = solver.board, solver.week
        self.moved = tuple(item.mover for item in items if item.mover is not None)
        self.outside_field = 1 + 2 * len(items)
        self.strategic_days = self.board.strategic_days(self.week, gone)

    def best(self, outside: bool) -> WeekBest | None:
        if not self.items:
            return self._weigh(0, (0, 0, self._standing_pairs(), ()))
        counts = [n for item in self.items for n in (item.count, int(bool(item.short)))]
        limit = Limit([MANY, *counts, int(outside)])
        longest = sum(item.count * max(item.lengths + item.short, default=0) for item in self.items)
        binding = outside or longest > self.space
        if binding and not outside and self.space < GRID_MINUTES:
            return self._weigh(0, (0, 0, self._standing_pairs(), ())) if not self.moved else None
        best = None
        for key, state in self._run(limit, binding, outside).items():
            plan = self._weigh(key >> 1 & (1 << (self.outside_field + 1) * Limit.WIDTH) - 1, state)
            if plan is not None and (best is None or plan.order() < best.order()):
                best = plan
        return best

    def _run(self, limit: Limit, binding: bool, outside: bool) -> dict[int, tuple[int, int, int, Any]]:
        """From state (tomorrow is strategic, uses, minutes where they bind) to the best way there.

        The way is (minus minutes, squares, minus points, its entries as a chain): the smaller the better.
        """
        minutes_at = 1 + (self.outside_field + 1) * Limit.WIDTH
        most = max(self.space, max((max(i.lengths + i.short, default=0) for i in self.items), default=0))
        most = most if outside else self.space
        states: dict[int, tuple[int, int, int, Any]] = {0: (0, 0, 0, ())}
        for day in reversed(self.week.days):
            standing = day in self.strategic_days
            options = [DO_NOTHING, *self._choices(day, limit, binding, outside)]
            coded = [
                (
                    o.uses << 1 | (((-o.minus_minutes // GRID_MINUTES) << minutes_at) if binding else 0),
                    int(o.strategic or standing),
                    o,
                )
                for o in options
            ]
            after: dict[int, tuple[int, int, int, Any]] = {}
            for key, (minus_minutes, squares, minus_points, chain) in states.items():
                tomorrow, rest = key & 1, key & ~1
                for code, strategic, option in coded:
                    reached = rest + code
                    if code:
                        if binding and minus_minutes + option.minus_minutes < -most:
                            continue
                        if not limit.allows(reached >> 1 & (1 << minutes_at - 1) - 1):
                            continue
                    pair = -SPREAD if tomorrow and strategic else 0
                    way = (
                        minus_minutes + option.minus_minutes,
                        squares + option.squares,
                        minus_points + option.minus_points + pair,
                    )
                    known = after.get(reached | strategic)
                    if known is None or way <= known[:3]:
                        links = chain
                        for entry in reversed(option.entries):
                            links = (entry, links)
                        if known is None or (*way, links) < known:
                            after[reached | strategic] = (*way, links)
            states = after
        return states

    def _choices(self, day: date, limit: Limit, binding: bool, outside: bool) -> list[Choice]:
        if day == self.ask.closed:
            return []
        room = self.board.room(day, self.gone)
        if room is None:
            return []
        uses: list[Use] = []
        floors: list[Use] = []
        for n, item in enumerate(self.items):
            if self.ask.barred == (item.kind, day):
                continue
            one = Limit.code(1 + 2 * n) + Limit.code(STRATEGIC_FIELD) * item.strategic
            plain = Use(item, one, item.lengths)
            short = Use(item, one + Limit.code(2 + 2 * n), item.short)
            for use in (plain, short):
                if use.lengths:
                    (floors if outside and item.strategic else uses).append(use)
        most = self.space if binding else None
        known = self.solver.choices
        token = (id(room), limit.full, most, tuple((use.code, use.lengths, use.item.name) for use in uses))
        if token not in known:
            known[token] = choices(room, uses, limit, most)
        if outside:
            return known[token] + outside_choices(room, floors, Limit.code(self.outside_field))
        return known[token]

    def _weigh(self, uses: int, way: tuple[int, int, int, Any]) -> WeekBest | None:
        """The plan of a final state with its whole value; None if it breaks a limit of the week."""
        minus_minutes, squares, minus_points, chain = way
        outside = bool(Limit.count(uses, self.outside_field))
        counts = [Limit.count(uses, 1 + 2 * n) for n in range(len(self.items))]
        used = list(zip(self.items, counts, strict=True))
        if any(item.mover is not None and not count for item, count in used):
            return None
        strategic = any(item.strategic and count for item, count in used)
        if -minus_minutes > self.space and sum(counts) and not (outside and sum(counts) == 1):
            return None
        value = [0] * len(VALUE)
        if self.solver.wants_floor and strategic:
            value[FLOORS], value[WITHIN] = 1, int(not outside)
        for item, count in used:
            for tier in item.gains[:count]:
                value[FIRST_TIER + tier] += 1
            if item.mover is not None:
                value[SOLVED] += item.mover.worth
                value[DISTURBED] -= int(item.mover.counted and not item.mover.forced)
        staying = self.board.staying(self.week, self.gone)
        value[MINUTES] = -minus_minutes + sum(block.slot.minutes for block in staying)
        value[SQUARES] = -squares - sum(block.slot.minutes**2 for block in staying)
        value[POINTS] = -minus_points + sum(
            self.board.worth_staying(mover) for mover in self.solver.optional if mover.key not in self.gone
        )
        return WeekBest(
            self.week, tuple(value), tuple(_flat(chain)), {i.name: i for i in self.items}, self.moved, outside
        )

    def _standing_pairs(self) -> int:
        return -SPREAD * pairs(self.strategic_days)


def pairs(days: Collection[date]) -> int:
    """How often one of ``days`` is the day before another of them."""
    ordinals = {day.toordinal() for day in days}
    return sum(day + 1 in ordinals for day in ordinals)


def _flat(chain: Any) -> Iterable[Entry]:
    while chain:
        entry, chain = chain
        yield entry
