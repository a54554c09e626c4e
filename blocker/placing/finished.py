"""A finished plan as an obstacle course: is there a slot for one more block, and if not, why not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct

from blocker.placing.board import Board
from blocker.placing.limits import DayRoom, DayView, cut, inner, outer, widened
from blocker.placing.objective import QUARTER_HOUR, Span
from blocker.values.intervals import Interval
from blocker.values.kinds import OFFSITE, STRATEGIC
from blocker.values.plan import Placement
from blocker.values.workweek import Week

# The hard limits by name, in the order in which a slot is tested.
LIMITS = (
    "notice",
    "away",
    "meetings",
    "buffer",
    "blocks",
    "refused",
    "offsite",
    "one a day",
    "lunch",
    "bookable",
    "cap",
)


class There(Struct, frozen=True):
    """A block that is there when the plan is carried out."""

    key: str
    kind: str
    week: Week
    slot: Interval
    span: Span
    date: date


class Case(Struct, frozen=True):
    """What has no slot: a block of ``length`` minutes in a week, or the offsite (then ``week`` is None).

    ``earliest`` is in seconds; ``floor``: cap and bookable minutes would not keep it out.
    """

    kind: str
    days: tuple[date, ...]
    length: int
    earliest: int
    floor: bool
    week: Week | None


class Tested(Struct, frozen=True):
    """The starts that the hours of a date have, in order, and for each limit those that it keeps out."""

    starts: Sequence[int]
    broken: Mapping[str, Collection[int]]

    def firsts(self) -> dict[str, int]:
        """For each limit how many starts it keeps out that none before it does."""
        found, left = {}, self.starts
        for name in LIMITS:
            if left and (gone := self.broken.get(name)):
                kept = [start for start in left if start not in gone]
                found[name], left = len(left) - len(kept), kept
        return found

    def alone(self, after: int) -> dict[str, int]:
        """For each limit the first start later than ``after`` that it alone keeps out."""
        kept = self.kept(1)
        found = {
            name: next((start for start in kept if start > after and start in gone), None)
            for name, gone in self.broken.items()
        }
        return {name: start for name, start in found.items() if start is not None}

    def kept(self, most: int) -> list[int]:
        """The starts that at most ``most`` limits, none or one, keep out."""
        once: set[int] = set()
        twice: set[int] = set()
        for gone in self.broken.values():
            twice |= once.intersection(gone)
            once.update(gone)
        out = twice if most else once
        return [start for start in self.starts if start not in out]


class Finished:
    """All blocks after the plan: those that stay, the new ones and the moved ones."""

    def __init__(self, board: Board, placements: Sequence[Placement], weeks: dict[str, Week]) -> None:
        self.board = board
        date_of = board.problem.workweek.date_of
        moved = {placement.key for placement in placements}
        self.blocks = [
            There(b.key, b.kind, b.week, b.slot, board.spans[b.key], board.date_of[b.key])
            for b in board.standing
            if b.key not in moved and b.state != "lost"
        ]
        self.blocks += [
            There(p.key, p.kind, weeks[p.key], p.slot, outer(p.slot), date_of(p.slot.start))
            for p in placements
        ]
        self._rooms: dict[tuple[date, str], DayRoom | None] = {}
        self._near: dict[date, list[There]] = {}
        self._minutes: dict[tuple[Week, str], int] = {}

    def minutes(self, week: Week, without: str = "") -> int:
        """What counts against the cap of ``week``."""
        found = self._minutes.get((week, without))
        if found is None:
            counting = (b for b in self.blocks if b.week == week and b.kind != OFFSITE and b.key != without)
            found = self._minutes[week, without] = sum(block.slot.minutes for block in counting)
        return found

    def space(self, case: Case) -> float:
        """How many minutes the week's cap leaves for the case."""
        if case.week is None or case.floor:
            return case.length
        return self.board.rooms[case.week].cap_minutes - self.minutes(case.week)

    def room(self, day: date, without: str = "") -> DayRoom | None:
        """The date with everything of ours on it, ``without`` left out."""
        token = (day, without)
        if token not in self._rooms:
            view = self.board.view(day)
            self._rooms[token] = None if view is None else self.room_in(view, without)
        return self._rooms[token]

    def room_in(self, view: DayView, without: str = "") -> DayRoom:
        """The same for another view of the date, as it would be if some events gave way."""
        blocks = [b for b in self.near(view) if b.key != without]
        here = [b for b in blocks if b.date == view.date]
        return DayRoom(
            view,
            [b.span for b in blocks],
            strategic=any(b.kind == STRATEGIC for b in here),
            offsite=any(b.kind == OFFSITE for b in here),
        )

    def near(self, view: DayView) -> list[There]:
        """The blocks in reach of a date."""
        found = self._near.get(view.date)
        if found is None:
            low, high = view.span[0] - view.before, view.span[1] + view.before
            found = self._near[view.date] = [b for b in self.blocks if b.span[0] < high and low < b.span[1]]
        return found

    def slot(
        self, kind: str, days: Iterable[date], lengths: Iterable[int], without: str = "", floor: bool = False
    ) -> tuple[date, Span] | None:
        """The first slot for one more block within every limit but the cap; a floor need not stay bookable."""
        wanted = [length * 60 for length in lengths]
        for day in days:
            room = self.room(day, without)
            if room is None or (kind == STRATEGIC and room.strategic):
                continue
            for seconds in wanted:
                for start in room.view.starts(room.gaps, seconds):
                    span = (start, start + seconds)
                    if room.lunch_fits([span]) and (floor or room.keeps_bookable([span])):
                        return day, span
        return None

    def test(self, case: Case, day: date, over: bool, alone: bool) -> Tested:
        """Every quarter hour of a date's hours with the limits that a block of the case would break there.

        ``over``: it breaks the cap anyway. Lunch and bookable minutes are asked for only where no other
        limit is broken; with ``alone`` also where one is.
        """
        starts, view, room = self.starts(day, case.length), self.board.view(day), self.room(day)
        if view is None or room is None:
            return Tested(starts, {"away": starts})
        every, around, seconds = set(starts), self.near(view), case.length * 60

        def beside(holes: Iterable[Span]) -> set[int]:
            return every.difference(view.starts(cut(view.working, holes), seconds))

        broken: dict[str, Collection[int]] = {
            "notice": [start for start in starts if start < case.earliest],
            "away": beside(()),
            "meetings": beside(view.busy),
        }
        if len(broken["meetings"]) == len(every):
            return Tested(starts, broken)  # what is under a meeting is not asked further
        broken["buffer"] = beside(view.blocked)
        broken["blocks"] = beside(widened((block.span for block in around), view.before, view.before))
        if starts[0] < view.midnight_guard:
            broken["blocks"] = {*broken["blocks"], *(s for s in starts if s < view.midnight_guard)}
        broken["refused"] = beside(view.refused)
        if room.offsite:
            broken["offsite"] = every
        if case.kind == OFFSITE and any(block.date == day for block in around):
            broken["one a day"] = every
        if case.kind == STRATEGIC and room.strategic:
            broken["one a day"] = every
        if case.kind != OFFSITE:
            spans = [(s, s + seconds) for s in Tested(starts, broken).kept(1 if alone else 0)]
            broken["lunch"] = {span[0] for span in spans if not room.lunch_fits([span])}
            if not case.floor:
                broken["bookable"] = {span[0] for span in spans if not room.keeps_bookable([span])}
            if over:
                broken["cap"] = every
        return Tested(starts, broken)

    def starts(self, day: date, length: int) -> list[int]:
        """The quarter hours of a date at which ``length`` minutes fit into its hours."""
        given = self.board.problem.days.get(day)
        if given is None:
            return []
        whole = self.board.problem.workweek.span(day, day + timedelta(days=1))
        phase = outer(whole)[0] % QUARTER_HOUR
        found: list[int] = []
        for low, high in map(inner, given.hours):
            first = low + (phase - low) % QUARTER_HOUR
            found += range(first, high - length * 60 + 1, QUARTER_HOUR)
        return found
