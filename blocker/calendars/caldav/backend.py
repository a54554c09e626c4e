"""What is done with ``caldav:`` addresses: open, check and connect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from blocker.calendars.caldav.calendar import CalDavCalendar
from blocker.calendars.caldav.connecting import connect, findings
from blocker.calendars.port import Backend, Calendar, Connected, Finding, Surroundings, Talk


class _CalDav(Backend):
    def open(
        self,
        rest: str,
        around: Surroundings,
        zone: str | None,
        me: tuple[str, ...],
        beside: Iterable[Calendar],
    ) -> Calendar:
        return CalDavCalendar(rest, around=around, zone=zone, me=me)

    def check(self, around: Surroundings, now: datetime) -> Iterable[Finding]:
        return findings(around, now)

    def connect(
        self, address: str, asked: Mapping[str, Any], around: Surroundings, now: datetime, talk: Talk
    ) -> Connected:
        return connect(address, asked, around, now, talk)


BACKEND = _CalDav()
