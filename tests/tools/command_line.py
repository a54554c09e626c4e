"""The command line as tests call it: in this process, with the exit code and both streams."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from blocker.cli import main
from blocker.commands.sample import sample_calendar


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def flat_err(self) -> str:
        """What stands on stderr, on one line: a screen breaks it anywhere."""
        return " ".join(self.err.split())

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class CommandLine:
    """``call("run", "-y")`` on one calendar at one moment; both can be changed between calls."""

    def __init__(self, capsys: pytest.CaptureFixture[str], calendar: Path, now: str) -> None:
        self.capsys, self.calendar, self.now = capsys, calendar, now

    def call(self, *words: str, options: tuple[str, ...] = ()) -> Said:
        self.capsys.readouterr()
        code = main(["--calendar", f"ics:{self.calendar}", "--now", self.now, *options, *words])
        out, err = self.capsys.readouterr()
        return Said(code, out, err)

    def document(self, *words: str, code: int = 0) -> Any:
        said = self.call(*words, options=("--json",))
        assert said.code == code, said
        return said.json

    @property
    def content(self) -> bytes:
        return self.calendar.read_bytes()


def sample(tmp_path: Path, today: date = date(2026, 11, 2)) -> Path:
    path = tmp_path / "calendar.ics"
    path.write_bytes(sample_calendar(today))
    return path
