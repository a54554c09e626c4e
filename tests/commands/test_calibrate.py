"""``calibrate``: a person's own lines beside the usual ones, others tried in their place, and writing them down."""

from __future__ import annotations

import re
import stat
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from blocker.config.amending import with_rules
from blocker.config.template import config_template
from blocker.measuring.conditions import written
from blocker.rules.calibration import Calibration, calibrate
from blocker.rules.presets import BOOKS, ROLES, when
from blocker.rules.rules import Rule, condition
from blocker.showing.calibration import calibration_lines
from blocker.values.plan import WeekLoad
from blocker.values.settings import RuleText
from blocker.values.workweek import parse_week
from tests.tools.command_line import CommandLine, sample
from tests.tools.making import loaded

FULL = 37.5 * 60
FIRST = parse_week("2026-W36")
NOW = "2026-11-02T06:30"
LATER = "2026-12-14T06:30"  # ten weeks with meetings are over: enough for lines of one's own
USUAL = "operational_share >= 50%"


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


def tried(weeks: Sequence[WeekLoad], own: str, *more: Rule) -> Calibration:
    return calibrate(weeks, [rule(USUAL)], [rule(own), *more], FULL)


# --- two sets of lines over the same weeks -------------------------------------------------


def test_each_set_of_lines_names_its_weeks() -> None:
    found = tried(shares(0.3, 0.5, 0.6, 0.7), "operational_share >= 60% or meetings >= 2")
    assert found.usual.fires("amber") == tuple(FIRST.plus(n) for n in (1, 2, 3))
    assert found.own.fires("amber") == tuple(FIRST.plus(n) for n in (2, 3))
    assert found.usual.passed("amber", "operational_share") == 3
    assert found.own.passed("amber", "operational_share") == 2
    assert found.own.passed("amber", "meetings") == 0


def test_a_red_week_counts_as_amber_or_red() -> None:
    red = rule("operational_share >= 65%", "red")
    found = tried(shares(0.3, 0.5, 0.7), "operational_share >= 90%", red)
    assert found.own.fires("amber") == found.own.fires("red") == (FIRST.plus(2),)


def test_hours_of_a_short_week_count_in_proportion() -> None:
    weeks = [week(0, operational_hours=20.0), week(1, days=4, operational_hours=20.0)]
    assert tried(weeks, "operational_hours >= 25h").own.fires("amber") == (FIRST.plus(1),)


def test_weeks_before_the_calendar_begins_are_left_out() -> None:
    weeks = [week(0, meetings=0.0), week(1, meetings=0.0), *shares(0, 0, 0.4, 0.5, 0.3)[2:]]
    assert tried(weeks, USUAL).usual.weeks[0].week == FIRST.plus(2)


def test_short_weeks_are_shown_and_not_counted() -> None:
    found = tried([*shares(0.3, 0.4), week(4, days=2, operational_share=0.9)], USUAL)
    assert len(found.own.counted) == 2
    assert found.own.fires("amber") == ()
    assert any("2 working days: not counted" in line for line in calibration_lines(found, None, verbose=True))


def test_without_a_week_it_says_so() -> None:
    assert "no completed week" in calibration_lines(tried([], USUAL), None)[0]


def test_rules_that_only_book_are_left_alone() -> None:
    other = Rule("more", condition("meetings >= 1"), {"strategic": 1}, "meetings >= 1")
    assert [mine.name for mine in tried(shares(0.3), USUAL, other).own.rules] == ["amber"]


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
    assert len(cli.document("calibrate", "--weeks", "4")["weeks"]) == 4
    assert {found["name"] for found in document["rules"]} == {"amber", "red"}
    assert cli.call("calibrate", "--weeks", "2").code == 2


def test_the_lines_are_those_that_weeks_are_judged_by(cli: CommandLine, config: Path) -> None:
    config.write_text('role = "specialist"\n', encoding="utf-8")
    cli.now = LATER
    weeks = cli.document("calibrate")["weeks"]
    shown = {week["week"]: week["own_level"] for week in weeks}
    assert list(shown.values()) != [week["level"] for week in weeks], (
        "a specialist's usual lines call all red"
    )
    for week in list(shown)[-3:]:
        assert cli.document("load", week)["weeks"][0]["level"] == shown[week]


def test_writing_keeps_the_lines_and_nothing_else_changes(cli: CommandLine, config: Path) -> None:
    cli.now = LATER
    before = config.read_text(encoding="utf-8")
    offered = {found["name"]: found["own_when"] for found in cli.document("calibrate")["rules"]}
    document = cli.document("calibrate", "--write")
    assert document["written"] == str(config)
    text = config.read_text(encoding="utf-8")
    assert text.startswith(before)
    assert {found["name"]: found["when"] for found in tomllib.loads(text)["rule"]} == offered
    assert [path.name for path in config.parent.iterdir() if path.name.startswith(".config")] == []
    if sys.platform != "win32":
        assert stat.S_IMODE(config.stat().st_mode) == 0o600
    said = cli.call("config", "show").out
    assert re.search(r"rule\.red += ", said)
    assert "buffer_before" in said
    again = cli.call("calibrate", "--write")
    assert "Nothing was written" in again.out
    assert "those that you set yourself" in again.out
    assert config.read_text(encoding="utf-8") == text


def test_other_lines_are_tried_and_written_only_when_asked(cli: CommandLine, config: Path) -> None:
    before = config.read_bytes()
    words = ("calibrate", "--red", "meetings >= 1")
    document = cli.document(*words)
    [red] = [found for found in document["rules"] if found["name"] == "red"]
    assert red["own_when"] == "meetings >= 1"
    assert len(red["own_fires"]) > len(red["fires"])
    assert config.read_bytes() == before
    assert "Wrote red into" in cli.call(*words, "--write", "red").out
    assert [found["when"] for found in tomllib.loads(config.read_text(encoding="utf-8"))["rule"]] == [
        "meetings >= 1"
    ]
    assert "Nothing was written" in cli.call(*words, "--write", "red").out


def test_lines_that_are_tried_keep_what_the_rule_books(cli: CommandLine, config: Path) -> None:
    config.write_text(
        '[[rule]]\nname = "red"\nwhen = "meetings >= 90"\nbook = { strategic = 4 }\n', encoding="utf-8"
    )
    assert cli.call("calibrate", "--red", "meetings >= 80", "--write").code == 0
    [red] = [
        found for found in tomllib.loads(config.read_text(encoding="utf-8"))["rule"] if found["name"] == "red"
    ]
    assert (red["when"], red["book"]) == ("meetings >= 80", {"strategic": 4})


@pytest.mark.parametrize("when", ["", "meetngs >= 1", "meetings >="])
def test_a_condition_that_cannot_be_read_is_refused_in_words(cli: CommandLine, when: str) -> None:
    said = cli.call("calibrate", "--amber", when)
    assert said.code == 2
    assert "--amber can't be read" in said.err


def test_the_usual_lines_are_not_written(cli: CommandLine, config: Path) -> None:
    config.write_text('thresholds = "usual"\n', encoding="utf-8")
    said = cli.call("calibrate", "--write")
    assert "Your lines are the usual ones." in said.out
    assert "Nothing was written" in said.out
    assert config.read_text(encoding="utf-8") == 'thresholds = "usual"\n'


def test_without_a_config_file_it_says_who_writes_one(cli: CommandLine) -> None:
    said = cli.call("calibrate", "--write", "--amber", "meetings >= 5")
    assert said.code == 2
    assert "blocker init writes one" in said.err


@pytest.mark.skipif(sys.platform == "win32", reason="modes stop nobody here")
def test_a_config_that_nobody_may_write_stays_as_it_is(cli: CommandLine, config: Path) -> None:
    config.chmod(0o400)
    before = config.read_bytes()
    assert cli.call("calibrate", "--write", "--amber", "meetings >= 5").code == 1
    assert config.read_bytes() == before
