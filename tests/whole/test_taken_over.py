"""A block that a person made an event of their own still stands: nobody says that it was deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.command_line import CommandLine, sample

KEY = "strategic/2026-W46/1"
MARK = f"X-BLOCKER-KEY:{KEY}\r\n".encode()


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    cli = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")
    assert cli.call("run", "-y").code == 0
    return cli


@pytest.mark.parametrize(
    ("line", "how"),
    [
        (b"ATTENDEE:mailto:guest@example.org\r\n", "has guests now"),
        (b"RRULE:FREQ=WEEKLY;COUNT=2\r\n", "is a series now"),
    ],
)
def test_it_is_said_to_be_theirs_now_and_not_deleted(cli: CommandLine, line: bytes, how: str) -> None:
    cli.calendar.write_bytes(cli.content.replace(MARK, MARK + line))
    said = cli.call("plan").out
    assert f"{how}, so it is yours now, and is left alone." in said
    assert "you deleted it" not in said
    cli.now = "2026-11-03T06:30"
    assert f"{how}, so it is yours now, and is left alone." in cli.call("run").out
    assert MARK + line in cli.content
    assert "you deleted it" not in cli.call("plan").out


def test_a_later_plan_knows_it_too(cli: CommandLine) -> None:
    cli.calendar.write_bytes(cli.content.replace(MARK, MARK + b"ATTENDEE:mailto:guest@example.org\r\n"))
    cli.call("run")
    words = "you made it an event of your own, and nothing is booked in its place"
    assert f"{KEY}: {words}" in cli.call("-v", "plan").out
    assert f"thinking block in the week of 9 Nov: {words}" in cli.call("plan", "--all").out
    (answer,) = [item for item in cli.document("plan")["unplaced"] if item["key"] == KEY]
    assert (answer["code"], answer["why"]) == ("deleted", words)


def test_one_that_was_cancelled_was_deleted(cli: CommandLine) -> None:
    cli.calendar.write_bytes(cli.content.replace(MARK, MARK + b"STATUS:CANCELLED\r\n"))
    assert "you deleted it; it will not come back" in cli.call("plan").out
