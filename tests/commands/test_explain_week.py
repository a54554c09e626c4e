"""``explain WEEK``: why this level, each clause, what it booked and what held it back, in words."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from blocker.engine import make_plan
from blocker.rules.survey import take_survey
from blocker.showing.week import reasons_document, reasons_lines
from blocker.showing.week_reasons import WeekReasons, week_of_plan, week_reasons
from blocker.values.memory import Memory, Remembered, WeekRecord
from blocker.values.request import Request
from blocker.values.settings import RuleText, Settings
from blocker.values.workweek import Week, parse_week
from tests.tools.calendars_by_hand import BERLIN, MONDAY, meeting, request, slot, week_days
from tests.tools.command_line import CommandLine, sample

WEEK = parse_week("2026-W45")


def reasons(asked: Request, week: Week = WEEK) -> WeekReasons:
    seen = take_survey(asked)
    made = make_plan(asked, seen)
    return week_reasons(week_of_plan(made, seen, week), made, seen, asked)


def words(asked: Request, week: Week = WEEK) -> str:
    return "\n".join(reasons_lines(reasons(asked, week), BERLIN))


def busy(hours: float, monday: date = MONDAY) -> list[Any]:
    """So many hours of meetings in a week, four a day at most, after lunch."""
    events = []
    for day in week_days(monday):
        part = min(4.0, hours)
        hours -= part
        if part:
            end = 13 * 60 + 30 + round(part * 60)
            events.append(meeting(day, "13:30", f"{end // 60}:{end % 60}"))
    return events


def test_each_clause_stands_with_its_value_and_threshold() -> None:
    text = words(request(busy(20)))
    assert "Its level is amber. It is judged by what it has." in text
    assert "amber applies; it needs one of these:" in text
    assert re.search(r"yes  operational share of working time: 53 %, applies at 50 % or more", text)
    assert re.search(r"yes  operational time: 20 h, applies at 20 h or more", text)
    assert re.search(r"no   unbroken time \(two hours or more\): [\d.]+ h, applies at less than 6.5 h", text)
    assert "  two of these:\n    no   free time in pieces under two hours" in text
    assert "red does not apply" in text
    assert "The rules ask for 2 thinking blocks." in text


@pytest.mark.parametrize(
    ("minutes", "level", "state"),
    [(20 * 60 - 1, "calm", "no"), (20 * 60, "amber", "yes"), (20 * 60 + 1, "amber", "yes")],
)
def test_at_a_threshold_and_a_minute_either_side(minutes: int, level: str, state: str) -> None:
    rule = RuleText("amber", "operational_hours >= 20h", {"strategic": 2})
    red = RuleText("red", "operational_hours >= 30h", {"strategic": 3})
    found = reasons(request(busy(minutes / 60), settings=Settings(rules=(rule, red))))
    assert found.week.load.level == level
    assert f"  {state:<5}operational time: " in "\n".join(reasons_lines(found, BERLIN))
    assert found.week.load.booked["strategic"] == (2 if level == "amber" else 1)
    document = reasons_document(found, BERLIN)["weeks"][0]
    assert document["rules"][0]["clauses"][0]["fires"] is (level == "amber")


def test_a_week_to_come_shows_what_it_holds_and_what_recent_weeks_held() -> None:
    events = [event for back in range(1, 5) for event in busy(18, MONDAY - timedelta(weeks=back))]
    text = words(request([*events, *busy(4, MONDAY + timedelta(weeks=2))]), WEEK.plus(2))
    assert "It is still filling up" in text
    assert "operational time: 4 h (recent weeks 18 h), applies at 20 h or more" in text


def test_a_short_week_says_that_its_thresholds_are_smaller() -> None:
    away = [meeting(day, "9:00", "17:30", title="Vacation") for day in week_days(MONDAY)[3:]]
    text = words(request([*busy(12), *away]))
    assert "lines in hours a week are in proportion" in text
    assert "operational time: 12 h, applies at 12 h or more" in text
    assert "It has 3 working days: of " in text


def test_a_level_falls_with_the_load() -> None:
    memory = Memory(weeks=(WeekRecord(WEEK, "red"),))
    found = reasons(request(busy(4), memory=memory))
    assert found.week.load.level == "calm"
    assert "What changed it:" not in "\n".join(reasons_lines(found, BERLIN))


def test_a_skipped_week_and_a_pause_are_named() -> None:
    text = words(request(busy(20), memory=Memory(skipped_weeks=(WEEK,))))
    assert "You skipped this week: nothing is booked in it." in text
    paused = words(request(busy(20), memory=Memory(paused_until=date(2026, 11, 20))))
    assert "Paused until Fri 20 Nov: nothing new is booked; blocks that are there stay." in paused
    assert "It has no block of ours." in paused


def test_a_deleted_block_is_named() -> None:
    gone = Remembered(
        "strategic/2026-W45/1", "strategic", "tombstone", slot(MONDAY, "9:00", "11:00"), ended_by="deleted"
    )
    text = words(request(busy(8), memory=Memory(blocks=(gone,))))
    assert "you deleted it, and nothing is booked in its place" in text


def test_a_full_week_names_the_limits_that_left_no_room() -> None:
    events = [meeting(day, "9:00", "17:30") for day in week_days(MONDAY)]
    found = reasons(request(events))
    text = "\n".join(reasons_lines(found, BERLIN))
    assert found.missing
    assert "! thinking block in the week of 2 Nov, 120 min  [strategic/2026-W45/1]" in text
    assert reasons_document(found, BERLIN)["weeks"][0]["unplaced"][0]["code"] == "no_room"


def test_a_rule_of_ones_own_is_explained_too() -> None:
    rule = RuleText("many", "meetings >= 3 and not (focus_hours > 30 or after_hours > 1h)", {"strategic": 2})
    text = words(request(busy(20), settings=Settings(rules=(rule,))))
    assert "many applies; it needs all of these:" in text
    assert "  yes  meetings: 5, applies at 3 or more" in text


# --- through the command line -------------------------------------------------------------------


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")


def test_the_command_answers_in_words_and_as_json(cli: CommandLine) -> None:
    said = cli.call("explain", "2026-W46", options=("-v",))
    assert said.code == 0
    for part in ("2026-W46", "Its level is", "amber ", "red ", "applies at", "The rules ask for"):
        assert part in said.out
    assert "operational_share" not in said.out, "words, not codes"
    week = cli.document("explain", "2026-W46")["weeks"][0]
    assert [rule["name"] for rule in week["rules"]] == ["amber", "red"]
    assert {"text", "measure", "measured", "held", "recent", "threshold", "unit", "fires"} <= set(
        week["rules"][0]["clauses"][0]
    )
    assert {block["key"] for block in week["blocks"]} == {
        change["key"] for change in cli.document("plan")["changes"] if "/2026-W46/" in change["key"]
    }


def test_what_was_booked_stands_with_its_reason(cli: CommandLine) -> None:
    cli.call("run", "-y")
    text = cli.call("explain", "2026-W46", options=("-v",)).out
    assert re.search(r"= \w+ \d+ Nov, .*\[strategic/2026-W46/1\]\n(.*\n)*? +.*weekly minimum", text)


def test_a_week_that_is_over_tells_what_was(cli: CommandLine) -> None:
    cli.call("run", "-y")
    cli.call("skip", "2026-W46")
    cli.now = "2026-11-16T06:30"
    text = cli.call("explain", "2026-W46", options=("-v",)).out
    assert "It is over, and is judged by what it had." in text
    assert "You skipped this week: nothing was booked in it." in text
    assert "strategic/2026-W45/" in cli.call("explain", "2026-W45", options=("-v",)).out
