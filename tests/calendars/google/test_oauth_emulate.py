"""Signing in at a server that we did not write: ``emulate`` from npm speaks Google's authorisation-code flow.

It serves the consent screen, PKCE, refresh and revoke on loopback. Where Node is missing this is skipped.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from blocker.calendars.google import sign_in
from blocker.calendars.google.identity import token_path
from blocker.commands.answer import Answer, Talk
from blocker.commands.connecting import connect
from blocker.config.load import Config
from blocker.running.session import Setup
from blocker.values.errors import SignInNeeded
from blocker.values.settings import Settings
from tests.tools.google_days import call
from tests.tools.google_world import surroundings

PACKAGE = "emulate@0.11.2"  # pinned: the tag "latest" is an unrelated package, and 0.12 wants a newer Node
WHO = "lead@example.org"
NOW = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The emulator, installed by npm into a place of its own."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("Node and npm are not here, and the emulator of Google's sign-in needs them")
    place = tmp_path_factory.mktemp("emulate")
    words = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(place), PACKAGE]
    try:
        subprocess.run(words, check=True, capture_output=True, timeout=120)
    except (subprocess.SubprocessError, OSError) as problem:
        pytest.skip(f"npm could not install {PACKAGE}: {type(problem).__name__}")
    return place / "node_modules" / ".bin" / "emulate"


@pytest.fixture(scope="module")
def google(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address."""
    place = tmp_path_factory.mktemp("seed")
    seed = place / "seed.yaml"
    seed.write_text(f"google:\n  users:\n    - email: {WHO}\n      name: Dana\n")  # no clients: any is let in
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (place / "log").open("wb") as log:
        words = [str(program), "start", "--service", "google", "--port", str(port), "--seed", str(seed)]
        server = subprocess.Popen(words, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, server, place / "log")
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        if server.poll() is not None:
            break
        try:
            found = requests.get(f"{address}/.well-known/openid-configuration", timeout=2).json()
        except (requests.RequestException, ValueError):
            time.sleep(0.1)
        else:
            assert "authorization_endpoint" in found  # it is the emulator that listens there, and no one else
            return
    pytest.fail(f"the emulator did not start: {log.read_text()}")


@pytest.fixture
def client(google: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desktop app's ``credentials.json`` for it."""
    monkeypatch.setenv("BLOCKER_GOOGLE_ROOT", f"{google}/")
    path = tmp_path / "credentials.json"
    inside = {
        "client_id": "app.apps.googleusercontent.com",
        "client_secret": "app-secret",
        "auth_uri": f"{google}/o/oauth2/v2/auth",
        "token_uri": f"{google}/oauth2/token",
        "redirect_uris": ["http://localhost"],
    }
    path.write_text(json.dumps({"installed": inside}))
    return path


class Person:
    """Reads the address that is said, goes there and answers. ``says`` is yes or no."""

    def __init__(self, says: str = "yes") -> None:
        self.says, self.heard, self.asked = says, [], {}  # type: ignore[var-annotated]
        self.browser: threading.Thread | None = None

    def __call__(self, line: str) -> None:
        self.heard.append(line)
        if line.strip().startswith("http://127.0.0.1") and "redirect_uri" in line:
            self.asked = parse_qs(urlsplit(line.strip()).query)
            self.browser = threading.Thread(target=self._consent, args=(line.strip(),))
            self.browser.start()

    def _consent(self, address: str) -> None:
        with requests.Session() as browser:
            if self.says == "no":
                back, state = self.asked["redirect_uri"][0], self.asked["state"][0]
                browser.get(back, params={"error": "access_denied", "state": state}, timeout=10)
                return
            page = browser.get(address, timeout=10).text
            fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
            form = {name: unescape(value) for name, value in fields.items()}
            browser.post(f"{address.split('/o/')[0]}/o/oauth2/v2/auth/callback", data=form, timeout=10)

    def done(self) -> None:
        if self.browser is not None:
            self.browser.join(20)


def signed_in(client: Path, tmp_path: Path, person: Person, **settings: Any) -> Answer:
    args = Namespace(
        what="google",
        credentials=client,
        token=None,
        service_account=None,
        subject=None,
        headless=True,
        hours=True,
        calendars=False,
        account=None,
    )
    config = Config(Settings(calendar="google:primary", **settings), {}, None)
    setup = Setup(config, tmp_path / "state", NOW, dict(os.environ))
    try:
        return connect(args, setup, Talk(person, None))
    finally:
        person.done()


def test_signing_in_and_reading(client: Path, tmp_path: Path) -> None:
    person = Person()
    answer = signed_in(client, tmp_path, person)
    path = token_path(surroundings())
    kept = sign_in.read_sign_in(path)
    assert kept is not None
    assert kept.refresh_token
    assert kept.scopes == (sign_in.OWNED, sign_in.HOURS)
    assert kept.at == "2026-11-02T06:30:00+00:00"
    assert person.asked["code_challenge_method"] == ["S256"]
    assert person.asked["access_type"] == ["offline"]
    assert person.asked["prompt"] == ["consent"]
    assert person.asked["redirect_uri"][0].startswith("http://127.0.0.1:")
    said = "\n".join([*person.heard, *answer.lines])
    assert sign_in.WORDS[sign_in.OWNED] in said
    assert str(path) in said
    assert kept.refresh_token not in said
    assert "app-secret" not in said
    assert call("plan", now="2026-11-02T06:30").code == 0


def test_a_sign_in_is_renewed_and_ends_when_it_is_revoked(client: Path, tmp_path: Path, google: str) -> None:
    signed_in(client, tmp_path, Person())
    kept = sign_in.read_sign_in(token_path(surroundings()))
    assert kept is not None
    sign_in.prove(kept, surroundings())
    sign_in.prove(kept, surroundings())
    made = requests.post(f"{google}/oauth2/revoke", data={"token": kept.refresh_token}, timeout=10)
    assert made.ok
    with pytest.raises(SignInNeeded, match="expired or was revoked") as caught:
        sign_in.prove(kept, surroundings())
    assert "blocker connect google" in caught.value.hint
    said = call("run", "-y", now="2026-11-02T06:30")
    assert said.code == 6
    assert kept.refresh_token not in said.out + said.err


def test_a_no_is_a_no_and_nothing_is_kept(client: Path, tmp_path: Path) -> None:
    with pytest.raises(SignInNeeded, match="access_denied"):
        signed_in(client, tmp_path, Person("no"))
    assert not token_path(surroundings()).exists()
