"""The same life as in ``test_machine``, on a CalDAV server: one request in ten fails, or its answer is lost."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis.stateful import invariant

from blocker.calendars.caldav.calendar import CalDavCalendar
from blocker.calendars.caldav.sign_in import SignIn, keep
from blocker.calendars.servers import Pace
from blocker.values.errors import BlockerError
from blocker.values.events import Event
from blocker.values.intervals import Interval
from tests.calendars.caldav.conftest import around
from tests.tools.caldav_proxy import Proxy, bad_weather, proxy_to
from tests.tools.caldav_servers import CalDavServer, Person, running
from tests.tools.contract import ZONE
from tests.whole.test_machine import SharedCalendar

FAULT_RATE = 0.1
PACE = Pace(sleep=lambda seconds: None, dice=lambda: 0.0, attempts=10, clock=lambda: 0.0)


class ServerInPlaceOfMemory(CalDavCalendar):
    """The backend, with the hands of a person that the machine knows from the in-memory calendar."""

    def __init__(self, person: Person, proxy: Proxy) -> None:
        super().__init__(f"{proxy.root}{person.path}", around=around(), zone=ZONE, me=(), pace=PACE)
        self._person, self._proxy = person, proxy
        self._dice = random.Random(1)
        self.move_block, self.retitle_block, self.remove_block = person.move, person.retitle, person.remove
        self.remove_event = person.remove
        self.fail = None

    @property
    def fail(self) -> BlockerError | None:
        return None

    @fail.setter
    def fail(self, error: BlockerError | None) -> None:
        bad_weather(self._proxy, FAULT_RATE, self._dice, no_writes=error is not None)

    def put_event(self, event: Event) -> None:
        self._person.add(event.title, event.when, uid=event.uid)


class SharedServer(SharedCalendar):
    calendar: Any
    server: ClassVar[CalDavServer]

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()
        self.person = Person(self.server, self.server.make_calendar())
        proxy = self._open.enter_context(proxy_to(self.server.root))
        keep(SignIn(proxy.root, self.server.user, self.server.password), around())
        self.calendar = ServerInPlaceOfMemory(self.person, proxy)
        self._open.callback(self.calendar.close)
        self.etags: dict[str, str] = {}

    def teardown(self) -> None:
        super().teardown()
        self._open.close()

    @invariant()
    def foreign_events_are_untouched(self) -> None:
        """Etag by etag, and each is read where it is."""
        now = self.person.others()
        there = {self.person.href(uid) for uid in self.foreign}
        assert now.keys() == there
        assert {path: etag for path, etag in self.etags.items() if path in there}.items() <= now.items()
        self.etags = now
        span = Interval(self.now - timedelta(days=400), self.now + timedelta(days=400))
        read = {event.uid: (event.title, event.when) for event in self.calendar.read(span).events}
        assert read == {uid: (event.title, event.when) for uid, event in self.foreign.items()}


@pytest.fixture(scope="module", autouse=True)
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with running("radicale", tmp_path_factory.mktemp("radicale")) as SharedServer.server:
        yield


TestSharedServer = SharedServer.TestCase
TestSharedServer.settings = settings(max_examples=2, stateful_step_count=12, deadline=None)


class ForLonger(SharedServer):
    """The same with many lives."""


TestForLonger = pytest.mark.long(ForLonger.TestCase)
TestForLonger.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
