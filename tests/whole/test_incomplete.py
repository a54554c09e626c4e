"""What can't be read is neither gone nor asked for again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.tools.command_line import CommandLine, sample


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")


@pytest.mark.parametrize("kind", ["offsite/2026", "note/", "strategic/2026-W46/1", "frontline/"])
def test_a_block_of_ours_that_cannot_be_read_is_not_made_again(cli: CommandLine, kind: str) -> None:
    assert cli.call("run", "-y").code == 0
    parts = re.split(rb"(BEGIN:VEVENT\r\n.*?END:VEVENT\r\n)", cli.content, flags=re.DOTALL)
    (at,) = [n for n, part in enumerate(parts) if re.search(rb"X-BLOCKER-KEY:%s" % kind.encode(), part)][:1]
    kind = re.findall(r"X-BLOCKER-KEY:(\S+)", parts[at].decode())[0]
    parts[at] = re.sub(rb"DTSTART[^\r]*", b"DTSTART:soon", parts[at])
    spoilt = b"".join(parts)
    cli.calendar.write_bytes(spoilt)
    for now in ("2026-11-02T07:30", "2026-11-03T06:30"):
        cli.now = now
        document = cli.document("run")
        assert not [c for c in document["changes"] if c["key"].startswith(kind) and c["action"] != "keep"]
        assert not [u for u in document["unplaced"] if u["key"].startswith(kind)]
        if kind.startswith("offsite/"):
            assert "present" in {quarter["offsite"] for quarter in document["quarters"]}
        assert parts[at] in cli.content
