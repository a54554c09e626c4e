"""The days of a week put together: a dynamic programme from its last day to its first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from blocker.placing.board import Board, Item
from blocker.placing.day import DO_NOTHING, STRATEGIC_FIELD, Choice, DayPlan
from blocker.placing.day_sweep import Entry, Limit, Use
from blocker.placing.limits import DayRoom
from blocker.placing.objective import DISTURBED, FIRST_TIER, FLOORS, MINUTES, SOLVED, SPREAD, WITHIN
from blocker.values.settings import GRID_MINUTES
from blocker.values.workweek import Week

MANY = 31  # strategic blocks in a week: no limit
CODE_AT, QUARTERS = 13, (1 << 12) - 1  # of a packed state: where the set begins; quarter hours, up to 1023 h
SQUARE = 1 << 24  # one squared minute outweighs all points of a week
DayPlans = dict[tuple[Any, ...], DayPlan]
Sums = Mapping[int, tuple[int, ...]]  # set → quarter hours
Step = tuple[int, bool, tuple[Entry, ...]]


class WeekWay(Struct, frozen=True, gc=False, order=True):
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


class Goal(Struct, frozen=True, gc=False):
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


def _reachable(days: Sequence[Sums], limit: Limit, most: int | None) -> list[dict[int, int]]:
    """For the days before each day (and before the next week): set → its sums of minutes, as bits."""
    mask = -1 if most is None else (2 << max(0, most // GRID_MINUTES)) - 1
    reached = {0: 1}
    found = [reached]
    guarded, guards = limit.guarded, limit.guards
    for sums_of_day in days:
        after = dict(reached)
        for uses, quarters in sums_of_day.items():
            left, longest = guarded - uses, quarters[-1]
            for code, sums in reached.items():
                if (left - code) & guards != guards:
                    continue
                total = sums << longest
                for number in quarters[:-1]:
                    total |= sums << number
                if total := total & mask:
                    code += uses
                    after[code] = after[code] | total if code in after else total
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
        lengths = [max(item.lengths + item.short, default=0) for item in self.items]
        asked = sum(item.count * length for item, length in zip(self.items, lengths, strict=True))
        most = max([self.space, *lengths]) if outside else self.space if asked > self.space else None
        plans = [self._plan_of(day, limit, most, outside) for day in self.days]
        while True:
            sums = [self._allowed(plan) if plan else {} for plan in plans]
            before = _reachable(sums, limit, most)
            goal = self._goal(before[-1])
            if goal is None:
                return None
            best = self._run(plans, sums, before, goal)
            # What looked best must hold on each day; else the day knows better now, and we look again.
            held = [plan.holds(_within(plan.room, best.entries)) for plan in plans if plan and best]
            if best is not None and all(held):
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
        self,
        plans: Sequence[DayPlan | None],
        sums: Sequence[Sums],
        before: Sequence[Mapping[int, int]],
        goal: Goal,
    ) -> WeekWay | None:
        """The best way to the goal, by the best way to each state that can still come to it.

        A state is packed: the set of blocks, its quarter hours, and whether the next day is strategic.
        None if there is none: then some day could not hold what was asked of it, and knows it now.
        """
        states: dict[int, tuple[int, Any]] = {0: (0, ())}
        for n in range(len(plans) - 1, -1, -1):
            plan, own, standing = plans[n], self.days[n] in self.own_days, self.days[n] in self.block_days
            moves = {0: (0,), **sums[n]}
            steps: dict[int, dict[int, Step | None]] = {uses: {} for uses in moves}
            steps[0][0] = _step(DO_NOTHING, own, standing)
            after: dict[int, tuple[int, Any]] = {}
            sums_to: dict[int, int] = {}
            for state, (cost, chain) in states.items():
                tomorrow, missing = state & 1, goal.quarters - (state >> 1 & QUARTERS)
                for uses, some in moves.items():
                    code = (state >> CODE_AT) + uses
                    ways = sums_to.get(code)
                    if ways is None:
                        ways = sums_to[code] = goal.sums_to(code, before[n])
                    if not ways:
                        continue
                    known_steps = steps[uses]
                    for number in some:
                        if number > missing or not ways >> missing - number & 1:
                            continue
                        if number not in known_steps:
                            choice = plan.choice(uses, number) if plan else None
                            known_steps[number] = _step(choice, own, standing)
                        step = known_steps[number]
                        if step is None:
                            continue
                        more, strategic, entries = step
                        reached = code << CODE_AT | goal.quarters - missing + number << 1 | strategic
                        total = cost + more - SPREAD * (tomorrow and strategic)
                        known = after.get(reached)
                        if known is not None and total > known[0]:
                            continue
                        links = chain
                        for entry in reversed(entries):
                            links = (entry, links)
                        if known is None or (total, links) < known:
                            after[reached] = (total, links)
            states = after
        if not states:
            return None
        cost, chain = min(states.values())
        squares = (cost + SQUARE // 2) // SQUARE
        return WeekWay(
            goal.minus_tiers, -goal.quarters * GRID_MINUTES, squares, cost - squares * SQUARE, chain
        )

    def _allowed(self, plan: DayPlan) -> Sums:
        """What a day can hold, without the sets that hold a barred kind or have no sum left."""
        kept = -1 if plan.most is None else 0
        barred: list[int] = []
        if self.barred is not None and plan.room.view.date == self.barred[1]:
            barred = [1 + 2 * n for n, item in enumerate(self.items) if item.kind == self.barred[0]]
        return {
            code: sums[kept:]
            for code, sums in plan.sums.items()
            if sums and not (barred and any(Limit.count(code, field) for field in barred))
        }

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
            known = DayPlan(room, plain, limit, most)
            if outside:
                known.add_outside(uses, Limit.code(self.outside_field))
            self.known[token] = known
        return known

    def _tiers(self, code: int, minutes: int) -> tuple[int, ...] | None:
        """Minus entries 1 to 12 of a set of blocks; None if it breaks a limit of the week."""
        outside = bool(Limit.count(code, self.outside_field))
        tiers = [0] * MINUTES
        number, strategic = 0, False
        rest = code >> Limit.WIDTH
        for item in self.items:
            count, rest = rest & Limit.MOST, rest >> 2 * Limit.WIDTH
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


def _step(choice: Choice | None, own: bool, standing: bool) -> Step | None:
    """What a choice adds to the cost, whether it makes its day strategic, and its blocks."""
    if choice is None:
        return None
    ours = choice.strategic or standing
    cost = choice.squares * SQUARE + choice.minus_points - SPREAD * (ours and own)
    return cost, ours or own, choice.entries
