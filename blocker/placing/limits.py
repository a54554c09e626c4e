"""The days in whole seconds, and the named hard limits: where a block of ours may be at all.

``DayView`` is what no plan changes on one date. ``DayRoom`` is the same with the blocks of ours
that stay there. ``docs/objective.md`` lists the limits; lunch and bookable minutes are those of
``measuring.days.Day``, computed again on integers because placement asks for them thousands of times.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from math import ceil, floor

from blocker.measuring.days import Day
from blocker.placing.objective import BREATH_MINUTES, HEAVY_MINUTES, QUARTER_HOUR, Scenery, Span, points
from blocker.placing.problem import Problem
from blocker.values.intervals import Interval, clip, merge, minutes
from blocker.values.settings import BOOKABLE_GAP_MINUTES, BOOKABLE_MINUTES
from blocker.values.workweek import DAY

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BOOKABLE_GAP, BOOKABLE_FLOOR = BOOKABLE_GAP_MINUTES * 60, BOOKABLE_MINUTES * 60


def floor_second(instant: datetime) -> int:
    return floor(instant.timestamp())


def ceil_second(instant: datetime) -> int:
    return ceil(instant.timestamp())


def outer(when: Interval) -> Span:
    """An obstacle on whole seconds: never smaller than it is."""
    return floor(when.start.timestamp()), ceil(when.end.timestamp())


def inner(when: Interval) -> Span:
    """Room on whole seconds: never larger than it is."""
    return ceil(when.start.timestamp()), floor(when.end.timestamp())


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
        self.day, self.date = day, day.date
        whole = workweek.span(day.date, day.date + DAY)
        low, _ = self.span = floor_second(whole.start), floor_second(whole.end)
        self.working = [span for span in map(inner, day.working) if span[0] < span[1]]
        self.busy = [outer(item) for item in day.busy]
        self.before, self.after = problem.buffer_before * 60, problem.buffer_after * 60
        self.blocked = widened([*self.busy, *self._next_door(problem)], self.after, self.before)
        self.refused = [outer(item) for item in problem.refused if item.overlaps(whole)]
        self.earliest = ceil_second(problem.earliest)
        self.midnight_guard = self._guard(problem)
        self.phase = low % QUARTER_HOUR  # local quarter hours: offsets are whole quarters
        self.lunch_seconds = day.lunch_minutes * 60
        self.problem, self._fixed, self._busiest = problem, fixed, busiest

    def without(self, gone: Sequence[Span], rest: Sequence[Span], rest_at_lunch: Sequence[Span]) -> DayView:
        """The date for lunch and bookable minutes as if the events at ``gone`` were not there.

        ``rest`` are those that stay, ``rest_at_lunch`` those of them that are no lunch.
        """
        other = DayView.__new__(DayView)
        worked_out = ("lunch_room", "open", "had_bookable", "scenery")
        other.__dict__.update({name: self.__dict__[name] for name in self.__dict__ if name not in worked_out})
        other.busy = [*cut(self.busy, gone), *rest]
        other.at_lunch = [*cut(self.at_lunch, gone), *rest_at_lunch]
        return other

    # What follows is worked out only for days on which something could be placed.

    @cached_property
    def at_lunch(self) -> list[Span]:
        """What is busy and can't be the lunch itself."""
        return [outer(item) for item in self.day.busy_at_lunch]

    @cached_property
    def lunch_room(self) -> list[Span] | None:
        """Where lunch may be; None if the day has none to keep."""
        if self.day.lunch_window is None or not self.lunch_seconds:
            return None
        room = clipped(cut(self.working, self.at_lunch), inner(self.day.lunch_window))
        return room if any(high - low >= self.lunch_seconds for low, high in room) else None

    @cached_property
    def open(self) -> list[Span]:
        """Working time from now on that is not busy."""
        after_now = max(floor_second(self.problem.now), self.span[0]), self.span[1]
        return clipped(cut(self.working, self.busy), after_now)

    @cached_property
    def had_bookable(self) -> bool:
        """True if the day has the bookable minimum without any block."""
        return self.bookable(()) >= BOOKABLE_FLOOR

    @cached_property
    def scenery(self) -> Scenery:
        low, high = self.span
        plain = high - low == 86400  # no change of the clocks
        near = [s for s in self._fixed if s[0] - self.before < high and low < s[1] + self.before]
        return Scenery(
            weekday=self.date.weekday(),
            noon=low + 43200 if plain else floor_second(self.problem.workweek.instant(self.date, 720)),
            gaps=tuple(cut(self.working, [*self.blocked, *widened(near, self.before, self.before)])),
            lunch=None if self.day.lunch is None else outer(self.day.lunch),
            busiest=None if self._busiest is None else hour_span(self.problem, self.date, self._busiest),
            heavy_ends=_heavy_ends(self.day),
        )

    def _next_door(self, problem: Problem) -> list[Span]:
        """What is busy on the dates before and after within reach of this one."""
        found: list[Span] = []
        for near in (self.date - DAY, self.date + DAY):
            if (other := problem.days.get(near)) is not None:
                spans = map(outer, other.busy)
                found += [
                    s for s in spans if s[0] - self.after < self.span[1] and self.span[0] < s[1] + self.before
                ]
        return found

    def _guard(self, problem: Problem) -> int:
        """The first instant at which a block can't touch one of the evening before."""
        eve = problem.days.get(self.date - DAY)
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
    ``gaps`` are where a block may be added: none if an offsite is there, or if lunch is gone.
    """

    def __init__(self, view: DayView, near: Sequence[Span], strategic: bool, offsite: bool) -> None:
        self.view = view
        self.blocks = [span for span in near if span[0] < view.span[1] and view.span[0] < span[1]]
        self.strategic, self.offsite = strategic, offsite
        holes = [*view.blocked, *view.refused, *widened(near, view.before, view.before)]
        floor = max(view.earliest, view.midnight_guard)
        self.free = [(max(low, floor), high) for low, high in cut(view.working, holes) if high > floor]
        self.lunch_gone = bool(self.blocks and self.free) and not view.lunch_fits(self.blocks)
        self.gaps = [] if offsite or self.lunch_gone else self.free
        self.longest = max((high - low for low, high in self.gaps), default=0)
        self._starts: dict[int, list[int]] = {}
        self._slots: dict[tuple[str, int], list[tuple[int, int]]] = {}

    def starts(self, length: int) -> list[int]:
        """Where a block of ``length`` minutes leaves a lunch, in order of time."""
        known = self._starts.get(length)
        if known is None:
            seconds = length * 60
            known = self.view.starts(self.gaps, seconds) if seconds <= self.longest else []
            if known and self._lunch is not None:
                early, late = self._lunch
                known = [start for start in known if start >= early or start + seconds <= late]
            self._starts[length] = known
        return known

    def taken(self, lengths: Iterable[int]) -> set[int]:
        """Those of ``lengths`` (minutes) in which one more block has a place, bookable minutes kept."""
        found: set[int] = set()
        ordered = sorted(lengths, reverse=True)
        for n, length in enumerate(ordered):
            seconds, starts = length * 60, self.starts(length)
            if starts and self._plenty >= seconds + 2 * BOOKABLE_GAP:
                return found.union(ordered[n:])  # a shorter block in the same place leaves no less
            if any(self.keeps_bookable([(start, start + seconds)]) for start in starts):
                found.add(length)
        return found

    def slots(self, prefer: str, length: int) -> list[tuple[int, int]]:
        """(minus points, start) of each slot of ``length`` minutes that leaves a lunch, best first."""
        known = self._slots.get((prefer, length))
        if known is None:
            seconds, scenery = length * 60, self.view.scenery
            known = self._slots[prefer, length] = sorted(
                (-points(scenery, prefer, start, start + seconds), start) for start in self.starts(length)
            )
        return known

    @cached_property
    def _lunch(self) -> Span | None:
        """The first instant after an early lunch and the last before a late one; None if there is none to keep.

        A block that begins after the first one or ends by the last one leaves the day a lunch.
        """
        length = self.view.lunch_seconds
        room = cut(self.view.lunch_room or (), self.blocks)
        places = [(low, high) for low, high in room if high - low >= length]
        return (places[0][0] + length, places[-1][1] - length) if places else None

    def lunch_fits(self, more: Sequence[Span]) -> bool:
        return not self.lunch_gone and self.view.lunch_fits([*self.blocks, *more])

    @cached_property
    def _plenty(self) -> int:
        """Seconds that blocks may take in any case, with the rests that they leave, lunch and the minimum kept."""
        room = cut(self.view.open, self.blocks)
        return long_enough(room) - self.view.lunch_seconds - BOOKABLE_FLOOR - 2 * BOOKABLE_GAP

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
            low, high = hour_span(problem, date_, 0)[0], hour_span(problem, date_, 23)[1]
            spans = clipped(map(outer, merge(day.operational)), (low, high))
            if high - low == 86400:
                for start, end in spans:
                    while start < end:
                        hour = (start - low) // 3600
                        full = min(end, low + hour * 3600 + 3600)
                        tally[hour] += full - start
                        start = full
            else:  # the clocks change
                for hour in range(24):
                    tally[hour] += sum(b - a for a, b in clipped(spans, hour_span(problem, date_, hour)))
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
