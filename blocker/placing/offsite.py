"""The half days that the offsite may have, best first (design 4.5)."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from blocker.placing.board import Board
from blocker.placing.day import DayView
from blocker.placing.limits import OFFSITE_EXEMPT, Case
from blocker.placing.objective import Entry, entry
from blocker.placing.spans import QUARTER_HOUR, Span, ceil_second, floor_second
from blocker.values.block_kinds import GRID_MINUTES
from blocker.values.plan import OffsiteDemand

FIRST_WEEKS = range(3, 11)  # of the quarter
EDGE_MINUTES = 30  # a half day begins so near to the start of the hours, or ends so near to their end
SHORTEST = 150  # minutes, where no day's hours hold the whole of it


class HalfDay(Struct, frozen=True):
    """The best slot for the offsite on one date. ``gain`` is its share of the value."""

    day: date
    span: Span
    gain: int


class HalfDays:
    """Where the offsite that is ``asked`` for may be; ``was`` is the hit one that is to be rescued.

    ``dates`` are those that are looked at: of the quarter, for a rescue any. ``ranked`` has one slot for each
    of them that can hold it once nothing of ours that may move is on it, best first.
    """

    def __init__(self, board: Board, asked: OffsiteDemand) -> None:
        self.board, self.asked, self.was = board, asked, board.offsite_was
        days, quarter = board.problem.days, asked.quarter
        self.first = floor_second(board.problem.workweek.instant(quarter.first_day, 0))
        earliest = max(asked.earliest, board.problem.now)
        self.case = Case(None, ceil_second(earliest), exempt=OFFSITE_EXEMPT)
        self.dates = [day for day in sorted(days) if self.was or quarter.first_day <= day < quarter.end]
        longest = {day: max((part.minutes for part in days[day].hours), default=0) for day in self.dates}
        whole = max(longest.values(), default=0) >= asked.minutes
        # Where no day's hours hold the whole of it, it is as long as the day's longest range.
        self.minutes = {
            day: asked.minutes if whole else max(SHORTEST, most - most % GRID_MINUTES)
            for day, most in longest.items()
        }
        found = filter(None, map(self._on, board.views(self.dates)))
        self.ranked = sorted(found, key=lambda half_day: -half_day.gain)

    def _on(self, view: DayView) -> HalfDay | None:
        room, minutes = self.board.stay.room(view, self.asked.key), self.minutes[view.date]
        spans = [(start, start + minutes * 60) for start in room.starts(self.case, minutes)]
        edge = EDGE_MINUTES * 60
        real = [
            span
            for span in spans
            if span[0] - view.hours[0][0] <= edge or view.hours[-1][1] - span[1] <= edge
        ]
        return self._valued(view, (real or spans)[0], bool(real)) if spans else None

    def _valued(self, view: DayView, span: Span, real: bool) -> HalfDay:
        quarter, load = self.asked.quarter, view.operational_minutes
        wish = quarter.week_number(view.date) in FIRST_WEEKS
        gain = entry(Entry.OFFSITE) + entry(Entry.HALF_DAY, real)
        if self.was is not None:  # the nearest one, of its quarter if there is one
            home = self.board.there[self.was.key].date
            wish, load = quarter.first_day <= view.date < quarter.end, abs((view.date - home).days)
            gain += entry(Entry.MOVED, -1) + entry(Entry.OTHER_DAY, -(view.date != home))
        gain += entry(Entry.BEST_WEEKS, wish) + entry(Entry.LIGHTNESS, -load)
        gain += entry(Entry.SOONEST, (self.first - span[0]) // QUARTER_HOUR)
        return HalfDay(view.date, span, gain)
