"""The algebra of intervals against what its words say, on small whole hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from blocker.values.intervals import InOrder, Interval, clip, intersect, merge, minutes, subtract, touching

START = datetime(2026, 3, 29, tzinfo=UTC)
PAIRS = st.tuples(st.integers(0, 40), st.integers(1, 9))
HOURS = st.lists(PAIRS, max_size=8)


def spans(pairs: list[tuple[int, int]]) -> list[Interval]:
    return [Interval(START + timedelta(hours=a), START + timedelta(hours=a + n)) for a, n in pairs]


def hours(intervals: tuple[Interval, ...] | list[Interval]) -> set[int]:
    """The hours that are covered, as numbers."""
    return {
        n
        for n in range(60)
        if any(i.start <= START + timedelta(hours=n) and START + timedelta(hours=n + 1) <= i.end for i in intervals)
    }  # fmt: skip


def apart(intervals: tuple[Interval, ...]) -> bool:
    """In order, and no two of them touch."""
    return all(one.end < two.start for one, two in pairwise(intervals))


@given(HOURS, HOURS)
def test_union_difference_and_intersection_are_those_of_sets(
    one: list[tuple[int, int]], two: list[tuple[int, int]]
) -> None:
    a, b = spans(one), spans(two)
    for got, wanted in (
        (merge(a), hours(a)),
        (subtract(a, b), hours(a) - hours(b)),
        (intersect(a, b), hours(a) & hours(b)),
    ):
        assert hours(got) == wanted
        assert minutes(got) == 60 * len(wanted)
    assert apart(merge(a))
    assert apart(subtract(a, b))


@given(PAIRS, HOURS)
def test_touching_is_sharing_time_with_any_part(when: tuple[int, int], parts: list[tuple[int, int]]) -> None:
    (one,), many = spans([when]), merge(spans(parts))
    assert bool(touching([one], many)) == bool(hours([one]) & hours(many)) == bool(clip(many, one))


@given(HOURS, st.integers(0, 5))
def test_a_bridge_fills_what_is_shorter_than_it(pairs: list[tuple[int, int]], bridge: int) -> None:
    parts = merge(spans(pairs))
    bridged = merge(spans(pairs), timedelta(hours=bridge))
    filled = {
        n
        for one, two in pairwise(parts)
        if two.start - one.end < timedelta(hours=bridge)
        for n in hours([Interval(one.end, two.start)])
    }
    assert hours(bridged) == hours(parts) | filled
    assert minutes(bridged) == 60 * len(hours(bridged))


@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(1, 60)), max_size=8),
    st.lists(st.integers(0, 100), min_size=2, max_size=2, unique=True),
)
def test_a_span_is_found_with_all_that_has_time_in_it(pairs: list[tuple[int, int]], edges: list[int]) -> None:
    first, last = sorted(edges)
    asked = Interval(START + timedelta(hours=first), START + timedelta(hours=last))
    items = list(enumerate(sorted(spans(pairs))))
    found = InOrder(items, key=lambda item: item[1]).within(asked)
    assert found == [item for item in items if item[1].overlaps(asked)]
