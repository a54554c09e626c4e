"""The value of the best plan by an integer programme: CP-SAT (ortools) or HiGHS (highspy).

Run as a script, because the two cannot be loaded into one process:
``python -m tests.tools.solver_place cpsat|highs SIZE FIRST NUMBER LEAST MOST OUT`` solves NUMBER problems, from seed
FIRST on, that have LEAST to MOST slots, and writes one JSON line for each to the file OUT, with the seed and the
value: whatever a solver prints is nobody's answer.

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
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from blocker.values.intervals import Interval
from blocker.values.workweek import Week
from tests.tools.plan_checker import TIERS, Judge
from tests.tools.plan_limits import Thing
from tests.tools.solver_rows import Rows, candidates
from tests.tools.solvers import CpSat, Highs, Row

ONE_DAY = timedelta(days=1)
PARTS = {kind: n for n, kind in enumerate(TIERS)}


class Model(Rows):
    """The rows with the objective, and what solves it."""

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
        rows = list(self.entries())
        best: list[int] | None = None
        for row, constant in rows:
            if best is None or self._worth(row, best) < self._most(row):
                best = self._best(row)
            reached = self._worth(row, best)
            if row:
                self.s.at_most({n: -weight for n, weight in row.items()}, -reached)
            found.append(reached + constant)
        return tuple(found)

    def _best(self, row: Row) -> list[int]:
        """The solution that is worth most by ``row`` and breaks neither lunch nor bookable minutes."""
        self.s.maximise(row)
        while True:
            solution = self.s.solve()
            if not self._cut(solution):
                return solution

    def _worth(self, row: Row, solution: list[int]) -> int:
        return sum(solution[n] * weight for n, weight in row.items())

    def _most(self, row: Row) -> int:
        """No solution is worth more: of a block's slots at most one is chosen."""
        left = {n: weight for n, weight in row.items() if weight > 0}
        most = 0
        for chosen in self.of.values():
            most += max((left.pop(n) for n in chosen if n in left), default=0)
        return most + sum(left.values())

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
            row = {self.x[one]: 1 for one in some} if len(some) == 1 else self._at_least_as_much(day, some)
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

    def _at_least_as_much(self, day: date, some: list[tuple[str, Interval]]) -> dict[int, int]:
        """Each block of the day by how many of those slots it takes whole: what takes more leaves no more.

        A floor counts once: alone it may go outside the manners, however much it takes.
        """
        row = {}
        for (key, slot), n in self.x.items():
            if self.j.date(slot.start) == day and key != self.j.offsite_key:
                taken = sum(slot.start <= s.start and s.end <= slot.end for _, s in some)
                if taken:
                    row[n] = 1 if self.may_go_outside(key) else taken
        return row

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
    from tests.tools import problem_sizes
    from tests.tools.problems import make_problem

    name, size = sys.argv[1:3]
    seed, number, least, most = map(int, sys.argv[3:7])
    out = Path(sys.argv[7])
    while number:
        problem = make_problem(seed, getattr(problem_sizes, size))
        judge = Judge(problem)
        every = candidates(judge, most)
        if least <= sum(map(len, every.values())) <= most:
            value = Model(judge, every, CpSat() if name == "cpsat" else Highs()).value()
            with out.open("a", encoding="utf-8") as answers:
                answers.write(json.dumps({"seed": seed, "value": value}) + "\n")
            number -= 1
        seed += 1


if __name__ == "__main__":
    main()
