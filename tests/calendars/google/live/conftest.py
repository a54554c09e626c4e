"""The live suite talks to Google: the only tests that may leave this machine, and only when asked to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ASKED = "BLOCKER_LIVE_GOOGLE"


@pytest.fixture
def loopback_only() -> None:
    """In place of the one that keeps all other tests on this machine."""


@pytest.fixture
def token() -> Path:
    """The sign-in of the throw-away account."""
    if not os.environ.get(ASKED):
        pytest.skip(
            f"{ASKED} is not set: tests/calendars/google/live/README.md says how to run this on a throw-away account"
        )
    return Path(os.environ[ASKED])
