"""Wall-clock arithmetic, all of it: zones, working hours, ISO weeks, quarters.

Nothing else in the program turns a wall-clock time into an instant. A wall time that a DST change
skips is read with the offset that held before it, a repeated one means its first occurrence
(PEP 495, fold 0), so 02:30 on the night of a change is always one definite instant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from blocker.values.errors import quoted
from blocker.values.intervals import Interval

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


class Week(Struct, frozen=True, order=True):
    """An ISO week; the year is the ISO year, which can differ from the calendar year of its days."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"

    def words(self, lead: int = 0) -> str:
        """What people call it whose weeks begin ``lead`` days before the ISO week: ``the week of 14 Dec``."""
        first = self.seen(lead)[0]
        return f"the week of {first.day} {first:%b}"

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def days(self) -> tuple[date, ...]:
        monday = self.monday
        return tuple(monday + n * DAY for n in range(7))

    def seen(self, lead: int) -> tuple[date, ...]:
        """The days of the week as a person has it whose weeks begin ``lead`` days before the ISO week."""
        return tuple(day - lead * DAY for day in self.days)

    def plus(self, weeks: int) -> Week:
        return week_of(self.monday + weeks * 7 * DAY)


def day_words(day: date) -> str:
    """``Wed 4 Nov``."""
    return f"{day:%a} {day.day} {day:%b}"


def week_of(day: date) -> Week:
    year, number, _ = day.isocalendar()
    return Week(year, number)


# Today and a person's lead (``WorkWeek.lead``) → the week that is meant.
WhichWeek = Callable[[date, int], Week]


def this_week(today: date, lead: int) -> Week:
    return week_of(today + lead * DAY)


# The years that are reckoned with, far from the ends of Python's own calendar, and those in which now may be: the
# weeks and quarters around it are reckoned with too.
YEARS = range(1800, 2300)
YEARS_OF_NOW = range(1900, 2200)


def parse_week(text: str) -> Week:
    """``2026-W48`` → Week. Raises ValueError for anything else, a week 53 and a year that are none included."""
    year, mark, number = text.strip().upper().partition("-W")
    if not (mark and len(year) == 4 and year.isdigit() and number.isdigit()):
        raise ValueError(f"not an ISO week: {text!r}")
    week = Week(int(year), int(number))
    if week.year not in YEARS:
        raise ValueError(f"{text} is not in the years from {YEARS[0]} to {YEARS[-1]}")
    if week_of(week.monday) != week:
        raise ValueError(f"{text} does not exist: that year has no such week")
    return week


class Quarter(Struct, frozen=True, order=True):
    """A quarter of a year that may begin in another month than January (a fiscal year).

    ``year`` is the year in which the fiscal year begins; ``first_month`` is its month, 1 to 12.
    """

    year: int
    number: int
    first_month: int = 1

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def first_day(self) -> date:
        months = self.first_month - 1 + 3 * (self.number - 1)
        return date(self.year + months // 12, months % 12 + 1, 1)

    @property
    def end(self) -> date:
        """The day after the last one."""
        return self.next().first_day

    def next(self) -> Quarter:
        if self.number == 4:
            return Quarter(self.year + 1, 1, self.first_month)
        return Quarter(self.year, self.number + 1, self.first_month)

    def week_number(self, day: date) -> int:
        """1 for the ISO week that holds the quarter's first day, and so on."""
        return (week_of(day).monday - week_of(self.first_day).monday).days // 7 + 1


def quarter_of(day: date, first_month: int = 1) -> Quarter:
    months = day.year * 12 + day.month - first_month
    return Quarter(months // 12, months % 12 // 3 + 1, first_month)


def clock_range(text: str) -> tuple[int, int]:
    """``"09:00-17:30"`` as minutes from midnight; 24:00 may end it. Raises ValueError with the words for it."""
    match = re.fullmatch(r"\s*(\S+?)\s*[-–]\s*(\S+)\s*", text)
    if match is None:
        raise ValueError(f"{quoted(text)} is not a range such as “09:00-17:30”")
    start, end = _clock(match[1]), _clock(match[2])
    if start == end:
        raise ValueError(f"{quoted(text)} is empty")
    if end < start:
        raise ValueError(
            f"{quoted(text)} ends before it starts; over midnight it is two ranges: {_two(start, end)}"
        )
    return start, end


def _clock(text: str) -> int:
    clock = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)|24:00", text, re.ASCII)
    if clock is None:
        raise ValueError(f"{quoted(text)} is not a time of day such as “09:00”")
    return int(clock[1]) * 60 + int(clock[2]) if clock[1] else 24 * 60


def _two(start: int, end: int) -> str:
    """What a range over midnight is, as a person has to write it."""
    before = f"“{show_range(start, 24 * 60)}”"
    return f"{before}, and “{show_range(0, end)}” on the day after" if end else before


def show_range(start: int, end: int) -> str:
    return f"{start // 60:02d}:{start % 60:02d}-{end // 60:02d}:{end % 60:02d}"


class DaysOfYear(Struct, frozen=True):
    """Days that come every year, both ends included, as (month, day); they may go over New Year."""

    first: tuple[int, int]
    last: tuple[int, int]

    def has(self, day: date) -> bool:
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


class Lunch(Struct, frozen=True):
    """A break of ``minutes`` that moves inside ``start``–``end`` (minutes from midnight)."""

    start: int = 11 * 60 + 30
    end: int = 13 * 60 + 30
    minutes: int = 60


class WorkDay(Struct, frozen=True):
    """One date with its working hours as instants, before anything on the calendar is known."""

    date: date
    span: Interval
    hours: tuple[Interval, ...]
    lunch_window: Interval | None
    holiday: str | None = None


class WorkWeek(Struct, frozen=True):
    """When a person works: zone, hours by weekday (0 is Monday; minutes from midnight), days off.

    ``holidays`` maps a date to the name of the public holiday on it. On ``quiet`` days nothing is booked.

    ``lead`` is by how many days the person's week begins before the ISO week: 1 where it begins on Sunday. Keys and
    measures stay with the ISO week; the person's week is called like the one that its Monday is in. So Sunday
    29 November 2026, the last day of 2026-W48, is the first of what the person calls and sees as 2026-W49.
    """

    zone: ZoneInfo
    hours: Mapping[int, tuple[tuple[int, int], ...]]
    lunch: Lunch | None
    holidays: Mapping[date, str]
    quiet: tuple[DaysOfYear, ...] = ()
    lead: int = 0

    def week_called(self, day: date) -> Week:
        """The week that the person means by a day in it."""
        return week_of(day + self.lead * DAY)

    def days_seen(self, week: Week) -> tuple[date, ...]:
        """The days of a week as the person sees it, in order."""
        return week.seen(self.lead)

    def is_quiet(self, day: date) -> bool:
        return any(days.has(day) for days in self.quiet)

    def instant(self, day: date, minute: int) -> datetime:
        """The instant of a wall-clock minute (0 to 1440) of ``day``."""
        return wall_instant(self.zone, day, minute)

    def local(self, instant: datetime) -> datetime:
        return instant.astimezone(self.zone)

    def date_of(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def key_week(self, key: str, slot: Interval) -> Week:
        """The week a block counts for: that of its key, or of its slot where the key names a quarter."""
        part = key.split("/")[1]
        try:
            return parse_week(part)
        except ValueError:
            return week_of(self.date_of(slot.start))

    def day(self, day: date) -> WorkDay:
        span = self.span(day, day + DAY)
        # No zone changes its clocks twice within a day: one of 24 hours has the same offset throughout.
        plain = span.end - span.start == DAY

        def between(first: int, last: int) -> Interval | None:
            if plain:
                start, end = span.start + first * MINUTE, span.start + last * MINUTE
            else:
                start, end = self.instant(day, first), self.instant(day, last)
            return Interval(start, end) if start < end else None

        ranges = self.hours.get(day.weekday(), ())
        hours = tuple(part for first, last in ranges if (part := between(first, last)))
        lunch = self.lunch
        window = between(lunch.start, lunch.end) if lunch is not None and lunch.minutes > 0 else None
        return WorkDay(day, span, hours, window, self.holidays.get(day))

    def span(self, first: date, end: date) -> Interval:
        """From midnight of ``first`` to midnight of ``end`` (not included), in the zone."""
        return Interval(self.instant(first, 0), self.instant(end, 0))

    def week_span(self, week: Week) -> Interval:
        return self.span(week.monday, week.monday + 7 * DAY)

    @property
    def full_week_minutes(self) -> int:
        """Working minutes of a week without days off or events, lunch taken out: 2250 by default."""
        total = 0
        for ranges in self.hours.values():
            day = sum(b - a for a, b in ranges)
            if self.lunch and day and any(_overlap(r, self.lunch) >= self.lunch.minutes for r in ranges):
                day -= self.lunch.minutes
            total += day
        return total


def _overlap(hours: tuple[int, int], lunch: Lunch) -> int:
    return min(hours[1], lunch.end) - max(hours[0], lunch.start)


@lru_cache(maxsize=4096)
def wall_instant(zone: ZoneInfo, day: date, minute: int) -> datetime:
    """The UTC instant of a wall-clock minute; minute 1440 is the next day's midnight."""
    later, minute = divmod(minute, 1440)
    if later:
        day += later * DAY
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    return wall.astimezone(UTC)
