"""One day solved exactly: the best way to put each possible set of blocks on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from blocker.daysweep import (
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
from blocker.slots import DayRoom

STRATEGIC_FIELD = 0  # of packed sets: how many strategic blocks


class Choice(NamedTuple):
    """A set of blocks for the day, packed in ``uses``, at its best."""

    uses: int
    strategic: bool
    minus_minutes: int
    squares: int
    minus_points: int
    entries: tuple[Entry, ...]


DO_NOTHING = Choice(0, False, 0, 0, 0, ())


class DayPlan:
    """The choices for a day, doing nothing left out; at first as good as they could be at most.

    A set of two or more is first put where it would be best if lunch and bookable minutes had not to
    hold for the whole set. ``holds`` looks at one that a week would choose, and puts it right where
    that was too good to be true; so most sets are never looked at.

    ``most`` is given if the cap may bind in this week, as the minutes that are left: then every sum
    of minutes up to it is kept. If not, only the longest of each set of items is, since more
    minutes are better and hinder nothing else.
    """

    def __init__(self, room: DayRoom, uses: Sequence[Use], limit: Limit, most: int | None) -> None:
        self.room, self.most = room, most
        self.uses = [use for use in uses if not (room.strategic and use.item.strategic)]
        self.limit = limit.narrowed(int(not room.strategic))
        self._found: dict[Token, Way] = {}
        self._certain: set[Token] = set()
        if room.longest:
            self._add_singles()
            self._add_sets()
        self._outside: list[Choice] = []
        self.options = self._listed()

    def holds(self, entries: tuple[Entry, ...]) -> bool:
        """True if a choice made of ``entries`` is right; if not, ``options`` have changed."""
        if len(entries) < 2:
            return True
        token = next((token for token, way in self._found.items() if way.entries == entries), None)
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
        found: dict[Token, Choice] = {}
        for use in uses:
            if not use.item.floor or self.room.strategic:
                continue
            for length in use.lengths:
                slots = self.room.slots(use.item.prefer, length)
                if slots:
                    minus_points, start = slots[0]
                    entry = Entry(start, -length, use.item.name)
                    choice = Choice(use.code + mark, True, -length, length * length, minus_points, (entry,))
                    token = (choice.uses, length)
                    found[token] = min(found.get(token, choice), choice)
        self._outside = sorted(found.values())
        self.options = self._listed()

    def _listed(self) -> list[Choice]:
        listed = [
            Choice(code, Limit.count(code, STRATEGIC_FIELD) > 0, *way)
            for (code, _), way in self._found.items()
        ]
        return sorted(listed) + self._outside

    def _add_singles(self) -> None:
        for use in self.uses:
            for length in use.lengths:
                way = self._single(use, length) if self.most is None or length <= self.most else None
                if way is not None:
                    self._found[use.code, 0 if self.most is None else length] = way
                    if self.most is None:
                        break  # lengths come longest first

    def _single(self, use: Use, length: int) -> Way | None:
        for minus_points, start in self.room.slots(use.item.prefer, length):
            if self.room.keeps_bookable([(start, start + length * 60)]):
                return NO_BLOCK.plus(Slot(start, 0, length, minus_points, use))
        return None

    def _add_sets(self) -> None:
        """Sets of two and more."""
        if not any(self.limit.allows(one.code + other.code) for one in self.uses for other in self.uses):
            return
        larger = self._longest_only()
        if larger is None:
            larger = sweep(slots_of(self.room, self.uses), self.limit, self.most)
        for token, way in larger.items():
            if len(way.entries) > 1:
                self._found[token] = way

    def _longest_only(self) -> dict[Token, Way] | None:
        """Each item at its longest alone: where every allowed set fits like that, nothing is better."""
        if self.most is not None or any((use.code, 0) not in self._found for use in self.uses):
            return None
        longest = [Use(use.item, use.code, (-self._found[use.code, 0].minus_minutes,)) for use in self.uses]
        found = sweep(slots_of(self.room, longest), self.limit, None)
        for code in [0, *(code for code, _ in found)]:
            for use in longest:
                if self.limit.allows(code + use.code) and (code + use.code, 0) not in found:
                    return None
        return found

    def _put_right(self, code: int) -> None:
        """Replace the ways to a set by those that keep lunch and bookable minutes."""
        for token in [token for token in self._found if token[0] == code]:
            del self._found[token]
        slots, part = slots_of(self.room, self.uses), self.limit.only(code)
        ways = {t: way for t, way in lunch_sweep(self.room, slots, part, self.most).items() if t[0] == code}
        if not all(self.room.keeps_bookable(way.spans) for way in ways.values()):
            ways = careful_sweep(self.room, slots, self.limit, self.most, code)
        self._found |= ways
        self._certain |= ways.keys()
        self.options = self._listed()
