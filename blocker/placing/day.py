"""One date as no plan can change it, in whole seconds: working time, what is busy, lunch, bookable minutes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from functools import cached_property

from msgspec.structs import replace

from blocker.measuring.days import Day
from blocker.placing.problem import Problem
from blocker.placing.spans import (
    QUARTER_HOUR,
    Span,
    as_interval,
    clipped,
    cut,
    floor_second,
    inner,
    outer,
    widened,
)
from blocker.values.intervals import Interval, clip, merge, minutes
from blocker.values.workweek import DAY

HEAVY_MINUTES = 120  # operational time back to back that calls for a pause
BREATH_MINUTES = 10  # a shorter gap is none: design 4.2, back-to-back


class DayView:
    """A working date. Lunch and bookable minutes are those of ``Day``, on integers.

    ``gone`` are the times of events that are taken to have given way, to see what the day would be without them.
    """

    def __init__(self, problem: Problem, day: Day, gone: Collection[Interval] = ()) -> None:
        if gone:
            day = replace(day, taken=tuple(one for one in day.taken if one[0] not in gone))
        self.problem, self.day, self.date = problem, day, day.date
        self.whole = problem.workweek.span(day.date, day.date + DAY)
        self.span = outer(self.whole)
        self.before, self.after = problem.buffer_before * 60, problem.buffer_after * 60
        self.hours = [inner(part) for part in day.hours]
        self.working = [span for span in map(inner, day.working) if span[0] < span[1]]
        self.busy = [outer(item) for item in day.busy]
        self.lunch_seconds = day.lunch_minutes * 60
        self._gone = gone

    @cached_property
    def near(self) -> list[Span]:
        """All that is busy in reach, the dates before and after included, with the buffers that it asks for."""
        (low, high), found = self.span, list(self.busy)
        reach = as_interval((low - self.before, high + self.after))
        for beside in (self.date - DAY, self.date + DAY):
            other = self.problem.days.get(beside)
            if other is not None:
                found += [
                    outer(when) for when, _ in other.taken if reach.overlaps(when) and when not in self._gone
                ]
        return [s for s in widened(found, self.after, self.before) if s[0] < high and low < s[1]]

    @cached_property
    def refused(self) -> list[Span]:
        """Time of the date where a person deleted a block."""
        return [outer(when) for when in self.problem.refused if when.overlaps(self.whole)]

    @cached_property
    def after_the_eve(self) -> Span | None:
        """The first minutes of the date, where a block could touch one of the evening before; None if it can't."""
        eve = self.problem.days.get(self.date - DAY)
        low = self.span[0]
        if eve is None or not eve.working or outer(eve.working[-1])[1] + self.before <= low:
            return None
        return low, low + self.before

    @cached_property
    def lunch_room(self) -> list[Span] | None:
        """Where lunch may be; None if the day has none to keep."""
        window = self.day.lunch_window
        if window is None or not self.lunch_seconds:
            return None
        room = clipped(cut(self.working, map(outer, self.day.busy_at_lunch)), inner(window))
        return room if any(high - low >= self.lunch_seconds for low, high in room) else None

    @cached_property
    def open(self) -> list[Span]:
        """Working time from now on that is not busy."""
        after_now = max(floor_second(self.problem.now), self.span[0]), self.span[1]
        return clipped(cut(self.working, self.busy), after_now)

    @cached_property
    def had_bookable(self) -> bool:
        """True if the day has the bookable minimum without any block."""
        return self.bookable(()) >= self.problem.bookable_minutes * 60

    def lunch_fits(self, blocks: Sequence[Span]) -> bool:
        """``Day.lunch_fits`` on seconds."""
        if self.lunch_room is None:
            return True
        return any(high - low >= self.lunch_seconds for low, high in cut(self.lunch_room, blocks))

    def bookable(self, blocks: Sequence[Span]) -> int:
        """``Day.bookable_minutes`` from now on, in seconds."""
        free = cut(self.open, blocks)
        plain = self._bookable(free)
        if self.lunch_room is None:
            return plain
        length, best = self.lunch_seconds, -1
        for low, high in cut(self.lunch_room, blocks):
            if high - low >= length:
                best = max(best, self._bookable(cut(free, [(low, low + length)])))
                best = max(best, self._bookable(cut(free, [(high - length, high)])))
        return plain if best < 0 else best

    def keeps_bookable(self, blocks: Sequence[Span]) -> bool:
        """False if ``blocks`` leave others less than the bookable minimum on a day that had it."""
        return not self.had_bookable or self.bookable(blocks) >= self.problem.bookable_minutes * 60

    def starts(self, gaps: Iterable[Span], seconds: int) -> list[int]:
        """Quarter hours of the wall clock at which a block of ``seconds`` lies wholly in a gap."""
        phase = self.span[0] % QUARTER_HOUR  # offsets of zones are whole quarters
        found: list[int] = []
        for low, high in gaps:
            found.extend(range(low + (phase - low) % QUARTER_HOUR, high - seconds + 1, QUARTER_HOUR))
        return found

    def clock(self, minute: int) -> int:
        """The second of a wall-clock minute of the date."""
        low, high = self.span
        if high - low == 86400:  # no zone changes its clocks twice within a day
            return low + minute * 60
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

    def _bookable(self, gaps: Iterable[Span]) -> int:
        least = self.problem.bookable_gap * 60
        return sum(high - low for low, high in gaps if high - low >= least)


def busiest_hour(problem: Problem, dates: Iterable[date]) -> int | None:
    """The local hour (0 to 23) with the most operational time over the dates; the first of equals."""
    tally = [0] * 24
    for date_ in dates:
        day = problem.days.get(date_)
        if day is None or not day.operational:
            continue
        view = DayView(problem, day)
        hours = [view.clock(60 * hour) for hour in range(25)]
        for start, end in clipped(map(outer, merge(day.operational)), view.span):
            for hour in range(max(0, (start - hours[0]) // 3600 - 1), 24):
                if hours[hour] >= end:
                    break
                tally[hour] += max(0, min(end, hours[hour + 1]) - max(start, hours[hour]))
    most = max(tally)
    return tally.index(most) if most else None
