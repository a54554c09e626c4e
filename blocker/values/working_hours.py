"""The working hours and the lunch break as a person writes them, and as minutes of a day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Literal

from msgspec.structs import replace

from blocker.values.fields import KeyPath, Problems, Section, TimeRange, setting
from blocker.values.workweek import WEEKDAYS, clock_range, show_range

DayHours = tuple[TimeRange, ...]
WORKDAY: DayHours = ("09:00-17:30",)
LUNCH = {"within": "11:30-13:30", "minutes": 60}


class LunchBreak(Section, frozen=True):
    """The lunch break."""

    within: Annotated[TimeRange, setting("The break moves inside this window.")] = "11:30-13:30"
    minutes: Annotated[int, setting("Its length in minutes; 0 for none.", ge=0, le=240)] = 60

    def problems(self, given: Collection[KeyPath]) -> Problems:
        start, end = clock_range(self.within)
        if self.minutes > end - start:
            named = "minutes" if ("minutes",) in given else "within"
            words = f"{self.minutes} minutes of lunch don't fit into {self.within} ({end - start} minutes)"
            yield (named,), words


class Hours(Section, frozen=True):
    """Working hours by the day of the week."""

    mon: Annotated[DayHours, setting("On Mondays.")] = WORKDAY
    tue: Annotated[DayHours, setting("On Tuesdays.")] = WORKDAY
    wed: Annotated[DayHours, setting("On Wednesdays.")] = WORKDAY
    thu: Annotated[DayHours, setting("On Thursdays.")] = WORKDAY
    fri: Annotated[DayHours, setting("On Fridays.")] = WORKDAY
    sat: Annotated[DayHours, setting("On Saturdays.")] = ()
    sun: Annotated[DayHours, setting("On Sundays.")] = ()
    lunch: Annotated[
        LunchBreak | bool | Literal["off"],
        setting("The lunch break moves inside this window; false for none.", LUNCH, False),
    ] = LunchBreak()

    @property
    def by_weekday(self) -> dict[int, tuple[tuple[int, int], ...]]:
        """Minutes from midnight by weekday (0 is Monday), the days with no hours left out."""
        ranges = {number: getattr(self, day) for number, day in enumerate(WEEKDAYS)}
        return {number: tuple(map(clock_range, day)) for number, day in ranges.items() if day}

    def with_days(self, hours: Mapping[int, tuple[tuple[int, int], ...]]) -> Hours:
        """The same lunch in a week of other hours."""
        days = {
            day: tuple(show_range(*span) for span in hours.get(number, ()))
            for number, day in enumerate(WEEKDAYS)
        }
        return replace(self, **days)

    def with_weekend(self, weekend: Collection[int]) -> Hours:
        """The usual hours on each day but those (weekdays, Monday is 0)."""
        usual = tuple(map(clock_range, WORKDAY))
        return self.with_days({day: usual for day in range(len(WEEKDAYS)) if day not in weekend})

    def problems(self, given: Collection[KeyPath]) -> Problems:
        for day in WEEKDAYS:
            found: dict[int, str] = {}
            latest = (0, 0)  # the range so far that ends last
            ranges = [(clock_range(text), n) for n, text in enumerate(getattr(self, day)) if text]
            for (start, end), number in sorted(ranges):
                if start < latest[1]:
                    found[number] = f"{show_range(start, end)} overlaps {show_range(*latest)}"
                latest = max(latest, (start, end), key=lambda span: span[1])
            yield from (((day, number), found[number]) for number in sorted(found))
        named = [getattr(self, day) for day in WEEKDAYS if (day,) in given]
        if named and not any(named):
            yield (), "no day has working hours"
        if self.lunch is True:
            yield ("lunch",), 'expected { within = "11:30-13:30", minutes = 60 }, or false for no lunch'

    def completed(self, given: Collection[KeyPath]) -> Hours:
        """Once a day is set, a day that is not is a day off. Ranges are in order, those that touch are one."""
        named = {day for day in WEEKDAYS if (day,) in given}
        days = {day: _joined(getattr(self, day)) if day in named else () for day in WEEKDAYS if named}
        no_lunch = self.lunch == "off" or (isinstance(self.lunch, LunchBreak) and not self.lunch.minutes)
        return replace(self, **days, lunch=False if no_lunch else self.lunch)


def _joined(day: DayHours) -> DayHours:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(clock_range(text) for text in day if text):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(show_range(*span) for span in joined)
