"""An independent judge of plans, written from docs/objective.md: which limits a plan breaks, what it is worth.

Like ``plan_limits`` it imports nothing of the placement modules and is slow on purpose.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from blocker.placing.problem import Problem
from blocker.values.intervals import Interval, intersect, merge, minutes, subtract
from blocker.values.plan import Standing
from tests.tools.plan_limits import MINUTE, ONE_DAY, Limits, Plan, Thing, natural

TIERS = ("floor", "red", "amber", "debt", "frontline", "learning")


class Judge(Limits):
    """Knows one problem; judges any plan for it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.busiest = self._busiest()

    # value

    def value(self, plan: Plan) -> tuple[int, ...]:
        """The vector of section 3."""
        things = self.there(plan)
        touched = [t for t in things if t.touched]
        floored = {t.week for t in touched if t.kind == "strategic" and t.week in self.weeks}
        floored = {w for w in floored if self.wants_floor(w)}
        counts = [0] * (len(TIERS) + 1)
        for key in plan:
            if key in self.demands:
                tier = self.demands[key].tier
                counts[TIERS.index(tier) if tier in TIERS else len(TIERS)] += 1
        counted = [t for t in things if t.week in self.weeks and t.kind != "offsite"]
        return (
            len(floored),
            sum(not self.outside(w, things) for w in floored),
            int(self.offsite_key in plan),
            -sum(k in self.movers and self.movers[k].state == "movable" for k in plan)
            * (self.p.policy == "run"),
            self.solved(plan),
            *counts,
            sum(t.minutes for t in counted),
            -sum(t.minutes**2 for t in counted),
            *self.offsite_wishes(plan),
            self.points(plan, things),
        )

    def pressing(self) -> list[Standing]:
        conflicts = [
            s for s in self.movers.values() if s.state in ("overlapped", "lost") and s.kind != "offsite"
        ]
        return sorted(
            conflicts,
            key=lambda s: (
                not (s.kind == "strategic" and (s.tier == "floor" or self.alone(s))),
                s.slot,
                natural(s.key),
            ),
        )

    def solved(self, plan: Plan) -> int:
        order = self.pressing()
        return sum(2 ** (len(order) - 1 - n) for n, s in enumerate(order) if s.key in plan)

    def offsite_wishes(self, plan: Plan) -> tuple[int, int, int]:
        if self.offsite_key is None or self.offsite_key not in plan or self.p.offsite is None:
            return 0, 0, 0
        slot, quarter = plan[self.offsite_key], self.p.offsite.quarter
        day = self.date(slot.start)
        load = minutes(intersect(self.p.days[day].operational, self.p.days[day].hours))
        first = self.p.workweek.instant(quarter.first_day, 0)
        return int(3 <= quarter.week_number(day) <= 10), -int(load), -int((slot.start - first) / MINUTE)

    def _busiest(self) -> int | None:
        tally = dict.fromkeys(range(24), timedelta(0))
        for week in self.weeks:
            for day in week.days:
                for run in merge(self.p.days[day].operational) if day in self.p.days else ():
                    for hour in range(24):
                        a, b = self.hour(day, hour)
                        tally[hour] += max(timedelta(0), min(run.end, b) - max(run.start, a))
        most = max(tally.values())
        return min(h for h in tally if tally[h] == most) if most else None

    def hour(self, day: date, hour: int) -> tuple[datetime, datetime]:
        return self.p.workweek.instant(day, 60 * hour), self.p.workweek.instant(day, 60 * hour + 60)

    def block_points(self, key: str, slot: Interval) -> int:
        """The points of section 4 that a block has by itself."""
        day = self.p.days[self.date(slot.start)]
        prefer = (self.demands[key] if key in self.demands else self.standing[key]).prefer
        noon = self.p.workweek.instant(day.date, 720)
        total = 6 - day.date.weekday()
        if prefer == "morning":
            total += 40 if slot.end <= noon else 20 if slot.start < noon else 0
        elif prefer == "afternoon":
            total += 40 if slot.start >= noon else 20 if slot.end > noon else 0
        if self.busiest is not None:
            a, b = self.hour(day.date, self.busiest)
            total -= 5 * int(max(timedelta(0), min(b, slot.end) - max(a, slot.start)) / (15 * MINUTE))
        for run in merge(day.operational, 10 * MINUTE):
            if run.end - run.start >= 120 * MINUTE and timedelta(0) <= slot.start - run.end < 30 * MINUTE:
                total -= 20
                break
        if day.lunch is not None and day.lunch.overlaps(slot):
            total -= 60
        before, after = self.p.buffer_before * MINUTE, self.p.buffer_after * MINUTE
        holes = [
            Interval(b.start - after, b.end + before)
            for near in (day.date - ONE_DAY, day.date, day.date + ONE_DAY)
            if near in self.p.days
            for b in self.p.days[near].busy
        ]
        holes += [
            Interval(s.slot.start - before, s.slot.end + before)
            for s in self.p.standing
            if s.state == "fixed"
        ]
        for working in day.working:
            for gap in subtract([working], holes):
                if gap.contains(slot):
                    for rest in (slot.start - gap.start, gap.end - slot.end):
                        total -= {0: 0, 1: 10, 2: 5, 3: 5}.get(rest // (15 * MINUTE), 0)
        return total

    def points(self, plan: Plan, things: list[Thing]) -> int:
        total = sum(self.block_points(key, slot) for key, slot in plan.items() if key != self.offsite_key)
        for key, s in self.movers.items():
            day = self.p.days.get(self.date(s.slot.start))
            if s.state == "movable" and key not in plan and day is not None and day.working:
                total += self.block_points(key, s.slot)
        blocks = {self.date(t.slot.start) for t in things if t.kind == "strategic"}
        strategic = blocks | self.p.own_strategic
        for week in self.weeks:
            total -= 25 * len(blocks & self.p.own_strategic & set(week.days))
            total -= 25 * sum({a, b} <= strategic for a, b in zip(week.days, week.days[1:], strict=False))
        if self.p.policy == "rebalance":
            total += 20 * sum(
                s.state == "movable" and key not in plan and s.week == self.p.free_week
                for key, s in self.movers.items()
            )
        return total

    def order(self, plan: Plan) -> list[list[tuple[datetime, int, str]]]:
        """The lists of section 5: of plans with equal values the smaller is better."""
        lists = []
        for week in sorted(self.weeks):
            mine = []
            for key, slot in plan.items():
                if self.week(key) == week:
                    name = key
                    if key in self.demands:
                        d = self.demands[key]
                        floors = [
                            o.floor_minutes or 0
                            for o in self.demands.values()
                            if o.tier == "floor"
                            and (o.week, o.kind, o.prefer, o.minutes, o.shortest)
                            == (d.week, d.kind, d.prefer, d.minutes, d.shortest)
                        ]
                        name = f"{d.kind}/{d.prefer}/{d.minutes}/{d.shortest}/{floors[0] if floors else 0}"
                    mine.append((slot.start, -int((slot.end - slot.start) / MINUTE), name))
            lists.append(sorted(mine))
        return lists
