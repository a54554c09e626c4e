"""``blocker demo`` shows the main job on every date: a meeting lands on a block, and the block is saved."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from blocker.cli import main

FIRST = date(2026, 1, 1)
STEP = 13  # days: every weekday, and weeks of every sort


def show(capsys: pytest.CaptureFixture[str], day: date, *options: str) -> str:
    capsys.readouterr()
    assert main(["--now", f"{day}T07:00", *options, "demo"]) == 0
    return capsys.readouterr().out


def check(capsys: pytest.CaptureFixture[str], day: date) -> None:
    document = json.loads(show(capsys, day, "--json"))
    path = Path(document["calendar"])
    content = path.read_text()
    shutil.rmtree(path.parent)
    urgent = re.search(r"UID:urgent\S+\r?\n(?:.*\r?\n)*?DTSTART:(\w+)\r?\nDTEND:(\w+)", content)
    assert urgent is not None
    slots = re.findall(r"X-BLOCKER-KEY:(\S+)\r?\nX-BLOCKER-SLOT:(\w+)/(\w+)", content)
    assert document["hit"] in [key for key, _, _ in slots], f"{day}: it was not saved"
    under = [key for key, start, end in slots if start < urgent[2] and end > urgent[1]]
    assert not under, f"{day}: {under} under the meeting"


@pytest.mark.parametrize("number", range(0, 730, STEP * 8))
def test_the_block_that_the_meeting_lands_on_is_saved(
    number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    for ahead in range(number, min(730, number + STEP * 8), STEP):
        check(capsys, FIRST + timedelta(days=ahead))


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("month", range(24))
def test_on_every_day_of_two_years(month: int, capsys: pytest.CaptureFixture[str]) -> None:
    first = date(2026 + month // 12, month % 12 + 1, 1)
    for number in range(31):
        day = first + timedelta(days=number)
        if day.month == first.month:
            check(capsys, day)


def test_it_ends_with_what_to_do_next(capsys: pytest.CaptureFixture[str]) -> None:
    shown = show(capsys, date(2026, 11, 2))
    path = re.search(r"Delete (\S+) when", shown)
    assert path is not None
    shutil.rmtree(Path(path[1]))
    assert "the CEO's office books “Urgent: board question” on top of a block." in shown
    assert re.search(
        r"  ~ \w+ \d+ Nov, .*: was \w+ \d+ Nov, .* which overlaps “Urgent: board question”", shown
    )
    commands = [line.strip() for line in shown.rstrip().splitlines()[-3:]]
    assert commands == ["blocker --calendar ics:PATH plan", "blocker connect google", "blocker init"]
    assert len(shown.splitlines()) <= 60
