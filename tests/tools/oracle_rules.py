"""The dates of a recurrence rule by the letter of RFC 5545: every day is looked at, and nothing else is clever.

Slow, and independent of dateutil, which it judges. SKIP is left out.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from itertools import product

from blocker.calendars.ics.rrule import DAILY, HOURLY, MINUTELY, MONTHLY, SECONDLY, WEEKLY, YEARLY, Rule

DAY = timedelta(days=1)


def judged(rule: Rule, start: datetime, low: datetime, high: datetime) -> list[datetime]:
    """The times from ``low`` to ``high``, both included. The walk is from the year of ``start`` to ``high``."""
    periods: defaultdict[int, list[datetime]] = defaultdict(list)
    day = date(start.year, 1, 1) - 7 * DAY
    last = (
        high.date() + (366 if rule.frequency <= MONTHLY else 7) * DAY
    )  # the end of its period, for positions
    while day <= last:
        if day_matches(rule, start, day):
            for clock in product(*clock_of(rule, start)):
                moment = datetime.combine(day, time(*clock))
                if (period(rule, moment) - period(rule, start)) % rule.interval == 0:
                    periods[period(rule, moment)].append(moment)
        day += DAY
    found = [t for number in sorted(periods) for t in at_positions(rule, periods[number]) if t >= start]
    return [t for t in found[: rule.at_most] if low <= t <= high]


def period(rule: Rule, moment: datetime) -> int:
    """Which year, month, week, … of the rule a time is in."""
    seconds = moment.toordinal() * 86_400 + moment.hour * 3600 + moment.minute * 60 + moment.second
    return {
        YEARLY: moment.year,
        MONTHLY: moment.year * 12 + moment.month,
        WEEKLY: (moment.toordinal() - 1 - rule.week_start) // 7,
        DAILY: moment.toordinal(),
        HOURLY: seconds // 3600,
        MINUTELY: seconds // 60,
        SECONDLY: seconds,
    }[rule.frequency]


def clock_of(rule: Rule, start: datetime) -> tuple[tuple[int, ...], ...]:
    """Hours, minutes and seconds; what the rule leaves open is DTSTART's, or every one in a shorter period."""
    return (
        rule.by_hour or ((start.hour,) if rule.frequency < HOURLY else tuple(range(24))),
        rule.by_minute or ((start.minute,) if rule.frequency < MINUTELY else tuple(range(60))),
        rule.by_second or ((start.second,) if rule.frequency < SECONDLY else tuple(range(60))),
    )


def at_positions(rule: Rule, times: list[datetime]) -> list[datetime]:
    if not rule.by_position:
        return times
    return [t for n, t in enumerate(times) if n + 1 in rule.by_position or n - len(times) in rule.by_position]


def day_matches(rule: Rule, start: datetime, day: date) -> bool:
    in_year, year_length = day.timetuple().tm_yday, date(day.year, 12, 31).timetuple().tm_yday
    month_length = monthrange(day.year, day.month)[1]
    month_day = in_list(rule.by_month_day, day.day, month_length)
    year_day = in_list(rule.by_year_day, in_year, year_length)
    if not (month_day and year_day and (not rule.by_month or day.month in rule.by_month)):
        return False
    if rule.by_week and not week_numbers(day, rule.week_start) & set(rule.by_week):
        return False
    if rule.by_day:
        in_month = rule.frequency == MONTHLY or bool(rule.by_month)
        place, length = (day.day, month_length) if in_month else (in_year, year_length)
        counts = {0, (place - 1) // 7 + 1, -((length - place) // 7 + 1)}
        return any(day.weekday() == weekday and n in counts for n, weekday in rule.by_day)
    if rule.by_month_day or rule.by_year_day:
        return True
    if rule.frequency == WEEKLY or rule.by_week:
        return day.weekday() == start.weekday()
    if rule.frequency == YEARLY and not rule.by_month and day.month != start.month:
        return False
    return rule.frequency > MONTHLY or day.day == start.day


def in_list(wanted: tuple[int, ...], place: int, length: int) -> bool:
    return not wanted or place in wanted or place - length - 1 in wanted


def week_numbers(day: date, week_start: int) -> set[int]:
    """The number of the day's week in the year of its fourth day, from the front and from the back."""
    middle = day + (3 - (day.weekday() - week_start) % 7) * DAY
    number = (middle.timetuple().tm_yday - 1) // 7 + 1
    rest = (date(middle.year, 12, 31) - middle).days // 7
    return {number, -rest - 1}
