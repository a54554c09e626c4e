"""The same calendar gives the same plan, whether it is a file, a folder, on a server or behind a link."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from blocker.calendars.addresses import open_calendar
from blocker.calendars.caldav.sign_in import SignIn, keep
from blocker.calendars.port import Surroundings
from blocker.cli import main
from blocker.commands.sample import sample_calendar
from tests.calendars.dir.vdir import split
from tests.tools.caldav_servers import Person, running
from tests.tools.contract import WINDOW
from tests.tools.feed_server import published
from tests.tools.places import CORPUS

MONDAY = date(2026, 11, 2)
NAMES = re.compile(r"(?:ics|dir|feed|caldav):[^\"\s]*")


def plan_of(config: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    capsys.readouterr()
    assert main(["-c", str(config), "--now", "2026-11-02T06:30", "--json", "plan"]) == 0
    plan = json.loads(NAMES.sub("there", capsys.readouterr().out))
    del plan[
        "zone_source"
    ]  # a server has the zone of a calendar as a property of its own, which is not set here
    return plan


@pytest.mark.parametrize("role", ["read", "written"])
def test_four_kinds_of_calendar_give_the_same_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], role: str
) -> None:
    content = sample_calendar(MONDAY)
    (tmp_path / "work.ics").write_bytes(content)
    split(content, tmp_path / "work")
    config = tmp_path / "config.toml"
    (tmp_path / "server").mkdir()
    with published(content) as feed, running("radicale", tmp_path / "server") as server:
        person = Person(server, server.make_calendar())
        person.load(content)
        keep(SignIn(server.root, server.user, server.password), Surroundings(tmp_path, config, config))
        on_server = f"caldav:{server.root}{person.path}"
        plans = []
        for address in (f"ics:{tmp_path}/work.ics", f"dir:{tmp_path}/work", on_server, feed.address):
            lines = [f'calendar = "{address}"']
            if role == "read":
                lines = [
                    f'calendar = "ics:{tmp_path}/blocks.ics"',
                    "publish = true",
                    f'also_read = ["{address}"]',
                ]
            config.write_text("\n".join(lines))
            config.chmod(0o600)
            plans.append(plan_of(config, capsys))
    assert plans[0]["changes"]
    for other in plans[1:]:
        assert other == plans[0]


ONE_CALENDAR = [
    path for path in sorted(CORPUS.glob("*.ics")) if path.read_bytes().count(b"BEGIN:VCALENDAR") == 1
]


@pytest.mark.parametrize("path", ONE_CALENDAR, ids=lambda path: path.stem)
def test_every_oddity_of_a_file_is_the_same_in_a_folder(path: Path, tmp_path: Path) -> None:
    """One file in a folder is that file."""

    (tmp_path / "one.ics").write_bytes(path.read_bytes())
    if path.read_bytes().rstrip()[-13:].upper() != b"END:VCALENDAR":
        pytest.skip("it is no whole calendar")
    file, folder = (
        open_calendar(address, zone="Europe/Berlin", me=()).read(WINDOW)
        for address in (f"ics:{tmp_path}/one.ics", f"dir:{tmp_path}")
    )
    mine = [(event.uid, event.when, event.dates, event.title) for event in file.events]
    assert [(event.uid, event.when, event.dates, event.title) for event in folder.events] == mine
    assert (folder.zone, folder.me, folder.components) == (file.zone, file.me, file.components)
    assert [s.why for s in folder.skipped] == [s.why for s in file.skipped]
