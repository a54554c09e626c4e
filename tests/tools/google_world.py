"""The Google backend on the test server, as tests hold it: no waiting, connections closed, hands of a person."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from blocker.calendars import roots
from blocker.calendars.google import account as google_account
from blocker.calendars.google import calendar as google
from blocker.calendars.google.calendar import GoogleCalendar
from blocker.calendars.google.sign_in import HOURS, OWNED, SignIn
from blocker.calendars.port import Surroundings
from blocker.calendars.servers import Pace
from blocker.files.places import config_path, state_dir
from blocker.values.intervals import Interval
from blocker.values.settings import Settings
from tests.tools.contract import ZONE
from tests.tools.google_server import GoogleServer, forbidden

LEAD = "lead@example.org"


class Naps:
    """Takes the place of waiting, and notes how long it would have been."""

    def __init__(self, dice: float = 1.0) -> None:
        self.taken: list[float] = []
        self.pace = Pace(sleep=self.taken.append, dice=lambda: dice)


def times(when: Interval) -> dict[str, Any]:
    """Start and end as the API writes them."""
    return {
        side: {"dateTime": instant.astimezone(UTC).isoformat()}
        for side, instant in (("start", when.start), ("end", when.end))
    }


def surroundings(config: Path | None = None) -> Surroundings:
    """What the command line would hand to a backend in this environment."""
    usual = config_path(os.environ).absolute()
    trusted = os.environ.get("SSL_CERT_FILE") or os.environ.get("REQUESTS_CA_BUNDLE") or ""
    return Surroundings(
        state_dir(os.environ),
        config or usual,
        usual,
        Settings(),
        roots=roots(os.environ),
        certificates=trusted,
    )


class GoogleWorld:
    """See :class:`tests.tools.contract.World`."""

    def __init__(self, server: GoogleServer, calendar_id: str = "primary") -> None:
        self.server, self.calendar_id = server, calendar_id
        self.naps = Naps()
        self._opened: list[GoogleCalendar] = []

    def open(self, **changes: Any) -> GoogleCalendar:
        options = {"around": surroundings(), "zone": ZONE, "me": (), "pace": self.naps.pace} | changes
        self._opened.append(GoogleCalendar(self.calendar_id, **options))
        return self._opened[-1]

    def add_event(self, title: str, when: Interval) -> str:
        made = self.server.put_event(self.calendar_id, {"summary": title, **times(when)})
        return str(made["id"])

    def move(self, identity: str, when: Interval) -> None:
        self.server.edit(self.calendar_id, identity, times(when))

    def retitle(self, identity: str, title: str) -> None:
        self.server.edit(self.calendar_id, identity, {"summary": title})

    def remove(self, identity: str) -> None:
        self.server.remove(self.calendar_id, identity)

    def refuse_writes(self, refuse: bool) -> None:
        self.server.faults.clear()
        if refuse:
            for verb in ("insert", "patch", "delete"):
                self.server.faults.next(forbidden(), on=f"events.{verb}", times=9)

    def close(self) -> None:
        for calendar in self._opened:
            calendar.close()


def no_waiting(monkeypatch: pytest.MonkeyPatch) -> Naps:
    """For what opens its calendars by itself: the command line. The sign-in library rests no longer either."""
    naps = Naps()
    monkeypatch.setattr("google.auth._exponential_backoff.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setattr(google, "Pace", lambda: naps.pace)
    monkeypatch.setattr(google_account, "Pace", lambda: naps.pace)
    return naps


@contextmanager
def google_answers(monkeypatch: pytest.MonkeyPatch, **options: Any) -> Iterator[GoogleServer]:
    """The test server, with its own options, in place of Google for whatever opens a calendar; nobody waits."""
    no_waiting(monkeypatch)
    with GoogleServer(**options) as running:
        monkeypatch.setenv("BLOCKER_GOOGLE_ROOT", running.root_url)
        yield running


def signed_in(server: GoogleServer, *scopes: str, account: str = "", **changes: str) -> SignIn:
    """A sign-in of the server's usual account, or of another one that it knows."""
    return replace(
        SignIn(
            "user",
            scopes=scopes or (OWNED, HOURS),
            client_id=server.tokens.client_id,
            client_secret=server.tokens.client_secret,
            refresh_token=server.tokens.grant(*(scopes or (OWNED, HOURS)), account=account),
            token_uri=server.token_uri,
            at="2026-10-30T08:00:00+00:00",
        ),
        **changes,
    )


SOME = SignIn("user", (OWNED,), "id", "client-secret", "refresh-1", at="2026-10-30T08:00:00+00:00")
