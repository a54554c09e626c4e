"""The same life as in ``test_machine``, in a folder with one file an event."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis.stateful import invariant

from blocker.calendars.dir.folder import FolderCalendar
from blocker.values.errors import BlockerError
from blocker.values.events import Block, Event, Ref
from blocker.values.intervals import Interval
from tests.calendars.dir.test_folder import FolderWorld
from tests.tools.contract import ZONE
from tests.whole.test_machine import SharedCalendar


class FolderInPlaceOfMemory(FolderCalendar):
    """The backend, with the hands of a person that the machine knows from the in-memory calendar."""

    fail: BlockerError | None = None

    def __init__(self, world: FolderWorld) -> None:
        super().__init__(world.path, zone=ZONE, me=())
        self._world = world
        self.move_block, self.retitle_block, self.remove_block = world.move, world.retitle, world.remove
        self.remove_event = world.remove

    def create(self, block: Block) -> Ref:
        self._may_write()
        return super().create(block)

    def update(self, ref: Ref, block: Block) -> Ref:
        self._may_write()
        return super().update(ref, block)

    def delete(self, ref: Ref) -> None:
        self._may_write()
        super().delete(ref)

    def put_event(self, event: Event) -> None:
        self._world.add_event(event.title, event.when, event.uid)

    def _may_write(self) -> None:
        if self.fail is not None:
            raise self.fail


class SharedFolder(SharedCalendar):
    calendar: Any

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.world = FolderWorld(Path(self._folder.name, "calendar"))
        self.calendar = FolderInPlaceOfMemory(self.world)
        self.files: dict[str, bytes] = {}

    def teardown(self) -> None:
        super().teardown()
        self._folder.cleanup()

    @invariant()
    def foreign_events_are_untouched(self) -> None:
        """Byte by byte, and each is read where it is."""
        now = {uid: self.world.file(uid).read_bytes() for uid in self.foreign}
        assert {uid: data for uid, data in self.files.items() if uid in now}.items() <= now.items()
        self.files = now
        span = Interval(self.now - timedelta(days=400), self.now + timedelta(days=400))
        read = {event.uid: (event.title, event.when) for event in self.calendar.read(span).events}
        assert read == {uid: (event.title, event.when) for uid, event in self.foreign.items()}
        assert not list(self.world.path.glob(".*"))


TestSharedFolder = SharedFolder.TestCase
TestSharedFolder.settings = settings(max_examples=4, stateful_step_count=20, deadline=None)
