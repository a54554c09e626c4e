"""Lists of title patterns, searched as one regular expression of them all would search, and sooner done.

To compile a list of a hundred patterns takes longer than all else that is done with a calendar, and hardly
any title has any of its words. So a pattern is compiled once a title has the letters that it begins with.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

PREFIX = 3  # letters of a word by which patterns are looked up
_BEGINNINGS = re.compile(rf"\b\w{{1,{PREFIX}}}")
_LETTERS = "abcdefghijklmnopqrstuvwxyzß"
_OPTIONAL = ("?", "*", "{")  # after a letter: it may be missing


class Words:
    """A list of patterns. Words match whole: each begins and ends where no letter is next to it."""

    def __init__(self, patterns: str) -> None:
        self._by_prefix: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for number, pattern in enumerate(alternatives(patterns)):
            self._by_prefix[_prefix(pattern)].append((number, pattern))
        self._prefixes = frozenset(self._by_prefix)

    def possible(self, text: str) -> list[tuple[int, str]]:
        """Those that the text has the first letters of, with their numbers; no other can match."""
        there = _prefixes(text)
        if self._prefixes.isdisjoint(there):
            return []
        some = (one for prefix in self._prefixes & there for one in self._by_prefix[prefix])
        return [(number, pattern) for number, pattern in some if _letters(pattern) in text]

    def search(self, text: str) -> re.Match[str] | None:
        """The leftmost match, and of those that begin there the one of the first pattern."""
        possible = self.possible(text)
        if not possible:
            return None
        found = ((number, _compiled(pattern).search(text)) for number, pattern in possible)
        matches = [(match.start(), number, match) for number, match in found if match]
        return min(matches)[2] if matches else None


def alternatives(patterns: str) -> Iterator[str]:
    """Each pattern in the order written; of one that begins with a choice, one for each of its words."""
    for line in patterns.splitlines():
        for pattern in line.strip().split(" | "):
            if pattern.startswith(("(?:", "^(?:")):
                anchor = "^" if pattern.startswith("^") else ""
                choice, _, rest = pattern.removeprefix(f"{anchor}(?:").partition(")")
                words = choice.split("|")
                if rest.startswith("?"):
                    words, rest = [*words, ""], rest.removeprefix("?")
                yield from (f"{anchor}{word}{rest}" for word in words)
            elif pattern:
                yield pattern


def _prefix(pattern: str) -> str:
    """The prefix of the first word of all that a pattern matches; "" if there is no telling."""
    begin, after = pattern[:PREFIX], pattern[PREFIX : PREFIX + 1]
    if len(begin) == PREFIX and begin.isalpha() and after not in _OPTIONAL:
        return begin
    letters = _letters(pattern)
    word = letters[: len(letters) - len(letters.lstrip(_LETTERS))]
    whole = len(word) < len(letters) or letters == _unanchored(pattern)
    return word[:PREFIX] if whole or len(word) >= PREFIX else ""


@lru_cache(maxsize=1024)
def _letters(pattern: str) -> str:
    """The letters that all that a pattern matches begins with."""
    rest = _unanchored(pattern)
    end = len(rest) - len(rest.lstrip(f"{_LETTERS}' -"))
    letters, after = rest[:end], rest[end : end + 1]
    return letters[:-1] if after in _OPTIONAL else letters


def _unanchored(pattern: str) -> str:
    """The pattern without what it asks for before its first letter."""
    rest = pattern.lstrip("^")
    while rest.startswith("(?<!"):
        rest = rest.partition(")")[2].lstrip("^")
    return rest


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")


@lru_cache(maxsize=1024)
def _prefixes(text: str) -> frozenset[str]:
    """The prefixes of the text's words, and the empty one."""
    return frozenset(["", *_BEGINNINGS.findall(text)])
