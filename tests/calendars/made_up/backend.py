"""Slates, kept as long as the process runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from blocker.calendars.memory import MemoryCalendar
from blocker.calendars.port import Backend, Calendar, Connected, Finding, Surroundings, Talk

SLATES: dict[str, MemoryCalendar] = {}


class _Slates(Backend):
    def open(
        self,
        rest: str,
        around: Surroundings,
        zone: str | None,
        me: tuple[str, ...],
        beside: Iterable[Calendar],
    ) -> Calendar:
        return SLATES.setdefault(rest, MemoryCalendar(address=f"slate:{rest}", zone="Europe/Berlin", me=me))

    def check(self, around: Surroundings, now: datetime) -> Iterable[Finding]:
        return [("slate", "ok", f"{len(SLATES)} on the wall")]

    def connect(
        self, address: str, asked: Mapping[str, Any], around: Surroundings, now: datetime, talk: Talk
    ) -> Connected:
        return Connected([f"{address} is written on with {asked['chalk'] or 'white'} chalk."])


BACKEND = _Slates()
