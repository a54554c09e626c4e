"""The same life as in ``test_machine``, on the Google backend: real HTTP, one request in ten failing."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis.stateful import invariant

from blocker.calendars.google.calendar import GoogleCalendar
from blocker.values.errors import BlockerError
from blocker.values.events import Event
from blocker.values.intervals import Interval
from tests.tools.contract import ZONE
from tests.tools.google_days import others
from tests.tools.google_server import GoogleServer, backend_error
from tests.tools.google_world import Naps, surroundings, times
from tests.whole.test_machine import SharedCalendar

FAULT_RATE = 0.1


class GoogleInPlaceOfMemory(GoogleCalendar):
    """The backend, with the hands of a person that the machine knows from the in-memory calendar."""

    def __init__(self, server: GoogleServer) -> None:
        super().__init__("primary", around=surroundings(), zone=ZONE, me=(), pace=Naps().pace)
        self._server = server
        self.ids: dict[str, str] = {}

    @property
    def fail(self) -> BlockerError | None:
        return None

    @fail.setter
    def fail(self, error: BlockerError | None) -> None:
        self._server.faults.clear()
        if error is None:
            self._server.faults.random(FAULT_RATE)
        else:
            for verb in ("insert", "patch", "delete"):
                self._server.faults.next(backend_error(), on=f"events.{verb}", times=200)

    def put_event(self, event: Event) -> None:
        made = self._server.put_event(
            "primary", {"summary": event.title, "iCalUID": event.uid, **times(event.when)}
        )
        self.ids[event.uid] = made["id"]

    def remove_event(self, uid: str) -> None:
        self._server.remove("primary", self.ids.pop(uid))

    def move_block(self, uid: str, when: Interval) -> None:
        self._server.edit("primary", uid, times(when))

    def retitle_block(self, uid: str, title: str) -> None:
        self._server.edit("primary", uid, {"summary": title})

    def remove_block(self, uid: str) -> None:
        self._server.remove("primary", uid)


class SharedGoogleCalendar(SharedCalendar):
    calendar: Any

    def __init__(self) -> None:
        super().__init__()
        self._before = os.environ.get("BLOCKER_GOOGLE_ROOT")
        self.server = GoogleServer().start()
        os.environ["BLOCKER_GOOGLE_ROOT"] = self.server.root_url
        self.calendar = GoogleInPlaceOfMemory(self.server)
        self.server.faults.random(FAULT_RATE)
        self.etags: dict[str, str] = {}

    def teardown(self) -> None:
        super().teardown()
        self.calendar.close()
        self.server.stop()
        os.environ.pop("BLOCKER_GOOGLE_ROOT")
        if self._before is not None:
            os.environ["BLOCKER_GOOGLE_ROOT"] = self._before

    @invariant()
    def foreign_events_are_untouched(self) -> None:
        """Etag by etag, and each is read where it is."""
        now = others(self.server)
        kept = {name: etag for name, etag in self.etags.items() if name in self.calendar.ids.values()}
        assert kept.items() <= now.items()
        self.etags = now
        span = Interval(self.now - timedelta(days=400), self.now + timedelta(days=400))
        read = {event.uid: (event.title, event.when) for event in self.calendar.read(span).events}
        assert read == {uid: (event.title, event.when) for uid, event in self.foreign.items()}


TestSharedGoogleCalendar = SharedGoogleCalendar.TestCase
TestSharedGoogleCalendar.settings = settings(max_examples=6, stateful_step_count=15, deadline=None)
