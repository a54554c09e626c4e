"""What makes one plan better than another: the entries of a plan's value, and the points of a slot.

``docs/objective.md`` says the same in words. A value is one integer, so that it adds up and compares fast:
each entry has its own stretch of bits, the first the highest.
"""

from __future__ import annotations

from enum import IntEnum

from blocker.placing.day import DayView
from blocker.placing.spans import QUARTER_HOUR, Span


class Entry(IntEnum):
    """The order in which plans are compared: a later entry counts only where all before it are equal."""

    FLOORS = 0
    WITHIN = 1  # of those, within the manners
    OFFSITE = 2
    HALF_DAY = 3  # it is a real one
    LEARNING = 4
    GAVE_WAY = 5  # standing blocks, minus
    RESCUED = 6  # hit blocks, first the most pressing
    FIRST_TIER = 7  # and five more: DEMAND_TIERS
    HALF_HOURS = 13
    PART = 14  # of the day that is preferred, under rebalance
    MOVED = 15  # blocks, minus
    OTHER_DAY = 16  # blocks moved to one, minus
    BEST_WEEKS = 17  # the offsite is in one
    LIGHTNESS = 18  # operational minutes on its day, minus
    SOONEST = 19  # its start, minus
    POINTS = 20
    STARTS = 21  # of all blocks, minus


DEMAND_TIERS = ("floor", "red", "amber", "debt", "frontline", "other")
_BITS = 32
_LAST = Entry.STARTS
_MIDDLE = sum(1 << (_BITS * n + _BITS - 1) for n in range(_LAST + 1))  # makes every entry positive

# Points. A good slot is worth about 40; the scale is ours and only differences matter.
PART_OF_DAY = 20  # once for each of: partly in the preferred half of the day, wholly
BUSIEST_QUARTER = -5  # for each quarter hour inside the busiest hour, so at most -20
NO_PAUSE = -20  # right after heavy meetings
PAUSE_MINUTES = 30
RESTS = (0, -10, -5, -5)  # a rest of 15, of 30 or 45 minutes in the gap: too short to be of use
SPREAD = -25  # for each pair of neighbouring days with blocks or own strategic time, and a day with both


def entry(which: int, number: int = 1) -> int:
    """The value of a plan that has ``number`` in one entry and nothing else."""
    return number << (_BITS * (_LAST - which))


def unpacked(value: int) -> tuple[int, ...]:
    """The entries of a value, in order."""
    shifted, mask = value + _MIDDLE, (1 << _BITS) - 1
    return tuple(((shifted >> (_BITS * (_LAST - n))) & mask) - (1 << (_BITS - 1)) for n in range(_LAST + 1))


def up_to(value: int, which: int) -> int:
    """Something to compare values by their entries before ``which`` only."""
    return (value + _MIDDLE) >> (_BITS * (_LAST - which + 1))


def tier_entry(tier: str) -> int:
    """The entry that counts the blocks of a tier."""
    if tier == "learning":
        return Entry.LEARNING
    return Entry.FIRST_TIER + DEMAND_TIERS.index(tier if tier in DEMAND_TIERS else "other")


def part_of_day(view: DayView, prefer: str, span: Span) -> int:
    """2 wholly in the preferred half of the day, 1 partly, 0 not."""
    start, end = span
    if prefer == "morning":
        return 2 if end <= view.noon else int(start < view.noon)
    if prefer == "afternoon":
        return 2 if start >= view.noon else int(end > view.noon)
    return 0


def points(view: DayView, prefer: str, span: Span) -> int:
    """The points of one block, ``SPREAD`` left out."""
    found = PART_OF_DAY * part_of_day(view, prefer, span)
    if view.busiest is not None:  # meetings will be asked for where they usually are
        shared = min(span[1], view.busiest[1]) - max(span[0], view.busiest[0])
        found += BUSIEST_QUARTER * (max(0, shared) // QUARTER_HOUR)
    if any(0 <= span[0] - end < PAUSE_MINUTES * 60 for end in view.heavy_ends):
        found += NO_PAUSE
    for low, high in view.gaps:
        if low <= span[0] and span[1] <= high:
            rests = (span[0] - low) // QUARTER_HOUR, (high - span[1]) // QUARTER_HOUR
            found += sum(RESTS[rest] for rest in rests if rest < len(RESTS))
    return found
