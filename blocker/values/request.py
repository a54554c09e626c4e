"""What a plan is made from: one value that holds everything it depends on."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from blocker.values.events import SkippedComponent, Snapshot
from blocker.values.memory import Memory
from blocker.values.settings import FILL_WEEKS, HORIZON_WEEKS, NOTICE_HOURS, Settings
from blocker.values.workweek import Week, WorkWeek, week_of

# The half year of completed weeks that a person's own lines are taken from.
HISTORY_WEEKS = 26
QUARTER_WEEKS = 13  # all that a plan looks back on once they are taken


class Request(Struct, frozen=True):
    """Everything a plan depends on. The same request gives the same plan, always.

    ``policy`` is run or rebalance; ``week`` is the one to rebalance, or to look at. ``others`` are
    calendars that are only read. ``back`` completed weeks and ``ahead`` weeks to come are measured at least.
    ``zone_source`` says in words who named the zone.
    """

    now: datetime
    policy: str
    week: Week
    settings: Settings
    workweek: WorkWeek
    snapshot: Snapshot
    others: tuple[Snapshot, ...]
    memory: Memory
    back: int = QUARTER_WEEKS
    ahead: int = FILL_WEEKS
    zone_source: str = ""

    @property
    def skipped(self) -> tuple[SkippedComponent, ...]:
        """What could not be read, or not as it is written, on all of the calendars."""
        return tuple(item for source in (self.snapshot, *self.others) for item in source.skipped)

    @property
    def earliest(self) -> datetime:
        """Nothing may start before it: now plus the policy's notice."""
        return self.now + timedelta(hours=NOTICE_HOURS[self.policy])

    @property
    def running(self) -> Week:
        """The week of today, in the user's zone."""
        return week_of(self.workweek.date_of(self.now))

    @property
    def called(self) -> Week:
        """The week of today as the person has it."""
        return self.workweek.week_called(self.workweek.date_of(self.now))

    @property
    def planned(self) -> tuple[Week, ...]:
        """The weeks that the plan is about: the horizon, or the one week to rebalance."""
        return (self.week,) if self.policy == "rebalance" else self.horizon

    @property
    def horizon(self) -> tuple[Week, ...]:
        """This week plus four."""
        return tuple(self.running.plus(n) for n in range(HORIZON_WEEKS))
