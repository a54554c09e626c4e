"""One date as no plan can change it, in whole seconds: working time, what is busy, lunch, bookable minutes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import cached_property

from msgspec.structs import replace

from blocker.measuring.days import Day
from blocker.placing.problem import Problem
from blocker.placing.spans import QUARTER_HOUR, Span, as_interval, cut, floor_second, inner, outer, overlap
from blocker.values.intervals import Interval, clip, merge, minutes
from blocker.values.workweek import DAY

HEAVY_MINUTES = 120  # operational time back to back that calls for a pause
BREATH_MINUTES = 10  # a shorter gap is none: design 4.2, back-to-back


class DayView:
    """A date in seconds.

    ``busiest`` is the local hour in which the user has most meetings. ``gone`` are the times of events that are
    taken to have given way, to see what the day would be without them.
    """

    def __init__(self, problem: Problem, day: Day, busiest: int | None, gone: frozenset[Interval]) -> None:
        if gone:
            day = replace(day, taken=tuple(one for one in day.taken if one.event.when not in gone))
        self.problem, self.day, self.date, self._gone = problem, day, day.date, gone
        self.whole = problem.workweek.span(day.date, day.date + DAY)
        self.span = outer(self.whole)
        self.before, self.after = problem.buffer_before * 60, problem.buffer_after * 60
        self.quiet = day.date in problem.quiet
        self.hours = [inner(part) for part in day.hours]
        self.working = [span for span in map(inner, day.working) if span[0] < span[1]]
        self.busy = [outer(item) for item in day.busy]
        self.busiest = None if busiest is None else (self.clock(60 * busiest), self.clock(60 * busiest + 60))

    @cached_property
    def near(self) -> list[Span]:
        """All that is busy in reach, the dates before and after included, with the buffers that it asks for."""
        reach, found = as_interval((self.span[0] - self.before, self.span[1] + self.after)), list(self.busy)
        for beside in (self.date - DAY, self.date + DAY):
            other = self.problem.days.get(beside)
            taken = (one.event.when for one in other.taken) if other is not None else ()
            found += [outer(when) for when in taken if reach.overlaps(when) and when not in self._gone]
        wide = [(start - self.after, end + self.before) for start, end in found]
        return [span for span in wide if overlap(span, self.span)]

    @cached_property
    def refused(self) -> list[Span]:
        """Time of the date where a person deleted a block."""
        return [outer(when) for when in self.problem.refused if when.overlaps(self.whole)]

    def lunch_fits(self, blocks: Iterable[Span]) -> bool:
        return self.day.lunch_fits(map(as_interval, blocks))

    def keeps_bookable(self, blocks: Iterable[Span]) -> bool:
        """False if ``blocks`` leave others less than the bookable minimum on a day that had it."""
        least = self.problem.bookable_minutes
        return self._bookable_without < least or self._bookable(map(as_interval, blocks)) >= least

    def starts(self, gaps: Iterable[Span], seconds: int) -> list[int]:
        """Quarter hours of the wall clock at which a block of ``seconds`` lies wholly in a gap."""
        phase = self.span[0] % QUARTER_HOUR  # offsets of zones are whole quarters
        found: list[int] = []
        for low, high in gaps:
            found.extend(range(low + (phase - low) % QUARTER_HOUR, high - seconds + 1, QUARTER_HOUR))
        return found

    def clock(self, minute: int) -> int:
        """The second of a wall-clock minute of the date."""
        return floor_second(self.problem.workweek.instant(self.date, minute))

    # Scenery: what the points of a slot depend on.

    @cached_property
    def noon(self) -> int:
        return self.clock(720)

    @cached_property
    def gaps(self) -> list[Span]:
        """Working time that is free and not within a buffer of something busy."""
        return cut(self.working, self.near)

    @cached_property
    def heavy_ends(self) -> list[int]:
        """Ends of runs of operational time that call for a pause."""
        runs = merge(self.day.operational, timedelta(minutes=BREATH_MINUTES))
        return [outer(run)[1] for run in runs if run.minutes >= HEAVY_MINUTES]

    @cached_property
    def operational_minutes(self) -> int:
        """Whole operational minutes inside the hours, overlaps once."""
        return int(minutes(part for hours in self.day.hours for part in clip(self.day.operational, hours)))

    @cached_property
    def _bookable_without(self) -> float:
        return self._bookable(())

    def _bookable(self, blocks: Iterable[Interval]) -> float:
        """What others can still book from now on; nothing on a day that is over."""
        if self.whole.end <= self.problem.now:
            return 0
        rest = Interval(max(self.problem.now, self.whole.start), self.whole.end)
        return self.day.bookable_minutes(tuple(blocks), rest)
