"""Days and weeks as people say them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.running.dates import find_date, find_day, find_week
from blocker.values.errors import UsageError
from blocker.values.workweek import week_of
from tests.tools.command_line import CommandLine, sample


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys, sample(tmp_path), "2026-11-06T06:30")


TODAY = date(2026, 11, 25)  # a Wednesday, of week 48


@pytest.mark.parametrize(
    ("said", "week"),
    [
        ("this", "2026-W48"), ("next", "2026-W49"), ("next week", "2026-W49"), ("Last", "2026-W47"),
        ("in 2 weeks", "2026-W50"), ("in a week", "2026-W49"), ("2 weeks ago", "2026-W46"),
        ("44", "2026-W44"), ("week 44", "2026-W44"), ("w2", "2027-W02"), ("2026-w48", "2026-W48"),
        ("friday", "2026-W48"), ("tue", "2026-W49"), ("24 dec", "2026-W52"), ("2026-11-16", "2026-W47"),
    ],
)  # fmt: skip
def test_a_week_as_people_say_it(said: str, week: str) -> None:
    assert str(find_week(said, TODAY)) == week


@pytest.mark.parametrize(
    ("said", "week"),
    [
        ("this", "2026-W49"), ("next", "2026-W50"), ("last week", "2026-W48"), ("today", "2026-W49"), ("sun", "2026-W49"),
        ("saturday", "2026-W49"), ("last saturday", "2026-W48"), ("2026-11-28", "2026-W48"), ("29 nov", "2026-W49"),
        ("48", "2026-W48"), ("2026-W48", "2026-W48"), ("in 2 weeks", "2026-W51"),
    ],
)  # fmt: skip
def test_a_week_that_begins_on_sunday_is_called_by_its_monday(said: str, week: str) -> None:
    sunday = date(2026, 11, 29)
    assert str(find_week(said, sunday, lead=1)) == week
    assert find_week(None, sunday) != find_week(None, sunday, lead=1) == find_week("this", sunday, lead=1)
    assert find_date("this", sunday, lead=1) == find_week("this", sunday, lead=1)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("today", "2026-11-25"), ("tomorrow", "2026-11-26"), ("wed", "2026-11-25"), ("friday", "2026-11-27"),
        ("tue", "2026-12-01"), ("last fri", "2026-11-20"), ("last wednesday", "2026-11-18"),
        ("in 10 days", "2026-12-05"), ("24 dec", "2026-12-24"), ("Dec 24", "2026-12-24"), ("24th december", "2026-12-24"),
        ("thu 24 dec", "2026-12-24"), ("15 jan", "2027-01-15"), ("24 dec 2027", "2027-12-24"), ("24.12.", "2026-12-24"),
        ("24.12.2026", "2026-12-24"), ("13/4", "2027-04-13"), ("29 feb 2028", "2028-02-29"), ("20261224", "2026-12-24"),
    ],
)  # fmt: skip
def test_a_day_as_people_say_it(said: str, day: str) -> None:
    assert str(find_date(said, TODAY)) == day


def test_without_its_year_a_day_is_the_nearest_or_the_next_one() -> None:
    assert find_date("15 june", TODAY) == date(2026, 6, 15)
    assert find_day("15 june", TODAY) == date(2027, 6, 15)
    assert str(find_date("44", TODAY, coming=True)) == "2027-W44"


@pytest.mark.parametrize("said", ["3/4", "3/4/2027", "next friday"])
def test_where_two_days_can_be_meant_both_are_named(said: str) -> None:
    with pytest.raises(UsageError, match="it is not clear which day") as refused:
        find_week(said, TODAY)
    assert " or " in refused.value.hint


@pytest.mark.parametrize(
    "said",
    ["", "abc", "may", "10:45", "2026", "31 feb", "29 feb", "0", "54", "2025-W53", "fri 24 dec", "march 2026", "weeks",
     "in 99999999999 days", "a day", "²", "24"],
)  # fmt: skip
def test_what_names_no_day_is_refused_with_examples(said: str) -> None:
    with pytest.raises(UsageError, match="not a date") as refused:
        find_day(said, TODAY)
    assert "24 dec" in refused.value.hint


@given(
    st.text(alphabet="0123456789 ./-wWdaysekin octfri", max_size=14),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
)
def test_any_words_are_a_week_or_are_refused(said: str, today: date) -> None:
    try:
        week = find_week(said, today)
    except UsageError:
        return
    assert week_of(week.monday) == week


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.dates(date(1999, 1, 1), date(2101, 1, 1)))
def test_what_is_written_in_full_does_not_depend_on_today(today: date, day: date) -> None:
    assert find_date(day.isoformat(), today) == find_date(f"{day.day} {day:%B %Y}", today) == day


def test_every_command_takes_words_without_quotes(cli: CommandLine) -> None:
    cli.call("run", "-y")
    for words in (
        ["load", "next", "week"], ["load", "in", "2", "weeks"], ["rebalance", "next", "week", "-n"], ["explain", "next", "week"],
        ["busy", "5", "next", "week"], ["pause", "--until", "in", "3", "days"], ["explain", "wed"],
    ):  # fmt: skip
        said = cli.call(*words)
        assert said.code == 0, (words, said.err)


@pytest.mark.parametrize("command", ["load", "explain", "skip", "rebalance"])
def test_words_that_are_not_a_week_are_refused_everywhere(cli: CommandLine, command: str) -> None:
    said = cli.call(command, "some", "giraffe")
    assert said.code == 2
    assert "“some giraffe” is not a" in said.err


def test_skipping_a_day_takes_its_block_only(cli: CommandLine) -> None:
    cli.call("run", "-y")
    kept = [c for c in cli.document("plan")["changes"] if c["action"] == "keep" and c["kind"] == "strategic"]
    cli.call("skip", kept[0]["start"][:10])
    after = {c["key"] for c in cli.document("plan")["changes"]}
    assert kept[0]["key"] not in after
    assert {c["key"] for c in kept[1:]} <= after


def test_skipping_a_day_without_a_block_says_how_to_skip_its_week(cli: CommandLine) -> None:
    said = cli.call("skip", "sunday")
    assert said.code == 2
    assert "there is no block on Sun" in said.err
    assert said.err.rstrip().endswith(" skip this")
