"""What placement is asked, and what it answers: the values on both sides of ``place``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct, field

from blocker.measuring.days import Day
from blocker.values.events import Event
from blocker.values.intervals import Interval
from blocker.values.plan import Demand, NoSlot, OffsiteDemand, Placement, Standing, Unplaced, WeekRoom
from blocker.values.settings import BOOKABLE_MINUTES
from blocker.values.workweek import WorkWeek

RESCUE_NOTICE = timedelta(hours=2)


class Problem(Struct, frozen=True):
    """All that placement may look at. ``days`` covers the weeks and the offsite's quarter.

    ``earliest`` is now plus notice: nothing new starts before it, but for a week's floor, which may from
    ``floor_earliest`` on (None: the same). ``policy`` is run or rebalance; under rebalance ``weeks`` is the one
    week that is solved as if it were new, and ``surplus`` its blocks that nobody asks for any more, with the
    reason. ``events`` are those that take time, to name what is in the way. Buffers are minutes. A working day
    that has ``bookable_minutes`` keeps as many. ``own_strategic`` are the dates with strategic time of the user's
    own (blocks are spread away from it); ``refused`` is time where a person deleted a block: nothing is booked in
    its place; on ``quiet`` dates nothing is booked at all.
    """

    now: datetime
    earliest: datetime
    workweek: WorkWeek
    days: Mapping[date, Day]
    weeks: tuple[WeekRoom, ...]
    demands: tuple[Demand, ...]
    standing: tuple[Standing, ...]
    offsite: OffsiteDemand | None = None
    policy: str = "run"
    floor_earliest: datetime | None = None
    surplus: Mapping[str, str] = field(default_factory=dict)
    buffer_before: int = 10
    buffer_after: int = 0
    bookable_minutes: int = BOOKABLE_MINUTES
    events: tuple[Event, ...] = ()
    own_strategic: frozenset[date] = frozenset()
    refused: tuple[Interval, ...] = ()
    quiet: frozenset[date] = frozenset()

    @property
    def rescue_earliest(self) -> datetime:
        """A rescue needs two hours; under rebalance what is wider of that and the notice of new blocks."""
        rescue = self.now + RESCUE_NOTICE
        return rescue if self.policy == "run" else min(rescue, self.earliest)


class Solution(Struct, frozen=True):
    """The best plan. ``placements`` holds new blocks and moved ones (``moved_from`` set).

    By key: ``released`` are the hit blocks that no rescue saves, ``stuck`` those that stay although hit,
    ``gave_way`` kept blocks taken off with the key of what they gave way to, ``given_back`` those beyond what is
    wanted with the reason. ``value`` is the vector of docs/objective.md.
    """

    placements: tuple[Placement, ...]
    unplaced: tuple[Unplaced, ...]
    released: Mapping[str, NoSlot]
    stuck: Mapping[str, NoSlot]
    gave_way: Mapping[str, str]
    given_back: Mapping[str, str]
    value: tuple[int, ...]

    @property
    def taken_off(self) -> frozenset[str]:
        """The keys of blocks that stand and will not."""
        return frozenset((*self.released, *self.gave_way, *self.given_back))
