"""What comes on top of a week's minimum is free on Google until its day is near; then one quiet update makes it busy."""

from __future__ import annotations

import pytest

from tests.tools.google_days import blocks, call, key, requests_of
from tests.tools.google_server import GoogleServer

NOW, LATER = "2026-11-02T06:30", "2026-11-04T06:30"

pytestmark = pytest.mark.usefixtures("busy")


def test_a_free_block_becomes_busy_in_place_by_one_update(
    server: GoogleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLOCKER_PROTECT", "graded")
    call("run", "-y", now=NOW)
    free = {key(event): event for event in blocks(server) if event.get("transparency") == "transparent"}
    timed = {name for name, event in free.items() if "dateTime" in event["start"]}
    assert timed
    names = requests_of(server, lambda: call("run", now=LATER))
    after = {key(event): event for event in blocks(server)}
    hardened = [name for name in timed if after[name].get("transparency") != "transparent"]
    assert hardened
    assert all(after[name]["start"] == free[name]["start"] for name in hardened)
    assert names.count("events.patch") >= len(hardened)
    assert not {"events.insert", "events.delete"} & set(names)
    assert requests_of(server, lambda: call("run", now=LATER)) == ["events.list"] * 2
