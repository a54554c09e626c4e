"""The report as a browser shows it: nothing sticks out or lies on anything, blocks lead to their reason, axe finds nothing.

Needs Chromium, Node and the packages of ``tests/showing/browser/package.json``; is skipped, with the reason,
where they are missing.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from blocker.commands.sample import meeting, sample_calendar
from blocker.showing.page.page import MOST_BYTES
from tests.tools.command_line import CommandLine
from tests.tools.places import REAL_CALENDARS

HERE = Path(__file__).parent / "browser"
BUSY = REAL_CALENDARS / "busy"
WIDTHS = [320, 375, 768, 1280]  # a small phone, a phone, a tablet, a desk


def chromium() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium: apt-get install chromium")
    if shutil.which("node") is None:
        pytest.skip("no Node: apt-get install nodejs npm")
    if not (HERE / "node_modules" / "playwright-core").is_dir():
        pytest.skip("no playwright-core and axe-core: npm install --prefix tests/showing/browser")
    return found


def problems(file: Path, **job: object) -> list[str]:
    jobs = [
        {"file": str(file), "widths": WIDTHS, "schemes": ["light", "dark"], "paper": ["A4", "Letter"], **job}
    ]
    words = ["node", str(HERE / "look.cjs"), chromium(), json.dumps(jobs)]
    result = subprocess.run(words, check=False, capture_output=True, text=True, timeout=280)
    assert result.returncode == 0, result.stderr
    found: list[str] = json.loads(result.stdout)
    return found


def report(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    now: str,
    *words: str,
    run: bool = False,
) -> Path:
    calendar = tmp_path / "calendar.ics"
    calendar.write_bytes(content)
    line = CommandLine(capsys, calendar, now)
    if run:
        assert line.call("run", "-y").code == 0
        _drop_meetings(line)
    page = tmp_path / "report.html"
    assert line.call("report", "--html", str(page), *words).code == 0
    assert page.stat().st_size <= MOST_BYTES
    return page


def _drop_meetings(line: CommandLine) -> None:
    """A meeting on each of two blocks: one has to move or stays in conflict, and both are crowded."""
    changes = [c for c in line.document("plan")["changes"] if c["kind"] in ("strategic", "frontline")]
    extra = b""
    for number, change in enumerate(changes[:2]):
        start, end = (
            f"{datetime.fromisoformat(change[edge]).astimezone(UTC):%Y%m%dT%H%M%SZ}"
            for edge in ("start", "end")
        )
        extra += meeting(f"urgent-{number}@x", "Urgent: board question", start, end, start)
    content = line.content
    at = content.rindex(b"END:VCALENDAR")
    line.calendar.write_bytes(content[:at] + extra + content[at:])


BUSY_FILES = sorted(BUSY.glob("*.ics")) if BUSY.is_dir() else []


@pytest.mark.parametrize("path", BUSY_FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize(
    ("now", "thorough"),
    [
        ("2024-11-18T06:30", False),
        pytest.param("2024-11-18T06:30", True, marks=pytest.mark.long),
        pytest.param("2024-12-20T14:10", True, marks=pytest.mark.long),
        pytest.param("2025-03-26T09:10", True, marks=pytest.mark.long),
    ],
)
def test_a_busy_persons_report(
    path: Path, now: str, thorough: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chromium()
    page = report(tmp_path, capsys, path.read_bytes(), now)
    assert problems(page, blocks=True, thorough=thorough) == []


@pytest.mark.parametrize("ran", [False, True], ids=["proposed", "standing"])
def test_the_sample_report(ran: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chromium()
    page = report(tmp_path, capsys, sample_calendar(date(2026, 11, 2)), "2026-11-02T06:30", run=ran)
    assert problems(page, blocks=True) == []


def test_a_hostile_and_crowded_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chromium()
    titles = [
        "<script>document.body.remove()</script>",
        "<img src=http://127.0.0.1:9/x onerror=alert(1)>",
        "Unbreakable" * 40,
        "نص عربي طويل جدا يمتد من اليمين إلى اليسار",
        "日本語の会議がとても長い題名で続く" * 4,
        "x",
    ]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//x//EN", "X-WR-TIMEZONE:Europe/Berlin"]
    for n in range(35 * 24):
        day = date(2026, 11, 2) + timedelta(days=n % 35)
        start = 6 + n // 35 % 14
        lines += ["BEGIN:VEVENT", f"UID:h{n}@x", "DTSTAMP:20260101T000000Z",
                  f"DTSTART;TZID=Europe/Berlin:{day:%Y%m%d}T{start:02d}{n % 4 * 15:02d}00",
                  f"DURATION:PT{(20, 45, 90)[n % 3]}M", f"SUMMARY:{titles[n % len(titles)]}", "END:VEVENT"]  # fmt: skip
    vacation = ["BEGIN:VEVENT", "UID:v@x", "DTSTART;VALUE=DATE:20261109", "DTEND;VALUE=DATE:20261114",
                f"SUMMARY:Vacation {titles[2]}", "TRANSP:OPAQUE", "END:VEVENT"]  # fmt: skip
    content = "\r\n".join([*lines, *vacation, "END:VCALENDAR", ""]).encode()
    assert problems(report(tmp_path, capsys, content, "2026-11-02T06:30")) == []


def test_a_report_of_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chromium()
    empty = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-TIMEZONE:Europe/Berlin\r\nEND:VCALENDAR\r\n"
    assert problems(report(tmp_path, capsys, empty, "2026-11-02T06:30", "--no-titles")) == []
