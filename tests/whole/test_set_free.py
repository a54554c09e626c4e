"""What a person set free stays free, also where it was free at first and turned busy near its day."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.tools.command_line import CommandLine, sample

SHOWN = (b"TRANSP:OPAQUE", b"TRANSP:TRANSPARENT")


def shown(cli: CommandLine) -> dict[str, bool]:
    """Whether each timed block is busy, by key."""
    events = re.findall(rb"BEGIN:VEVENT\r\n(?:(?!END:VEVENT).*\r\n)+END:VEVENT", cli.content)
    found = {}
    for event in events:
        key = re.search(rb"X-BLOCKER-KEY:(\S+)", event)
        if key is not None and b"DTSTART;VALUE=DATE:" not in event:
            found[key[1].decode()] = SHOWN[1] not in event
    return found


def set_free(cli: CommandLine, key: str) -> None:
    def freed(event: re.Match[bytes]) -> bytes:
        text = event[0]
        if f"X-BLOCKER-KEY:{key}\r\n".encode() not in text:
            return text
        text = text.replace(SHOWN[0] + b"\r\n", b"")
        return text.replace(b"END:VEVENT", SHOWN[1] + b"\r\nEND:VEVENT")

    events = rb"BEGIN:VEVENT\r\n(?:(?!END:VEVENT).*\r\n)+END:VEVENT"
    cli.calendar.write_bytes(re.sub(events, freed, cli.content))


def test_a_block_that_turned_busy_and_was_set_free_stays_free(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")
    assert cli.call("run", "-y").code == 0
    free = [key for key, busy in shown(cli).items() if not busy]
    assert free
    turned = []
    for day in range(3, 28):
        cli.now = f"2026-11-{day:02d}T06:30"
        assert cli.call("run", "-y").code == 0
        turned = [key for key in free if shown(cli).get(key)]
        if turned:
            break
    assert turned, "near its day a block is busy"
    set_free(cli, turned[0])
    assert shown(cli)[turned[0]] is False
    for _ in range(2):
        assert cli.call("run", "-y").code == 0
        assert shown(cli)[turned[0]] is False
