"""A finished plan as an obstacle course: is there a slot for one more block, and if not, why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from msgspec import Struct

from blocker.board import Board
from blocker.kinds import OFFSITE, STRATEGIC
from blocker.objective import QUARTER_HOUR, Span
from blocker.plan import Placement
from blocker.slots import DayRoom, DayView, cut, inner, outer, widened
from blocker.timeline import Interval
from blocker.workweek import Week

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
    """A slot and the first two limits that it breaks; what is under a meeting is not asked further."""

    day: date
    span: Span
    broken: tuple[str, ...]


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

    def test(
        self, kind: str, day: date, length: int, earliest: int, over: bool, floor: bool
    ) -> Iterator[Tested]:
        """Every quarter hour of a date's hours with the limits that a block of ``length`` would break.

        ``over``: it breaks the cap anyway.
        """
        view, room = self.board.view(day), self.room(day)
        if view is None or room is None:
            yield from (Tested(day, span, ("away",)) for span in self.hours(day, length))
            return
        seconds, around = length * 60, self.near(view)
        holes = widened((block.span for block in around), view.before, view.before)
        working = set(view.starts(view.working, seconds))
        clear = set(view.starts(cut(view.working, view.busy), seconds))
        buffered = set(view.starts(cut(view.working, view.blocked), seconds))
        unblocked = set(view.starts(cut(view.working, holes), seconds))
        allowed = set(view.starts(cut(view.working, view.refused), seconds)) if view.refused else working
        always = ["offsite"] if room.offsite else []
        if kind == OFFSITE and any(block.date == day for block in around):
            always.append("one a day")
        if kind == STRATEGIC and room.strategic:
            always.append("one a day")
        for span in self.hours(day, length):
            start = span[0]
            broken = ["notice"] if start < earliest else []
            if start not in working:
                broken.append("away")
            if start not in clear:
                yield Tested(day, span, (*broken, "meetings")[:2])
                continue
            if start not in buffered:
                broken.append("buffer")
            if start not in unblocked or start < view.midnight_guard:
                broken.append("blocks")
            if start not in allowed:
                broken.append("refused")
            broken += always
            if kind != OFFSITE and len(broken) < 2:
                if not room.lunch_fits([span]):
                    broken.append("lunch")
                if not floor and not room.keeps_bookable([span]):
                    broken.append("bookable")
                if over:
                    broken.append("cap")
            yield Tested(day, span, tuple(broken[:2]))

    def hours(self, day: date, length: int) -> Iterator[Span]:
        """The slots of a date by its hours alone."""
        given = self.board.problem.days.get(day)
        if given is None:
            return
        whole = self.board.problem.workweek.span(day, day + timedelta(days=1))
        phase, seconds = outer(whole)[0] % QUARTER_HOUR, length * 60
        for low, high in map(inner, given.hours):
            first = low + (phase - low) % QUARTER_HOUR
            for start in range(first, high - seconds + 1, QUARTER_HOUR):
                yield start, start + seconds
