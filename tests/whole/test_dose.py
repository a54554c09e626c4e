"""What the first yes books on a busy calendar, counted again by a program that shares no code with ours."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.made_up import made_up
from tests.tools.command_line import CommandLine
from tests.whole.acceptance.reader import Block, read
from tests.whole.acceptance.worktime import Worktime, heavier, minutes, week_monday

MOST_BLOCKS, MOST_HOURS, SHARE, BOOKABLE = 15, 6, 0.33, 60
DATES = (date(2025, 1, 8), date(2025, 3, 5), date(2025, 5, 15), date(2025, 6, 20))


def written(path: Path, hours: int, then: int = 0, after: datetime | None = None) -> Path:
    """A made-up year as a calendar file; one of ``then`` hours a week from ``after`` on."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//made up//EN", "X-WR-TIMEZONE:Europe/Berlin"]
    events = [shown.event for shown in made_up(hours).known().shown]
    if after is not None:
        later = [shown.event for shown in made_up(then).known().shown]
        events = [e for e in events if e.when.start < after] + [e for e in later if e.when.start >= after]
    for number, event in enumerate(events):
        lines += [
            "BEGIN:VEVENT", f"UID:{number}@made.up", "DTSTAMP:20240101T000000Z", f"SUMMARY:{event.title}",
            f"DTSTART:{event.when.start:%Y%m%dT%H%M%SZ}", f"DTEND:{event.when.end:%Y%m%dT%H%M%SZ}", "END:VEVENT",
        ]  # fmt: skip
    path.write_text("\r\n".join([*lines, "END:VCALENDAR", ""]), encoding="utf-8")
    return path


def booked(cli: CommandLine, now: date, *options: str) -> tuple[dict[str, Any], Worktime, list[Block]]:
    """The first run of a day: what it said, the file's working time, and our timed blocks in it."""
    cli.now = f"{now}T07:00"
    said = cli.document("run", "-y")
    moment = datetime(now.year, now.month, now.day, 6, tzinfo=UTC)
    book = read(cli.content, moment - timedelta(weeks=30), moment + timedelta(weeks=27))
    return said, Worktime(book), [block for block in book.blocks if not block.all_day]


@pytest.fixture(params=[18, 25, 34], ids=lambda hours: f"{hours} h a week")
def busy(request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys, written(tmp_path / "busy.ics", request.param), "")


@pytest.mark.parametrize("now", DATES, ids=str)
def test_the_first_yes_takes_no_more_than_it_may(busy: CommandLine, now: date) -> None:
    said, work, blocks = booked(busy, now)
    assert 0 < len(blocks) <= MOST_BLOCKS
    days = Counter(work.local_day(block.start) for block in blocks)
    assert set(days.values()) == {1}
    assert not [day for day in days if (day.month, day.day) >= (12, 24) or (day.month, day.day) == (1, 1)]
    short = {c["key"] for c in said["changes"] if c.get("outside_manners")}
    recent = work.recent(now)
    for week in said["weeks"]:
        first = week_monday(week["week"])
        mine = [b for b in blocks if f"/{week['week']}/" in b.key]
        taken = minutes((b.start, b.end) for b in mine)
        assert taken <= MOST_HOURS * 60
        held = work.measures(first)
        free = held["capacity_hours"] - heavier(held, recent)["operational_hours"]
        floor_alone = len(mine) == 1 and mine[0].key in short
        assert taken <= SHARE * 60 * free + 0.5 or floor_alone
    for block in blocks:
        day = work.local_day(block.start)
        if block.key.startswith("offsite/"):
            low, high = work.at(day, "09:30"), work.at(day, "17:00")
            assert block.start <= low or block.end >= high or "edge" in _why(said, block)
        elif work.bookable(day) >= BOOKABLE and block.key not in short:
            assert work.bookable(day, [(block.start, block.end)]) >= BOOKABLE


@pytest.mark.parametrize(("hours", "then"), [(10, 20), (15, 23), (18, 25)])
def test_after_a_light_half_year_not_every_week_ahead_is_heavy(
    hours: int, then: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "busy.ics", hours, then, datetime(2025, 3, 3, tzinfo=UTC))
    said, _, blocks = booked(CommandLine(capsys, path, ""), date(2025, 3, 3))
    assert len(blocks) <= MOST_BLOCKS
    assert [week["level"] for week in said["weeks"]].count("red") <= 1


def _why(said: dict[str, Any], block: Block) -> str:
    return next(str(c["why"]) for c in said["changes"] if c["key"] == block.key)


def test_at_most_a_third_of_a_years_weeks_are_red(busy: CommandLine) -> None:
    levels = []
    for month in range(0, 26, 2):
        busy.now = f"{date(2025, 1, 8) + timedelta(weeks=month)}T07:00"
        levels += [week["level"] for week in busy.document("plan")["weeks"][:2]]
    assert levels.count("red") <= len(levels) / 3


@pytest.mark.parametrize("hours", [25])
def test_the_line_that_halves_it_does(hours: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli = CommandLine(capsys, written(tmp_path / "busy.ics", hours), "2025-03-05T07:00")

    def total(*options: str) -> int:
        plan = cli.call("plan", options=("--json", *options)).json
        return sum(
            c["minutes"]
            for c in plan["changes"]
            if c["action"] == "create" and c["kind"] not in ("note", "offsite")
        )

    dose = [f["words"] for f in cli.document("check")["findings"] if f["name"] == "how much"]
    assert len(dose) == 3
    line = dose[2].partition("config: ")[2].partition(" for half")[0]
    config = tmp_path / "half.toml"
    config.write_text(f"{line}\n", encoding="utf-8")
    assert total("-c", str(config)) <= total() / 2


def test_the_first_run_says_what_a_month_will_look_like_and_later_ones_do_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine(capsys, written(tmp_path / "busy.ics", 25), "2025-03-05T07:00")
    assert cli.call("run", "-n").out.startswith("The next 5 weeks: ")
    first = cli.call("run", "-n", "-v").out.splitlines()[:4]
    assert first[0].startswith("The next 5 weeks: ")
    assert "of your free time" in first[0]
    assert "your own last 26 weeks" in first[1] or "your own last" in first[1]
    assert first[2].startswith("To change that in the config: limits.hours = ")
    assert first[3] == ""
    assert cli.call("run", "-y").code == 0
    assert "The next 5 weeks" not in cli.call("run", "-n").out


def test_an_ordinary_week_past_the_usual_red_line_is_said_once_a_quarter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine(capsys, written(tmp_path / "busy.ics", 34), "2025-03-05T07:00")
    words = "For most people your usual week would be a red one"
    assert words in cli.call("check").out
    assert words in cli.call("report").out
    said = []
    for day in ("2025-03-05", "2025-03-06", "2025-03-31", "2025-04-01", "2025-04-02"):
        cli.now = f"{day}T07:00"
        said.append(any(words in note for note in cli.document("run", "-y")["notes"]))
    assert said == [True, False, False, True, False]


def test_two_deleted_in_a_row_are_an_answer_and_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine(capsys, written(tmp_path / "busy.ics", 18), "2025-01-15T07:00")
    cli.document("run", "-y")
    ours = cli.content.split(b"BEGIN:VEVENT")
    kept = [part for part in ours if b"X-BLOCKER-KEY:frontline/" not in part]
    assert len(ours) - len(kept) >= 2
    tail = b"" if kept[-1].rstrip().endswith(b"END:VCALENDAR") else b"END:VCALENDAR\r\n"
    cli.calendar.write_bytes(b"BEGIN:VEVENT".join(kept) + tail)
    cli.now = "2025-01-16T07:00"
    notes = cli.document("run", "-y")["notes"]
    words = "You deleted two front-line blocks in a row: none until 1 Apr."
    assert any(note.startswith(words) for note in notes)
    cli.now = "2025-02-20T07:00"
    later = cli.document("run", "-y")
    assert not [c for c in later["changes"] if c["kind"] == "frontline" and c["action"] == "create"]
    assert not any(note.startswith(words) for note in later["notes"])


def test_a_kind_that_is_turned_off_loses_its_blocks_and_gets_them_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine(capsys, written(tmp_path / "busy.ics", 18), "2025-01-15T07:00")
    first = cli.document("run", "-y")
    ours = {c["key"] for c in first["changes"] if c["kind"] == "frontline"}
    assert ours
    config = tmp_path / "off.toml"
    config.write_text("blocks.frontline.enabled = false\noffsite.enabled = false\n", encoding="utf-8")
    off = cli.call("run", options=("--json", "-c", str(config))).json
    gone = {c["key"] for c in off["changes"] if c["action"] == "remove"}
    assert gone == ours | {c["key"] for c in first["changes"] if c["kind"] in ("offsite", "note")}
    assert off["quarters"][0]["why"] == "the half day is turned off"
    back = {c["key"] for c in cli.document("run")["changes"] if c["action"] == "create"}
    assert ours <= back


def test_own_lines_stay_for_a_quarter_and_are_taken_anew_in_the_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine(capsys, written(tmp_path / "busy.ics", 25), "2025-03-05T07:00")

    def taken() -> set[str]:
        return {week["lines_taken"] for week in cli.document("plan")["weeks"]}

    assert cli.document("run", "-y")["weeks"][0]["lines"] == "own"
    cli.now = "2025-03-31T07:00"
    assert taken() == {"2025-03-05"}
    cli.call("run", "-y")
    assert taken() == {"2025-03-05"}
    cli.now = "2025-04-01T07:00"
    assert taken() == {"2025-04-01"}
