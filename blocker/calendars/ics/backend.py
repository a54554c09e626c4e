"""Opening a calendar file; it needs no sign-in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from blocker.calendars.ics.file import IcsCalendar
from blocker.calendars.ics.publishing import PublishedCalendar
from blocker.calendars.port import Backend, Calendar, Surroundings


class _Files(Backend):
    def open(
        self,
        rest: str,
        around: Surroundings,
        zone: str | None,
        me: tuple[str, ...],
        beside: Iterable[Calendar],
    ) -> Calendar:
        written = around.settings.calendar.partition(":")[2] == rest
        kind = PublishedCalendar if around.settings.publish and written else IcsCalendar
        return kind(Path(rest), zone=zone, me=me)


BACKEND = _Files()
