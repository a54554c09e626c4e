"""A quarter of thinking: goals, upsets, visits and decisions. Each comes up where it should, and none is lost."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tests.tools.command_line import CommandLine

FIRST = date(2026, 11, 2)  # a Monday; the half day of the quarter is in December
CONFIG = """
[blocks.frontline]
visits = ["Help desk", "A customer"]
[[goal]]
name = "New LMS live"
by = 2027-01-13
ability = "Trainers can build a course alone"
[[goal]]
name = "Fewer tools"
[[goal]]
name = "Audit passed"
by = 2026-11-18
"""
ROTATING = "Your goal “Fewer tools”: are we working in line with it?"
PAST = "“Audit passed” was due on Wed 18 Nov. Did we reach it, and what did we learn?"


def the_calendar() -> bytes:
    """Half a year before and after the first day, with two series and calm Fridays."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", "X-WR-TIMEZONE:Europe/Berlin"]
    for title, start, end, days in (
        ("Delivery board", "100000", "120000", "MO,TU,WE,TH"),
        ("Budget round", "143000", "160000", "TU,TH"),
        ("Staff meeting", "090000", "093000", "MO"),
    ):
        lines += [
            "BEGIN:VEVENT", f"UID:{title}", "DTSTAMP:20260101T000000Z", f"SUMMARY:{title}",
            f"DTSTART;TZID=Europe/Berlin:20260504T{start}", f"DTEND;TZID=Europe/Berlin:20260504T{end}",
            f"RRULE:FREQ=WEEKLY;BYDAY={days};COUNT=200", "END:VEVENT",
        ]  # fmt: skip
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


class Quarter:
    """One person's calendar and program; days go by with ``on``."""

    def __init__(self, cli: CommandLine) -> None:
        self.cli = cli

    def on(self, day: date) -> None:
        """The morning of a day: the daily run."""
        self.cli.now = f"{day}T06:30"
        said = self.cli.call("run")
        assert said.code == 0, said

    def blocks(self) -> dict[str, tuple[datetime, str, str, str]]:
        """By key: start, title, text, and the event as it is in the file."""
        found = {}
        for event in re.findall(r"BEGIN:VEVENT.*?END:VEVENT\r\n", self.cli.content.decode(), re.DOTALL):
            flat = event.replace("\r\n ", "")
            key = re.search(r"X-BLOCKER-KEY:(\S+)", flat)
            start = re.search(r"DTSTART[^:]*:(\d{8}T\d{6})", flat)
            if key and start:
                text = re.search(r"DESCRIPTION:(.*?)\r\n", flat)[1]  # type: ignore[index]
                text = text.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";")
                title = re.search(r"SUMMARY:(.*?)\r\n", flat)[1]  # type: ignore[index]
                found[key[1]] = (datetime.fromisoformat(start[1]), title, text, event)
        return found

    def ahead(self, kind: str) -> list[str]:
        now = datetime.fromisoformat(self.cli.now)
        rows = ((start, key) for key, (start, *_) in self.blocks().items() if key.startswith(f"{kind}/"))
        return [key for start, key in sorted(rows) if start > now]

    def text(self, key: str) -> str:
        return self.blocks()[key][2]

    def write(self, key: str, sentence: str) -> None:
        """Finish the line at the end of a block, as a person does in their calendar."""
        event = self.blocks()[key][3]
        flat = event.replace("\r\n ", "")
        assert flat.count("Decided:\\n") == 1
        edited = flat.replace("Decided:\\n", f"Decided: {sentence}\\n")
        self.cli.calendar.write_bytes(self.cli.content.replace(event.encode(), edited.encode()))

    def land(self, key: str) -> None:
        """An upset: a meeting of the whole day on a block's day."""
        day = f"{self.blocks()[key][0]:%Y%m%d}"
        event = (
            f"BEGIN:VEVENT\r\nUID:upset-{day}\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Upset\r\n"
            f"DTSTART;TZID=Europe/Berlin:{day}T090000\r\nDTEND;TZID=Europe/Berlin:{day}T173000\r\nEND:VEVENT\r\n"
        )
        content = self.cli.content.replace(b"END:VCALENDAR", event.encode() + b"END:VCALENDAR")
        self.cli.calendar.write_bytes(content)

    def decided(self) -> list[str]:
        return [one["text"] for one in self.cli.document("decided")["decided"]]

    def parked(self) -> list[str]:
        return [one["text"] for one in self.cli.document("parked")["parked"]]


@pytest.fixture
def quarter(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Quarter:
    config, file = tmp_path / "config.toml", tmp_path / "calendar.ics"
    config.write_text(CONFIG, "utf-8")
    file.write_bytes(the_calendar())
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    cli = CommandLine(capsys, file, f"{FIRST}T06:30")
    assert cli.call("run", "-y").code == 0
    return Quarter(cli)


def test_a_quarter_of_thinking_loses_nothing(
    quarter: Quarter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli, day = quarter.cli, FIRST

    # Questions and visits: in the next block, and with the visit they came from.
    cli.call("park", "Why do we certify at all?", "--from", "VP Sales")
    cli.call("park", "They print every form twice", "--from", "Help desk")
    day += timedelta(days=1)
    quarter.on(day)
    first, *later = quarter.ahead("strategic")
    assert "• Why do we certify at all? (VP Sales)" in quarter.text(first)
    assert "• They print every form twice (Help desk)" in quarter.text(first)
    assert ROTATING in quarter.text(first)
    assert not [key for key in later if "certify" in quarter.text(key) or ROTATING in quarter.text(key)]

    # Decisions: one is written into a block, which an upset moves afterwards, one is said.
    quarter.write(first, "We stop the weekly report.")
    quarter.land(first)
    day += timedelta(days=1)
    quarter.on(day)
    assert "Decided: We stop the weekly report." in quarter.text(first)
    cli.call("decided", "Anna runs the review.")
    both = ["Anna runs the review.", "We stop the weekly report."]
    assert sorted(quarter.decided()) == both

    # An upset: a learning team, taken back once and asked for again.
    assert cli.call("learn", "What happened at the go-live").code == 0
    assert len(quarter.ahead("team")) == 2
    assert cli.call("undo").code == 0
    assert quarter.ahead("team") == []
    assert sorted(quarter.decided()) == both
    assert cli.call("learn", "What happened at the go-live").code == 0
    teams = quarter.ahead("team")
    assert len(teams) == 2

    # Weeks go by: a goal's day passes, and is asked about in one block.
    asking = set[str]()
    for _ in range(5):
        day += timedelta(days=7 - day.weekday())
        quarter.on(day)
        asking |= {key for key, (_, _, text, _) in quarter.blocks().items() if PAST in text}
    assert len(asking) == 1
    assert set(teams) <= set(quarter.blocks())

    # The half day: goals, decisions, questions, the front line, and what costs most.
    [half_day] = quarter.ahead("offsite")
    start = quarter.blocks()[half_day][0].date()
    while (
        quarter.ahead("strategic")[0:1] and quarter.blocks()[quarter.ahead("strategic")[0]][0].date() < start
    ):
        day += timedelta(days=1)
        quarter.on(day)
    agenda = quarter.text(half_day)
    for words in ("• New LMS live, Wed 13 Jan", "• Fewer tools", "We stop the weekly", "Anna runs the review", "• Why do we certify at all?", "They print every form twice", "“Delivery board” costs most"):  # fmt: skip
        assert words in agenda, agenda
    assert "Audit passed" not in agenda
    assert len(agenda.split()) <= 250

    # Learning comes before the crisis, once.
    while not (goals := [k for k in quarter.blocks() if "Learn: New LMS live" in quarter.blocks()[k][1]]):
        day += timedelta(days=1)
        assert day < date(2026, 12, 30)
        quarter.on(day)
    assert len(goals) == 1
    assert (
        timedelta(weeks=2) <= date(2027, 1, 13) - quarter.blocks()[goals[0]][0].date() <= timedelta(weeks=6)
    )

    # A lost ledger reads again what the blocks say, and books nothing a second time.
    with monkeypatch.context() as lost:
        lost.setenv("BLOCKER_STATE_DIR", str(tmp_path / "lost"))
        there = set(quarter.blocks())
        assert cli.call("run", "-y").code == 0
        assert there <= set(quarter.blocks())
        assert sum("Learn: New LMS live" in title for _, title, _, _ in quarter.blocks().values()) == 1
        assert sorted(quarter.decided()) == both
        assert quarter.parked() == ["Why do we certify at all?", "They print every form twice"]

    # Whoever leaves keeps what is theirs, and finds it again on coming back.
    assert cli.call("leave", "--remove", "-y").code == 0
    for _ in range(2):
        assert sorted(quarter.decided()) == both
        assert quarter.parked() == ["Why do we certify at all?", "They print every form twice"]
        assert cli.call("run", "-y").code == 0
    assert "• Why do we certify at all? (VP Sales)" in quarter.text(min(
        (key for key in quarter.ahead("strategic") + quarter.ahead("offsite")), key=lambda key: quarter.blocks()[key][0]
    ))  # fmt: skip
