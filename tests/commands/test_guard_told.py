"""The guard's no is told wherever a run is looked at beforehand, and names every way on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.tools.command_line import CommandLine, sample

EVENT = re.compile(rb"BEGIN:VEVENT\r\n(?:(?!END:VEVENT).*\r\n)*END:VEVENT\r\n")


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """A copy of the calendar from before the first run was put back."""
    cli = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")
    before = cli.content
    assert cli.call("run", "-y").code == 0
    cli.calendar.write_bytes(before)
    return cli


@pytest.mark.parametrize(
    ("words", "then"), [(("plan",), "run"), (("run", "-n"), "run"), (("rebalance", "-n"), "rebalance")]
)
def test_who_looks_first_hears_that_it_would_be_refused(
    cli: CommandLine, words: tuple[str, ...], then: str
) -> None:
    said = cli.call(*words)
    assert said.code == 0
    assert "Up to date" not in said.out
    last = said.out.splitlines()[-1]
    assert "It would be refused: " in last
    assert "are gone at once" in last
    assert "--force" in last
    assert "are gone at once" in cli.document(*words)["refused"]
    assert cli.call(then, "-y").code == 4


def test_a_quiet_look_says_it_too(cli: CommandLine) -> None:
    assert "It would be refused" in cli.call("plan", options=("-q",)).out


def test_nothing_is_refused_of_what_is_forced(cli: CommandLine) -> None:
    assert "refused" not in cli.document("run", "-n", "--force")
    assert "refused" not in cli.call("run", "-n", "--force").out


def test_a_copy_that_was_put_back_can_be_planned_afresh(cli: CommandLine) -> None:
    said = cli.call("run")
    assert said.code == 4
    assert "an older copy" in said.err
    assert "blocker leave --remove" in said.err
    before = cli.content
    assert cli.call("leave", "--remove", "-y").code == 0
    assert cli.content == before
    assert cli.call("run", "-y").code == 0
    assert cli.content.count(b"X-BLOCKER-KEY:strategic/") > 3
    assert "deleted" not in {week["floor"] for week in cli.document("plan")["weeks"]}


def test_other_writes_are_counted_beside_the_refusal(cli: CommandLine) -> None:
    cli.now = "2026-11-09T06:30"
    last = cli.call("plan").out.splitlines()[-1]
    assert re.match(r"\d+ new blocks.*\. It would be refused: ", last)
