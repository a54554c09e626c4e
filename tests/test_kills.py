"""A kill at every write point of a real run: nothing of the person's is lost, nothing of ours doubles.

The real process dies by SIGKILL; the next run must end where an undisturbed one ends.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from blocker.sample import sample_calendar

ROOT = Path(__file__).parent.parent
NOW = "2026-11-02T06:30"


def blocker(place: Path, *words: str, dies_at: int = 0) -> subprocess.CompletedProcess[str]:
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(place),
        "BLOCKER_STATE_DIR": str(place / "state"),
        "TZ": "UTC",
    }
    head = ["--calendar", f"ics:{place / 'calendar.ics'}", "--now", NOW]
    return subprocess.run(
        [sys.executable, "-m", "tests.dying", str(dies_at), "--", *head, *words],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def keys(content: bytes) -> Counter[bytes]:
    return Counter(re.findall(rb"X-BLOCKER-KEY:(\S+)", content))


def foreign(content: bytes) -> bytes:
    """The file without our components."""
    return re.sub(rb"BEGIN:VEVENT\r\n(?:(?!END:VEVENT).)*?X-BLOCKER-KEY(?:(?!END:VEVENT).)*?END:VEVENT\r\n", b"", content, flags=re.DOTALL)


class Stage:
    """A place that can be set back to one moment: a calendar with blocks, one of them under a new meeting."""

    def __init__(self, folder: Path) -> None:
        self.place, self.kept = folder / "place", folder / "kept"
        self.place.mkdir()
        self.calendar = self.place / "calendar.ics"
        self.calendar.write_bytes(sample_calendar(date(2026, 11, 2)))
        assert self.call("run", "-y").returncode == 0
        self._drop_a_meeting_on(b"strategic/2026-W46")
        shutil.copytree(self.place, self.kept)

    def reset(self) -> None:
        shutil.rmtree(self.place)
        shutil.copytree(self.kept, self.place)

    def call(self, *words: str, dies_at: int = 0) -> subprocess.CompletedProcess[str]:
        return blocker(self.place, *words, dies_at=dies_at)

    @property
    def content(self) -> bytes:
        return self.calendar.read_bytes()

    def _drop_a_meeting_on(self, key: bytes) -> None:
        slot = re.search(rb"X-BLOCKER-KEY:%s\S*\r\nX-BLOCKER-SLOT:(\w+)/(\w+)" % key, self.content)
        assert slot is not None
        lines = (b"BEGIN:VEVENT", b"UID:hit", b"DTSTAMP:20260101T000000Z", b"DTSTART:" + slot[1], b"DTEND:" + slot[2])
        meeting = b"\r\n".join((*lines, b"SUMMARY:Hit", b"END:VEVENT", b""))
        at = self.content.rindex(b"END:VCALENDAR")
        self.calendar.write_bytes(self.content[:at] + meeting + self.content[at:])


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("stage"))


COMMANDS = [("run",), ("rebalance", "2026-W46", "-y"), ("skip", "2026-W47"), ("undo",)]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_kill_at_any_write_point_is_mended_by_the_next_run(stage: Stage, words: tuple[str, ...]) -> None:
    stage.reset()
    before = stage.content
    undisturbed = stage.call(*words)
    assert undisturbed.returncode == 0, undisturbed.stderr
    points = int(re.findall(r"points=(\d+)", undisturbed.stderr)[-1])
    assert points >= 8
    stage.call("run")
    expected = stage.content
    every = 1 if os.environ.get("BLOCKER_TEST_EVERY_KILL") else max(1, points // 8)
    for dies_at in range(1, points + 1, every):
        stage.reset()
        killed = stage.call(*words, dies_at=dies_at)
        assert killed.returncode == -signal.SIGKILL
        assert foreign(stage.content) == foreign(before), f"killed at {dies_at}: other people's bytes changed"
        if words[0] != "undo":  # said again, undo would take back one run more
            stage.call(*words)
        again = stage.call("run")
        assert again.returncode == 0, again.stderr
        assert foreign(stage.content) == foreign(before)
        assert max(keys(stage.content).values(), default=1) == 1, f"killed at {dies_at}: a block doubled"
        if words[0] != "undo":
            assert keys(stage.content) == keys(expected), f"killed at {dies_at} of {points}"
        assert not list(stage.place.glob(".calendar.ics*")), "a temporary file was left beside the calendar"
