"""A person's own lines: how far the usual ones are raised, by which weeks, and what never happens to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from blocker.measuring.measures import MEASURES
from blocker.rules.judge import Judge
from blocker.rules.own_lines import take_lines, weeks_that_count
from blocker.rules.rules import rules_for
from blocker.rules.survey import take_survey
from blocker.values.kinds import LEVELS
from blocker.values.memory import Memory, OwnLines
from blocker.values.plan import WeekLoad
from blocker.values.settings import RuleText, Settings
from blocker.values.workweek import Week, parse_week
from tests.tools.calendars_by_hand import request

FULL = 2250  # working minutes
RUNNING = parse_week("2026-W48")
TODAY = date(2026, 11, 24)


def busy(number: int, hours: float, **held: float) -> WeekLoad:
    """A week with so many hours of load, in meetings, and nothing else that a rule would look at."""
    quiet = {**dict.fromkeys(MEASURES, 0.0), "capacity_hours": 37.5, "focus_hours": 37.5, "meetings": 10.0}
    capacity = held.get("capacity_hours", 37.5)
    load = {"operational_hours": hours, "operational_share": hours / capacity}
    return WeekLoad(Week(2026, number), {**quiet, **load, **held}, None, 5, 5)


def lines_of(weeks: Sequence[WeekLoad], role: str = "manager", ahead: Sequence[WeekLoad] = ()) -> OwnLines:
    lines = take_lines(weeks, ahead, role, Judge((), RUNNING, FULL), TODAY)
    assert lines is not None
    return lines


def level(
    load: WeekLoad, lines: OwnLines | None, role: str = "manager", settings: Settings | None = None
) -> str:
    rules = rules_for(settings or Settings(role=role), lines)
    return Judge(rules, RUNNING, FULL).judged(load).level


def levels(weeks: Sequence[WeekLoad], lines: OwnLines | None, role: str = "manager") -> list[str]:
    return [level(load, lines, role) for load in weeks]


def test_half_a_year_is_looked_at_where_lines_are_taken_and_a_quarter_afterwards() -> None:
    lines, old = lines_of([busy(n, 30.0) for n in range(40, 48)]), date(2026, 9, 30)
    for memory, settings, behind in (
        (Memory(), None, 26),
        (Memory(lines=lines), None, 13),
        (Memory(lines=replace(lines, taken=old)), None, 26),
        (Memory(), Settings(thresholds="usual"), 13),
    ):
        asked = request(memory=memory, settings=settings)
        assert min(take_survey(asked).loads) == asked.running.plus(-behind)


def test_of_fewer_than_eight_weeks_nothing_is_taken() -> None:
    weeks = [busy(n, 30.0) for n in range(40, 48)]
    judge = Judge((), RUNNING, FULL)
    assert take_lines(weeks[1:], weeks, "manager", judge, TODAY) is None
    assert take_lines(weeks, (), "manager", judge, TODAY) is not None


def test_lines_that_tell_the_weeks_apart_stay_the_usual_ones() -> None:
    weeks = [busy(n, 10.0) for n in range(22, 48)]
    lines = lines_of(weeks)
    assert levels(weeks, lines) == ["calm"] * 26
    for hours, usual in ((19.9, "amber"), (20.0, "amber"), (24.9, "amber"), (25.0, "red")):
        assert level(busy(48, hours), lines) == level(busy(48, hours), None), usual


def test_all_lines_of_a_rule_are_raised_by_the_fewest_steps_that_do() -> None:
    """Hours from 20 to 32.5: red begins where four of 26 weeks would be too many, and not a step later."""
    weeks = [busy(22 + n, 20 + n / 2) for n in range(26)]
    lines = lines_of(weeks)
    assert levels(weeks, lines).count("red") <= 0.15 * 26
    # 65 % of 37.5 h is 24.4 h; a line of 31 h or more is what leaves three weeks. 24.4 x 1.3 = 31.7; 25 x 1.3 = 32.5.
    assert lines.red.startswith(
        "operational_share >= 84.5% or operational_hours >= 32.5h or focus_hours < 3.07692h"
    )
    assert "two of (meetings_max_day >= 11, conflict_share > 65%, back_to_back_hours >= 5.2h)" in lines.red


def test_heavy_weeks_ahead_of_light_ones_are_told_apart_as_well() -> None:
    """Half a year at 18 h says nothing of five weeks at 22 h to 26 h: of those too, the heaviest are the heavy ones."""
    ahead = [busy(48 + n, hours) for n, hours in enumerate((22.0, 23.0, 26.0, 22.0, 25.5))]
    lines = lines_of([busy(n, 18.0) for n in range(22, 48)], ahead=ahead)
    assert levels(ahead, lines) == ["calm", "calm", "red", "calm", "amber"]


def test_one_heavy_week_ahead_is_red() -> None:
    ahead = [busy(48 + n, hours) for n, hours in enumerate((10.0, 10.0, 36.0, 10.0, 10.0))]
    assert levels(ahead, lines_of([busy(n, 10.0) for n in range(22, 48)], ahead=ahead))[2] == "red"


def test_unbroken_time_of_which_two_weeks_ahead_have_none_drops_out_of_red() -> None:
    ahead = [busy(48 + n, 10.0, focus_hours=focus) for n, focus in enumerate((20.0, 20.0, 0.0, 0.0, 20.0))]
    lines = lines_of([busy(n, 10.0) for n in range(22, 48)], ahead=ahead)
    assert levels(ahead, lines) == ["calm", "calm", "amber", "amber", "calm"]


def test_counts_are_rounded_up() -> None:
    weeks = [busy(22 + n, 25.0 if n < 5 else 10.0) for n in range(26)]
    assert "meetings_max_day >= 9," in lines_of(weeks).red, "8 times 1.05 is 8.4"


def test_a_share_past_all_of_the_week_drops_out() -> None:
    """Double-booked weeks of 50 h: hours are raised until they fit, and no share is left to be past."""
    weeks = [busy(22 + n, 50.0, conflict_share=0.9) for n in range(26)]
    lines = lines_of(weeks)
    assert "operational_share" not in lines.red
    assert "conflict_share" not in lines.red
    assert set(levels(weeks, lines)) == {"amber"}


def test_unbroken_time_of_which_most_weeks_have_none_drops_out() -> None:
    weeks = [busy(22 + n, 10.0, focus_hours=0.0) for n in range(26)]
    lines = lines_of(weeks)
    assert "focus_hours" not in lines.red
    assert levels(weeks, lines) == ["amber"] * 26, "they are past the usual red line"


def test_amber_goes_no_further_than_the_usual_red_line() -> None:
    weeks = [busy(22 + n, 30.0 + n / 4) for n in range(26)]
    lines = lines_of(weeks)
    assert level(busy(48, 24.9, operational_share=0.6), lines) == "calm"
    assert level(busy(48, 25.0, operational_share=0.6), lines) == "amber"
    assert level(busy(48, 24.4, operational_share=0.65), lines) == "amber"
    two_signs = {"meetings_max_day": 8.0, "back_to_back_hours": 4.0}
    assert level(busy(48, 5.0, **two_signs), lines) == "amber"


SORTS_OF_WEEK = st.tuples(
    st.sampled_from([0.5, 8.0, 14.0, 19.0, 22.0, 25.0, 28.0, 31.0, 36.0, 45.0]),
    st.sampled_from([0.0, 2.0, 4.0, 6.5, 15.0]),
    st.sampled_from([1.0, 5.0, 7.0, 9.0]),
    st.sampled_from([0.0, 0.4, 0.7, 1.0]),
    st.sampled_from([3.0, 4.5]),
)


def of_sort(number: int, measures: tuple[float, ...]) -> WeekLoad:
    hours, focus, day, clash, row = measures
    held = {"focus_hours": focus, "meetings_max_day": day, "conflict_share": clash, "back_to_back_hours": row}
    return busy(number, hours, **held)


@given(
    st.lists(SORTS_OF_WEEK, min_size=8, max_size=26),
    st.lists(SORTS_OF_WEEK, min_size=5, max_size=5),
    st.sampled_from(["manager", "executive", "specialist"]),
)
def test_what_holds_of_any_weeks(
    before: list[tuple[float, ...]], later: list[tuple[float, ...]], role: str
) -> None:
    behind = [of_sort(22 + n, measures) for n, measures in enumerate(before)]
    ahead = [of_sort(48 + n, measures) for n, measures in enumerate(later)]
    lines = lines_of(behind, role, ahead)
    capped = any(levels(weeks, None, role).count("red") > 0.40 * len(weeks) for weeks in (behind, ahead))
    for weeks in (behind, ahead):
        own, usual = levels(weeks, lines, role), levels(weeks, None, role)
        assert own.count("red") <= max(1, 0.15 * len(weeks))
        assert capped or len(weeks) - own.count("calm") <= 0.40 * len(weeks)
        for mine, theirs in zip(own, usual, strict=True):
            assert LEVELS.index(mine) <= LEVELS.index(theirs), "never stricter than the usual line"
            assert theirs != "red" or mine != "calm"
    assert lines_of(behind, role, ahead) == lines


def test_which_weeks_count() -> None:
    counts = busy(40, 10.0)
    weeks = [
        counts,
        replace(busy(41, 10.0), working_days=3),
        replace(busy(44, 10.0), quiet_days=2),
        busy(42, 0.0, meetings=0.0),
        replace(busy(43, 6.0, meetings=0.0), told_hours=6.0),
        busy(48, 10.0),  # it runs
        busy(21, 10.0),  # before the last half year
        busy(22, 10.0),
    ]
    assert [load.week.number for load in weeks_that_count(weeks, RUNNING)] == [22, 40]


def test_a_rule_of_the_persons_own_is_taken_as_written() -> None:
    lines = lines_of([busy(n, 30.0) for n in range(22, 48)])
    mine = Settings(rules=(RuleText("red", "operational_hours >= 22h", {"strategic": 3}),))
    assert level(busy(48, 22.0), lines, settings=mine) == "red"


@pytest.mark.parametrize(("hours", "past"), [(24.0, False), (26.0, True)])
def test_an_ordinary_week_past_the_usual_red_line_is_a_finding(hours: float, past: bool) -> None:
    weeks = [busy(22 + n, hours + (n - 13) / 2, operational_share=0.5) for n in range(26)]
    ordinary = lines_of(weeks).ordinary
    assert bool(ordinary) is past
    if past:
        assert (ordinary[0].measure, ordinary[0].threshold) == ("operational_hours", 25.0)


def test_a_cause_names_the_usual_line_beside_its_own() -> None:
    weeks = [busy(22 + n, 20 + n / 2) for n in range(26)]
    lines = lines_of(weeks)
    judge = Judge(rules_for(Settings(), lines), RUNNING, FULL, lines_taken=lines.taken)
    found = judge.judged(busy(48, 33.0, capacity_hours=37.5))
    hours = next(cause for cause in found.causes if cause.measure == "operational_hours")
    assert (hours.threshold, hours.usual) == (32.5, 25.0)
    assert found.lines_taken == TODAY
    short = judge.judged(busy(48, 27.0, capacity_hours=30.0))
    hours = next(cause for cause in short.causes if cause.measure == "operational_hours")
    assert (hours.threshold, hours.usual) == (26.0, 20.0), "both in proportion to a short week"
