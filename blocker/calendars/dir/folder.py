"""The ``dir:`` backend: a folder with one file an event, in which a block is a file of its own.

Nobody else's file is ever opened for writing, so what others wrote stays as it is by construction.
"""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from blocker.calendars.dir.about import ABOUT, identity_of
from blocker.calendars.dir.files import Files, file_name
from blocker.calendars.ics.about import real_path
from blocker.calendars.ics.blocks import etag_of
from blocker.calendars.ics.file import known_zone
from blocker.calendars.ics.lexer import scan
from blocker.calendars.ics.reading import read_calendar
from blocker.calendars.ics.text import HEAD, TAIL, CalendarText, layout_of
from blocker.files.replace import locked, make_file, read_file, remove_file, replace_file
from blocker.values.errors import AlreadyExists, Missing
from blocker.values.events import Block, Ref, Snapshot, StandingBlock
from blocker.values.intervals import Interval
from blocker.values.memory import Identity


class FolderCalendar:
    """A calendar in a folder. See :class:`blocker.calendars.Calendar` for the verbs and their failures.

    The state of a block is the whole text of its file, and so is what is put back of it.
    """

    capabilities = ABOUT.capabilities

    def __init__(self, path: Path, *, zone: str | None, me: tuple[str, ...]) -> None:
        """``path`` is absolute; links are followed on use, and kept. Raises UsageError for an unknown zone."""
        self.path, self.address = path, f"dir:{path}"
        self._zone, self._me = known_zone(zone), me
        self._files = Files(path)

    def identity(self) -> Identity:
        return identity_of(self.path)

    def read(self, window: Interval) -> Snapshot:
        files = self._files
        files.look()
        joined = files.joined()
        snapshot = read_calendar(
            scan(joined.text),
            window,
            calendar=self.address,
            zone=self._zone,
            me=self._me,
            places=joined.places,
        )
        return replace(
            snapshot,
            blocks=tuple(map(self._in_its_file, snapshot.blocks)),
            complete=snapshot.complete and not files.may_hide_ours,
            components=snapshot.components + len(files.skipped),
            unread=snapshot.unread + len(files.skipped),
            skipped=(*files.skipped, *snapshot.skipped),
        )

    def create(self, block: Block) -> Ref:
        self._files.look()
        fresh = CalendarText(self.path, layout_of(self.path, HEAD + TAIL), self._me, alone=True).created(
            block
        )
        taken = self._file_of(fresh.uid)
        if taken is not None:
            raise AlreadyExists(f"{taken} already has {fresh.uid}")
        content = fresh.fresh if block.raw is not None else fresh.into(HEAD + TAIL)
        make_file(self.path / file_name(fresh.uid), content, self._files.mode())
        return Ref(fresh.uid, etag_of(content))

    def update(self, ref: Ref, block: Block) -> Ref:
        file = self._its_file(ref)
        with locked(file):
            data = read_file(file)
            content = (
                CalendarText(file, layout_of(file, data), self._me, alone=True).updated(ref, block).into(data)
            )
            replace_file(file, data, content)
        return Ref(ref.id, etag_of(content))

    def delete(self, ref: Ref) -> None:
        file = self._its_file(ref)
        with locked(file):
            data = read_file(file)
            CalendarText(file, layout_of(file, data), self._me, alone=True).ours(ref)
            remove_file(file, data)

    def close(self) -> None:
        """Nothing is held open between the verbs."""

    def _its_file(self, ref: Ref) -> Path:
        """The file that holds an event, whosever it is. Raises Missing."""
        self._files.look()
        file = self._file_of(ref.id)
        if file is None:
            raise Missing(f"{ref.id} is not in {self.path} any more")
        return file

    def _file_of(self, uid: str) -> Path | None:
        for name in self._files.with_uid(uid):
            if CalendarText(
                self.path / name, layout_of(self.path / name, self._files.whole[name]), self._me
            ).with_uid(uid):
                return real_path(self.path / name)
        return None

    def _in_its_file(self, block: StandingBlock) -> StandingBlock:
        """The block with its whole file for a state."""
        name = next(self._files.with_uid(block.ref.id))
        data = self._files.whole[name]
        try:
            raw = data.decode("utf-8")
        except UnicodeDecodeError:
            raw = None  # it could not be put back as it was
        return replace(block, ref=Ref(block.ref.id, etag_of(data)), raw=raw)
