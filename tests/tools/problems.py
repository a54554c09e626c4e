"""Random placement problems, the same for the same seed: every kind of week, load, zone and conflict."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from math import inf
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from blocker.measuring.days import Day, build_days
from blocker.placing.problem import Problem
from blocker.values.events import Event
from blocker.values.intervals import Interval
from blocker.values.plan import Classified, Demand, OffsiteDemand, Standing, WeekRoom
from blocker.values.workweek import Lunch, Quarter, Week, WorkWeek, quarter_of, week_of
from tests.tools.problem_sizes import TINY, Size

# A Monday near each change of the clocks, near a new year, and in a plain week.
MONDAYS = (
    ("Europe/Berlin", date(2026, 3, 23)),
    ("Europe/Berlin", date(2026, 10, 19)),
    ("Europe/Berlin", date(2026, 12, 14)),
    ("Europe/Berlin", date(2027, 1, 18)),
    ("America/New_York", date(2026, 3, 2)),
    ("America/New_York", date(2026, 10, 26)),
    ("Australia/Lord_Howe", date(2026, 3, 30)),
    ("Australia/Lord_Howe", date(2026, 9, 28)),
    ("Asia/Kolkata", date(2026, 5, 4)),
    ("UTC", date(2026, 6, 1)),
)


def make_problem(seed: int, size: Size = TINY, load: float | None = None) -> Problem:
    """One problem. ``load`` is the share of the hours that meetings take; drawn where not given."""
    return draw(seed, size, load)[0]


def draw(seed: int, size: Size = TINY, load: float | None = None) -> tuple[Problem, list[Classified]]:
    """The same with everything that is on the calendar."""
    maker = _Maker(random.Random(seed), size, load)
    return maker.make(), maker.events


def without(problem: Problem, events: Sequence[Classified], gone: set[int]) -> Problem:
    """The problem on the calendar without the events of those ids."""
    stay = [item for item in events if id(item.event) not in gone]
    return replace(
        problem,
        days=build_days(problem.workweek, sorted(problem.days), stay),
        events=tuple(event for event in problem.events if id(event) not in gone),
    )


class _Maker:
    def __init__(self, rnd: random.Random, size: Size, load: float | None) -> None:
        self.rnd, self.size = rnd, size
        self.load = rnd.choice((0.0, 0.05, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95)) if load is None else load
        zone, self.monday = rnd.choice(MONDAYS)
        days = sorted(rnd.sample(range(7), rnd.choice(size.workdays)))
        if rnd.random() < 0.6:
            days = list(range(len(days)))
        hours = rnd.choice(size.hours)
        start = hours[0][0]
        lunch = rnd.choice(
            (None, Lunch(start + 60, start + 150, 30), Lunch(), Lunch(start + 60, start + 180, 60))
        )
        self.workweek = WorkWeek(ZoneInfo(zone), dict.fromkeys(days, hours), lunch, {})
        self.weeks = [week_of(self.monday).plus(n) for n in range(rnd.randint(*size.weeks))]

    def make(self) -> Problem:
        rnd = self.rnd
        self.policy = policy = rnd.choice(("run", "rebalance"))
        if policy == "rebalance":
            self.weeks = self.weeks[:1]
        now = self.workweek.instant(self.monday, rnd.choice((0, 420, 600, 1500, 2500)))
        offsite = self.offsite(now)
        dates = {day for week in self.weeks for day in week.days}
        if offsite is not None and self.size.days_of_quarter:
            first = max(offsite.quarter.first_day, self.monday)
            dates |= {first + timedelta(days=n) for n in range(min(40, (offsite.quarter.end - first).days))}
        events = self.events = [*self.meetings(sorted(dates)), *self.oddities(sorted(dates))]
        days = build_days(self.workweek, sorted(dates), events)
        standing = self.standing(days, offsite)
        notice = now + timedelta(hours=rnd.choice((0, 1, 24, 48)))
        demands = self.demands({s.key for s in standing})
        return Problem(
            now=now, earliest=notice, workweek=self.workweek, days=days,
            weeks=tuple(self.room(week, days, standing, demands) for week in self.weeks),
            demands=demands, standing=standing, offsite=offsite, policy=policy,
            floor_earliest=rnd.choice((None, now + timedelta(hours=24))),
            surplus={s.key: "not asked for" for s in standing if policy == "rebalance" and s.state == "kept"
                     and s.kind != "offsite" and not s.edited and rnd.random() < 0.35},
            buffer_before=rnd.choice((10, 10, 10, 0, 5, 30)), buffer_after=rnd.choice((0, 0, 5, 15)),
            events=tuple(item.event for item in events if item.kind != "away" and not item.event.all_day),
            own_strategic=frozenset(d for d in sorted(dates) if rnd.random() < 0.08),
            refused=self.refused(days), quiet=frozenset(d for d in sorted(dates) if rnd.random() < 0.03),
        )  # fmt: skip

    def offsite(self, now: datetime) -> OffsiteDemand | None:
        if self.rnd.random() < 0.5:
            return None
        quarter: Quarter = quarter_of(self.monday, self.rnd.choice((1, 1, 4, 2)))
        if self.rnd.random() < 0.2:
            quarter = quarter.next()
        earliest = now + timedelta(days=self.rnd.choice((0, 1, 7)))
        return OffsiteDemand(
            f"offsite/{quarter}", quarter, self.rnd.choice(self.size.offsite_minutes), earliest
        )

    def meetings(self, dates: Sequence[date]) -> list[Classified]:
        """Meetings until that share of the hours is taken: of every day alike, or of some days all of it."""
        found: list[Classified] = []
        grid, by_days = self.rnd.choice((30, 30, 15, 5)), self.rnd.random() < 0.5
        for day in dates:
            ranges = self.workweek.hours.get(day.weekday(), ())
            load = self.load
            if by_days:
                load = 1.0 if self.rnd.random() < self.load else 0.1 * self.load
            hours = {minute for low, high in ranges for minute in range(low, high, 5)}
            wanted, left = (1 - load) * len(hours), set(hours)
            for _ in range(60):
                if len(left) <= wanted:
                    break
                low, high = self.rnd.choice(ranges)
                start = (
                    low
                    + grid * self.rnd.randrange(max(1, (high - low) // grid))
                    + self.rnd.choice((0, 0, -30))
                )
                length = self.rnd.choice((15, 30, 30, 50, 60, 60, 90, 120))
                left.difference_update(range(start, start + length, 5))
                found.append(self.event(day, start, start + length, "operational"))
        return found

    def oddities(self, dates: Sequence[date]) -> list[Classified]:
        """Personal time, timed and whole-day absence, events over midnight and with odd seconds."""
        rnd, found = self.rnd, []
        for day in dates:
            if rnd.random() < 0.12:
                start = rnd.choice((540, 600, 690, 720))
                found.append(self.event(day, start, start + rnd.choice((30, 60)), "personal"))
            if rnd.random() < 0.06:
                start = rnd.choice((480, 600, 900))
                found.append(self.event(day, start, start + rnd.choice((60, 90, 200)), "away"))
            if rnd.random() < 0.05:
                found.append(self.event(day, 1380, 1440 + rnd.choice((0, 5, 30, 600)), "operational"))
            if rnd.random() < 0.04:
                event = self.event(day, 600, 645, "operational").event
                odd = Interval(
                    event.when.start + timedelta(seconds=20), event.when.end + timedelta(seconds=40)
                )
                found.append(Classified(_moved(event, odd), "operational", "drawn"))
            if rnd.random() < 0.03:
                whole = self.event(day, 0, 1440, "away").event
                found.append(Classified(_all_day(whole, day), "away", "drawn"))
        return found

    def event(self, day: date, start: int, end: int, kind: str) -> Classified:
        rnd = self.rnd
        when = Interval(self._instant(day, start), self._instant(day, end))
        mine = rnd.random() < 0.3
        event = Event(
            uid=f"e{rnd.getrandbits(40):x}", calendar="c", title=rnd.choice(("Budget", "Leadership team", "Jour fixe")),
            when=when, organizer="me@example.org" if mine else "boss@example.org", organizer_is_me=mine,
            attendees=tuple(rnd.sample(("a@example.org", "b@example.org", "c@elsewhere.net"), rnd.randrange(4))),
            recurring=rnd.random() < 0.3,
        )  # fmt: skip
        return Classified(event, kind, "drawn")

    def _instant(self, day: date, minute: int) -> datetime:
        while minute > 1440:
            day, minute = day + timedelta(days=1), minute - 1440
        while minute < 0:
            day, minute = day - timedelta(days=1), minute + 1440
        return self.workweek.instant(day, minute)

    def standing(self, days: Mapping[date, Day], offsite: OffsiteDemand | None) -> tuple[Standing, ...]:
        """Blocks of all states, not on top of each other, each state as the calendar makes it."""
        rnd = self.rnd
        found: list[Standing] = []
        for n in range(rnd.randint(0, self.size.standing)):
            week = rnd.choice(self.weeks)
            dates = [d for d in week.days if days[d].hours]
            if not dates:
                continue
            day = days[rnd.choice(dates)]
            hours = rnd.choice(day.hours)
            length = rnd.choice((30, 60, 60, 90, 120))
            start = hours.start + timedelta(minutes=15 * rnd.randrange(12))
            slot = Interval(start, start + timedelta(minutes=length))
            if slot.end > hours.end or any(slot.overlaps(other.slot) for other in found):
                continue
            hit = not any(part.contains(slot) for part in day.working)
            hit |= any(busy.overlaps(slot) for busy in day.busy)
            theirs = rnd.random() < 0.2
            state = ("hit_fixed" if theirs else "hit") if hit else "fixed" if theirs else "kept"
            kind = rnd.choice(("strategic", "strategic", "frontline", "learning", "reading"))
            key, tier = f"{kind}/{week}/{n + 1}", rnd.choice(("floor", "red", "amber", kind))
            if offsite is not None and rnd.random() < 0.2 and not any(s.kind == "offsite" for s in found):
                kind, key, tier = "offsite", offsite.key, "offsite"
            shortest = rnd.choice((length, min(length, 60), min(length, 30)))
            longest = 120 if self.policy == "rebalance" else rnd.choice((length, length, 120))
            floor = rnd.choice((30, 60)) if (kind, tier) == ("strategic", "floor") else None
            found.append(
                Standing(
                    key, kind, tier, week, slot, state, longest, shortest,
                    rnd.choice(("morning", "any", "afternoon")), floor, edited=rnd.random() < 0.3 and (hit or not theirs),
                )
            )  # fmt: skip
        rnd.shuffle(found)
        return tuple(found)

    def refused(self, days: Mapping[date, Day]) -> tuple[Interval, ...]:
        """Now and then an hour where a person deleted a block."""
        found = []
        for day in days.values():
            if day.hours and self.rnd.random() < 0.06:
                start = day.hours[0].start + timedelta(minutes=15 * self.rnd.randrange(8))
                found.append(Interval(start, start + timedelta(minutes=60)))
        return tuple(found)

    def room(
        self, week: Week, days: Mapping[date, Day], standing: Sequence[Standing], demands: Sequence[Demand]
    ) -> WeekRoom:
        free = sum(sum(gap.minutes for gap in days[d].free()) for d in week.days)
        share = self.rnd.choice((0.4 * free, 0.4 * free, 1.0 * free, 0.15 * free, 10_000.0))
        states = {s.state for s in standing if s.kind == "strategic" and s.week == week}
        here = [demand for demand in demands if demand.week == week]
        asked = any(d.kind == "strategic" and (d.rescue or d.tier == "floor") for d in here)
        floor = not states & {"kept", "fixed"} and (bool(states) or asked or self.rnd.random() < 0.8)
        most, back = self.rnd.choice((inf, inf, 360.0, 150.0)), any(demand.rescue for demand in here)
        return WeekRoom(week, share, floor, most, self.rnd.choice((0, 90, 210)) if back else 0)

    def demands(self, taken: set[str]) -> tuple[Demand, ...]:
        rnd, found = self.rnd, []
        most = self.size.demands * (1 if self.size is TINY else len(self.weeks))
        for _ in range(rnd.randint(0, most)):
            week = rnd.choice(self.weeks)
            kind = rnd.choice(("strategic", "strategic", "strategic", "frontline", "learning", "reading"))
            number = 1 + sum(d.week == week and d.kind == kind for d in found)
            key = f"{kind}/{week}/{number + 20}"
            if key in taken or number > 4:
                continue
            tier = {"frontline": "frontline", "learning": "learning"}.get(kind, "other")
            floor = None
            minutes, shortest = rnd.choice(((120, 90), (90, 60), (60, 60), (75, 30)))
            prefer = "any"
            if kind == "strategic":
                tier = "floor" if number == 1 else rnd.choice(("red", "amber", "debt"))
                minutes, shortest = (120, 90) if self.size is not TINY else (90, 60)
                floor = shortest - 30 if tier == "floor" else None
                prefer = rnd.choice(("morning", "morning", "afternoon"))
            rescue = rnd.random() < 0.2
            days = tuple(sorted(rnd.sample(range(7), 4))) if rnd.random() < 0.15 else ()
            between = ((510, 660), (720, 1020)) if rnd.random() < 0.15 else ()
            found.append(
                Demand(key, kind, tier, week, minutes, shortest, floor, prefer, (), rescue, days, between)
            )
        rnd.shuffle(found)
        return tuple(found)


def _moved(event: Event, when: Interval) -> Event:
    return Event(
        event.uid, event.calendar, event.title, when, organizer=event.organizer, attendees=event.attendees
    )


def _all_day(event: Event, day: date) -> Event:
    return Event(event.uid, event.calendar, event.title, event.when, dates=(day, day + timedelta(days=1)))


def shuffled(problem: Problem, seed: int) -> Problem:
    """The same problem with everything in another order."""
    rnd = random.Random(seed)

    def mixed(items: Sequence[object]) -> tuple[object, ...]:
        return tuple(rnd.sample(list(items), len(items)))

    days = dict(rnd.sample(list(problem.days.items()), len(problem.days)))
    return replace(
        problem, days=days, weeks=mixed(problem.weeks), demands=mixed(problem.demands),
        standing=mixed(problem.standing), events=mixed(problem.events),
    )  # type: ignore[arg-type]  # fmt: skip
