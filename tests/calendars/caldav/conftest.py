"""What the tests of the CalDAV backend share: both servers, a calendar for each test, and what lies in front."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from blocker.calendars.caldav.calendar import CalDavCalendar
from blocker.calendars.caldav.sign_in import SignIn, keep
from blocker.calendars.port import Surroundings
from blocker.calendars.servers import Pace
from blocker.files.places import config_path, state_dir
from blocker.values.intervals import Interval
from tests.tools.caldav_proxy import Proxy, Reply, proxy_to
from tests.tools.caldav_servers import KINDS, USER, CalDavServer, Person, running
from tests.tools.contract import ZONE


def around() -> Surroundings:
    """What the command line would hand to a backend in this environment."""
    usual = config_path(os.environ).absolute()
    return Surroundings(state_dir(os.environ), usual, usual)


class CalDavWorld:
    """See :class:`tests.tools.contract.World`; a proxy is always in front, and honest unless told otherwise."""

    def __init__(self, server: CalDavServer, proxy: Proxy) -> None:
        self.server = server = server.apart()
        self.proxy = proxy
        self.path = server.make_calendar("dana.weiss@example.org")
        self.person = Person(server, self.path)
        self.move, self.retitle, self.remove = self.person.move, self.person.retitle, self.person.remove
        self.naps: list[float] = []
        self._opened: list[CalDavCalendar] = []
        if server.user:
            keep(SignIn(proxy.root, server.user, server.password), around())

    @property
    def user(self) -> str:
        """Who signs in; a server that asks nobody takes any name."""
        return self.server.user or USER

    @property
    def url(self) -> str:
        return f"{self.proxy.root}{self.path}"

    @property
    def address(self) -> str:
        return f"caldav:{self.url}"

    def open(self, path: str = "", **changes: Any) -> CalDavCalendar:
        pace = Pace(sleep=self.naps.append, dice=lambda: 1.0, attempts=3)
        options = {"around": around(), "zone": ZONE, "me": (), "pace": pace} | changes
        self._opened.append(CalDavCalendar(f"{self.proxy.root}{path or self.path}", **options))
        return self._opened[-1]

    def add_event(self, title: str, when: Interval) -> str:
        return self.person.add(title, when)

    def refuse_writes(self, refuse: bool) -> None:
        self.proxy.honest()
        if refuse:
            self.proxy.instead = lambda asked: Reply(403) if asked.method in ("PUT", "DELETE") else None

    def close(self) -> None:
        for calendar in self._opened:
            calendar.close()


@pytest.fixture(scope="session", params=[*KINDS, "cyrus"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CalDavServer]:
    with running(request.param, tmp_path_factory.mktemp(request.param)) as found:
        yield found


@pytest.fixture
def proxy(server: CalDavServer) -> Iterator[Proxy]:
    with proxy_to(server.root) as found:
        yield found


@pytest.fixture
def world(own_places: None, server: CalDavServer, proxy: Proxy) -> Iterator[CalDavWorld]:
    made = CalDavWorld(server, proxy)
    yield made
    made.close()
