"""``check``: how it stands, what is due, and what would go wrong next; each finding in words, with the next step."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from blocker.files.lock import only_run
from tests.tools.command_line import CommandLine, sample
from tests.tools.places import ROOT

EMPTY = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Nobody's crontab is looked at."""
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    cli = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30+00:00")
    assert cli.call("run", "-y").code == 0
    return cli


def findings(cli: CommandLine, code: int = 0) -> dict[str, list[str]]:
    """State and words of each finding, by name."""
    found: dict[str, list[str]] = {}
    for one in cli.document("check", code=code)["findings"]:
        found.setdefault(one["name"], []).append(f"{one['state']} {one['words']}")
    return found


def state_dir() -> Path:
    return Path(os.environ["BLOCKER_STATE_DIR"])


def test_all_is_well(cli: CommandLine) -> None:
    found = findings(cli)
    assert found["last run"] == ["ok went through on Mon 2 Nov"]
    assert found["due"] == ["ok nothing to do"]
    assert not [words for several in found.values() for words in several if words.startswith("bad")]


def test_a_rule_of_the_config_that_keeps_ones_own_lines_out_is_named(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "old.toml"
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    rules = '[[rule]]\nname = "{}"\nwhen = "operational_share >= 50%"\nbook = {{ strategic = 2 }}\n'
    config.write_text(rules.format("writing"))
    assert "rules" not in findings(cli)
    config.write_text(rules.format("amber"))
    assert findings(cli)["rules"][0].startswith("note [[rule]] amber: taken as written. Without it your own")
    config.write_text('thresholds = "usual"\n' + rules.format("amber"))
    assert "rules" not in findings(cli)


def test_before_the_first_run(cli: CommandLine) -> None:
    shutil.rmtree(state_dir())
    found = findings(cli)
    assert found["last run"] == ["note never"]
    assert "not started" in found["ledger"][0]
    assert not state_dir().joinpath("ledger.sqlite3").exists()


def test_lost_days_and_the_last_try(cli: CommandLine) -> None:
    content = cli.content
    cli.calendar.unlink()
    cli.now = "2026-11-04T06:30+00:00"
    cli.call("run", "--cron")
    cli.calendar.write_bytes(content)
    (words,) = findings(cli)["last run"]
    assert "one working day was missed" in words
    assert "the last try, on Wed 4 Nov, ended with exit code 1" in words
    assert str(state_dir() / "log" / "blocker.log") in words


def test_what_is_not_the_calendar_is_said_even_where_the_calendar_is_gone(cli: CommandLine) -> None:
    cli.calendar.unlink()
    found = findings(cli, code=1)
    assert found["calendar"][0].startswith("bad there is no calendar file")
    assert found["last run"] == ["ok went through on Mon 2 Nov"]


def test_a_run_that_the_guard_would_refuse(cli: CommandLine) -> None:
    cli.calendar.write_bytes(EMPTY)
    (words,) = findings(cli, code=1)["guard"]
    assert words.startswith("bad the next run would be refused")
    assert "--force" in words


def test_a_file_that_is_cut_off(cli: CommandLine) -> None:
    shutil.rmtree(state_dir())
    for cut in (cli.content.replace(b"END:VCALENDAR\r\n", b""), cli.content[:3000]):
        cli.calendar.write_bytes(cut)
        found = findings(cli, code=1)
        (words,) = [words for words in found["calendar"] if words.startswith("bad")]
        assert "has no END:VCALENDAR: it may be cut off" in words
        assert "a block of ours" not in str(found)
        assert "due" not in found
    assert cli.call("run", "-y").code == 1


def test_a_block_that_cannot_be_read(cli: CommandLine) -> None:
    cli.calendar.write_bytes(cli.content.replace(b"X-BLOCKER-VERSION:1", b"X-BLOCKER-VERSION:x", 1))
    assert "a block of ours can't be read" in str(findings(cli)["calendar"])


def test_another_run_at_this_moment(cli: CommandLine) -> None:
    with only_run(state_dir(), f"ics:{cli.calendar}"):
        assert findings(cli)["lock"] == ["note another run is at work at this moment"]


@pytest.mark.parametrize("place", ["calendar", "state"])
def test_a_place_that_cannot_be_written(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    locked = {"calendar": cli.calendar, "state": state_dir()}[place]
    access = os.access

    def denied(path: Path, mode: int, **how: bool) -> bool:
        return path != locked and access(path, mode, **how)

    monkeypatch.setattr(os, "access", denied)
    monkeypatch.setattr(os, "supports_effective_ids", set())
    assert f"bad {locked} can't be written" in findings(cli, code=1)[place][-1]


def test_a_calendar_with_two_names_is_foreseen_and_refused(cli: CommandLine, tmp_path: Path) -> None:
    cli.now = "2026-11-09T06:30+00:00"
    (tmp_path / "second.ics").hardlink_to(cli.calendar)
    before = cli.content
    assert "another name (a hard link)" in findings(cli, code=1)["calendar"][-1]
    said = cli.call("run")
    assert said.code == 1
    assert "another name (a hard link)" in said.out + said.err
    assert cli.content == before == (tmp_path / "second.ics").read_bytes()


def test_a_calendar_that_is_mounted_by_itself_is_foreseen_and_refused(
    cli: CommandLine, tmp_path: Path
) -> None:
    script = tmp_path / "mounted here.sh"
    script.write_text(
        'mount --bind "$1" "$1" || exit 99\n'
        '"$2" -m blocker --calendar "ics:$1" --now 2026-11-09T06:30 check\n'
        '"$2" -m blocker --calendar "ics:$1" --now 2026-11-09T06:30 run -y\n'
    )
    odd = cli.calendar.rename(tmp_path / "a calendar \\ é.ics")
    before = odd.read_bytes()
    said = subprocess.run(
        ["/usr/bin/unshare", "--mount", "--map-root-user", "/bin/sh", str(script), str(odd), sys.executable],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PATH": os.defpath, "PYTHONPATH": str(ROOT)},
    )
    if not Path("/usr/bin/unshare").exists() or said.returncode == 99 or "unshare" in said.stderr:
        pytest.skip("nothing can be mounted here")
    assert said.stdout.count("mounted by itself, so no new file can take its place: a run would fail") == 1
    assert "mounted by itself" in said.stdout.partition("a run would fail")[2] + said.stderr
    assert said.returncode == 1
    assert odd.read_bytes() == before


def test_a_disk_that_is_nearly_full(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(1, 1, 100_000))
    assert "only 0.1 MB are free" in findings(cli, code=1)["state"][0]


def test_a_damaged_ledger(cli: CommandLine) -> None:
    (state_dir() / "ledger.sqlite3").write_bytes(b"\0" * 5000)
    found = findings(cli, code=1)
    assert "check --repair" in " ".join(word for words in found.values() for word in words)


def test_the_schedule(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        "no daily run is installed" in findings(cli)["schedule"][0]
        or "not known" in findings(cli)["schedule"][0]
    )
    timer = Path(os.environ["HOME"]) / ".config" / "systemd" / "user"
    timer.mkdir(parents=True)
    (timer / "blocker.timer").write_text("[Timer]\nOnCalendar=Mon *-*-* 06:30:00\n")
    (timer / "blocker.service").write_text('[Service]\nExecStart="/bin/sh" "-m" "blocker"\n')
    assert "a daily run in systemd" in findings(cli)["schedule"][0]
    assert findings(cli)["notify"][0].startswith(
        "note systemd sends no mail, and no notification address is set"
    )
    (timer / "blocker.service").write_text('[Service]\nExecStart="/bin/sh" "-c" "/home/gone.toml"\n')
    assert "needs /home/gone.toml, which is gone" in findings(cli, code=1)["schedule"][0]
    (timer / "blocker.service").unlink()
    monkeypatch.setenv("BLOCKER_ROLE", "executive")
    assert "BLOCKER_ROLE is set here" in findings(cli)["schedule"][1]


def test_the_program_of_the_schedule_is_gone(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, program = tmp_path / "crontab.txt", tmp_path / "bin" / "crontab"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec /bin/cat "{table}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    line = "30 6-20 * * 1,2,3,4,5 '{0}' -m blocker run --cron"
    head, tail = "# >>> blocker: the daily run\n", "\n# <<< blocker\n"
    table.write_text(head + line.format("/bin/sh") + tail)
    found = findings(cli)
    assert found["schedule"][0] == "ok a daily run in cron"
    if not shutil.which("sendmail", path="/usr/sbin:/usr/lib"):
        assert "no sendmail" in found["notify"][0]
    table.write_text(head + line.format("/old venv/bin/python") + tail)
    assert "needs /old venv/bin/python, which is gone" in findings(cli, code=1)["schedule"][0]


def test_a_schedule_that_uses_other_places_than_this_call(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    timer = Path(os.environ["HOME"]) / ".config" / "systemd" / "user"
    timer.mkdir(parents=True)
    (timer / "blocker.timer").write_text("[Timer]\nOnCalendar=Mon *-*-* 06:30:00\n")
    mine, other = tmp_path / "mine.toml", tmp_path / "other.toml"
    for file in (mine, other):
        file.write_text('holidays = "off"\n')
    monkeypatch.setenv("BLOCKER_CONFIG", str(mine))

    def said(config: Path, state: Path, calendar: Path) -> list[str]:
        words = ["/usr/bin/env", f"BLOCKER_STATE_DIR={state}", "/bin/sh", "-m", "blocker"]
        words += ["-c", str(config), "--calendar", f"ics:{calendar}", "run", "--cron"]
        line = " ".join(f'"{word}"' for word in words)
        (timer / "blocker.service").write_text(f"[Service]\nExecStart={line}\n")
        return findings(cli)["schedule"]

    assert said(mine, state_dir(), cli.calendar) == ["ok a daily run in systemd"]
    words = said(other, state_dir(), cli.calendar)
    places = f"uses the config {other}, and this call {mine}: blocker cron install makes it the same"
    assert words[1:] == [f"note the daily run in systemd {places}"]
    elsewhere = said(mine, tmp_path, tmp_path / "calendar2.ics")
    assert [one.partition(" uses the ")[2].partition(" /")[0] for one in elsewhere[1:]] == [
        "state folder",
        f"calendar ics:{tmp_path / 'calendar2.ics'}, and this call ics:{cli.calendar}: blocker cron install makes it the same",
    ]


def test_addresses_that_would_not_hear(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, file = tmp_path / "config.toml", tmp_path / "addresses"
    config.write_text(f"notify_file = '{file}'\n")
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    assert "there is no file" in findings(cli, code=1)["notify"][0]
    file.write_text("json://127.0.0.1:9/x\n")
    file.chmod(0o644)
    assert "can be read by others" in findings(cli, code=1)["notify"][0]
    file.chmod(0o600)
    assert findings(cli, code=0)["notify"][0].startswith("ok two failed days in a row go to 1 address")


def test_an_unknown_zone_is_a_note_of_what_is_done_and_not_a_part_that_was_not_read(cli: CommandLine) -> None:
    event = (
        b"BEGIN:VEVENT\r\nUID:far@x\r\nDTSTART;TZID=Middle/Earth:20261105T090000\r\nDURATION:PT1H\r\n"
        b"SUMMARY:Second breakfast\r\nEND:VEVENT\r\n"
    )
    at = cli.content.rindex(b"END:VCALENDAR")
    cli.calendar.write_bytes(cli.content[:at] + event + cli.content[at:])
    (words,) = (words for words in findings(cli)["calendar"] if "Middle/Earth" in words)
    assert words.startswith("note line ")
    assert "its times are read as" in words
    assert "Could not be read" not in cli.call("plan").out
    said = cli.call("plan", "--all").out
    assert "Could not be read" not in said
    assert "Read as well as could be (1):" in said


def test_settings_that_a_file_can_not_carry_out_are_noted_once_each(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not [words for words in findings(cli)["config"] if words.startswith("note")]
    config = tmp_path / "config.toml"
    config.write_text(
        'protect = "decline"\nnative_focus = true\n[blocks.strategic]\ncolor = "sage"\n', encoding="utf-8"
    )
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    notes = [words for words in findings(cli)["config"] if words.startswith("note")]
    assert len(notes) == 3
    for setting, note in zip(("protect", "native_focus", "color of strategic"), notes, strict=True):
        assert note.startswith(f"note {setting}")


def in_the_calendar(cli: CommandLine, *lines: str) -> None:
    event = "\r\n".join(["BEGIN:VEVENT", "UID:odd@x", *lines, "SUMMARY:Odd", "END:VEVENT", ""]).encode()
    at = cli.content.rindex(b"END:VCALENDAR")
    cli.calendar.write_bytes(cli.content[:at] + event + cli.content[at:])


@pytest.mark.parametrize("command", ["load", "explain"])
def test_what_was_not_read_is_named_where_it_changes_the_figures(cli: CommandLine, command: str) -> None:
    in_the_calendar(cli, "DTSTART:20261111T090000Z", "DTEND:20261111T080000Z")
    assert "it ends before it starts" in cli.call(command, "2026-W46").out
    assert "it ends before it starts" not in cli.call(command, "2026-W45").out
    (skipped,) = cli.document(command, "2026-W46")["skipped_components"]
    assert skipped["where"].endswith("UID odd@x")
    assert cli.document(command, "2026-W45")["skipped_components"] == []


def test_what_was_not_read_is_said_with_the_figures_of_many_weeks(cli: CommandLine) -> None:
    assert "could not be read" not in cli.call("load", "--ahead", "2").out + cli.call("report").out.lower()
    in_the_calendar(cli, "DTSTART:20261111T090000Z", "DTEND:20261111T080000Z")
    assert "it ends before it starts" in cli.call("load", "--ahead", "2").out
    assert cli.document("load", "--ahead", "2")["skipped_components"]
    assert "1 part of the calendar could not be read" in cli.call("report").out


@pytest.mark.parametrize("lines", [("RRULE:FREQ=OFTEN",), ("DTEND:soon",), ("DURATION:long",)])
def test_what_may_reach_into_any_later_week_is_named_in_all_of_them(
    cli: CommandLine, lines: tuple[str, ...]
) -> None:
    in_the_calendar(cli, "DTSTART:20261111T090000Z", *lines)
    assert cli.document("load", "2026-W47")["skipped_components"]
    assert not cli.document("load", "2026-W45")["skipped_components"]


def calendar_of(cli: CommandLine, head: str, start: str) -> None:
    """A meeting a day, at this local start."""
    events = [
        f"BEGIN:VEVENT\r\nUID:{n}@x\r\nDTSTART{start.format(n)}\r\nDURATION:PT1H\r\nEND:VEVENT"
        for n in range(3, 7)
    ]
    lines = ["BEGIN:VCALENDAR", *([head] if head else []), *events, "END:VCALENDAR", ""]
    cli.calendar.write_text("\r\n".join(lines), encoding="utf-8", newline="")


@pytest.mark.parametrize(
    ("head", "start", "zone"),
    [
        ("X-WR-TIMEZONE:Europe/Rome", ";TZID=America/Los_Angeles:2026110{}T100000", "Europe/Rome, from the calendar"),
        ("X-WR-TIMEZONE:UTC", ";TZID=America/Los_Angeles:2026110{}T100000", "America/Los_Angeles, from most of its events"),
        ("X-WR-TIMEZONE:UTC", ":2026110{}T100000Z", "UTC, from the calendar"),
        ("", ":2026110{}T100000Z", "Asia/Tokyo, from the machine"),
    ],
)  # fmt: skip
def test_the_zone_is_said_with_its_source(
    cli: CommandLine, head: str, start: str, zone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("BLOCKER_STATE_DIR", str(tmp_path / "fresh"))
    calendar_of(cli, head, start)
    assert findings(cli)["zone"][0] == f"ok {zone}"


def test_a_zone_in_which_nothing_else_happens_is_doubted(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLOCKER_STATE_DIR", str(tmp_path / "fresh"))
    calendar_of(cli, "X-WR-TIMEZONE:UTC", ":2026110{}T210000Z")
    (doubt,) = findings(cli)["zone"][1:]
    assert doubt.startswith("note in this zone the new blocks would be between")
    calendar_of(cli, "X-WR-TIMEZONE:Europe/Berlin", ";TZID=Europe/Berlin:2026110{}T150000")
    assert len(findings(cli)["zone"]) == 1
