"""The screens that a leader reads: what changes on at most 25 lines, in words, at every width."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest

from blocker.showing.printable import wrapped
from tests.tools.command_line import CommandLine, sample
from tests.whole.test_dose import written

KEY = re.compile(r"\b(strategic|frontline|learning|offsite|note)/20\d\d-[WQ]\d")
ISO_WEEK = re.compile(r"\b20\d\d-W\d\d\b")
OLD_WORDS = re.compile(
    r"\b(stands?|gave way|gives? way|lies on|floor|offsite (un)?placed|no week|front line is due)\b"
)
LOOKING = (("plan",), ("run", "-n"), ("rebalance", "-n"), ("rebalance", "next", "-n"), ("load",), ("load", "next"),
           ("explain", "wed"), ("explain", "next week"), ("check",), ("calibrate",), ("history",), ("load", "--ahead", "3"))  # fmt: skip


@pytest.fixture(params=[25], ids=lambda hours: f"{hours} h a week")
def busy(request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys, written(tmp_path / "busy.ics", request.param), "2025-03-05T07:00")


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("words", LOOKING, ids=" ".join)
def test_every_screen_fits_and_speaks_of_days(
    busy: CommandLine, words: tuple[str, ...], width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = busy.call(*words).out.splitlines()
    assert lines
    long = [line for line in lines if len(line) > width and not line.lstrip().startswith("blocker ")]
    assert all(" " not in line.strip() or len(max(line.split(), key=len)) > width for line in long), long
    assert len(lines) <= 25 or width < 80 or len(busy.document(*words).get("changes", ())) > 15, len(lines)
    text = "\n".join(lines)
    assert not KEY.search(text)
    assert not ISO_WEEK.search(text)
    assert not OLD_WORDS.search(text)


def test_keys_and_iso_weeks_are_for_those_who_ask(busy: CommandLine) -> None:
    for words in (("-v", "plan"), ("-v", "run", "-n")):
        shown = busy.call(*words).out
        keys = {
            change["key"] for change in busy.document("plan")["changes"] if change["start"] > "2025-03-05"
        }
        assert all(f"[{key}]" in shown for key in keys)
        assert ISO_WEEK.search(shown)


def test_details_before_a_yes_are_read_at_one_go(busy: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    screen, details = StringIO("d\nn\n"), StringIO()
    screen.isatty = details.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr("sys.stdin", screen)
    monkeypatch.setattr("sys.stderr", details)
    assert busy.call("run").code == 4
    shown = details.getvalue().split("[d]etails: ")[1].splitlines()[:-3]  # the question again
    changes = sum(line.startswith("  + ") for line in shown)
    assert 30 < len(shown) <= 4 * changes
    assert max(map(len, shown)) <= 80
    assert sum("next best: " in line for line in shown) > 5
    assert not KEY.search("\n".join(shown))
    assert not ISO_WEEK.search("\n".join(shown))


def test_each_change_is_one_line_with_its_day_first(busy: CommandLine) -> None:
    document = busy.document("plan")
    lines = [line for line in busy.call("plan").out.splitlines() if line.startswith("  + ")]
    assert len(lines) == document["summary"]["create"]
    days = r"  \+ (Mon|Tue|Wed|Thu|Fri) \d\d? [A-Z][a-z]{2}, (\d\d:\d\d–\d\d:\d\d|all day)  \S"
    assert all(re.match(days, line) for line in lines)


def test_what_stays_is_one_line_and_nothing_is_said_twice(busy: CommandLine) -> None:
    busy.call("run", "-y")
    again = busy.call("plan").out.splitlines()
    assert len(again) == 1
    assert re.fullmatch(r"Up to date\. \d+ blocks on your calendar\.", again[0])
    assert busy.call("-q", "run").out == ""


def test_a_block_that_a_person_moved_is_spoken_of_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")
    document = cli.document("run", "-y")
    block = next(c for c in document["changes"] if c["kind"] == "strategic" and c["start"] > "2026-11-09")
    start = block["start"].replace("-", "").replace(":", "")[:15]
    data = cli.content.decode()
    begins = re.search(
        r"DTSTART[^\r\n]*:(\d{8}T\d{6}Z?)", data[data.index(f"X-BLOCKER-KEY:{block['key']}") - 2500 :]
    )
    assert begins is not None
    del start
    found = data.index(f"X-BLOCKER-KEY:{block['key']}")
    at = data.rindex("BEGIN:VEVENT", 0, found)
    end = data.index("END:VEVENT", found)
    event = data[at:end]
    later = re.sub(r"(DT(?:START|END)[^:\r\n]*:\d{8}T\d\d)(\d\d)", _half_an_hour_later, event)
    cli.calendar.write_bytes((data[:at] + later + data[end:]).encode())
    first, second = cli.call("run").out, cli.call("run").out
    assert "you moved it, so it stays there" in first
    assert "you moved it" not in second
    assert "you moved it" not in cli.call("plan").out


def _half_an_hour_later(found: re.Match[str]) -> str:
    return f"{found[1]}{(int(found[2]) + 15) % 60:02d}"


def test_a_released_block_is_told_with_what_happened_what_was_done_and_what_would_help(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")
    document = cli.document("run", "-y")
    week = document["weeks"][1]["week"]
    mine = [c for c in document["changes"] if c["key"].startswith(f"strategic/{week}/")]
    day = mine[0]["start"][:10]
    first = cli.content.decode()
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:full-{n}\r\nDTSTAMP:20261101T000000Z\r\nSUMMARY:Summit\r\n"
        f"DTSTART:{d}T070000Z\r\nDTEND:{d}T180000Z\r\nEND:VEVENT\r\n"
        for n, d in enumerate(_days_of_week(day))
    )
    cli.calendar.write_bytes(first.replace("END:VCALENDAR", f"{events}END:VCALENDAR").encode())
    said = cli.call("run").out
    lines = [line for line in said.splitlines() if line.startswith("  - ")]
    assert lines
    assert all(
        "overlaps" in line and "“Summit”" in line and "comes back when there is room" in line
        for line in lines
    )
    options = [line for line in said.splitlines() if "would work if you moved" in line]
    assert len(options) <= 3 * len(lines)
    assert said.count("comes back when there is room") == len(lines)


def _days_of_week(day: str) -> list[str]:
    from datetime import date, timedelta

    monday = date.fromisoformat(day) - timedelta(days=date.fromisoformat(day).weekday())
    return [f"{monday + timedelta(days=n):%Y%m%d}" for n in range(5)]


def test_a_command_alone_on_its_line_stays_whole() -> None:
    command = "  blocker --calendar ics:/a/very/long/path/to/some/calendar.ics calibrate --red 'operational_hours >= 30h'"
    assert wrapped([command], 60) == [command]
    assert wrapped(["a word " * 20], 60) != ["a word " * 20]
