"""What is wrong with a config file, through the command line: all of it at once, each in its place, exit 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.command_line import CommandLine, sample

# setting → what has to be said of it: place, problem, nearest valid name
WRONG = {
    'timezone = "Europe/Berln"': "line {n}: unknown time zone “Europe/Berln”; did you mean “Europe/Berlin”?",
    'holidays = "Germany"': "line {n}: unknown holiday code “Germany”; did you mean “DE”?",
    "[hours]": "",
    'mon = ["09:00-12:00", "11:00-17:30"]': "line {n}: 11:00-17:30 overlaps 09:00-12:00",
    'tue = ["17:00-09:00"]': (
        "line {n}: “17:00-09:00” ends before it starts; over midnight it is two ranges: “17:00-24:00”, and “00:00-09:00” on the day after"
    ),
    'mond = ["09:00-12:00"]': "line {n}: unknown key “mond”; did you mean “mon”?",
    'lunch = { within = "12:00-12:30", minutes = 60 }': (
        "line {n}: 60 minutes of lunch don't fit into 12:00-12:30 (30 minutes)"
    ),
    "[classify]": "",
    "strategic = [\"title ~ 'strat(egy'\"]": "line {n}: not a valid pattern: missing ),",
    "personel = [\"title ~ 'x'\"]": "line {n}: unknown kind of time “personel”; did you mean “personal”?",
    "[[rule]]": "",
    'name = "amber"': "",
    'when = "operational_shar >= 50% or meetings > 5 and focus_hour < 3"': (
        "line {n}: unknown measure 'operational_shar'; did you mean “operational_share”?"
        "|line {n}: unknown measure 'focus_hour'; did you mean “focus_hours”?"
    ),
    "book = { strategik = 2 }": "line {n}: unknown kind “strategik”; did you mean “strategic”?",
    "[[rule]] ": "",
    'name = "red"': "",
    'when = "two of (operational_share >= 5h, meetings >= many)"': (
        "line {n}: operational_share is a share and can't be compared with a time"
        "|line {n}: expected a number, found many"
    ),
    'book = { strategic = "two" }': "line {n}: expected a whole number, not text",
}


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    path = tmp_path / "config.toml"
    path.write_text("\n".join(WRONG) + "\n", encoding="utf-8")
    monkeypatch.setenv("BLOCKER_CONFIG", str(path))
    return CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")


def expected() -> list[str]:
    return [
        part.format(n=number)
        for number, said in enumerate(WRONG.values(), start=1)
        for part in said.split("|")
        if part
    ]


@pytest.mark.parametrize("command", [("load",), ("run", "-y"), ("calibrate",), ("check",)])
def test_every_problem_is_named_at_once_with_its_place(cli: CommandLine, command: tuple[str, ...]) -> None:
    before = cli.content
    said = cli.call(*command)
    assert (said.code, said.out) == (2, "")
    assert f"{len(expected())} problems in " in said.err
    for words in expected():
        assert words in said.err
    assert cli.content == before


def test_programs_get_them_as_a_list(cli: CommandLine) -> None:
    problems = cli.document("load", code=2)["error"]["problems"]
    assert len(problems) == len(expected())
    for problem, words in zip(problems, expected(), strict=True):
        assert problem.startswith(words)
