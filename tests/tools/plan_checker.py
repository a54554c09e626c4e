"""An independent judge of plans, written from docs/objective.md: which limits a plan breaks, what it is worth."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from math import ceil

from blocker.placing.problem import Problem
from blocker.values.intervals import Interval, intersect, merge, minutes, subtract
from tests.tools.plan_limits import MINUTE, ONE_DAY, Limits, Plan, Thing, natural

TIERS = ("floor", "red", "amber", "debt", "frontline")
QUARTER_HOUR = 15 * MINUTE


def halves(slot: Interval) -> int:
    return int((slot.end - slot.start) / MINUTE) // 30


class Judge(Limits):
    """Knows one problem; judges any plan for it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.busiest = self._busiest()

    def value(self, plan: Plan) -> tuple[int, ...]:
        """The vector of section 3."""
        things = self.there(plan)
        decided = {k: s for k, s in plan.items() if s is not None and k != self.offsite_key}
        decided |= {k: s.slot for k, s in self.kept.items() if k not in plan}
        floored = {t.week for t in things if t.counts and t.kind == "strategic" and t.week in self.weeks}
        floored = {week for week in floored if self.wants_floor(week)}
        moved = {k: s for k, s in plan.items() if s is not None and k in self.standing}
        outside = {self.of(k).week for k in plan if k != self.offsite_key and self.outside(k, plan)}
        half_day = plan.get(self.offsite_key or "")
        tiers = [self.tier(key) for key in decided]
        return (
            len(floored),
            len(floored - outside),
            int(half_day is not None),
            int(half_day is not None and self.is_real(half_day)),
            tiers.count("learning"),
            -sum(key in self.kept for key in plan) if self.run else 0,
            sum(self.pressing().get(key, 0) for key in decided) if self.run else 0,
            *(tiers.count(tier) for tier in TIERS),
            sum(tier not in (*TIERS, "learning") for tier in tiers),
            sum(halves(slot) for slot in decided.values()),
            0 if self.run else sum(self.part(key, slot) for key, slot in decided.items()),
            -len(moved) - (0 if self.run else sum(plan[k] is None for k in plan if k in self.kept)),
            -sum(self.date(self.standing[k].slot.start) != self.date(s.start) for k, s in moved.items()),
            *(self.offsite_wishes(half_day) if half_day else (0, 0, 0)),
            sum(self.points(key, slot) for key, slot in decided.items()) + self.spread(things),
            -sum(self.start(key, slot) for key, slot in decided.items()),
        )

    def tier(self, key: str) -> str:
        return self.of(key).tier

    def pressing(self) -> dict[str, int]:
        """What it counts in entry 7 if a hit or displaced block is rescued."""
        found: dict[str, int] = {}
        for week in self.weeks:
            stands = any(
                s.kind == "strategic" and s.week == week and s.state in ("kept", "fixed")
                for s in self.p.standing
            )
            order = []
            for key in [*self.hit, *(k for k, d in self.demands.items() if d.rescue)]:
                of = self.of(key)
                if of.week == week:
                    first = of.kind == "strategic" and (of.tier == "floor" or not stands)
                    slot = (0, self.standing[key].slot) if key in self.hit else (1, None)
                    order.append((not first, slot[0], slot[1] or natural(key), natural(key), key))
            order.sort()
            found |= {entry[-1]: 2 ** (len(order) - 1 - n) for n, entry in enumerate(order)}
        return found

    def is_real(self, slot: Interval) -> bool:
        hours = self.p.days[self.date(slot.start)].hours
        return slot.start - hours[0].start <= 30 * MINUTE or hours[-1].end - slot.end <= 30 * MINUTE

    def offsite_wishes(self, slot: Interval) -> tuple[int, int, int]:
        assert self.p.offsite is not None
        quarter, day = self.p.offsite.quarter, self.date(slot.start)
        first = self.p.workweek.instant(quarter.first_day, 0)
        start = -ceil((slot.start - first) / QUARTER_HOUR)
        if self.old_offsite is not None:
            home = self.date(self.old_offsite.slot.start)
            return int(quarter.first_day <= day < quarter.end), -abs((day - home).days), start
        load = minutes(intersect(self.p.days[day].operational, self.p.days[day].hours))
        return int(3 <= quarter.week_number(day) <= 10), -int(load), start

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

    def part(self, key: str, slot: Interval) -> int:
        noon, prefer = self.p.workweek.instant(self.date(slot.start), 720), self.of(key).prefer
        if prefer == "morning":
            return 2 if slot.end <= noon else int(slot.start < noon)
        if prefer == "afternoon":
            return 2 if slot.start >= noon else int(slot.end > noon)
        return 0

    def points(self, key: str, slot: Interval) -> int:
        """The points that a block has by itself."""
        day = self.p.days[self.date(slot.start)]
        total = 20 * self.part(key, slot)
        if self.busiest is not None:
            a, b = self.hour(day.date, self.busiest)
            total -= 5 * int(max(timedelta(0), min(b, slot.end) - max(a, slot.start)) / QUARTER_HOUR)
        for run in merge(day.operational, 10 * MINUTE):
            if run.end - run.start >= 120 * MINUTE and timedelta(0) <= slot.start - run.end < 30 * MINUTE:
                total -= 20
                break
        before, after = self.p.buffer_before * MINUTE, self.p.buffer_after * MINUTE
        holes = [
            Interval(b.start - after, b.end + before)
            for near in (day.date - ONE_DAY, day.date, day.date + ONE_DAY)
            if near in self.p.days
            for b in self.p.days[near].busy
        ]
        for gap in subtract(day.working, holes):
            if gap.contains(slot):
                for rest in (slot.start - gap.start, gap.end - slot.end):
                    total -= {0: 0, 1: 10, 2: 5, 3: 5}.get(rest // QUARTER_HOUR, 0)
        return total - 25 * (day.date in self.p.own_strategic)

    def spread(self, things: list[Thing]) -> int:
        blocks = {self.date(t.slot.start) for t in things if t.counts and t.key != self.offsite_key}
        used = blocks | self.p.own_strategic
        pairs = (
            {a, b} <= used for week in self.weeks for a, b in zip(week.days, week.days[1:], strict=False)
        )
        return -25 * sum(pairs)

    def start(self, key: str, slot: Interval) -> int:
        return ceil((slot.start - self.p.workweek.instant(self.of(key).week.monday, 0)) / QUARTER_HOUR)


def as_plan(problem: Problem, solution: object) -> dict[str, Interval | None]:
    """A solution as the judge's plan."""
    plan: dict[str, Interval | None] = {p.key: p.slot for p in solution.placements}  # type: ignore[attr-defined]
    return plan | dict.fromkeys(solution.gave_way)  # type: ignore[attr-defined]
