"""Every request of a whole life with blocker, held against Google's own description of its API (the discovery document)."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from pathlib import Path

import pytest

from blocker.values.settings import Settings
from tests.calendars.google.test_consent import OTHER, TEAM, Browser, connected
from tests.tools.google_days import blocks, call, key, meeting
from tests.tools.google_server import GoogleServer
from tests.tools.google_world import surroundings

NOW, LATER = "2026-11-02T06:30", "2026-11-03T06:30"
ALSO_READ = (f"google:{OTHER}", f"google:{TEAM}")
CONFIG = f"""
calendar = "google:primary"
also_read = {list(ALSO_READ)}
protect = "decline"
decline_message = "I think then."
chat_status = "do_not_disturb"
native_focus = true
"""
READ = {"alt", "fields", "maxResults", "timeMin"}
# All that Google is ever asked, and how.
SURFACE = {
    "calendarList.list": {"alt", "fields", "maxResults"},
    "calendars.get": {"alt", "fields"},
    "events.list": READ | {"privateExtendedProperty", "singleEvents", "timeMax"},
    "events.get": {"alt", "fields"},
    "events.insert": {"alt", "fields", "sendUpdates"},
    "events.patch": {"alt", "fields", "sendUpdates"},
    "events.delete": {"sendUpdates"},
}


def live(server: GoogleServer, tmp_path: Path) -> None:
    """Sign in twice, plan, run, edit by hand, park, skip, undo, move to a new machine, leave."""
    client = tmp_path / "credentials.json"
    client.write_text(json.dumps(server.credentials()))
    settings = Settings(calendar="google:primary", also_read=ALSO_READ)
    connected(client, tmp_path, Browser(), settings=settings, hours=True, calendars=True)
    server.tokens.consents = OTHER
    connected(client, tmp_path, Browser(), settings=settings, account=OTHER)
    for words in (["check"], ["plan"], ["run", "-y"], ["run"]):
        said = call(*words, now=NOW)
        assert said.code == 0, (words, said.out, said.err)
    moved, retitled, deleted, hit = blocks(server)[2:6]
    server.edit("primary", moved["id"], {"colorId": "5"})
    server.edit("primary", retitled["id"], {"summary": "My own"})
    server.remove("primary", deleted["id"])
    day = hit["start"]["dateTime"][:10]
    server.put_event("primary", meeting(day, "08:00", "12:00"))
    for words in (["park", "Is it ours?"], ["run"], ["skip", "2026-W47"], ["undo"], ["skip", key(moved)]):
        assert call(*words, now=LATER).code == 0, words
    shutil.rmtree(surroundings().state_dir)
    for words in (["run", "-y"], ["run"], ["report"], ["leave", "--remove", "-y"], ["run", "-y"]):
        assert call(*words, now=LATER).code == 0, words


def test_every_request_is_one_that_google_describes(
    server: GoogleServer, busy: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.add_calendar(OTHER)
    server.add_calendar(TEAM, access_role="reader")
    (tmp_path / "config.toml").write_text(CONFIG)
    monkeypatch.delenv("BLOCKER_PROTECT")
    monkeypatch.setenv("BLOCKER_CONFIG", str(tmp_path / "config.toml"))
    live(server, tmp_path)
    used: dict[str, set[str]] = defaultdict(set)
    for entry in server.log:
        if entry.name in ("token", "ooauth2auth"):
            continue
        method = server.discovery.methods[entry.name]
        server.discovery.read_query(method, entry.query)  # raises for what the document does not know
        if method.request:
            server.discovery.check_body(method.request, entry.body)
        assert entry.status in (200, 204, 403, 409), entry
        used[entry.name] |= entry.query.keys()
    assert used == SURFACE
    sent = [entry.body for entry in server.log.named("events.insert") if entry.body]
    assert {body.get("eventType") for body in sent} == {None, "focusTime"}
