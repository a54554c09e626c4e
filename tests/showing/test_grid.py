"""The week on a terminal: what is in which cell, at every width, with and without colour and Unicode."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from msgspec.structs import replace

from blocker.engine import make_plan
from blocker.rules.survey import take_survey
from blocker.showing.grid import load_picture, plan_picture
from blocker.showing.picture import Canvas, Piece, cut, fit, flow, length, text_of, wrap
from blocker.showing.week_view import week_views
from blocker.values.events import Event
from blocker.values.request import Request
from tests.tools.calendars_by_hand import MONDAY, at, meeting, request, slot
from tests.tools.command_line import CommandLine, sample

TUESDAY = MONDAY + timedelta(days=1)
HOSTILE = [
    "\x1b[2J\x1b[31mred\x07",
    "<script>alert(1)</script>",
    "\u202egnp.exe",
    "日本語の会議がとても長い題名で続く",
    "e\u0301a\u0300 combining",
    "👩\u200d👩\u200d👧 family",
    "line one\nline two\ttab",
    "[bold red]markup[/]",
    "A" * 5000,
    "",
]


def busy_week() -> list[Event]:
    days = [MONDAY + timedelta(days=n) for n in range(5)]
    return [meeting(day, "09:00", "12:00", title="Standing committee") for day in days]


def drawn(asked: Request, width: int, unicode: bool = True) -> list[str]:
    seen = take_survey(asked)
    plan = make_plan(asked, seen)
    lines = plan_picture(plan, week_views(plan, seen, asked), Canvas(width, unicode))
    assert all(length(line) <= width for line in lines), [line for line in lines if length(line) > width]
    return text_of(lines)


def grid_of(lines: Iterable[str]) -> list[str]:
    """The rows from 09:00 to 17:30."""
    rows = list(lines)
    first = next(n for n, row in enumerate(rows) if row.startswith("09:00"))
    return rows[first : first + 17]


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_days_stand_across_and_half_hours_down(width: int) -> None:
    lines = drawn(request(busy_week()), width)
    heads = [row.replace("▸", "") for row in lines if row.strip().startswith("▸Mon 2")]  # today
    assert heads
    assert heads[0].split()[0:2] == ["Mon", "2"]
    assert [name for name in heads[0].split() if name in ("Mon", "Tue", "Wed", "Thu", "Fri")][:5] == [
        "Mon", "Tue", "Wed", "Thu", "Fri",
    ]  # fmt: skip
    rows = grid_of(lines)
    assert [row[:5] for row in rows[::2]] == [f"{hour:02d}:00" for hour in range(9, 18)]


def test_a_cell_says_what_it_is_and_a_block_when() -> None:
    rows = grid_of(drawn(request(busy_week()), 80))
    assert rows[0][6:].startswith("▛Standing")
    assert rows[1][6:].startswith("▌committee")
    text = "\n".join(rows)
    assert re.search(r"\+ \d\d:\d\d–\d\d:\d\d", text)
    assert "lunch" in text


@pytest.mark.parametrize("width", [60, 120])
def test_the_snapshot_of_a_small_week(width: int) -> None:
    """One meeting, one block: the whole picture, in ASCII, so that nothing moves unseen."""
    rows = grid_of(drawn(request([meeting(TUESDAY, "10:00", "11:00", title="Board")]), width, unicode=False))
    column = 6 + (10 if width == 60 else 22)
    assert rows[2][column:].startswith("[Board")
    assert rows[3][column:].startswith("|")
    assert not rows[4][column : column + 5].strip(" .lunch")


def test_every_change_has_a_line_with_its_reason() -> None:
    asked = request(busy_week())
    plan = make_plan(asked)
    text = " ".join(" ".join(drawn(asked, 100)).split())
    for change in plan.changes:
        block = change.block or change.standing
        assert block is not None
        assert block.title in text
    assert "weekly minimum" in text
    assert text.endswith(f"{len(plan.writes)} new blocks.")


def test_the_load_bar_marks_its_thresholds() -> None:
    lines = drawn(request(busy_week()), 100)
    bar = next(line for line in lines if line.startswith("load"))
    assert bar.count("┃") == 2
    assert "█" in bar
    assert "░" in bar
    assert any("amber from 50 %, red from 65 %" in line for line in lines)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_ascii_is_ascii(width: int) -> None:
    text = "\n".join(drawn(request(busy_week()), width, unicode=False))
    assert text.isascii()


def test_two_weeks_stand_side_by_side_where_there_is_room() -> None:
    heads = [line for line in drawn(request(busy_week()), 200) if line.count("Mon ") == 2]
    assert heads


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_titles_break_no_cell(title: str, unicode: bool) -> None:
    events = [
        meeting(TUESDAY, "10:00", "11:30", title=title),
        meeting(TUESDAY, "10:30", "12:00", title=title),
    ]
    for width in (60, 80, 200):
        text = "\n".join(drawn(request(events), width, unicode))
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text)


def test_an_away_day_and_double_booking_show() -> None:
    day = TUESDAY
    away = Event(
        "away", "memory:", "Vacation", slot(day, "00:00", "23:00"), dates=(day, day + timedelta(days=1))
    )
    other = MONDAY
    both = [meeting(other, "10:00", "11:00", title="One"), meeting(other, "10:00", "11:00", title="Two")]
    lines = drawn(request([away, *both]), 80)
    rows = grid_of(lines)
    assert any("‖ double-booked" in line for line in lines)
    assert not any("‖" in line for line in drawn(request([away, *both[:1]]), 80))
    assert any(line.startswith("load  1 h") for line in lines)  # what each day holds
    assert any("Vacation" in row for row in rows)
    assert any("╱╱" in row for row in rows)
    assert any("‖" in row for row in rows)


def test_load_shows_grid_and_measures() -> None:
    asked = request(busy_week())
    seen = take_survey(asked)
    plan = make_plan(asked, seen)
    lines = text_of(load_picture(week_views(plan, seen, asked)[0], plan, Canvas(80), verbose=True))
    assert any(line.startswith("09:00") for line in lines)
    assert any("operational share of working time" in line for line in lines)


def test_widths_are_counted_in_cells() -> None:
    assert length([Piece("日本"), Piece("e\u0301")]) == 5
    assert cut("日本語", 5) == "日本"
    assert fit("日本語", 5) == "日本…"
    assert fit("ab", 4) == "ab  "
    assert wrap("one two three", 7, 2) == ["one two", "three"]
    assert wrap("one two three four", 7, 2) == ["one two", "three…"]
    lines = flow([Piece("one two", "red"), Piece("three")], 7, 2)
    assert text_of(lines) == ["one two", "  three"]


def run_in_terminal(width: int, *words: str, **environ: str) -> str:
    """The program with a terminal as its output; what it wrote on it."""
    pty = pytest.importorskip("pty")
    import fcntl
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    variables = {
        k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "TERM", "PYTHONIOENCODING")
    }
    variables |= {"TERM": "xterm-256color", "PYTHONUTF8": "1", **environ}
    program = subprocess.Popen(
        [sys.executable, "-m", "blocker", *words], stdout=theirs, stderr=subprocess.DEVNULL, env=variables
    )
    os.close(theirs)
    out = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        out += part
    os.close(ours)
    assert program.wait() == 0
    return out.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
def test_a_terminal_gets_the_grid_in_colour_or_without(tmp_path: Path) -> None:
    words = ("--calendar", f"ics:{sample(tmp_path)}", "--now", "2026-11-02T06:30")
    colourful = run_in_terminal(80, *words, "plan", "--all")
    assert "\x1b[" in colourful
    assert "48;" in colourful
    assert "09:00" in colourful
    plain_colour = run_in_terminal(80, *words, "--no-color", "plan", "--all")
    assert not re.search(r"\x1b\[[0-9;]*(3[0-9]|4[0-9]);?[0-9;]*m", plain_colour)
    assert "▌" in plain_colour
    plain = run_in_terminal(80, *words, "--plain", "plan", "--all")
    assert "\x1b" not in plain
    assert "█" not in plain
    assert "▌" not in plain
    assert "new: " in plain
    assert "▌" not in run_in_terminal(80, *words, "plan")  # the grids are for those who ask
    narrow = run_in_terminal(40, *words, "plan", "--all")
    assert "▌" not in narrow
    assert "▌" not in run_in_terminal(80, *words, "plan", "--all", TERM="dumb")


def test_without_a_terminal_there_is_plain_text(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom blocker.cli import main\n"
        f"main(['--calendar', 'ics:{sample(tmp_path)}', '--now', '2026-11-02T06:30', 'plan'])\n"
        "assert 'rich.console' not in sys.modules\nassert 'jinja2' not in sys.modules\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "\x1b" not in result.stdout
    assert "This week, " in result.stdout


def test_an_ascii_stream_gets_ascii(tmp_path: Path) -> None:
    words = ["--calendar", f"ics:{sample(tmp_path)}", "--now", "2026-11-02T06:30", "load"]
    environ = {**os.environ, "PYTHONIOENCODING": "ascii"}
    result = subprocess.run(
        [sys.executable, "-m", "blocker", *words], capture_output=True, env=environ, check=True
    )
    assert result.stdout.isascii()
    assert b"####" in result.stdout


def test_plain_text_says_a_weeks_cause_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30").call("plan")
    weeks = said.out.split("\n\n")
    for week in weeks:
        causes = re.findall(r"because (.*)", week)
        assert len(causes) == len(set(causes)), week
    assert ".0 h" not in said.out


def test_rich_keeps_every_row_as_wide_as_it_was(tmp_path: Path) -> None:
    from blocker.showing.paint import as_text, screen

    asked = request(busy_week())
    seen = take_survey(asked)
    plan = make_plan(asked, seen)
    lines = plan_picture(plan, week_views(plan, seen, asked), Canvas(60))
    console = screen(StringIO(), color=True, width=60)
    for line in lines:
        assert as_text(line).cell_len == length(line)
    assert console.width == 60


def test_today_and_now_are_marked_and_days_off_have_no_column() -> None:
    asked = request([*busy_week(), meeting(MONDAY + timedelta(days=5), "10:00", "11:00", title="Fair")])
    lines = drawn(asked, 80)
    assert any("▸Mon 2" in line for line in lines)
    assert not any("Sat" in line.split() for line in lines if "Mon" in line)
    at_work = request(busy_week(), now=at(TUESDAY, "10:40"))
    lines = drawn(at_work, 80)
    (now,) = (line for line in lines if line.startswith("now ▸"))
    assert lines[lines.index(now) - 1].startswith("10:00")


def test_two_meetings_in_a_row_are_told_apart() -> None:
    events = [
        meeting(TUESDAY, "10:00", "11:00", title="One"),
        meeting(TUESDAY, "11:00", "12:00", title="Two"),
    ]
    rows = grid_of(drawn(request(events), 80))
    signs = [row[20] for row in rows[2:6]]
    assert signs == ["▛", "▌", "▛", "▌"]


def test_every_week_with_changes_has_its_grid() -> None:
    asked = request(busy_week())
    plan = make_plan(asked)
    changed = {
        week.load.week
        for week in plan.weeks
        if any(c.slot.start.date() in week.load.week.days for c in plan.writes)
    }
    lines = drawn(asked, 80)
    assert len([line for line in lines if line.startswith("09:00")]) == len(changed) > 1


def test_a_week_that_begins_on_sunday_is_drawn_from_it() -> None:
    asked = request(
        [*busy_week(), meeting(MONDAY - timedelta(days=1), "10:00", "11:00", title="Sunday school")]
    )
    asked = replace(asked, workweek=replace(asked.workweek, lead=1))
    seen = take_survey(asked)
    plan = make_plan(asked, seen)
    first, second = week_views(plan, seen, asked)[:2]
    assert [day.date for day in first.days] == [MONDAY + timedelta(days=n) for n in range(-1, 6)]
    assert [item.title for item in first.days[0].items] == ["Sunday school"]
    assert second.days[0].date == first.days[-1].date + timedelta(days=1)
    assert (first.running, second.running) == (True, False)
