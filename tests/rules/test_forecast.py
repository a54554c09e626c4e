"""The fill curve: what runs remember, what is learnt of it, and how ``load --ahead`` and the rules use it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from blocker.engine import make_plan
from blocker.ledger.ledger import open_ledger
from blocker.rules.forecast import fill_curve, fill_now, forecast_hours
from blocker.rules.survey import take_survey
from blocker.showing.history import ahead_document, ahead_lines
from blocker.showing.load import measure_lines
from blocker.showing.page.gather import gather
from blocker.showing.page.page import render_page
from blocker.showing.plan_in_full import week_line
from blocker.values.events import Event
from blocker.values.memory import Memory
from blocker.values.plan import Cause, WeekLoad
from blocker.values.settings import Settings
from blocker.values.workweek import Week, parse_week
from tests.tools.calendars_by_hand import MONDAY, at, meeting, request
from tests.tools.command_line import CommandLine, sample
from tests.tools.making import loaded

NOW = parse_week("2026-W45")


def held(week: Week, hours: float, days: int = 5) -> WeekLoad:
    load = loaded(str(week))
    return replace(
        load, held={**load.held, "operational_hours": hours, "capacity_hours": 7.5 * days}, working_days=days
    )


def completed(*hours: float) -> list[WeekLoad]:
    """The weeks just past, the last one last."""
    return [held(NOW.plus(number - len(hours)), value) for number, value in enumerate(hours)]


def seen(ahead: int, *hours: float) -> Mapping[tuple[Week, int], float]:
    return {(NOW.plus(number - len(hours)), ahead): value for number, value in enumerate(hours)}


def test_a_run_remembers_how_full_each_week_is_by_weeks_ahead() -> None:
    loads = [held(NOW.plus(number), 10.0 - number) for number in range(-2, 12)]
    fill = fill_now(loads, NOW)
    assert fill == {(NOW.plus(ahead), ahead): 10.0 - ahead for ahead in range(9)}


def test_the_curve_says_how_full_weeks_were_and_what_came_later() -> None:
    curve = fill_curve({**seen(1, 10.0, 14.0), **seen(0, 16.0, 20.0)}, completed(18.0, 22.0))
    assert curve[1].full == pytest.approx(24 / 40)
    assert curve[1].came == pytest.approx(16 / 75)
    assert (curve[0].weeks, curve[1].weeks) == (2, 2)
    assert curve[0].full == pytest.approx(36 / 40)


def test_short_weeks_and_weeks_that_are_not_over_teach_nothing() -> None:
    fill = {(NOW.plus(-1), 1): 5.0, (NOW.plus(1), 1): 5.0, (NOW.plus(-2), 1): 8.0}
    curve = fill_curve(fill, [held(NOW.plus(-1), 20.0, days=2), held(NOW.plus(-2), 16.0)])
    assert curve[1].weeks == 1
    assert curve[1].full == 0.5


def test_a_forecast_adds_what_usually_comes_in_proportion_to_capacity() -> None:
    curve = fill_curve(seen(2, 10.0, 12.0), completed(16.0, 21.0))  # 7.5 h a week came in
    assert forecast_hours(held(NOW.plus(2), 4.0), curve[2]) == pytest.approx(11.5)
    assert forecast_hours(held(NOW.plus(2), 4.0, days=2), curve[2]) == pytest.approx(7.0)
    assert forecast_hours(held(NOW.plus(2), 0.0, days=0), curve[2]) == 0.0
    assert forecast_hours(held(NOW.plus(2), 4.0), None) is None


def test_meetings_that_are_usually_called_off_lower_it_but_not_below_nothing() -> None:
    curve = fill_curve(seen(1, 20.0), completed(12.0))
    assert forecast_hours(held(NOW.plus(1), 10.0), curve[1]) == pytest.approx(2.0)
    assert forecast_hours(held(NOW.plus(1), 3.0), curve[1]) == 0.0


def test_without_history_it_says_that_it_has_none() -> None:
    loads = [held(NOW.plus(number), 10.0) for number in range(3)]
    lines = ahead_lines(loads, {})
    assert any("No forecast yet" in line for line in lines)
    assert [week["forecast"] for week in ahead_document(loads, {})["weeks"]] == [None] * 3


def test_a_forecast_is_marked_as_one_and_names_its_weeks() -> None:
    curve = fill_curve(seen(1, 10.0, 14.0), completed(18.0, 22.0))
    loads = [held(NOW.plus(number), 10.0) for number in range(2)]
    lines = ahead_lines(loads, curve)
    assert "forecast" in lines[0]
    assert lines[1].endswith("–")
    assert lines[2].split()[-4:] == ["18", "h", "48", "%"]
    assert any("one week before" in line and "from 2 weeks" in line for line in lines)
    document = ahead_document(loads, curve)
    assert document["weeks"][1]["forecast"] == {
        "operational_hours": 18.0,
        "operational_share": 0.48,
        "from_weeks": 2,
    }
    assert document["fill"] == [{"ahead": 1, "full": 0.6, "from_weeks": 2}]


# --- the ledger -------------------------------------------------------------------------------


def test_the_first_run_of_a_week_is_what_counts(tmp_path: Path) -> None:
    with open_ledger(tmp_path, "memory:") as ledger:
        ledger.remember_fill({(NOW, 0): 10.0, (NOW.plus(1), 1): 5.0})
        ledger.remember_fill({(NOW, 0): 12.0, (NOW.plus(1), 0): 6.0})
        assert ledger.memory().fill == {(NOW, 0): 10.0, (NOW.plus(1), 1): 5.0, (NOW.plus(1), 0): 6.0}
        ledger.leave()
        assert ledger.memory().fill == {}


def test_weeks_of_runs_make_a_forecast(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")
    assert "No forecast yet" in cli.call("load", "--ahead", "6").out
    cli.call("run", "-y")
    cli.now = "2026-11-09T06:30"
    cli.call("run")
    cli.now = "2026-11-16T06:30"
    document = cli.document("load", "--ahead", "6")
    assert [week["ahead"] for week in document["weeks"]] == list(range(7))
    assert document["weeks"][0]["forecast"]["from_weeks"] == 2
    assert document["weeks"][1]["forecast"]["from_weeks"] == 1
    assert document["weeks"][6]["forecast"] is None
    assert "forecast" in cli.call("load", "--ahead", "6").out


@pytest.mark.parametrize("words", [("--ahead", "0"), ("--ahead", "99"), ("2026-W46", "--ahead", "3")])
def test_what_cannot_be_shown_ahead_is_refused(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30").call("load", *words).code == 2


# --- the rules --------------------------------------------------------------------------------


def quiet_then_full() -> tuple[list[Event], Memory]:
    """Four weeks that ended with 15 h and were known to hold 3 h a week before, at 15 h in the mean."""
    events, fill = [], {}
    for back in range(1, 5):
        monday = MONDAY - timedelta(weeks=back)
        events += [meeting(monday + timedelta(days=day), "09:00", "12:00") for day in range(5)]
        fill[NOW.plus(-back), 1] = 3.0
    next_week = MONDAY + timedelta(weeks=1)
    events += [meeting(next_week + timedelta(days=day), "09:00", "11:00") for day in range(5)]
    return events, Memory(fill=fill)


@pytest.mark.parametrize("forecast", [False, True])
def test_rules_use_the_forecast_only_where_the_config_says_so(forecast: bool) -> None:
    events, memory = quiet_then_full()
    asked = request(events, memory=memory, settings=Settings(forecast=forecast))
    load = take_survey(asked).loads[NOW.plus(1)]
    assert load.recent is not None
    assert load.recent["operational_hours"] == pytest.approx(
        22.0 if forecast else 15.0
    )  # 10 h and 12 h to come
    assert load.forecast == (pytest.approx(22.0) if forecast else None)
    assert load.level == ("amber" if forecast else "calm")
    causes = [cause for cause in load.causes if cause.measure == "operational_hours"]
    assert [cause.recent for cause in causes] == ([None] if forecast else [])
    assert ("   forecast 22 h" in "\n".join(measure_lines(load))) == forecast
    later = take_survey(asked).loads[NOW.plus(2)]
    assert later.forecast is None  # nobody has seen a week two weeks before


@pytest.mark.parametrize(
    ("forecast", "measures", "words"),
    [
        (None, {"focus_hours"}, "judged by the weeks before"),
        (25.0, {"operational_hours"}, "judged by the forecast"),
        (25.0, {"focus_hours"}, "judged by the weeks before"),
        (25.0, {"operational_hours", "focus_hours"}, "judged by the forecast and the weeks before"),
    ],
)
def test_every_picture_says_what_a_week_was_judged_by(
    forecast: float | None, measures: set[str], words: str
) -> None:
    values = {"operational_hours": (25.0, 20.0), "focus_hours": (3.0, 6.0)}
    causes = tuple(
        Cause("red", name, measured, 4.0, "hours", held, None if forecast and "op" in name else measured)
        for name, (measured, held) in values.items()
        if name in measures
    )
    asked = request()
    seen = take_survey(asked)
    plan = make_plan(asked, seen)
    week = plan.weeks[1]
    load = replace(week.load, level="red", judged_by="recent", causes=causes, forecast=forecast)
    plan = replace(plan, weeks=(replace(week, load=load),))
    page = render_page(lambda coarse: gather(plan, seen, asked, coarse=coarse))
    for shown in (week_line(plan.weeks[0], plain=True, verbose=True), page):
        assert words in shown
        assert words + " and" not in shown


def test_three_weeks_are_too_few_for_rules() -> None:
    events, memory = quiet_then_full()
    fill = {key: hours for key, hours in memory.fill.items() if key[0] != NOW.plus(-1)}
    asked = request(
        events, memory=Memory(fill=fill), settings=Settings(forecast=True), now=at(date(2026, 11, 2), "06:30")
    )
    assert take_survey(asked).loads[NOW.plus(1)].forecast is None
