"""The daily run in the machine's schedulers, and when its failures are told."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.running.outages import outage
from blocker.running.schedule import Cron, Schedule, Systemd, parse_at, parse_days
from blocker.values.errors import UsageError
from blocker.values.memory import Tried
from tests.tools.command_line import CommandLine, sample

COMMAND = ("/opt/a b/python", "-m", "blocker", "-c", "/home/me/50%.toml", "run", "--cron")
SCHEDULE = Schedule(6, 30, (0, 1, 2, 3, 4), COMMAND)

# Keeps one crontab in a file, as crontab(1) does for its user.
STAND_IN = """#!/bin/sh
file="{file}"
case "$1" in
  -l) [ -f "$file" ] && exec cat "$file"; echo "no crontab for you" >&2; exit 1;;
  -r) rm -f "$file";;
  -) cat > "$file";;
esac
"""


@pytest.fixture
def crontab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's crontab that is not the one of whoever runs the tests."""
    table = tmp_path / "crontab.txt"
    program = tmp_path / "bin" / "crontab"
    program.parent.mkdir()
    program.write_text(STAND_IN.format(file=table))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return table


@pytest.mark.parametrize("before", ["", "MAILTO=me\n# mine\n  5 4 * * *   backup  \n", "0 0 * * * last-line"])
def test_the_rest_of_the_crontab_stays_as_it_was(crontab: Path, before: str) -> None:
    if before:
        crontab.write_text(before)
    Cron().install(SCHEDULE)
    Cron().install(Schedule(7, 15, (0, 2), COMMAND))
    text = crontab.read_text()
    assert text.startswith(before)
    assert text.count("run --cron") == 1
    assert "15 7-20 * * 1,3 '/opt/a b/python' -m blocker -c /home/me/50\\%.toml run --cron\n" in text
    assert Cron().show() is not None
    assert Cron().remove()
    assert not Cron().remove()
    left = crontab.read_text() if crontab.exists() else ""
    assert left.rstrip("\n") == before.rstrip("\n")


def test_lines_written_after_ours_stay(crontab: Path) -> None:
    Cron().install(SCHEDULE)
    crontab.write_text(crontab.read_text() + "1 1 * * * later\n")
    assert Cron().remove()
    assert crontab.read_text() == "1 1 * * * later\n"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_accepts_the_timer(tmp_path: Path) -> None:
    timer = Systemd(tmp_path)
    runnable = Schedule(6, 30, (0, 1, 2, 3, 4), (sys.executable, "-c", "print('100% $HOME \"x\"')"))
    files = []
    for part in timer.preview(runnable).split("# /")[1:]:
        name, _, text = part.partition("\n")
        files.append(tmp_path / Path(name).name)
        files[-1].write_text(text)
    assert [file.name for file in files] == ["blocker.service", "blocker.timer"]
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert "Persistent=true" in files[1].read_text()
    said = subprocess.run(
        ["systemd-analyze", "calendar", "Mon,Tue,Wed,Thu,Fri *-*-* 06:30:00"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "06:30:00" in said.stdout


@pytest.mark.parametrize(
    ("text", "days"), [("mon-fri", (0, 1, 2, 3, 4)), ("mon,wed", (0, 2)), ("sat-mon", (0, 5, 6))]
)
def test_days_as_people_write_them(text: str, days: tuple[int, ...]) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize("text", ["25:00", "6", "06:60", "noon"])
def test_a_time_that_is_none(text: str) -> None:
    with pytest.raises(UsageError, match="not a time of day"):
        parse_at(text)


MONDAY = date(2026, 11, 2)


def weekday(day: date) -> bool:
    return day.weekday() < 5


def days_after(count: int) -> date:
    return MONDAY + timedelta(days=count)


def test_one_failed_day_is_quiet_and_two_are_loud() -> None:
    tried = [Tried(MONDAY, 0)]
    assert not outage(tried, days_after(1), weekday, today_failed=True).loud
    tried.append(Tried(days_after(1), 75))
    found = outage(tried, days_after(2), weekday, today_failed=True)
    assert found.loud
    assert found.days == (days_after(1), days_after(2))


def test_a_weekend_is_no_outage() -> None:
    friday = Tried(days_after(4), 0)
    assert outage([friday], days_after(7), weekday, today_failed=False).days == ()


def test_skipped_days_count_like_failed_ones() -> None:
    found = outage([Tried(MONDAY, 0)], days_after(4), weekday, today_failed=False)
    assert found.days == (days_after(1), days_after(2), days_after(3))


def test_an_outage_keeps_its_name_while_it_lasts() -> None:
    tried = [Tried(MONDAY, 0), Tried(days_after(1), 75)]
    names = {outage(tried, days_after(n), weekday, today_failed=True).name for n in (2, 3, 4)}
    assert len(names) == 1


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30+00:00")


def test_installing_confirms_the_first_run_and_shows_what_it_writes(cli: CommandLine, crontab: Path) -> None:
    assert cli.call("cron", "install").code == 2, "without a terminal it wants -y"
    assert not crontab.exists()
    said = cli.call("cron", "install", "-y", "--at", "06:15", options=("--log-json",))
    assert said.code == 0
    assert "--log-json run --cron" in said.out
    assert "log/blocker.log" in said.out
    assert "15 6-20 * * 1,2,3,4,5" in said.out
    assert "run --cron" in crontab.read_text()
    before = cli.content
    quiet = cli.call("run", "--cron")
    assert quiet.code == 0
    assert cli.content != before, "the night's run was not refused"
    assert cli.call("cron", "remove").code == 0
    assert cli.call("cron", "show").out.startswith("No daily run")


def test_a_line_break_in_a_path_makes_no_second_line(
    cli: CommandLine, crontab: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = cli.calendar.rename(cli.calendar.with_name("a\n* * * * * touch PWNED #.ics"))
    said = CommandLine(capsys, odd, cli.now).call("cron", "install", "-y")
    assert said.code == 2
    assert "control character" in said.err
    assert not crontab.exists()


def test_on_windows_there_is_a_line_to_paste_and_nothing_is_done(
    cli: CommandLine, crontab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cli.content
    monkeypatch.setattr(sys, "platform", "win32")
    said = cli.call("cron", "install", "--at", "06:15", "--days", "mon,wed")
    assert said.code == 0
    line = said.out.splitlines()[-1]
    assert line.startswith("schtasks /Create /TN blocker /SC WEEKLY /D MON,WED /ST 06:15 /TR ")
    assert f"{sys.executable} -P -m blocker" in line
    assert line.endswith(' run --cron"')
    assert cli.call("cron", "remove").out.splitlines()[-1] == "schtasks /Delete /TN blocker"
    assert cli.call("cron", "show").out.splitlines()[-1] == "schtasks /Query /TN blocker"
    assert cli.content == before
    assert not crontab.exists()


def test_the_schedules_run_works_once_a_day(cli: CommandLine) -> None:
    cli.call("run", "-y")
    cli.now = "2026-11-03T06:30+00:00"
    assert cli.call("run", "--cron").code == 0
    data = cli.content
    cli.calendar.unlink()
    assert cli.call("run", "--cron").code == 0, "the day's work is done: the calendar is not even looked at"
    cli.calendar.write_bytes(data)


def test_failures_are_told_after_two_days_and_once(cli: CommandLine) -> None:
    cli.call("run", "-y")
    data = cli.content
    cli.calendar.unlink()
    heard = []
    for day in (3, 4, 5, 6):
        for hour in (6, 7):
            cli.now = f"2026-11-{day:02d}T{hour:02d}:30+00:00"
            said = cli.call("run", "--cron")
            assert said.code == 1
            heard.append(bool(said.err))
            if said.err:
                assert said.err.startswith(
                    "blocker: no successful run since Mon 2 Nov; 2 working days were missed (Tue 3 Nov, Wed 4 Nov)"
                )
                assert "there is no calendar file" in said.err
    assert heard == [False, False, True, False, False, False, False, False]
    cli.calendar.write_bytes(data)
    cli.now = "2026-11-09T06:30+00:00"
    assert cli.call("run", "--cron").code == 0


def test_a_calendar_that_nobody_said_yes_to_is_told_once(cli: CommandLine) -> None:
    before, heard = cli.content, []
    for day in (2, 3, 4, 5):
        for hour in (6, 7, 8):
            cli.now = f"2026-11-{day:02d}T{hour:02d}:30+00:00"
            said = cli.call("run", "--cron")
            assert said.code == 4
            assert said.out == ""
            heard.append(said.err)
    assert heard[1:] == [""] * 11
    assert "this is the first run" in heard[0]
    assert " plan, and say yes with blocker " in heard[0]
    assert len(heard[0].splitlines()) <= 3
    assert cli.content == before
    cli.call("run", "-y")
    assert cli.call("run", "--cron").code == 0
    cli.call("leave")
    cli.now = "2026-11-09T06:30+00:00"
    assert "this is the first run" in cli.call("run", "--cron").err, "told again, as it worked meanwhile"


def test_leaving_says_that_the_daily_run_is_still_scheduled(cli: CommandLine, crontab: Path) -> None:
    assert "still in" not in cli.call("leave", "--remove", "-y").out
    Cron().install(SCHEDULE)
    assert "The daily run is still in" in cli.call("leave", "--remove", "-y").out


def test_a_week_without_a_floor_is_told_once(cli: CommandLine) -> None:
    """Its horizon reaches the week on 9 November."""
    full = "".join(
        f"BEGIN:VEVENT\r\nUID:full{day}\r\nDTSTART;TZID=Europe/Berlin:202612{day:02}T080000\r\nDURATION:PT10H\r\n"
        "SUMMARY:Full\r\nEND:VEVENT\r\n"
        for day in range(7, 12)
    ).encode()
    at = cli.content.rindex(b"END:VCALENDAR")
    cli.calendar.write_bytes(cli.content[:at] + full + cli.content[at:])
    cli.call("run", "-y")
    heard = []
    for day in (3, 6, 9, 10, 11, 12, 13, 16):
        cli.now = f"2026-11-{day:02}T06:30+00:00"
        said = cli.call("run", "--cron")
        assert said.code == 0
        heard += [
            day for line in said.out.splitlines() if "Week of 7 Dec: no time for the weekly minimum" in line
        ]
    assert heard == [9]


def test_days_that_were_slept_through_are_told_when_it_works_again(cli: CommandLine) -> None:
    cli.call("run", "-y")
    cli.now = "2026-11-06T06:30+00:00"
    said = cli.call("run", "--cron")
    assert said.code == 0
    assert "3 working days were missed" in said.out
    cli.now = "2026-11-09T06:30+00:00"
    assert "were lost" not in cli.call("run", "--cron").out


def as_cron_hands_it_on(command: str, vixie: bool) -> str:
    """What a cron's shell gets of a crontab's command: up to the first bare %, and without its escapes."""
    out, letters = "", iter(command)
    for letter in letters:
        if letter == "%":
            break
        if letter == "\\":
            following = next(letters, "")
            out += following if following == "%" or (vixie and following == "\\") else letter + following
        else:
            out += letter
    return out


WORDS = st.lists(
    st.text(st.sampled_from("ab%\\'\"$` ~*;#&é") | st.characters(exclude_categories=("C", "Z")), max_size=8),
    min_size=1,
    max_size=3,
)


@pytest.mark.parametrize("vixie", [True, False], ids=["Vixie's cron", "other crons"])
@given(words=WORDS)
def test_every_word_comes_through_cron_and_its_shell(vixie: bool, words: list[str]) -> None:
    say = (sys.executable, "-c", "import json, sys; print(json.dumps(sys.argv[1:]))", *words)
    _, line, _ = Cron().preview(Schedule(6, 30, (0,), say)).splitlines()
    handed_on = as_cron_hands_it_on(line.split(None, 5)[-1], vixie)
    # What a shell makes of it is asked of the library that splits as a shell does, and of a shell itself below.
    assert tuple(shlex.split(handed_on)) == say
    assert Cron().command(line) == say


@pytest.mark.parametrize("vixie", [True, False], ids=["Vixie's cron", "other crons"])
def test_odd_words_come_through_a_real_shell(vixie: bool) -> None:
    odd = ["50%", "a\\%b", "\\\\server\\", "%%", "it's", "$HOME `id`", ""]
    say = (sys.executable, "-c", "import json, sys; print(json.dumps(sys.argv[1:]))", *odd)
    _, line, _ = Cron().preview(Schedule(6, 30, (0,), say)).splitlines()
    handed_on = as_cron_hands_it_on(line.split(None, 5)[-1], vixie)
    said = subprocess.run(["/bin/sh", "-c", handed_on], capture_output=True, text=True, check=True).stdout
    assert json.loads(said) == odd


@given(words=WORDS)
def test_every_word_comes_back_from_the_unit(words: list[str]) -> None:
    timer, command = Systemd(Path("/home/me")), ("/bin/blocker", *words)
    entry = timer.preview(Schedule(6, 30, (0,), command))
    assert entry.count("ExecStart=") == 1
    assert timer.command(entry) == command


@pytest.mark.parametrize("name", ["a 50% $HOME", 'a "b" \\c'])
def test_a_real_systemd_reads_odd_words(tmp_path: Path, name: str) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    program = tmp_path / name
    program.symlink_to("/bin/true")
    command = (str(program), "50%", "%h", "\\", '"', "$HOME", ";")
    unit = Systemd(tmp_path).preview(Schedule(6, 30, (0,), command)).split("# /")[1].partition("\n")[2]
    file = tmp_path / "odd.service"
    file.write_text(unit)
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(file)], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")


REFUSES = """#!/bin/sh
[ "$2" = enable ] && { echo "Failed to connect to bus" >&2; exit 1; }
exit 0
"""


@pytest.mark.parametrize("before", ["nothing", "folders", "a timer"])
def test_a_timer_that_is_not_taken_leaves_nothing_behind(
    cli: CommandLine, crontab: Path, before: str
) -> None:
    systemctl = crontab.with_name("bin") / "systemctl"
    systemctl.write_text(REFUSES)
    systemctl.chmod(0o755)
    folder = Path(os.environ["HOME"]) / ".config" / "systemd" / "user"
    if before != "nothing":
        folder.mkdir(parents=True)
    if before == "a timer":
        (folder / "blocker.timer").write_text("the timer before\n")
    there = {path: path.is_file() and path.read_text() for path in folder.parents[2].rglob("*")}
    content = cli.content
    said = cli.call("cron", "install", "--systemd", "-y")
    assert said.code == 1
    assert "nothing was installed: Failed to connect to bus" in said.err
    state = Path(os.environ["BLOCKER_STATE_DIR"])
    now = {
        path: path.is_file() and path.read_text()
        for path in folder.parents[2].rglob("*")
        if state not in (path, *path.parents)
    }
    assert now == {path: text for path, text in there.items() if state not in (path, *path.parents)}
    assert cli.content == content
    assert cli.call("run", "--cron").code == 4, "nobody has said yes"


def test_a_schedule_is_shown_as_it_runs(cli: CommandLine, crontab: Path) -> None:
    systemctl = crontab.with_name("bin") / "systemctl"
    systemctl.write_text("#!/bin/sh\nexit 0\n")
    systemctl.chmod(0o755)
    assert cli.call("cron", "install", "-y").code == 0
    assert cli.call("cron", "install", "--systemd", "-y").out.count("installed twice") == 1
    shown = cli.call("cron", "show")
    assert "In systemd:" in shown.out
    assert "In cron:" in shown.out
    assert "installed twice" in shown.out
    assert [one["scheduler"] for one in cli.document("cron", "show")["installed"]] == ["systemd", "cron"]
    words = [one["words"] for one in cli.document("check")["findings"] if one["name"] == "schedule"]
    assert words[:2] == ["a daily run in systemd", "a daily run in cron"]
    assert "installed twice" in words[2]
    systemctl.write_text("#!/bin/sh\n[ $2 = is-enabled ] && { echo disabled; exit 1; }\nexit 0\n")
    assert "In systemd, but systemd does not run it (disabled):" in cli.call("cron", "show").out
    assert cli.call("cron", "remove", "--systemd").code == 0
    crontab.write_text(
        "".join(f"#{line}" if "run --cron" in line else line for line in crontab.read_text().splitlines(True))
    )
    words = [one["words"] for one in cli.document("check", code=1)["findings"] if one["name"] == "schedule"]
    assert words == [
        "a daily run is installed in cron, but its line is commented out or can't be read: blocker cron install"
    ]


@pytest.mark.parametrize("odd", ["a\x85b", "a\u2028b", "a\tb", "a\udce9b"])
def test_no_word_of_a_schedule_holds_a_control_character(cli: CommandLine, crontab: Path, odd: str) -> None:
    cli.calendar = cli.calendar.rename(cli.calendar.with_name(f"{odd}.ics"))
    for kind in ((), ("--systemd",)):
        said = cli.call("cron", "install", "-y", *kind)
        assert said.code == 2
        assert "a schedule can't have" in said.err
    assert not crontab.exists()


@pytest.mark.skipif(
    not os.environ.get("BLOCKER_TEST_REAL_CRON"),
    reason="changes this machine's crontab: set BLOCKER_TEST_REAL_CRON=1",
)
def test_a_real_cron_daemon_runs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The installed line, with every minute in place of its hour, does its work under a real daemon."""
    calendar = sample(tmp_path, date.today())  # noqa: DTZ011 - the daemon runs by the machine's clock
    monkeypatch.undo()
    kept = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False).stdout
    state = tmp_path / "state"
    words = (
        "/usr/bin/env",
        f"BLOCKER_STATE_DIR={state}",
        f"PYTHONPATH={Path.cwd()}",
        sys.executable,
        "-m",
        "blocker",
    )
    schedule = Schedule(0, 0, (0, 1, 2, 3, 4, 5, 6), (*words, "--calendar", f"ics:{calendar}", "run", "-y"))
    before = calendar.read_bytes()
    text = Cron().preview(schedule).replace("0 0-20 * * 1,2,3,4,5,6,0", "* * * * *")
    assert "* * * * *" in text
    subprocess.run(["crontab", "-"], input=text, text=True, check=True)
    # Only then: a daemon that looks in the very second of the change takes the folder for known, and never looks again.
    daemon = subprocess.Popen(["cron", "-f"])
    try:
        deadline = time.monotonic() + 150
        while calendar.read_bytes() == before and time.monotonic() < deadline:
            time.sleep(1)
        assert b"X-BLOCKER-KEY" in calendar.read_bytes()
    finally:
        daemon.terminate()
        daemon.wait()
        subprocess.run(["crontab", "-" if kept else "-r"], input=kept, text=True, check=False)
