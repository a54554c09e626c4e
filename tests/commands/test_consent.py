"""Before it writes, a person is asked: yes, no, each, details. What is said no to is not done this time."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tools.command_line import CommandLine, Said, sample


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


Answers = Callable[..., Said]


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")


@pytest.fixture
def answer(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Call a command and type these lines at its questions; then nothing more comes."""

    def call(*words: str, typed: str) -> Said:
        heard = Terminal()
        monkeypatch.setattr(sys, "stdin", Terminal(typed))
        monkeypatch.setattr(sys, "stderr", heard)
        said = cli.call("--plain", *words)
        return Said(said.code, said.out, heard.getvalue())

    return call


def on_calendar(cli: CommandLine) -> int:
    return cli.content.count(b"X-BLOCKER-KEY")


def test_yes_does_all_of_it_and_says_so_in_one_line(cli: CommandLine, answer: Answers) -> None:
    planned = cli.document("plan")["summary"]["create"]
    said = answer("run", typed="y\n")
    assert said.code == 0
    assert "[y]es, [n]o, [e]ach, [d]etails" in said.err
    assert said.out.splitlines()[0].startswith(f"Done: {planned} new blocks.")
    assert len(said.out.splitlines()) == 1  # the plan was there a moment ago
    assert on_calendar(cli) == planned


@pytest.mark.parametrize(
    ("typed", "why"), [("n\n", "you said no"), ("", "no answer came"), ("maybe\nn\n", "you said no")]
)
def test_no_and_no_answer_do_nothing(cli: CommandLine, answer: Answers, typed: str, why: str) -> None:
    before = cli.content
    said = answer("run", typed=typed)
    assert said.code == 4
    assert f"nothing was written: {why}" in said.err
    assert cli.content == before


def test_each_does_only_what_was_said_yes_to_and_offers_the_rest_again(
    cli: CommandLine, answer: Answers
) -> None:
    planned = cli.document("plan")["summary"]["create"]
    said = answer("run", typed="e\ny\nn\ny\nq\n")
    assert said.code == 0
    assert said.err.count("Do this?") == 4
    assert 2 <= on_calendar(cli) < planned
    left = cli.document("plan")["summary"]["create"]
    assert left + on_calendar(cli) == planned  # a no is not a deletion


def test_each_that_ends_early_does_nothing(cli: CommandLine, answer: Answers) -> None:
    before = cli.content
    said = answer("run", typed="e\ny\ny\n")
    assert said.code == 4
    assert "nothing was written: no answer came" in said.err
    assert cli.content == before


def test_each_without_a_yes_does_nothing(cli: CommandLine, answer: Answers) -> None:
    before = cli.content
    assert answer("run", typed="e\nq\n").code == 4
    assert cli.content == before


def test_details_come_before_the_same_question(cli: CommandLine, answer: Answers) -> None:
    said = answer("run", typed="d\nn\n")
    assert said.err.count("Make these changes") == 2
    assert said.err.index("next best: ") > said.err.index("Make these changes")


def test_an_interruption_at_the_question_does_nothing(
    cli: CommandLine, answer: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(self: Terminal) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(Terminal, "readline", interrupt)
    before = cli.content
    said = answer("run", typed="")
    assert said.code == 130
    assert "nothing was done" in said.err
    assert cli.content == before


def test_rebalance_asks_every_time(cli: CommandLine, answer: Answers) -> None:
    cli.call("run", "-y")
    cli.now = "2026-11-03T06:30"
    before = cli.content
    said = answer("rebalance", typed="n\n")
    if said.code == 0:  # nothing to change
        assert "Up to date" in said.out
    else:
        assert said.code == 4
    assert cli.content == before
