"""A day's hours and its lunch window are where the wall clock says, whatever the clocks do on that day."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from blocker.values.intervals import Interval
from blocker.values.workweek import Lunch, WorkWeek, wall_instant

ZONES = (
    "Europe/Berlin", "Africa/Cairo", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia",
    "America/Sao_Paulo", "Africa/Casablanca", "Asia/Kathmandu", "America/Nuuk", "Asia/Gaza", "UTC",
)  # fmt: skip
MINUTES = st.integers(0, 1440)


@pytest.mark.parametrize("name", ZONES)
def test_each_minute_of_a_day_is_the_wall_clocks(name: str) -> None:
    zone = ZoneInfo(name)

    @given(
        st.dates(date(1990, 1, 1), date(2040, 1, 1)), st.tuples(MINUTES, MINUTES), st.tuples(MINUTES, MINUTES)
    )
    @example(date(2026, 3, 29), (60, 180), (120, 240))
    @example(date(2026, 10, 25), (0, 1440), (120, 240))
    @example(date(2011, 12, 30), (0, 1440), (540, 1020))
    @example(date(2018, 11, 4), (0, 1440), (30, 60))
    def alike(day: date, hours: tuple[int, int], window: tuple[int, int]) -> None:
        workweek = WorkWeek(zone, {day.weekday(): (hours,)}, Lunch(*window, 30), {})
        work = workweek.day(day)
        expected = Interval(*(wall_instant(zone, day, minute) for minute in hours))
        assert work.hours == ((expected,) if expected.start < expected.end else ())
        lunch = Interval(*(wall_instant(zone, day, minute) for minute in window))
        assert work.lunch_window == (lunch if lunch.start < lunch.end else None)

    alike()
