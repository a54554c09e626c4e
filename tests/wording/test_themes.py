"""What the blocks are about: no theme twice within eight blocks, and none that the half day of the month has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from blocker.values.block_kinds import BlockKind, Theme
from blocker.values.events import Ref, StandingBlock
from blocker.values.intervals import Interval
from blocker.values.settings import Settings
from blocker.values.workweek import week_of
from blocker.wording.themes import Themes, draw, topics
from tests.tools.calendars_by_hand import MONDAY, request, slot

APART = 8
HORIZON = 5


def standing(slots: Mapping[str, Interval], themes: Themes) -> list[StandingBlock]:
    """The blocks as the calendar has them: what they are about is in their words alone."""
    return [
        StandingBlock(
            key, key.split("/")[0], when, when, "", "\n".join(t.question for t in themes[key]), Ref(key, "1")
        )
        for key, when in slots.items()
    ]


def in_week(number: int, blocks: int) -> dict[str, Interval]:
    monday = MONDAY + timedelta(weeks=number)
    days = (monday + timedelta(days=n) for n in range(blocks))
    return {
        f"strategic/{week_of(monday)}/{rank}": slot(day, "09:00", "11:00")
        for rank, day in enumerate(days, start=1)
    }


def names(themes: Themes, keys: Iterable[str]) -> list[str]:
    return [topic.name for key in keys for topic in themes[key]]


def month(when: Interval) -> tuple[int, int]:
    return when.start.year, when.start.month


def check(slots: Mapping[str, Interval], themes: Themes) -> None:
    row = names(themes, sorted((k for k in slots if k.startswith("strategic")), key=lambda key: slots[key]))
    for n in range(len(row)):
        assert len(set(row[n : n + APART])) == len(row[n : n + APART]), row
    for half in (key for key in slots if key.startswith("offsite")):
        theirs = [k for k in slots if k.startswith("strategic") and month(slots[k]) == month(slots[half])]
        assert not set(names(themes, [half])) & set(names(themes, theirs))
        assert len(set(names(themes, [half]))) == 2


@given(
    weeks=st.lists(st.integers(0, 3), min_size=1, max_size=20),
    more=st.lists(st.tuples(st.integers(0, 24), st.integers(1, 3)), max_size=4),
    halves=st.lists(st.integers(0, 150), min_size=1, max_size=2, unique=True),
)
@hypothesis_settings(max_examples=150, deadline=None)
def test_no_theme_comes_back_within_eight_blocks(
    weeks: list[int], more: list[tuple[int, int]], halves: list[int]
) -> None:
    """A year of runs: a week with as many blocks as its load asked for is added to those that stand, none in a
    vacation, and a few weeks are given more later, between blocks that stand."""
    slots = {
        f"offsite/2026-Q{n}": slot(MONDAY + timedelta(days=d), "14:00", "18:00")
        for n, d in enumerate(halves, 1)
    }
    slots |= {key: when for n in range(HORIZON) for key, when in in_week(n, 1).items()}
    themes = draw(slots, (), request())
    for number, blocks in [*enumerate(weeks), *more]:
        there = standing(slots, themes)
        before = dict(themes)
        slots |= in_week(number, blocks)
        themes = draw(slots, there, request())
        assert {key: themes[key] for key in before if key[0] == "s"} == {
            k: before[k] for k in before if k[0] == "s"
        }
        check(slots, themes)


def test_two_quarters_in_a_row_have_four_questions() -> None:
    slots = {
        "offsite/2026-Q4": slot(date(2026, 11, 24), "09:00", "13:00"),
        "offsite/2027-Q1": slot(date(2027, 2, 9), "09:00", "13:00"),
    }
    assert len(set(names(draw(slots, (), request()), slots))) == 4


@pytest.mark.parametrize("number", range(1, 12))
def test_themes_of_ones_own_come_round_as_late_as_they_can(number: int) -> None:
    own = tuple(Theme(f"T{n}", f"What of {n}?") for n in range(number))
    asked = request(settings=Settings(blocks={"strategic": BlockKind(themes=own)}))
    slots = {key: when for week in range(4) for key, when in in_week(week, 3).items()}
    half = {"offsite/2026-Q4": slot(MONDAY + timedelta(days=3), "09:00", "13:00")}
    row = names(draw(slots, (), asked), slots)
    assert all(len(set(row[n : n + number])) == min(number, len(row) - n) for n in range(len(row)))
    row = names(draw(slots | half, (), asked), slots)
    assert max(map(row.count, row)) <= -(-len(row) // max(1, number - 2)) if number > 2 else True


def test_a_retitled_or_rewritten_block_still_says_what_it_is_about() -> None:
    slots = in_week(0, 2)
    one, two = topics("strategic", Settings())[:2]
    first, second = slots
    there = [
        StandingBlock(
            first, "strategic", slots[first], slots[first], "Mine", f"x\n{one.question} y", Ref("1", "1")
        ),
        StandingBlock(
            second, "strategic", slots[second], slots[second], f"Think: {two.name}", "mine", Ref("2", "1")
        ),
    ]
    assert draw(slots, there, request()) == {first: (one,), second: (two,)}


def test_each_shipped_theme_has_a_short_name_a_question_and_an_end() -> None:
    shipped = topics("strategic", Settings())
    assert len(set(shipped)) == len(shipped) >= 2 * APART + 1
    questions = " ".join(topic.question for topic in shipped)
    for advice in ("Which problem did we fix twice", "Which of our values did a decision of mine contradict"):
        assert advice in questions
    for topic in shipped:
        assert len(f"Think: {topic.name}") <= 36
        assert topic.name[0].islower()
        assert topic.question.endswith("?")
        assert len(topic.question.split()) <= 15
        assert len(topic.start.split()) <= 27


def test_a_half_day_keeps_its_two_themes_in_the_order_in_which_it_says_them() -> None:
    """One with a title of the person's keeps its first question, so a swap would change the text at every run."""
    key = "offsite/2026-Q4"
    slots, among = {key: slot(MONDAY, "09:00", "13:00")}, topics("offsite", Settings())
    for said in ((among[0], among[-1]), (among[-1], among[0])):
        assert draw(slots, standing(slots, {key: said}), request())[key] == said
