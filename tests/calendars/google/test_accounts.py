"""Two accounts side by side, one calendar under two names, and an account that changes under a config."""

from __future__ import annotations

from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from io import StringIO
from pathlib import Path

import pytest

from blocker.calendars.google import sign_in
from blocker.calendars.google.identity import token_path
from blocker.calendars.google.marks import is_ours
from blocker.cli import main
from tests.tools.command_line import Said
from tests.tools.google_days import busy_weeks, call, requests_of
from tests.tools.google_server import GoogleServer
from tests.tools.google_world import LEAD, signed_in, surroundings

NOW = "2026-11-02T06:30"
OTHER = "dana@example.net"


@pytest.fixture
def server(server: GoogleServer) -> GoogleServer:
    """With a second account on it, and weeks that are busy for the first."""
    server.add_calendar(OTHER)
    busy_weeks(server, date(2026, 11, 2), 3)
    return server


def with_config(config: Path, *words: str) -> Said:
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["-c", str(config), "--now", NOW, *words])
    return Said(code, out.getvalue(), err.getvalue())


def configured(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('calendar = "google:primary"\nholidays = "off"\n')
    return path


def brought(server: GoogleServer, place: Path, account: str) -> str:
    sign_in.keep_sign_in(place / f"brought-{account}.json", signed_in(server, account=account))
    return str(place / f"brought-{account}.json")


def ours(server: GoogleServer, calendar: str) -> int:
    return sum(is_ours(event) for event in server.events(calendar))


@pytest.mark.parametrize("names", [("one/config.toml", "two/config.toml"), ("work.toml", "home.toml")])
def test_two_accounts_with_two_configs_work_side_by_side(
    server: GoogleServer, tmp_path: Path, names: tuple[str, str]
) -> None:
    configs = {who: configured(tmp_path / name) for who, name in zip((LEAD, OTHER), names, strict=True)}
    for who, config in configs.items():
        said = with_config(config, "connect", "google", "--token", brought(server, tmp_path, who))
        assert said.code == 0, said
    for who, config in configs.items():
        before = {each: ours(server, each) for each in configs}
        assert with_config(config, "run").code == 4, "each account has to be said yes to"
        assert with_config(config, "run", "-y").code == 0
        grown = [each for each in configs if ours(server, each) > before[each]]
        assert grown == [who]
        said = with_config(config, "check")
        assert f"signed in as {who}" in said.out
        assert f"kept in {config.parent}" in said.out
    for config in configs.values():
        assert with_config(config, "run").out.startswith("Up to date")


def test_the_calendar_that_is_called_primary_is_the_one_with_the_accounts_address(
    server: GoogleServer,
) -> None:
    assert call("run", "-y", now=NOW, calendar="google:primary").code == 0
    written = ours(server, LEAD)
    said = call("run", now=NOW, calendar=f"google:{LEAD}")
    assert said.out.startswith("Up to date"), said
    assert ours(server, LEAD) == written


def test_google_is_asked_once_for_the_account_of_a_sign_in(server: GoogleServer) -> None:
    sign_in.keep_sign_in(token_path(surroundings()), signed_in(server))
    asked = [requests_of(server, lambda: call("plan", now=NOW)).count("calendars.get") for _ in range(3)]
    assert asked == [1, 0, 0]


def test_a_sign_in_that_may_only_see_events_has_an_account_too(server: GoogleServer, tmp_path: Path) -> None:
    path = token_path(surroundings())
    sign_in.keep_sign_in(path, signed_in(server, sign_in.OWNED))
    assert call("run", "-y", now=NOW).code == 0
    assert f"signed in as {LEAD}" in call("check", now=NOW).out
    sign_in.keep_sign_in(path, signed_in(server, sign_in.OWNED, account=OTHER))
    assert call("run", now=NOW).code == 6


@pytest.mark.parametrize("words", [["run", "-y"], ["plan"], ["check"], ["leave", "--remove", "-y"]])
def test_an_account_that_changed_under_a_config_is_refused(server: GoogleServer, words: list[str]) -> None:
    path = token_path(surroundings())
    sign_in.keep_sign_in(path, signed_in(server))
    assert call("run", "-y", now=NOW).code == 0
    sign_in.keep_sign_in(path, signed_in(server, account=OTHER))
    said = call(*words, now=NOW)
    heard = said.out + said.err
    assert said.code == 6, said
    assert LEAD in heard
    assert OTHER in heard
    assert "blocker connect google" in heard
    assert ours(server, OTHER) == 0
    sign_in.keep_sign_in(path, signed_in(server))
    assert call("run", now=NOW).out.startswith("Up to date")


def test_connect_keeps_no_sign_in_of_another_account(server: GoogleServer, tmp_path: Path) -> None:
    assert call("connect", "google", "--token", brought(server, tmp_path, LEAD), now=NOW).code == 0
    kept = sign_in.read_sign_in(token_path(surroundings()))
    said = call("connect", "google", "--token", brought(server, tmp_path, OTHER), now=NOW)
    assert said.code == 6
    assert LEAD in said.err
    assert OTHER in said.err
    assert sign_in.read_sign_in(token_path(surroundings())) == kept


def test_a_config_elsewhere_does_not_borrow_the_usual_sign_in(server: GoogleServer, tmp_path: Path) -> None:
    usual = token_path(surroundings())
    sign_in.keep_sign_in(usual, signed_in(server))
    monkey = configured(tmp_path / "away" / "work.toml")
    place = surroundings(monkey)
    assert token_path(place).parent == monkey.parent
    assert sign_in.read_sign_in(token_path(place)) is None
