"""Several blocks on one day: a sweep over its possible starts, from morning to evening.

``sweep`` leaves lunch and bookable minutes of the whole set aside. ``careful_sweep`` counts them:
the blocks cut the day into stretches, and both limits are sums over stretches.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush

from msgspec import Struct

from blocker.placing.board import Item
from blocker.placing.limits import BOOKABLE_FLOOR, DayRoom, clipped, cut, long_enough
from blocker.placing.objective import Span

Token = tuple[int, int]  # a set of items in packed form, and its minutes where they matter (else 0)


class Entry(Struct, frozen=True, gc=False, order=True):
    """One block of a plan, in the order in which plans of equal worth are compared."""

    start: int  # seconds
    minus_minutes: int
    name: str  # of its item

    @property
    def span(self) -> Span:
        return self.start, self.start - self.minus_minutes * 60


class Use(Struct, frozen=True, gc=False):
    """One block of an item with a set of lengths; ``code`` is what it adds to a set."""

    item: Item
    code: int
    lengths: tuple[int, ...]


class Slot(Struct, frozen=True, gc=False):
    """One place for a use; ``ready`` is when the next block of ours may start."""

    start: int
    ready: int
    length: int
    minus_points: int
    use: Use


class Way(Struct, frozen=True, gc=False, order=True):
    """Blocks chosen so far on a day; of two ways to the same set the smaller is better."""

    minus_minutes: int
    squares: int
    minus_points: int
    entries: tuple[Entry, ...]

    def plus(self, slot: Slot) -> Way:
        return Way(
            self.minus_minutes - slot.length,
            self.squares + slot.length * slot.length,
            self.minus_points + slot.minus_points,
            (*self.entries, Entry(slot.start, -slot.length, slot.use.item.name)),
        )

    @property
    def spans(self) -> list[Span]:
        return [entry.span for entry in self.entries]


NO_BLOCK = Way(0, 0, 0, ())


class Limit:
    """How often each field of a packed set may be used, with a guard bit above each field."""

    WIDTH = 6  # bits: a number up to 31, and the guard
    MOST = (1 << WIDTH - 1) - 1

    def __init__(self, counts: Sequence[int]) -> None:
        self.fields = len(counts)
        self.guards = sum(1 << (n * self.WIDTH + self.WIDTH - 1) for n in range(len(counts)))
        self.full = sum(count << (n * self.WIDTH) for n, count in enumerate(counts))
        self.guarded = self.full | self.guards

    def allows(self, code: int) -> bool:
        return (self.guarded - code) & self.guards == self.guards

    def narrowed(self, first: int) -> Limit:
        """The same with another number in the first field."""
        return Limit([first, *(self.count(self.full, n) for n in range(1, self.fields))])

    def only(self, code: int) -> Limit:
        """What is part of the set ``code``."""
        return Limit([self.count(code, n) for n in range(self.fields)])

    @classmethod
    def code(cls, field: int) -> int:
        return 1 << (field * cls.WIDTH)

    @classmethod
    def count(cls, code: int, field: int) -> int:
        return code >> (field * cls.WIDTH) & cls.MOST


def slots_of(room: DayRoom, uses: Sequence[Use]) -> list[Slot]:
    """Every slot of every use, in order of time."""
    gap = room.view.before
    found = [
        Slot(start, start + length * 60 + gap, length, minus_points, use)
        for use in uses
        for length in use.lengths
        for minus_points, start in room.slots(use.item.prefer, length)
    ]
    return sorted(found, key=lambda slot: (slot.start, -slot.length, slot.use.item.name))


def sweep(slots: Sequence[Slot], limit: Limit, most: int | None) -> dict[Token, Way]:
    """The best way to each set that ``limit`` allows; for each sum of minutes up to ``most`` if given.

    A way is (cost, numbers of its slots): cost puts minutes, squares and points into one number, in
    that order, and of equal costs the smaller numbers are the better way, as slots are in order.
    """
    guarded, guards = limit.guarded, limit.guards
    ceiling = 0 if most is None else most
    steps = [
        (n, slot.start, slot.ready, slot.use.code, slot.length if most is not None else 0, _cost(slot))
        for n, slot in enumerate(slots)
    ]
    ended: dict[Token, tuple[int, tuple[int, ...]]] = {(0, 0): (0, ())}
    running: list[tuple[int, Token, int, tuple[int, ...]]] = []  # a heap by when they are out of the way
    for n, start, ready, use, length, more in steps:
        while running and running[0][0] <= start:
            _, token, cost, path = heappop(running)
            if token not in ended or (cost, path) < ended[token]:
                ended[token] = cost, path
        left, room = guarded - use, ceiling - length
        for (code, total), (cost, path) in ended.items():
            if (left - code) & guards != guards or total > room:
                continue
            token, cost = (code + use, total + length), cost + more
            known = ended.get(token)
            if known is None or cost <= known[0]:  # else a better way is out of the way already
                heappush(running, (ready, token, cost, (*path, n)))
    for _, token, cost, path in running:
        if token not in ended or (cost, path) < ended[token]:
            ended[token] = cost, path
    del ended[0, 0]
    return {token: _way(slots, path) for token, (_, path) in ended.items()}


def _cost(slot: Slot) -> int:
    return (-slot.length << 56) + (slot.length * slot.length << 24) + slot.minus_points


def _way(slots: Sequence[Slot], path: tuple[int, ...]) -> Way:
    way = NO_BLOCK
    for n in path:
        way = way.plus(slots[n])
    return way


def _keep(best: dict[Token, Way], token: Token, way: Way) -> None:
    known = best.get(token)
    if known is None or way < known:
        best[token] = way


def lunch_sweep(room: DayRoom, slots: Sequence[Slot], limit: Limit, most: int | None) -> dict[Token, Way]:
    """The same with lunch kept: one sweep for each place where it may begin, the best of all.

    A lunch that fits can begin where its room begins, or where a block ends: on a quarter hour.
    """
    view, best = room.view, dict[Token, Way]()
    if view.lunch_room is None:
        return sweep(slots, limit, most)
    for low, high in cut(view.lunch_room, room.blocks):
        for place in sorted({low, *view.starts([(low, high)], view.lunch_seconds)}):
            end = place + view.lunch_seconds
            if end <= high:
                clear = [s for s in slots if s.start >= end or s.start + s.length * 60 <= place]
                for token, way in sweep(clear, limit, most).items():
                    _keep(best, token, way)
    return best


class Label(Struct, frozen=True, gc=False):
    """A way with what its stretches so far leave: a lunch?, bookable seconds, and what lunch costs of them."""

    way: Way
    lunch: bool
    bookable: int
    lunch_cost: int

    def beats(self, other: Label) -> bool:
        return (
            self.way <= other.way
            and self.lunch >= other.lunch
            and self.bookable >= other.bookable
            and self.lunch_cost <= other.lunch_cost
        )


NO_LUNCH = 1 << 40  # seconds; more than any day has


class _Stretches:
    """The stretches between blocks: is there room for lunch, and what can others book."""

    def __init__(self, room: DayRoom) -> None:
        view = room.view
        self.free = cut(view.open, room.blocks)
        self.lunch = None if view.lunch_room is None else cut(view.lunch_room, room.blocks)
        self.length, self.whole = view.lunch_seconds, view.span
        self._known: dict[Span, tuple[bool, int, int]] = {}

    def measure(self, start: int, end: int) -> tuple[bool, int, int]:
        known = self._known.get((start, end))
        if known is None:
            free = clipped(self.free, (start, end))
            plain, best = long_enough(free), -1
            for low, high in clipped(self.lunch or (), (start, end)):
                if high - low >= self.length:
                    for place in ((low, low + self.length), (high - self.length, high)):
                        best = max(best, long_enough(cut(free, [place])))
            known = best >= 0, plain, plain - best if best >= 0 else NO_LUNCH
            self._known[start, end] = known
        return known

    def after(self, label: Label, start: int, end: int) -> tuple[bool, int, int]:
        lunch, bookable, cost = self.measure(start, end)
        return label.lunch or lunch, label.bookable + bookable, min(label.lunch_cost, cost)


def careful_sweep(
    room: DayRoom, slots: Sequence[Slot], limit: Limit, most: int | None, target: int
) -> dict[Token, Way]:
    """The best way to the set ``target`` (for each sum of minutes) that leaves lunch and bookable minutes."""
    stretches, part = _Stretches(room), limit.only(target)
    view, gap = room.view, room.view.before
    ceiling = NO_LUNCH if most is None else most
    if view.had_bookable:  # every minute of a block is one that nobody else can book
        ceiling = min(ceiling, (long_enough(stretches.free) - BOOKABLE_FLOOR) // 60)
    states: dict[tuple[Token, int], list[Label]] = {
        ((0, 0), view.span[0]): [Label(NO_BLOCK, False, 0, NO_LUNCH)]
    }
    for slot in slots:
        for ((code, total), last), labels in list(states.items()):
            first = not code
            if not part.allows(code + slot.use.code) or (not first and last + gap > slot.start):
                continue
            token = (code + slot.use.code, 0 if most is None else total + slot.length)
            reached = states.setdefault((token, slot.start + slot.length * 60), [])
            for label in labels:
                if slot.length - label.way.minus_minutes > ceiling:
                    continue
                new = Label(label.way.plus(slot), *stretches.after(label, last, slot.start))
                if not any(other.beats(new) for other in reached):
                    reached[:] = [other for other in reached if not new.beats(other)] + [new]
    best: dict[Token, Way] = {}
    for ((code, total), last), labels in states.items():
        if code != target:
            continue
        for label in labels:
            lunch, bookable, cost = stretches.after(label, last, view.span[1])
            left = bookable - cost if stretches.lunch is not None else bookable
            if (lunch or stretches.lunch is None) and (left >= BOOKABLE_FLOOR or not view.had_bookable):
                _keep(best, (code, total), label.way)
    return best
