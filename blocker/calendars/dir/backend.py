"""Opening a folder; it needs no sign-in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from blocker.calendars.dir.folder import FolderCalendar
from blocker.calendars.port import Backend, Calendar, Surroundings


class _Folders(Backend):
    def open(
        self,
        rest: str,
        around: Surroundings,
        zone: str | None,
        me: tuple[str, ...],
        beside: Iterable[Calendar],
    ) -> Calendar:
        return FolderCalendar(Path(rest), zone=zone, me=me)


BACKEND = _Folders()
