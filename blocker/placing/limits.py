"""The hard limits, each written once: its name, its words and its test.

The search, the reasons, the options and ``--what-if`` all read ``LIMITS``. A limit either names time that a block
may not touch (``holes``) or tests the whole block (``keeps``). That of the grid is in ``DayView.starts``.
``docs/objective.md`` has the same table in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from math import inf

from msgspec import Struct

from blocker.placing.day import DayView
from blocker.placing.spans import Span, cut, minutes_of, overlap
from blocker.values.kinds import OFFSITE
from blocker.values.workweek import Week

OF_WEEKS = frozenset(("share", "hours"))  # they look at all blocks of a week, all others at a day
MANNERS = OF_WEEKS | {"bookable"}  # what a week's floor may exceed
OFFSITE_EXEMPT = MANNERS | {"lunch"}


class There(Struct, frozen=True):
    """A block of ours that is there. One that does not count is only in the way in time."""

    key: str
    kind: str
    week: Week
    span: Span
    date: date
    counts: bool = True

    @property
    def minutes(self) -> int:
        return minutes_of(self.span)


class Case(Struct, frozen=True):
    """What the limits have to know of a block: whose share it takes (None: no week's), from when on and where it
    may be, how many minutes all blocks of its week may take, and the names of the limits that don't bind it."""

    week: Week | None
    earliest: int
    days: tuple[int, ...] = ()
    between: tuple[tuple[int, int], ...] = ()
    share: float = inf
    hours: float = inf
    exempt: frozenset[str] = frozenset()

    @property
    def most(self) -> float:
        """The minutes that all blocks of its week may take with it."""
        return inf if self.exempt >= OF_WEEKS else min(self.share, self.hours)


class Blocks:
    """Blocks of ours that are there, and what one more finds beside them."""

    def __init__(self, blocks: Iterable[There]) -> None:
        self.all = tuple(blocks)
        self._rooms: dict[tuple[DayView, tuple[str, ...]], Room] = {}

    def of(self, week: Week) -> list[There]:
        """Those that take of a week's share."""
        return [b for b in self.all if b.counts and b.week == week and b.kind != OFFSITE]

    def room(self, view: DayView, *without: str) -> Room:
        """The date with all of them but those ``without``, by key: the block that asks, and what is to be gone."""
        token = (view, without)
        if token not in self._rooms:
            self._rooms[token] = Room(view, Blocks(b for b in self.all if b.key not in without))
        return self._rooms[token]


class Room:
    """A date and the blocks of ours: what one more finds there."""

    def __init__(self, view: DayView, blocks: Blocks) -> None:
        self.view, self.blocks = view, blocks
        low, high = view.span[0] - view.before, view.span[1] + view.before
        self.near = [b for b in blocks.all if overlap(b.span, (low, high))]
        self.here = [b.span for b in self.near if b.counts and overlap(b.span, view.span)]

    def starts(self, case: Case, minutes: int) -> list[int]:
        """Where a block touches no time that a limit forbids, in order of time."""
        holes = [hole for one in binding(case.exempt) for hole in one.holes(self, case)]
        return self.view.starts(cut(self.view.working, holes), minutes * 60)

    def allows(self, case: Case, span: Span) -> bool:
        """True if a block that touches no such time breaks no other limit."""
        return all(one.keeps(self, case, span) for one in binding(case.exempt))

    def broken(self, case: Case, span: Span) -> Iterator[str]:
        """The names of all limits that a block at ``span`` would break here, in order."""
        for one in binding(case.exempt):
            if any(overlap(hole, span) for hole in one.holes(self, case)) or not one.keeps(self, case, span):
                yield one.name

    def breaks(self, case: Case, span: Span) -> str | None:
        """The first of them."""
        return next(self.broken(case, span), None)


class Limit(Struct, frozen=True):
    """One hard limit. ``words`` follow "the time is"."""

    name: str
    words: str
    holes: Callable[[Room, Case], Sequence[Span]] = lambda room, case: ()
    keeps: Callable[[Room, Case, Span], bool] = lambda room, case, span: True


def _notice(room: Room, case: Case) -> Sequence[Span]:
    return [(min(room.view.span[0], case.earliest - 1), case.earliest)]


def _between(room: Room, case: Case) -> Sequence[Span]:
    clock = room.view.clock
    return cut([room.view.span], [(clock(a), clock(b)) for a, b in case.between]) if case.between else []


def _blocks(room: Room, case: Case) -> Sequence[Span]:
    before, midnight = room.view.before, room.view.span[0]
    eve = midnight, midnight + before  # a block of the evening before may end at midnight
    return [*((block.span[0] - before, block.span[1] + before) for block in room.near), eve]


def _whole_day(forbidden: Callable[[Room, Case], bool]) -> Callable[[Room, Case], Sequence[Span]]:
    return lambda room, case: [room.view.span] if forbidden(room, case) else []


def _week_with(room: Room, case: Case, span: Span) -> int:
    """The minutes of all blocks of its week with it."""
    others = room.blocks.of(case.week) if case.week else ()
    return sum(block.minutes for block in others) + minutes_of(span)


LIMITS = (
    Limit("notice", "at too short notice", holes=_notice),
    Limit("quiet", "on a quiet day", holes=_whole_day(lambda room, case: room.view.quiet)),
    Limit(
        "days", "on a day that is not for such blocks",
        holes=_whole_day(lambda room, case: bool(case.days) and room.view.date.weekday() not in case.days),
    ),
    Limit("between", "outside the hours for such blocks", holes=_between),
    Limit("away", "outside your working time", holes=lambda room, case: cut([room.view.span], room.view.working)),
    Limit("meetings", "taken by something on the calendar", holes=lambda room, case: room.view.busy),
    Limit("buffer", "too near to something on the calendar", holes=lambda room, case: room.view.near),
    Limit("blocks", "too near to another block", holes=_blocks),
    Limit("refused", "where you removed a block", holes=lambda room, case: room.view.refused),
    Limit(
        "one a day", "on a day that has a block",
        holes=_whole_day(lambda room, case: any(b.counts and b.date == room.view.date for b in room.near)),
    ),
    Limit(
        "lunch", "needed for lunch",
        keeps=lambda room, case, span: room.view.lunch_fits([*room.here, span]),
    ),
    Limit(
        "bookable", "needed to keep the day bookable for others",
        keeps=lambda room, case, span: room.view.keeps_bookable([*room.here, span]),
    ),
    Limit(
        "share", "over the week's share for blocks (limits.share)",
        keeps=lambda room, case, span: _week_with(room, case, span) <= case.share,
    ),
    Limit(
        "hours", "over the week's hours for blocks (limits.hours)",
        keeps=lambda room, case, span: _week_with(room, case, span) <= case.hours,
    ),
)  # fmt: skip
WORDS = {limit.name: limit.words for limit in LIMITS}


@cache
def binding(exempt: frozenset[str]) -> list[Limit]:
    """The limits that bind a block, but for those that don't."""
    return [limit for limit in LIMITS if limit.name not in exempt]
