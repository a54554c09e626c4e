"""What is done with ``google:`` addresses: open, check, connect, and the account's working hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from blocker.calendars.google.calendar import GoogleCalendar
from blocker.calendars.google.checking import findings
from blocker.calendars.google.connecting import connect
from blocker.calendars.google.identity import identity_known
from blocker.calendars.google.known import known_hours
from blocker.calendars.port import Backend, Calendar, Connected, Finding, Hours, Surroundings, Talk


class _Google(Backend):
    def open(
        self,
        rest: str,
        around: Surroundings,
        zone: str | None,
        me: tuple[str, ...],
        beside: Iterable[Calendar],
    ) -> Calendar:
        """On the connection of one that is open already, if any. Nothing is asked of Google yet.

        Raises UsageError for a zone or root that is none, SignInNeeded where there is no sign-in.
        """
        beside = tuple(beside)
        lenders = [calendar for calendar in beside if isinstance(calendar, GoogleCalendar)]
        return GoogleCalendar(rest, around=around, zone=zone, me=me, lenders=lenders, written=not beside)

    def hours(self, around: Surroundings) -> Hours | None:
        rest = around.settings.calendar.partition(":")[2]
        return known_hours(around.state_dir, identity_known(rest, around).name)

    def check(self, around: Surroundings, now: datetime) -> Iterable[Finding]:
        return findings(around, now)

    def connect(
        self, address: str, asked: Mapping[str, Any], around: Surroundings, now: datetime, talk: Talk
    ) -> Connected:
        return connect(address, asked, around, now, talk)


BACKEND = _Google()
