"""The problem laid out for solving: the dates, the blocks that stay whatever is decided, and what each week asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cached_property
from math import inf

from msgspec import Struct
from msgspec.structs import replace

from blocker.placing.day import DayView, busiest_hour
from blocker.placing.limits import MANNERS, Case, Room, There
from blocker.placing.objective import DEMAND_TIERS, part_of_day, points
from blocker.placing.problem import Problem
from blocker.placing.spans import Span, ceil_second, outer
from blocker.values.kinds import OFFSITE, STRATEGIC
from blocker.values.plan import Demand, Standing, WeekRoom
from blocker.values.workweek import Week, week_of

STEP_MINUTES = 30
RESCUE_SHORTEST = 60


class Ask(Struct, frozen=True):
    """One block that a week may get: for one of alike demands, or a standing block that may move, or go.

    ``lengths`` in minutes, longest first; ``short`` are those that only a floor may have, where no longer
    slot is left. ``floor``: it may be the week's floor outside the manners, then ``floor_case`` binds it.
    ``pressing`` orders what is to be rescued, the most pressing first; None for everything else.
    """

    name: str
    kind: str
    tier: str
    prefer: str
    lengths: tuple[int, ...]
    short: tuple[int, ...]
    case: Case
    floor_case: Case | None
    demands: tuple[Demand, ...] = ()
    standing: Standing | None = None
    pressing: tuple[object, ...] | None = None

    @property
    def kept(self) -> bool:
        return self.standing is not None and self.standing.state == "kept"


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
        self.problem, self.rebalance = problem, problem.policy == "rebalance"
        self.rooms: dict[Week, WeekRoom] = {
            room.week: room for room in sorted(problem.weeks, key=lambda r: r.week)
        }
        self.standing = sorted(problem.standing, key=lambda block: (block.slot, block.key))
        self.there = {block.key: self._as_there(block) for block in self.standing}
        self.free = [block for block in self.standing if self._may_move(block)]
        free = {block.key for block in self.free}
        self.gone = {b.key for b in self.standing if b.key in problem.surplus or self._offsite_hit(b)}
        # What is there whatever is decided. An edited hit block is in the way until it is moved.
        self.stay = [
            self.there[b.key]
            for b in self.standing
            if b.key not in self.gone and (b.key not in free or (b.state == "hit" and b.edited))
        ]
        self._staying = {there.key for there in self.stay}
        self.had = {week: self._had(week) for week in self.rooms}
        self._views: dict[date, DayView | None] = {}
        self._rooms: dict[tuple[date, str], Room] = {}
        self._hours: dict[date, Span | None] = {}
        self._ranked: dict[tuple[object, ...], list[Span]] = {}

    @cached_property
    def _busiest(self) -> int | None:
        return busiest_hour(self.problem, (day for week in self.rooms for day in week.days))

    def view(self, day: date) -> DayView | None:
        """The date in seconds; None where the problem has no such day or it is no working day."""
        if day not in self._views:
            given = self.problem.days.get(day)
            self._views[day] = (
                DayView(self.problem, given) if given is not None and given.is_working else None
            )
        return self._views[day]

    def room(self, view: DayView, without: str = "") -> Room:
        """The date with what stays whatever is decided; ``without`` is the key of the block that asks."""
        token = (view.date, without if without in self._staying else "")
        if token not in self._rooms:
            self._rooms[token] = Room(view, [there for there in self.stay if there.key != token[1]])
        return self._rooms[token]

    def best_slot(self, case: Case, prefer: str, minutes: int, view: DayView, key: str) -> Span | None:
        """The best of a date's slots that all limits of the day allow; the standing block ``key`` must not stay as it is."""
        room, stands = self.room(view, key), self.there.get(key)
        token = (
            case.earliest,
            case.days,
            case.between,
            prefer,
            minutes,
            view.date,
            key,
        )  # the manners forbid no time
        if token not in self._ranked:
            valued, busiest = [], self.busiest(view)
            for start in room.starts(case, minutes):
                span = (start, start + minutes * 60)
                part = part_of_day(view, prefer, span) if self.rebalance else 0
                valued.append((-part, -points(view, prefer, span, busiest), span))
            self._ranked[token] = [
                span for *_, span in sorted(valued) if stands is None or span != stands.span
            ]
        return next((span for span in self._ranked[token] if room.keeps(case, span)), None)

    def busiest(self, view: DayView) -> Span | None:
        """The user's busiest hour on that date."""
        if view.date not in self._hours:
            hour = self._busiest
            self._hours[view.date] = (
                None if hour is None else (view.clock(hour * 60), view.clock(hour * 60 + 60))
            )
        return self._hours[view.date]

    def fixed(self, week: Week) -> list[There]:
        """The blocks of a week that stay whatever is decided and count for it."""
        return [there for there in self.stay if there.counts and there.week == week and there.kind != OFFSITE]

    def wants_floor(self, week: Week) -> bool:
        """True if the week is to have a strategic block: it lacks one, or one that counts stands."""
        stands = any(
            b.kind == STRATEGIC and b.week == week and b.state in ("kept", "fixed") for b in self.standing
        )
        return stands or self.rooms[week].needs_floor

    def asks(self, week: Week) -> list[Ask]:
        """What the week may get, in an order that does not depend on that of the problem."""
        alike: dict[str, list[Demand]] = {}
        here = (demand for demand in self.problem.demands if demand.week == week)
        for demand in sorted(here, key=lambda demand: rank(demand.key)):
            name = demand.key if demand.rescue else _look(demand)
            alike.setdefault(name, []).append(demand)
        asks = [self._wanted(name, demands) for name, demands in alike.items()]
        asks += [self._standing(block) for block in self.free if block.week == week]
        return sorted(asks, key=lambda ask: rank(ask.name))

    def case(self, demand: Demand) -> Case:
        """What binds a demand within the manners."""
        return self._case(demand, "new" if not demand.rescue else "rescue")

    def floor_case(self, case: Case, kind: str, tier: str, rescue: bool) -> Case | None:
        """What binds the same block as a week's floor; None if it can't be one outside the manners."""
        if kind != STRATEGIC or not (rescue or tier == "floor"):
            return None
        earliest = self.problem.floor_earliest
        floor = case.earliest if rescue or earliest is None else min(case.earliest, ceil_second(earliest))
        return replace(case, exempt=MANNERS, earliest=floor)

    def rescue_case(self, block: Standing) -> Case:
        """What binds a hit block that is to be rescued."""
        return self._case(block, "rescue")

    def _case(self, of: Demand | Standing, how: str) -> Case:
        problem, room = self.problem, self.rooms[of.week]
        had = self.had[of.week] if how != "new" else 0
        return Case(
            kind=of.kind,
            week=of.week,
            earliest=ceil_second(problem.rescue_earliest if how == "rescue" else problem.earliest),
            days=of.days,
            between=of.between,
            share=max(room.share_minutes, had),
            hours=max(room.hours_minutes, had) if room.hours_minutes != inf else inf,
        )

    def _wanted(self, name: str, demands: list[Demand]) -> Ask:
        first = demands[0]
        case = self.case(first)
        lengths = lengths_between(first.shortest, first.minutes)
        short: tuple[int, ...] = ()
        if first.rescue:
            lengths = lengths_between(min(RESCUE_SHORTEST, first.minutes), first.minutes)
        elif first.floor_minutes is not None:
            short = lengths_between(first.floor_minutes, first.minutes)[len(lengths) :]
        return Ask(
            name=name, kind=first.kind, tier=first.tier, prefer=first.prefer, lengths=lengths, short=short, case=case,
            floor_case=self.floor_case(case, first.kind, first.tier, first.rescue), demands=tuple(demands),
            pressing=(not self._is_floor(first), 1, rank(first.key)) if first.rescue else None,
        )  # fmt: skip

    def _standing(self, block: Standing) -> Ask:
        hit = block.state == "hit"
        case = self._case(block, "rescue" if hit else "moved")
        longest, shortest = block.minutes, block.shortest
        short: tuple[int, ...] = ()
        if hit:
            was = block.was_minutes or block.slot.minutes
            longest = was if self.problem.policy == "run" else max(was, block.minutes)
            shortest = min(RESCUE_SHORTEST, was)
        lengths = lengths_between(shortest, longest)
        if (
            not hit
            and self.problem.policy == "rebalance"
            and block.tier == "floor"
            and block.kind == STRATEGIC
        ):
            short = lengths_between(block.floor_minutes, longest)[len(lengths) :]
        return Ask(
            name=block.key, kind=block.kind, tier=block.tier, prefer=block.prefer, lengths=lengths, short=short,
            case=case, floor_case=self.floor_case(case, block.kind, block.tier, hit), standing=block,
            pressing=(not self._is_floor(block), 0, self.there[block.key].span, rank(block.key)) if hit else None,
        )  # fmt: skip

    def _is_floor(self, of: Demand | Standing) -> bool:
        """True if it is a week's floor, or the week has no strategic block without it."""
        others = (b for b in self.standing if b.week == of.week and b.kind == STRATEGIC)
        return of.kind == STRATEGIC and (
            of.tier == "floor" or not any(b.state in ("kept", "fixed") for b in others)
        )

    def _may_move(self, block: Standing) -> bool:
        """Kept and hit blocks of the weeks; a kept one only from a date of its week."""
        if block.kind == OFFSITE or block.week not in self.rooms or block.key in self.problem.surplus:
            return False
        return block.state == "hit" or (block.state == "kept" and self._at_home(block))

    def _at_home(self, block: Standing) -> bool:
        date_of = self.problem.workweek.date_of
        last = date_of(block.slot.end - timedelta(microseconds=1))
        return week_of(last) == block.week and last == date_of(block.slot.start)

    def _offsite_hit(self, block: Standing) -> bool:
        """A hit offsite that is asked for is moved or taken off by ``run``; ``rebalance`` leaves it."""
        asked = self.problem.offsite is not None and self.problem.offsite.key == block.key
        return asked and block.state == "hit" and not block.edited and self.problem.policy == "run"

    def _as_there(self, block: Standing) -> There:
        return There(
            block.key, block.kind, block.week, outer(block.slot), self.problem.workweek.date_of(block.slot.start),
            block.slot.minutes, block.state in ("fixed", "kept"),
        )  # fmt: skip

    def _had(self, week: Week) -> int:
        """Minutes of the week's blocks before any was hit."""
        standing = (
            b for b in self.standing if b.week == week and b.kind != OFFSITE and b.state != "hit_fixed"
        )
        had = sum(b.slot.minutes if b.state != "hit" else (b.was_minutes or b.slot.minutes) for b in standing)
        return had + sum(d.minutes for d in self.problem.demands if d.rescue and d.week == week)


def _look(demand: Demand) -> str:
    """Demands that look the same share slots. Ordered by tier, then by what they are."""
    tier = DEMAND_TIERS.index(demand.tier) if demand.tier in DEMAND_TIERS else len(DEMAND_TIERS)
    parts = (demand.kind, demand.prefer, demand.minutes, demand.shortest, demand.floor_minutes or 0)
    places = ",".join(map(str, demand.days)), ",".join(f"{a}-{b}" for a, b in demand.between)
    return "/".join(map(str, (tier, demand.tier, *parts, *places)))


def blocks_taken(blocks: Iterable[There]) -> dict[Week, int]:
    """Minutes of blocks that count, by week, the offsite left out."""
    taken: dict[Week, int] = {}
    for block in blocks:
        if block.counts and block.kind != OFFSITE:
            taken[block.week] = taken.get(block.week, 0) + block.minutes
    return taken
