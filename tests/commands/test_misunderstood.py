"""A command line that can't be understood: what is wrong is named in words, with the next step, exit 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from blocker.calendars import offered, schemes
from blocker.cli import main
from blocker.commands.registry import COMMANDS
from tests.tools.command_line import CommandLine, sample

NAMES = list(COMMANDS)
KINDS = " or ".join((", ".join(schemes()[:-1]), schemes()[-1]))


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")


def complaint(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("--calender ics:c.ics plan", "there is no option --calender; did you mean --calendar?", "blocker --help"),
        ("--calender=ics:c.ics plan", "there is no option --calender; did you mean --calendar?", "blocker --help"),
        ("--jsn plan", "there is no option --jsn; did you mean --json?", "blocker --help"),
        ("-c run --verbosee plan", "there is no option --verbosee; did you mean --verbose?", "blocker --help"),
        ("run --dryrun", "there is no option --dryrun; did you mean --dry-run?", "blocker run --help"),
        ("plan --jsn", "there is no option --jsn; did you mean --json?", "blocker plan --help"),
        ("explain --jsn", "there is no option --jsn; did you mean --json?", "blocker explain --help"),
        ("cron install --att 7", "there is no option --att; did you mean --at?", "blocker cron install --help"),
        ("plan --xyzzy", "there is no option --xyzzy\n", "blocker plan --help"),
        ("plan -z", "there is no option -z\n", "blocker plan --help"),
        ("--dry-run run", "--dry-run goes after its command", "blocker run --dry-run"),
        ("--dryrun run", "there is no option --dryrun; did you mean --dry-run?", "blocker run --help"),
    ],
)  # fmt: skip
def test_an_option_that_nobody_knows_is_named_with_the_nearest(
    capsys: pytest.CaptureFixture[str], line: str, message: str, hint: str
) -> None:
    said = complaint(capsys, *line.split())
    assert message in said
    assert said.rstrip().endswith(hint)


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("pln", "there is no command “pln”; did you mean plan?", "blocker --help"),
        ("pln run --dry-run", "there is no command “pln”; did you mean plan?", "blocker --help"),
        ("xyzzy", "there is no command “xyzzy”\n", "blocker --help"),
        ("help pln", "there is no command “pln”; did you mean plan?", "blocker --help"),
        ("cron instal --at 06:30", "blocker: cron: “instal” is not supported; did you mean install?", "cron --help"),
        ("connect gogle", "blocker: connect: “gogle” is not supported; did you mean google?", "connect --help"),
        ("connect exchange", f"blocker: connect: “exchange” is not supported; choose {KINDS}", "connect --help"),
        ("calibrate --write ambr", "--write: “ambr” is not supported; did you mean amber?", "calibrate --help"),
        ("calibrate --write xyzzy", "--write: “xyzzy” is not supported; choose amber, red or both", "calibrate --help"),
    ],
)  # fmt: skip
def test_a_word_that_nobody_knows_is_told_with_the_nearest_or_all(
    capsys: pytest.CaptureFixture[str], line: str, message: str, hint: str
) -> None:
    said = complaint(capsys, *line.split())
    assert message in said
    assert said.rstrip().endswith(hint)
    assert len(said) < 200


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("explain", "explain needs DATE, WEEK or KEY\n"),
        ("connect", f"connect needs {KINDS}\n"),
        ("cron", "cron needs install, show or remove\n"),
        ("pause", "pause needs --until\n"),
        ("parked done", "parked done needs ID\n"),
        ("-v", "the command is missing\n"),
        ("plan today", "plan does not take “today”\n"),
        ("load --ahead x", "--ahead: “x” is not a whole number\n"),
        ("history --weeks 2.5", "--weeks: “2.5” is not a whole number\n"),
        ("parked done x", "ID: “x” is not a whole number\n"),
        ("busy many", "HOURS: “many” is not a number; write hours such as 2.5\n"),
        ("-v -q plan", "-v/--verbose and -q/--quiet do not go together\n"),
        ("plan --calendar", "--calendar needs a word after it\n"),
        ("run --yes=no", "-y/--yes is used alone, without “no”\n"),
    ],
)
def test_what_is_missing_or_no_number_is_said_in_words(
    capsys: pytest.CaptureFixture[str], line: str, message: str
) -> None:
    said = complaint(capsys, *line.split())
    assert said.startswith(f"blocker: {message}")
    assert said.rstrip().endswith("--help")


def test_programs_hear_of_it_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--json", "--dryrun"]) == 2
    assert '"message": "there is no option --dryrun; did you mean --dry-run?"' in capsys.readouterr().out


@pytest.mark.parametrize("words", [(), ("help",), ("--help",)])
def test_without_a_command_the_help_is_shown(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    out = capsys.readouterr().out
    assert ended.value.code == 0
    assert all(f"    {name} " in out for name in NAMES)


def test_help_knows_each_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["help", "run"])
    assert capsys.readouterr().out.startswith("usage: blocker run")


@pytest.mark.parametrize("name", NAMES)
def test_each_commands_help_ends_with_the_options_that_all_have(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([name, "--help"])
    assert capsys.readouterr().out.endswith(
        "Also: the options of blocker --help, such as --json, -v, -q and --calendar.\n"
    )


def test_parkeds_help_shows_that_done_and_drop_may_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["parked", "--help"])
    assert "[done ID … | drop ID …]" in capsys.readouterr().out


@pytest.mark.parametrize("hours", ["2.5", "2,5"])
def test_hours_may_have_a_decimal_comma(cli: CommandLine, hours: str) -> None:
    assert cli.document("busy", hours)["busy_hours"] == 2.5


def test_a_kind_of_calendar_that_is_not_there_is_told_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert f"connect: “outlook” is not supported; choose {KINDS}" in complaint(capsys, "connect", "outlook")
    said = complaint(capsys, "--calendar", "ews:https://a.b/", "plan")
    assert f"“ews:” is not supported; use {offered()}" in said


@pytest.mark.parametrize("words", [("rebalance", "W54"), ("rebalance", "soon", "-y")])
def test_a_week_that_is_none_is_said_before_anything_else(cli: CommandLine, words: tuple[str, ...]) -> None:
    said = cli.call(*words)
    assert (said.code, said.out) == (2, "")
    assert f"“{words[1]}” is not a week" in said.err
