"""Clocks and zones that do what they do: half-hour zones, travel, a clock set back, the last minute of week 53."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from blocker.commands.sample import sample_calendar
from tests.tools.command_line import CommandLine, sample

LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its summer time is half an hour
OPENS, CLOSES = time(9), time(17, 30)


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """A host in UTC, whatever the calendar's zone."""
    path = tmp_path / "calendar.ics"
    path.write_bytes(sample_calendar(date(2026, 11, 2)))
    return CommandLine(capsys, path, "2026-11-02T06:30")


def zoned(cli: CommandLine, zone: str, weekly: date) -> None:
    """A calendar in this zone with an hour of meeting on each working day."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//x//EN",
        f"X-WR-TIMEZONE:{zone}",
        "BEGIN:VEVENT",
        "UID:daily",
    ]
    lines += ["DTSTAMP:20200101T000000Z", f"DTSTART;TZID={zone}:{weekly:%Y%m%d}T110000", "DURATION:PT1H"]
    lines += ["RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "SUMMARY:Daily", "END:VEVENT", "END:VCALENDAR", ""]
    cli.calendar.write_text("\r\n".join(lines), newline="")


def keys(cli: CommandLine) -> Counter[str]:
    return Counter(found.decode() for found in re.findall(rb"X-BLOCKER-KEY:(\S+)", cli.content))


def slots(document: Any) -> dict[str, tuple[datetime, datetime]]:
    """Each block that will exist, with its start and end in the zone of the document."""
    standing = ("create", "keep", "move", "adopt", "update")
    return {
        c["key"]: (datetime.fromisoformat(c["start"]), datetime.fromisoformat(c["end"]))
        for c in document["changes"]
        if c["action"] in standing and not c["key"].startswith("note/")
    }


def test_a_clock_that_went_back_by_months_is_doubted(cli: CommandLine) -> None:
    cli.call("run", "-y")
    before = cli.content
    cli.now = "2025-11-03T06:30"
    refused = cli.call("run", "-y")
    assert refused.code == 4
    assert "the clock says 3 Nov 2025, but the last run was on 2 Nov 2026" in refused.err
    assert "set the clock; if it is right, add --force" in refused.err
    assert (
        "the clock says 3 Nov 2025" in cli.call("plan").out
    )  # which looks, and says what a run would be told
    assert cli.content == before
    cli.now = "2026-11-01T22:00"  # a day or two is a clock that was set right
    assert cli.call("run", "-y").code == 0
    cli.now = "2025-11-03T06:30"
    assert cli.call("run", "-y", "--force").code == 0
    assert cli.call("run", "-y").code == 0  # the last run is of that day now


@pytest.mark.parametrize(
    "now", ["2026-03-15T22:00+00:00", "2026-09-20T22:30+00:00"]
)  # its clocks change in each horizon
def test_a_host_in_utc_and_a_person_on_lord_howe(cli: CommandLine, now: str) -> None:
    zoned(cli, "Australia/Lord_Howe", date(2026, 1, 5))
    cli.now = now
    done = cli.document("run", "-y")
    assert done["zone"] == "Australia/Lord_Howe"
    today = datetime.fromisoformat(now).astimezone(LORD_HOWE).date()
    assert today > datetime.fromisoformat(now).date()  # it is tomorrow there
    year, week, _ = today.isocalendar()
    assert done["weeks"][0]["week"] == f"{year}-W{week:02}"
    placed = slots(done)
    assert len(placed) >= 4
    for start, end in placed.values():
        local = start.astimezone(LORD_HOWE), end.astimezone(LORD_HOWE)
        assert local[0].utcoffset() == start.utcoffset()
        assert OPENS <= local[0].time() <= local[1].time() <= CLOSES
        assert local[0].date() == local[1].date()
        assert local[0].weekday() < 5
    assert len({start.utcoffset() for start, _ in placed.values()}) == 2
    before = cli.content
    assert cli.call("run").code == 0
    assert cli.content == before


@pytest.mark.parametrize("there", ["Europe/London", "America/New_York", "Asia/Tokyo"])
def test_a_person_who_travels_keeps_their_blocks(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, there: str
) -> None:
    """The zone of the settings changes and comes back; no block was moved by a person, so none is pinned."""
    monkeypatch.setenv("BLOCKER_TIMEZONE", "Europe/Berlin")
    home = cli.document("run", "-y")
    monkeypatch.setenv("BLOCKER_TIMEZONE", there)
    away = cli.document("run")
    assert not [c["key"] for c in away["changes"] if c["pinned"]]
    assert not [c["key"] for c in away["changes"] if c["action"] == "tombstone"]
    assert slots(home).keys() <= slots(away).keys()
    assert max(keys(cli).values()) == 1
    monkeypatch.setenv("BLOCKER_TIMEZONE", "Europe/Berlin")
    back = cli.document("run")
    assert not [c["key"] for c in back["changes"] if c["pinned"]]
    assert slots(home).keys() <= slots(back).keys()
    assert max(keys(cli).values()) == 1


def test_a_clock_set_back_an_hour_changes_nothing(cli: CommandLine) -> None:
    cli.now = "2026-11-02T06:30"
    cli.call("run", "-y")
    before = cli.content
    for now in ("2026-11-02T05:30", "2026-11-02T06:30", "2026-11-02T06:31"):
        cli.now = now
        said = cli.call("run", "--cron")
        assert (said.code, said.out, said.err) == (0, "", ""), now
        assert cli.content == before
    cli.now = "2026-11-01T23:30"  # a day earlier, and with a day less of notice to give
    assert cli.call("run", "--cron").code == 0
    assert not Counter(re.findall(r"X-BLOCKER-KEY:(\S+)", before.decode())) - keys(cli)
    assert max(keys(cli).values()) == 1


def test_the_hour_that_comes_twice(cli: CommandLine) -> None:
    """25 October 2026, 02:30 in Berlin, both times."""
    cli.now = "2026-10-24T06:30"
    cli.call("run", "-y")
    first = cli.content
    for instant in ("2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00", "2026-10-25T03:00+01:00"):
        cli.now = instant
        assert cli.call("run").code == 0
        assert max(keys(cli).values()) == 1
    assert set(re.findall(rb"X-BLOCKER-KEY:(\S+)", first)) <= set(
        re.findall(rb"X-BLOCKER-KEY:(\S+)", cli.content)
    )


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_minute_before_and_after_the_end_of_week_53s_december(cli: CommandLine, zone: str) -> None:
    zoned(cli, zone, date(2026, 9, 7))
    local = datetime(2026, 12, 31, 23, 59, tzinfo=ZoneInfo(zone))
    cli.now = local.astimezone(UTC).isoformat()
    late = cli.document("run", "-y")
    assert [week["week"] for week in late["weeks"]] == [
        "2026-W53",
        "2027-W01",
        "2027-W02",
        "2027-W03",
        "2027-W04",
    ]
    assert late["quarters"][0]["quarter"] == "2026-Q4"
    before = keys(cli)
    assert max(before.values()) == 1
    cli.now = (local + timedelta(minutes=2)).astimezone(UTC).isoformat()
    new_year = cli.document("run")
    assert [week["week"] for week in new_year["weeks"]] == [
        "2026-W53",
        "2027-W01",
        "2027-W02",
        "2027-W03",
        "2027-W04",
    ]
    assert before.keys() <= keys(cli).keys()
    assert max(keys(cli).values()) == 1
    assert not [c["key"] for c in new_year["changes"] if c["action"] in ("remove", "move", "tombstone")]


@pytest.mark.parametrize(
    "far", ["0001-01-01T00:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "1899-12-31T23:59"]
)
@pytest.mark.parametrize(
    "words", [("plan",), ("run", "-y"), ("load",), ("check",), ("history",), ("skip", "next")]
)
def test_a_now_at_the_ends_of_time_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], far: str, words: tuple[str, ...]
) -> None:
    cli = CommandLine(capsys, sample(tmp_path), far)
    before = cli.content
    said = cli.call(*words)
    assert said.code == 2
    assert "is too far away" in said.err
    assert cli.content == before


@pytest.mark.parametrize("edge", ["1900-01-01T00:00+14:00", "2199-12-31T23:59-14:00"])
def test_a_now_near_the_ends_of_time_works(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], edge: str
) -> None:
    cli = CommandLine(capsys, sample(tmp_path), edge)
    for words in (("run", "-y"), ("load",), ("check",), ("history",), ("skip", "next"), ("run",), ("undo",)):
        assert cli.call(*words).code == 0, words


@pytest.mark.parametrize("far", ["9999-W52", "9999-12-31", "0001-W01", "0001-01-01"])
@pytest.mark.parametrize("words", [("load",), ("skip",), ("busy", "2"), ("explain",), ("rebalance", "-n")])
def test_a_week_at_the_ends_of_time_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], far: str
) -> None:
    assert CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30").call(*words, far).code == 2
