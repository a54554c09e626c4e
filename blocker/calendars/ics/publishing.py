"""A calendar file that calendar programs subscribe to (``publish``): it is made if it isn't there, and says of itself what they ask for.

Whoever subscribes knows an event by its UID and takes a change of it by its SEQUENCE, which may only rise. So
such a file is undone change by change, where another is put back to the byte.
"""

from __future__ import annotations

from contextlib import suppress

from msgspec.structs import replace

from blocker.calendars.ics.about import real_path
from blocker.calendars.ics.file import FileCalendar
from blocker.calendars.ics.lexer import properties, scan
from blocker.calendars.ics.text import HEAD, TAIL
from blocker.files.replace import make_file
from blocker.values.errors import AlreadyExists
from blocker.values.events import Block, Ref

# How often to look: RFC 7986, 5.7, and what Outlook has for it ([MS-OXCICAL]).
_SAID = {
    "X-WR-CALNAME": b"X-WR-CALNAME:Protected time",
    "REFRESH-INTERVAL": b"REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    "X-PUBLISHED-TTL": b"X-PUBLISHED-TTL:PT1H",
}


class PublishedCalendar(FileCalendar):
    """A calendar file with subscribers."""

    capabilities = frozenset[str]()

    def update(self, ref: Ref, block: Block) -> Ref:
        return super().update(ref, replace(block, raw=None))

    def _content(self) -> bytes:
        """What the file holds, or what it will begin with."""
        return as_published(HEAD + TAIL) if self._is_missing() else super()._content()

    def _make_ready(self) -> None:
        if self._is_missing():
            with suppress(AlreadyExists):  # by now, that is
                make_file(real_path(self.path), as_published(HEAD + TAIL))

    def _is_missing(self) -> bool:
        try:
            return not real_path(self.path).exists()
        except OSError:  # a name that is too long, say
            return False

    def _finished(self, data: bytes) -> bytes:
        return as_published(data)


def as_published(data: bytes) -> bytes:
    """The calendar with what subscribers ask for said at its head, where it isn't said already."""
    layout = scan(data)
    first = min((component.start for component in layout.components), default=layout.insert_at or 0)
    there = {found.name for found in properties(data[:first] + TAIL, tuple(_SAID))}
    lines = (line + layout.line_end for name, line in _SAID.items() if name not in there)
    return data[:first] + b"".join(lines) + data[first:]
