"""The sign-in: how it is kept, who may read it, how it ends, and that nothing secret is ever said."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from blocker.calendars.google import sign_in
from blocker.calendars.google.sign_in import HOURS
from blocker.files.private import write_private
from blocker.values.errors import ConfigError, SignInNeeded, Unreachable, UsageError
from tests.tools.google_days import call, requests_of
from tests.tools.google_server import GoogleServer, backend_error, unauthorized
from tests.tools.google_world import SOME, signed_in, surroundings

NOW = "2026-11-02T06:30"
IN_THE_CLEAR: dict[str, Any] = {"token_uri": "http://example.org/token"}
SECRETS = ("refresh-1", "client-secret")


# The file


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_it_is_kept_for_its_owner_alone(place: Path, umask: int) -> None:
    place.parent.mkdir(parents=True)
    before = os.umask(umask)
    try:
        sign_in.keep_sign_in(place, SOME)
    finally:
        os.umask(before)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert [p.name for p in place.parent.iterdir()] == [place.name]
    assert sign_in.read_sign_in(place) == SOME


def test_its_folder_is_made_for_its_owner_alone(place: Path) -> None:
    sign_in.keep_sign_in(place, SOME)
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


def test_one_that_was_readable_is_so_no_more_when_it_is_written_again(place: Path) -> None:
    sign_in.keep_sign_in(place, SOME)
    place.chmod(0o644)
    sign_in.keep_sign_in(place, SOME)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_a_write_that_fails_leaves_the_old_one(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in.keep_sign_in(place, SOME)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match="No space left"):
        sign_in.keep_sign_in(place, replace(SOME, client_id="other"))
    monkeypatch.undo()
    assert sign_in.read_sign_in(place) == SOME
    assert [p.name for p in place.parent.iterdir()] == [place.name]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_one_that_others_can_read_is_refused(place: Path, mode: int) -> None:
    sign_in.keep_sign_in(place, SOME)
    place.chmod(mode)
    with pytest.raises(SignInNeeded, match="others") as caught:
        sign_in.read_sign_in(place)
    assert f"chmod 600 {place}" in caught.value.hint
    assert call("plan", now=NOW).code == 6


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"kind": "user"}', '{"kind": 3}', '{"kind": "service account"}', "\x00"]
)
def test_a_damaged_one_wants_a_new_sign_in(place: Path, text: str) -> None:
    write_private(place, text)
    with pytest.raises(SignInNeeded):
        sign_in.read_sign_in(place)


def test_none_at_all_wants_a_sign_in(place: Path) -> None:
    assert sign_in.read_sign_in(place) is None
    said = call("run", now=NOW)
    assert said.code == 6
    assert "blocker connect google" in said.err


def test_tokens_are_sent_only_where_they_are_safe(place: Path) -> None:
    sign_in.keep_sign_in(place, replace(SOME, **IN_THE_CLEAR))
    with pytest.raises(UsageError):
        sign_in.read_sign_in(place)


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
    assert sign_in.api_root(replace(surroundings(), roots={"BLOCKER_GOOGLE_ROOT": root})) == expected


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


def test_one_that_googles_own_libraries_wrote_is_taken_too(place: Path) -> None:
    written = {
        "token": "t",
        "refresh_token": "r",
        "client_id": "i",
        "client_secret": "s",
        "scopes": [sign_in.OWNED],
        "expiry": "x",
    }
    write_private(place, json.dumps(written))
    found = sign_in.read_sign_in(place)
    assert found is not None
    assert (found.kind, found.refresh_token, found.scopes) == ("user", "r", (sign_in.OWNED,))


# In use


def test_a_run_signs_in_once(server: GoogleServer, place: Path) -> None:
    sign_in.keep_sign_in(place, signed_in(server))
    call("plan", now=NOW)  # the first asks for the account as well
    assert requests_of(server, lambda: call("plan", now=NOW)) == ["token", "events.list", "events.list"]


def test_an_access_token_that_ends_on_the_way_is_renewed(server: GoogleServer, place: Path) -> None:
    sign_in.keep_sign_in(place, signed_in(server))
    server.faults.next(unauthorized(), on="events.list")
    assert call("plan", now=NOW).code == 0
    assert server.log.count("token") == 2


@pytest.mark.parametrize("words", [["plan"], ["run", "-y"], ["check"], ["load"]])
def test_a_sign_in_that_was_revoked_is_exit_6(server: GoogleServer, place: Path, words: list[str]) -> None:
    sign_in.keep_sign_in(place, signed_in(server))
    server.tokens.revoke()
    said = call("-v", *words, now=NOW)
    assert said.code == 6
    heard = said.out + said.err
    assert "blocker connect google" in heard
    assert "Testing" in heard
    assert not any(secret in heard for secret in SECRETS)


def test_a_scope_that_is_missing_is_exit_6(server: GoogleServer, place: Path) -> None:
    sign_in.keep_sign_in(place, signed_in(server, HOURS))
    said = call("plan", now=NOW)
    assert said.code == 6
    assert "blocker connect google" in said.err


def test_a_sign_in_server_in_trouble_is_exit_75(server: GoogleServer, place: Path) -> None:
    sign_in.keep_sign_in(place, signed_in(server))
    server.faults.next(backend_error(), on="token", times=99)
    with pytest.raises(Unreachable):
        sign_in.prove(signed_in(server), surroundings())
    assert call("plan", now=NOW).code == 75
