"""A kind of calendar is one folder and one line: what is known of a scheme is known in the registry alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from blocker import calendars
from blocker.calendars import Kind
from blocker.calendars.addresses import open_calendar
from blocker.cli import main
from blocker.values.errors import UsageError
from tests.calendars.made_up.backend import SLATES
from tests.tools.google_days import call

PACKAGE = Path(calendars.__file__).parent.parent
NOW = "2026-11-02T06:30"
# A report that other calendars can import is called ics after its form, and is written as one.
REPORT_FORM = {("reporting.py", '"ics"'), ("proposal.py", "calendars.ics")}
SLATE = "slate:kitchen"


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(calendars.BACKENDS, "slate", Kind("tests.calendars.made_up", ("slate:NAME",)))
    SLATES.clear()
    yield
    SLATES.clear()


def helped(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit):
        main([*words, "--help"])
    return " ".join(capsys.readouterr().out.split())


def test_the_line_and_the_folder_agree_on_what_can_be_written() -> None:
    for scheme, kind in calendars.BACKENDS.items():
        assert kind.is_written == (not calendars.about(scheme).read_only), scheme


def test_help_offers_it(made_up: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert " or slate:NAME" in helped(capsys)
    assert "a slate on the wall" in helped(capsys, "connect")
    assert "--chalk COLOUR what to write with" in helped(capsys, "connect", "slate")


def test_it_can_be_connected(made_up: None) -> None:
    said = call("connect", "slate", "--chalk", "red", now=NOW, calendar=SLATE)
    assert said.code == 0, said
    assert "slate:kitchen is written on with red chalk." in said.out
    assert f'calendar = "{SLATE}"' in said.out


def test_check_says_how_it_is(made_up: None) -> None:
    said = call("check", now=NOW, calendar=SLATE)
    assert "slate      0 on the wall" in said.out
    assert "slate:kitchen: 0 events" in said.out


def test_it_can_be_written_to(made_up: None) -> None:
    assert call("run", "-y", now=NOW, calendar=SLATE).code == 0
    assert SLATES["kitchen"].writes > 0
    assert call("run", now=NOW, calendar=SLATE).out.startswith("Up to date")


def test_a_config_may_name_it(made_up: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "config.toml"
    config.write_text('calendar = "slate:hall"\nalso_read = ["slate:kitchen"]\nprotect = "decline"\n')
    assert main(["-c", str(config), "--now", NOW, "check"]) == 0
    out = capsys.readouterr().out
    assert "slate:hall: 0 events" in out
    assert 'protect = "decline" declines nothing here: only Google Calendar has focus time' in out
    assert set(SLATES) == {"hall", "kitchen"}


def test_without_its_line_nobody_has_heard_of_it() -> None:
    said = call("plan", now=NOW, calendar=SLATE)
    assert said.code == 2
    assert "“slate:” is not supported" in said.err
    with pytest.raises(UsageError, match="not a calendar address"):
        open_calendar(SLATE, zone=None, me=())


@pytest.mark.parametrize("scheme", calendars.BACKENDS)
def test_no_other_folder_knows_a_scheme(scheme: str) -> None:
    """By its address, by a quoted name of its own, or by the name of whoever is behind it."""
    known = re.compile(
        rf"\b{scheme}:(?!\w+ *=)|[\"']{scheme}[\"']|calendars[./]{scheme}\b|google|caldav", re.IGNORECASE
    )
    for path in PACKAGE.rglob("*"):
        if path.suffix not in (".py", ".html", ".js", ".css") or PACKAGE / "calendars" in path.parents:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = known.search(line)
            if found and (path.name, found[0]) not in REPORT_FORM:
                pytest.fail(f"{path.relative_to(PACKAGE)}:{number} knows {found[0]}: {line.strip()}")
