"""Working time as the design's defaults draw it: hours, lunch, days off, free time, measures and level."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

import holidays

from .reader import Book, Event

Span = tuple[datetime, datetime]
MINUTE = timedelta(minutes=1)
BUFFER = timedelta(minutes=10)
LUNCH = timedelta(minutes=60)
FULL_WEEK = 37.5
COUNTRY = {
    "Europe/Berlin": "DE", "Europe/London": "GB", "Asia/Kolkata": "IN", "America/Sao_Paulo": "BR",
    "America/New_York": "US", "America/Los_Angeles": "US", "Australia/Lord_Howe": "AU",
    "Pacific/Auckland": "NZ", "Asia/Kathmandu": "NP",
}  # fmt: skip
AMBER = {"operational_share": 0.50, "operational_hours": 20.0, "focus_hours": 6.5}
RED = {"operational_share": 0.65, "operational_hours": 25.0, "focus_hours": 4.0}
AMBER_TWO = {"fragmentation": 0.60, "meetings_max_day": 6, "back_to_back_hours": 3.0, "after_hours": 1.0}
RED_TWO = {"meetings_max_day": 8, "conflict_share": 0.50, "back_to_back_hours": 4.0}


def merge(spans: Iterable[Span]) -> list[Span]:
    """The union, sorted and disjoint."""
    done: list[Span] = []
    for start, end in sorted(s for s in spans if s[1] > s[0]):
        if done and start <= done[-1][1]:
            done[-1] = (done[-1][0], max(done[-1][1], end))
        else:
            done.append((start, end))
    return done


def clip(spans: Iterable[Span], low: datetime, high: datetime) -> list[Span]:
    """What of the spans lies between the two moments."""
    return [(max(s, low), min(e, high)) for s, e in spans if e > low and s < high]


def gaps(spans: Iterable[Span], low: datetime, high: datetime) -> list[Span]:
    """What the spans leave free between the two moments."""
    free, at = [], low
    for start, end in merge(clip(spans, low, high)):
        if start > at:
            free.append((at, start))
        at = max(at, end)
    return [*free, (at, high)] if high > at else free


def minutes(spans: Iterable[Span]) -> int:
    """The length of all spans together."""
    return int(sum((e - s) / MINUTE for s, e in spans))


def monday(day: date) -> date:
    """The first day of its ISO week."""
    return day - timedelta(days=day.weekday())


def week_name(day: date) -> str:
    """The ISO week of a day, as the program writes it."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def week_monday(name: str) -> date:
    """The Monday of a week that is written ``2026-W48``."""
    year, week = re.fullmatch(r"(\d{4})-W(\d\d)", name).groups()  # type: ignore[union-attr]
    return date.fromisocalendar(int(year), int(week), 1)


def quiet(day: date) -> bool:
    """Whether nothing is booked on that day of the year."""
    return (day.month, day.day) >= (12, 24) or (day.month, day.day) == (1, 1)


class Worktime:
    """The days of one person: what is working time, what is busy, what is free."""

    def __init__(self, book: Book) -> None:
        self.zone = book.zone
        self.events = [e for e in book.events if e.blocking]
        self._off: dict[date, str] = {}
        self._measured: dict[date, dict[str, float]] = {}
        self.timed = [e for e in self.events if not e.all_day]
        country = COUNTRY.get(book.zone.key)
        self.holidays = holidays.country_holidays(country) if country else {}

    def at(self, day: date, clock: str) -> datetime:
        """A wall-clock time of that day, in UTC."""
        return datetime.combine(day, time.fromisoformat(clock), self.zone).astimezone(UTC)

    def local_day(self, moment: datetime) -> date:
        """The date in the user's zone."""
        return moment.astimezone(self.zone).date()

    @cached_property
    def _by_day(self) -> dict[date, list[Event]]:
        found: dict[date, list[Event]] = {}
        for event in self.events:
            day, last = self.local_day(event.start), self.local_day(max(event.end - MINUTE, event.start))
            while day <= last:
                found.setdefault(day, []).append(event)
                day += timedelta(days=1)
        return found

    def on(self, day: date) -> list[Event]:
        """Events that take time on that day."""
        return self._by_day.get(day, [])

    def off(self, day: date) -> str:
        """Why nobody works that day, or nothing; worked out once."""
        if day not in self._off:
            self._off[day] = self._why_off(day)
        return self._off[day]

    def _why_off(self, day: date) -> str:
        if day.weekday() > 4:
            return "weekend"
        if day in self.holidays:
            return f"holiday: {self.holidays[day]}"
        if any(e.all_day and e.kind == "away" for e in self.on(day)):
            return "away all day"
        low, high = self.at(day, "09:00"), self.at(day, "17:30")
        away = merge(clip(((e.start, e.end) for e in self.on(day) if e.kind == "away"), low, high))
        return "away most of the day" if minutes(away) * 2 > minutes([(low, high)]) else ""

    def hours(self, day: date) -> Span | None:
        """The hours of a working day."""
        return None if self.off(day) else (self.at(day, "09:00"), self.at(day, "17:30"))

    def busy(self, day: date) -> list[Span]:
        """Other people's time on that day, merged."""
        return merge((e.start, e.end) for e in self.on(day) if not e.all_day)

    def lunch_starts(self, day: date, taken: Sequence[Span]) -> list[datetime]:
        """Where a whole lunch fits beside the taken time; a personal event does not hinder it."""
        low, high = self.at(day, "11:30"), self.at(day, "13:30")
        eating = [(e.start, e.end) for e in self.on(day) if e.kind == "personal"]
        spans = [s for s in clip(taken, low, high) if not any(a <= s[0] and s[1] <= b for a, b in eating)]
        found = []
        for start, end in gaps(spans, low, high):
            while start + LUNCH <= end:
                found.append(start)
                start += 5 * MINUTE
        return found

    def working(self, day: date) -> list[Span]:
        """The working time of a day: hours without away time and without the earliest lunch."""
        hours = self.hours(day)
        if not hours:
            return []
        taken = [(e.start, e.end) for e in self.on(day) if e.kind == "away"]
        lunch = self.lunch_starts(day, self.busy(day))[:1]
        return gaps([*taken, *((at, at + LUNCH) for at in lunch)], *hours)

    def bookable(self, day: date, blocks: Sequence[Span] = (), gone: Sequence[Event] = ()) -> int:
        """Minutes that others can still book, with lunch laid where it leaves the most."""
        hours = self.hours(day)
        if not hours:
            return 0
        stay = [(e.start, e.end) for e in self.on(day) if not e.all_day and e not in gone]
        taken = [*merge(stay), *blocks]
        tables = [[(at, at + LUNCH)] for at in self.lunch_starts(day, taken)] or [[]]
        best = 0
        for lunch in tables:
            free = gaps([*taken, *lunch], *hours)
            best = max(best, minutes(g for g in free if g[1] - g[0] >= 30 * MINUTE))
        return best

    def day_left(self, day: date, earliest: datetime) -> bool:
        """Whether at least 60 working minutes of that day lie after the notice."""
        hours = self.hours(day)
        if not hours or earliest >= hours[1] or quiet(day):
            return False
        return minutes(clip(self.working(day), earliest, hours[1])) >= 60

    def week(self, first: date) -> list[date]:
        """The seven days of a week."""
        return [first + timedelta(days=n) for n in range(7)]

    def measures(self, first: date) -> dict[str, float]:
        """The measures of one week (4.2), in hours and shares; worked out once."""
        if first not in self._measured:
            self._measured[first] = self._measure(first)
        return self._measured[first]

    def _measure(self, first: date) -> dict[str, float]:
        capacity = load = free = broken = focus = doubled = 0
        longest, counts, run_best, outside = 0, [0], 0, 0
        for day in self.week(first):
            work = self.working(day)
            meetings = [e for e in self.on(day) if e.kind == "operational" and not e.all_day]
            spans = [(e.start, e.end) for e in meetings]
            inside = merge(c for w in work for c in clip(spans, *w))
            capacity += minutes(work)
            load += minutes(inside)
            counts.append(sum(any(clip([s], *w) for w in work) for s in spans))
            doubled += minutes(c for w in work for c in clip(merge(_overlaps(spans)), *w))
            for gap in (g for w in work for g in gaps(self.busy(day), *w)):
                size = minutes([gap])
                free, longest = free + size, max(longest, size)
                focus, broken = (focus + size, broken) if size >= 120 else (focus, broken + size)
            run_best = max([run_best, *map(_length, _runs(inside))])
            shared = merge((e.start, e.end) for e in meetings if e.others and self.local_day(e.start) == day)
            if self.off(day) in {"", "weekend"}:  # who is away does not sit in them
                hours = self.hours(day)
                outside += minutes(shared) - (minutes(clip(shared, *hours)) if hours else 0)
        return {
            "capacity_hours": capacity / 60,
            "operational_hours": load / 60,
            "operational_share": load / capacity if capacity else 0.0,
            "meetings": sum(counts),
            "meetings_max_day": max(counts),
            "focus_hours": focus / 60,
            "longest_gap_hours": longest / 60,
            "fragmentation": broken / free if free else 0.0,
            "back_to_back_hours": run_best / 60,
            "conflict_share": doubled / load if load else 0.0,
            "after_hours": outside / 60,
        }

    def working_days(self, first: date) -> int:
        """How many days of the week are worked."""
        return sum(bool(self.hours(day)) for day in self.week(first))

    def recent(self, today: date) -> list[dict[str, float]]:
        """The measures of the last four completed weeks with at least four working days."""
        found: list[dict[str, float]] = []
        for back in range(1, 27):
            first = monday(today) - timedelta(weeks=back)
            if self.working_days(first) >= 4 and len(found) < 4:
                found.append(self.measures(first))
        return found


def _length(span: Span) -> int:
    return minutes([span])


def _overlaps(spans: Sequence[Span]) -> list[Span]:
    pairs = [(a, b) for i, a in enumerate(spans) for b in spans[:i]]
    return [(max(a[0], b[0]), min(a[1], b[1])) for a, b in pairs if a[0] < b[1] and b[0] < a[1]]


def _runs(spans: Sequence[Span]) -> list[Span]:
    runs: list[Span] = []
    for start, end in spans:
        if runs and start - runs[-1][1] < BUFFER:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return runs


SUMS = frozenset({"operational_hours", "focus_hours"})
SCALES = (SUMS, SUMS | {"after_hours"}, SUMS | {"after_hours", "back_to_back_hours"})


def heavier(
    held: dict[str, float], recent: Sequence[dict[str, float]], scaled: frozenset[str] = SUMS
) -> dict[str, float]:
    """Clause by clause the heavier of what a week holds and what the recent weeks held, scaled to it.

    Which hours scale is left open by the design (a longest run is no sum): ``SCALES`` has the readings.
    """
    if not recent:
        return held
    judged = dict(held)
    for name, value in held.items():
        if name == "capacity_hours":
            continue
        scale = [held["capacity_hours"] / m["capacity_hours"] if name in scaled else 1.0 for m in recent]
        mean = sum(m[name] * s for m, s in zip(recent, scale, strict=True)) / len(recent)
        judged[name] = min(value, mean) if name == "focus_hours" else max(value, mean)
    return judged


def level(measured: dict[str, float], scaled: frozenset[str]) -> str:
    """The level of the manager preset; ``scaled`` names the thresholds that shrink with the capacity."""
    if not measured["capacity_hours"]:
        return "calm"
    factor = measured["capacity_hours"] / FULL_WEEK
    for name, single, pair in (("red", RED, RED_TWO), ("amber", AMBER, AMBER_TWO)):
        limits = {k: v * factor if k in scaled else v for k, v in {**single, **pair}.items()}
        one = any(measured[k] < limits[k] if k == "focus_hours" else measured[k] >= limits[k] for k in single)
        strict = {"after_hours", "conflict_share"}
        two = sum(measured[k] > limits[k] if k in strict else measured[k] >= limits[k] for k in pair)
        if one or two >= 2:
            return name
    return "calm"
