"""Stretches of time in whole seconds since 1970 (UTC): placement asks for them thousands of times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from math import ceil, floor

from blocker.values.intervals import Interval

Span = tuple[int, int]
QUARTER_HOUR = 900
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def floor_second(instant: datetime) -> int:
    return floor(instant.timestamp())


def ceil_second(instant: datetime) -> int:
    return ceil(instant.timestamp())


def outer(when: Interval) -> Span:
    """An obstacle in whole seconds: never smaller than it is."""
    return floor_second(when.start), ceil_second(when.end)


def inner(when: Interval) -> Span:
    """Room in whole seconds: never larger than it is."""
    return ceil_second(when.start), floor_second(when.end)


def as_interval(span: Span) -> Interval:
    return Interval(_EPOCH + span[0] * _SECOND, _EPOCH + span[1] * _SECOND)


def minutes_of(span: Span) -> int:
    """Whole minutes, rounded down."""
    return (span[1] - span[0]) // 60


def overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def cut(base: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """Time of ``base`` (in order, disjoint) that is in none of ``holes`` (any order)."""
    left: list[Span] = []
    ordered = sorted(holes)
    for low, high in base:
        at = low
        for start, end in ordered:
            if start >= high:
                break
            if start > at:
                left.append((at, start))
            at = max(at, end)
        if at < high:
            left.append((at, high))
    return left
