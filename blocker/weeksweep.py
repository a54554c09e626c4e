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
# Minus minutes, squares, minus points, and the blocks as a chain (entry, chain): the smaller the better.
Way = tuple[int, int, int, Any]
State = tuple[int, int, int]  # is the next day strategic, the set of blocks, its minutes
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
    minutes: int
    codes: frozenset[int]

    def in_reach(self, code: int, minutes: int, before: Mapping[int, int]) -> bool:
        """True if what the days before can hold makes up the difference."""
        missing = (self.minutes - minutes) // GRID_MINUTES
        return missing >= 0 and any(before.get(goal - code, 0) >> missing & 1 for goal in self.codes)


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
        plans = [self._plan_of(day, limit, most, outside) for day in self.week.days]
        while True:
            options = [plan.options if plan else [] for plan in plans]
            before = _reachable(options, limit, most)
            goal = self._goal(before[-1])
            if goal is None:
                return None
            ways = self._run(options, before, goal).items()
            best = min(WeekWay(goal.minus_tiers, *way) for (_, code, _), way in ways if code in goal.codes)
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
                minutes = (part.bit_length() - 1) * GRID_MINUTES
                tiers = self._tiers(code, minutes)
                if tiers is None or (best is not None and (tiers, -minutes) > best):
                    continue
                if best is None or (tiers, -minutes) < best:
                    best, codes = (tiers, -minutes), set()
                codes.add(code)
        return None if best is None else Goal(best[0], -best[1], frozenset(codes))

    def _run(
        self, options: Sequence[list[Choice]], before: Sequence[Mapping[int, int]], goal: Goal
    ) -> dict[State, Way]:
        """The best way to each state that can still come to the goal."""
        states: dict[State, Way] = {(0, 0, 0): (0, 0, 0, ())}
        for n in range(len(options) - 1, -1, -1):
            own = self.week.days[n] in self.own_days
            standing = self.week.days[n] in self.block_days
            after: dict[State, Way] = {}
            alive: dict[tuple[int, int], bool] = {}
            for (tomorrow, code, total), (minus_minutes, squares, minus_points, chain) in states.items():
                for option in (DO_NOTHING, *options[n]):
                    reached, minutes = code + option.uses, total - option.minus_minutes
                    token = (reached, minutes)
                    live = alive.get(token)
                    if live is None:
                        live = alive[token] = goal.in_reach(reached, minutes, before[n])
                    if not live:
                        continue
                    ours = option.strategic or standing
                    strategic = int(ours or own)
                    way = (
                        minus_minutes + option.minus_minutes,
                        squares + option.squares,
                        minus_points
                        + option.minus_points
                        - SPREAD * ((tomorrow and strategic) + (ours and own)),
                    )
                    state = (strategic, reached, minutes)
                    known = after.get(state)
                    if known is not None and way > known[:3]:
                        continue
                    links = chain
                    for entry in reversed(option.entries):
                        links = (entry, links)
                    if known is None or (*way, links) < known:
                        after[state] = (*way, links)
            states = after
        return states

    def _uses(self, barred: str | None) -> list[Use]:
        """Each item by its usual lengths and, for a floor, by its short ones; none of kind ``barred``."""
        uses = []
        for n, item in enumerate(self.items):
            one = Limit.code(1 + 2 * n) + Limit.code(STRATEGIC_FIELD) * item.strategic
            for code, lengths in ((one, item.lengths), (one + Limit.code(2 + 2 * n), item.short)):
                if lengths and item.kind != barred:
                    uses.append(Use(item, code, lengths))
        return uses

    def _plan_of(self, day: date, limit: Limit, most: int | None, outside: bool) -> DayPlan | None:
        room = None if day == self.closed or not self.items else self.board.room(day, self.gone)
        if room is None or not room.gaps:
            return None
        barred = self.barred[0] if self.barred and self.barred[1] == day else None
        token = (id(room), self.names, limit.full, most, barred)
        known = self.known.get(token)
        if known is None:
            uses = self._uses(barred)
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
