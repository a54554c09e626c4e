"""Days and weeks as people say them: ``friday``, ``next week``, ``in 2 weeks``, ``44``, ``24 dec``, ISO.

Where it can't be told which day is meant, it is refused and never guessed.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from dateutil.parser import ParserError, parse, parserinfo

from blocker.values.errors import UsageError
from blocker.values.workweek import Week, parse_week, week_of

WEEK_HINT = "a week is: this, next, last, in 2 weeks, 44, or a day in it such as friday or 24 dec"
DAY_HINT = "a date is: today, friday, in 3 days, 24 dec or 24 dec 2026"
BETWEEN = {"this": 0, "current": 0, "next": 1, "last": -1, "previous": -1}
DAYS = {"today": 0, "tomorrow": 1, "yesterday": -1}
NUMBERS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
SOME_TIME = re.compile(r"(in )?(\w+) (day|week)s?( ago)?")
NUMBERED = re.compile(r"(?:week |w)?(\d{1,2})", re.ASCII)
DAY_AND_MONTH = re.compile(r"(\d{1,2})[./-](\d{1,2})[./]?", re.ASCII)
WEEKDAY = re.compile(r"(?:(this|on|next|last) )?([a-z]+)")
DATE = re.compile(r"[a-z0-9 ./,-]*\d[a-z0-9 ./,-]*")
SUPPOSED = (
    datetime(2000, 1, 1, tzinfo=UTC),
    datetime(2004, 2, 2, tzinfo=UTC),
)  # both leap years: what differs was not said
NAMES = parserinfo()
MONTH_AS_WORD = "write the month as a word:"


def find_week(text: str | None, today: date, lead: int = 0) -> Week:
    """The week that is meant; without words this one. Raises UsageError.

    ``lead``: how many days before its Monday a person's week begins (``WorkWeek.lead``).
    """
    found = today if text is None else find_date(text, today, lead=lead)
    if found is None:
        raise UsageError(f"“{text}” is not a week", WEEK_HINT)
    return found if isinstance(found, Week) else week_of(found + timedelta(days=lead))


def typed_week(week: Week, running: Week) -> str:
    """What a person types for a week of this year's plans: ``this``, ``next``, or its Monday, such as ``14 dec``."""
    near = {running: "this", running.plus(1): "next"}
    return near.get(week) or f"{week.monday.day} {week.monday:%b}".lower()


def find_day(text: str, today: date) -> date:
    """The day to come that is meant. Raises UsageError, for a whole week too."""
    found = find_date(text, today, coming=True)
    if found is None:
        raise UsageError(f"“{text}” is not a date", DAY_HINT)
    if isinstance(found, Week):
        raise UsageError(f"“{text}” is not a date: it is a whole week", DAY_HINT)
    return found


def find_date(text: str, today: date, coming: bool = False, lead: int = 0) -> date | Week | None:
    """The day or the week that is meant; None where it is neither. Without its year the nearest, or the next
    ``coming`` one. Raises UsageError where it could be two.
    """
    said = " ".join(text.lower().split())
    try:
        found = _week(said, week_of(today + timedelta(days=lead)), coming) or _day(said, today, coming)
        if found is not None:
            parse_week(str(found if isinstance(found, Week) else week_of(found)))  # within its bounds
        return found
    except (ValueError, OverflowError):  # no such week or day, or beyond the calendar
        return None


def _week(said: str, this: Week, coming: bool) -> Week | None:
    word = said.removesuffix(" week")
    if word in BETWEEN:
        return this.plus(BETWEEN[word])
    if (number := NUMBERED.fullmatch(said)) is not None:
        years = (this.year + by for by in (0, 1, -1))
        weeks = [Week(year, int(number[1])) for year in years if 0 < int(number[1]) <= _weeks_of(year)]
        return min(
            weeks, key=lambda week: (coming and week < this, abs(week.monday - this.monday)), default=None
        )
    if (some := SOME_TIME.fullmatch(said)) is not None and some[3] == "week":
        by = _how_many(some)
        return None if by is None else this.plus(by)
    return parse_week(said) if re.fullmatch(r"\d{4}-w\d\d?", said, re.ASCII) else None


def _day(said: str, today: date, coming: bool) -> date | None:
    if said in DAYS:
        return today + timedelta(days=DAYS[said])
    if (some := SOME_TIME.fullmatch(said)) is not None and some[3] == "day":
        by = _how_many(some)
        return None if by is None else today + timedelta(days=by)
    if (named := WEEKDAY.fullmatch(said)) is not None:
        weekday = NAMES.weekday(named[2])
        return None if weekday is None else _weekday(said, named[1], weekday, today)
    try:
        return date.fromisoformat(said.upper())
    except ValueError:
        return _written(said, today, coming) if DATE.fullmatch(said) else None


def _weekday(said: str, which: str | None, weekday: int, today: date) -> date:
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    if which == "next":
        raise _two_days(said, "say", day, day + timedelta(days=7))
    return day if which != "last" else day - timedelta(days=7)


def _written(said: str, today: date, coming: bool) -> date | None:
    """A day with its month, such as ``24 dec`` or ``24.12.2026``."""
    weekday, _, rest = said.partition(" ")
    asked = NAMES.weekday(weekday.rstrip(","))
    found = _without_weekday(said if asked is None else rest, today, coming)
    return found if asked is None or found is None or found.weekday() == asked else None


def _without_weekday(said: str, today: date, coming: bool) -> date | None:
    years = [today.year + by for by in (0, 1, -1)]
    if (numbers := DAY_AND_MONTH.fullmatch(said)) is not None:
        days = {
            _nearest(years, int(m), int(d), today, coming)
            for d, m in (numbers.groups(), numbers.groups()[::-1])
        }
        found = sorted(day for day in days if day is not None)
        if len(found) > 1:
            raise _two_days(said, MONTH_AS_WORD, *found)
        return found[0] if found else None
    try:
        one, other = (parse(said, default=supposed).date() for supposed in SUPPOSED)
        swapped = parse(said, default=SUPPOSED[0], dayfirst=True).date()
    except ParserError:
        return None
    if (one.month, one.day) != (other.month, other.day):
        return None  # a month or a time alone
    if one != swapped:
        raise _two_days(said, MONTH_AS_WORD, one, swapped)
    return one if one.year == other.year else _nearest(years, one.month, one.day, today, coming)


def _nearest(years: Sequence[int], month: int, day: int, today: date, coming: bool) -> date | None:
    if not 1 <= month <= 12:
        return None
    days = [date(year, month, day) for year in years if 1 <= day <= monthrange(year, month)[1]]
    return min(days, key=lambda day: (coming and day < today, abs(day - today)), default=None)


def _two_days(said: str, hint: str, *days: date) -> UsageError:
    named = " or ".join(f"{day.day} {day:%b}".lower() for day in days)
    return UsageError(f"it is not clear which day “{said}” is", f"{hint} {named}")


def _how_many(some: re.Match[str]) -> int | None:
    """``in 2``, ``two … ago``; None for both, for neither, and for no number."""
    number = int(some[2]) if some[2].isdecimal() else NUMBERS.get(some[2])
    if number is None or bool(some[1]) == bool(some[4]):
        return None
    return number if some[1] else -number


def _weeks_of(year: int) -> int:
    return week_of(date(year, 12, 28)).number
