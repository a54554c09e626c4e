"""Which limits a plan breaks: an independent check, written from docs/objective.md.

It imports nothing of the placement modules, works on datetimes, and is slow on purpose: every limit
is written the way the page says it. A plan is a mapping from key to slot for what is new or moved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from blocker.measuring.days import Day
from blocker.placing.problem import Problem
from blocker.values.intervals import Interval
from blocker.values.plan import Demand, Standing
from blocker.values.workweek import Week, week_of

MINUTE = timedelta(minutes=1)
ONE_DAY = timedelta(days=1)
Plan = Mapping[str, Interval]


def natural(key: str) -> list[tuple[int, int, str]]:
    """A key to sort by, numbers in it as numbers."""
    return [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in re.split(r"(\d+)", key)]


@dataclass(frozen=True)
class Thing:
    """A block that is there after the plan."""

    key: str
    kind: str
    week: Week
    slot: Interval
    touched: bool  # new or moved

    @property
    def minutes(self) -> int:
        return int((self.slot.end - self.slot.start) / MINUTE)


class Limits:
    """Knows one problem; says which limits a plan for it breaks."""

    def __init__(self, problem: Problem) -> None:
        self.p = problem
        self.weeks = {room.week: room for room in problem.weeks}
        self.demands: dict[str, Demand] = {d.key: d for d in problem.demands if d.week in self.weeks}
        self.standing: dict[str, Standing] = {s.key: s for s in problem.standing}
        self.movers = {s.key: s for s in problem.standing if self._may_move(s)}

    # what a plan is made of

    def date(self, instant: datetime) -> date:
        return instant.astimezone(self.p.workweek.zone).date()

    def _may_move(self, s: Standing) -> bool:
        if s.kind == "offsite":
            asked = self.p.offsite is not None and self.p.offsite.key == s.key
            return asked and s.state in ("overlapped", "lost")
        if s.week not in self.weeks:
            return False
        first, last = self.date(s.slot.start), self.date(s.slot.end - timedelta(microseconds=1))
        if first != last or week_of(first) != s.week:
            return False
        if s.state in ("overlapped", "lost"):
            return True
        return s.state == "movable" and (self.p.policy == "run" or s.week == self.p.free_week)

    @property
    def offsite_key(self) -> str | None:
        """The key of the offsite that is asked for."""
        if self.p.offsite is None:
            return None
        key = self.p.offsite.key
        held = self.standing.get(key)
        return None if held is not None and key not in self.movers else key

    def alone(self, s: Standing) -> bool:
        """Strategic, and without it no strategic block of its week stands."""
        return s.kind == "strategic" and not any(
            o.kind == "strategic" and o.week == s.week and o.state != "lost" and o.key != s.key
            for o in self.p.standing
        )

    def lengths(self, key: str) -> list[int]:
        if key in self.demands:
            d = self.demands[key]
            low = d.shortest
            if d.tier == "floor" and d.floor_minutes is not None:
                low = min(low, d.floor_minutes)
            high = d.minutes
        elif key == self.offsite_key and self.p.offsite is not None:
            return [self.p.offsite.minutes]
        else:
            s = self.movers[key]
            low, high = s.shortest, s.minutes
            if s.state != "movable" and self.alone(s):
                low = min(low, s.floor_minutes)
        return [n for n in range(15, high + 1, 15) if n >= low]

    def wants_floor(self, week: Week) -> bool:
        return self.weeks[week].needs_floor and not any(
            s.kind == "strategic" and s.week == week and s.state != "lost" for s in self.p.standing
        )

    def kind(self, key: str) -> str:
        if key == self.offsite_key:
            return "offsite"
        return self.demands[key].kind if key in self.demands else self.standing[key].kind

    def week(self, key: str) -> Week | None:
        if key == self.offsite_key:
            return None
        return self.demands[key].week if key in self.demands else self.standing[key].week

    def there(self, plan: Plan) -> list[Thing]:
        things = [
            Thing(s.key, s.kind, s.week, s.slot, False)
            for s in self.p.standing
            if s.key not in plan and s.state != "lost"
        ]
        for key, slot in plan.items():
            week = self.week(key) or week_of(self.date(slot.start))
            things.append(Thing(key, self.kind(key), week, slot, True))
        return things

    # limits

    def alone_limits(self, key: str, slot: Interval) -> Iterator[str]:
        """The limits that a block breaks by itself, whatever else is there."""
        p, day = self.p, self.p.days.get(self.date(slot.start))
        if day is None:
            yield "away"
            return
        if slot.start < p.earliest:
            yield "notice"
        local = slot.start.astimezone(p.workweek.zone)
        if local.minute % 15 or local.second or local.microsecond:
            yield "grid"
        if not any(w.start <= slot.start and slot.end <= w.end for w in day.working):
            yield "away"
        for near in (day.date - ONE_DAY, day.date, day.date + ONE_DAY):
            for busy in p.days[near].busy if near in p.days else ():
                if busy.overlaps(slot):
                    yield "meetings"
                    continue
                after, before = slot.start - busy.end, busy.start - slot.end
                if timedelta(0) <= after < p.buffer_before * MINUTE:
                    yield "buffer"
                if timedelta(0) <= before < p.buffer_after * MINUTE:
                    yield "buffer"
        if any(time.overlaps(slot) for time in p.refused):
            yield "refused"
        eve = p.days.get(day.date - ONE_DAY)
        midnight = p.workweek.instant(day.date, 0)
        late = eve is not None and eve.working and midnight - eve.working[-1].end < p.buffer_before * MINUTE
        if late and slot.start - midnight < p.buffer_before * MINUTE:
            yield "midnight"
        if (slot.end - slot.start) / MINUTE not in self.lengths(key):
            yield "length"
        if key == self.offsite_key and p.offsite is not None:
            if slot.start < p.offsite.earliest:
                yield "notice"
            if not p.offsite.quarter.first_day <= day.date < p.offsite.quarter.end:
                yield "quarter"
            if (day.date.month, day.date.day) in {(12, n) for n in range(23, 32)} | {(1, 1), (1, 2)}:
                yield "holidays"
        elif week_of(day.date) != self.week(key):
            yield "week"
        if key in self.standing and self.standing[key].slot == slot:
            yield "not a move"

    def pair_limits(self, block: Thing, other: Thing) -> Iterator[str]:
        """The limits that new or moved ``block`` breaks because ``other`` is there."""
        gap = self.p.buffer_before * MINUTE
        if block.slot.start < other.slot.end + gap and other.slot.start < block.slot.end + gap:
            yield "blocks"
        if self.date(block.slot.start) == self.date(other.slot.start):
            if "offsite" in (block.kind, other.kind):
                yield "offsite"
            if block.kind == other.kind == "strategic":
                yield "one a day"

    def bookable_broken(self, day: Day, slots: list[Interval]) -> bool:
        return self.bookable_minutes(day, []) >= 60 > self.bookable_minutes(day, slots)

    def bookable_minutes(self, day: Day, slots: list[Interval]) -> float:
        """What others can still book from now on; none on a day that is over."""
        whole = self.p.workweek.span(day.date, day.date + ONE_DAY)
        if whole.end <= self.p.now:
            return 0
        return day.bookable_minutes(slots, Interval(max(self.p.now, whole.start), whole.end))

    def on_day(self, day: Day, things: list[Thing]) -> list[Interval]:
        whole = self.p.workweek.span(day.date, day.date + ONE_DAY)
        return [t.slot for t in things if t.slot.overlaps(whole)]

    def moves(self, plan: Plan) -> int:
        run = self.p.policy == "run"
        return sum(key in self.movers and (run or self.movers[key].state != "movable") for key in plan)

    def broken(self, plan: Plan) -> list[str]:
        """Everything that is wrong with a plan; empty if it is allowed."""
        things = self.there(plan)
        found = []
        for key, slot in plan.items():
            found += [f"{key}: {name}" for name in self.alone_limits(key, slot)]
        for thing in things:
            for other in things:
                if thing.touched and other.key != thing.key:
                    found += [f"{thing.key}: {name} ({other.key})" for name in self.pair_limits(thing, other)]
        if self.moves(plan) > self.p.max_moves:
            found.append("moves")
        found += self.shared_limits(plan, things)
        return found

    def shared_limits(self, plan: Plan, things: list[Thing]) -> list[str]:
        """Lunch, bookable minutes and cap, and the floor that may go past the last two."""
        found = []
        over_cap = [w for w in self.weeks if self.taken(w, things) > self.weeks[w].cap_minutes]
        short_days = []
        for day in {self.date(t.slot.start) for t in things if t.touched and t.kind != "offsite"}:
            slots = self.on_day(self.p.days[day], things)
            if not self.p.days[day].lunch_fits(slots):
                found.append(f"{day}: lunch")
            if self.bookable_broken(self.p.days[day], slots):
                short_days.append(day)
        excused = {t.key for t in things if self.excused(t, things)}
        for t in things:
            if t.touched and t.kind != "offsite" and t.key not in excused:
                if t.week in over_cap:
                    found.append(f"{t.key}: cap")
                if self.date(t.slot.start) in short_days:
                    found.append(f"{t.key}: bookable")
        return found

    def taken(self, week: Week, things: list[Thing]) -> int:
        return sum(t.minutes for t in things if t.week == week and t.kind != "offsite")

    def excused(self, thing: Thing, things: list[Thing]) -> bool:
        """True for the one block of its week that may go outside the manners."""
        if not thing.touched or thing.kind != "strategic" or not self.wants_floor(thing.week):
            return False
        if sum(t.touched and t.kind == "strategic" and t.week == thing.week for t in things) > 1:
            return False
        if thing.key in self.demands:
            # Alike demands share slots: the first of them, by tier, is the one that is placed.
            return self.demands[thing.key].tier == "floor"
        return self.standing[thing.key].state == "lost"

    def outside(self, week: Week, things: list[Thing]) -> bool:
        """True if the week's floor breaks cap or bookable minutes."""
        for t in things:
            if t.week == week and self.excused(t, things):
                day = self.p.days[self.date(t.slot.start)]
                if self.taken(week, things) > self.weeks[week].cap_minutes:
                    return True
                if self.bookable_broken(day, self.on_day(day, things)):
                    return True
        return False
