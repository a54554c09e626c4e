"""The command line's words: where options may stand, and what a tool can read of them."""

from __future__ import annotations

import pytest

from blocker.commands.program import program, read_words
from blocker.commands.registry import COMMANDS, GROUPS
from blocker.values.errors import UsageError

NAMES = list(COMMANDS)


def parsed(*words: str) -> dict[str, object]:
    return vars(read_words(words))


@pytest.mark.parametrize(
    "options",
    [
        ("--json",),
        ("--calendar", "ics:here.ics"),
        ("--now", "2026-11-23T06:30"),
        ("-q",),
        ("-v", "--plain", "--no-color"),
        ("-c", "some.toml"),
    ],
)
@pytest.mark.parametrize(
    "command", [("plan",), ("cron", "show"), ("parked", "done", "3"), ("config", "show")]
)
def test_the_programs_options_may_stand_before_and_after_a_command(
    options: tuple[str, ...], command: tuple[str, ...]
) -> None:
    assert parsed(*options, *command) == parsed(*command, *options) != parsed(*command)


def test_an_option_before_the_command_is_not_lost_to_one_after_it() -> None:
    found = parsed("--calendar", "ics:here.ics", "plan", "--json")
    assert (found["calendar"], found["json"]) == ("ics:here.ics", True)


def test_what_is_said_last_counts() -> None:
    assert parsed("--calendar", "ics:a.ics", "plan", "--calendar", "ics:b.ics")["calendar"] == "ics:b.ics"


@pytest.mark.parametrize("name", NAMES)
def test_each_command_has_its_own_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed(name, "--help")
    assert capsys.readouterr().out.startswith(f"usage: blocker {name}")


def test_a_value_that_is_a_commands_name_stays_a_value() -> None:
    assert parsed("-c", "run", "plan")["command"] == "plan"
    assert parsed("park", "run")["text"] == ["run"]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("leave", "--remov"), "--remove"),
        (("run", "--forc"), "--force"),
        (("run", "--dry"), "--dry-run"),
        (("--cal", "ics:x", "plan"), "--calendar"),
    ],
)
def test_a_part_of_an_option_is_asked_about_and_never_taken(words: tuple[str, ...], meant: str) -> None:
    wrong = next(word for word in words if word.startswith("--"))
    with pytest.raises(UsageError, match=f"there is no option {wrong}; did you mean {meant}"):
        read_words(list(words))


def test_a_tool_that_makes_manual_pages_finds_every_command_with_its_arguments() -> None:
    commands = program(complete=True).commands
    assert commands is not None
    assert list(commands) == NAMES
    assert {"--at", "--days", "-y", "--systemd"} <= set(commands["cron"].commands["install"].options)  # type: ignore[index]
    assert [argument.metavar for argument in commands["busy"].arguments if not argument.option_strings] == [
        "HOURS",
        "WEEK",
    ]
    assert "--what-if" in commands["rebalance"].format_help()


def test_the_help_shows_the_commands_by_group_and_in_no_other_way(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_words(["--help"])
    out = capsys.readouterr().out
    titles = [line.strip() for line in out.splitlines() if line.startswith("  ") and line[2:3].isalpha()]
    assert titles == list(GROUPS)
    assert all(out.count(entry.says) == 1 for entry in COMMANDS.values())
