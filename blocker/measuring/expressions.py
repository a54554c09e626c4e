"""Conditions as people write them, parsed to a small tree. Nothing is ever run as code.

    either     = both { "or" both }
    both       = single { "and" single }
    single     = "not" single | "(" either ")" | COUNT "of" "(" either { "," either } ")" | comparison
    comparison = NAME SIGN value          e.g. operational_share >= 50%,  title ~ 'strategy|vision'

The caller says which names there are and the unit of each: share, hours, minutes, count or text.
Names and types are checked here, so that a tree that was built can always be tested.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import NoReturn

from msgspec import Struct

from blocker.measuring.conditions import NUMBERS, Comparison, Condition, Group, opposite, searcher

COUNTS = {word: number for number, word in NUMBERS.items()}
KEYWORDS = ("and", "or", "not", "of")
SPELLINGS = {"==": "=", "≥": ">=", "≤": "<=", "≠": "!="}
SAID = {"share": "a share", "hours": "a time", "minutes": "a time", "count": "a count", "text": "text"}
# What may follow a number: the units it can be compared with, and (times, divided by) to get there.
HOURS = {"hours": (1, 1), "minutes": (60, 1)}
MINUTES = {"hours": (1, 60), "minutes": (1, 1)}
SUFFIXES: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "": dict.fromkeys(("share", "hours", "minutes", "count"), (1, 1)),
    "%": {"share": (1, 100)},
    **dict.fromkeys(("h", "hour", "hours"), HOURS),
    **dict.fromkeys(("m", "min", "minute", "minutes"), MINUTES),
}
MAX_DEPTH = 40  # parentheses in parentheses; far beyond what a person writes


class ExpressionError(ValueError):
    """What is wrong with a condition, at which column (1 is the first), and the nearest valid names.

    ``more`` are further comparisons of the same condition that are wrong.
    """

    def __init__(self, message: str, column: int, nearest: tuple[str, ...] = ()) -> None:
        super().__init__(message, column, nearest)
        self.message = message
        self.column = column
        self.nearest = nearest
        self.more: tuple[ExpressionError, ...] = ()

    def __str__(self) -> str:
        hint = f"; did you mean {' or '.join(self.nearest)}?" if self.nearest else ""
        return f"column {self.column}: {self.message}{hint}"


def parse(text: str, units: Mapping[str, str], noun: str = "measure") -> Condition:
    """Read a condition over the names in ``units``; raises ExpressionError. ``noun`` says what they are."""
    parser = _Parser(text, units, noun)
    try:
        found = parser.condition()
    except ExpressionError as error:
        parser.wrong.append(error)
    if not parser.wrong:
        return found
    first, *more = parser.wrong
    first.more = tuple(error for error in more if error.column > first.column)
    raise first


class _Token(Struct, frozen=True):
    kind: str  # number | text | name | sign | mark | end
    text: str
    column: int


SIGNS = ("<=", ">=", "==", "!=", "!~", *"<>=~≤≥≠")  # the longer ones first: "<=" is not "<"


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        begin, letter = at, text[at]
        if letter.isspace():
            at += 1
            continue
        if letter.isdecimal():
            kind, at = "number", _past(text, at, str.isdecimal)
            if text[at : at + 1] == "." and text[at + 1 : at + 2].isdecimal():
                at = _past(text, at + 1, str.isdecimal)
        elif _in_name(letter):
            kind, at = "name", _past(text, at, _in_name)
        elif letter in "'\"":
            kind, at = "text", text.find(letter, at + 1) + 1
            if not at:
                raise ExpressionError("this quote is never closed", begin + 1)
        elif letter in "(),%":
            kind, at = "mark", at + 1
        elif sign := next((sign for sign in SIGNS if text.startswith(sign, at)), ""):
            kind, at = "sign", at + len(sign)
        else:
            raise ExpressionError(f"{letter!r} means nothing here", begin + 1)
        yield _Token(kind, text[begin:at], begin + 1)
    yield _Token("end", "the end", len(text) + 1)


def _past(text: str, at: int, belongs: Callable[[str], bool]) -> int:
    """The place after the letters from ``at + 1`` on that belong together."""
    at += 1
    while at < len(text) and belongs(text[at]):
        at += 1
    return at


def _in_name(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


class _Parser:
    """Recursive descent, one method for each line of the grammar."""

    def __init__(self, text: str, units: Mapping[str, str], noun: str) -> None:
        self.tokens = list(_tokens(text))
        self.at = 0
        self.units = units
        self.noun = noun
        self.depth = 0
        self.wrong: list[ExpressionError] = []

    @property
    def next(self) -> _Token:
        return self.tokens[self.at]

    def fail(self, message: str, nearest: tuple[str, ...] = (), token: _Token | None = None) -> NoReturn:
        raise ExpressionError(message, (token or self.next).column, nearest)

    def take(self, word: str) -> bool:
        found = self.next.kind != "text" and self.next.text.lower() == word
        self.at += found
        return found

    def expect(self, word: str) -> None:
        if not self.take(word):
            self.fail(f"expected {word!r}, found {self.next.text}")

    def condition(self) -> Condition:
        whole = self.either()
        if self.next.kind != "end":
            self.fail(f"expected 'and', 'or' or the end, found {self.next.text}")
        return whole

    def joined(self, word: str, part: Callable[[], Condition]) -> tuple[Condition, ...]:
        parts = [part()]
        while self.take(word):
            parts.append(part())
        return tuple(parts)

    def either(self) -> Condition:
        parts = self.joined("or", self.both)
        return parts[0] if len(parts) == 1 else Group(1, parts)

    def both(self) -> Condition:
        parts = self.joined("and", self.single)
        return parts[0] if len(parts) == 1 else Group(len(parts), parts)

    def single(self) -> Condition:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail("this is nested too deeply")
        if self.take("not"):
            part = opposite(self.single())
        elif self.take("("):
            part = self.either()
            self.expect(")")
        elif self.next.kind == "number" or self.next.text.lower() in COUNTS:
            part = self.some()
        else:
            part = self.sound_comparison()
        self.depth -= 1
        return part

    def sound_comparison(self) -> Condition:
        """A comparison; one that is wrong is noted and passed over, so that all of them are found."""
        try:
            return self.comparison()
        except ExpressionError as error:
            self.wrong.append(error)
            depth = 0
            while self.next.kind != "end":
                if not depth and (self.next.text in (",", ")") or self.next.text.lower() in ("and", "or")):
                    break
                depth += {"(": 1, ")": -1}.get(self.next.text, 0)
                self.at += 1
            return Group(1, ())

    def some(self) -> Condition:
        count = self.next
        needed = COUNTS.get(count.text.lower()) or (int(count.text) if count.text.isdecimal() else 0)
        self.at += 1
        if not self.take("of"):
            self.fail(f"expected a {self.noun}, found {count.text}", token=count)
        self.expect("(")
        parts = self.joined(",", self.either)
        self.expect(")")
        if not 1 <= needed <= len(parts):
            self.fail(f"{count.text} of {len(parts)} makes no sense", token=count)
        return Group(needed, parts)

    def comparison(self) -> Condition:
        name = self.next
        if name.kind != "name" or name.text.lower() in KEYWORDS:
            self.fail(f"expected a {self.noun}, found {name.text}")
        unit = self.units.get(name.text)
        if unit is None:
            self.fail(f"unknown {self.noun} {name.text!r}", nearest_names(name.text, self.units))
        self.at += 1
        sign = SPELLINGS.get(self.next.text, self.next.text)
        if self.next.kind != "sign":
            self.fail(f"expected a comparison such as >= after {name.text}, found {sign}")
        if (sign not in ("=", "!=", "~", "!~")) if unit == "text" else ("~" in sign):
            self.fail(f"{name.text} is {SAID[unit]} and can't be compared with {sign}")
        self.at += 1
        value, literal = self.quoted(sign) if unit == "text" else self.number(name.text, unit)
        return Comparison(name.text, sign, value, unit, literal, name.column)

    def quoted(self, sign: str) -> tuple[str, str]:
        token = self.next
        if token.kind != "text":
            self.fail(f"expected text in quotes, found {token.text}")
        value = token.text[1:-1]
        if "~" in sign:
            try:
                searcher(value)
            except (re.error, OverflowError, RecursionError) as error:
                self.fail(f"not a valid pattern: {error}")
        self.at += 1
        return value, token.text

    def number(self, name: str, unit: str) -> tuple[float, str]:
        token = self.next
        if token.kind != "number":
            self.fail(f"expected a number, found {token.text}")
        self.at += 1
        suffix = self.next.text.lower()
        if suffix in SUFFIXES:
            self.at += 1
        elif self.next.kind == "name" and suffix not in KEYWORDS and self.next.text not in self.units:
            self.fail(f"unknown unit {suffix!r}", nearest_names(suffix, SUFFIXES))
        else:
            suffix = ""
        if unit not in SUFFIXES[suffix]:
            other = "a share" if suffix == "%" else "a time"
            self.fail(f"{name} is {SAID[unit]} and can't be compared with {other}", token=token)
        if unit == "share" and not suffix and float(token.text) > 1:
            self.fail(f"{name} is a share: write {token.text}%", token=token)
        times, by = SUFFIXES[suffix][unit]
        return float(token.text) * times / by, token.text + suffix


def nearest_names(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """The valid names that look most like ``name``."""
    return tuple(get_close_matches(name.lower(), list(names), n=2, cutoff=0.5))
