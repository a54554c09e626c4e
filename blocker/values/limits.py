"""What blocks may take, as a person sets it: shares, hours, days of the year, and how often a kind comes."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from blocker.values.errors import quoted
from blocker.values.fields import KeyPath, Problems, Section, Share, setting
from blocker.values.workweek import WEEKDAYS, DaysOfYear

LEAP_YEAR = 2000  # in which every day of the year can be checked
DEFAULT_QUIET = ("12-24..01-01",)
HoursAWeek = Annotated[float, Meta(ge=0, le=40)]


class Limits(Section, frozen=True):
    """What blocks may take. The weekly minimum goes beyond them where a week would have none otherwise."""

    share: Annotated[
        Share, setting("Of a week's free time, all blocks but the half day take at most this.")
    ] = "33%"
    hours: Annotated[HoursAWeek, setting("Hours a week that all blocks but the half day take at most.")] = 6
    bookable: Annotated[
        int,
        setting("Minutes a day that others can still book, in pieces of half an hour or more.", ge=0, le=480),
    ] = 60
    notice: Annotated[int, setting("Working days before a new block.", ge=0, le=20)] = 2

    @property
    def part(self) -> float:
        """The share as a number from 0 to 1."""
        return share_of(self.share)

    def problems(self, given: Collection[KeyPath]) -> Problems:
        if ("hours",) in given and self.hours * 4 % 1:
            yield ("hours",), f"{self.hours:g} hours are not in quarters of an hour"


def share_of(text: str) -> float:
    """``"33%"`` as 0.33. Raises ValueError with the words for it."""
    match = re.fullmatch(r"\s*(\d{1,3}(?:\.\d+)?)\s*%\s*", text, re.ASCII)
    if match is None or float(match[1]) > 100:
        raise ValueError(f"{quoted(text)} is not a share such as “33%”")
    return float(match[1]) / 100


def days_of_year(text: str) -> DaysOfYear:
    """``"12-24..01-01"`` or ``"05-17"``. Raises ValueError with the words for it."""
    first, _, last = text.partition("..")
    return DaysOfYear(_month_and_day(first, text), _month_and_day(last or first, text))


def _month_and_day(text: str, whole: str) -> tuple[int, int]:
    match = re.fullmatch(r"\s*(\d\d?)-(\d\d?)\s*", text, re.ASCII)
    try:
        day = date(LEAP_YEAR, int(match[1]), int(match[2])) if match else None
    except ValueError:
        day = None
    if day is None:
        raise ValueError(f"{quoted(whole)} is not a day such as “12-24”, or days such as “12-24..01-01”")
    return day.month, day.day


class WeekTime(Struct, frozen=True):
    """A time of the week: the day (0 is Monday) and the minutes from its midnight."""

    weekday: int
    minute: int


def week_time(text: str) -> WeekTime | None:
    """``"mon 07:00"``; None for ``"off"``. Raises ValueError with the words for it."""
    if text.strip() == "off":
        return None
    match = re.fullmatch(r"\s*(\w{3})\s+([01]\d|2[0-3]):([0-5]\d)\s*", text, re.ASCII)
    if match is None or match[1].lower() not in WEEKDAYS:
        raise ValueError(f"{quoted(text)} is not a time of the week such as “mon 07:00”, and not “off”")
    return WeekTime(WEEKDAYS.index(match[1].lower()), int(match[2]) * 60 + int(match[3]))


class Rhythm(Struct, frozen=True):
    """How often something comes: every so many weeks, or once a quarter (``weeks`` is 0)."""

    weeks: int


def rhythm(text: str) -> Rhythm:
    """``"week"``, ``"2 weeks"`` or ``"quarter"``. Raises ValueError with the words for it."""
    if text.strip() == "quarter":
        return Rhythm(0)
    match = re.fullmatch(r"\s*(?:(?:1\s+)?week|(\d{1,2})\s+weeks)\s*", text, re.ASCII)
    if match is None or (match[1] and int(match[1]) == 0):
        raise ValueError(f"{quoted(text)} is not a rhythm such as “week”, “2 weeks” or “quarter”")
    return Rhythm(int(match[1] or 1))
