"""``rebalance WEEK`` is about that week, and what ``undo`` does to a rescue or a release is exact."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from blocker.commands.sample import meeting
from tests.tools.command_line import CommandLine, sample

NEXT = "2026-W46"


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The sample calendar after its first run."""
    cli = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")
    assert cli.call("run", "-y").code == 0
    return cli


def land(cli: CommandLine, uid: str, start: str, end: str) -> None:
    content = cli.content
    at = content.rindex(b"END:VCALENDAR")
    cli.calendar.write_bytes(content[:at] + meeting(uid, "Urgent", start, end, start) + content[at:])


def hit(cli: CommandLine, week: str) -> str:
    """A meeting on the week's first strategic block; the block's key."""
    found = re.search(
        rb"X-BLOCKER-KEY:(strategic/%s/\d)\r\nX-BLOCKER-SLOT:(\w+)/(\w+)" % week.encode(), cli.content
    )
    assert found is not None
    land(cli, f"on-{week}", found[2].decode(), found[3].decode())
    return found[1].decode()


def fill(cli: CommandLine, monday: date) -> None:
    for number in range(5):
        day = monday + timedelta(days=number)
        land(cli, f"full-{day}", f"{day:%Y%m%d}T050000Z", f"{day:%Y%m%d}T200000Z")


@pytest.mark.parametrize("week", ["2026-W44", "2025-12-01"])
def test_a_week_that_is_over_is_refused_in_words(cli: CommandLine, week: str) -> None:
    for words in (("rebalance", week, "-y"), ("rebalance", week, "-n")):
        said = cli.call(*words)
        assert said.code == 2
        assert "is over" in said.err
        assert "blocker rebalance next" in said.err


def test_a_week_beyond_the_plan_is_refused_in_words(cli: CommandLine) -> None:
    said = cli.call("rebalance", "2027-W10", "-y")
    assert said.code == 2
    assert "the week of 8 Mar is not planned yet" in said.err


def test_it_names_its_week_and_no_other(cli: CommandLine) -> None:
    hit(cli, "2026-W47")
    key = hit(cli, NEXT)
    document = cli.document("rebalance", NEXT, "-n")
    assert [week["week"] for week in document["weeks"]] == [NEXT]
    assert document["quarters"] == []
    assert {change["key"].split("/")[1] for change in document["changes"]} == {NEXT}
    assert all(f"/{NEXT}/" in item["key"] for item in document["unplaced"])
    assert [c["action"] for c in document["changes"] if c["key"] == key] == ["move"]
    shown = cli.call("rebalance", NEXT, "-n").out
    assert "2026-W47" not in shown
    assert "offsite" not in shown
    before = cli.content
    assert cli.call("rebalance", "2026-W48", "-y").code == 0
    assert cli.content == before, "another week's hit block waits for the next run"


def test_a_rescue_is_undone_to_the_byte_and_then_left_alone(cli: CommandLine) -> None:
    key = hit(cli, NEXT)
    before = cli.content
    assert cli.call("run").code == 0
    assert cli.content != before
    assert cli.call("undo").code == 0
    assert cli.content == before
    change = next(c for c in cli.document("run")["changes"] if c["key"] == key)
    assert change["action"] in ("keep", "adopt")
    assert change["conflict"].startswith("overlaps “Urgent”; you put it there")


def test_a_release_is_undone_to_the_byte_and_then_left_alone(cli: CommandLine) -> None:
    fill(cli, date(2026, 11, 9))
    before = cli.content
    document = cli.document("run")
    released = [c for c in document["changes"] if c.get("released")]
    assert released
    assert all((c["action"], c["done"]) == ("remove", True) for c in released)
    assert b"X-BLOCKER-KEY:strategic/2026-W46" not in cli.content
    assert cli.call("undo").code == 0
    assert cli.content == before
    kept = {c["key"]: c for c in cli.document("run")["changes"] if c["action"] in ("keep", "adopt")}
    assert all(c["key"] in kept and kept[c["key"]]["conflict"] for c in released)


def test_what_was_released_is_told_once_and_comes_back_under_its_key(cli: CommandLine) -> None:
    fill(cli, date(2026, 11, 9))
    with_meetings = cli.content
    told = cli.call("run").out
    assert re.search(
        r"  - \w+ \d+ Nov, .*: overlaps “Urgent”.*; there is no other time .*when there is room\n",
        told,
    )
    assert "would work if you moved" in told
    assert cli.call("run").out.startswith("Up to date")
    assert cli.content.count(b"UID:full-") == 5
    without = re.sub(rb"BEGIN:VEVENT\r\nUID:full-(?:.*\r\n)*?END:VEVENT\r\n", b"", cli.content)
    cli.calendar.write_bytes(without)
    back = [c for c in cli.document("run")["changes"] if c["key"] == "strategic/2026-W46/1"]
    assert [change["action"] for change in back] == ["create"]
    assert b".g2@" in cli.content
    assert b".g2@" not in with_meetings
