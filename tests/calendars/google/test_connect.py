"""``blocker connect`` and what ``check`` says of it: scopes, credentials, tokens brought, service accounts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from googleapiclient.discovery_cache import get_static_doc
from msgspec.structs import replace

from blocker.calendars.google import consent, sign_in
from blocker.calendars.google.sign_in import HOURS, OWNED, READ_ALL, WRITE_ALL
from blocker.files.private import write_private
from blocker.values.errors import SignInNeeded, UsageError
from blocker.values.settings import Settings
from tests.tools.command_line import sample
from tests.tools.google_days import call
from tests.tools.google_server import GoogleServer
from tests.tools.google_world import SOME, signed_in, surroundings

NOW = "2026-11-02T06:30"
IN_THE_CLEAR: dict[str, Any] = {"token_uri": "http://example.org/token"}
SECRETS = ("refresh-1", "client-secret")


# Scopes


TEAM = "google:team@group.calendar.google.com"


@pytest.mark.parametrize(
    ("settings", "scopes"),
    [
        (Settings(), [OWNED]),
        (Settings(calendar="google:primary"), [OWNED]),
        (Settings(calendar="google:primary", also_read=("ics:/x", "google:primary")), [OWNED]),
        (Settings(calendar="google:primary", also_read=(TEAM,)), [OWNED, READ_ALL]),
        (Settings(calendar=TEAM), [WRITE_ALL]),
        (Settings(calendar=TEAM, also_read=(TEAM, "google:primary")), [WRITE_ALL]),
        (Settings(calendar="google:lead@example.org", me=("lead@example.org",)), [OWNED]),
        (Settings(calendar="ics:/x"), [OWNED]),
    ],
)
def test_one_scope_is_asked_for_unless_more_is_named(settings: Settings, scopes: list[str]) -> None:
    asked = consent.scopes_for(replace(surroundings(), settings=settings), {})
    assert [a.scope for a in asked] == scopes
    assert all(a.why and a.scope in sign_in.WORDS for a in asked)


def test_more_is_asked_for_when_it_is_wanted() -> None:
    around = surroundings()
    assert [a.scope for a in consent.scopes_for(around, {"hours": True})] == [OWNED, HOURS]
    assert [a.scope for a in consent.scopes_for(around, {"calendars": True})] == [OWNED, sign_in.LIST]
    assert [a.scope for a in consent.scopes_for(around, {"account": "p@example.net"})] == [READ_ALL]


def test_each_permission_is_called_as_the_consent_screen_calls_it() -> None:
    scopes = json.loads(get_static_doc("calendar", "v3"))["auth"]["oauth2"]["scopes"]
    assert {scope: scopes[scope]["description"] for scope in sign_in.WORDS} == sign_in.BOXES


def test_what_was_left_unticked() -> None:
    asked = consent.scopes_for(surroundings(), {"hours": True})
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
    sign_in.keep_sign_in(brought, signed_in(server))
    said = call("connect", "google", "--token", str(brought), now=NOW)
    assert said.code == 0, said
    assert "zone is Europe/Berlin, and you are lead@example.org" in said.out
    assert str(place) in said.out
    assert sign_in.read_sign_in(place) == sign_in.read_sign_in(brought)
    assert not any(secret in said.out + said.err for secret in SECRETS)


def test_a_scope_that_is_wider_than_ours_is_named(server: GoogleServer, place: Path, tmp_path: Path) -> None:
    brought = tmp_path / "brought.json"
    sign_in.keep_sign_in(brought, signed_in(server, "https://www.googleapis.com/auth/calendar"))
    assert "\n  calendar\n" in call("connect", "google", "--token", str(brought), now=NOW).out


def test_a_token_that_is_no_good_leaves_the_old_one(
    server: GoogleServer, place: Path, tmp_path: Path
) -> None:
    sign_in.keep_sign_in(place, signed_in(server))
    before = place.read_bytes()
    brought = tmp_path / "brought.json"
    sign_in.keep_sign_in(brought, replace(SOME, token_uri=server.token_uri))
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
    monkeypatch.setattr(sign_in, "prove", lambda kept, around: None)
    call(*words, now=NOW)
    kept = sign_in.read_sign_in(place)
    assert kept is not None
    assert (kept.kind, kept.subject, kept.key_file) == ("service account", "lead@example.org", str(key))
    made = sign_in.credentials_of(kept)
    assert (made._subject, made.scopes) == ("lead@example.org", [OWNED])
    key.chmod(0o644)
    with pytest.raises(SignInNeeded, match="others"):
        sign_in.credentials_of(kept)


def test_a_subject_needs_a_service_account() -> None:
    assert call("connect", "google", "--subject", "x@example.org", now=NOW).code == 2


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
    sign_in.keep_sign_in(place, signed_in(server, at=at, ends=ends))
    said = call("check", now=NOW)
    assert said.code == 0
    assert words in said.out


def test_check_without_a_sign_in_says_so(place: Path) -> None:
    said = call("check", now=NOW)
    assert said.code == 6
    assert "not signed in" in said.out


def test_consent_that_ends_is_kept_with_its_end() -> None:
    at = datetime(2026, 11, 2, tzinfo=UTC)
    token = {"refresh_token": "r", "scope": f"{OWNED} {HOURS}", "refresh_token_expires_in": 604800}
    made = consent._sign_in(client()["installed"], token, (OWNED,), at, surroundings())
    assert made.scopes == (OWNED, HOURS)
    assert made.ends == "2026-11-09T00:00:00+00:00"
    with pytest.raises(SignInNeeded):
        consent._sign_in(client()["installed"], {}, (OWNED,), at, surroundings())
