"""Whose clock and whose week: the zone with its source wherever times are, a country's weekend, weeks from Sunday."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from blocker.calendars import port
from tests.tools.command_line import CommandLine

NOW = "2026-11-22T06:30"  # a Sunday


def meeting(day: date, zone: str, hour: int = 10) -> str:
    return (
        f"BEGIN:VEVENT\r\nUID:{day}-{hour}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID={zone}:{day:%Y%m%d}T{hour:02}0000\r\n"
        f"DTEND;TZID={zone}:{day:%Y%m%d}T{hour + 1:02}0000\r\nSUMMARY:Budget\r\nEND:VEVENT\r\n"
    )


def calendar(path: Path, zone: str, named: bool = True, days: int = 40) -> Path:
    first = date(2026, 11, 1)
    head = f"X-WR-TIMEZONE:{zone}\r\n" if named else ""
    events = "".join(meeting(first + timedelta(days=n), zone) for n in range(days))
    path.write_text(
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{head}{events}END:VCALENDAR\r\n", newline=""
    )
    return path


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    path.write_text('holidays = "off"\n')
    monkeypatch.setenv("BLOCKER_CONFIG", str(path))
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    return path


@pytest.fixture
def riyadh(tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys, calendar(tmp_path / "riyadh.ics", "Asia/Riyadh"), NOW)


def weekdays(cli: CommandLine) -> set[str]:
    changes = cli.document("plan")["changes"]
    assert changes
    return {f"{datetime.fromisoformat(change['start']):%a}" for change in changes}


@pytest.mark.parametrize(
    ("named", "source"), [(True, "the calendar"), (False, "most of its events")], ids=["named", "found"]
)
def test_the_zone_is_said_with_its_source(
    tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str], named: bool, source: str
) -> None:
    cli = CommandLine(capsys, calendar(tmp_path / "a.ics", "America/Lima", named), NOW)
    for words in (("plan",), ("load",), ("run", "-n")):
        document = cli.document(*words)
        assert (document["zone"], document["zone_source"]) == ("America/Lima", source), words
        assert f"Times are in America/Lima, from {source}." in cli.call(*words).out, words
    assert f"America/Lima, from {source}" in cli.call("check").out
    config.write_text('holidays = "off"\ntimezone = "Europe/Paris"\n')
    assert "Times are in Europe/Paris, from the config." in cli.call("plan").out


def test_the_days_of_work_are_those_of_the_zones_country(riyadh: CommandLine, config: Path) -> None:
    assert weekdays(riyadh) <= {"Sun", "Mon", "Tue", "Wed", "Thu"}
    load = riyadh.document("load", "2026-W48")["weeks"][0]
    assert load["working_days"] == 5
    assert load["load"]["operational_hours"] == 5.0
    config.write_text('holidays = "off"\n[hours]\nmon = ["09:00-17:30"]\nsat = ["09:00-17:30"]\n')
    assert weekdays(riyadh) <= {"Mon", "Sat"}


def test_a_week_that_begins_on_sunday_is_named_and_drawn_so(riyadh: CommandLine, config: Path) -> None:
    assert riyadh.document("load")["weeks"][0]["week"] == "2026-W47"
    config.write_text('holidays = "off"\nweek_starts = "sun"\n')
    for said in ((), ("this",), ("today",), ("2026-11-22",), ("48",)):
        assert riyadh.document("load", *said)["weeks"][0]["week"] == "2026-W48", said
    assert riyadh.document("load", "last")["weeks"][0]["week"] == "2026-W47"
    assert riyadh.document("rebalance", "-n")["weeks"][0]["week"] == "2026-W48"
    keys = {change["key"] for change in riyadh.document("plan")["changes"]}
    config.write_text('holidays = "off"\n')
    assert keys == {change["key"] for change in riyadh.document("plan")["changes"]}, "keys are of ISO weeks"


def test_what_is_listed_by_weeks_is_listed_by_the_persons(riyadh: CommandLine, config: Path) -> None:
    """The plan, a reason, the report: a Sunday is the first day of its week and not the last."""
    config.write_text(
        'holidays = "off"\nweek_starts = "sun"\n[hours]\nsun = ["09:00-17:30"]\nmon = ["09:00-12:00"]\n'
    )
    plan = riyadh.call("plan").out
    blocks = {m[1]: m[0] for m in re.findall(r"\+ (Sun (\d+ \w+),)", plan)}
    assert {"22 Nov", "29 Nov", "6 Dec"}.intersection(blocks), plan
    headings = {
        "22 Nov": "This week",
        "29 Nov": "Next week",
        "6 Dec": "Week of 6 Dec",
        "13 Dec": "Week of 13 Dec",
    }
    for day in blocks.keys() & headings.keys():
        assert plan.index(headings[day]) < plan.index(f"+ Sun {day}"), plan
        later = [
            plan.find(words)
            for name, words in headings.items()
            if list(headings).index(name) > list(headings).index(day)
        ]
        assert all(at < 0 or at > plan.index(f"+ Sun {day}") for at in later), plan
    assert riyadh.call("explain", "next").out.startswith("Week of 29 Nov ")
    assert riyadh.call("load", "this").out.startswith("Week of 22 Nov")
    assert "The last 8 weeks, Sun 27 Sep – Sat 21 Nov" in riyadh.call("report").out
    assert riyadh.call("busy", "3", "next").out.startswith("The week of 29 Nov:")


def test_all_calendars_of_a_call_are_bounded_together(
    riyadh: CommandLine, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar(tmp_path / "other.ics", "Asia/Riyadh", days=30)
    config.write_text(f'holidays = "off"\nalso_read = ["ics:{tmp_path / "other.ics"}"]\n')
    monkeypatch.setattr(port, "MAX_EVENTS", 50)
    said = riyadh.call("plan")
    assert said.code == 1
    assert "what is read of all your calendars has more than 50 events that may matter" in said.err
    monkeypatch.setattr(port, "MAX_EVENTS", 70)
    assert riyadh.call("plan").code == 0
