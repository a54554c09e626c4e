"""The half days that the offsite may have, best first (design 4.5)."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from msgspec import Struct

from blocker.placing.board import Board
from blocker.placing.day import DayView
from blocker.placing.limits import OFFSITE_EXEMPT, Case
from blocker.placing.objective import Entry, entry
from blocker.placing.spans import QUARTER_HOUR, Span, ceil_second, floor_second
from blocker.values.kinds import OFFSITE
from blocker.values.plan import OffsiteDemand, Standing
from blocker.values.settings import GRID_MINUTES

FIRST_WEEKS = range(3, 11)  # of the quarter
EDGE_MINUTES = 30  # a half day begins so near to the start of the hours, or ends so near to their end
SHORTEST = 150  # minutes, where no day's hours hold the whole of it


class HalfDay(Struct, frozen=True):
    """The best slot for the offsite on one date. ``gain`` is its share of the value."""

    day: date
    span: Span
    real: bool
    best_week: bool
    operational: int
    gain: int


class HalfDays:
    """What the problem asks for, and where it may be."""

    def __init__(self, board: Board) -> None:
        self.board, problem = board, board.problem
        asked = problem.offsite
        there = next((b for b in board.standing if asked and b.kind == OFFSITE and b.key == asked.key), None)
        stands = there is not None and (there.state != "hit" or problem.policy != "run")
        self.asked: OffsiteDemand | None = None if stands else asked  # one that stands is not asked for
        self.was: Standing | None = None if stands else there

    @cached_property
    def dates(self) -> list[date]:
        """The dates that are asked about: of the quarter, for a rescue any."""
        if self.asked is None:
            return []
        quarter, rescue = self.asked.quarter, self.was is not None
        return [
            day for day in sorted(self.board.problem.days) if rescue or quarter.first_day <= day < quarter.end
        ]

    @cached_property
    def case(self) -> Case:
        """What binds it."""
        assert self.asked is not None  # noqa: S101  asked by the caller
        earliest = max(self.asked.earliest, self.board.problem.now)
        return Case(OFFSITE, None, ceil_second(earliest), exempt=OFFSITE_EXEMPT)

    @cached_property
    def _whole(self) -> bool:
        """True if the hours of some day hold all of it in a row."""
        hours = (part.minutes for day in self.dates for part in self.board.problem.days[day].hours)
        return self.asked is not None and max(hours, default=0) >= self.asked.minutes

    def minutes(self, day: date) -> int:
        """How long it is on a date: the whole of it, or where no day's hours hold that the day's longest range."""
        assert self.asked is not None  # noqa: S101  asked by the caller
        if self._whole:
            return self.asked.minutes
        longest = max((hours.minutes for hours in self.board.problem.days[day].hours), default=0)
        return max(SHORTEST, longest - longest % GRID_MINUTES)

    def ranked(self) -> list[HalfDay]:
        """One slot for each date that can hold it once nothing of ours that may move is on it, best first."""
        if self.asked is None:
            return []
        found = []
        for day in self.dates:
            view = self.board.view(day)
            half_day = self._on(view) if view is not None else None
            if half_day is not None:
                found.append(half_day)
        return sorted(found, key=lambda half_day: -half_day.gain)

    def _on(self, view: DayView) -> HalfDay | None:
        room = self.board.room(view, self.was.key if self.was else "")
        minutes = self.minutes(view.date)
        starts = room.starts(self.case, minutes)
        if not starts:
            return None
        spans = [(start, start + minutes * 60) for start in starts]
        real = [span for span in spans if self._is_real(view, span)]
        return self._valued(view, (real or spans)[0], bool(real))

    def _is_real(self, view: DayView, span: Span) -> bool:
        edge = EDGE_MINUTES * 60
        return span[0] - view.hours[0][0] <= edge or view.hours[-1][1] - span[1] <= edge

    def _valued(self, view: DayView, span: Span, real: bool) -> HalfDay:
        assert self.asked is not None  # noqa: S101  asked by the caller
        quarter = self.asked.quarter
        first = floor_second(self.board.problem.workweek.instant(quarter.first_day, 0))
        best_week = quarter.week_number(view.date) in FIRST_WEEKS
        wish, load = best_week, view.operational_minutes
        gain = entry(Entry.OFFSITE) + entry(Entry.HALF_DAY, real)
        if self.was is not None:  # the nearest one, of its quarter if there is one
            home = self.board.there[self.was.key].date
            wish, load = quarter.first_day <= view.date < quarter.end, abs((view.date - home).days)
            gain += entry(Entry.MOVED, -1) + entry(Entry.OTHER_DAY, -(view.date != home))
        gain += entry(Entry.BEST_WEEKS, wish) + entry(Entry.LIGHTNESS, -load)
        gain += entry(Entry.SOONEST, (first - span[0]) // QUARTER_HOUR)
        return HalfDay(view.date, span, real, best_week, view.operational_minutes, gain)
