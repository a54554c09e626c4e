"""Which limits a plan breaks: an independent check, written from docs/objective.md.

It imports nothing of the placement modules but the problem, works on datetimes, and is slow on purpose: every limit
is written the way the page says it. A plan maps the key of what is new or moved to its slot, and that of a kept
block that goes to None.
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
Plan = Mapping[str, Interval | None]


def natural(key: str) -> list[tuple[int, int, str]]:
    """A key to sort by, numbers in it as numbers."""
    return [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in re.split(r"(\d+)", key)]


def steps(shortest: int, longest: int) -> list[int]:
    """In half hours from the longest down, and the shortest."""
    found = list(range(longest, shortest - 1, -30))
    return [*found, shortest] if shortest <= longest and shortest not in found else found


@dataclass(frozen=True)
class Thing:
    """A block that is there after the plan."""

    key: str
    kind: str
    week: Week
    slot: Interval
    touched: bool  # new or moved
    counts: bool = True

    @property
    def minutes(self) -> int:
        return int((self.slot.end - self.slot.start) / MINUTE)


class Limits:
    """Knows one problem; says which limits a plan for it breaks."""

    def __init__(self, problem: Problem) -> None:
        self.p = problem
        self.run = problem.policy == "run"
        self.weeks = {room.week: room for room in problem.weeks}
        self.demands: dict[str, Demand] = {d.key: d for d in problem.demands if d.week in self.weeks}
        self.standing: dict[str, Standing] = {s.key: s for s in problem.standing}
        mine = [s for s in problem.standing if s.week in self.weeks and s.kind != "offsite"]
        mine = [s for s in mine if s.key not in problem.surplus]
        self.kept = {s.key: s for s in mine if s.state == "kept" and self._at_home(s)}
        self.hit = {s.key: s for s in mine if s.state == "hit"}
        self.longer: dict[str, bool] = {}

    # what a plan is made of

    def date(self, instant: datetime) -> date:
        return instant.astimezone(self.p.workweek.zone).date()

    def _at_home(self, s: Standing) -> bool:
        first, last = self.date(s.slot.start), self.date(s.slot.end - timedelta(microseconds=1))
        return first == last and week_of(first) == s.week

    @property
    def offsite_key(self) -> str | None:
        """The key of the offsite that may get a slot."""
        if self.p.offsite is None:
            return None
        there = self.standing.get(self.p.offsite.key)
        if there is None or there.kind != "offsite":
            return self.p.offsite.key
        return self.p.offsite.key if there.state == "hit" and self.run else None

    @property
    def old_offsite(self) -> Standing | None:
        """The offsite that is to be rescued."""
        return self.standing.get(self.offsite_key) if self.offsite_key else None

    def in_any_case(self, but: str) -> list[Thing]:
        """What stays whatever is decided, as far as the block ``but`` is concerned."""
        found = []
        for s in self.p.standing:
            gone = s.key in self.p.surplus or s.key == but
            leaves = s.key in self.kept or (s.key in self.hit and not s.edited)
            leaves |= s.key == self.offsite_key and s.state == "hit" and not s.edited
            if not gone and not leaves:
                found.append(Thing(s.key, s.kind, s.week, s.slot, False, s.state in ("kept", "fixed")))
        return found

    def in_the_way(self, key: str) -> list[Thing]:
        """The same without what gets out of the way of ``key`` by moving: edited hit blocks of its week."""
        leave = {s.key for s in self.hit.values() if key != self.offsite_key and s.week == self.week(key)}
        return [thing for thing in self.in_any_case(key) if thing.key not in leave]

    def near(self, one: Interval, other: Interval) -> bool:
        """True if one is on the other or in its buffer."""
        gap = self.p.buffer_before * MINUTE
        return one.start < other.end + gap and other.start < one.end + gap

    def there(self, plan: Plan) -> list[Thing]:
        """What is there after the plan."""
        things = [t for t in self.in_any_case("") if plan.get(t.key) is None]
        things += [
            Thing(s.key, s.kind, s.week, s.slot, False) for s in self.kept.values() if s.key not in plan
        ]
        return things + [self.touched(key, slot) for key, slot in plan.items() if slot is not None]

    def touched(self, key: str, slot: Interval) -> Thing:
        return Thing(key, self.kind(key), self.week(key) or week_of(self.date(slot.start)), slot, True)

    def kind(self, key: str) -> str:
        if key == self.offsite_key:
            return "offsite"
        return self.demands[key].kind if key in self.demands else self.standing[key].kind

    def of(self, key: str) -> Demand | Standing:
        return self.demands[key] if key in self.demands else self.standing[key]

    def week(self, key: str) -> Week | None:
        return None if key == self.offsite_key else self.of(key).week

    # lengths

    def usual(self, key: str) -> list[int]:
        """The lengths that a block may have without being a short floor."""
        if key in self.demands:
            d = self.demands[key]
            rescue = steps(min(60, d.minutes), d.minutes) if d.rescue else []
        else:
            s = self.standing[key]
            rescue = steps(min(60, s.slot.minutes), s.slot.minutes) if key in self.hit else []
        if rescue and self.run:
            return rescue
        return sorted({*rescue, *steps(self.of(key).shortest, self.of(key).minutes)}, reverse=True)

    def short(self, key: str) -> list[int]:
        """The lengths that it may have as a short floor."""
        of = self.of(key)
        counts = (
            s.week == of.week and s.kind == "strategic" and s.state in ("kept", "fixed")
            for s in self.p.standing
        )
        if of.floor_minutes is None or of.rescue or not self.wants_floor(of.week):
            return []
        if self.run and any(counts):
            return []
        return steps(of.floor_minutes, of.minutes)[len(self.usual(key)) :]

    def offsite_minutes(self, day: date) -> int:
        assert self.p.offsite is not None
        days = self.offsite_days()
        if any(part.minutes >= self.p.offsite.minutes for one in days for part in self.p.days[one].hours):
            return self.p.offsite.minutes
        longest = max((part.minutes for part in self.p.days[day].hours), default=0)
        return max(150, longest // 15 * 15)

    def offsite_days(self) -> list[date]:
        assert self.p.offsite is not None
        quarter = self.p.offsite.quarter
        return [d for d in self.p.days if self.old_offsite or quarter.first_day <= d < quarter.end]

    def lengths(self, key: str, day: date) -> list[int]:
        if key == self.offsite_key:
            return [self.offsite_minutes(day)]
        return self.usual(key) + self.short(key)

    def may_be_longer(self, key: str) -> bool:
        """True if a slot of a usual length is allowed within the manners, whatever else is wanted."""
        if key not in self.longer:
            kept = [s for s in self.kept.values() if (self.run or s.edited) and s.key != key]
            others = [*self.in_any_case(key), *(Thing(s.key, s.kind, s.week, s.slot, False) for s in kept)]
            slots = self.slots(key, self.usual(key))
            self.longer[key] = any(set(self.broken_by(key, s, others)) <= {"not a move"} for s in slots)
        return self.longer[key]

    def slots(self, key: str, lengths: list[int] | None = None) -> list[Interval]:
        """Every slot of a block on the grid in the working time of its dates."""
        found = []
        week = self.week(key)
        for day in sorted(self.p.days if week is None else set(week.days) & set(self.p.days)):
            for part in self.p.days[day].working:
                start = part.start.replace(minute=part.start.minute // 15 * 15, second=0, microsecond=0)
                while start < part.end:
                    for length in lengths or self.lengths(key, day):
                        slot = Interval(start, start + timedelta(minutes=length))
                        if part.contains(slot):
                            found.append(slot)
                    start += timedelta(minutes=15)
        return found

    # limits

    def wants_floor(self, week: Week) -> bool:
        stands = (
            s.kind == "strategic" and s.week == week for s in self.p.standing if s.state in ("kept", "fixed")
        )
        return self.weeks[week].needs_floor or any(stands)

    def may_go_outside(self, key: str) -> bool:
        """True if it may be a week's floor outside the manners, others let alone."""
        if key == self.offsite_key or self.kind(key) != "strategic":
            return False
        of = self.of(key)
        return self.wants_floor(of.week) and (of.tier == "floor" or of.rescue)

    def earliest(self, key: str, outside: bool) -> datetime:
        p = self.p
        if key == self.offsite_key:
            assert p.offsite is not None
            return max(p.offsite.earliest, p.now)
        if self.of(key).rescue:
            two_hours = p.now + timedelta(hours=2)
            return two_hours if self.run else min(two_hours, p.earliest)
        return min(p.earliest, p.floor_earliest) if outside and p.floor_earliest else p.earliest

    def had(self, week: Week) -> int:
        """What the week's blocks had before they were hit."""
        total = 0
        for s in self.p.standing:
            stays_hit = s.state == "hit_fixed" or (s.state == "hit" and s.edited and not self.run)
            if s.week == week and s.kind != "offsite" and not stays_hit:
                total += s.slot.minutes
        return max(total, self.weeks[week].had_minutes)

    def week_limits(self, key: str) -> tuple[float, float]:
        """The share and the hours that bind a block, minutes."""
        room = self.weeks[self.of(key).week]
        new = key in self.demands and not self.demands[key].rescue
        had = 0 if new else self.had(room.week)
        return max(room.share_minutes, had), max(room.hours_minutes, had)

    def alone_limits(self, key: str, slot: Interval, outside: bool = False) -> Iterator[str]:
        """The limits that a block breaks by itself, whatever else of ours is there."""
        p, day = self.p, self.p.days.get(self.date(slot.start))
        if day is None:
            yield "away"
            return
        if slot.start < self.earliest(key, outside):
            yield "notice"
        if day.date in p.quiet:
            yield "quiet"
        if key != self.offsite_key:
            of = self.of(key)
            if of.days and day.date.weekday() not in of.days:
                yield "days"
            spans = [
                (p.workweek.instant(day.date, a), p.workweek.instant(day.date, b)) for a, b in of.between
            ]
            if spans and not any(a <= slot.start and slot.end <= b for a, b in spans):
                yield "between"
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
        if slot.start - p.workweek.instant(day.date, 0) < p.buffer_before * MINUTE:
            yield "blocks"
        if int((slot.end - slot.start) / MINUTE) not in self.lengths(key, day.date):
            yield "length"
        if key == self.offsite_key:
            if day.date not in self.offsite_days():
                yield "quarter"
        elif week_of(day.date) != self.week(key):
            yield "week"
        if key in self.standing and self.standing[key].slot == slot:
            yield "not a move"

    def day_limits(self, key: str, slot: Interval, others: list[Thing]) -> Iterator[str]:
        """The limits that it breaks on its date because of the other blocks that are there, those of its week left out."""
        day = self.p.days[self.date(slot.start)]
        staying = {t.key for t in self.in_any_case(key)}
        for other in others:
            if other.key in staying and not other.touched and self.near(slot, other.slot):
                yield "blocks"
            if other.counts and self.date(other.slot.start) == day.date:
                yield "one a day"
        if key == self.offsite_key:
            return
        whole = self.p.workweek.span(day.date, day.date + ONE_DAY)
        here = [t.slot for t in others if t.counts and t.slot.overlaps(whole)]
        if not day.lunch_fits([*here, slot]):
            yield "lunch"
        if self.bookable(day, []) >= self.p.bookable_minutes > self.bookable(day, [*here, slot]):
            yield "bookable"

    def weekly(self, key: str, slot: Interval, others: list[Thing]) -> Iterator[str]:
        if key == self.offsite_key:
            return
        week = self.of(key).week
        taken = sum(t.minutes for t in others if t.counts and t.week == week and t.kind != "offsite")
        taken += int((slot.end - slot.start) / MINUTE)
        for name, most in zip(("share", "hours"), self.week_limits(key), strict=True):
            if taken > most:
                yield name

    def broken_by(self, key: str, slot: Interval, others: list[Thing], outside: bool = False) -> list[str]:
        """All limits that a block breaks where ``others`` are there."""
        found = [*self.alone_limits(key, slot, outside)]
        if "away" in found:
            return found
        found += [*self.day_limits(key, slot, others), *self.weekly(key, slot, others)]
        return [name for name in found if not (outside and name in ("bookable", "share", "hours"))]

    def bookable(self, day: Day, slots: list[Interval]) -> float:
        """What others can still book from now on; none on a day that is over."""
        whole = self.p.workweek.span(day.date, day.date + ONE_DAY)
        if whole.end <= self.p.now:
            return 0
        return day.bookable_minutes(slots, Interval(max(self.p.now, whole.start), whole.end))

    def broken(self, plan: Plan) -> list[str]:
        """Everything that is wrong with a plan; empty if it is allowed."""
        things = self.there(plan)
        found = []
        for key, slot in plan.items():
            if slot is None and self.standing[key].edited:
                found.append(f"{key}: edited")
            if slot is not None:
                others = [t for t in things if t.key != key]
                names = self.broken_by(key, slot, others)
                if names and self.may_be_outside(key, things):
                    names = self.broken_by(key, slot, others, outside=True)
                found += [f"{key}: {name}" for name in names]
                if key != self.offsite_key and int((slot.end - slot.start) / MINUTE) in self.short(key):
                    found += [f"{key}: short"] if self.may_be_longer(key) else []
        return found

    def may_be_outside(self, key: str, things: list[Thing]) -> bool:
        """True if it may be a floor outside the manners in this plan."""
        if not self.may_go_outside(key):
            return False
        week = self.of(key).week
        return not any(t.counts and t.kind == "strategic" and t.week == week and t.key != key for t in things)

    def outside(self, key: str, plan: Plan) -> bool:
        """True if a block of the plan breaks the manners."""
        slot, things = plan[key], self.there(plan)
        return slot is not None and bool(self.broken_by(key, slot, [t for t in things if t.key != key]))
