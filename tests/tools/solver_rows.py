"""A placement problem as rows over binary variables: the hard limits of docs/objective.md that are linear.

One variable says that a block is at a slot. ``solver_place`` adds the objective, lunch and bookable minutes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import floor

from blocker.measuring.days import Day
from blocker.values.intervals import Interval, clip, minutes
from blocker.values.workweek import Week, week_of
from tests.tools.oracle_place import slots
from tests.tools.plan_checker import Judge
from tests.tools.plan_limits import MINUTE, ONE_DAY, Thing
from tests.tools.solvers import Solver

BIG = 20_000  # minutes; more than any week has


def candidates(judge: Judge, most: int) -> dict[str, list[Interval]]:
    """Every slot of every block that may get one, each by itself; unfinished where there are over ``most``."""
    keys = sorted(judge.demands) + sorted(judge.movers)
    if judge.offsite_key and judge.offsite_key not in keys:
        keys.append(judge.offsite_key)
    every: dict[str, list[Interval]] = {}
    for key in keys:
        every[key] = slots(judge, key)
        most -= len(every[key])
        if most < 0:
            break
    return every


class Rows:
    """One problem as rows over binary variables."""

    def __init__(self, judge: Judge, every: Mapping[str, Sequence[Interval]], solver: Solver) -> None:
        self.p, self.j, self.s = judge.p, judge, solver
        self.x: dict[tuple[str, Interval], int] = {}
        self.of: dict[str, list[int]] = defaultdict(list)
        self.moves = dict(self.j.movers)
        for key, found in every.items():
            for slot in found:
                if not self._in_the_way(key, slot):
                    n = self.x[key, slot] = solver.binary()
                    self.of[key].append(n)
        self._choose_once()
        self._apart()
        self._movers()
        self.floor, self.over, self.short = {}, {}, {}
        for week in self.j.weeks:
            self._week(week)
            for day in week.days:
                self._minutes_to_book(week, day)

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
        away = {}
        for day, halves in offsite.items():
            away[day] = self.s.binary()
            self.s.at_most({**dict.fromkeys(halves, 1), away[day]: -1}, 0)
        for (key, slot), n in self.x.items():
            if key != self.j.offsite_key and self.j.date(slot.start) in away:
                self.s.at_most({n: 1, away[self.j.date(slot.start)]: 1}, 1)

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

    def _minutes_to_book(self, week: Week, day: date) -> None:
        """What a day's bookable hour asks for by its sums alone; where the lunch lies is for the cuts to say."""
        on_day, whole = self.p.days.get(day), self.p.workweek.span(day, day + ONE_DAY)
        fresh = {
            n: slot
            for (key, slot), n in self.x.items()
            if key != self.j.offsite_key and self.j.date(slot.start) == day
        }
        if on_day is None or not fresh or self.j.bookable_minutes(on_day, []) < 60:
            return
        after = Interval(max(self.p.now, whole.start), whole.end)
        stay = [s for s in self.p.standing if s.state != "lost"]
        free = clip(on_day.free([s.slot for s in stay if s.key not in self.moves]), after)
        movers = [s for s in stay if s.key in self.moves and clip(free, s.slot)]
        if not movers:
            free = tuple(gap for gap in free if gap.minutes >= 15)
        mine = {n: slot.minutes + (0 if movers else _useless(free, slot)) for n, slot in fresh.items()}
        left = minutes(free) - 60 - self._lunch_minutes(on_day, after)
        for s in movers:
            taken = minutes(clip(free, s.slot))
            left -= taken
            for n in self.of[s.key]:
                mine[n] = mine.get(n, 0) - int(taken)
        some = self.s.binary()  # where nothing new is on the day, nothing is asked of it
        for n in fresh:
            self.s.at_most({n: 1, some: -1}, 0)
        self.s.at_most({**mine, self._excused(week, fresh): -BIG, some: BIG}, floor(left) + BIG)

    def _excused(self, week: Week, fresh: Mapping[int, Interval]) -> int:
        """A variable that may be 1 if a floor that need not leave an hour to book is among the blocks."""
        excused = self.s.binary()
        floors = [n for (key, _), n in self.x.items() if n in fresh and self.may_go_outside(key)]
        self.s.at_most({excused: 1, self.short[week]: -1}, 0)
        self.s.at_most({excused: 1, **dict.fromkeys(floors, -1)}, 0)
        return excused

    def _lunch_minutes(self, day: Day, after: Interval) -> float:
        """Minutes that lunch takes from others in any case: not if it is over, or a personal event may be it."""
        window = day.lunch_window
        if day.lunch is None or window is None or window.start < after.start:
            return 0
        personal = minutes(clip(day.busy, window)) - minutes(clip(day.busy_at_lunch, window))
        return 0 if personal else day.lunch_minutes

    def may_go_outside(self, key: str) -> bool:
        if self.j.kind(key) != "strategic" or key == self.j.offsite_key:
            return False
        if key in self.j.demands:
            return self.j.demands[key].tier == "floor"
        return self.moves[key].state == "lost"


def _useless(free: Sequence[Interval], slot: Interval) -> int:
    """Minutes before and after the slot that are too few to be booked: all other gaps are whole quarter hours."""
    for gap in free:
        if gap.contains(slot):
            rests = (slot.start - gap.start, gap.end - slot.end)
            return sum(int(rest / MINUTE) for rest in rests if rest < 15 * MINUTE)
    return 0
