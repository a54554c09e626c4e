"""The problem laid out for solving: the dates, the blocks that stay whatever is decided, and what each week asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from blocker.measuring.days import busiest_hour
from blocker.placing.day import DayView
from blocker.placing.limits import MANNERS, Blocks, Case, There
from blocker.placing.objective import DEMAND_TIERS
from blocker.placing.problem import Problem
from blocker.placing.spans import ceil_second, outer
from blocker.values.intervals import Interval
from blocker.values.kinds import OFFSITE, STRATEGIC
from blocker.values.plan import Demand, OffsiteDemand, Standing
from blocker.values.settings import SHORTEST_RESCUE
from blocker.values.workweek import Week, week_of

STEP_MINUTES = 30


class Ask(Struct, frozen=True):
    """One block that a week may get: for one of alike demands, or a standing block that may move, or go.

    ``lengths`` in minutes, longest first; ``short`` are those that only a floor may have, where no longer
    slot is left. ``floor_case`` binds it as the week's floor outside the manners; None: it can't be that.
    ``pressing`` orders what is to be rescued, the most pressing first; None for everything else.
    """

    name: str
    of: Demand | Standing
    lengths: tuple[int, ...]
    short: tuple[int, ...]
    case: Case
    floor_case: Case | None
    demands: tuple[Demand, ...]
    pressing: tuple[object, ...] | None

    @property
    def standing(self) -> Standing | None:
        return self.of if isinstance(self.of, Standing) else None

    @property
    def kept(self) -> bool:
        return self.standing is not None and not self.of.rescue

    @property
    def edited(self) -> bool:
        """True for a block that may move and never goes; where it is hit and does not move, it is in the way."""
        return self.standing is not None and self.standing.edited


def lengths_between(shortest: int, longest: int) -> tuple[int, ...]:
    """From ``longest`` down in half hours, and ``shortest``; none where it is longer."""
    steps = tuple(range(longest, shortest - 1, -STEP_MINUTES))
    return steps if not steps or steps[-1] == shortest else (*steps, shortest)


def rank(key: str) -> tuple[object, ...]:
    """Keys in the order people count: strategic/2026-W48/2 before strategic/2026-W48/10."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", key))


class Board:
    """Everything the solver of a week needs, made once and kept."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.run = problem, problem.policy == "run"
        self.rooms = {room.week: room for room in sorted(problem.weeks, key=lambda room: room.week)}
        self.standing = sorted(problem.standing, key=lambda block: (block.slot, block.key))
        strategic = (block for block in self.standing if block.kind == STRATEGIC)
        self._have_floor = {block.week for block in strategic if block.state in ("kept", "fixed")}
        self.there = {block.key: self._as_there(block) for block in self.standing}
        self.free = {block.key: block for block in self.standing if self._may_move(block)}
        self.offsite, self.offsite_was = self._offsite()
        # What is there whatever is decided, and edited hit blocks: they are in the way until they are moved.
        self.stay = Blocks(
            self.there[b.key]
            for b in self.standing
            if b.key not in problem.surplus
            and (b is not self.offsite_was or b.edited)
            and (b.key not in self.free or (b.rescue and b.edited))
        )
        weeks = (problem.days[day] for week in self.rooms for day in week.days if day in problem.days)
        self._busiest = busiest_hour(problem.workweek, weeks)
        self._views: dict[tuple[date, frozenset[Interval]], DayView] = {}

    def view(self, day: date, gone: frozenset[Interval] = frozenset()) -> DayView:
        """The date in seconds, also as it would be if events at the times ``gone`` gave way."""
        if (day, gone) not in self._views:
            self._views[day, gone] = DayView(self.problem, self.problem.days[day], self._busiest, gone)
        return self._views[day, gone]

    def views(self, days: Sequence[date]) -> list[DayView]:
        """The dates that the problem knows."""
        return [self.view(day) for day in days if day in self.problem.days]

    def wants_floor(self, week: Week) -> bool:
        """True if the week is to have a strategic block: it lacks one, or one that counts stands."""
        return self.rooms[week].needs_floor or week in self._have_floor

    def asks(self, week: Week) -> list[Ask]:
        """What the week may get, in an order that does not depend on that of the problem."""
        alike: dict[str, list[Demand]] = {}
        for demand in sorted(self.problem.demands, key=lambda demand: rank(demand.key)):
            if demand.week == week:
                alike.setdefault(demand.key if demand.rescue else _look(demand), []).append(demand)
        asks = [self._ask(name, demands[0], demands) for name, demands in alike.items()]
        asks += [self._ask(block.key, block) for block in self.free.values() if block.week == week]
        return sorted(asks, key=lambda ask: rank(ask.name))

    def case(self, of: Demand | Standing) -> Case:
        """What binds a block within the manners."""
        problem, room = self.problem, self.rooms[of.week]
        # What the week's blocks have, or had before they were hit, is never too much for a rescue or a move.
        had = self._had(of.week) if of.rescue or isinstance(of, Standing) else 0
        return Case(
            week=of.week,
            earliest=ceil_second(problem.rescue_earliest if of.rescue else problem.earliest),
            days=of.days,
            between=of.between,
            share=max(room.share_minutes, had),
            hours=max(room.hours_minutes, had),
        )

    def floor_case(self, of: Demand | Standing) -> Case | None:
        """What binds the same block as a week's floor; None if it can't be one outside the manners."""
        if of.kind != STRATEGIC or not (of.rescue or of.tier == "floor"):
            return None
        case, earliest = self.case(of), self.problem.floor_earliest
        if earliest is None or of.rescue:
            return replace(case, exempt=MANNERS)
        return replace(case, exempt=MANNERS, earliest=min(case.earliest, ceil_second(earliest)))

    def lengths(self, of: Demand | Standing) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The minutes that it may have, longest first: the usual ones, and those of a short floor."""
        usual = lengths_between(of.shortest, of.minutes)
        if of.rescue:
            had = of.minutes if isinstance(of, Demand) else of.slot.minutes
            rescue = lengths_between(min(SHORTEST_RESCUE, had), had)
            return (rescue if self.run else tuple(sorted({*rescue, *usual}, reverse=True))), ()
        has = not self.wants_floor(of.week) or (self.run and of.week in self._have_floor)
        if of.floor_minutes is None or has:
            return usual, ()
        return usual, lengths_between(of.floor_minutes, of.minutes)[len(usual) :]

    def _ask(self, name: str, of: Demand | Standing, demands: Sequence[Demand] = ()) -> Ask:
        there = self.there.get(name)
        # The only strategic block of its week is as pressing as its floor; displaced ones come last.
        is_floor = of.kind == STRATEGIC and (of.tier == "floor" or of.week not in self._have_floor)
        pressing = (not is_floor, *((0, there.span) if there else (1,)), rank(of.key))
        return Ask(
            name, of, *self.lengths(of), self.case(of), self.floor_case(of), tuple(demands),
            pressing if of.rescue else None,
        )  # fmt: skip

    def _may_move(self, block: Standing) -> bool:
        """Kept and hit blocks of the weeks; a kept one only if it is on one date of its week."""
        if block.kind == OFFSITE or block.week not in self.rooms or block.key in self.problem.surplus:
            return False
        date_of = self.problem.workweek.date_of
        first, last = date_of(block.slot.start), date_of(block.slot.end - timedelta(microseconds=1))
        return block.rescue or (block.state == "kept" and first == last and week_of(first) == block.week)

    def _offsite(self) -> tuple[OffsiteDemand | None, Standing | None]:
        """The offsite that is asked for, and the hit one that is moved; nothing where it stands.

        ``rebalance`` leaves a hit one to ``run``.
        """
        asked = self.problem.offsite
        there = next((b for b in self.standing if asked and b.kind == OFFSITE and b.key == asked.key), None)
        if there is None or (there.state == "hit" and self.run):
            return asked, there
        return None, None

    def _as_there(self, block: Standing) -> There:
        day, counts = self.problem.workweek.date_of(block.slot.start), block.state in ("fixed", "kept")
        return There(block.key, block.kind, block.week, outer(block.slot), day, counts)

    def _had(self, week: Week) -> int:
        """Minutes of the week's blocks before any was hit.

        What stays although it is hit is left out: others may take those minutes, and then they would count twice.
        """
        had = sum(
            block.slot.minutes
            for block in self.standing
            if block.week == week and block.kind != OFFSITE and block.state != "hit_fixed"
            and not (block.rescue and block.edited and not self.run)
        )  # fmt: skip
        return max(had, self.rooms[week].had_minutes)


def _look(demand: Demand) -> str:
    """Demands that look the same share slots. Ordered by tier, then by what they are."""
    tier = DEMAND_TIERS.index(demand.tier) if demand.tier in DEMAND_TIERS else len(DEMAND_TIERS)
    parts = (demand.kind, demand.prefer, demand.minutes, demand.shortest, demand.floor_minutes or 0)
    places = ",".join(map(str, demand.days)), ",".join(f"{a}-{b}" for a, b in demand.between)
    return "/".join(map(str, (tier, demand.tier, *parts, *places)))
