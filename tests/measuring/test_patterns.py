"""Lists of patterns find exactly what one regular expression of all their patterns finds."""

from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.measuring import patterns
from blocker.measuring.patterns import Words, alternatives

LISTS = {
    name: text
    for name, text in vars(patterns).items()
    if name.isupper() and isinstance(text, str) and "\n" in text
}
BETWEEN = st.sampled_from(
    [" ", " ", " ", "", "-", " - ", ": ", "'", "'s ", "(", ")", ", ", " a ", "2", "_", "é", "s"]
)


@cache
def whole(patterns: str) -> re.Pattern[str]:
    """One regular expression of the list as it is written."""
    lines = [line.strip() for line in patterns.splitlines() if line.strip()]
    return re.compile(rf"(?<!\w)(?:{'|'.join(lines).replace(' | ', '|')})(?!\w)")


@cache
def words(patterns: str) -> Words:
    return Words(patterns)


@cache
def pieces(patterns: str) -> list[str]:
    """Words of the list, and stretches of a few, as they are written but for the signs."""
    plain = re.sub(r"\(\?[:=!<]+|[?^$()]", "", patterns)
    lines = [part.strip() for part in re.split(r"[|\n]", plain) if part.strip()]
    return sorted({*lines, *(word for line in lines for word in line.split())})


def test_all_lists_are_looked_at() -> None:
    assert {"ABOUT", "AWAY", "NOT_AWAY", "CANCELLED", "OFFSITE"} <= set(LISTS)
    assert {text for pair in patterns.KINDS.values() for text in pair if text} <= set(LISTS.values())


@pytest.mark.parametrize("name", LISTS)
def test_every_pattern_alone_is_a_pattern_that_says_how_it_begins(name: str) -> None:
    for pattern in alternatives(LISTS[name]):
        re.compile(pattern)
        assert re.match(r"\^?(\(\?<![a-z -]+\))*['a-zß]", pattern), f"{pattern} would be tried on every title"


@pytest.mark.parametrize("name", LISTS)
def test_the_list_finds_what_one_expression_finds(name: str) -> None:
    text = LISTS[name]

    @given(st.lists(st.tuples(st.sampled_from(pieces(text)), BETWEEN), max_size=5), st.integers(0, 2))
    def same(parts: list[tuple[str, str]], cut: int) -> None:
        title = "".join(word + between for word, between in parts)[cut:]
        one, all_together = words(text).search(title), whole(text).search(title)
        assert (one and one.span()) == (all_together and all_together.span())

    same()


@pytest.mark.parametrize(
    ("listed", "title", "found"),
    [
        ("out | out of office", "out of office", "out"),
        ("out of office | out", "out of office", "out of office"),
        ("lunch\n    break", "break, then lunch", "break"),
        ("(?:en |jour de )?conges?", "en conge", "en conge"),
        ("(?:en |jour de )?conges?", "men conges", "conges"),
        ("^(?:off|out)$", "off", "off"),
        ("^(?:off|out)$", "day off", None),
        ("vacations?", "vacation_plan", None),
        ("vacations?", "vacations", "vacations"),
        ("pto?", "pt", "pt"),
        ("cours?e", "coure", "coure"),
        ("a?b", "b", "b"),
        ("e-?e", "ee", "ee"),
        ("abc?d", "abd", "abd"),
        ("abcd?", "abc", "abc"),
        ("o'clock", "at 5 o'clock", "o'clock"),
        ("wg", "wgs wg", "wg"),
        ("(?<!en )curso", "en curso, curso", "curso"),
        (r"\d+ days", "12 days", "12 days"),
        ("x{0,2}y", "y", "y"),
        ("é+t", "ét", "ét"),
    ],
)  # fmt: skip
def test_what_is_found(listed: str, title: str, found: str | None) -> None:
    match = words(listed).search(title)
    assert (match and match[0]) == found
    single = whole(listed).search(title)
    assert (single and single[0]) == found
