"""The dates of a recurrence rule that fall in a stretch of time, on the wall clock.

Weeks and shorter periods are all of one length: their dates are the period's beginning and fixed steps from there.
Those of months and years are dateutil's matter. It walks on until a date lies beyond the end that it was given: on a
rule that never matches (each 30 February) it is busy until the year 9999. So it is asked for one month or year at a
time. All begin near the stretch unless a COUNT has to be counted.

Everything is naive wall-clock time in the series' own zone; DST is the caller's matter.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from itertools import groupby, product
from math import prod
from typing import Any

from dateutil.rrule import DAILY, HOURLY, MINUTELY, MONTHLY, SECONDLY, WEEKLY, YEARLY, rrule, weekday
from msgspec.structs import replace

from blocker.calendars.ics.rrule import FORWARD, OMIT, Rule

# Steps that one rule may take, and all rules of a file together: one for each time found and each time of
# day, and for a month or year as many as take about as long. A daily rule with a COUNT reaches back 100 years;
# what needs more is no meeting.
MAX_STEPS = 40_000
MAX_STEPS_OF_ALL = 200_000
STEPS_OF_A_MONTH, STEPS_OF_A_YEAR = 10, 20
TOO_OFTEN = "it repeats too often to be followed"
OUT_OF_RANGE = "it repeats beyond the end of the calendar"

_PERIODS = {
    WEEKLY: timedelta(weeks=1),
    DAILY: timedelta(days=1),
    HOURLY: timedelta(hours=1),
    MINUTELY: timedelta(minutes=1),
    SECONDLY: timedelta(seconds=1),
}
# The parts that only leave times out, what of a time they speak of, and the frequency from which on they do so.
_LIMITS: tuple[tuple[str, Callable[[datetime], tuple[object, ...]], int], ...] = (
    ("by_month", lambda t: (t.month,), DAILY),
    ("by_month_day", lambda t: (t.day, t.day - monthrange(t.year, t.month)[1] - 1), DAILY),
    ("by_year_day", lambda t: (t.timetuple().tm_yday, t.timetuple().tm_yday - 366 - isleap(t.year)), DAILY),
    ("by_day", lambda t: ((0, t.weekday()),), DAILY),
    ("by_hour", lambda t: (t.hour,), HOURLY),
    ("by_minute", lambda t: (t.minute,), MINUTELY),
    ("by_second", lambda t: (t.second,), SECONDLY),
)
_ENDS_AT_ONCE = 120_000  # months or years, an INTERVAL that leads beyond the year 9999

Found = Iterator[tuple[datetime | None, int]]  # times in order, each with its steps; None where steps are all


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
    walk, by = _by_month if rule.frequency <= MONTHLY else _by_time, timedelta(days=rule.shift)
    left, steps, last = rule.at_most, 0, None
    try:
        for moment, taken in walk(rule, start - by, low - by, high - by):
            steps += taken
            allowed.left -= taken
            if steps > MAX_STEPS or allowed.left < 0:
                raise TooDenseError(TOO_OFTEN)
            if moment is None:
                continue
            if by:
                moment += by
            if moment < start or moment == last:
                continue
            if moment > high:
                return
            if moment >= low:
                yield moment
            last = moment
            if left is not None:
                left -= 1
                if left == 0:
                    return
    except TooDenseError:
        raise
    except (OverflowError, ValueError):  # in the years 1 and 9999
        raise TooDenseError(OUT_OF_RANGE) from None


def on_days(rule: Rule, first: datetime, shift: int) -> Rule:
    """The rule for a series whose first day is ``first``, ``shift`` days after the one written.

    It names the days written where only that one is among its own; else the days meant.
    """
    written = first - timedelta(days=shift)
    if shift and not _names(rule, first) and _names(rule, written):
        return replace(rule, shift=shift)
    return rule


def _names(rule: Rule, day: datetime) -> bool:
    return day in occurrences(rule, day, day, day, Steps())


def _by_month(rule: Rule, start: datetime, low: datetime, high: datetime) -> Found:
    """The times of each month or year of the rule, from the one that may hold ``low`` on."""
    yearly = rule.frequency == YEARLY
    month = start.year * 12 + (0 if yearly else start.month - 1)
    stride = rule.interval * (12 if yearly else 1)
    if rule.at_most is None:
        goal = low.year * 12 + low.month - 1
        if rule.skip == FORWARD:
            goal -= 1  # its last day may be moved into the next month
        month += max(0, goal - month) // stride * stride
    days, clock = _days(rule, start), _clock(rule, start)
    if rule.by_day and not days["byweekday"]:
        return
    steps = (STEPS_OF_A_YEAR if yearly else STEPS_OF_A_MONTH) + prod(map(len, clock.values()))
    # Months are asked for a year at a time, but where what matters is counted in each.
    alone = bool(yearly or rule.by_position or rule.skip != OMIT)
    numbers = range(month, high.year * 12 + high.month, stride)
    for _, together in groupby(numbers, key=lambda number: number if alone else number // 12):
        first, *more = together
        yield None, steps * (1 + len(more))
        begin = datetime(first // 12, first % 12 + 1, 1)  # noqa: DTZ001 - a wall time
        if not alone:
            months = {number % 12 + 1 for number in (first, *more)}
            days["bymonth"] = months.intersection(rule.by_month or months)
            if not days["bymonth"]:
                continue
        times: Iterable[datetime] = (
            rrule(
                rule.frequency if alone else YEARLY,
                begin,
                interval=_ENDS_AT_ONCE,
                wkst=rule.week_start,
                bysetpos=rule.by_position,
                **days,
                **_told(clock),
            )
            if rule.skip == OMIT
            else _skipping(rule, days, clock, begin, yearly)
        )
        for moment in times:
            yield moment, 1


def _days(rule: Rule, start: datetime) -> dict[str, Any]:
    """What dateutil is told of the days of a month or year; what the rule leaves open comes from ``start``."""
    months, month_days, weekdays = rule.by_month, rule.by_month_day, rule.by_day
    if not (weekdays or month_days or rule.by_week or rule.by_year_day):
        month_days = (start.day,)
        if rule.frequency == YEARLY:
            months = months or (start.month,)
    elif rule.by_week and not (weekdays or month_days or rule.by_year_day):
        weekdays = ((0, start.weekday()),)
    if any(n for n, _ in weekdays):
        # RFC 5545 adds a plain weekday and a counted one up, where dateutil wants a day to be both.
        most = 5 if months or rule.frequency == MONTHLY else 53
        each = [(m, day) for n, day in weekdays for m in ((n,) if n else range(1, most + 1))]
        weekdays = tuple((n, day) for n, day in each if abs(n) <= most)
    return {
        "bymonth": months,
        "byweekno": rule.by_week,
        "byyearday": rule.by_year_day,
        "bymonthday": month_days,
        "byweekday": [weekday(day, n or None) for n, day in weekdays],
    }


def _skipping(
    rule: Rule, days: dict[str, Any], clock: dict[str, Any], begin: datetime, yearly: bool
) -> list[datetime]:
    """The times of a month or year in which a day that a month lacks is its last one or, FORWARD, the day after."""
    months = days["bymonth"] or range(1, 13)
    found = set()
    for month in months if yearly else {begin.month}.intersection(months):
        first, length = begin.replace(month=month), monthrange(begin.year, month)[1]
        for day in days["bymonthday"]:
            if day < 0:
                day += length + 1
            found.add(first + timedelta(days=min(day, length + (rule.skip == FORWARD)) - 1))
    times = [datetime.combine(day, time(*at)) for day in sorted(found) for at in product(*clock.values())]
    if not rule.by_position:
        return times
    chosen = {n - 1 if n > 0 else len(times) + n for n in rule.by_position}
    return [moment for number, moment in enumerate(times) if number in chosen]


def _by_time(rule: Rule, start: datetime, low: datetime, high: datetime) -> Found:
    """Each time of a rule of weeks or shorter, from about ``low`` on; None where it is left out."""
    clock = _clock(rule, start)
    nought: dict[str, Any] = dict.fromkeys(clock, 0)
    begin = start.replace(**nought)
    days = [0]
    if rule.frequency == WEEKLY:
        wanted = {day for _, day in rule.by_day} or {start.weekday()}
        days = sorted((day - rule.week_start) % 7 for day in wanted)
        begin -= timedelta(days=(start.weekday() - rule.week_start) % 7)
    clocks = [dict(zip((f"{part}s" for part in clock), at, strict=True)) for at in product(*clock.values())]
    offsets = sorted({timedelta(days=day, **at) for day in days for at in clocks})
    if rule.by_position and not any(abs(n) <= len(offsets) for n in rule.by_position):
        return
    limits = [
        (frozenset(getattr(rule, part)), values)
        for part, values, since in _LIMITS
        if since <= rule.frequency and getattr(rule, part)
    ]
    stride = rule.interval * _PERIODS[rule.frequency]
    if rule.at_most is None:
        begin += max(0, (low - begin) // stride) * stride
        if (high - begin) // stride > MAX_STEPS:
            raise TooDenseError(TOO_OFTEN)
    elif (low - begin) // stride > rule.at_most and not (limits or rule.by_month):
        return  # each period has had at least one
    yield None, len(offsets)
    for number in range((high - begin) // stride + 1):
        first = begin + number * stride
        times = [first + offset for offset in offsets]
        if rule.frequency == WEEKLY and rule.by_month:
            times = [moment for moment in times if moment.month in rule.by_month]
        for moment in _at_positions(times, rule.by_position) if rule.by_position else times:
            left_out = limits and any(wanted.isdisjoint(values(moment)) for wanted, values in limits)
            yield None if left_out else moment, 1


def _at_positions(times: Sequence[datetime], positions: Iterable[int]) -> list[datetime]:
    """Those of a period's times that BYSETPOS names, counted from 1, or from the end with -1."""
    return sorted({times[n - 1 if n > 0 else n] for n in positions if abs(n) <= len(times)})


def _clock(rule: Rule, start: datetime) -> dict[str, Any]:
    """The hours, minutes and seconds that each period has times at; not those that make the period."""
    clock = {
        "hour": rule.by_hour or (start.hour,),
        "minute": rule.by_minute or (start.minute,),
        "second": rule.by_second or (start.second,),
    }
    return dict(list(clock.items())[max(0, rule.frequency - DAILY) :])


def _told(clock: dict[str, Any]) -> dict[str, Any]:
    return {f"by{part}": choices for part, choices in clock.items()}
