"""The sign-in: how it is kept, who may read it, how it ends, and that nothing secret is ever said."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google_server import GoogleServer, backend_error, unauthorized

from blocker.calendars import google_auth as auth
from blocker.calendars import google_consent as consent
from blocker.calendars._private_files import write_private
from blocker.calendars.google_auth import HOURS, OWNED, READ_ALL, WRITE_ALL, SignIn
from blocker.errors import ConfigError, SignInNeeded, Unreachable, UsageError
from blocker.settings import Settings
from tests.command_line import sample
from tests.google_days import call, requests_of
from tests.google_world import no_waiting

NOW = "2026-11-02T06:30"
IN_THE_CLEAR: dict[str, Any] = {"token_uri": "http://example.org/token"}
SECRETS = ("refresh-1", "client-secret")


@pytest.fixture
def place(own_places: None) -> Path:
    """Where the sign-in is kept, in an empty home."""
    return auth.token_path(os.environ)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleServer]:
    no_waiting(monkeypatch)
    with GoogleServer() as running:
        monkeypatch.setenv("BLOCKER_GOOGLE_ROOT", running.root_url)
        yield running


def signed_in(server: GoogleServer, *scopes: str, **changes: str) -> SignIn:
    return replace(
        SignIn(
            "user",
            scopes=scopes or (OWNED, HOURS),
            client_id=server.tokens.client_id,
            client_secret=server.tokens.client_secret,
            refresh_token=server.tokens.grant(*(scopes or (OWNED, HOURS))),
            token_uri=server.token_uri,
            at="2026-10-30T08:00:00+00:00",
        ),
        **changes,
    )


SOME = SignIn("user", (OWNED,), "id", "client-secret", "refresh-1", at="2026-10-30T08:00:00+00:00")


# The file


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_it_is_kept_for_its_owner_alone(place: Path, umask: int) -> None:
    place.parent.mkdir(parents=True)
    before = os.umask(umask)
    try:
        auth.keep_sign_in(place, SOME)
    finally:
        os.umask(before)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert [p.name for p in place.parent.iterdir()] == [place.name]
    assert auth.read_sign_in(place) == SOME


def test_its_folder_is_made_for_its_owner_alone(place: Path) -> None:
    auth.keep_sign_in(place, SOME)
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


def test_one_that_was_readable_is_so_no_more_when_it_is_written_again(place: Path) -> None:
    auth.keep_sign_in(place, SOME)
    place.chmod(0o644)
    auth.keep_sign_in(place, SOME)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_a_write_that_fails_leaves_the_old_one(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    auth.keep_sign_in(place, SOME)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match="No space left"):
        auth.keep_sign_in(place, replace(SOME, client_id="other"))
    monkeypatch.undo()
    assert auth.read_sign_in(place) == SOME
    assert [p.name for p in place.parent.iterdir()] == [place.name]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_one_that_others_can_read_is_refused(place: Path, mode: int) -> None:
    auth.keep_sign_in(place, SOME)
    place.chmod(mode)
    with pytest.raises(SignInNeeded, match="others") as caught:
        auth.read_sign_in(place)
    assert f"chmod 600 {place}" in caught.value.hint
    assert call("plan", now=NOW).code == 6


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"kind": "user"}', '{"kind": 3}', '{"kind": "service account"}', "\x00"]
)
def test_a_damaged_one_wants_a_new_sign_in(place: Path, text: str) -> None:
    write_private(place, text)
    with pytest.raises(SignInNeeded):
        auth.read_sign_in(place)


def test_none_at_all_wants_a_sign_in(place: Path) -> None:
    assert auth.read_sign_in(place) is None
    said = call("run", now=NOW)
    assert said.code == 6
    assert "blocker connect google" in said.err


def test_tokens_are_sent_only_where_they_are_safe(place: Path) -> None:
    auth.keep_sign_in(place, replace(SOME, **IN_THE_CLEAR))
    with pytest.raises(UsageError):
        auth.read_sign_in(place)


def test_nothing_secret_is_in_its_words() -> None:
    assert not any(secret in repr(SOME) + str(SOME) for secret in SECRETS)


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        ("", None), ("http://127.0.0.1:80", "http://127.0.0.1:80/"), ("http://localhost:1/", "http://localhost:1/"),
        ("http://[::1]:5/", "http://[::1]:5/"), ("https://api.example.org", "https://api.example.org/"),
    ],
)  # fmt: skip
def test_another_root(root: str, expected: str | None) -> None:
    assert auth.api_root({"BLOCKER_GOOGLE_ROOT": root}) == expected


@pytest.mark.parametrize(
    "root",
    [
        "http://example.org/",
        "http://10.0.0.1/",
        "ftp://127.0.0.1/",
        "127.0.0.1:80",
        "http://127.0.0.1.example.org/",
    ],
)
def test_a_root_that_is_not_safe(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOCKER_GOOGLE_ROOT", root)
    assert call("plan", now=NOW).code == 2


# In use


def test_a_run_signs_in_once(server: GoogleServer, place: Path) -> None:
    auth.keep_sign_in(place, signed_in(server))
    assert requests_of(server, lambda: call("plan", now=NOW)) == ["token", "events.list", "events.list"]


def test_an_access_token_that_ends_on_the_way_is_renewed(server: GoogleServer, place: Path) -> None:
    auth.keep_sign_in(place, signed_in(server))
    server.faults.next(unauthorized(), on="events.list")
    assert call("plan", now=NOW).code == 0
    assert server.log.count("token") == 2


@pytest.mark.parametrize("words", [["plan"], ["run", "-y"], ["check"], ["load"]])
def test_a_sign_in_that_was_revoked_is_exit_6(server: GoogleServer, place: Path, words: list[str]) -> None:
    auth.keep_sign_in(place, signed_in(server))
    server.tokens.revoke()
    said = call("-v", *words, now=NOW)
    assert said.code == 6
    heard = said.out + said.err
    assert "blocker connect google" in heard
    assert "Testing" in heard
    assert not any(secret in heard for secret in SECRETS)


def test_a_scope_that_is_missing_is_exit_6(server: GoogleServer, place: Path) -> None:
    auth.keep_sign_in(place, signed_in(server, HOURS))
    said = call("plan", now=NOW)
    assert said.code == 6
    assert "blocker connect google" in said.err


def test_a_sign_in_server_in_trouble_is_exit_75(server: GoogleServer, place: Path) -> None:
    auth.keep_sign_in(place, signed_in(server))
    server.faults.next(backend_error(), on="token", times=99)
    with pytest.raises(Unreachable):
        auth.prove(signed_in(server))
    assert call("plan", now=NOW).code == 75


# Scopes


@pytest.mark.parametrize(
    ("settings", "scopes"),
    [
        (Settings(), [OWNED, HOURS]),
        (Settings(calendar="google:primary", hours_set=True), [OWNED]),
        (
            Settings(calendar="google:primary", also_read=("ics:/x", "google:primary"), hours_set=True),
            [OWNED],
        ),
        (Settings(calendar="google:primary", also_read=("google:t@x",), hours_set=True), [OWNED, READ_ALL]),
        (Settings(calendar="google:t@x", hours_set=True), [WRITE_ALL]),
        (Settings(calendar="ics:/x"), [OWNED, HOURS]),
    ],
)
def test_the_least_is_asked_for(settings: Settings, scopes: list[str]) -> None:
    asked = consent.scopes_for(settings)
    assert [a.scope for a in asked] == scopes
    assert all(a.why and a.scope in auth.WORDS for a in asked)


def test_what_was_left_unticked() -> None:
    asked = consent.scopes_for(Settings())
    assert consent.check_granted(replace(SOME, scopes=(OWNED, HOURS)), asked) == ()
    assert [a.scope for a in consent.check_granted(replace(SOME, scopes=(OWNED,)), asked)] == [HOURS]
    assert [a.scope for a in consent.check_granted(replace(SOME, scopes=(WRITE_ALL,)), asked)] == [HOURS]
    with pytest.raises(SignInNeeded, match="unticked"):
        consent.check_granted(replace(SOME, scopes=(HOURS,)), asked)


# connect


def client(**changes: Any) -> dict[str, Any]:
    inside = {"client_id": "id", "client_secret": "s", "auth_uri": "https://a/", "token_uri": "https://t/"}
    return {"installed": {**inside, **changes}}


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        "{}",
        json.dumps({"web": {}}),
        json.dumps({"type": "service_account"}),
        json.dumps(client(client_id="")),
    ],
)
def test_credentials_that_are_none(tmp_path: Path, content: str, place: Path) -> None:
    path = tmp_path / "credentials.json"
    path.write_text(content)
    said = call("connect", "google", "--credentials", str(path), now=NOW)
    assert said.code == 2
    assert str(path) in said.err


def test_credentials_that_would_send_the_secret_in_the_clear(tmp_path: Path) -> None:
    path = tmp_path / "credentials.json"
    path.write_text(json.dumps(client(**IN_THE_CLEAR)))
    with pytest.raises(UsageError):
        consent.read_client(path)


def test_no_credentials_says_how_to_get_some(place: Path) -> None:
    said = call("connect", "google", now=NOW)
    assert said.code == 2
    assert "docs/google.md" in said.err


def test_a_token_from_another_machine(server: GoogleServer, place: Path, tmp_path: Path) -> None:
    brought = tmp_path / "brought.json"
    auth.keep_sign_in(brought, signed_in(server))
    said = call("connect", "google", "--token", str(brought), now=NOW)
    assert said.code == 0, said
    assert "zone is Europe/Berlin, and you are lead@example.org" in said.out
    assert str(place) in said.out
    assert auth.read_sign_in(place) == auth.read_sign_in(brought)
    assert not any(secret in said.out + said.err for secret in SECRETS)


def test_a_token_that_is_no_good_leaves_the_old_one(
    server: GoogleServer, place: Path, tmp_path: Path
) -> None:
    auth.keep_sign_in(place, signed_in(server))
    before = place.read_bytes()
    brought = tmp_path / "brought.json"
    auth.keep_sign_in(brought, replace(SOME, token_uri=server.token_uri))
    assert call("connect", "google", "--token", str(brought), now=NOW).code == 6
    assert place.read_bytes() == before


def service_key(token_uri: str) -> dict[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return {
        "type": "service_account",
        "client_email": "b@p.iam.gserviceaccount.com",
        "private_key": pem,
        "token_uri": token_uri,
    }


def test_a_service_account_acts_for_somebody(
    server: GoogleServer, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "key.json"
    write_private(key, json.dumps(service_key(server.token_uri)))
    words = ("connect", "google", "--service-account", str(key), "--subject", "lead@example.org")
    refused = call(*words, now=NOW)
    assert refused.code == 6  # the test server grants no tokens to service accounts
    assert not place.exists()
    monkeypatch.setattr(auth, "prove", lambda sign_in: None)
    call(*words, now=NOW)
    kept = auth.read_sign_in(place)
    assert kept is not None
    assert (kept.kind, kept.subject, kept.key_file) == ("service account", "lead@example.org", str(key))
    made = auth.credentials_of(kept)
    assert (made._subject, made.scopes) == ("lead@example.org", [OWNED, HOURS])
    key.chmod(0o644)
    with pytest.raises(SignInNeeded, match="others"):
        auth.credentials_of(kept)


def test_a_subject_needs_a_service_account() -> None:
    assert call("connect", "google", "--subject", "x@example.org", now=NOW).code == 2


def test_caldav_is_not_there_yet() -> None:
    said = call("connect", "caldav", now=NOW)
    assert said.code == 2
    assert "not there yet" in said.err


def test_a_file_needs_no_sign_in(tmp_path: Path) -> None:
    path = sample(tmp_path)
    said = call("connect", "ics", now=NOW, calendar=f"ics:{path}")
    assert said.code == 0
    assert f'calendar = "ics:{path}"' in said.out
    assert call("connect", "ics", now=NOW, calendar=f"ics:{tmp_path}/none.ics").code == 1
    assert call("connect", "ics", now=NOW).code == 2


# check


@pytest.mark.parametrize(
    ("at", "ends", "words"),
    [
        ("2026-10-30T08:00:00+00:00", "", "on 2026-11-06"),
        ("2026-10-20T08:00:00+00:00", "", "outlived"),
        ("2026-10-30T08:00:00+00:00", "2026-11-06T08:00:00+00:00", "Google ends it on 2026-11-06"),
        ("", "", "signed in"),
        ("yesterday", "", "signed in"),
    ],
)
def test_check_tells_how_long_the_sign_in_lasts(
    server: GoogleServer, place: Path, at: str, ends: str, words: str
) -> None:
    auth.keep_sign_in(place, signed_in(server, at=at, ends=ends))
    said = call("check", now=NOW)
    assert said.code == 0
    assert words in said.out


def test_check_without_a_sign_in_says_so(place: Path) -> None:
    said = call("check", now=NOW)
    assert said.code == 6
    assert "not signed in" in said.out


def test_consent_that_ends_is_kept_with_its_end() -> None:
    token = {"refresh_token": "r", "scope": f"{OWNED} {HOURS}", "refresh_token_expires_in": 604800}
    made = consent._sign_in(client()["installed"], token, (OWNED,), datetime(2026, 11, 2, tzinfo=UTC))
    assert made.scopes == (OWNED, HOURS)
    assert made.ends == "2026-11-09T00:00:00+00:00"
    with pytest.raises(SignInNeeded):
        consent._sign_in(client()["installed"], {}, (OWNED,), datetime(2026, 11, 2, tzinfo=UTC))
