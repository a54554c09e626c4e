"""The problem laid out for solving: who may move, what each week is asked for, rooms of days."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from functools import cached_property

from msgspec import Struct

from blocker.placing.limits import DayRoom, DayView, busiest_hour_of, outer
from blocker.placing.objective import DEMAND_TIERS, STAY, Span, points
from blocker.placing.problem import Problem
from blocker.values.kinds import OFFSITE, STRATEGIC
from blocker.values.plan import Demand, Standing, WeekRoom
from blocker.values.settings import GRID_MINUTES
from blocker.values.workweek import Week, week_of


class Mover(Struct, frozen=True):
    """A standing block that may move in this problem. ``forced`` is one in conflict.

    ``span`` is where it stands, in seconds; ``home`` that date. ``worth`` is what solving its
    conflict counts (a power of two, so that a more pressing one outweighs all after it).
    """

    standing: Standing
    span: Span
    home: date
    forced: bool
    lost: bool
    counted: bool
    stays: bool
    lengths: tuple[int, ...]
    short: tuple[int, ...]
    worth: int = 0

    @property
    def key(self) -> str:
        return self.standing.key


class Item(Struct, frozen=True):
    """Blocks a week is asked for that are alike: the same kind, lengths and part of the day.

    ``lengths`` in minutes, longest first. ``short`` are those only a floor may have, for at most
    one block. ``gains`` are the demand tiers in the order in which blocks are given out. ``floor``:
    its first block may be the week's floor outside the manners. ``mover`` is set for a move.
    """

    name: str
    kind: str
    prefer: str
    lengths: tuple[int, ...]
    short: tuple[int, ...]
    gains: tuple[int, ...]
    demands: tuple[Demand, ...]
    floor: bool
    mover: Mover | None = None

    @property
    def count(self) -> int:
        return 1 if self.mover is not None else len(self.demands)

    @property
    def strategic(self) -> bool:
        return self.kind == STRATEGIC


def lengths_between(shortest: int, longest: int) -> tuple[int, ...]:
    """Multiples of the grid from ``shortest`` to ``longest`` minutes, longest first; never none."""
    first = longest - longest % GRID_MINUTES
    return tuple(range(first, max(shortest, GRID_MINUTES) - 1, -GRID_MINUTES))


def rank(key: str) -> tuple[object, ...]:
    """Keys in the order people count: strategic/2026-W48/2 before strategic/2026-W48/10."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", key))


def tier_index(tier: str) -> int:
    return DEMAND_TIERS.index(tier) if tier in DEMAND_TIERS else len(DEMAND_TIERS) - 1


class Board:
    """Everything a solver of one week needs, made once and kept."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.rooms: dict[Week, WeekRoom] = {room.week: room for room in problem.weeks}
        self.weeks = sorted(self.rooms)
        self.standing = sorted(problem.standing, key=lambda block: (block.slot, block.key))
        self.date_of = {block.key: problem.workweek.date_of(block.slot.start) for block in self.standing}
        self.spans = {block.key: outer(block.slot) for block in self.standing}
        self.fixed_spans = [self.spans[block.key] for block in self.standing if block.state == "fixed"]
        self.movers = self._movers()
        self.by_home: dict[date, list[Standing]] = {}
        for block in self.standing:
            self.by_home.setdefault(self.date_of[block.key], []).append(block)
        self._views: dict[date, DayView] = {}
        self._days: dict[Week, tuple[date, ...]] = {}
        self._worth: dict[str, int] = {}
        self._rooms: dict[tuple[date, frozenset[str]], DayRoom] = {}

    @cached_property
    def busiest(self) -> int | None:
        return busiest_hour_of(self.problem)

    def _movers(self) -> dict[str, Mover]:
        """Blocks in conflict, and the movable ones where the policy lets them move at all."""
        problem, found = self.problem, []
        rebalance = problem.policy == "rebalance"
        for block in self.standing:
            forced = block.state in ("overlapped", "lost")
            optional = block.state == "movable" and (not rebalance or block.week == problem.free_week)
            if block.kind == OFFSITE or not (forced or optional) or not self._at_home(block):
                continue
            lengths = lengths_between(block.shortest, block.minutes)
            short: tuple[int, ...] = ()
            if forced and self.only_strategic(block) and block.floor_minutes < block.shortest:
                short = lengths_between(block.floor_minutes, block.minutes)[len(lengths) :]
            found.append(
                Mover(
                    standing=block, span=self.spans[block.key], home=self.date_of[block.key], forced=forced,
                    lost=block.state == "lost", counted=forced or not rebalance,
                    stays=rebalance and not forced, lengths=lengths, short=short,
                )
            )  # fmt: skip
        pressing = sorted((m for m in found if m.forced), key=self._pressing, reverse=True)
        worth = {mover.key: 1 << n for n, mover in enumerate(pressing)}
        return {m.key: _with_worth(m, worth.get(m.key, 0)) for m in found}

    def _at_home(self, block: Standing) -> bool:
        """True if it is wholly on one date of its week, which is in the horizon: only then it may move."""
        last = self.problem.workweek.date_of(block.slot.end - timedelta(microseconds=1))
        return block.week in self.rooms and week_of(last) == block.week and last == self.date_of[block.key]

    def _pressing(self, mover: Mover) -> tuple[object, ...]:
        """Floors first, then the earliest."""
        floor = mover.standing.kind == STRATEGIC and (
            mover.standing.tier == "floor" or self.only_strategic(mover.standing)
        )
        return (not floor, mover.span, rank(mover.key))

    def only_strategic(self, block: Standing) -> bool:
        """True if without ``block`` its week has no strategic block that stands."""
        return block.kind == STRATEGIC and not any(
            other.kind == STRATEGIC and other.week == block.week and other.state != "lost"
            for other in self.standing
            if other.key != block.key
        )

    def wants_floor(self, week: Week) -> bool:
        """True if the week still needs a strategic block of ours."""
        return self.rooms[week].needs_floor and not any(
            block.kind == STRATEGIC and block.week == week and block.state != "lost"
            for block in self.standing
        )

    def items(self, week: Week) -> list[Item]:
        """What the rules ask for in ``week``, alike demands together, in a canonical order."""
        alike: dict[tuple[object, ...], list[Demand]] = {}
        for demand in sorted(
            (d for d in self.problem.demands if d.week == week),
            key=lambda d: (tier_index(d.tier), rank(d.key)),
        ):
            look = (demand.kind, demand.prefer, demand.minutes, demand.shortest)
            alike.setdefault(look, []).append(demand)
        items = []
        for demands in alike.values():
            first = demands[0]
            lengths = lengths_between(first.shortest, first.minutes)
            floor = first.floor_minutes if first.tier == "floor" else None
            short = () if floor is None else lengths_between(floor, first.minutes)[len(lengths) :]
            items.append(
                Item(
                    name=f"{first.kind}/{first.prefer}/{first.minutes}/{first.shortest}/{floor or 0}",
                    kind=first.kind, prefer=first.prefer, lengths=lengths, short=short,
                    gains=tuple(tier_index(d.tier) for d in demands), demands=tuple(demands),
                    floor=first.kind == STRATEGIC and first.tier == "floor",
                )
            )  # fmt: skip
        return sorted(items, key=lambda item: item.name)

    def item_of(self, mover: Mover) -> Item:
        """The same for a block that is to move."""
        block = mover.standing
        return Item(
            name=mover.key, kind=block.kind, prefer=block.prefer, lengths=mover.lengths, short=mover.short,
            gains=(), demands=(), mover=mover,
            floor=mover.lost and block.kind == STRATEGIC and self.wants_floor(block.week),
        )  # fmt: skip

    def days_of(self, week: Week) -> tuple[date, ...]:
        known = self._days.get(week)
        if known is None:
            known = self._days[week] = week.days
        return known

    def view(self, day: date) -> DayView | None:
        """The date in seconds; None where the problem has no such day or it is no working day."""
        found = self._views.get(day)
        if found is None:
            given = self.problem.days.get(day)
            if given is None or not given.is_working:
                return None
            found = self._views[day] = DayView(self.problem, given, self.fixed_spans, self.busiest)
        return found

    def room(self, day: date, gone: Collection[str]) -> DayRoom | None:
        """The date with all standing blocks but lost ones and ``gone``."""
        view = self.view(day)
        if view is None:
            return None
        reach = view.before
        near = [
            block
            for block in self.standing
            if block.state != "lost"
            and self.spans[block.key][0] < view.span[1] + reach
            and view.span[0] - reach < self.spans[block.key][1]
        ]
        token = (day, frozenset(block.key for block in near if block.key in gone))
        found = self._rooms.get(token)
        if found is None:
            stay = [block for block in near if block.key not in token[1]]
            here = [block for block in stay if self.date_of[block.key] == day]
            found = self._rooms[token] = DayRoom(
                view,
                [self.spans[block.key] for block in stay],
                strategic=any(block.kind == STRATEGIC for block in here),
                offsite=any(block.kind == OFFSITE for block in here),
            )
        return found

    def worth_staying(self, mover: Mover) -> int:
        """The points of a movable block where it stands."""
        known = self._worth.get(mover.key)
        if known is None:
            view = self.view(mover.home)
            known = points(view.scenery, mover.standing.prefer, *mover.span) if view is not None else 0
            known += STAY if mover.stays else 0
            self._worth[mover.key] = known
        return known

    def staying(self, week: Week, gone: Collection[str]) -> list[Standing]:
        """Standing blocks that count for ``week``, the offsite, lost ones and ``gone`` left out."""
        return [
            block
            for block in self.standing
            if block.week == week
            and block.kind != OFFSITE
            and block.state != "lost"
            and block.key not in gone
        ]

    def strategic_days(self, week: Week, gone: Collection[str]) -> set[date]:
        """Dates of ``week`` with a strategic block that stays."""
        days = {
            self.date_of[block.key]
            for block in self.standing
            if block.kind == STRATEGIC and block.state != "lost" and block.key not in gone
        }
        return days.intersection(self.days_of(week))


def _with_worth(mover: Mover, worth: int) -> Mover:
    return Mover(
        mover.standing, mover.span, mover.home, mover.forced, mover.lost, mover.counted, mover.stays,
        mover.lengths, mover.short, worth,
    )  # fmt: skip


def subsets(movers: Sequence[Mover], most: int) -> list[tuple[Mover, ...]]:
    """All sets of movers with at most ``most`` that count as moves, the empty one first."""
    found: list[tuple[Mover, ...]] = [()]
    for mover in movers:
        found += [(*some, mover) for some in found if sum(m.counted for m in some) + mover.counted <= most]
    return found
