"""``calibrate``: rules tried on weeks that are over, a person's own thresholds, and writing them down."""

from __future__ import annotations

import re
import stat
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from blocker.config.amending import with_rules
from blocker.config.template import config_template
from blocker.measuring.conditions import written
from blocker.rules.calibration import Calibration, allowed, calibrate, percentile
from blocker.rules.presets import BOOKS, ROLES, when
from blocker.rules.rules import Rule, condition, rules_for
from blocker.showing.advice import advice, verdict
from blocker.showing.calibration import calibration_lines
from blocker.values.plan import WeekLoad
from blocker.values.settings import RuleText, Settings
from blocker.values.workweek import parse_week
from tests.tools.command_line import CommandLine, sample
from tests.tools.making import loaded

FULL = 37.5 * 60
FIRST = parse_week("2026-W36")
NOW = "2026-11-02T06:30"


def rule(text: str, name: str = "amber") -> Rule:
    return Rule(name, condition(text), BOOKS[name], text)


def week(number: int, days: int = 5, **held: float) -> WeekLoad:
    """A completed week with these measures, and the working time of its days."""
    load = loaded(str(FIRST.plus(number)))
    defaults = {"capacity_hours": 7.5 * days, "focus_hours": 20.0, "meetings": 1.0}
    return replace(load, held={**load.held, **defaults, **held}, working_days=days)


def shares(*values: float) -> list[WeekLoad]:
    return [
        week(number, operational_share=value, operational_hours=value * 37.5)
        for number, value in enumerate(values)
    ]


def tried(weeks: Sequence[WeekLoad], *rules: Rule) -> Calibration:
    return calibrate(weeks, rules, FULL)


# --- percentiles ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "value"), [(0.0, 10.0), (0.5, 25.0), (0.6, 28.0), (1.0, 40.0), (1 / 3, 20.0)]
)
def test_a_percentile_lies_between_its_neighbours(share: float, value: float) -> None:
    assert percentile([10.0, 20.0, 30.0, 40.0], share) == pytest.approx(value)


def test_a_trigger_may_fire_in_what_its_share_leaves_and_once_at_least() -> None:
    assert [allowed(8, 0.6), allowed(8, 0.85), allowed(10, 0.6), allowed(4, 0.85)] == [3, 1, 4, 1]


def test_ones_own_threshold_leaves_six_weeks_in_ten_quiet() -> None:
    found = tried(
        shares(0.30, 0.32, 0.35, 0.40, 0.42, 0.45, 0.52, 0.55, 0.58, 0.60), rule("operational_share >= 20%")
    )
    trial = found.trials[0]
    assert len(trial.fires) == 10
    assert trial.own.text == "operational_share >= 48%"
    assert trial.own_fires == tuple(FIRST.plus(n) for n in (6, 7, 8, 9))


def test_where_less_is_worse_the_threshold_comes_from_the_other_end() -> None:
    weeks = [week(number, focus_hours=value) for number, value in enumerate((2.0, 4.0, 6.0, 8.0, 10.0, 12.0))]
    trial = tried(weeks, rule("focus_hours < 20h", "red")).trials[0]
    assert trial.own_fires == (FIRST,)
    assert 2.0 < float(trial.clauses[0].own.value) <= 4.0


def test_hours_of_a_short_week_count_in_proportion() -> None:
    weeks = [week(number, operational_hours=20.0) for number in range(5)]
    weeks.append(week(5, days=4, operational_hours=20.0))
    assert tried(weeks, rule("operational_hours >= 15h")).trials[0].own_fires == (FIRST.plus(5),)


def test_several_clauses_together_keep_to_the_share() -> None:
    weeks = [
        week(number, operational_share=0.3 + 0.02 * number, meetings_max_day=3.0 + (7 * number) % 10)
        for number in range(10)
    ]
    trial = tried(weeks, rule("operational_share >= 20% or meetings_max_day >= 2")).trials[0]
    assert 0 < len(trial.own_fires) <= 4
    assert trial.share > 0.6


@pytest.mark.parametrize("value", [0.0, 0.4])
def test_weeks_that_are_all_the_same_say_nothing_about_a_clause_that_never_fires(value: float) -> None:
    trial = tried(shares(*[value] * 8), rule("operational_share >= 50%")).trials[0]
    assert not trial.changes


def test_the_same_in_every_week_and_firing_moves_past_it() -> None:
    trial = tried(shares(*[0.6] * 8), rule("operational_share >= 50%")).trials[0]
    assert trial.own_fires == ()
    assert trial.own.text == "operational_share >= 61%"


@given(st.lists(st.integers(0, 100), min_size=4, max_size=30), st.sampled_from(["amber", "red"]))
def test_ones_own_rule_never_fires_in_more_than_half_of_the_weeks(values: list[int], name: str) -> None:
    found = tried(shares(*(value / 100 for value in values)), rule("operational_share >= 0%", name))
    if found.enough and max(values) > min(values):
        assert len(found.trials[0].own_fires) <= len(found.ordinary) / 2


# --- which weeks ---------------------------------------------------------------------------


def test_weeks_before_the_calendar_begins_are_left_out() -> None:
    weeks = [week(0, meetings=0.0), week(1, meetings=0.0), *shares(0, 0, 0.4, 0.5, 0.3, 0.4, 0.2)[2:]]
    found = tried(weeks, rule("operational_share >= 50%"))
    assert found.weeks[0].week == FIRST.plus(2)


def test_short_weeks_are_shown_and_not_counted() -> None:
    weeks = [*shares(0.3, 0.4, 0.5, 0.6), week(4, days=2, operational_share=0.9)]
    found = tried(weeks, rule("operational_share >= 50%"))
    assert len(found.ordinary) == 4
    assert FIRST.plus(4) not in found.trials[0].own_fires
    assert any("2 working days: not counted" in line for line in calibration_lines(found))


def test_too_few_weeks_give_no_thresholds() -> None:
    found = tried(shares(0.3, 0.4, 0.5), rule("operational_share >= 50%"))
    assert not found.enough
    assert not found.advised
    assert "too few" in advice(found)[0]
    assert tried([], rule("operational_share >= 50%")).weeks == ()
    assert "no completed week" in calibration_lines(tried([]))[0]


# --- words ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("threshold", "often", "words"),
    [
        ("10%", "every", "Amber is always on, so it tells you nothing."),
        ("31%", "most", "Amber fires in 7 of 8 weeks: too often"),
        ("53%", "some", "Amber fires in 2 of 8 weeks (2026-W42 and W43): useful."),
        ("90%", "never", "Amber never fires in these weeks."),
    ],
)
def test_it_says_plainly_how_often_a_rule_fires(threshold: str, often: str, words: str) -> None:
    found = tried(
        shares(0.30, 0.35, 0.40, 0.45, 0.48, 0.50, 0.55, 0.60), rule(f"operational_share >= {threshold}")
    )
    trial = found.trials[0]
    assert found.often(trial) == often
    assert verdict(found, trial).startswith(words)


def test_a_trigger_that_signs_set_off_every_week_is_to_be_changed() -> None:
    weeks = [week(n, operational_share=0.3 + n / 50, meetings_max_day=6.0 + n) for n in range(8)]
    found = tried(weeks, rule("operational_share >= 50% or meetings_max_day >= 6"))
    assert [trial.now.name for trial in found.advised] == ["amber"]
    assert "“meetings_max_day >= 6” holds every week" in "\n".join(advice(found))


def test_a_load_that_is_high_in_every_week_is_not_talked_away() -> None:
    found = tried(
        shares(0.68, 0.7, 0.71, 0.72, 0.73, 0.7, 0.69, 0.72), rule("operational_share >= 65%", "red")
    )
    assert found.often(found.trials[0]) == "every"
    assert found.advised == ()
    words = "\n".join(advice(found))
    assert "Red is not set too low, the load is high" in words
    assert "keep the rules as they are" in words
    assert "blocker calibrate --write red" in words


def test_an_alarm_that_is_silent_stays() -> None:
    found = tried(shares(0.2, 0.25, 0.3, 0.3, 0.3), rule("operational_share >= 65%", "red"))
    assert "Red stays as an alarm" in advice(found)[0]
    assert found.advised == ()


def test_rules_that_only_book_are_left_alone() -> None:
    other = Rule("more", condition("meetings >= 1"), {"strategic": 1}, "meetings >= 1")
    assert [
        trial.now.name for trial in tried(shares(0.3, 0.4, 0.5, 0.6), rule("meetings >= 1"), other).trials
    ] == ["amber"]


# --- conditions, written ----------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(ROLES))
@pytest.mark.parametrize("level", ["amber", "red"])
def test_a_written_condition_reads_back_as_the_same(role: str, level: str) -> None:
    text = when(role, level)
    assert written(condition(text)) == text


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("not (meetings > 5 and focus_hours < 6)", "meetings <= 5 or focus_hours >= 6"),
        ("meetings > 5 and (focus_hours < 6 or after_hours > 1h)", None),
        ("2 of (meetings > 5, focus_hours < 6 and meetings > 1, after_hours > 1h)", None),
        ("(meetings > 5)", "meetings > 5"),
    ],
)
def test_conditions_of_every_shape_are_written(text: str, again: str | None) -> None:
    assert written(condition(text)) == (again or text.replace("2 of", "two of"))


# --- the config file --------------------------------------------------------------------------

OWN = [
    RuleText("amber", "operational_share >= 55%", {"strategic": 2}),
    RuleText("red", "meetings >= 40", {"strategic": 3}),
]


def test_new_rules_come_last_and_the_rest_is_as_it_was() -> None:
    before = config_template()
    after = with_rules(before, OWN, "From blocker calibrate")
    assert after.startswith(before)
    data = tomllib.loads(after)
    assert data["rule"] == [
        {"name": "amber", "when": "operational_share >= 55%", "book": {"strategic": 2}},
        {"name": "red", "when": "meetings >= 40", "book": {"strategic": 3}},
    ]


def test_a_rule_that_is_there_keeps_its_book_and_every_comment() -> None:
    before = (
        'role = "manager"   # mine\n\n[[rule]]   # first\nname = "red" # loud\n# why\n'
        'when = "meetings >= 5"   # because\nbook = { strategic = 4 }\n\n[offsite]\nminutes = 180 # short\n'
    )
    after = with_rules(before, OWN[1:])
    assert after == before.replace("meetings >= 5", "meetings >= 40")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_inline_rules_and_either_line_end_survive(newline: str) -> None:
    before = 'rule = [ { name = "red", when = "meetings >= 5", book = { strategic = 4 } } ] # mine\n[offsite]\nminutes = 180\n'
    after = with_rules(before.replace("\n", newline), OWN)
    assert after.count(newline) == after.count("\n") == 3
    assert [found["when"] for found in tomllib.loads(after.replace("\r\n", "\n"))["rule"]] == [
        "meetings >= 40",
        "operational_share >= 55%",
    ]
    assert "# mine" in after


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys, sample(tmp_path), NOW)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    monkeypatch.setenv("BLOCKER_CONFIG", str(path))
    path.write_text("# mine\nbuffer_before = 15 # a walk\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def test_the_weeks_are_the_last_completed_ones(cli: CommandLine) -> None:
    document = cli.document("calibrate")
    assert [found["week"] for found in document["weeks"]][-1] == "2026-W44"
    assert len(cli.document("calibrate", "--weeks", "12")["weeks"]) >= len(document["weeks"])
    assert {found["name"] for found in document["rules"]} <= {"amber", "red"}
    assert cli.call("calibrate", "--weeks", "2").code == 2


def test_writing_changes_the_rules_and_nothing_else(cli: CommandLine, config: Path) -> None:
    before = config.read_text(encoding="utf-8")
    offered = {found["name"]: found["own_when"] for found in cli.document("calibrate")["rules"]}
    document = cli.document("calibrate", "--write", "amber")
    assert document["written"] == str(config)
    text = config.read_text(encoding="utf-8")
    assert text.startswith(before)
    assert [found["when"] for found in tomllib.loads(text)["rule"]] == [offered["amber"]]
    assert [path.name for path in config.parent.iterdir() if path.name.startswith(".config")] == []
    if sys.platform != "win32":
        assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert cli.call("calibrate", "--write", "red").code == 0
    said = cli.call("config", "show").out
    assert re.search(r"rule\.red += ", said)
    assert "buffer_before" in said
    assert len(tomllib.loads(config.read_text(encoding="utf-8"))["rule"]) == 2


def test_where_the_advice_is_to_keep_the_rules_writing_leaves_them_alone(
    cli: CommandLine, config: Path
) -> None:
    before = config.read_bytes()
    said = cli.call("calibrate", "--write")
    assert said.code == 0
    assert "So: keep the rules as they are." in said.out
    assert "Nothing was written" in said.out
    assert "blocker calibrate --write red" in said.out
    assert config.read_bytes() == before
    assert cli.document("calibrate", "--write")["written"] is None


def test_writing_a_second_time_writes_nothing(cli: CommandLine, config: Path) -> None:
    said = cli.call("calibrate", "--write", "amber")
    assert f"Wrote amber into {config}" in said.out
    assert "although" in said.out
    before = config.read_bytes()
    said = cli.call("calibrate", "--write", "amber")
    assert said.code == 0
    assert "Wrote" not in said.out
    assert "Nothing was written: amber is that rule already." in said.out
    assert config.read_bytes() == before


def test_writing_takes_the_advice_and_no_more(cli: CommandLine, config: Path) -> None:
    config.write_text(
        '[[rule]]\nname = "amber"\nwhen = "meetings >= 1"\nbook = { strategic = 2 }\n'
        '[[rule]]\nname = "red"\nwhen = "meetings >= 90"\nbook = { strategic = 3 }\n',
        encoding="utf-8",
    )
    document = cli.document("calibrate", "--write")
    assert document["advised"] == ["amber"]
    when = {
        found["name"]: found["when"] for found in tomllib.loads(config.read_text(encoding="utf-8"))["rule"]
    }
    assert when["amber"] != "meetings >= 1"
    assert when["red"] == "meetings >= 90"


def test_without_a_config_file_it_says_who_writes_one(cli: CommandLine) -> None:
    said = cli.call("calibrate", "--write", "amber")
    assert said.code == 2
    assert "blocker init writes one" in said.err


@pytest.mark.skipif(sys.platform == "win32", reason="modes stop nobody here")
def test_a_config_that_nobody_may_write_stays_as_it_is(cli: CommandLine, config: Path) -> None:
    config.chmod(0o400)
    before = config.read_bytes()
    assert cli.call("calibrate", "--write", "amber").code == 1
    assert config.read_bytes() == before


def test_every_role_can_be_calibrated() -> None:
    for role in ROLES:
        found = calibrate(shares(0.2, 0.3, 0.4, 0.5, 0.6), rules_for(Settings(role=role)), FULL)
        assert [trial.now.name for trial in found.trials] == ["amber", "red"]
        assert calibration_lines(found)
