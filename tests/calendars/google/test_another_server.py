"""A whole life on a Calendar API that nobody here wrote: ``myworld`` from PyPI, which plays a company's calendars to agents.

It differs from our own server where ours may be wrong: no search by private properties, no partial answers, no
versions to rest a change on, private properties replaced and not merged, nothing left of what is deleted.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from blocker.calendars.google import sign_in
from blocker.files.places import state_dir
from tests.tools.google_days import MONDAY, call, key

PACKAGE = "myworld==0.2.1"
NOW, LATER = f"{MONDAY}T06:30", f"{MONDAY + timedelta(days=1)}T06:30"
SCOPE = "https://www.googleapis.com/auth/calendar"
# Started as a program of its own, with the seed and the port as arguments: it prints a token and serves.
SERVE = """
import json, sys, uvicorn
from myworld.api.http import mint
from myworld.host import Host, HostConfig, create_app
host = Host(HostConfig())
host.create("calendar", json.loads(sys.argv[1]), instance_id="lead")
print(mint(host.gateway_secret, instance="lead"), flush=True)
uvicorn.run(create_app(host), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
"""


def seed() -> dict[str, Any]:
    """Eleven weeks of meetings with a colleague, five of them over."""
    events = []
    for number in range(5 * 11):
        day = MONDAY + timedelta(weeks=number // 5 - 5, days=number % 5)
        offset = "+02:00" if day < date(2026, 10, 25) else "+01:00"
        for start, end in (("11:00", "12:00"), ("13:30", "15:00"), ("15:00", "16:30")):
            times = {"start": f"{day}T{start}:00{offset}", "end": f"{day}T{end}:00{offset}"}
            events.append({"summary": f"{day:%a} {start}", "attendees": ["ann@acme.com"], **times})
    user = {"email": "lead@acme.com", "name": "Dana"}
    return {"user": user, "people": [], "timeZone": "Europe/Berlin", "events": events}


class Calendar:
    """The calendar as a person's own program reaches it."""

    def __init__(self, address: str, token: str) -> None:
        self.address, self.token = address, token

    def ask(self, method: str, event: str = "", **changes: Any) -> dict[str, Any]:
        url = f"{self.address}calendar/v3/calendars/primary/events{event}"
        head = {"Authorization": f"Bearer {self.token}"}
        answer = requests.request(method, url, headers=head, json=changes or None, timeout=10)
        answer.raise_for_status()
        return dict(answer.json()) if answer.content else {}

    def events(self) -> dict[str, dict[str, Any]]:
        return {event["id"]: event for event in self.ask("GET", "?maxResults=2500")["items"]}

    def blocks(self) -> list[dict[str, Any]]:
        ours = [event for event in self.events().values() if event["id"].startswith("blk0")]
        return sorted(ours, key=lambda event: str(event["start"]))

    def others(self) -> dict[str, str]:
        return {name: event["etag"] for name, event in self.events().items() if not name.startswith("blk0")}


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The server, installed by pip into a place of its own."""
    place = tmp_path_factory.mktemp("myworld")
    words = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(place), PACKAGE]
    try:
        subprocess.run(words, check=True, capture_output=True, timeout=180)
    except (subprocess.SubprocessError, OSError) as problem:
        pytest.skip(f"pip could not install {PACKAGE}: {type(problem).__name__}")
    return place


@pytest.fixture
def calendar(
    packages: Path, own_places: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Calendar]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-c", SERVE, json.dumps(seed()), str(port)]
    environ = {**os.environ, "PYTHONPATH": str(packages)}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environ) as server:
        try:
            assert server.stdout is not None
            token = server.stdout.readline().strip()
            at = f"http://127.0.0.1:{port}/gw/"
            _wait_for(f"http://127.0.0.1:{port}/healthz", server)
            monkeypatch.setenv("BLOCKER_GOOGLE_ROOT", f"{at}www.googleapis.com/")
            made = sign_in.SignIn(
                "user", (SCOPE,), "client", "secret", token, f"{at}oauth2.googleapis.com/token"
            )
            sign_in.keep_sign_in(tmp_path / "brought.json", made)
            yield Calendar(f"{at}www.googleapis.com/", token)
        finally:
            server.terminate()


def _wait_for(address: str, server: subprocess.Popen[str]) -> None:
    for _ in range(200):
        if server.poll() is not None:
            break
        try:
            assert requests.get(address, timeout=2).json()["ok"]
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server did not start")


def done(*words: str, now: str = LATER) -> str:
    said = call(*words, now=now)
    assert said.code == 0, (words, said)
    return said.out


def test_a_whole_life(calendar: Calendar, tmp_path: Path) -> None:
    theirs = calendar.others()
    brought = ("--token", str(tmp_path / "brought.json"))
    assert "you are lead@acme.com" in done("connect", "google", *brought, now=NOW)
    done("check", now=NOW)
    done("run", "-y", now=NOW)
    booked = [event for event in calendar.blocks() if "dateTime" in event["start"]]
    assert len(booked) > 10
    assert "Up to date" in done("run")

    moved, retitled, deleted, shared = booked[2:6]
    evening = {
        side: moved[side]["dateTime"][:11] + clock for side, clock in (("start", "17:00"), ("end", "18:00"))
    }
    when = {side: {"dateTime": f"{text}:00+01:00"} for side, text in evening.items()}
    calendar.ask("PATCH", f"/{moved['id']}", **when)
    calendar.ask("PATCH", f"/{retitled['id']}", summary="My own")
    calendar.ask("DELETE", f"/{deleted['id']}")
    calendar.ask("PATCH", f"/{shared['id']}", attendees=[{"email": "ann@acme.com"}])
    done("run")
    there = calendar.events()
    assert there[moved["id"]]["start"]["dateTime"].startswith(evening["start"])
    assert there[retitled["id"]]["summary"] == "My own"
    assert key(deleted) not in {key(event) for event in calendar.blocks()}
    edited = {name: there[name]["etag"] for name in (moved["id"], retitled["id"], shared["id"])}

    done("skip", "2026-W48")
    done("undo")
    shutil.rmtree(state_dir(os.environ))  # a new machine
    done("run", "-y")
    keys = [key(event) for event in calendar.blocks()]
    assert len(keys) == len(set(keys))
    assert edited.items() <= {name: event["etag"] for name, event in calendar.events().items()}.items()

    done("leave", "--remove", "-y")
    assert [event["id"] for event in calendar.blocks()] == [shared["id"]], (
        "it is the person's since they shared it"
    )
    done("run", "-y")
    assert len(calendar.blocks()) > 10
    assert calendar.others() == theirs
