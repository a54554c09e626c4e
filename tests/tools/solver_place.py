"""The value of the best plan by an integer programme: HiGHS (highspy) or CP-SAT (ortools).

Run as a script, because the two cannot be loaded into one process:
``python -m tests.tools.solver_place highs|cpsat SIZE FIRST NUMBER LEAST MOST OUT`` solves NUMBER problems, from seed
FIRST on, that have LEAST to MOST slots, and writes one JSON line for each to the file OUT, with the seed and the
value: whatever a solver prints is nobody's answer.

The model is written from docs/objective.md. Entries of the objective are maximised one after the other, each then fixed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from datetime import date
from itertools import pairwise
from pathlib import Path

from blocker.values.intervals import Interval
from tests.tools.oracle_place import choices
from tests.tools.plan_checker import TIERS, Judge, halves
from tests.tools.solver_rows import Rows
from tests.tools.solvers import CpSat, Highs, Row


class Model(Rows):
    """The rows with the objective, and what solves it."""

    def entries(self) -> Iterable[tuple[Row, int]]:
        """Each entry of the objective as a row and a constant."""
        j = self.j
        within = {}
        for week, floor in self.floor.items():
            good = self.s.binary()
            self.implies(good, floor)
            self.s.at_most({good: 1, self.outside[week]: 1}, 1)
            within[good] = 1
        yield dict.fromkeys(self.floor.values(), 1), 0
        yield within, 0
        offsite = {slot: n for (key, slot, _), n in self.at.items() if key == j.offsite_key}
        yield dict.fromkeys(offsite.values(), 1), 0
        yield {n: 1 for slot, n in offsite.items() if j.is_real(slot)}, 0
        yield self._sum(lambda key, slot: j.tier(key) == "learning")
        yield dict.fromkeys(self.stays.values() if j.run else [], 1), -len(self.stays) * j.run
        pressing = j.pressing() if j.run else {}
        yield self._sum(lambda key, slot: pressing.get(key, 0))
        for tier in TIERS:
            yield self._sum(lambda key, slot, tier=tier: j.tier(key) == tier)  # type: ignore[misc]
        yield self._sum(lambda key, slot: j.tier(key) not in (*TIERS, "learning"))
        yield self._sum(lambda key, slot: halves(slot))
        yield self._sum(lambda key, slot: 0 if j.run else j.part(key, slot))
        moved = {n: slot for (key, slot, _), n in self.at.items() if key in j.standing}
        home = {
            n: j.date(j.standing[key].slot.start) for (key, _, _), n in self.at.items() if key in j.standing
        }
        kept = (
            {} if j.run else self.stays
        )  # one that neither stays nor moves has gone, which counts as a move
        row = {n: -1 for (key, _, _), n in self.at.items() if key in j.standing and key not in kept}
        yield row | dict.fromkeys(kept.values(), 1), -len(kept)
        yield {n: -1 for n, slot in moved.items() if j.date(slot.start) != home[n]}, 0
        for part in range(3):
            yield {n: j.offsite_wishes(slot)[part] for slot, n in offsite.items()}, 0
        row, constant = self._sum(j.points)
        yield {**row, **self._spread()}, constant
        yield self._sum(lambda key, slot: -j.start(key, slot))

    def _sum(self, worth: Callable[[str, Interval], int]) -> tuple[Row, int]:
        """What is added up over all blocks that are decided on."""
        row = {n: int(worth(key, slot)) for (key, slot, _), n in self.at.items() if key != self.j.offsite_key}
        row |= {n: int(worth(key, self.j.kept[key].slot)) for key, n in self.stays.items()}
        return {n: weight for n, weight in row.items() if weight}, 0

    def _spread(self) -> dict[int, int]:
        used: dict[date, int] = {}
        row = {}
        for week in self.j.weeks:
            for day in week.days:
                used[day] = self._used(day)
            for one, after in pairwise(week.days):
                pair = self.s.binary()
                self.s.at_most({used[one]: 1, used[after]: 1, pair: -1}, 1)
                row[pair] = -25
        return row

    def _used(self, day: date) -> int:
        """A variable that is 1 if the date has a block that counts, or time of the user's own."""
        used = self.s.binary()
        for (key, slot, _), n in self.at.items():
            if key != self.j.offsite_key and self.j.date(slot.start) == day:
                self.implies(n, used)
        for key, n in self.stays.items():
            if self.j.date(self.j.kept[key].slot.start) == day:
                self.implies(n, used)
        always = any(t.counts and self.j.date(t.slot.start) == day for t in self.j.in_any_case(""))
        if always or day in self.p.own_strategic:
            self.s.at_most({used: -1}, -1)
        return used

    def value(self) -> tuple[int, ...]:
        found = []
        best: list[int] | None = None
        for row, constant in list(self.entries()):
            if best is None or self._worth(row, best) < self._most(row):
                self.s.maximise(row)
                best = self.s.solve()
            reached = self._worth(row, best)
            if row:
                self.s.at_most({n: -weight for n, weight in row.items()}, -reached)
            found.append(reached + constant)
        return tuple(found)

    def _worth(self, row: Row, solution: list[int]) -> int:
        return sum(solution[n] * weight for n, weight in row.items())

    def _most(self, row: Row) -> int:
        """No solution is worth more: of a block's slots at most one is chosen."""
        left = {n: weight for n, weight in row.items() if weight > 0}
        most = 0
        for key in {key for key, _, _ in self.at}:
            most += max((left.pop(n) for n in self.of(key) if n in left), default=0)
        return most + sum(left.values())


def main() -> None:
    from tests.tools import problem_sizes
    from tests.tools.problems import make_problem

    name, size = sys.argv[1:3]
    seed, number, least, most = map(int, sys.argv[3:7])
    out = Path(sys.argv[7])
    while number:
        judge = Judge(make_problem(seed, getattr(problem_sizes, size)))
        every = choices(judge)
        if least <= sum(map(len, every.values())) <= most:
            value = Model(judge, every, CpSat() if name == "cpsat" else Highs()).value()
            with out.open("a", encoding="utf-8") as answers:
                answers.write(json.dumps({"seed": seed, "value": value}) + "\n")
            number -= 1
        seed += 1


if __name__ == "__main__":
    main()
