"""What the blocks say over the weeks of three busy people: short, once, private, and no more than what is new."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from blocker.ledger.parking import park
from blocker.values.events import Event, StandingBlock
from blocker.values.fingerprint import parts_of_text
from blocker.values.kinds import OFFSITE, STRATEGIC
from blocker.values.settings import Settings
from blocker.values.workweek import week_of
from blocker.wording.texts import TEXTS
from blocker.wording.themes import topics
from tests.tools.calendars_by_hand import MONDAY, at, meeting, week_days
from tests.tools.command_line import CommandLine, sample
from tests.tools.diary import Diary
from tests.tools.google_days import blocks as google_blocks
from tests.tools.google_days import busy_weeks, call
from tests.tools.google_server import GoogleServer
from tests.tools.google_world import google_answers

LIVES = {
    "18 h": [("10:00", "12:00", "Planning"), ("14:00", "15:30", "Steering of the regional programme")],
    "25 h": [("09:00", "10:00", "Stand-up"), ("11:00", "12:00", "Review"), ("13:30", "16:30", "Delivery board")],
    "38 h": [("09:00", "11:30", "Portfolio"), ("11:00", "12:30", "Ops"), ("13:00", "16:00", "Clients"), ("15:30", "17:00", "Calls")],
}  # fmt: skip
FACTS = ("The week before ", "You were away the week before")
QUESTIONS = (
    "Is certification still the right goal for the regions?",
    "Why?",
    "What else?",
    "Who?",
    "So what?",
    "And?",
)


def life(name: str) -> Diary:
    """Fourteen weeks of the same meetings each day, but for a vacation and a quiet Friday."""
    events: list[Event] = []
    for week in range(-5, 14):
        for number, day in enumerate(week_days(MONDAY + timedelta(weeks=week))):
            if week == 3 or (week % 2 and number == 4):
                continue
            events += [
                replace(meeting(day, start, end, title=title), recurring=True)
                for start, end, title in LIVES[name]
            ]
    return Diary(events, at(MONDAY, "06:30"))


def ahead(diary: Diary, *kinds: str) -> list[StandingBlock]:
    found = [block for block in diary.blocks.values() if block.kind in kinds and block.when.start > diary.now]
    return sorted(found, key=lambda block: block.when)


def check(diary: Diary) -> None:
    for block in ahead(diary, *(b.kind for b in diary.blocks.values())):
        assert len(block.text.split()) <= (250 if block.kind == OFFSITE else 120), block.text
        assert not re.search(r"blocker |20\d\d|W\d\d|\[\d|[{}_/]", block.text), block.text
        assert block.text.endswith("\n\nMove it or delete it: both are respected.")
    thinking = ahead(diary, STRATEGIC, OFFSITE)
    informed = [b for b in thinking if b.kind == STRATEGIC and any(words in b.text for words in FACTS)]
    assert informed == [block for block in thinking[:1] if block.kind == STRATEGIC]
    assert [b for b in thinking if "Parked questions:" in b.text or "longest:" in b.text] == thinking[:1]
    shipped = topics(STRATEGIC, Settings())
    row = sorted(
        (block for block in diary.blocks.values() if block.kind == STRATEGIC), key=lambda block: block.when
    )
    about = [[topic.name for topic in shipped if topic.question in block.text] for block in row]
    assert all(len(names) == 1 for names in about)
    assert all(len({str(n) for n in about[k : k + 8]}) == len(about[k : k + 8]) for k in range(len(about)))
    for half in ahead(diary, OFFSITE):
        theirs = [
            b.text
            for b in row
            if (b.when.start.year, b.when.start.month) == (half.when.start.year, half.when.start.month)
        ]
        both = [topic for topic in shipped if topic.question in half.text]
        assert not [topic.name for topic in both if any(topic.question in text for text in theirs)]


@pytest.mark.parametrize("name", LIVES)
def test_the_blocks_of_a_busy_person_through_six_weeks(name: str) -> None:
    diary = life(name)
    for number, question in enumerate(QUESTIONS):
        park(diary.ledger.database, question, "", at(MONDAY, "05:00") + timedelta(minutes=number))
    for day in range(0, 7 * 6, 4):
        diary.now = at(MONDAY + timedelta(days=day), "06:30")
        plan = diary.run()
        thinking = [block.key for block in ahead(diary, STRATEGIC, OFFSITE)]
        reworded = [
            c.key
            for c in plan.writes
            if c.action == "update" and c.block and c.standing and c.block.text != c.standing.text
        ]
        assert set(reworded) <= {*thinking[:1], *(c.key for c in plan.writes if c.action != "update")}
        check(diary)
        assert not diary.run().writes, "an idle run writes nothing"


def test_rebalance_leaves_facts_and_questions_in_one_block() -> None:
    """It writes one week only: a new block there that comes first now gets them from the next run."""
    diary = life("18 h")
    park(diary.ledger.database, "Why?", "", at(MONDAY, "05:00"))
    diary.run()
    for block in diary.of(week_of(MONDAY)):
        diary.calendar.remove_block(block.ref.id)
    diary.run()
    assert diary.of(week_of(MONDAY)) == []
    diary.rebalance(week_of(MONDAY))
    new, *_ = diary.of(week_of(MONDAY))
    thinking = ahead(diary, STRATEGIC, OFFSITE)
    assert thinking[0].key == new.key
    assert ["The week before " in block.text for block in thinking if block.kind == STRATEGIC][:3] == [
        False,
        True,
        False,
    ]
    assert sum("• Why?" in block.text for block in thinking) == 1
    diary.run()
    check(diary)


def test_on_a_file_every_block_is_private_and_a_second_run_changes_no_byte(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")
    first, second = cli.call("park", "What for?"), cli.call("park", "What else?")
    assert "A private block shows it to you" in first.out
    assert "private" not in second.out
    cli.call("run", "-y")
    written = cli.content
    ours = [part for part in written.split(b"BEGIN:VEVENT") if b"X-BLOCKER-KEY" in part]
    assert {b"offsite", b"strategic"} <= {part.split(b"X-BLOCKER-KEY:")[1].split(b"/")[0] for part in ours}
    assert all(b"\r\nCLASS:PRIVATE\r\n" in part for part in ours)
    assert any(b"SUMMARY:Think: " in part for part in ours)
    cli.call("run")
    assert cli.content == written
    shared = written.replace(b"CLASS:PRIVATE", b"CLASS:PUBLIC")
    cli.calendar.write_bytes(shared)
    cli.call("run")
    assert b"What for?" in written.replace(b"\r\n ", b"")
    assert b"What for?" not in cli.content.replace(b"\r\n ", b"")
    assert b"CLASS:PRIVATE" not in cli.content


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleServer]:
    with google_answers(monkeypatch) as running:
        busy_weeks(running, date(2026, 9, 28), 11)
        yield running


def test_on_google_every_block_is_private_and_one_that_is_shared_keeps_no_question(
    server: GoogleServer,
) -> None:
    now = "2026-11-02T06:30"
    call("park", "What for?", now=now)
    assert call("run", "-y", now=now).code == 0
    made = google_blocks(server)
    assert {event["visibility"] for event in made} == {"private"}
    [asking] = [event for event in made if "What for?" in event["description"]]
    assert parts_of_text(asking["description"])[1]
    server.edit("primary", asking["id"], {"visibility": "default"})
    assert call("run", now=now).code == 0
    assert not [event for event in google_blocks(server) if "What for?" in event["description"]]
    assert not [
        event
        for event in google_blocks(server)
        if event.get("visibility") != "private" and TEXTS["later"] in event["description"]
    ]
