"""Lists of title patterns, searched as one regular expression of them all would search, and sooner done.

To compile a list of a hundred patterns takes longer than all else that is done with a calendar, and hardly
any title has any of its words. So a pattern is compiled once a title has the letters that it begins with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

PREFIX = 3  # letters of a word by which patterns are looked up
_BEGINNINGS = re.compile(rf"\b\w{{1,{PREFIX}}}")
# The letters that all a pattern matches begin with; what may be missing is none of them.
_LETTERS = re.compile(r"(?:\^|\(\?<![^()]*\))*(([a-zß]*)[a-zß' -]*)(?![?*{])")


class Words:
    """A list of patterns. Words match whole: each begins and ends where no letter is next to it."""

    def __init__(self, patterns: str) -> None:
        self._by_prefix: dict[str, list[tuple[int, str]]] = {}
        for number, pattern in enumerate(alternatives(patterns)):
            self._by_prefix.setdefault(_prefix(pattern), []).append((number, pattern))
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
            anchor = "^" if pattern.startswith("^") else ""
            rest = pattern.removeprefix("^")
            if rest.startswith("(?:"):
                choice, _, rest = rest.removeprefix("(?:").partition(")")
                words = choice.split("|")
                if rest.startswith("?"):
                    words, rest = [*words, ""], rest.removeprefix("?")
                yield from (f"{anchor}{word}{rest}" for word in words)
            elif pattern:
                yield pattern


def _prefix(pattern: str) -> str:
    """The prefix of the first word of all that a pattern matches; "" if there is no telling."""
    begin, after = pattern[:PREFIX], pattern[PREFIX : PREFIX + 1]
    if begin.isalpha() and after.isalpha():
        return begin
    found = _LETTERS.match(pattern)
    if found is None:
        return ""
    letters, word = found.groups()
    whole = len(word) < len(letters) or found.end() == len(pattern)
    return word[:PREFIX] if whole or len(word) >= PREFIX else ""


@lru_cache(maxsize=1024)
def _letters(pattern: str) -> str:
    """The letters that all that a pattern matches begins with."""
    found = _LETTERS.match(pattern)
    return found[1] if found else ""


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")


@lru_cache(maxsize=1024)
def _prefixes(text: str) -> frozenset[str]:
    """The prefixes of the text's words, and the empty one."""
    return frozenset(["", *_BEGINNINGS.findall(text)])
