"""The log says what happened and why without anybody's words; a bug report makes the same plan again."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks.replay import main as replay
from blocker.cli import main
from blocker.commands.bug_bundle import request_of
from blocker.engine import make_plan
from blocker.running import journal
from tests.tools.command_line import CommandLine, sample

STAYS = ("create", "move", "keep", "update")
NOW = "2026-11-02T06:30"


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    monkeypatch.setenv("BLOCKER_STATE_DIR", str(tmp_path / "state"))
    return CommandLine(capsys, sample(tmp_path), NOW)


def log(tmp_path: Path) -> list[str]:
    return (tmp_path / "state" / "log" / "blocker.log").read_text().splitlines()


def titles(cli: CommandLine) -> list[str]:
    """What others call their events, and their addresses."""
    text = cli.content.decode().replace("\r\n ", "")
    theirs = [
        part
        for part in re.findall(r"BEGIN:VEVENT\r\n.*?END:VEVENT", text, re.DOTALL)
        if "X-BLOCKER" not in part
    ]
    found = {
        m
        for part in theirs
        for m in re.findall(r"(?:SUMMARY|mailto|DESCRIPTION|UID)[^\r\n:]*:([^\r\n]+)", part)
    }
    return sorted(found)


def test_each_run_is_one_line_that_says_what_and_why(cli: CommandLine, tmp_path: Path) -> None:
    cli.call("run", "-y")
    cli.call("run")
    first, second = log(tmp_path)
    assert re.search(r" create=[1-9]\d* move=0 update=0 remove=0 ", first)
    assert " create=0 " in second
    for line in (first, second):
        assert f" calendar=ics:{cli.calendar} " in line
        assert " exit=0 " in line
        assert re.search(r" week=2026-W45 level=(calm|amber|red) floor=\w+ ", line)
        assert " because=" in line
        assert re.search(r" took=\d+\.\ds$", line)
        assert not [title for title in titles(cli) if title in line]


def test_a_failure_is_one_line_with_its_kind_and_reason(cli: CommandLine, tmp_path: Path) -> None:
    cli.calendar.unlink()
    cli.call("run")
    (line,) = log(tmp_path)
    assert " exit=1 error=unreadable " in line
    assert "there is no calendar file" in line


def test_the_quiet_failures_of_the_schedule_are_logged_too(cli: CommandLine, tmp_path: Path) -> None:
    cli.call("run", "-y")
    content = cli.content
    cli.calendar.write_bytes(b"broken")
    cli.now = "2026-11-03T06:30"
    assert cli.call("run", "--cron").err == ""
    cli.calendar.write_bytes(content)
    cli.call("run", "--cron")
    cli.call("run", "--cron")  # done for today: no line
    _, failed, done = log(tmp_path)
    assert "error=unreadable" in failed
    assert " exit=0 " in done


def test_the_log_as_json(cli: CommandLine, tmp_path: Path) -> None:
    cli.call("run", "-y", options=("--log-json",))
    line: dict[str, Any] = json.loads(log(tmp_path)[0])
    assert line["command"] == "run"
    assert line["exit"] == 0
    assert line["create"] > 4
    assert line["level"]


def test_titles_are_logged_only_where_somebody_asks_for_them(cli: CommandLine, tmp_path: Path) -> None:
    cli.call("run", "-y")
    slot = re.search(rb"X-BLOCKER-KEY:strategic/2026-W46/1\r\nX-BLOCKER-SLOT:(\w+)/(\w+)", cli.content)
    assert slot is not None
    hit = b"BEGIN:VEVENT\r\nUID:hit\r\nDTSTART:%s\r\nDTEND:%s\r\nSUMMARY:Se\xc3\xb1or\x1b[31m secret\r\nEND:VEVENT\r\n"
    at = cli.content.rindex(b"END:VCALENDAR")
    full = b"".join(
        b"BEGIN:VEVENT\r\nUID:full%d\r\nDTSTART;TZID=Europe/Berlin:202611%02dT080000\r\nDURATION:PT10H\r\n"
        b"SUMMARY:All day secret\r\nEND:VEVENT\r\n" % (day, day)
        for day in range(9, 14)
    )
    cli.calendar.write_bytes(cli.content[:at] + hit % slot.groups() + full + cli.content[at:])
    cli.now = "2026-11-03T06:30"
    cli.call("run")
    cli.call("run", options=("--log-titles",))
    _, without, asked = log(tmp_path)
    assert "secret" not in without
    assert "secret" in asked.partition("in_the_way=")[2]
    assert "\x1b" not in asked


def test_the_calendar_of_the_config_is_named_where_a_run_fails(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLOCKER_CALENDAR", f"ics:{tmp_path / 'none.ics'}")
    assert main(["run"]) == 1
    assert f" calendar=ics:{tmp_path / 'none.ics'} exit=1 " in log(tmp_path)[-1]


def test_the_log_stays_small(cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_BYTES", 300)
    for _ in range(12):
        cli.call("skip", "2026-W47")
    files = sorted(path.name for path in (tmp_path / "state" / "log").iterdir())
    assert files == ["blocker.log", "blocker.log.1", "blocker.log.2", "blocker.log.3"]


@pytest.mark.parametrize("lived", [False, True], ids=["before the first run", "after some days"])
def test_a_bug_report_makes_the_same_plan_and_tells_no_words(
    cli: CommandLine, tmp_path: Path, lived: bool
) -> None:
    if lived:
        cli.call("run", "-y")
        cli.call("skip", "2026-W47")
        cli.call("busy", "6")
        cli.call("park", "Is the academy worth it?", "--from", "Amira")
        cli.now = "2026-11-09T06:30"
    file = tmp_path / "bug.json"
    assert cli.call("report", "--bug", str(file)).code == 0
    text = file.read_text()
    for word in (*titles(cli), "example.org", "academy", "Amira", str(tmp_path), "Thinking"):
        assert word not in text, word
    kept = json.loads(text)
    made = make_plan(request_of(kept))
    real = cli.document("plan")
    wanted = {(c["key"], c["start"]) for c in real["changes"] if c["action"] in STAYS}
    assert {key.partition("/")[0] for key, _ in wanted} >= {"strategic", "offsite"}
    again = {
        (c.key, c.slot.start.astimezone(made_zone(made.zone)).isoformat())
        for c in made.changes
        if c.action in STAYS
    }
    assert again == wanted
    assert [u["key"] for u in real["unplaced"]] == [u.key for u in made.unplaced]
    assert cli.content == Path(cli.calendar).read_bytes()
    assert replay(file) in (0, 1)


OWN_WORDS = """
[[rule]]
name = "zebra alarm"
when = "operational_hours >= 1"
book = { strategic = 2, giraffe = 1 }

[blocks.giraffe]
minutes = 60
shortest = 60

[classify]
giraffe = ["title ~ 'Quarterly'"]
"""


def test_a_persons_own_kinds_and_rules_are_numbers_in_a_bug_report(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, file = tmp_path / "config.toml", tmp_path / "bug.json"
    config.write_text(OWN_WORDS)
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    cli.call("run", "-y")
    assert b"X-BLOCKER-KEY:giraffe/" in cli.content
    cli.call("skip", "giraffe/2026-W46/1")
    cli.now = "2026-11-09T06:30"
    file.touch(0o644)
    assert cli.call("report", "--bug", str(file)).code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_text()
    for word in ("zebra", "giraffe", "Quarterly"):
        assert word not in text, word
    made = make_plan(request_of(json.loads(text)))
    wanted = [(c["key"], c["start"]) for c in cli.document("plan")["changes"] if c["action"] in STAYS]
    assert any(key.startswith("giraffe/") for key, _ in wanted)
    again = {(c.key, c.slot.start) for c in made.changes if c.action in STAYS}
    assert again == {
        (key.replace("giraffe", "kind1"), datetime.fromisoformat(start)) for key, start in wanted
    }


LESS = """
quiet = ["11-09..11-11"]

[limits]
hours = 3
notice = 4

[blocks.strategic]
days = ["wed", "thu", "fri"]
between = ["09:00-13:00"]

[blocks.frontline]
enabled = false
"""


def test_a_bug_report_has_the_limits_and_the_lines_that_were_in_force(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, file = tmp_path / "config.toml", tmp_path / "bug.json"
    config.write_text(LESS)
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    cli.now = "2026-12-07T06:30"  # enough weeks are over for lines of one's own
    cli.call("run", "-y")
    assert cli.call("report", "--bug", str(file)).code == 0
    kept = json.loads(file.read_text())
    asked = request_of(kept)
    assert asked.memory.lines is not None
    assert asked.memory.lines.taken == date(2026, 12, 7)
    made = make_plan(asked)
    wanted = {(c["key"], c["start"]) for c in cli.document("plan")["changes"] if c["action"] in STAYS}
    again = {
        (c.key, c.slot.start.astimezone(made_zone(made.zone)).isoformat())
        for c in made.changes
        if c.action in STAYS
    }
    assert wanted
    assert again == wanted


def test_a_bug_report_takes_no_calendars_place(cli: CommandLine) -> None:
    before = cli.content
    assert cli.call("report", "--bug", str(cli.calendar)).code == 2
    assert cli.content == before


def made_zone(name: str) -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)
