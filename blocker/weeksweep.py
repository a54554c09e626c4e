"""The days of a week put together: a dynamic programme from its last day to its first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from blocker.board import Board, Item
from blocker.dayplan import DO_NOTHING, STRATEGIC_FIELD, Choice, DayPlan
from blocker.daysweep import Entry, Limit, Use
from blocker.objective import DISTURBED, FIRST_TIER, FLOORS, MINUTES, SOLVED, SPREAD, WITHIN
from blocker.settings import GRID_MINUTES
from blocker.slots import DayRoom
from blocker.workweek import Week

MANY = 31  # strategic blocks in a week: no limit
CODE_AT, QUARTERS = 13, (1 << 12) - 1  # of a packed state: where the set begins; quarter hours, up to 1023 h
SQUARE = 1 << 24  # one squared minute outweighs all points of a week
DayPlans = dict[tuple[Any, ...], DayPlan]


class WeekWay(NamedTuple):
    """The best way through a week. Of two the smaller is better; ``minus_tiers`` are entries 1 to 12."""

    minus_tiers: tuple[int, ...]
    minus_minutes: int
    squares: int
    minus_points: int
    chain: Any

    @property
    def entries(self) -> tuple[Entry, ...]:
        found, chain = [], self.chain
        while chain:
            entry, chain = chain
            found.append(entry)
        return tuple(found)


class Goal(NamedTuple):
    """The best that entries 1 to 13 can be, and the sets of blocks that come to it."""

    minus_tiers: tuple[int, ...]
    quarters: int  # quarter hours
    codes: frozenset[int]

    def sums_to(self, code: int, before: Mapping[int, int]) -> int:
        """The sums of minutes, as bits, with which the days before can make the set ``code`` one of the goal's."""
        found = 0
        for goal in self.codes:
            found |= before.get(goal - code, 0)
        return found


def _reachable(options: Sequence[Sequence[Choice]], limit: Limit, most: int | None) -> list[dict[int, int]]:
    """For the days before each day (and before the next week): set → its sums of minutes, as bits."""
    mask = -1 if most is None else (1 << max(0, most // GRID_MINUTES) + 1) - 1
    reached = {0: 1}
    found = [reached]
    guarded, guards = limit.guarded, limit.guards
    for choices_of_day in options:
        moves: dict[int, list[int]] = {}
        for choice in choices_of_day:
            moves.setdefault(choice.uses, []).append(-choice.minus_minutes // GRID_MINUTES)
        after = dict(reached)
        for uses, quarters in moves.items():
            for code, sums in reached.items():
                if (guarded - code - uses) & guards == guards:
                    total = 0
                    for number in quarters:
                        total |= sums << number
                    if total & mask:
                        after[code + uses] = after.get(code + uses, 0) | total & mask
        reached = after
        found.append(reached)
    return found


def _within(room: DayRoom, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Those of the entries that are on a date."""
    low, high = room.view.span
    return tuple(entry for entry in entries if low <= entry.start < high)


class WeekSweep:
    """One run of the programme: ``items`` on the days of a week.

    ``gone`` are the standing blocks that move away and ``space`` the minutes that the cap leaves.
    ``closed`` is the offsite's day. ``barred`` forbids a kind on a date. ``known`` keeps the choices
    of days from run to run.
    """

    def __init__(
        self,
        board: Board,
        week: Week,
        items: Sequence[Item],
        gone: Collection[str],
        space: int,
        closed: date | None,
        barred: tuple[str, date] | None,
        known: DayPlans,
    ) -> None:
        self.board, self.week, self.items, self.gone, self.space = board, week, items, gone, space
        self.closed, self.barred, self.known = closed, barred, known
        self.names = tuple(item.name for item in items)
        self.wants_floor = board.wants_floor(week)
        self.days = board.days_of(week)
        self.block_days = board.strategic_days(week, gone)
        self.own_days = board.problem.own_strategic
        # Packed sets: strategic blocks, then for each item its blocks and its short ones, then the mark "outside".
        self.outside_field = 1 + 2 * len(items)

    def best(self, outside: bool) -> WeekWay | None:
        """The best way; with ``outside``, of those whose only strategic block may break cap and bookable.

        First every reachable set with its sums of minutes, from the first day on: that settles entries 1
        to 13 of the objective. Then, backwards, the best way among those that lead to that set and sum.
        """
        counts = [n for item in self.items for n in (item.count, int(bool(item.short)))]
        limit = Limit([MANY, *counts, int(outside)])
        asked = sum(item.count * max(item.lengths + item.short, default=0) for item in self.items)
        longest = max((max(item.lengths + item.short, default=0) for item in self.items), default=0)
        if outside:
            most: int | None = max(self.space, longest)
        else:
            most = self.space if asked > self.space else None
        plans = [self._plan_of(day, limit, most, outside) for day in self.days]
        while True:
            options = [self._allowed(plan) if plan else [] for plan in plans]
            before = _reachable(options, limit, most)
            goal = self._goal(before[-1])
            if goal is None:
                return None
            best = self._run(options, before, goal)
            # What looked best must hold on each day; else the day knows better now, and we look again.
            held = [plan.holds(_within(plan.room, best.entries)) for plan in plans if plan]
            if all(held):
                return best

    def _goal(self, reached: Mapping[int, int]) -> Goal | None:
        """What the best way must come to; None if no set of blocks is allowed."""
        best: tuple[tuple[int, ...], int] | None = None
        codes: set[int] = set()
        within = (1 << max(0, self.space // GRID_MINUTES + 1)) - 1 if self.space >= 0 else 0
        for code, sums in reached.items():
            for part in (sums & within, sums & ~within):
                if not part:
                    continue
                quarters = part.bit_length() - 1
                tiers = self._tiers(code, quarters * GRID_MINUTES)
                if tiers is None or (best is not None and (tiers, -quarters) > best):
                    continue
                if best is None or (tiers, -quarters) < best:
                    best, codes = (tiers, -quarters), set()
                codes.add(code)
        return None if best is None else Goal(best[0], -best[1], frozenset(codes))

    def _run(
        self, options: Sequence[list[Choice]], before: Sequence[Mapping[int, int]], goal: Goal
    ) -> WeekWay:
        """The best way to the goal, by the best way to each state that can still come to it.

        A state is packed: the set of blocks, its quarter hours, and whether the next day is strategic.
        """
        states: dict[int, tuple[int, Any]] = {0: (0, ())}
        for n in range(len(options) - 1, -1, -1):
            own, standing = self.days[n] in self.own_days, self.days[n] in self.block_days
            steps = [self._step(option, own, standing) for option in (DO_NOTHING, *options[n])]
            after: dict[int, tuple[int, Any]] = {}
            sums_to: dict[int, int] = {}
            for state, (cost, chain) in states.items():
                tomorrow = state & 1
                for step, more, strategic, entries in steps:
                    reached = state - tomorrow + step
                    missing = goal.quarters - (reached >> 1 & QUARTERS)
                    code = reached >> CODE_AT
                    sums = sums_to.get(code)
                    if sums is None:
                        sums = sums_to[code] = goal.sums_to(code, before[n])
                    if missing < 0 or not sums >> missing & 1:
                        continue
                    total = cost + more
                    if strategic:
                        reached += 1
                        total -= SPREAD * tomorrow
                    known = after.get(reached)
                    if known is not None and total > known[0]:
                        continue
                    links = chain
                    for entry in reversed(entries):
                        links = (entry, links)
                    if known is None or (total, links) < known:
                        after[reached] = (total, links)
            states = after
        cost, chain = min(states.values())
        squares = (cost + SQUARE // 2) // SQUARE
        return WeekWay(
            goal.minus_tiers, -goal.quarters * GRID_MINUTES, squares, cost - squares * SQUARE, chain
        )

    def _step(self, option: Choice, own: bool, standing: bool) -> tuple[int, int, bool, tuple[Entry, ...]]:
        """What a choice adds to a state and to the cost, and whether it makes its day strategic."""
        ours = option.strategic or standing
        quarters = -option.minus_minutes // GRID_MINUTES
        cost = option.squares * SQUARE + option.minus_points - SPREAD * (ours and own)
        return option.uses << CODE_AT | quarters << 1, cost, ours or own, option.entries

    def _allowed(self, plan: DayPlan) -> list[Choice]:
        """The choices of a day, without those that hold a barred kind."""
        if self.barred is None or plan.room.view.date != self.barred[1]:
            return plan.options
        fields = [1 + 2 * n for n, item in enumerate(self.items) if item.kind == self.barred[0]]
        return [c for c in plan.options if not any(Limit.count(c.uses, field) for field in fields)]

    def _uses(self) -> list[Use]:
        """Each item by its usual lengths and, for a floor, by its short ones."""
        uses = []
        for n, item in enumerate(self.items):
            one = Limit.code(1 + 2 * n) + Limit.code(STRATEGIC_FIELD) * item.strategic
            for code, lengths in ((one, item.lengths), (one + Limit.code(2 + 2 * n), item.short)):
                if lengths:
                    uses.append(Use(item, code, lengths))
        return uses

    def _plan_of(self, day: date, limit: Limit, most: int | None, outside: bool) -> DayPlan | None:
        room = None if day == self.closed or not self.items else self.board.room(day, self.gone)
        if room is None or not room.gaps:
            return None
        token = (id(room), self.names, limit.full, most)
        known = self.known.get(token)
        if known is None:
            uses = self._uses()
            plain = [use for use in uses if not (outside and use.item.strategic)]
            known = DayPlan(room, plain, limit, self.space if outside else most)
            if outside:
                known.add_outside(uses, Limit.code(self.outside_field))
            self.known[token] = known
        return known

    def _tiers(self, code: int, minutes: int) -> tuple[int, ...] | None:
        """Minus entries 1 to 12 of a set of blocks; None if it breaks a limit of the week."""
        outside = bool(Limit.count(code, self.outside_field))
        tiers = [0] * MINUTES
        number, strategic = 0, False
        for n, item in enumerate(self.items):
            count = Limit.count(code, 1 + 2 * n)
            number += count
            strategic = strategic or (item.strategic and count > 0)
            for tier in item.gains[:count]:
                tiers[FIRST_TIER + tier] -= 1
            if item.mover is not None:
                if not count:
                    return None
                tiers[SOLVED] -= item.mover.worth
                tiers[DISTURBED] += int(item.mover.counted and not item.mover.forced)
        if minutes > self.space and number and not (outside and number == 1):
            return None
        if self.wants_floor and strategic:
            tiers[FLOORS], tiers[WITHIN] = -1, -int(not outside)
        return tuple(tiers)
