"""Measures against weeks counted by hand; thresholds themselves are in test_judge."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.measuring.days import build_days
from blocker.measuring.measures import MEASURES, days_left, measure
from blocker.values.intervals import Interval, interval
from blocker.values.plan import Classified
from blocker.values.workweek import WorkWeek, parse_week
from tests.tools.making import event, loaded, measured, when, work

PLAIN = "2026-W48"  # Monday 23 November
SPRING, AUTUMN = "2026-W13", "2026-W43"  # in Europe the clocks change on their Sundays, at 02:00 and 03:00

# Week, events, and what a person counts. A plain day has 7.5 h: free 09:00–11:30 and 12:30–17:30.
BY_HAND: dict[str, tuple[str, list[str], dict[str, float]]] = {
    "an empty week": (
        PLAIN,
        [],
        {
            "capacity_hours": 37.5, "operational_hours": 0, "operational_share": 0, "meetings": 0,
            "meetings_max_day": 0, "focus_hours": 37.5, "longest_gap_hours": 5, "fragmentation": 0,
            "back_to_back_hours": 0, "conflict_share": 0, "after_hours": 0, "recurring_share": 0,
            "strategic_hours": 0, "frontline_hours": 0, "learning_hours": 0,
        },
    ),
    "overlaps count once, and are a conflict": (
        PLAIN,
        ["mon 09:00-10:30 A", "mon 10:00-11:00 B", "mon 10:00-11:00 C"],
        # 09:00–11:00 covered, 10:00–11:00 at least twice; Monday's free: 11:00–11:30, 12:30–17:30
        {
            "operational_hours": 2, "operational_share": 2 / 37.5, "meetings": 3, "meetings_max_day": 3,
            "conflict_share": 0.5, "focus_hours": 35, "fragmentation": 0.5 / 35.5, "back_to_back_hours": 2,
        },
    ),
    "the same hour twice is two meetings and one hour": (
        PLAIN,
        ["tue 14:00-15:00 A", "tue 14:00-15:00 B"],
        {"operational_hours": 1, "meetings": 2, "meetings_max_day": 2, "conflict_share": 1},
    ),
    "only what lies inside working hours is load": (
        PLAIN,
        ["mon 08:00-10:00 A", "mon 17:00-19:00 B", "sat 10:00-12:00 C", "tue 18:00-19:00 D"],
        {"operational_hours": 1.5, "meetings": 2, "meetings_max_day": 2, "after_hours": 0},
    ),
    "after hours needs other attendees, counts overlaps once, and weekends": (
        PLAIN,
        ["mon 08:00-10:00 A+", "mon 17:00-19:00 B+", "mon 18:30-19:30 C+", "sat 10:00-12:00 D+", "tue 18:00-20:00 E"],
        {"after_hours": 1 + 2 + 2, "operational_hours": 1.5},
    ),
    "a meeting over midnight belongs to both days": (
        PLAIN,
        ["thu 23:00-01:00 A+", "thu 17:00-10:00 B"],
        {"after_hours": 2, "operational_hours": 1.5, "meetings": 1, "meetings_max_day": 1},
    ),
    "lunch gives way inside its window": (
        PLAIN,
        ["wed 11:30-12:30 A"],
        # lunch moves to 12:30–13:30: free 09:00–11:30 and 13:30–17:30
        {"capacity_hours": 37.5, "operational_hours": 1, "focus_hours": 36.5, "longest_gap_hours": 5},
    ),
    "lunch is gone where it fits nowhere": (
        PLAIN,
        ["wed 12:00-13:00 A"],
        {"capacity_hours": 38.5, "operational_hours": 1, "operational_share": 1 / 38.5, "focus_hours": 37.5},
    ),
    "a lunch on the calendar is the lunch": (
        PLAIN,
        ["wed 12:00-13:00 Lunch"],
        # personal time does not displace lunch (11:30–12:30), but is busy itself
        {"capacity_hours": 37.5, "operational_hours": 0, "focus_hours": 37, "meetings": 0},
    ),
    "ten minutes are a break, nine are none": (
        PLAIN,
        ["mon 09:00-10:00 A", "mon 10:09-11:00 B", "tue 14:00-15:00 C", "tue 15:10-16:00 D", "tue 16:05-16:30 E"],
        {"back_to_back_hours": 2, "operational_hours": 1 + 51 / 60 + 1 + 50 / 60 + 25 / 60},
    ),
    "two hours are focus time, a minute less is none": (
        PLAIN,
        ["mon 12:30-15:30 A", "tue 12:30-15:31 B"],
        # Monday keeps 15:30–17:30, Tuesday's 1 h 59 is a fragment
        {"focus_hours": 2.5 + 2 + 2.5 + 3 * 7.5, "fragmentation": (119 / 60) / (37.5 - 3 - 181 / 60)},
    ),
    "recurring share": (
        PLAIN,
        ["mon 09:00-10:00 A*", "mon 09:30-10:30 B", "tue 14:00-15:30 C"],
        {"operational_hours": 3, "recurring_share": 1 / 3},
    ),
    "own time is kept apart from load": (
        PLAIN,
        ["mon 09:00-10:30 Thinking time", "tue 14:00-15:00 Gemba walk", "wed 16:00-18:30 Training: safety"],
        {
            "strategic_hours": 1.5, "frontline_hours": 1, "learning_hours": 1.5, "operational_hours": 0,
            "focus_hours": 37.5 - 1.5 - 1 - 1.5 - 1 - 1.5, "fragmentation": 2.5 / 33.5,
        },
    ),
    "timed away time takes capacity out, and the day where it covers more than half": (
        PLAIN,
        ["thu 14:00-17:30 PTO", "fri 09:00-13:16 Vacation", "fri 15:00-16:00 A", "fri 18:00-19:00 B+"],
        # Thursday keeps 09:00–14:00 less lunch; Friday is away, its evening too
        {"capacity_hours": 22.5 + 4, "operational_hours": 0, "after_hours": 0, "focus_hours": 22.5 + 2.5},
    ),
    "a meeting in timed away time is neither load nor overtime": (
        PLAIN,
        ["thu 14:00-17:30 PTO", "thu 15:00-16:00 A+", "thu 17:00-18:00 B+"],
        {"operational_hours": 0, "after_hours": 0.5, "meetings": 0},
    ),
    "a week without any capacity has no share": (
        PLAIN,
        [f"{day} 08:00-18:00 Vacation" for day in ("mon", "tue", "wed", "thu", "fri")] + ["mon 10:00-11:00 A"],
        {"capacity_hours": 0, "operational_hours": 0, "operational_share": 0, "fragmentation": 0},
    ),
    "spring forward": (
        SPRING,
        ["sat 22:00-04:00 A+", "fri 16:00-17:00 B"],
        # Saturday 22:00 to Sunday 04:00 is five hours long
        {"capacity_hours": 37.5, "after_hours": 5, "operational_hours": 1},
    ),
    "fall back": (
        AUTUMN,
        ["sat 22:00-04:00 A+", "fri 16:00-17:00 B"],
        {"capacity_hours": 37.5, "after_hours": 7, "operational_hours": 1},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_HAND)
def test_weeks_counted_by_hand(name: str) -> None:
    week, texts, expected = BY_HAND[name]
    found = measured(week, texts)
    assert {key: found[key] for key in expected} == pytest.approx(expected)


def test_every_measure_has_a_definition_with_its_source_and_a_unit() -> None:
    for name, known in MEASURES.items():
        assert known.function.__name__ == name
        assert "Source:" in str(known.function.__doc__)
        assert known.unit in ("hours", "share", "count")
        assert known.heavier in ("up", "down")


def test_a_half_hour_zone() -> None:
    kolkata = work("Asia/Kolkata")
    slot = interval(datetime(2026, 11, 23, 11, tzinfo=UTC), datetime(2026, 11, 23, 13, tzinfo=UTC))
    late = Classified(event("Call", slot, attendees=("a@example.org",)), "operational", "")
    days = build_days(kolkata, parse_week(PLAIN).days, [late])
    found = measure(list(days.values()), [late], kolkata)
    # 16:30 to 18:30 there: an hour inside, an hour after
    assert (found["operational_hours"], found["after_hours"], found["capacity_hours"]) == (1, 1, 37.5)


def test_the_same_wall_clock_week_measures_the_same_in_every_zone() -> None:
    texts = ["mon 09:00-10:30 A+", "wed 12:00-13:00 B", "thu 17:00-19:00 C+", "fri 14:00-15:00 D*"]
    weeks = [
        measured(PLAIN, texts, work(zone))
        for zone in ("UTC", "Asia/Kolkata", "America/Sao_Paulo", "Asia/Kathmandu")
    ]
    assert all(week == weeks[0] for week in weeks)


def test_a_public_holiday_is_no_capacity_no_load_and_no_overtime() -> None:
    holiday = work(holidays={date(2026, 11, 25): "Repentance Day"})
    found = measured(PLAIN, ["wed 10:00-11:00 A+", "wed 19:00-20:00 B+", "tue 19:00-20:00 C+"], holiday)
    assert (found["capacity_hours"], found["operational_hours"], found["after_hours"]) == (30, 0, 1)


def test_split_hours_do_not_make_one_meeting_two() -> None:
    split = work(hours=dict.fromkeys(range(5), ((540, 720), (780, 1080))), lunch=None)
    found = measured(PLAIN, ["mon 11:00-14:00 A", "mon 14:05-15:00 B"], split)
    assert (found["meetings"], found["meetings_max_day"], found["operational_hours"]) == (2, 2, 2 + 55 / 60)
    assert found["capacity_hours"] == 40


def test_told_hours_are_load_and_take_no_time() -> None:
    quiet, told = (
        measured(PLAIN, ["mon 09:00-10:00 A"]),
        measured(PLAIN, ["mon 09:00-10:00 A"], extra_hours=6.5),
    )
    assert told["operational_hours"] == 7.5
    assert told["operational_share"] == pytest.approx(0.2)
    changed = {name for name in MEASURES if quiet[name] != told[name]}
    assert changed == {"operational_hours", "operational_share"}


@pytest.mark.parametrize(
    ("after", "left"),
    [
        ("mon 00:00", 5),
        ("mon 16:30", 5),  # exactly an hour left
        ("mon 16:31", 4),
        ("wed 17:30", 2),
        ("fri 16:30", 1),
        ("fri 16:31", 0),
        ("sat 10:00", 0),
    ],
)
def test_days_left(after: str, left: int) -> None:
    workweek, week = work(), parse_week(PLAIN)
    weekday, _, clock = after.partition(" ")
    start = when(f"{weekday} {clock}-{clock}", week, workweek.zone).start
    days = build_days(workweek, week.days, [])
    assert days_left(days.values(), start) == left
    assert loaded(PLAIN, after=start).working is (left >= 2)


def test_an_hour_at_lunch_is_no_hour_left() -> None:
    workweek, week = work(), parse_week(PLAIN)
    short = work(hours={0: ((540, 750),)})  # Monday 09:00–12:30, lunch 11:30–12:30
    start = when("mon 10:45-11:00", week, workweek.zone).start
    assert days_left(build_days(short, week.days, []).values(), start) == 0


def slots() -> st.SearchStrategy[list[tuple[int, int]]]:
    return st.lists(st.tuples(st.integers(0, 7 * 96 - 1), st.integers(1, 24)), max_size=25)


def laid_out(quarters: list[tuple[int, int]], workweek: WorkWeek) -> tuple[Classified, ...]:
    first = workweek.week_span(parse_week(PLAIN)).start
    quarter = timedelta(minutes=15)
    spans = [
        Interval(first + start * quarter, first + (start + length) * quarter) for start, length in quarters
    ]
    return tuple(
        Classified(event("A", span, attendees=("a@example.org",)), "operational", "") for span in spans
    )


@given(slots())
def test_whatever_the_week_the_parts_make_the_whole(quarters: list[tuple[int, int]]) -> None:
    workweek = work()
    events = laid_out(quarters, workweek)
    days = list(build_days(workweek, parse_week(PLAIN).days, events).values())
    found = measure(days, events, workweek)
    free = sum(gap.minutes for day in days for gap in day.free([day.lunch] if day.lunch else [])) / 60
    assert found["operational_hours"] + free == pytest.approx(found["capacity_hours"])
    assert found["focus_hours"] == pytest.approx(free * (1 - found["fragmentation"]))
    assert found["longest_gap_hours"] <= free + 1e-9
    assert found["back_to_back_hours"] <= 8.5
    for name, known in MEASURES.items():
        assert 0 <= found[name] <= (1 + 1e-9 if known.unit == "share" else 200)
    assert found["meetings_max_day"] <= found["meetings"] <= len(quarters)


@given(slots())
def test_the_order_of_events_makes_no_difference(quarters: list[tuple[int, int]]) -> None:
    workweek = work()
    events = list(laid_out(quarters, workweek))
    turned = events[::-1]
    week = parse_week(PLAIN)
    one = measure(list(build_days(workweek, week.days, events).values()), events, workweek)
    other = measure(list(build_days(workweek, week.days, turned).values()), turned, workweek)
    assert one == other
