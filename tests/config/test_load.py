"""Where settings come from: flag before environment before file before default, and the origin of each."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest
from msgspec.structs import fields, replace

from blocker.calendars.addresses import default_calendar
from blocker.config.load import Config, load_config
from blocker.config.template import show
from blocker.files.places import config_path, holiday_dir, state_dir
from blocker.values.block_kinds import SHIPPED_KINDS, BlockKind, Theme
from blocker.values.errors import ConfigError
from blocker.values.limits import Limits
from blocker.values.settings import Count, Goal, Notices, RuleText, Settings
from blocker.values.working_hours import Hours, LunchBreak
from blocker.values.workweek import Lunch

XDG = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and nothing set."""
    for name in XDG:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def load(tmp_path: Path, text: str, environ: dict[str, str] | None = None, **flags: object) -> Config:
    file = tmp_path / "blocker.toml"
    file.write_text(dedent(text), "utf-8")
    return load_config(file, environ or {}, flags)


def rows(config: Config) -> dict[str, tuple[str, str]]:
    return {name: (value, origin) for name, value, origin in show(config, origin=True)}


def test_nothing_at_all_is_the_defaults(home: Path) -> None:
    config = load_config(None, {}, {})
    address = f"ics:{home}/.local/share/blocker/calendar.ics"
    assert config == Config(Settings(calendar=address), {}, None)


def test_an_empty_file_is_the_defaults(tmp_path: Path) -> None:
    config = load(tmp_path, "")
    assert config.path == tmp_path / "blocker.toml"
    assert config.settings == load_config(None, {}, {}).settings
    assert {origin for _, origin in rows(config).values()} == {"default"}


EVERYTHING = """
calendar = "google:primary"
also_read = ["google:team@group.calendar.google.com", "google:board@group.calendar.google.com"]
publish = true
role = "executive"
timezone = "Asia/Kolkata"
holidays = "off"
me = ["Lead@Example.org", "mailto:me@example.com"]
protect = "busy"
thresholds = "usual"
quiet = ["12-20..01-06", "08-15"]
native_focus = true
week_starts = "sun"
decline_message = "I am thinking."
chat_status = "do_not_disturb"
fiscal_start = 4
forecast = true
notify_file = "~/notify"
notify_command = "pass show notify"
buffer_before = 15
buffer_after = 5
shift = "inside"
commands_in_text = true

[notices]
changes = false
weekly = "fri 16:30"

[hours]
mon = ["13:00-17:00", "8:30-12:00"]
tue = ["09:00-12:00", "12:00-15:00"]
wed = []
sat = ["00:00-24:00"]
lunch = { within = "12:00-13:00", minutes = 30 }

[limits]
share = "20%"
hours = 4.5
bookable = 90
notice = 3

[count]
tentative = false
unanswered = false

[[goal]]
name = "New LMS live"
by = 2027-03-31
ability = "Trainers can build a course alone"
[[goal]]
name = "Fewer tools"
[[rule]]
name = "amber"
when = "operational_share >= 50% or focus_hours < 6.5"
book = { strategic = 2, coaching = 1 }

[[rule]]
name = "red"
when = "operational_hours >= 25"
[rule.book]
learning = 3

[blocks.strategic]
minutes = 90
shortest = 45
prefer = "any"
title = "Think: {theme}"
color = "11"
visibility = "public"
days = ["thu", "tue"]
between = ["9:00-12:00"]
reminder = 10
themes = [{ name = "Alignment", question = "Is it aligned?" }]

[blocks.frontline]
enabled = false
every = "3 weeks"
visits = ["Help desk", "A customer"]

[blocks.coaching]
minutes = 45
every = "week"

[offsite]
minutes = 300
notice_days = 14
guarantee = false
title = "Half a day"

[classify]
strategic = ["title ~ 'strategy|vision'"]
personal = ["calendar = 'family'", "minutes >= 2h"]
coaching = ["title ~ 'coach'"]
offsite = ["title = 'Klausur'"]

[texts]
shift = "Close the mail."
why.floor = "Because."
"title.offsite" = "Away"
"""


def test_every_key_of_a_file(tmp_path: Path) -> None:
    settings = load(tmp_path, EVERYTHING).settings
    strategic = BlockKind(
        minutes=90,
        shortest=45,
        prefer="any",
        title="Think: {theme}",
        color="11",
        visibility="public",
        days=("thu", "tue"),
        between=("09:00-12:00",),
        reminder=10,
        themes=(Theme("Alignment", "Is it aligned?"),),
    )
    coaching = BlockKind(minutes=45, shortest=45, every="week")
    frontline = replace(
        SHIPPED_KINDS["frontline"], enabled=False, every="3 weeks", visits=("Help desk", "A customer")
    )
    assert settings == Settings(
        calendar="google:primary",
        also_read=("google:team@group.calendar.google.com", "google:board@group.calendar.google.com"),
        publish=True,
        role="executive",
        timezone="Asia/Kolkata",
        holidays="off",
        me=("lead@example.org", "me@example.com"),
        protect="busy",
        thresholds="usual",
        quiet=("12-20..01-06", "08-15"),
        limits=Limits("20%", 4.5, 90, 3),
        native_focus=True,
        decline_message="I am thinking.",
        chat_status="do_not_disturb",
        count=Count(tentative=False, unanswered=False),
        working=Hours(
            mon=("08:30-12:00", "13:00-17:00"),
            tue=("09:00-15:00",),
            wed=(),
            thu=(),
            fri=(),
            sat=("00:00-24:00",),
            lunch=LunchBreak("12:00-13:00", 30),
        ),
        hours_set=True,
        rules=(
            RuleText(
                "amber", "operational_share >= 50% or focus_hours < 6.5", {"strategic": 2, "coaching": 1}
            ),
            RuleText("red", "operational_hours >= 25", {"learning": 3}),
        ),
        goals=(
            Goal("New LMS live", date(2027, 3, 31), "Trainers can build a course alone"),
            Goal("Fewer tools"),
        ),
        blocks={
            **Settings().blocks,
            "strategic": strategic,
            "frontline": frontline,
            "coaching": coaching,
        },
        offsite=settings.offsite,
        week_starts="sun",
        fiscal_start=4,
        forecast=True,
        notify_file="~/notify",
        notify_command="pass show notify",
        notices=Notices(changes=False, weekly="fri 16:30"),
        classify={
            "strategic": ("title ~ 'strategy|vision'",),
            "personal": ("calendar = 'family'", "minutes >= 2h"),
            "coaching": ("title ~ 'coach'",),
            "offsite": ("title = 'Klausur'",),
        },
        buffer_before=15,
        buffer_after=5,
        shift="inside",
        commands_in_text=True,
        texts={"shift": "Close the mail.", "why.floor": "Because.", "title.offsite": "Away"},
    )
    assert settings.hours == {0: ((510, 720), (780, 1020)), 1: ((540, 900),), 5: ((0, 1440),)}
    assert (settings.limits.part, strategic.weekdays, strategic.clock_ranges) == (0.2, (1, 3), ((540, 720),))
    assert settings.lunch == Lunch(720, 780, 30)
    assert (settings.offsite.minutes, settings.offsite.notice_days) == (300, 14)
    assert (settings.offsite.guarantee, settings.offsite.title) == (False, "Half a day")


def test_no_key_of_that_file_was_forgotten(tmp_path: Path) -> None:
    settings = load(tmp_path, EVERYTHING).settings
    plain = Settings()
    same = [f.name for f in fields(Settings) if getattr(settings, f.name) == getattr(plain, f.name)]
    assert same == []


@pytest.mark.parametrize(
    ("name", "file", "env", "flag"),
    [
        ("calendar", "google:a", "google:b", "google:c"),
        ("timezone", "Europe/Berlin", "Asia/Tokyo", "America/Sao_Paulo"),
        ("role", "manager", "executive", "specialist"),
        ("holidays", "auto", "off", "DE-BE"),
        ("protect", "decline", "graded", "busy"),
    ],
)
def test_flag_before_environment_before_file(
    tmp_path: Path, name: str, file: str, env: str, flag: str
) -> None:
    text = f"{name} = '{file}'"
    environ = {f"BLOCKER_{name.upper()}": env}
    for config, value, origin in (
        (load(tmp_path, text), file, "file, line 1"),
        (load(tmp_path, text, environ), env, f"environment, BLOCKER_{name.upper()}"),
        (load(tmp_path, text, environ, **{name: flag}), flag, "flag"),
        (load(tmp_path, text, environ, **{name: None}), env, f"environment, BLOCKER_{name.upper()}"),
        (load(tmp_path, text, {f"BLOCKER_{name.upper()}": ""}), file, "file, line 1"),  # empty is not set
    ):
        assert getattr(config.settings, name) == value
        assert rows(config)[name] == (f'"{value}"', origin)


def test_me_in_the_environment_has_commas(tmp_path: Path) -> None:
    environ = {"BLOCKER_ME": "A@example.org, b@example.org,"}
    config = load(tmp_path, "me = ['c@example.org']", environ)
    assert config.settings.me == ("a@example.org", "b@example.org")
    assert rows(config)["me"][1] == "environment, BLOCKER_ME"


def test_unknown_variables_are_worth_a_warning_and_no_more() -> None:
    environ = {
        "BLOCKER_ROLL": "manager",
        "BLOCKER_CALENDER": "x",
        "BLOCKER_GOOGLE_ROOT": "http://localhost",
        "BLOCKER_DEBUG": "1",
        "BLOCKER_LIVE_GOOGLE": "1",
        "BLOCKER_STATE_DIR": "/tmp/x",  # noqa: S108 - nothing is written there
        "PATH": "/bin",
    }
    assert load_config(None, environ, {}).warnings == (
        "unknown environment variable “BLOCKER_CALENDER”; did you mean “BLOCKER_CALENDAR”?",
        "unknown environment variable “BLOCKER_ROLL”; did you mean “BLOCKER_ROLE”?",
    )


def test_places(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert config_path({}) == home / ".config/blocker/config.toml"
    assert state_dir({}) == home / ".local/state/blocker"
    assert default_calendar() == f"ics:{home}/.local/share/blocker/calendar.ics"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "c"))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "s"))
    assert config_path({}) == home / "c/blocker/config.toml"
    assert state_dir({}) == home / "s/blocker"
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "d"))
    assert default_calendar() == f"ics:{home}/d/blocker/calendar.ics"
    assert config_path({"BLOCKER_CONFIG": "/x/y.toml"}) == Path("/x/y.toml")
    assert state_dir({"BLOCKER_STATE_DIR": "/x"}) == Path("/x")
    assert holiday_dir({"BLOCKER_STATE_DIR": "/x"}) == Path("/x/holidays")
    assert state_dir({"BLOCKER_STATE_DIR": "~/x"}) == home / "x"  # cron does not expand it
    with pytest.raises(ConfigError, match="BLOCKER_CONFIG is “~nobody-at-all/x”"):
        load_config(None, {"BLOCKER_CONFIG": "~nobody-at-all/x"}, {})


def test_the_file_at_its_default_place_and_the_one_that_is_named(home: Path) -> None:
    default, other, third = home / ".config/blocker/config.toml", home / "other.toml", home / "third.toml"
    default.parent.mkdir(parents=True)
    for file, role in ((default, "executive"), (other, "specialist"), (third, "manager")):
        file.write_text(f"role = '{role}'")
    assert load_config(None, {}, {}).settings.role == "executive"
    assert load_config(None, {"BLOCKER_CONFIG": str(other)}, {}).settings.role == "specialist"
    assert load_config(third, {"BLOCKER_CONFIG": str(other)}, {}).path == third


def test_relative_calendars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a file they stand beside it, else where one is: cron and the shell then mean the same file."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    text = "calendar = 'ics:work.ics'\nalso_read = ['ics:~/family.ics', 'ics:/abs.ics']"
    settings = load(tmp_path, text).settings
    assert settings.calendar == f"ics:{tmp_path}/work.ics"
    assert settings.also_read == (f"ics:{tmp_path}/family.ics", "ics:/abs.ics")
    assert (
        load(tmp_path, text, calendar="ics:work.ics").settings.calendar
        == f"ics:{tmp_path}/elsewhere/work.ics"
    )


def test_the_calendar_itself_is_not_read_twice(tmp_path: Path) -> None:
    text = "also_read = ['google:a', 'google:b', 'google:b']"
    assert load(tmp_path, text, calendar="google:a").settings.also_read == ("google:b",)
    assert load(tmp_path, text).settings.also_read == ("google:a", "google:b")


def test_lunch_alone_leaves_the_hours(tmp_path: Path) -> None:
    for text in ("lunch = false", "lunch = 'off'", "lunch = { minutes = 0 }"):
        config = load(tmp_path, f"[hours]\n{text}")
        assert config.settings.lunch is None
        assert config.settings.hours == Settings().hours
        assert not config.settings.hours_set
        assert rows(config)["hours.lunch"] == ("false", "file, line 2")
    assert load(tmp_path, "[hours.lunch]\nminutes = 45").settings.lunch == Lunch(690, 810, 45)


def test_a_shorter_block_needs_no_shortest(tmp_path: Path) -> None:
    kind = load(tmp_path, "[blocks.strategic]\nminutes = 45").settings.kind("strategic")
    assert (kind.minutes, kind.shortest, kind.floor_minutes) == (45, 45, 45)
    kind = load(tmp_path, "[blocks.strategic]\nminutes = 180").settings.kind("strategic")
    assert (kind.minutes, kind.shortest, kind.floor_minutes) == (180, 90, 60)


def test_windows_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_bytes(b"role = 'executive'\r\n[texts]\r\nshift = '''a\r\nb'''\r\nwhy = 'c'\r\n")
    config = load_config(file, {}, {})
    assert config.settings.texts == {"shift": "a\nb", "why": "c"}
    assert config.origins["texts.why"] == "file, line 5"


def test_a_named_file_has_to_be_there_unless_it_is_about_to_be_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=re.escape(str(tmp_path / "no.toml"))):
        load_config(tmp_path / "no.toml", {}, {})
    assert load_config(tmp_path / "no.toml", {}, {}, must_exist=False).path is None
