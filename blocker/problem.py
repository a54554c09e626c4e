"""What placement is asked, and what it answers: the values on both sides of ``place``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct

from blocker.capacity import Day
from blocker.events import Event
from blocker.plan import Demand, Placement, Unplaced
from blocker.timeline import Interval
from blocker.workweek import Quarter, Week, WorkWeek


class Standing(Struct, frozen=True):
    """A block of ours that exists, as placement sees it.

    ``state``: fixed (scenery; past, begun, today's and pinned blocks always are), movable (valid; it
    moves only for a floor or an offsite under ``run``, for a gain under ``rebalance``), overlapped
    (a busy event lies on it: move it if there is a slot, else it stays) or lost (its time is no
    working time any more: move it, else it is removed). ``week`` is its key's week, whatever day
    it is on. ``shortest`` bounds what a move may shorten it to; a move never lengthens past ``minutes``.
    ``floor_minutes`` takes the place of ``shortest`` when an overlapped or lost block is the only
    strategic one of its week. An offsite moves only if ``Problem.offsite`` asks for its key.
    """

    key: str
    kind: str
    tier: str
    week: Week
    slot: Interval
    state: str
    minutes: int
    shortest: int
    prefer: str = "morning"
    floor_minutes: int = 60


class WeekRoom(Struct, frozen=True):
    """One week of the horizon as placement sees it.

    ``cap_minutes`` is the most that blocks of this week (the offsite left out) may take in all,
    standing ones included. ``needs_floor``: it is a working week without any strategic time yet;
    a lost block does not count as such time, an overlapped one does.
    """

    week: Week
    cap_minutes: float
    needs_floor: bool


class OffsiteDemand(Struct, frozen=True):
    """The half day wanted for a quarter: on days of ``quarter`` not before ``earliest``."""

    key: str
    quarter: Quarter
    minutes: int
    earliest: datetime


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
