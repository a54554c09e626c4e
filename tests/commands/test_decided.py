"""Decisions: written into a block or said by command, kept through undo, leave and a lost ledger, and shown again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from blocker.measuring.thinking import decision_in, with_block_decisions
from blocker.values.events import Ref, StandingBlock
from blocker.values.memory import Decision
from tests.tools.calendars_by_hand import MONDAY, at, slot
from tests.tools.command_line import CommandLine, sample

NOW = "2026-11-02T06:30"
EMPTY = rb"Decided:\\n"  # as a calendar file has the empty line
SENTENCE = b"Decided: We stop the weekly report.\\n"


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys, sample(tmp_path), NOW)


def decide_in_the_next_block(cli: CommandLine) -> str:
    """Write into the strategic block that is next, as a person does; its key."""
    events = re.findall(rb"BEGIN:VEVENT\r\n(?:(?!END:VEVENT).*\r\n)+END:VEVENT", cli.content)
    mine = [event for event in events if b"X-BLOCKER-KEY:strategic/" in event]
    first = min(mine, key=lambda event: re.search(rb"DTSTART[^:]*:(\S+)", event)[1])  # type: ignore[index]
    unfolded = first.replace(b"\r\n ", b"")
    assert len(re.findall(EMPTY, unfolded)) == 1
    cli.calendar.write_bytes(cli.content.replace(first, re.sub(EMPTY, lambda _: SENTENCE, unfolded)))
    return re.search(rb"X-BLOCKER-KEY:(\S+)", first)[1].decode()  # type: ignore[index]


def said(cli: CommandLine) -> list[str]:
    return [one["text"] for one in cli.document("decided")["decided"]]


def test_the_line_is_read_with_whatever_an_editor_makes_of_it() -> None:
    assert decision_in("Why?\n\nDecided:\n\nMove it") == ""
    assert decision_in("Decided: We stop it.\n decided:  And start that. ") == "We stop it.; And start that."
    assert decision_in("Why?<br>Decided: A &amp; B <b>now</b><br/>Move it") == "A & B now"
    assert decision_in("We decided: nothing") == ""


def test_of_one_block_other_words_take_the_place_of_the_first_and_none_is_there_twice() -> None:
    there = slot(MONDAY, "10:00", "12:00")

    def block(text: str) -> StandingBlock:
        return StandingBlock("strategic/2026-W45/1", "strategic", there, there, "", text, Ref("a", "1"))

    first = with_block_decisions((), [block("Decided: A")])
    assert [(one.text, one.at) for one in first] == [("A", there.start)]
    kept = (
        Decision(7, "A", there.start, "strategic/2026-W45/1"),
        Decision(8, "By command", at(MONDAY, "09:00")),
    )
    assert [(d.id, d.text) for d in with_block_decisions(kept, [block("Decided: B")])] == [
        (8, "By command"),
        (7, "B"),
    ]
    assert {d.text for d in with_block_decisions(kept, [block("Decided:")])} == {"A", "By command"}
    left = (Decision(7, "A", there.start),)
    assert [d.id for d in with_block_decisions(left, [block("Decided: A")])] == [7]


def test_a_decision_of_the_command_is_kept_and_listed(cli: CommandLine) -> None:
    assert cli.call("decided").out == "Nothing is decided yet.\n"
    assert cli.call("decided", "We", "stop  it.").code == 0
    assert "Mon  2 Nov 2026  We stop it.\n" in cli.call("decided").out
    assert said(cli) == ["We stop it."]


def test_what_is_written_into_a_block_is_kept_and_never_written_over(cli: CommandLine) -> None:
    cli.call("run", "-y")
    decide_in_the_next_block(cli)
    for day in range(2, 20):
        cli.now = f"2026-11-{day:02d}T06:30"
        assert cli.call("run").code == 0
        assert said(cli) == ["We stop the weekly report."]
        assert SENTENCE in cli.content.replace(b"\r\n ", b"")


@pytest.mark.parametrize("command", [("leave", "--remove", "-y"), ("skip",)])
def test_it_survives_the_block_that_goes(cli: CommandLine, command: tuple[str, ...]) -> None:
    cli.call("run", "-y")
    key = decide_in_the_next_block(cli)
    words = (*command, key) if command == ("skip",) else command
    assert cli.call(*words).code == 0
    assert key.encode() not in cli.content
    assert said(cli) == ["We stop the weekly report."]
    cli.call("run", "-y")
    assert said(cli) == ["We stop the weekly report."]


def test_undo_takes_no_decision_back(cli: CommandLine) -> None:
    cli.call("run", "-y")
    key = decide_in_the_next_block(cli)
    assert cli.call("undo").code == 3  # what they wrote in stays
    assert key.encode() in cli.content
    cli.call("run", "-y")
    assert said(cli) == ["We stop the weekly report."]


def test_a_lost_ledger_reads_it_again(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.call("run", "-y")
    decide_in_the_next_block(cli)
    cli.call("run", "-y")
    assert "back this folder up" in cli.call("check").out
    monkeypatch.setenv("BLOCKER_STATE_DIR", str(tmp_path / "another"))
    assert said(cli) == []
    for _ in range(2):
        assert cli.call("run", "-y").code == 0
        assert said(cli) == ["We stop the weekly report."]
