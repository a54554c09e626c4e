"""What the tests of the Google backend share: the server, a calendar on it, busy weeks, and the place of the sign-in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from blocker.calendars.google.identity import token_path
from tests.tools.google_days import busy_weeks
from tests.tools.google_server import GoogleServer
from tests.tools.google_world import GoogleWorld, google_answers, surroundings


@pytest.fixture(autouse=True)
def shown_as_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks are busy from the start, so that a day without news writes nothing: what is free until its day draws
    near is updated then, which ``test_graded`` is about."""
    monkeypatch.setenv("BLOCKER_PROTECT", "busy")


@pytest.fixture(autouse=True)
def plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """oauthlib makes the address of a consent screen for https alone, unless it is told that this is a trial."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleServer]:
    with google_answers(monkeypatch) as running:
        yield running


@pytest.fixture
def world(server: GoogleServer) -> Iterator[GoogleWorld]:
    made = GoogleWorld(server)
    yield made
    made.close()


@pytest.fixture
def busy(server: GoogleServer) -> None:
    """Eleven weeks of meetings on the server, five of them over."""
    busy_weeks(server)


@pytest.fixture
def place(own_places: None) -> Path:
    """Where the sign-in is kept, in an empty home."""
    return token_path(surroundings())
