"""A placement problem as rows over binary variables, written from docs/objective.md; ``solver_place`` solves it.

As a day holds at most one block that is new or moved, whether a slot keeps the limits of its day does not depend on
the plan. One variable says that a block is at a slot within the manners, another that it is there as the week's
floor outside of them, one that a kept block stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from blocker.values.intervals import Interval
from blocker.values.workweek import Week
from tests.tools.oracle_place import Choice
from tests.tools.plan_checker import Judge
from tests.tools.plan_limits import MINUTE
from tests.tools.solvers import Solver

BIG = 20_000  # minutes; more than any week has
WEEKLY = ("share", "hours")


class Rows:
    """One problem as rows over binary variables."""

    def __init__(self, judge: Judge, every: Mapping[str, Sequence[Choice]], solver: Solver) -> None:
        self.p, self.j, self.s = judge.p, judge, solver
        self.at: dict[tuple[str, Interval, bool], int] = {}  # key, slot, outside the manners
        self.stays = {key: solver.binary() for key in judge.kept}
        for key, choices in every.items():
            for slot in choices:
                if isinstance(slot, Interval):
                    self._slot(key, slot)
        self._once()
        self._edited()
        self._days()
        self.floor: dict[Week, int] = {}
        self.outside: dict[Week, int] = {}
        for week in judge.weeks:
            self._minutes(week)
            self._floor(week)
        self._short()

    def of(self, key: str) -> list[int]:
        """The variables of a block's slots."""
        return [n for (other, _, _), n in self.at.items() if other == key]

    def on(self, day: date) -> list[int]:
        """Those of everything that is placed on a date."""
        return [n for (_, slot, _), n in self.at.items() if self.j.date(slot.start) == day]

    def implies(self, one: int, other: int) -> None:
        self.s.at_most({one: 1, other: -1}, 0)

    def _slot(self, key: str, slot: Interval) -> None:
        others = self.j.in_the_way(key)
        if not [name for name in self.j.broken_by(key, slot, others) if name not in WEEKLY]:
            self.at[key, slot, False] = self.s.binary()
        may = key != self.j.offsite_key and self.j.may_go_outside(key)
        if may and not self.j.broken_by(key, slot, others, outside=True):
            self.at[key, slot, True] = self.s.binary()

    def _once(self) -> None:
        for key in {key for key, _, _ in self.at} | set(self.stays):
            row = dict.fromkeys(self.of(key), 1)
            if key in self.stays:
                row[self.stays[key]] = 1
            self.s.at_most(row, 1)
            if key in self.stays and self.j.kept[key].edited:
                self.s.at_most(dict.fromkeys(row, -1), -1)

    def _edited(self) -> None:
        """What is where an edited hit block of its week stands wants that to move."""
        for (key, slot, _), n in self.at.items():
            for there in self.j.hit.values():
                same = key not in (there.key, self.j.offsite_key) and self.j.week(key) == there.week
                if there.edited and same and self.j.near(slot, there.slot):
                    self.s.at_most({n: 1, **dict.fromkeys(self.of(there.key), -1)}, 0)

    def _days(self) -> None:
        """One block a day: of what is placed, and beside what stays none."""
        for day in {self.j.date(slot.start) for _, slot, _ in self.at}:
            placed = self.on(day)
            self.s.at_most(dict.fromkeys(placed, 1), 1)
            for key, stay in self.stays.items():
                if self.j.date(self.j.kept[key].slot.start) == day:
                    self.s.at_most({**dict.fromkeys(placed, 1), stay: 1}, 1)

    def _minutes(self, week: Week) -> None:
        """What all blocks of the week take, for each limit on that."""
        length: dict[int, int] = {}
        limits = defaultdict(list)
        for (key, slot, outside), n in self.at.items():
            if key != self.j.offsite_key and self.j.week(key) == week:
                length[n] = int((slot.end - slot.start) / MINUTE)
                if not outside:
                    limits[min(self.j.week_limits(key))].append(n)
        length |= {
            n: self.j.kept[key].slot.minutes for key, n in self.stays.items() if self.j.week(key) == week
        }
        fixed = (t for t in self.j.in_any_case("") if t.counts and t.week == week and t.kind != "offsite")
        taken = sum(thing.minutes for thing in fixed)
        for most, bound in limits.items():
            if most < BIG:
                used = self.s.binary()
                for n in bound:
                    self.implies(n, used)
                self.s.at_most({**length, used: BIG}, int(most // 1) - taken + BIG)

    def _floor(self, week: Week) -> None:
        """Whether the week has its floor, and whether that is outside the manners."""
        thinking = {
            n for (key, _, _), n in self.at.items()
            if key != self.j.offsite_key and self.j.week(key) == week and self.j.kind(key) == "strategic"
        }  # fmt: skip
        thinking |= {
            n for key, n in self.stays.items() if self.j.week(key) == week and self.j.kind(key) == "strategic"
        }
        fixed = any(t.counts and t.kind == "strategic" and t.week == week for t in self.j.in_any_case(""))
        outside, floor = self.s.binary(), self.s.binary()
        self.outside[week], self.floor[week] = outside, floor
        for (_, _, beyond), n in self.at.items():
            if beyond and n in thinking:
                self.implies(n, outside)
                self.s.at_most({**dict.fromkeys(thinking - {n}, 1), n: BIG}, BIG)
        if fixed:
            self.s.at_most({outside: 1}, 0)
        else:
            self.s.at_most({floor: 1, **dict.fromkeys(thinking, -1)}, 0)
        if not self.j.wants_floor(week):
            self.s.at_most({floor: 1}, 0)

    def _short(self) -> None:
        """A short floor only where no longer slot is allowed."""
        for (key, slot, _), n in self.at.items():
            if key == self.j.offsite_key or int((slot.end - slot.start) / MINUTE) not in self.j.short(key):
                continue
            if self.j.may_be_longer(key):
                self.s.at_most({n: 1}, 0)
