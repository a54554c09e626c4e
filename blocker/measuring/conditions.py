"""What a condition is, once it is read, and when it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "=": "!=", "!=": "=", "~": "!~", "!~": "~"}

NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


class Comparison(Struct, frozen=True, cache_hash=True):
    """A name compared with a value. ``value`` is in the name's unit; ``literal`` is as written."""

    name: str
    sign: str  # < <= > >= = != and, for text, ~ !~
    value: float | str
    unit: str
    literal: str
    column: int

    @property
    def text(self) -> str:
        return f"{self.name} {self.sign} {self.literal}"


class Group(Struct, frozen=True):
    """Holds if at least ``needed`` of ``parts`` do: all of them for "and", one for "or"."""

    needed: int
    parts: tuple[Condition, ...]


Condition = Comparison | Group


def holds(condition: Condition, test: Callable[[Comparison], bool]) -> bool:
    """True if the condition holds, given a test for each comparison."""
    if isinstance(condition, Comparison):
        return test(condition)
    return sum(holds(part, test) for part in condition.parts) >= condition.needed


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """Every comparison, in the order written."""
    if isinstance(condition, Comparison):
        yield condition
    else:
        for part in condition.parts:
            yield from comparisons(part)


def alternatives(condition: Condition) -> tuple[Condition, ...]:
    """The parts of which any one is enough: those joined by "or" at the top, or the whole."""
    return condition.parts if isinstance(condition, Group) and condition.needed == 1 else (condition,)


def compare(left: float, sign: str, right: float) -> bool:
    """Compare two numbers; what differs by rounding only is equal."""
    difference = round(left - right, 9)
    if sign in ("=", "!="):
        return (difference == 0) == (sign == "=")
    if difference == 0:
        return sign in ("<=", ">=")
    return (difference > 0) == (sign in (">", ">="))


@lru_cache(maxsize=256)
def searcher(pattern: str) -> re.Pattern[str]:
    """The compiled pattern of a ``~``: searched anywhere in the text, upper and lower case alike."""
    return re.compile(pattern, re.IGNORECASE)


def opposite(condition: Condition) -> Condition:
    """The condition that holds exactly where this one doesn't; so a tree never needs a "not"."""
    if isinstance(condition, Comparison):
        return replace(condition, sign=OPPOSITE[condition.sign])
    needed = len(condition.parts) - condition.needed + 1
    return Group(needed, tuple(opposite(part) for part in condition.parts))


def written(condition: Condition, inside: bool = False) -> str:
    """The condition as a person would write it; parsing it gives the same condition again."""
    if isinstance(condition, Comparison):
        return condition.text
    if 1 < condition.needed < len(condition.parts):
        return f"{NUMBERS.get(condition.needed, condition.needed)} of ({', '.join(written(part) for part in condition.parts)})"
    word = " or " if condition.needed == 1 else " and "
    text = word.join(written(part, inside=True) for part in condition.parts)
    return f"({text})" if inside else text
