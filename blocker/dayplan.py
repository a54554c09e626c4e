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


def choices(room: DayRoom, uses: Sequence[Use], limit: Limit, most: int | None) -> list[Choice]:
    """The choices for a day, doing nothing left out.

    ``most`` is given if the cap may bind in this week, as the minutes that are left: then every sum
    of minutes up to it is kept. If not, only the longest of each set of items is, since more
    minutes are better and hinder nothing else.
    """
    if room.longest == 0:
        return []
    able = [use for use in uses if not (room.strategic and use.item.strategic)]
    found: dict[Token, Way] = {}
    for use in able:
        for length in use.lengths:
            way = _single(room, use, length) if most is None or length <= most else None
            if way is not None:
                found[use.code, 0 if most is None else length] = way
                if most is None:
                    break  # lengths come longest first
    if found:
        _add_sets(room, able, limit.narrowed(int(not room.strategic)), most, found)
    return sorted(
        Choice(code, Limit.count(code, STRATEGIC_FIELD) > 0, *way) for (code, _), way in found.items()
    )


def _single(room: DayRoom, use: Use, length: int) -> Way | None:
    for minus_points, start in room.slots(use.item.prefer, length):
        if room.keeps_bookable([(start, start + length * 60)]):
            return NO_BLOCK.plus(Slot(start, 0, length, minus_points, use))
    return None


def _add_sets(
    room: DayRoom, uses: Sequence[Use], limit: Limit, most: int | None, found: dict[Token, Way]
) -> None:
    """Add the best ways to sets of two and more."""
    if not any(limit.allows(one.code + other.code) for one in uses for other in uses):
        return
    singles = {use.code for use in uses}
    if most is None and _all_longest(room, uses, limit, found):
        return
    slots = slots_of(room, uses)
    swept = {token: way for token, way in sweep(slots, limit, most).items() if token[0] not in singles}
    if not all(room.lunch_fits(way.spans) for way in swept.values()):
        swept = {token: way for token, way in lunch_sweep(room, slots, limit, most).items() if token in swept}
    tight = set()
    for token, way in swept.items():
        if room.keeps_bookable(way.spans):
            found[token] = way
        else:
            tight.add(token[0])
    for code in sorted(tight):
        found.update(careful_sweep(room, slots, limit, most, code))


def _all_longest(room: DayRoom, uses: Sequence[Use], limit: Limit, found: dict[Token, Way]) -> bool:
    """Try each item at its longest alone: where every set fits like that, nothing can be better."""
    if any((use.code, 0) not in found for use in uses if room.slots(use.item.prefer, use.lengths[-1])):
        return False
    longest = [
        Use(use.item, use.code, (-found[use.code, 0].minus_minutes,))
        for use in uses
        if (use.code, 0) in found
    ]
    swept = sweep(slots_of(room, longest), limit, None)
    pairs = {a.code + b.code for a in longest for b in longest if limit.allows(a.code + b.code)}
    larger = {token: way for token, way in swept.items() if (token not in found)}
    complete = all((code, 0) in larger for code in pairs) and not any(
        limit.allows(code + use.code) and (code + use.code, 0) not in larger
        for code, _ in larger
        for use in longest
    )
    if not complete or not all(
        room.lunch_fits(way.spans) and room.keeps_bookable(way.spans) for way in larger.values()
    ):
        return False
    found.update(larger)
    return True


def outside_choices(room: DayRoom, uses: Sequence[Use], outside: int) -> list[Choice]:
    """A floor alone on its day, bookable minutes and cap left aside; ``outside`` marks it."""
    found: dict[Token, Choice] = {}
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
