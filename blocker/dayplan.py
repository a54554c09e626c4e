"""One day solved exactly: the best way to put each possible set of blocks on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from blocker.board import Item
from blocker.objective import Span
from blocker.slots import DayRoom


class Entry(NamedTuple):
    """One block of a plan, in the order in which plans of equal worth are compared."""

    start: int  # seconds
    minus_minutes: int
    name: str  # of its item

    @property
    def span(self) -> Span:
        return self.start, self.start - self.minus_minutes * 60


class Choice(NamedTuple):
    """A set of blocks for the day. ``uses`` counts items in the week's packed form."""

    uses: int
    strategic: bool
    minus_minutes: int
    squares: int
    minus_points: int
    entries: tuple[Entry, ...]


class Use(NamedTuple):
    """One block of an item with a set of lengths; ``code`` is what it adds to ``uses``."""

    item: Item
    code: int
    lengths: tuple[int, ...]


def choices(room: DayRoom, uses: Sequence[Use], limit: Limit, exact_minutes: bool) -> list[Choice]:
    """The choices for a day, doing nothing left out.

    With ``exact_minutes`` the cap may bind in this week, so every sum of minutes is kept; else only
    the longest of each set of items, since more minutes are better and hinder nothing else.
    """
    if room.longest == 0:
        return []
    found: dict[tuple[int, int], Choice] = {}
    for picked, code in _sets(room, uses, limit):
        for lengths in _lengths(picked, room.longest):
            total, squares = sum(lengths), sum(length * length for length in lengths)
            token = (code, total if exact_minutes else 0)
            best = found.get(token)
            if best is not None and (best.minus_minutes, best.squares) < (-total, squares):
                if exact_minutes:
                    continue
                break  # lengths come longest and most even first
            placed = _best(room, picked, lengths)
            if placed is None:
                continue
            choice = Choice(code, any(use.item.strategic for use in picked), -total, squares, *placed)
            if best is None or choice[2:] < best[2:]:
                found[token] = choice
    return sorted(found.values())


def outside_choices(room: DayRoom, uses: Sequence[Use], outside: int) -> list[Choice]:
    """A floor alone on its day, bookable minutes and cap left aside; ``outside`` marks it."""
    found: dict[tuple[int, int], Choice] = {}
    for use in uses:
        if not use.item.floor or room.strategic:
            continue
        for length in use.lengths:
            slots = room.slots(use.item.prefer, length)
            if slots:
                minus_points, start = slots[0]
                entry = Entry(start, -length, use.item.name)
                choice = Choice(use.code + outside, True, -length, length * length, minus_points, (entry,))
                token = (choice.uses, length)
                found[token] = min(found.get(token, choice), choice)
    return sorted(found.values())


class Limit:
    """How often each item may be used in a week, packed with a guard bit above each field."""

    WIDTH = 6  # bits: up to 31 of an item, and the guard

    def __init__(self, counts: Sequence[int]) -> None:
        self.guards = sum(1 << (n * self.WIDTH + self.WIDTH - 1) for n in range(len(counts)))
        self.full = sum(count << (n * self.WIDTH) for n, count in enumerate(counts))

    def allows(self, uses: int) -> bool:
        return ((self.full | self.guards) - uses) & self.guards == self.guards

    @classmethod
    def code(cls, field: int) -> int:
        return 1 << (field * cls.WIDTH)

    @classmethod
    def count(cls, uses: int, field: int) -> int:
        return uses >> (field * cls.WIDTH) & ((1 << (cls.WIDTH - 1)) - 1)


def _sets(room: DayRoom, uses: Sequence[Use], limit: Limit) -> Iterator[tuple[tuple[Use, ...], int]]:
    """Every set of uses that the week's counts and one strategic block a day allow."""

    def extend(first: int, picked: tuple[Use, ...], code: int, strategic: bool, seconds: int):  # type: ignore[no-untyped-def]
        for n in range(first, len(uses)):
            use = uses[n]
            more = seconds + use.lengths[-1] * 60
            if more > space or (use.item.strategic and strategic) or not limit.allows(code + use.code):
                continue
            yield (*picked, use), code + use.code
            yield from extend(n, (*picked, use), code + use.code, strategic or use.item.strategic, more)

    space = sum(high - low for low, high in room.gaps)
    yield from extend(0, (), 0, room.strategic, 0)


def _lengths(picked: tuple[Use, ...], longest: int) -> Iterator[tuple[int, ...]]:
    """Every choice of lengths, most minutes first, then the most even."""
    if len(picked) == 1:
        yield from ((length,) for length in picked[0].lengths if length * 60 <= longest)
        return
    found: list[tuple[int, ...]] = [()]
    for use in picked:
        found = [(*some, length) for some in found for length in use.lengths if length * 60 <= longest]
    yield from sorted(found, key=lambda some: (-sum(some), sum(length * length for length in some), some))


def _best(
    room: DayRoom, picked: tuple[Use, ...], lengths: tuple[int, ...]
) -> tuple[int, tuple[Entry, ...]] | None:
    """(minus points, entries) of the best slots for blocks of these lengths, or None."""
    slots = [room.slots(use.item.prefer, length) for use, length in zip(picked, lengths, strict=True)]
    if not all(slots):
        return None
    if len(picked) == 1:
        name, length = picked[0].item.name, lengths[0]
        for minus_points, start in slots[0]:
            if room.keeps_bookable([(start, start + length * 60)]):
                return minus_points, (Entry(start, -length, name),)
        return None
    promise = [0] * (len(picked) + 1)
    for n in range(len(picked) - 1, -1, -1):
        promise[n] = promise[n + 1] + slots[n][0][0]
    gap, best = room.view.before, None

    def search(n: int, cost: int, spans: list[Span]) -> None:
        nonlocal best
        if n == len(picked):
            entries = tuple(
                sorted(
                    Entry(span[0], -length, use.item.name)
                    for span, length, use in zip(spans, lengths, picked, strict=True)
                )
            )
            better = best is None or (cost, entries) < best
            if better and room.lunch_fits(spans) and room.keeps_bookable(spans):
                best = cost, entries
            return
        seconds = lengths[n] * 60
        for minus_points, start in slots[n]:
            if best is not None and cost + minus_points + promise[n + 1] > best[0]:
                return
            end = start + seconds
            if all(start >= other[1] + gap or end + gap <= other[0] for other in spans):
                search(n + 1, cost + minus_points, [*spans, (start, end)])

    search(0, 0, [])
    return best
