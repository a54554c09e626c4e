"""What placement is asked, and what it answers: the values on both sides of ``place``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct

from blocker.measuring.days import Day
from blocker.values.events import Event
from blocker.values.intervals import Interval
from blocker.values.plan import Demand, OffsiteDemand, Placement, Standing, Unplaced, WeekRoom
from blocker.values.workweek import Week, WorkWeek


class Problem(Struct, frozen=True):
    """All that placement may look at. ``days`` covers the horizon and the offsite's quarter.

    ``earliest`` is now plus notice: nothing starts before it. ``policy`` is run or rebalance; under
    rebalance ``free_week`` is the one week whose movable blocks may move for a gain. ``events`` are
    those that take time, to name what is in the way. Buffers are minutes. ``own_strategic`` are the
    dates on which the user has strategic time of their own (it only spreads blocks away from it);
    ``refused`` is time where a person deleted a block: nothing is booked in its place.
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
    free_week: Week | None = None
    buffer_before: int = 10
    buffer_after: int = 0
    max_moves: int = 2
    events: tuple[Event, ...] = ()
    own_strategic: frozenset[date] = frozenset()
    refused: tuple[Interval, ...] = ()


class Solution(Struct, frozen=True):
    """The best plan. ``placements`` holds new blocks and moved ones (``moved_from`` set).

    ``stuck`` maps the key of a standing block in conflict that stays to the reason; ``waiting`` those
    that could move but not in this run; ``lost`` the keys that have to be removed.
    """

    placements: tuple[Placement, ...]
    unplaced: tuple[Unplaced, ...]
    stuck: Mapping[str, str]
    waiting: tuple[str, ...]
    lost: tuple[str, ...]
    value: tuple[int, ...]
