"""The value of the best plan by an integer programme: CP-SAT (ortools) or HiGHS (highspy).

Run as a script, because the two cannot be loaded into one process:
``python tests/solver_place.py cpsat|highs SIZE SEED…`` prints one JSON line per seed with the value.

The model is written from docs/objective.md. One variable says that a block is at a slot. Entries of
the objective are maximised one after the other, each then fixed. Lunch and bookable minutes are not
linear: a solution that breaks them adds a row that forbids those blocks together on that day, and is
solved again. Such a row forbids larger sets as well; a larger set could keep bookable minutes only in
freak cases (lunch would have to fall into a better place), so a value may in theory be too small,
never too large.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise

from oracle_place import slots
from plan_checker import TIERS, Judge
from plan_limits import Thing
from solvers import CpSat, Highs, Row, Solver

from blocker.problem import Problem
from blocker.timeline import Interval
from blocker.workweek import Week, week_of

ONE_DAY = timedelta(days=1)
BIG = 20_000  # minutes; more than any week has
PARTS = {kind: n for n, kind in enumerate(TIERS)}


class Model:
    """One problem as rows over binary variables."""

    def __init__(self, problem: Problem, solver: Solver) -> None:
        self.p, self.j, self.s = problem, Judge(problem), solver
        self.x: dict[tuple[str, Interval], int] = {}
        self.of: dict[str, list[int]] = defaultdict(list)
        self.moves = dict(self.j.movers)
        keys = sorted(self.j.demands) + sorted(self.moves)
        if self.j.offsite_key and self.j.offsite_key not in keys:
            keys.append(self.j.offsite_key)
        for key in keys:
            for slot in slots(self.j, key):
                if not self._in_the_way(key, slot):
                    n = self.x[key, slot] = solver.binary()
                    self.of[key].append(n)
        self._choose_once()
        self._apart()
        self._movers()
        self.floor, self.over, self.short = {}, {}, {}
        for week in self.j.weeks:
            self._week(week)

    # rows

    def touched(self, key: str, slot: Interval) -> Thing:
        return Thing(key, self.j.kind(key), self.j.week(key) or week_of(self.j.date(slot.start)), slot, True)

    def _in_the_way(self, key: str, slot: Interval) -> bool:
        """True if a block that stays in any case is in its way."""
        new = self.touched(key, slot)
        return any(
            list(self.j.pair_limits(new, Thing(s.key, s.kind, s.week, s.slot, False)))
            for s in self.p.standing
            if s.key not in self.moves and s.state != "lost" and s.key != key
        )

    def _choose_once(self) -> None:
        for chosen in self.of.values():
            if len(chosen) > 1:
                self.s.at_most(dict.fromkeys(chosen, 1), 1)
        counted = [
            n
            for key, s in self.moves.items()
            if self.p.policy == "run" or s.state != "movable"
            for n in self.of[key]
        ]
        self.s.at_most(dict.fromkeys(counted, 1), self.p.max_moves)

    def _apart(self) -> None:
        """Blocks with their buffers share no instant; it is enough to look at every start."""
        gap = timedelta(minutes=self.p.buffer_before)
        for start in sorted({slot.start for _, slot in self.x}):
            row = {n: 1 for (_, slot), n in self.x.items() if slot.start <= start < slot.end + gap}
            if len(row) > 1:
                self.s.at_most(row, 1)
        strategic, offsite = defaultdict(list), defaultdict(list)
        for (key, slot), n in self.x.items():
            day = self.j.date(slot.start)
            if self.j.kind(key) == "strategic":
                strategic[day].append(n)
            if key == self.j.offsite_key:
                offsite[day].append(n)
        for chosen in strategic.values():
            self.s.at_most(dict.fromkeys(chosen, 1), 1)
        for (key, slot), n in self.x.items():
            halves = offsite.get(self.j.date(slot.start), [])
            if key != self.j.offsite_key and halves:
                self.s.at_most({n: 1, **dict.fromkeys(halves, 1)}, 1)

    def _movers(self) -> None:
        """What is in the way of a mover that stays cannot be, unless it moves."""
        for key, s in self.moves.items():
            if s.state == "lost":
                continue
            old = Thing(key, s.kind, s.week, s.slot, False)
            for (other, slot), n in self.x.items():
                if other != key and list(self.j.pair_limits(self.touched(other, slot), old)):
                    self.s.at_most({n: 1, **dict.fromkeys(self.of[key], -1)}, 0)

    def _week(self, week: Week) -> None:
        """Cap, and the floor that may go past it alone."""
        mine = {n: slot for (key, slot), n in self.x.items() if self.j.week(key) == week}
        length = {n: int((slot.end - slot.start) / timedelta(minutes=1)) for n, slot in mine.items()}
        taken = 0
        for s in self.p.standing:
            if s.week == week and s.kind != "offsite" and s.state != "lost":
                whole = s.slot.minutes
                taken += whole
                for n in self.of[s.key] if s.key in self.moves else []:
                    length[n] -= whole
        over = self.over[week] = self.s.binary()
        some = self.s.binary()
        for n in mine:
            self.s.at_most({n: 1, some: -1}, 0)
        cap = int(self.j.weeks[week].cap_minutes // 1)
        self.s.at_most({**length, over: -BIG, some: BIG}, cap - taken + BIG)
        wants = self.j.wants_floor(week)
        self.s.at_most({over: 1}, int(wants))
        if mine:
            self.s.at_most({**dict.fromkeys(mine, 1), over: len(mine)}, 1 + len(mine))
            banned = [n for (key, _), n in self.x.items() if n in mine and not self.may_go_outside(key)]
            self.s.at_most({**dict.fromkeys(banned, 1), over: len(mine)}, len(mine))
        short = self.short[week] = self.s.binary()
        thinking = [n for (key, _), n in self.x.items() if n in mine and self.j.kind(key) == "strategic"]
        self.s.at_most({short: 1}, int(wants))
        self.s.at_most({**dict.fromkeys(thinking, 1), short: len(mine) + 1}, len(mine) + 2)
        floor = self.floor[week] = self.s.binary()
        self.s.at_most({floor: 1, **dict.fromkeys(thinking, -1)}, 0)
        self.s.at_most({floor: 1}, int(wants))

    def may_go_outside(self, key: str) -> bool:
        if self.j.kind(key) != "strategic" or key == self.j.offsite_key:
            return False
        if key in self.j.demands:
            return self.j.demands[key].tier == "floor"
        return self.moves[key].state == "lost"

    # objective

    def entries(self) -> Iterable[tuple[Row, int]]:
        """Each entry of the objective as a row and a constant."""
        within = {}
        for week, floor in self.floor.items():
            good = self.s.binary()
            for row in ({good: 1, floor: -1}, {good: 1, self.over[week]: 1}, {good: 1, self.short[week]: 1}):
                self.s.at_most(row, 0 if floor in row else 1)
            within[good] = 1
        yield dict.fromkeys(self.floor.values(), 1), 0
        yield within, 0
        offsite = self.of[self.j.offsite_key] if self.j.offsite_key else []
        yield dict.fromkeys(offsite, 1), 0
        movable = [n for k, s in self.moves.items() if s.state == "movable" for n in self.of[k]]
        yield dict.fromkeys(movable if self.p.policy == "run" else [], -1), 0
        order = self.j.pressing()
        yield {n: 2 ** (len(order) - 1 - i) for i, s in enumerate(order) for n in self.of[s.key]}, 0
        for tier in range(len(TIERS) + 1):
            keys = [k for k, d in self.j.demands.items() if PARTS.get(d.tier, len(TIERS)) == tier]
            yield {n: 1 for key in keys for n in self.of[key]}, 0
        for power in (1, 2):
            yield self._lengths(power)
        wishes = {n: self.j.offsite_wishes({k: s}) for (k, s), n in self.x.items() if k == self.j.offsite_key}
        for part in range(3):
            yield {n: wish[part] for n, wish in wishes.items()}, 0
        yield self._points()

    def _lengths(self, power: int) -> tuple[Row, int]:
        sign = 1 if power == 1 else -1
        row = {
            n: sign * int((slot.end - slot.start) / timedelta(minutes=1)) ** power
            for (key, slot), n in self.x.items()
            if key != self.j.offsite_key
        }
        constant = 0
        for s in self.p.standing:
            if s.week in self.j.weeks and s.kind != "offsite" and s.state != "lost":
                constant += sign * s.slot.minutes**power
                for n in self.of[s.key] if s.key in self.moves else []:
                    row[n] -= sign * s.slot.minutes**power
        return row, constant

    def _points(self) -> tuple[Row, int]:
        row: dict[int, int] = {}
        constant = 0
        for (key, slot), n in self.x.items():
            if key != self.j.offsite_key:
                row[n] = self.j.block_points(key, slot)
        for key, s in self.moves.items():
            day = self.p.days.get(self.j.date(s.slot.start))
            if s.state == "movable" and day is not None and day.working:
                worth = self.j.block_points(key, s.slot)
                worth += 20 if self.p.policy == "rebalance" else 0
                constant += worth
                for n in self.of[key]:
                    row[n] -= worth
        thinking = {day: self._strategic(day) for week in self.j.weeks for day in week.days}
        for week in self.j.weeks:
            for one, next_one in pairwise(week.days):
                pair = self.s.binary()
                self.s.at_most({thinking[one]: 1, thinking[next_one]: 1, pair: -1}, 1)
                row[pair] = -25
            for day in set(week.days) & self.p.own_strategic:
                row[self._strategic(day, blocks_only=True)] = -25
        return row, constant

    def _strategic(self, day: date, blocks_only: bool = False) -> int:
        """A variable that is 1 if the date has strategic time (or a strategic block)."""
        has = self.s.binary()
        for (key, slot), n in self.x.items():
            if self.j.kind(key) == "strategic" and self.j.date(slot.start) == day:
                self.s.at_most({n: 1, has: -1}, 0)
        always = day in self.p.own_strategic and not blocks_only
        for s in self.p.standing:
            if s.kind == "strategic" and s.state != "lost" and self.j.date(s.slot.start) == day:
                if s.key in self.moves:
                    self.s.at_most({**dict.fromkeys(self.of[s.key], -1), has: -1}, -1)
                else:
                    always = True
        if always:
            self.s.at_most({has: -1}, -1)
        return has

    # solving

    def value(self) -> tuple[int, ...]:
        found = []
        for row, constant in self.entries():
            if not row:
                found.append(constant)
                continue
            self.s.maximise(row)
            while True:
                solution = self.s.solve()
                if not self._cut(solution):
                    break
            best = sum(solution[n] * weight for n, weight in row.items())
            self.s.at_most({n: -weight for n, weight in row.items()}, -best)
            found.append(best + constant)
        return tuple(found)

    def _cut(self, solution: list[int]) -> bool:
        """Forbid what breaks lunch or bookable minutes; False if nothing does."""
        plan = {key: slot for (key, slot), n in self.x.items() if solution[n]}
        things = self.j.there(plan)
        days = {self.j.date(t.slot.start) for t in things if t.touched and t.kind != "offsite"}
        cuts = 0
        for day in sorted(days):
            cuts += self._cut_day(day, plan, things, solution)
        return cuts > 0

    def _cut_day(
        self, day: date, plan: Mapping[str, Interval], things: list[Thing], solution: list[int]
    ) -> int:
        on_day = self.p.days[day]
        whole = self.p.workweek.span(day, day + ONE_DAY)
        stay = [t.slot for t in things if not t.touched and t.slot.overlaps(whole)]
        fresh = [(k, s) for k, s in plan.items() if self.j.date(s.start) == day and k != self.j.offsite_key]
        stayers = [
            s.key
            for s in self.moves.values()
            if s.key not in plan and s.state != "lost" and s.slot.overlaps(whole)
        ]
        if self._right(on_day, [s for _, s in fresh] + stay, fresh, solution):
            return 0
        alone = [
            [(k, s)]
            for (k, s) in self.x
            if self.j.date(s.start) == day and k != self.j.offsite_key and not self._fine(on_day, [s, *stay])
        ]
        sets = [one for one in alone if not self.may_go_outside(one[0][0])]
        sets += [one for one in alone if self.may_go_outside(one[0][0]) and one[0] in fresh]
        if fresh not in sets:
            sets.append(fresh)
        for some in sets:
            row = {self.x[one]: 1 for one in some}
            bound = len(some) - 1
            for key in stayers:
                for n in self.of[key]:
                    row[n] = row.get(n, 0) - 1
            week = self.j.week(some[0][0])
            lunch = on_day.lunch_fits([s for _, s in some] + stay)
            if len(some) == 1 and self.may_go_outside(some[0][0]) and lunch and week is not None:
                row[self.short[week]] = -1
                self._lonely(day, some[0], week)
            self.s.at_most(row, bound)
        return len(sets)

    def _right(
        self, on_day: object, slots_: list[Interval], fresh: list[tuple[str, Interval]], solution: list[int]
    ) -> bool:
        if self._fine(on_day, slots_):
            return True
        if len(fresh) != 1 or not self.may_go_outside(fresh[0][0]):
            return False
        week = self.j.week(fresh[0][0])
        return on_day.lunch_fits(slots_) and week is not None and solution[self.short[week]] == 1  # type: ignore[attr-defined]

    def _fine(self, on_day: object, slots_: list[Interval]) -> bool:
        return on_day.lunch_fits(slots_) and not self.j.bookable_broken(on_day, slots_)  # type: ignore[attr-defined,arg-type]

    def _lonely(self, day: date, block: tuple[str, Interval], week: Week) -> None:
        """A floor that breaks bookable minutes shares its day with nothing else that is new."""
        others = [n for (k, s), n in self.x.items() if self.j.date(s.start) == day and (k, s) != block]
        if others:
            row = {**dict.fromkeys(others, 1), self.x[block]: len(others), self.short[week]: len(others)}
            self.s.at_most(row, 2 * len(others))


def main() -> None:
    import problems

    name, size, *seeds = sys.argv[1:]
    for seed in map(int, seeds):
        problem = problems.make_problem(seed, getattr(problems, size))
        value = Model(problem, CpSat() if name == "cpsat" else Highs()).value()
        print(json.dumps({"seed": seed, "value": value}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
