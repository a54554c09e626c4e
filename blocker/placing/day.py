"""One day solved exactly: which sets of blocks it can hold, and the best way to put each of them on it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from blocker.placing.day_sweep import (
    NO_BLOCK,
    Entry,
    Limit,
    Slot,
    Token,
    Use,
    Way,
    careful_sweep,
    lunch_sweep,
    slots_of,
    sweep,
)
from blocker.placing.limits import DayRoom
from blocker.placing.objective import QUARTER_HOUR
from blocker.values.settings import GRID_MINUTES

STRATEGIC_FIELD = 0  # of packed sets: how many strategic blocks


class Choice(Struct, frozen=True, gc=False):
    """A set of blocks for the day at its best."""

    strategic: bool
    squares: int
    minus_points: int
    entries: tuple[Entry, ...]


DO_NOTHING = Choice(False, 0, 0, ())


class DayPlan:
    """The sets of blocks that the day can hold, doing nothing left out, with their sums of minutes.

    ``sums`` maps each set, packed, to its possible sums: numbers of quarter hours, the smallest first.
    For one block they are right. For more there may be too many, and the best way to such a set is first
    the one that would be best if lunch and bookable minutes had not to hold for the whole set. A week
    looks only at what could be a part of its best plan: ``choice`` then works out the best way or
    strikes the sum off, and ``holds`` puts right what was too good to be true. So most sets are never
    looked at, and what a week chooses in the end is right.

    ``most`` is given if the cap may bind in this week, as the minutes that are left. If not, a week
    asks for the largest sum of each set only, since more minutes are better and hinder nothing else.
    """

    def __init__(self, room: DayRoom, uses: Sequence[Use], limit: Limit, most: int | None) -> None:
        self.room, self.most = room, most
        self.uses = [use for use in uses if not (room.strategic and use.item.strategic)]
        self.limit = limit.narrowed(int(not room.strategic))
        self._made_of: dict[int, tuple[Use, ...]] = {}
        self._ways: dict[Token, Way] = {}
        self._certain: set[Token] = set()
        self.sums = self._possible() if room.longest else {}

    def choice(self, code: int, quarters: int) -> Choice | None:
        """The best way to a set with a sum; None if there is none, and then ``sums`` have changed."""
        way = self._ways.get((code, quarters))
        if way is None and quarters in self.sums[code]:
            way = self._worked_out(code, quarters)
            if way is None:
                self.sums[code] = tuple(number for number in self.sums[code] if number != quarters)
            else:
                self._ways[code, quarters] = way
        if way is None:
            return None
        return Choice(Limit.count(code, STRATEGIC_FIELD) > 0, way.squares, way.minus_points, way.entries)

    def holds(self, entries: tuple[Entry, ...]) -> bool:
        """True if a choice made of ``entries`` is right; if not, ``sums`` or ways have changed."""
        if len(entries) < 2:
            return True
        token = next((token for token, way in self._ways.items() if way.entries == entries), None)
        if token is None or token in self._certain:
            return True
        spans = [entry.span for entry in entries]
        if self.room.lunch_fits(spans) and self.room.keeps_bookable(spans):
            self._certain.add(token)
            return True
        self._put_right(token[0])
        return False

    def add_outside(self, uses: Sequence[Use], mark: int) -> None:
        """Add a floor alone on its day, bookable minutes and cap left aside; ``mark`` says so in the set."""
        for use in uses:
            if not use.item.floor or self.room.strategic:
                continue
            code = use.code + mark
            for length in use.lengths:
                slots = self.room.slots(use.item.prefer, length)
                if slots:
                    self._ways[code, length // GRID_MINUTES] = _alone(use, length, *slots[0])
                    self.sums[code] = (length // GRID_MINUTES, *self.sums.get(code, ()))

    def _possible(self) -> dict[int, tuple[int, ...]]:
        """Every set, by its number of blocks, that is not longer than so many blocks can be on the day."""
        lengths = self.room.taken({length for use in self.uses for length in use.lengths})
        ones = [(use, [n // GRID_MINUTES for n in use.lengths if n in lengths]) for use in self.uses]
        found: dict[int, int] = {}
        number, reached = 0, {0: 1}
        while reached:
            number += 1
            mask = (2 << self._most(number, min(lengths))) - 1 if lengths else 0
            larger: dict[int, int] = {}
            for code, sums in reached.items():
                for use, quarters in ones:
                    if not quarters or not self.limit.allows(code + use.code):
                        continue
                    total = 0
                    for more in quarters:
                        total |= sums << more
                    if total & mask:
                        reach = code + use.code
                        larger[reach] = larger.get(reach, 0) | total & mask
                        self._made_of.setdefault(reach, (*self._made_of.get(code, ()), use))
            found |= larger
            reached = larger
        return {code: _numbers(sums) for code, sums in found.items()}

    def _most(self, number: int, shortest: int) -> int:
        """Quarter hours that ``number`` blocks take at most: in as many gaps as can be, else apart by a buffer."""
        view = self.room.view
        step = -(-view.before // QUARTER_HOUR)
        spaces = [
            (high - low - (view.phase - low) % QUARTER_HOUR) // QUARTER_HOUR for low, high in self.room.gaps
        ]
        longest = sorted((space for space in spaces if space * GRID_MINUTES >= shortest), reverse=True)
        return max(0, sum(longest[:number]) - step * max(0, number - len(longest)))

    def _worked_out(self, code: int, quarters: int) -> Way | None:
        parts, minutes = self._made_of[code], quarters * GRID_MINUTES
        if len(parts) == 1:
            return self._single(parts[0], minutes)
        if len(parts) == 2:
            return self._pair(*parts, minutes)
        self._sweep()
        return self._ways.get((code, quarters))

    def _single(self, use: Use, length: int) -> Way | None:
        for minus_points, start in self.room.slots(use.item.prefer, length):
            if self.room.keeps_bookable([(start, start + length * 60)]):
                return _alone(use, length, minus_points, start)
        return None

    def _pair(self, one: Use, other: Use, minutes: int) -> Way | None:
        """The best way to two blocks that are apart. The slots of both come best first."""
        best: Way | None = None
        gap = self.room.view.before
        for length in one.lengths:
            rest = minutes - length
            theirs = self.room.slots(other.item.prefer, rest) if rest in other.lengths else []
            squares = length * length + rest * rest
            for minus_points, start in self.room.slots(one.item.prefer, length) if theirs else ():
                least = minus_points + theirs[0][0]
                if best is not None and (squares, least) > (best.squares, best.minus_points):
                    break
                before, after = start - gap - rest * 60, start + length * 60 + gap
                for more, at in theirs:
                    if at <= before or after <= at:
                        entries = Entry(start, -length, one.item.name), Entry(at, -rest, other.item.name)
                        way = Way(-minutes, squares, minus_points + more, tuple(sorted(entries)))
                        best = way if best is None else min(best, way)
                        break
        return best

    def _sweep(self) -> None:
        """Work out all sets of three and more at once: much of what leads to them is the same."""
        larger: dict[int, list[Way]] = {code: [] for code, parts in self._made_of.items() if len(parts) > 2}
        for (code, _), way in sweep(slots_of(self.room, self.uses), self.limit, self.most).items():
            if code in larger:
                larger[code].append(way)
        for code, ways in larger.items():
            self._replace(code, ways)

    def _put_right(self, code: int) -> None:
        """Replace the ways to a set by those that keep lunch and bookable minutes."""
        uses = {use.code: use for use in self._made_of[code]}
        slots, part = slots_of(self.room, list(uses.values())), self.limit.only(code)
        ways = lunch_sweep(self.room, slots, part, self.most)
        found = [way for token, way in ways.items() if token[0] == code]
        if not all(self.room.keeps_bookable(way.spans) for way in found):
            found = list(careful_sweep(self.room, slots, part, self.most, code).values())
        self._replace(code, found)
        self._certain |= {(code, quarters) for quarters in self.sums[code]}

    def _replace(self, code: int, ways: Sequence[Way]) -> None:
        """Let a set have these ways and no others."""
        for quarters in self.sums[code]:
            self._ways.pop((code, quarters), None)
        found = {-way.minus_minutes // GRID_MINUTES: way for way in ways}
        self.sums[code] = tuple(sorted(found))
        self._ways |= {(code, quarters): way for quarters, way in found.items()}


def _alone(use: Use, length: int, minus_points: int, start: int) -> Way:
    return NO_BLOCK.plus(Slot(start, 0, length, minus_points, use))


def _numbers(bits: int) -> tuple[int, ...]:
    """The positions of the bits that are set, the smallest first."""
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return tuple(found)
