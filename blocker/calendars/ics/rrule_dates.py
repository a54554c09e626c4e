"""The dates of a recurrence rule that fall in a stretch of time, on the wall clock.

``dateutil.rrule`` isn't used here because it can't be bounded: it walks from DTSTART, and a rule that
never matches (each 30 February) keeps it busy until the year 9999, 7 s for a single daily one. This one
jumps to the period that is asked for, and gives up with a reason. dateutil judges it in the tests.

Everything is naive wall-clock time in the series' own zone; DST is the caller's matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import MAXYEAR, date, datetime, time, timedelta
from itertools import product

from blocker.calendars.ics.rrule import DAILY, HOURLY, MINUTELY, MONTHLY, SECONDLY, WEEKLY, YEARLY, Rule

# Steps (periods walked and times found) that one rule may take, and all rules of a file together. A
# daily rule with a COUNT reaches back 100 years, an hourly one fills 4; what needs more is no meeting.
MAX_STEPS = 40_000
MAX_STEPS_OF_ALL = 200_000
TOO_OFTEN = "it repeats too often to be followed"

_UNIT_SECONDS = {HOURLY: 3600, MINUTELY: 60, SECONDLY: 1}
_MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LAST_DAY = date(MAXYEAR, 12, 31).toordinal()


class TooDenseError(ValueError):
    """The rule repeats too often, or has to be counted from too far away, to be walked."""


class Steps:
    """How many steps all rules of a file together may still take."""

    def __init__(self, left: int = MAX_STEPS_OF_ALL) -> None:
        self.left = left


def occurrences(
    rule: Rule, start: datetime, low: datetime, high: datetime, allowed: Steps
) -> Iterator[datetime]:
    """The times of a rule that begins at ``start`` and lie in ``low`` to ``high`` (both included), in order.

    ``start`` itself is among them only if the rule matches it. ``until`` is left to the caller, who
    folds it into ``high``. Raises TooDenseError.
    """
    left = rule.at_most
    if left is not None and _over_by(rule, start, left) < low:
        return
    first = max(start, low) if left is None else start
    steps = 0
    for times in _periods(rule, start, first, high):
        taken = len(times) or 1
        steps += taken
        allowed.left -= taken
        if steps > MAX_STEPS or allowed.left < 0:
            raise TooDenseError(TOO_OFTEN)
        for moment in times:
            if moment < start:
                continue
            if left is not None:
                if left == 0:
                    return
                left -= 1
            if moment > high:
                return
            if moment >= low:
                yield moment


def _over_by(rule: Rule, start: datetime, count: int) -> datetime:
    """A moment after the last of ``count`` occurrences, found without walking; the end of time if unknown."""
    parts = (rule.by_month, rule.by_month_day, rule.by_year_day, rule.by_week, rule.by_position)
    if any(parts) or not (rule.frequency == WEEKLY or (rule.frequency == DAILY and not rule.by_day)):
        return datetime.max  # noqa: DTZ901 - a wall time
    # Each period has an occurrence, the first perhaps not: its days may be over.
    days = (count + 1) * rule.interval * (7 if rule.frequency == WEEKLY else 1)
    if days > _LAST_DAY - start.toordinal():
        return datetime.max  # noqa: DTZ901 - a wall time
    return start + timedelta(days=days)


def _periods(rule: Rule, start: datetime, first: datetime, high: datetime) -> Iterator[list[datetime]]:
    """The times of each period of the rule, from the one that may hold ``first`` to that of ``high``."""
    if rule.frequency <= MONTHLY:
        months = 12 if rule.frequency == YEARLY else 1
        anchor = (start.year * 12 + start.month - 1) // months
        goal = (first.year * 12 + first.month - 1) // months
        last = (high.year * 12 + high.month - 1) // months
        times = _times_of_day(rule, start)
        for number in range(
            anchor + (goal - anchor) // rule.interval * rule.interval, last + 1, rule.interval
        ):
            days = _year_days(rule, start, number) if months == 12 else _month_days(rule, start, number)
            yield _positions(rule, [datetime.combine(day, t) for day in days for t in times])
    elif rule.frequency <= DAILY:
        length = 7 if rule.frequency == WEEKLY else 1
        day = start.toordinal()
        if length == 7:
            day -= (start.weekday() - rule.week_start) % 7
        stride = length * rule.interval
        day += max(0, (first.toordinal() - day) // stride) * stride
        times = _times_of_day(rule, start)
        weekdays = {weekday for _, weekday in rule.by_day}
        if length == 7 and not (weekdays or rule.by_month_day or rule.by_year_day or rule.by_week):
            weekdays = {start.weekday()}
        plain = not (rule.by_month or rule.by_month_day or rule.by_year_day or rule.by_week)
        last = high.toordinal()
        alike = plain and (length == 7 or not weekdays) and day >= 1 and last + stride + length <= _LAST_DAY
        for first_day in range(day, last + 1, stride):
            days = [
                date.fromordinal(n)
                for n in range(max(1, first_day), min(first_day + length, _LAST_DAY + 1))
                if not weekdays or (n - 1) % 7 in weekdays  # 1 January of year 1 was a Monday
            ]
            if not plain:
                days = [d for d in days if _day_matches(rule, start, d)]
            found = _positions(rule, [datetime.combine(d, t) for d in days for t in times])
            yield found
            if alike:  # the usual case, made short
                yield from _again(found, timedelta(days=stride), len(range(day, last + 1, stride)) - 1)
                return
    else:
        yield from _short_periods(rule, start, first, high)


def _again(times: list[datetime], stride: timedelta, count: int) -> Iterator[list[datetime]]:
    """The times of as many further periods, each a stride after the one before."""
    for _ in range(count):
        times = [moment + stride for moment in times]
        yield times


def _short_periods(rule: Rule, start: datetime, first: datetime, high: datetime) -> Iterator[list[datetime]]:
    """Hours, minutes or seconds, counted on the wall clock."""
    stride = timedelta(seconds=_UNIT_SECONDS[rule.frequency]) * rule.interval
    at = start.replace(minute=0, second=0) if rule.frequency == HOURLY else start
    at = at.replace(second=0) if rule.frequency == MINUTELY else at
    at += max(0, (first - at) // stride) * stride
    if at < high and (high - at) // stride > MAX_STEPS:
        raise TooDenseError(TOO_OFTEN)
    minutes = rule.by_minute or (start.minute,)
    seconds = _seconds(rule, start)
    while at <= high:
        times: list[datetime] = []
        if _day_matches(rule, start, at.date()) and (not rule.by_hour or at.hour in rule.by_hour):
            if rule.frequency == HOURLY:
                times = [at.replace(minute=m, second=s) for m in minutes for s in seconds]
            elif not rule.by_minute or at.minute in rule.by_minute:
                if rule.frequency == MINUTELY:
                    times = [at.replace(second=s) for s in seconds]
                elif not rule.by_second or at.second in rule.by_second:
                    times = [at]
        yield _positions(rule, times)
        if at > datetime.max - stride:  # noqa: DTZ901 - a wall time
            return
        at += stride


def _seconds(rule: Rule, start: datetime) -> tuple[int, ...]:
    return tuple(sorted({min(s, 59) for s in rule.by_second})) or (start.second,)


def _times_of_day(rule: Rule, start: datetime) -> list[time]:
    if not (rule.by_hour or rule.by_minute or rule.by_second):
        return [start.time()]
    hours, minutes = rule.by_hour or (start.hour,), rule.by_minute or (start.minute,)
    return [time(h, m, s) for h, m, s in product(hours, minutes, _seconds(rule, start))]


def _positions(rule: Rule, times: list[datetime]) -> list[datetime]:
    if not rule.by_position:
        return times
    chosen = {n - 1 if n > 0 else len(times) + n for n in rule.by_position}
    return [moment for position, moment in enumerate(times) if position in chosen]


def _year_days(rule: Rule, start: datetime, year: int) -> list[date]:
    if year > MAXYEAR:
        return []
    months: tuple[int, ...] = rule.by_month or tuple(range(1, 13))
    if not rule.by_month and not (rule.by_week or rule.by_year_day or rule.by_month_day or rule.by_day):
        months = (start.month,)
    return [day for month in months for day in _days_of(rule, year, month) if _day_matches(rule, start, day)]


def _month_days(rule: Rule, start: datetime, number: int) -> list[date]:
    year, month = number // 12, number % 12 + 1
    if year > MAXYEAR or (rule.by_month and month not in rule.by_month):
        return []
    return [day for day in _days_of(rule, year, month) if _day_matches(rule, start, day)]


def _days_of(rule: Rule, year: int, month: int) -> list[date]:
    """The days of a month, those left out that are no weekday of the rule's."""
    first = date(year, month, 1)
    weekdays = {(weekday - first.weekday()) % 7 for _, weekday in rule.by_day}
    days = range(_month_length(year, month))
    return [date(year, month, n + 1) for n in days if not weekdays or n % 7 in weekdays]


def _day_matches(rule: Rule, start: datetime, day: date) -> bool:
    """Whether the parts that speak of days allow ``day``; what the rule leaves open comes from ``start``."""
    if rule.by_month and day.month not in rule.by_month:
        return False
    if rule.by_month_day:
        if not {day.day, day.day - _month_length(day.year, day.month) - 1} & set(rule.by_month_day):
            return False
    elif rule.frequency <= MONTHLY and not (rule.by_day or rule.by_year_day or rule.by_week):
        return day.day == start.day
    if rule.by_year_day:
        in_year = day.timetuple().tm_yday
        if not {in_year, in_year - _year_length(day.year) - 1} & set(rule.by_year_day):
            return False
    if rule.by_week and not _week_numbers(day, rule.week_start) & set(rule.by_week):
        return False
    if rule.by_day:
        return any(_weekday_matches(rule, day, n, weekday) for n, weekday in rule.by_day)
    if rule.frequency == WEEKLY or (rule.by_week and not (rule.by_month_day or rule.by_year_day)):
        return day.weekday() == start.weekday() or (rule.frequency == WEEKLY and bool(rule.by_month_day))
    return True


def _weekday_matches(rule: Rule, day: date, n: int, weekday: int) -> bool:
    if day.weekday() != weekday:
        return False
    # A number has a meaning within a month or a year only; elsewhere it is passed over.
    if n == 0 or rule.frequency > MONTHLY:
        return True
    if rule.frequency == MONTHLY or rule.by_month:
        position, length = day.day, _month_length(day.year, day.month)
    else:
        position, length = day.timetuple().tm_yday, _year_length(day.year)
    return n in ((position - 1) // 7 + 1, -((length - position) // 7 + 1))


def _year_length(year: int) -> int:
    return 366 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 365


def _month_length(year: int, month: int) -> int:
    return 29 if month == 2 and _year_length(year) == 366 else _MONTH_LENGTHS[month - 1]


def _week_numbers(day: date, week_start: int) -> set[int]:
    """The number of the day's week, from the year's front and from its back; week 1 has four days or more."""
    # A week belongs to the year of its fourth day.
    middle = max(1, day.toordinal() - (day.weekday() - week_start) % 7 + 3)
    year = date.fromordinal(min(middle, _LAST_DAY)).year
    number = (middle - date(year, 1, 1).toordinal()) // 7 + 1
    count = number + (date(year, 12, 31).toordinal() - middle) // 7
    return {number, number - count - 1}
