"""One file is one calendar, whichever links and detours its address takes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from blocker.calendars.addresses import open_calendar
from blocker.files.lock import only_run
from blocker.files.places import state_dir
from tests.tools.command_line import sample
from tests.tools.google_days import call

NOW = "2026-11-02T06:30"


@pytest.fixture
def names(tmp_path: Path) -> list[str]:
    path = sample(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.ics").symlink_to("calendar.ics")
    (tmp_path / "again.ics").symlink_to("link.ics")
    return [
        f"ics:{path}",
        f"ics:{tmp_path}/link.ics",
        f"ics:{tmp_path}/again.ics",
        f"ics:{tmp_path}/folder/../calendar.ics",
    ]


def test_every_name_leads_to_one_identity(names: list[str]) -> None:
    found = {open_calendar(name, zone=None, me=()).identity().name for name in names}
    assert len(found) == 1


def test_another_file_is_another_calendar(names: list[str], tmp_path: Path) -> None:
    copy = tmp_path / "copy.ics"
    copy.write_bytes((tmp_path / "calendar.ics").read_bytes())
    one, other = (open_calendar(name, zone=None, me=()).identity() for name in (names[0], f"ics:{copy}"))
    assert one.name != other.name
    assert not one.answers_to(other.name)


def test_a_yes_to_one_name_is_a_yes_to_the_file(names: list[str]) -> None:
    assert call("run", "-y", now=NOW, calendar=names[1]).code == 0
    for name in names:
        said = call("run", now=NOW, calendar=name)
        assert said.code == 0, said
        assert said.out.startswith("Up to date"), name


def test_a_file_that_is_also_read_under_another_name_is_read_once(
    names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    config.write_text("")
    alone = call("load", "--json", now=NOW, calendar=names[0]).json
    config.write_text(f"also_read = {names[1:]!r}\n")
    assert call("load", "--json", now=NOW, calendar=names[0]).json == alone


def test_two_runs_under_two_names_take_turns(names: list[str]) -> None:
    """While one of them has the calendar, the later one ends as something that passes, and writes nothing."""
    for held in names:
        with only_run(state_dir(os.environ), open_calendar(held, zone=None, me=()).identity().name):
            for name in names:
                path = Path(name.removeprefix("ics:"))
                before = path.read_bytes()
                said = call("run", "-y", now=NOW, calendar=name)
                assert said.code == 75, (held, name)
                assert "another run is working on" in said.err
                assert path.read_bytes() == before
    assert call("run", "-y", now=NOW, calendar=names[0]).code == 0
