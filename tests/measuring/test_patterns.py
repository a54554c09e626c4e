"""The lists of title patterns: each can be read, and its words match whole."""

from __future__ import annotations

import pytest

from blocker.measuring import patterns
from blocker.measuring.patterns import whole_words

LISTS = {
    name: text
    for name, text in vars(patterns).items()
    if name.isupper() and isinstance(text, str) and "\n" in text
}


def test_all_lists_are_looked_at() -> None:
    assert {"ABOUT", "AWAY", "NOT_AWAY", "CANCELLED", "OFFSITE"} <= set(LISTS)
    assert {text for pair in patterns.KINDS.values() for text in pair if text} <= set(LISTS.values())


@pytest.mark.parametrize("name", LISTS)
def test_no_list_finds_anything_in_nothing(name: str) -> None:
    """An empty alternative, from a bar too many, would find it."""
    assert whole_words(LISTS[name]).search("") is None
    assert whole_words(LISTS[name]).search("zzz") is None


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
    match = whole_words(listed).search(title)
    assert (match and match[0]) == found
