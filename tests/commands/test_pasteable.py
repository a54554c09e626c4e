"""Commands that answers and hints name can be pasted as they are, for the same calendar and config."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from blocker.cli import main
from tests.tools.command_line import CommandLine, sample

NOW = "2026-11-02T06:30"


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    folder = tmp_path / "my calendars"
    folder.mkdir()
    return CommandLine(capsys, sample(folder), NOW)


def paste(command: str) -> int:
    """The exit code of a command as a hint names it, at the same moment."""
    program, *words = shlex.split(command)
    assert program == "blocker"
    return main(["--now", NOW, *words])


def named(said: str) -> str:
    """The last command that is named."""
    return said[said.rindex("blocker ") :].splitlines()[0]


def test_the_yes_to_the_first_run_goes_to_the_same_calendar(cli: CommandLine) -> None:
    said = cli.call("run")
    assert said.code == 4
    command = named(said.err)
    before = cli.content
    assert paste(command) == 0
    assert cli.content != before


def test_the_yes_to_rebalance_goes_to_the_same_calendar_and_week(cli: CommandLine) -> None:
    cli.call("run", "-y")
    said = cli.call("rebalance", "2026-W46")
    assert said.code == 2
    command = re.search(r"blocker .*-y", said.err)
    assert command is not None
    assert shlex.split(command[0]) == [
        "blocker", "--calendar", f"ics:{cli.calendar}", "rebalance", "2026-W46", "-y",
    ]  # fmt: skip
    assert paste(command[0]) == 0


def test_a_config_that_was_named_is_named_again(cli: CommandLine, tmp_path: Path) -> None:
    config = tmp_path / "other.toml"
    config.write_text(f'calendar = "ics:{cli.calendar}"\n', encoding="utf-8")
    cli.capsys.readouterr()
    assert main(["--now", NOW, "-c", str(config), "run"]) == 4
    command = named(cli.capsys.readouterr().err)
    assert shlex.split(command) == ["blocker", "-c", str(config), "run", "-y"]
    assert paste(command) == 0


def test_what_the_config_says_needs_no_word(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOCKER_CALENDAR", f"ics:{cli.calendar}")
    cli.capsys.readouterr()
    assert main(["--now", NOW, "run"]) == 4
    assert named(cli.capsys.readouterr().err) == "blocker run -y"


def test_what_ends_a_pause_and_takes_blocks_away_names_the_calendar(cli: CommandLine) -> None:
    cli.call("run", "-y")
    wanted = shlex.quote(f"ics:{cli.calendar}")
    assert f"blocker --calendar {wanted} resume" in cli.call("pause", "--until", "2026-11-20").out
    assert f"blocker --calendar {wanted} leave --remove" in cli.call("leave").out
