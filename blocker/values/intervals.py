"""Interval algebra on instants. Everything is UTC, half-open ``[start, end)`` and never empty."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")
_DAY = timedelta(days=1)


class Interval(Struct, frozen=True, order=True, gc=False):
    """A stretch of time between two aware UTC instants, start included, end excluded.

    Make one with :func:`interval`, which checks; arithmetic inside the core keeps the promise.
    """

    start: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        """Whole minutes, rounded down."""
        return int((self.end - self.start).total_seconds() // 60)

    def overlaps(self, other: Interval) -> bool:
        """True if the two share at least an instant; touching ends do not."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Interval) -> bool:
        """True if ``other`` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end


def interval(start: datetime, end: datetime) -> Interval:
    """Build an interval from two aware datetimes of any zone.

    Raises ValueError for a naive datetime or where ``start < end`` does not hold.
    """
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("an interval needs aware datetimes")
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if start >= end:
        raise ValueError(f"an interval needs start < end, got {start} and {end}")
    return Interval(start, end)


def merge(intervals: Iterable[Interval], bridge: timedelta = timedelta(0)) -> tuple[Interval, ...]:
    """Union, in order. Gaps shorter than ``bridge`` are filled; with 0, only touching ones join."""
    merged: list[Interval] = []
    last: datetime | None = None  # the end of what is merged
    in_order = sorted(intervals)
    if len(in_order) < 2:
        return tuple(in_order)
    for item in in_order:
        start, end = item.start, item.end
        if last is None or (start > last and start - last >= bridge):
            merged.append(item)
        elif end > last:
            merged[-1] = Interval(merged[-1].start, end)
        else:
            continue
        last = end
    return tuple(merged)


def touching(some: Iterable[Interval], parts: Sequence[Interval]) -> list[Interval]:
    """Those that share time with one of the parts, which are in order and share none with each other."""
    ends, found = [part.end for part in parts], []
    for when in some:
        first = bisect_right(ends, when.start)
        if first < len(parts) and parts[first].start < when.end:
            found.append(when)
    return found


class InOrder(Generic[T]):
    """Items in order of their starts, to find those of a span without looking at all of them."""

    def __init__(self, items: Sequence[T], key: Callable[[T], Interval]) -> None:
        self.items = items
        self._times = [key(item) for item in items]
        self._starts = [when.start for when in self._times]
        # Few last longer than a day: they are looked at apart, and the others only near the span.
        self._long = [n for n, when in enumerate(self._times) if when.end - when.start > _DAY]

    def within(self, span: Interval) -> list[T]:
        """The items that have time in the span, in their order."""
        near = bisect_left(self._starts, span.start - _DAY)
        later = bisect_left(self._starts, span.end)
        before = self._long[: bisect_left(self._long, near)]
        return [self.items[n] for n in (*before, *range(near, later)) if self._times[n].end > span.start]


def clip(intervals: Iterable[Interval], window: Interval) -> tuple[Interval, ...]:
    """The parts that lie inside ``window``, in the order given."""
    clipped = []
    first, last = window.start, window.end
    for item in intervals:
        if item.start >= last or item.end <= first:  # most are
            continue
        start, end = max(item.start, first), min(item.end, last)
        if start < end:
            clipped.append(Interval(start, end))
    return tuple(clipped)


def intersect(some: Iterable[Interval], others: Iterable[Interval]) -> tuple[Interval, ...]:
    """Time that is in both; both sides are merged first."""
    left, right = merge(some), merge(others)
    common, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        start, end = max(left[i].start, right[j].start), min(left[i].end, right[j].end)
        if start < end:
            common.append(Interval(start, end))
        if left[i].end <= right[j].end:
            i += 1
        else:
            j += 1
    return tuple(common)


def subtract(base: Iterable[Interval], holes: Iterable[Interval]) -> tuple[Interval, ...]:
    """Time that is in ``base`` and in none of ``holes``, merged and in order."""
    whole = merge(base)
    cuts = merge(holes) if whole else ()
    if not cuts:
        return whole
    left: list[Interval] = []
    j = 0
    for item in whole:
        start = item.start
        while j < len(cuts) and cuts[j].end <= start:
            j += 1
        k = j
        while k < len(cuts) and cuts[k].start < item.end:
            if cuts[k].start > start:
                left.append(Interval(start, cuts[k].start))
            start = max(start, cuts[k].end)
            k += 1
        if start < item.end:
            left.append(Interval(start, item.end))
    return tuple(left)


def total(intervals: Iterable[Interval]) -> timedelta:
    """Time covered, overlaps counted once."""
    covered, last = timedelta(0), None
    for item in sorted(intervals):
        start, end = item.start, item.end
        if last is None or start >= last:
            covered += end - start
        elif end > last:
            covered += end - last
        else:
            continue
        last = end
    return covered


def minutes(intervals: Iterable[Interval]) -> float:
    """Minutes covered, overlaps counted once."""
    return total(intervals).total_seconds() / 60


def doubly_covered(intervals: Sequence[Interval]) -> tuple[Interval, ...]:
    """Time that at least two of ``intervals`` cover."""
    edges = sorted([(i.start, 1) for i in intervals] + [(i.end, -1) for i in intervals])
    covered, depth, since = [], 0, None
    for instant, step in edges:
        depth += step
        if depth >= 2 and since is None:
            since = instant
        elif depth < 2 and since is not None:
            if since < instant:
                covered.append(Interval(since, instant))
            since = None
    return merge(covered)
