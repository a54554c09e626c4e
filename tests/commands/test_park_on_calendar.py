"""A question parked where it arises: an event of one's own on the calendar, titled ``park: …``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.test_park import block, questions
from tests.tools.command_line import CommandLine, sample

NOW = "2026-11-02T06:30"
ASKS = """\
BEGIN:VEVENT
UID:ask-1@example.org
DTSTAMP:20261101T080000Z
DTSTART:20261103T090000Z
DTEND:20261103T100000Z
SUMMARY:Park: why do we certify at all?
{more}END:VEVENT
"""


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys, sample(tmp_path), NOW)


def write(cli: CommandLine, more: str = "") -> bytes:
    component = ASKS.format(more=more).replace("\n", "\r\n").encode()
    content = cli.calendar.read_bytes()
    cli.calendar.write_bytes(content.replace(b"END:VCALENDAR", component + b"END:VCALENDAR"))
    return component


def change(cli: CommandLine, before: bytes, after: bytes) -> None:
    content = cli.calendar.read_bytes()
    assert before in content
    cli.calendar.write_bytes(content.replace(before, after))


def test_it_is_in_the_next_block_and_takes_no_time(cli: CommandLine) -> None:
    hours = cli.document("load")["weeks"][0]["load"]["operational_hours"]
    component = write(cli)
    assert cli.document("load")["weeks"][0]["load"]["operational_hours"] == hours
    cli.call("run", "-y")
    (asked,) = questions(cli)
    assert (asked["text"], asked["state"]) == ("why do we certify at all?", "open")
    key = cli.document("park", "And a second one?")["waits_in"]["key"]
    cli.call("run")
    assert "why do we certify at all?" in block(cli, key).text
    assert component in cli.calendar.read_bytes()
    before = cli.calendar.read_bytes()
    cli.call("run")
    assert cli.calendar.read_bytes() == before


def test_deleting_the_event_ends_the_question(cli: CommandLine) -> None:
    component = write(cli)
    cli.call("run", "-y")
    change(cli, component, b"")
    cli.call("run")
    assert [question["state"] for question in questions(cli, "--all")] == ["dropped"]
    write(cli)  # it is back: an ended question stays ended
    cli.call("run")
    assert questions(cli) == []


def test_another_title_is_another_wording_of_it(cli: CommandLine) -> None:
    write(cli)
    cli.call("run", "-y")
    change(cli, b"why do we certify at all?", b"what is certification for?")
    cli.call("run")
    assert [question["text"] for question in questions(cli)] == ["what is certification for?"]


def test_one_that_is_done_stays_done_while_its_event_is_there(cli: CommandLine) -> None:
    write(cli)
    cli.call("run", "-y")
    cli.call("parked", "done", "1")
    cli.call("run")
    assert [question["state"] for question in questions(cli, "--all")] == ["done"]


@pytest.mark.parametrize(
    "more",
    [
        "ORGANIZER:mailto:anna@example.org\nATTENDEE:mailto:dana.weiss@example.org\n",
        "ATTENDEE:mailto:anna@example.org\n",
        "CLASS:PRIVATE\n",
        "STATUS:CANCELLED\n",
    ],
    ids=["an invitation", "with others", "private", "cancelled"],
)
def test_what_is_no_question_of_ones_own(cli: CommandLine, more: str) -> None:
    write(cli, more)
    cli.call("run", "-y")
    assert questions(cli) == []
