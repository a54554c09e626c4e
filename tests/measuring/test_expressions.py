"""Conditions: what can be written, what it means, and what a mistake is answered with."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.measuring.conditions import Comparison, Condition, Group, compare, comparisons, holds, opposite
from blocker.measuring.expressions import ExpressionError, parse

UNITS = {"share": "share", "hours_free": "hours", "meetings": "count", "minutes": "minutes", "title": "text"}


def truth(**values: float | str) -> Callable[[Comparison], bool]:
    def test(part: Comparison) -> bool:
        value = values[part.name]
        if isinstance(value, str) or isinstance(part.value, str):
            return (str(part.value) in str(value)) != part.sign.startswith("!")
        return compare(value, part.sign, part.value)

    return test


@pytest.mark.parametrize(
    ("text", "sign", "value"),
    [
        ("share >= 50%", ">=", 0.5),
        ("share >= 65 %", ">=", 0.65),
        ("share >= 0.5", ">=", 0.5),
        ("share > 112.5%", ">", 1.125),
        ("hours_free < 6.5", "<", 6.5),
        ("hours_free<6.5h", "<", 6.5),
        ("hours_free < 90 min", "<", 1.5),
        ("hours_free < 90m", "<", 1.5),
        ("hours_free <= 2 hours", "<=", 2.0),
        ("minutes >= 90", ">=", 90.0),
        ("minutes >= 1.5h", ">=", 90.0),
        ("minutes >= 90 minutes", ">=", 90.0),
        ("meetings == 5", "=", 5.0),
        ("meetings ≥ 5", ">=", 5.0),
        ("title ~ 'strategy|vision'", "~", "strategy|vision"),
        ('title != "it\'s"', "!=", "it's"),
    ],
)
def test_a_comparison_is_read_with_its_unit(text: str, sign: str, value: float | str) -> None:
    part = parse(text, UNITS)
    assert isinstance(part, Comparison)
    assert (part.sign, part.value) == (sign, value)


def test_and_binds_closer_than_or_and_parentheses_closer_still() -> None:
    test = truth(share=0.1, hours_free=1.0, meetings=9.0)
    assert holds(parse("meetings > 5 or share > 50% and hours_free > 5", UNITS), test)
    assert not holds(parse("(meetings > 5 or share > 50%) and hours_free > 5", UNITS), test)
    assert holds(parse("NOT (share > 50% OR hours_free > 5)", UNITS), test)
    assert not holds(parse("not not share > 50%", UNITS), test)


@pytest.mark.parametrize(
    ("count", "fires"), [("one", True), ("two", True), ("2", True), ("three", False), ("3", False)]
)
def test_so_many_of_a_list(count: str, fires: bool) -> None:
    condition = parse(f"{count} of (share > 50%, meetings > 5, (hours_free < 2 and meetings > 8))", UNITS)
    assert holds(condition, truth(share=0.6, meetings=9.0, hours_free=3.0)) is fires


def test_the_text_of_a_clause_is_what_was_written() -> None:
    parts = comparisons(parse("share >= 50% or two of (meetings > 5, not hours_free < 6.5h)", UNITS))
    assert [part.text for part in parts] == ["share >= 50%", "meetings > 5", "hours_free >= 6.5h"]


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "expected a measure, found the end"),
        ("share", 6, "expected a comparison such as >= after share"),
        ("share >=", 9, "expected a number, found the end"),
        ("shere >= 50%", 1, "unknown measure 'shere'; did you mean share?"),
        ("meetings > 5 or meatings > 6", 17, "did you mean meetings"),
        ("share > 3h", 9, "share is a share and can't be compared with a time"),
        ("share > 50", 9, "share is a share: write 50%"),
        ("hours_free < 50%", 14, "hours_free is a time and can't be compared with a share"),
        ("meetings > 5 h", 12, "meetings is a count and can't be compared with a time"),
        ("meetings > 5 hrs", 14, "unknown unit 'hrs'"),
        ("meetings > five", 12, "expected a number, found five"),
        ("meetings > 5 share > 50%", 14, "expected 'and', 'or' or the end, found share"),
        ("meetings > 5)", 13, "expected 'and', 'or' or the end, found )"),
        ("(meetings > 5", 14, "expected ')', found the end"),
        ("meetings > 5 and", 17, "expected a measure, found the end"),
        ("meetings > 5 and and", 18, "expected a measure, found and"),
        ("hours_free < 6,5", 15, "found ,"),
        ("5 < meetings", 1, "expected a measure, found 5"),
        ("two of meetings > 5", 8, "expected '('"),
        ("three of (meetings > 5, share > 50%)", 1, "three of 2 makes no sense"),
        ("0 of (meetings > 5)", 1, "0 of 1 makes no sense"),
        ("meetings ~ 'x'", 10, "meetings is a count and can't be compared with ~"),
        ("title >= 'x'", 7, "title is text and can't be compared with >="),
        ("title ~ x", 9, "expected text in quotes, found x"),
        ("title ~ 'x", 9, "this quote is never closed"),
        ("title ~ '(x'", 9, "not a valid pattern"),
        ("meetings > 5; share > 50%", 13, "';' means nothing here"),
        ("not " * 60 + "meetings > 5", 161, "nested too deeply"),
    ],
)
def test_a_mistake_is_answered_with_its_column(text: str, column: int, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text, UNITS)
    assert words in str(caught.value)
    assert caught.value.column == column


@given(st.text(alphabet="()<>=!~%,. '\"0159abhmnorstdfegi_≥", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    column = 1
    try:
        parse(text, UNITS)
    except ExpressionError as error:
        column = error.column
    assert 1 <= column <= len(text) + 1


def conditions() -> st.SearchStrategy[Condition]:
    signs = st.sampled_from(["<", "<=", ">", ">=", "=", "!="])
    leaves = st.builds(
        Comparison,
        st.just("meetings"),
        signs,
        st.integers(0, 3).map(float),
        st.just("count"),
        st.just("n"),
        st.integers(),
    )

    def groups(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        several = st.lists(parts, min_size=1, max_size=4)
        return several.flatmap(
            lambda found: st.builds(Group, st.integers(1, len(found)), st.just(tuple(found)))
        )

    return st.recursive(leaves, groups, max_leaves=8)


@given(conditions(), st.integers(0, 3))
def test_the_opposite_holds_exactly_where_the_condition_does_not(condition: Condition, value: int) -> None:
    test = truth(meetings=float(value))
    assert holds(opposite(condition), test) is not holds(condition, test)
    assert opposite(opposite(condition)) == condition


def test_rounding_makes_no_difference_where_a_threshold_is_met_exactly() -> None:
    assert compare(0.1 + 0.2, ">=", 0.3)
    assert not compare(0.1 + 0.2, ">", 0.3)
    assert compare(0.1 + 0.2, "=", 0.3)
    assert not compare(0.3 - 1e-6, ">=", 0.3)
