"""``learn``: two blocks for the people nearest to the work, booked when asked for, both or neither."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from blocker.calendars.ics.file import IcsCalendar
from blocker.values.errors import BlockerError, Conflict, Refused, Temporary
from blocker.values.events import Block, Ref
from tests.tools.command_line import CommandLine, Said

NOW = "2026-11-02T06:30"
HEAD = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nX-WR-TIMEZONE:Europe/Berlin\r\n"


def calendar(*times: str, weeks: int = 3) -> bytes:
    """A file with the same meetings on every working day."""
    events = b""
    for day in range(7 * weeks):
        date_of = date(2026, 11, 2) + timedelta(days=day)
        for time in times if date_of.weekday() < 5 else ():
            start, end = (f"{date_of:%Y%m%d}T{clock}00" for clock in time.split("-"))
            events += (
                f"BEGIN:VEVENT\r\nUID:{start}\r\nDTSTAMP:20261101T000000Z\r\nSUMMARY:Ops\r\n"
                f"DTSTART;TZID=Europe/Berlin:{start}\r\nDTEND;TZID=Europe/Berlin:{end}\r\nEND:VEVENT\r\n"
            ).encode()
    return HEAD + events + b"END:VCALENDAR\r\n"


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    file = tmp_path / "calendar.ics"
    file.write_bytes(calendar("1000-1130"))
    there = CommandLine(capsys, file, NOW)
    assert there.call("run", "-y").code == 0
    return there


def learn(cli: CommandLine, *more: str) -> Said:
    return cli.call("learn", "What happened at the go-live", *more)


def teams(cli: CommandLine) -> dict[str, str]:
    """Their days by key."""
    events = re.findall(r"BEGIN:VEVENT.*?END:VEVENT", cli.content.decode(), re.DOTALL)
    found = {}
    for event in events:
        key = re.search(r"X-BLOCKER-KEY:(team/\S+)", event)
        if key:
            found[key[1]] = re.search(r"DTSTART[^:]*:(\d{8})", event)[1]  # type: ignore[index]
    return found


def test_two_blocks_are_booked_within_ten_working_days_and_a_week_later(cli: CommandLine) -> None:
    said = learn(cli, "--from", "The board")
    assert said.code == 0
    assert "The invitations are yours" in said.out
    first, second = (date.fromisoformat(day) for day in sorted(teams(cli).values()))
    assert date(2026, 11, 4) <= first <= date(2026, 11, 16)
    assert timedelta(days=5) <= second - first <= timedelta(days=9)
    text = cli.content.replace(b"\r\n ", b"").decode().replace("\\n", "\n").replace("\\,", ",")
    assert "SUMMARY:Learning team: What happened at the go-live" in text
    for words in ("three to five people who do this work", "none of their managers", "a pause", "With them, not to them", "The board asked for this.", "What do we try, who does it, and by when?"):  # fmt: skip
        assert words in text
    assert "ATTENDEE" not in text, "nobody is invited"
    written = cli.content
    assert cli.call("run").code == 0
    assert cli.content == written


def test_once_is_one_block_and_a_look_books_none(cli: CommandLine) -> None:
    before = cli.content
    assert "would be booked" in learn(cli, "-n").out
    assert cli.content == before
    learn(cli, "--once")
    assert len(teams(cli)) == 1


def test_undo_takes_both_back(cli: CommandLine) -> None:
    before = cli.content
    learn(cli)
    assert cli.call("undo").code == 0
    assert cli.content == before


def test_without_room_nothing_is_booked_and_what_would_help_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "full.ics"
    file.write_bytes(calendar("0900-1200", "1300-1730"))
    cli = CommandLine(capsys, file, NOW)
    assert cli.call("run", "-y").code == 0
    said = learn(cli)
    assert said.code == 0
    assert "Nothing was booked: there is no time for 75 minutes in the next 10 working days." in said.out
    assert "would work if you moved “Ops”" in said.out
    assert teams(cli) == {}


def test_where_only_the_second_has_no_room_it_is_said_which(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "later.ics"
    file.write_bytes(
        calendar("1000-1130", weeks=2).replace(b"END:VCALENDAR\r\n", away(date(2026, 11, 9), 21))
    )
    cli = CommandLine(capsys, file, NOW)
    assert cli.call("run", "-y").code == 0
    assert "no time for the 45 minutes a week later; --once books" in learn(cli).out
    assert teams(cli) == {}
    assert learn(cli, "--once").out.count(": booked") == 1


def away(first: date, days: int) -> bytes:
    return (
        f"BEGIN:VEVENT\r\nUID:away\r\nDTSTAMP:20261101T000000Z\r\nSUMMARY:Vacation\r\n"
        f"DTSTART;VALUE=DATE:{first:%Y%m%d}\r\nDTEND;VALUE=DATE:{first + timedelta(days=days):%Y%m%d}\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


def test_the_only_gap_of_a_full_day_is_left_to_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each day has one gap of 90 minutes beside lunch: with the block in it nobody could book anything."""
    file = tmp_path / "gaps.ics"
    file.write_bytes(calendar("0900-1200", "1300-1400", "1530-1730"))
    cli = CommandLine(capsys, file, NOW)
    assert cli.call("run", "-y").code == 0
    assert "Nothing was booked" in learn(cli).out
    config = tmp_path / "config.toml"
    config.write_text("[limits]\nbookable = 0\n", "utf-8")
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    assert learn(cli).out.count(": booked") == 2, "it is that limit which keeps the gap"


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("problem", [Temporary("the disk is slow"), Conflict("it changed"), Refused("no")])
def test_a_failure_leaves_no_block_without_its_other(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, number: int, problem: BlockerError
) -> None:
    before, create, tried = teams(cli), IcsCalendar.create, []

    def fails(self: IcsCalendar, block: Block) -> Ref:
        tried.append(block.key)
        if len(tried) == number:
            raise problem
        return create(self, block)

    monkeypatch.setattr(IcsCalendar, "create", fails)
    said = learn(cli)
    assert said.code != 0
    assert teams(cli) == before == {}
    assert "Learning team" not in cli.call("plan", "--all").out
    assert "nothing was booked" in said.err or (number, said.code) == (1, 75)
    assert len(tried) >= number


def test_where_the_other_can_not_be_taken_off_it_is_said_and_the_next_run_does_it(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = IcsCalendar.create

    def only_one(self: IcsCalendar, block: Block) -> Ref:
        if teams(cli):
            raise Refused("no")
        return create(self, block)

    def none(self: IcsCalendar, ref: Ref) -> None:
        raise Refused("not that either")

    with monkeypatch.context() as broken:
        broken.setattr(IcsCalendar, "create", only_one)
        broken.setattr(IcsCalendar, "delete", none)
        said = learn(cli)
    assert said.code == 3
    assert "is there without its other, and could not be taken off" in said.flat_err
    assert len(teams(cli)) == 1
    assert cli.call("run").code == 0
    assert teams(cli) == {}


def test_before_the_first_yes_and_without_words_it_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "calendar.ics"
    file.write_bytes(calendar("1000-1130"))
    cli = CommandLine(capsys, file, NOW)
    assert learn(cli).code == 4
    assert cli.call("learn").code == 2
    assert cli.call("learn", " ").code == 2


def test_a_meeting_on_it_moves_it_and_where_there_is_no_time_it_stays(cli: CommandLine) -> None:
    learn(cli)
    key, day = min(teams(cli).items(), key=lambda item: item[1])
    week = key.split("/")[1]
    crisis = "".join(
        f"BEGIN:VEVENT\r\nUID:c{n}\r\nDTSTAMP:20261101T000000Z\r\nSUMMARY:Crisis\r\n"
        f"DTSTART;TZID=Europe/Berlin:{date.fromisocalendar(2026, int(week[-2:]), n):%Y%m%d}T090000\r\n"
        f"DTEND;TZID=Europe/Berlin:{date.fromisocalendar(2026, int(week[-2:]), n):%Y%m%d}T173000\r\nEND:VEVENT\r\n"
        for n in range(1, 6)
    ).encode()
    cli.calendar.write_bytes(cli.content.replace(b"END:VCALENDAR", crisis + b"END:VCALENDAR"))
    said = cli.call("run", "--force")
    assert teams(cli)[key] == day, said
    assert "Learning team" in said.out
