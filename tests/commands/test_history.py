"""``history`` and what runs remember of each week, through the command line on a real file."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocker.planning.history import PastWeek, past_weeks, week_records
from blocker.rules.survey import take_survey
from blocker.showing.history import closing_lines, history_picture, sparkline
from blocker.showing.picture import Canvas, text_of
from blocker.values.events import Ref, StandingBlock
from blocker.values.memory import Memory, WeekRecord
from blocker.values.plan import Plan
from blocker.values.workweek import parse_week
from tests.tools.calendars_by_hand import MONDAY, at, meeting, request, slot
from tests.tools.command_line import CommandLine, sample

WEEK = parse_week("2026-W45")


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")


def row(cli: CommandLine, week: str) -> dict[str, object]:
    found = [row for row in cli.document("history")["weeks"] if row["week"] == week]
    assert len(found) == 1
    return dict(found[0])


def block(
    key: str, start: str, end: str, moved_to: tuple[str, str] | None = None, day: date = MONDAY
) -> StandingBlock:
    marked = slot(day, start, end)
    there = slot(day, *moved_to) if moved_to else marked
    return StandingBlock(key, "strategic", marked, there, "Strategic thinking", "", Ref(key, ""))


def nothing() -> Plan:
    return Plan(at(MONDAY, "06:30"), "memory:", "Europe/Berlin", "run", (), (), ())


def record_of(
    blocks: list[StandingBlock], overlap: tuple[str, str] | None = None, **memory: object
) -> WeekRecord:
    """The record of the first week, a week after it, as a run would write it."""
    events = [meeting(MONDAY, *overlap)] if overlap else []
    known = Memory(weeks=(WeekRecord(WEEK, "amber", owed_minutes=240),), **memory)  # type: ignore[arg-type]
    asked = request(events, blocks, now=at(date(2026, 11, 9), "06:30"), memory=known)
    records = {record.week: record for record in week_records(nothing(), take_survey(asked), asked)}
    return records[WEEK]


def test_a_block_that_nothing_lay_on_was_placed_and_kept() -> None:
    record = record_of([block("strategic/2026-W45/1", "09:00", "11:00")])
    assert (record.placed_minutes, record.kept_minutes, record.overrun_minutes) == (120, 120, 0)
    assert record.moved == ()


@pytest.mark.parametrize(
    ("meeting_at", "overrun"), [(("10:30", "12:00"), 30), (("10:59", "12:00"), 1), (("11:00", "12:00"), 0)]
)
def test_what_a_meeting_took_of_a_block_is_overrun_to_the_minute(
    meeting_at: tuple[str, str], overrun: int
) -> None:
    record = record_of([block("strategic/2026-W45/1", "09:00", "11:00")], meeting_at)
    assert (record.kept_minutes, record.overrun_minutes) == (120 - overrun, overrun)


def test_a_block_that_a_person_moved_is_remembered_as_moved() -> None:
    record = record_of([block("strategic/2026-W45/1", "09:00", "11:00", ("14:00", "16:00"))])
    assert record.moved == ("strategic/2026-W45/1",)


def test_a_skipped_week_owes_nothing() -> None:
    assert record_of([]).waived_minutes == 0
    assert record_of([], skipped_weeks=(WEEK,)).waived_minutes == 240


def test_what_a_pause_let_go_is_no_debt_afterwards() -> None:
    known = Memory(weeks=(WeekRecord(WEEK, "amber", owed_minutes=240),), paused_until=date(2026, 11, 6))
    asked = request(now=at(date(2026, 11, 4), "06:30"), memory=known)
    during = {record.week: record for record in week_records(nothing(), take_survey(asked), asked)}[WEEK]
    assert during.waived_minutes == during.owed_minutes
    asked = request(now=at(date(2026, 11, 9), "06:30"), memory=Memory(weeks=(during,)))
    after = {record.week: record for record in week_records(nothing(), take_survey(asked), asked)}[WEEK]
    assert after.waived_minutes == after.owed_minutes


def test_before_the_first_run_history_says_where_it_begins(cli: CommandLine) -> None:
    said = cli.call("history")
    assert said.code == 0
    assert "history begins with the first blocker run" in said.out
    document = cli.document("history")
    assert {row["remembered"] for row in document["weeks"]} == {False}
    assert {row["owed_minutes"] for row in document["weeks"]} == {None}


def test_history_tells_what_was_owed_placed_and_kept(cli: CommandLine) -> None:
    cli.call("run", "-y")
    now = row(cli, "2026-W45")
    assert now["remembered"]
    assert not now["complete"]
    assert now["kept_minutes"] == 0
    assert now["owed_minutes"] == 240
    assert 0 < now["placed_minutes"] <= 240  # type: ignore[operator]
    cli.now = "2026-11-09T06:30"
    cli.call("run")
    over = row(cli, "2026-W45")
    assert over["complete"]
    assert over["kept_minutes"] + over["overrun_minutes"] == over["placed_minutes"] == now["placed_minutes"]  # type: ignore[operator]
    said = cli.call("history").out
    assert re.search(r"2 Nov +\w+ +\d+ %", said)
    assert "One completed week:" in said


def test_a_skipped_week_is_told_as_skipped_and_leaves_no_debt(cli: CommandLine) -> None:
    cli.call("run", "-y")
    cli.call("skip", "2026-W46")
    for cli.now in ("2026-11-09T06:30", "2026-11-16T06:30"):
        cli.call("run")
    week = row(cli, "2026-W46")
    assert week["skipped_minutes"] == week["owed_minutes"]
    assert week["placed_minutes"] == 0
    assert "skipped, deleted or taken back by you" in cli.call("history").out


def test_history_looks_back_as_far_as_it_is_asked(cli: CommandLine) -> None:
    assert len(cli.document("history")["weeks"]) == 13
    assert len(cli.document("history", "--weeks", "30")["weeks"]) == 31
    assert cli.call("history", "--weeks", "0").code == 2


def test_history_writes_nothing(cli: CommandLine, tmp_path: Path) -> None:
    before = cli.content
    cli.call("history")
    assert cli.content == before
    assert not list(tmp_path.glob("**/ledger.sqlite3"))


def test_a_sparkline_is_as_high_as_the_values() -> None:
    assert sparkline([0, 1, 2, 4]) == "▁▃▅█"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([0, 1, 7], unicode=False) == "_.#"
    assert sparkline([0, 8], unicode=False).isascii()


def test_on_a_terminal_each_figure_has_a_line_of_its_own() -> None:
    asked = request(
        [meeting(MONDAY, "09:00", "12:00")],
        memory=Memory(weeks=(WeekRecord(WEEK, "calm", owed_minutes=120),)),
    )
    weeks = past_weeks(nothing(), take_survey(asked), asked, 3)
    assert [type(week) for week in weeks] == [PastWeek] * 4
    lines = text_of(history_picture(weeks, 0, Canvas(80)))
    for name in ("load", "level", "owed", "placed", "kept", "skipped", "overrun", "moved"):
        assert any(re.match(rf"  {name} +[▁▂▃▄▅▆▇█]{{4}}  ", line) for line in lines), name
    assert all(line.isascii() for line in text_of(history_picture(weeks, 0, Canvas(80, unicode=False)))[:9])


def told(*records: WeekRecord) -> list[str]:
    """The sentences that close a history of completed weeks with these records."""
    asked = request()
    load = take_survey(asked).loads[WEEK]
    weeks = [*(PastWeek(load, record) for record in records), PastWeek(load, None)]
    return closing_lines(weeks, 0)[:-1]


def test_time_kept_beyond_the_due_of_its_week_is_not_set_off_against_another() -> None:
    assert told(
        WeekRecord(WEEK, "calm", owed_minutes=120),
        WeekRecord(WEEK, "calm", owed_minutes=120, placed_minutes=240, kept_minutes=240),
    ) == [
        "2 completed weeks: 2 of 4 h owed were kept (50 %).",
        "Of the rest, 2 h for which there was no free time.",
        "2 h were kept beyond what their week owed.",
    ]


def test_all_was_kept_and_there_is_no_rest() -> None:
    record = WeekRecord(
        WEEK, "amber", owed_minutes=240, waived_minutes=120, placed_minutes=240, kept_minutes=240
    )
    assert told(record) == ["One completed week: 4 of 4 h owed were kept (100 %)."]


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(*[st.integers(0, 12)] * 5).map(
            lambda n: WeekRecord(
                WEEK,
                "calm",
                owed_minutes=30 * n[0],
                placed_minutes=30 * (n[1] + n[2] + n[3]),
                kept_minutes=30 * n[1],
                overrun_minutes=30 * n[2],
                waived_minutes=30 * n[4],
            )
        ),
        min_size=1,
        max_size=4,
    )
)
def test_what_was_owed_is_what_was_kept_and_the_rest(records: list[WeekRecord]) -> None:
    first, *others = told(*records)
    kept, owed = map(float, re.search(r"([\d.]+) of ([\d.]+) h owed", first).groups())  # type: ignore[union-attr]
    rest = [line for line in others if line.startswith("Of the rest")]
    assert len(rest) == (kept < owed)
    assert kept + sum(float(hours) for hours in re.findall(r"([\d.]+) h", "".join(rest))) == owed
