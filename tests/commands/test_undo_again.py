"""What ``undo`` took back is not booked again, is not blamed on the person, and comes back if they ask for it."""

from __future__ import annotations

import re
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from blocker.cli import main
from tests.tools.command_line import CommandLine, sample


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """A run, and its undo."""
    cli = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")
    assert cli.call("run", "-y").code == 0
    return cli


def created(document: Any) -> set[str]:
    return {c["key"] for c in document["changes"] if c["action"] == "create"}


def test_it_is_said_that_the_person_took_it_back_not_that_they_deleted_it(cli: CommandLine) -> None:
    cli.call("undo")
    said = cli.call("plan", "--all").out
    assert "deleted" not in said
    assert "weekly minimum: taken back by you" in said
    assert "you took it back with undo, and nothing is booked in its place" in said
    assert "Half day, October to December: not found yet" in said
    cli.now = "2026-11-16T06:30"
    cli.call("run")
    assert "deleted it" not in cli.call("history").out
    assert ": you took it back with undo." in cli.call("explain", "2026-W45").out


def test_the_json_keeps_to_the_words_of_its_contract(cli: CommandLine) -> None:
    cli.call("undo")
    document = cli.document("plan")
    assert {week["floor"] for week in document["weeks"]} == {"deleted"}
    answers = [item for item in document["unplaced"] if item["code"] != "no_room"]
    assert {item["code"] for item in answers} == {"deleted"}
    assert all("back with undo" in item["why"] for item in answers)


def test_undo_says_how_to_get_it_back_and_that_is_true_of_every_block(cli: CommandLine) -> None:
    made = {c["key"] for c in cli.document("plan")["changes"]}
    said = cli.call("undo")
    assert "is not booked again unless you ask" in said.out
    weeks = re.findall(r"blocker (?:--calendar \S+ )?rebalance '?([^'\n]+)", said.out)
    assert len(weeks) == 5
    before = cli.content
    assert cli.call("run").code == 0
    assert cli.content == before
    for week in weeks:
        assert cli.call("rebalance", week, "-y").code == 0
    there = {c["key"] for c in cli.document("plan")["changes"] if c["action"] in ("keep", "update")}
    ours = [key for key in made if key.count("/") > 1]  # the offsite and its note are no week's affair
    strategic = {key for key in ours if key.startswith("strategic/")}
    there_in = Counter(key.rpartition("/")[0] for key in there)
    assert Counter(key.rpartition("/")[0] for key in strategic) <= there_in, "with less notice it may be more"
    assert any(key.startswith("frontline/") for key in there)


class Person(StringIO):
    """Somebody at a terminal who gives these answers, one to each question."""

    def isatty(self) -> bool:
        return True


def at_a_terminal(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, answers: str, *words: str
) -> tuple[str, int]:
    """What was said to the person, and how many of their answers were wanted."""
    person, said = Person(answers), Person()
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdin", person)
        patch.setattr("sys.stderr", said)
        assert main(["--calendar", f"ics:{cli.calendar}", "--now", cli.now, *words]) == 0
    return said.getvalue(), answers[: person.tell()].count("\n")


def test_the_next_run_at_a_terminal_asks_once_and_books_on_a_yes(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = cli.content.count(b"X-BLOCKER-KEY")
    cli.call("undo")
    said, asked = at_a_terminal(cli, monkeypatch, "y\nno more\n", "run")
    assert asked == 1
    assert "You took the last run back with undo:" in said
    assert "Book these again? [y]es, [n]o" in said
    assert cli.content.count(b"X-BLOCKER-KEY") == made
    assert cli.call("undo").code == 0
    assert at_a_terminal(cli, monkeypatch, "n\n", "run")[1] == 1, "each undo is asked about"
    assert cli.content.count(b"X-BLOCKER-KEY") == 0


def test_a_no_is_not_asked_again_and_stays_a_no(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.call("undo")
    before = cli.content
    assert at_a_terminal(cli, monkeypatch, "n\n", "run")[1] == 1
    assert at_a_terminal(cli, monkeypatch, "y\n", "run")[1] == 0
    assert "back with undo: not booked again" not in cli.call("run").out
    assert cli.content == before


def test_without_a_terminal_it_is_said_once(cli: CommandLine) -> None:
    assert "is not booked again unless you ask" in cli.call("undo").out
    for words in (("plan",), ("run",), ("run", "--cron")):
        assert "undo" not in cli.call(*words).out


def test_other_settings_than_it_was_undone_under_plan_anew(cli: CommandLine, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[hours]\nmon = ["08:00-16:00"]\ntue = ["08:00-16:00"]\nwed = ["08:00-16:00"]\n')
    cli.call("undo")
    before = cli.content
    assert cli.call("run", options=("-c", str(config))).code == 0
    assert cli.content != before
    assert cli.content.count(b"X-BLOCKER-KEY") >= 5
    assert cli.call("run").code == 0


def test_what_undo_put_back_is_the_persons(cli: CommandLine) -> None:
    """A week skipped and the skip undone: its blocks are where they were, and no rebalance moves them."""
    cli.call("skip", "2026-W46")
    assert cli.call("undo").code == 0
    before = cli.content
    assert cli.call("rebalance", "2026-W46", "-y").code == 0
    assert cli.content == before
    kept = [c for c in cli.document("plan")["changes"] if c["key"].startswith("strategic/2026-W46")]
    assert kept
    assert all(change["why"].startswith("you put it back with undo") for change in kept)


def test_what_a_person_deleted_by_hand_does_not_come_back_with_it(cli: CommandLine) -> None:
    (day,) = {c["start"][:10] for c in cli.document("plan")["changes"] if c["key"] == "offsite/2026-Q4"}
    event = re.compile(rb"BEGIN:VEVENT\r\n(?:(?!END:VEVENT).*\r\n)*END:VEVENT\r\n")
    offsite = b"X-BLOCKER-KEY:offsite/2026-Q4\r\n"
    cli.calendar.write_bytes(event.sub(lambda it: b"" if offsite in it[0] else it[0], cli.content))
    assert cli.call("run").code == 0
    assert cli.call("rebalance", day, "-y").code == 2  # beyond what is planned: a week, and nothing else
    assert offsite not in cli.content
    assert "Half day, October to December: not found yet" in cli.call("plan", "--all").out
    assert "you deleted it" in cli.call("plan", "--all").out


def test_an_undo_that_made_nothing_go_away_says_nothing_of_it(cli: CommandLine) -> None:
    cli.call("skip", "2026-W46")
    assert "not booked again unless" not in cli.call("undo").out


KEY = "strategic/2026-W47/1"
EVENT = re.compile(rb"BEGIN:VEVENT\r\n(?:(?!END:VEVENT).)*?END:VEVENT\r\n", re.DOTALL)
FOREIGN = b"BEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%s\r\nDTEND:%s\r\nSUMMARY:Theirs\r\nEND:VEVENT\r\n"
EDITS = {
    "nothing": (),
    "title": (b"SUMMARY",),
    "text": (b"DESCRIPTION",),
    "both": (b"SUMMARY", b"DESCRIPTION"),
}


def block_of(content: bytes) -> bytes:
    return next(event for event in EVENT.findall(content) if f"X-BLOCKER-KEY:{KEY}\r\n".encode() in event)


def edit(cli: CommandLine, names: tuple[bytes, ...], words: bytes) -> None:
    old = new = block_of(cli.content)
    for name in names:
        new = re.sub(rb"(?m)^" + name + rb":[^\r\n]*(?:\r\n [^\r\n]*)*", name + b":" + words, new)
    assert (new != old) == bool(names)
    cli.calendar.write_bytes(cli.content.replace(old, new))


def add(cli: CommandLine, uid: bytes, start: bytes, end: bytes) -> None:
    at = cli.content.rindex(b"END:VCALENDAR")
    cli.calendar.write_bytes(cli.content[:at] + FOREIGN % (uid, start, end) + cli.content[at:])


def times_of(block: bytes) -> tuple[bytes, bytes]:
    found = re.search(rb"X-BLOCKER-SLOT:(\w+)/(\w+)", block)
    assert found
    return found[1], found[2]


@pytest.mark.parametrize("after", EDITS)
@pytest.mark.parametrize("foreign", [False, True], ids=["alone", "a foreign change"])
@pytest.mark.parametrize("before", EDITS)
def test_a_move_is_taken_back_whoever_chose_the_words(
    cli: CommandLine, before: str, foreign: bool, after: str
) -> None:
    edit(cli, EDITS[before], b"Own words")
    edited = block_of(cli.content)
    add(cli, b"hit", *times_of(edited))
    assert cli.call("run").code == 0
    moved = block_of(cli.content)
    assert times_of(moved) != times_of(edited), "the case needs a move"
    if foreign:
        add(cli, b"late", b"20010101T100000Z", b"20010101T110000Z")
    edit(cli, EDITS[after], b"Later words")
    changed, theirs = block_of(cli.content), cli.content.count(b"SUMMARY:Theirs")
    said = cli.call("undo")
    now = block_of(cli.content)
    if after == "nothing":
        assert said.code == 0, said.out
        assert times_of(now) == times_of(edited)
        assert now == edited
    else:
        assert said.code == 3
        assert "left as it is, because you changed it since" in said.out
        assert now == changed
    assert cli.content.count(b"SUMMARY:Theirs") == theirs
