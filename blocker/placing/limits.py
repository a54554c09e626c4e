"""The hard limits, each written once: its name, its words, its test, and what would help where it alone is in the way.

The search, the check of a finished plan, the reasons, the options and ``--what-if`` all read ``LIMITS``.
A limit either names time that a block may not touch (``holes``) or tests the whole block (``keeps``).
``docs/objective.md`` has the same table in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from math import inf

from msgspec import Struct

from blocker.placing.day import DayView
from blocker.placing.problem import Problem
from blocker.placing.spans import QUARTER_HOUR, Span, cut, overlap, widened
from blocker.values.workweek import Week

MANNERS = frozenset(("bookable", "share", "hours"))  # what a week's floor may exceed
OFFSITE_EXEMPT = MANNERS | {"lunch"}
NOTHING_TAKEN: Mapping[Week, int] = {}


class There(Struct, frozen=True):
    """A block of ours that is there. One that does not count is only in the way in time."""

    key: str
    kind: str
    week: Week
    span: Span
    date: date
    minutes: int
    counts: bool = True


class Case(Struct, frozen=True):
    """What the limits have to know of a block: whose share it takes (None: no week's), from when on and where it
    may be, how many minutes all blocks of its week may take, and the names of the limits that don't bind it."""

    kind: str
    week: Week | None
    earliest: int
    days: tuple[int, ...] = ()
    between: tuple[tuple[int, int], ...] = ()
    share: float = inf
    hours: float = inf
    exempt: frozenset[str] = frozenset()


class Room:
    """A working date with blocks of ours: what one more block finds there. ``taken``: minutes of them by week."""

    def __init__(
        self, view: DayView, blocks: Iterable[There], taken: Mapping[Week, int] = NOTHING_TAKEN
    ) -> None:
        self.view, self.taken = view, taken
        low, high = view.span[0] - view.before, view.span[1] + view.before
        self.blocks = [block for block in blocks if overlap(block.span, (low, high))]
        self.here = [b.span for b in self.blocks if b.counts and overlap(b.span, view.span)]
        self._gaps: dict[Case, list[Span]] = {}
        self._holes: dict[tuple[str, Case], Sequence[Span]] = {}

    def starts(self, case: Case, minutes: int) -> list[int]:
        """Where a block touches no time that a limit forbids, in order of time."""
        if case not in self._gaps:
            holes = [hole for one in binding(case) for hole in self.holes(one, case)]
            self._gaps[case] = cut(self.view.working, holes)
        return self.view.starts(self._gaps[case], minutes * 60)

    def keeps(self, case: Case, span: Span) -> bool:
        """True if such a block keeps the limits on the whole block as well, those of its week left out."""
        return all(one.keeps(self, case, span) for one in binding(case) if not one.weekly)

    def broken(self, case: Case, span: Span) -> Iterator[str]:
        """The names of all limits that a block at ``span`` would break here, in order."""
        for one in binding(case):
            if any(overlap(hole, span) for hole in self.holes(one, case)) or not one.keeps(self, case, span):
                yield one.name

    def holes(self, limit: Limit, case: Case) -> Sequence[Span]:
        """The time that a block may not touch for one limit."""
        token = (limit.name, case)
        if token not in self._holes:
            self._holes[token] = limit.holes(self, case)
        return self._holes[token]


class Limit(Struct, frozen=True):
    """One hard limit. ``words`` follow "3 starts are"; ``without``, what would help, is empty where nothing would."""

    name: str
    words: Callable[[Problem], str]
    holes: Callable[[Room, Case], Sequence[Span]] = lambda room, case: ()
    keeps: Callable[[Room, Case, Span], bool] = lambda room, case, span: True
    without: str = ""
    weekly: bool = False  # it looks at all blocks of a week, and not at a day


def _notice(room: Room, case: Case) -> Sequence[Span]:
    return [(min(room.view.span[0], case.earliest - 1), case.earliest)]


def _quiet(room: Room, case: Case) -> Sequence[Span]:
    return [room.view.span] if room.view.date in room.view.problem.quiet else []


def _days(room: Room, case: Case) -> Sequence[Span]:
    return [room.view.span] if case.days and room.view.date.weekday() not in case.days else []


def _between(room: Room, case: Case) -> Sequence[Span]:
    clock = room.view.clock
    return cut([room.view.span], [(clock(a), clock(b)) for a, b in case.between]) if case.between else []


def _away(room: Room, case: Case) -> Sequence[Span]:
    return cut([room.view.span], room.view.working)


def _blocks(room: Room, case: Case) -> Sequence[Span]:
    eve = room.view.after_the_eve
    beside = widened((block.span for block in room.blocks), room.view.before, room.view.before)
    return [*beside, eve] if eve else beside


def _refused(room: Room, case: Case) -> Sequence[Span]:
    return room.view.refused


def _one_a_day(room: Room, case: Case) -> Sequence[Span]:
    there = any(block.counts and block.date == room.view.date for block in room.blocks)
    return [room.view.span] if there else []


def _on_the_grid(room: Room, case: Case, span: Span) -> bool:
    return (span[0] - room.view.span[0]) % QUARTER_HOUR == 0


def within_week(case: Case, minutes: int) -> bool:
    """True if the blocks of a week may take so many minutes in all with such a block among them."""
    return minutes <= case.share and minutes <= case.hours


def _in_share(room: Room, case: Case, span: Span) -> bool:
    return _week_with(room, case, span) <= case.share


def _in_hours(room: Room, case: Case, span: Span) -> bool:
    return _week_with(room, case, span) <= case.hours


def _week_with(room: Room, case: Case, span: Span) -> int:
    return (room.taken.get(case.week, 0) if case.week else 0) + (span[1] - span[0]) // 60


def _buffer_words(problem: Problem) -> str:
    after = f" or {problem.buffer_after} before it" if problem.buffer_after else ""
    return f"within {problem.buffer_before} minutes after something{after}"


def _bookable_words(problem: Problem) -> str:
    return f"where others could book less than {problem.bookable_minutes} minutes"


LIMITS = (
    Limit("notice", lambda p: "past or too soon", holes=_notice, without="at less notice"),
    Limit("quiet", lambda p: "on a quiet day", holes=_quiet),
    Limit("days", lambda p: "on a day that is not for such blocks", holes=_days),
    Limit("between", lambda p: "outside the hours for such blocks", holes=_between),
    Limit("away", lambda p: "on time away", holes=_away),
    Limit("meetings", lambda p: "under something on the calendar", holes=lambda room, case: room.view.busy),
    Limit(
        "buffer", _buffer_words, holes=lambda room, case: room.view.near,
        without="with less time after what comes before",
    ),
    Limit("blocks", lambda p: "too near to blocks that stand there", holes=_blocks),
    Limit("refused", lambda p: "where you took a block away", holes=_refused),
    Limit(
        "one a day", lambda p: "on a day that has a block", holes=_one_a_day,
        without="as a second block on its day",
    ),
    Limit("grid", lambda p: "off the quarter hours", keeps=_on_the_grid),
    Limit(
        "lunch", lambda p: "where they would leave no lunch", without="without lunch",
        keeps=lambda room, case, span: room.view.lunch_fits([*room.here, span]),
    ),
    Limit(
        "bookable", _bookable_words, without="with less left for others to book that day",
        keeps=lambda room, case, span: room.view.keeps_bookable([*room.here, span]),
    ),
    Limit(
        "share", lambda p: "over the week's share for blocks", keeps=_in_share, weekly=True,
        without="over the week's share for blocks",
    ),
    Limit(
        "hours", lambda p: "over the week's hours for blocks", keeps=_in_hours, weekly=True,
        without="over the week's hours for blocks",
    ),
)  # fmt: skip
NAMES = tuple(limit.name for limit in LIMITS)


@cache
def _binding(exempt: frozenset[str]) -> tuple[Limit, ...]:
    return tuple(limit for limit in LIMITS if limit.name not in exempt)


def binding(case: Case) -> tuple[Limit, ...]:
    """The limits that bind such a block."""
    return _binding(case.exempt)
