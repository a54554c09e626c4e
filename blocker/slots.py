"""The days in whole seconds, and the named hard limits: where a block of ours may be at all.

``DayView`` is what no plan changes on one date. ``DayRoom`` is the same with the blocks of ours
that stay there. ``docs/objective.md`` lists the limits; lunch and bookable minutes are those of
``capacity.Day``, computed again on integers because placement asks for them thousands of times.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from blocker.capacity import Day
from blocker.objective import BREATH_MINUTES, HEAVY_MINUTES, QUARTER_HOUR, Scenery, Span, points
from blocker.problem import Problem
from blocker.settings import BOOKABLE_GAP_MINUTES, BOOKABLE_MINUTES
from blocker.timeline import Interval, clip, merge, minutes

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BOOKABLE_GAP, BOOKABLE_FLOOR = BOOKABLE_GAP_MINUTES * 60, BOOKABLE_MINUTES * 60


def floor_second(instant: datetime) -> int:
    return (instant - EPOCH) // SECOND


def ceil_second(instant: datetime) -> int:
    return -((EPOCH - instant) // SECOND)


def outer(when: Interval) -> Span:
    """An obstacle on whole seconds: never smaller than it is."""
    return floor_second(when.start), ceil_second(when.end)


def inner(when: Interval) -> Span:
    """Room on whole seconds: never larger than it is."""
    return ceil_second(when.start), floor_second(when.end)


def instant_at(second: int) -> datetime:
    return EPOCH + second * SECOND


def as_interval(start: int, end: int) -> Interval:
    return Interval(instant_at(start), instant_at(end))


def cut(base: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """Time of ``base`` (in order, disjoint) that is in none of ``holes`` (any order)."""
    left: list[Span] = []
    ordered = sorted(holes)
    for low, high in base:
        at = low
        for start, end in ordered:
            if end <= at:
                continue
            if start >= high:
                break
            if start > at:
                left.append((at, start))
            at = end
            if at >= high:
                break
        if at < high:
            left.append((at, high))
    return left


def widened(spans: Iterable[Span], before: int, after: int) -> list[Span]:
    return [(start - before, end + after) for start, end in spans]


class DayView:
    """One date in seconds: working time, obstacles that no plan moves, lunch, and its scenery."""

    def __init__(self, problem: Problem, day: Day, fixed: Sequence[Span], busiest: int | None) -> None:
        workweek = problem.workweek
        self.day = day
        self.date = day.date
        whole = workweek.span(day.date, day.date + timedelta(days=1))
        self.span = floor_second(whole.start), floor_second(whole.end)
        self.working = [span for span in map(inner, day.working) if span[0] < span[1]]
        self.busy = [outer(item) for item in day.busy]
        around = list(self.busy)
        for near in (day.date - timedelta(days=1), day.date + timedelta(days=1)):
            if (other := problem.days.get(near)) is not None:
                around += map(outer, other.busy)
        self.before, self.after = problem.buffer_before * 60, problem.buffer_after * 60
        self.blocked = widened(around, self.after, self.before)
        self.earliest = ceil_second(problem.earliest)
        self.midnight_guard = self._guard(problem)
        self.phase = self.span[0] % QUARTER_HOUR  # local quarter hours: offsets are whole quarters
        self.lunch_seconds = day.lunch_minutes * 60
        self.lunch_room: list[Span] | None = None
        if day.lunch is not None and day.lunch_window is not None:
            room = cut(self.working, map(outer, day.busy_at_lunch))
            self.lunch_room = clipped(room, inner(day.lunch_window))
        self.after_now = max(floor_second(problem.now), self.span[0]), self.span[1]
        self.open = clipped(cut(self.working, self.busy), self.after_now)
        self.had_bookable = self.bookable(()) >= BOOKABLE_FLOOR
        self.scenery = Scenery(
            weekday=day.date.weekday(),
            noon=floor_second(workweek.instant(day.date, 12 * 60)),
            gaps=tuple(cut(self.working, [*self.blocked, *widened(fixed, self.before, self.before)])),
            lunch=None if day.lunch is None else outer(day.lunch),
            busiest=None if busiest is None else hour_span(problem, day.date, busiest),
            heavy_ends=_heavy_ends(day),
        )

    def _guard(self, problem: Problem) -> int:
        """The first instant at which a block can't touch one of the evening before."""
        eve = problem.days.get(self.date - timedelta(days=1))
        if eve is None or not eve.working or floor_second(eve.working[-1].end) + self.before <= self.span[0]:
            return self.span[0]
        return self.span[0] + self.before

    def lunch_fits(self, blocks: Sequence[Span]) -> bool:
        """``Day.lunch_fits`` on seconds."""
        if self.lunch_room is None:
            return True
        return any(high - low >= self.lunch_seconds for low, high in cut(self.lunch_room, blocks))

    def bookable(self, blocks: Sequence[Span]) -> int:
        """``Day.bookable_minutes`` from now on, in seconds."""
        free = cut(self.open, blocks) if blocks else self.open
        plain = long_enough(free)
        if self.lunch_room is None:
            return plain
        length, best = self.lunch_seconds, -1
        for low, high in cut(self.lunch_room, blocks):
            if high - low >= length:
                best = max(best, long_enough(cut(free, [(low, low + length)])))
                best = max(best, long_enough(cut(free, [(high - length, high)])))
        return plain if best < 0 else best

    def keeps_bookable(self, blocks: Sequence[Span]) -> bool:
        """False if ``blocks`` leave others less than the bookable minimum on a day that had it."""
        return not self.had_bookable or self.bookable(blocks) >= BOOKABLE_FLOOR

    def starts(self, gaps: Iterable[Span], seconds: int) -> list[int]:
        """Quarter hours of the wall clock at which a block of ``seconds`` lies wholly in a gap."""
        found: list[int] = []
        for low, high in gaps:
            first = low + (self.phase - low) % QUARTER_HOUR
            found.extend(range(first, high - seconds + 1, QUARTER_HOUR))
        return found


class DayRoom:
    """A date with the blocks of ours that stay on it: what a new block finds there.

    ``near`` holds the staying blocks in reach of the date (neighbouring evenings included).
    ``closed`` says that a block may not be added at all: an offsite is there, or lunch is gone.
    """

    def __init__(self, view: DayView, near: Sequence[Span], strategic: bool, offsite: bool) -> None:
        self.view = view
        self.blocks = [span for span in near if span[0] < view.span[1] and view.span[0] < span[1]]
        self.strategic, self.offsite = strategic, offsite
        holes = [*view.blocked, *widened(near, view.before, view.before)]
        floor = max(view.earliest, view.midnight_guard)
        self.free = [(max(low, floor), high) for low, high in cut(view.working, holes) if high > floor]
        self.closed = offsite or not view.lunch_fits(self.blocks)
        self.gaps = [] if self.closed else self.free
        self.longest = max((high - low for low, high in self.gaps), default=0)
        room = view.open if not self.blocks else cut(view.open, self.blocks)
        self._plenty = long_enough(room) - view.lunch_seconds - BOOKABLE_FLOOR - 2 * BOOKABLE_GAP
        self._slots: dict[tuple[str, int], list[tuple[int, int]]] = {}

    def slots(self, prefer: str, length: int) -> list[tuple[int, int]]:
        """(minus points, start) of each slot of ``length`` minutes that leaves a lunch, best first."""
        known = self._slots.get((prefer, length))
        if known is None:
            seconds, view = length * 60, self.view
            known = sorted(
                (-points(view.scenery, prefer, start, start + seconds), start)
                for start in (view.starts(self.gaps, seconds) if seconds <= self.longest else ())
                if self.lunch_fits([(start, start + seconds)])
            )
            self._slots[prefer, length] = known
        return known

    def lunch_fits(self, more: Sequence[Span]) -> bool:
        return self.view.lunch_room is None or self.view.lunch_fits([*self.blocks, *more])

    def keeps_bookable(self, more: Sequence[Span]) -> bool:
        """A block takes its length and at most two rests of under a quarter hour: often that settles it."""
        taken = sum(end - start + 2 * BOOKABLE_GAP for start, end in more)
        return self._plenty >= taken or self.view.keeps_bookable([*self.blocks, *more])


def hour_span(problem: Problem, day: date, hour: int) -> Span:
    instant = problem.workweek.instant
    return floor_second(instant(day, hour * 60)), floor_second(instant(day, hour * 60 + 60))


def busiest_hour_of(problem: Problem) -> int | None:
    """The local hour (0 to 23) with the most operational time over the horizon; the first of equals."""
    tally = [0] * 24
    for room in problem.weeks:
        for date_ in room.week.days:
            day = problem.days.get(date_)
            if day is None or not day.operational:
                continue
            low = floor_second(problem.workweek.instant(date_, 0))
            plain = floor_second(problem.workweek.instant(date_, 1440)) - low == 86400
            for start, end in map(outer, merge(day.operational)):
                for hour in range(max(0, (start - low) // 3600 - 2), min(23, (end - low) // 3600 + 2) + 1):
                    span = (
                        (low + hour * 3600, low + hour * 3600 + 3600)
                        if plain
                        else hour_span(problem, date_, hour)
                    )
                    tally[hour] += max(0, min(end, span[1]) - max(start, span[0]))
    most = max(tally)
    return tally.index(most) if most else None


def operational_minutes(day: Day) -> int:
    """Whole operational minutes inside the day's working hours, overlaps once."""
    return int(minutes(part for hours in day.hours for part in clip(day.operational, hours)))


def _heavy_ends(day: Day) -> tuple[int, ...]:
    runs = merge(day.operational, timedelta(minutes=BREATH_MINUTES))
    return tuple(ceil_second(run.end) for run in runs if run.minutes >= HEAVY_MINUTES)


def clipped(spans: Iterable[Span], window: Span) -> list[Span]:
    cuts = ((max(low, window[0]), min(high, window[1])) for low, high in spans)
    return [span for span in cuts if span[0] < span[1]]


def long_enough(gaps: Iterable[Span]) -> int:
    return sum(high - low for low, high in gaps if high - low >= BOOKABLE_GAP)
