"""Which of two allowed slots is better: each term of the points in a small named case."""

from __future__ import annotations

import pytest

from blocker.placing.problem import Problem
from tests.tools.placing import (
    MON,
    NO_LUNCH,
    WEEK,
    exactly,
    found,
    hours,
    posed,
    strategic,
)

# Points, each term by a choice between two slots


@pytest.mark.parametrize(
    ("problem", "slot"),
    [
        pytest.param(
            posed(hours=MON, demands=(strategic(prefer="afternoon"),), **NO_LUNCH),
            "mon 12:00-14:00",
            id="afternoon",
        ),
        pytest.param(
            posed(hours=MON, demands=(strategic(prefer="any"),)), "mon 09:00-11:00", id="any: the earliest"
        ),
        pytest.param(
            posed(
                "tue 09:00-09:30",
                hours=hours(mon="09:00-11:30", tue="09:00-12:00"),
                demands=(exactly(60),),
                **NO_LUNCH,
            ),
            "mon 10:30-11:30",
            id="away from the busiest hour",
        ),
        pytest.param(
            posed("mon 07:00-09:00", hours=hours(mon="09:00-11:30"), demands=(exactly(60),), **NO_LUNCH),
            "mon 10:30-11:30",
            id="a pause after two hours of meetings",
        ),
        pytest.param(
            posed("mon 07:15-09:00", hours=hours(mon="09:00-11:30"), demands=(exactly(60),), **NO_LUNCH),
            "mon 09:15-10:15",
            id="no pause after less",
        ),
        pytest.param(
            posed("mon 11:00-17:30", hours=hours(mon="09:15-17:30"), demands=(exactly(45),), **NO_LUNCH),
            "mon 09:15-10:00",
            id="no useless rest",
        ),
        pytest.param(posed(demands=(exactly(60),)), "mon 09:00-10:00", id="early in the week"),
        pytest.param(
            posed(demands=(strategic(),), own_strategic=frozenset({WEEK.days[1]})),
            "thu 09:00-11:00",
            id="not next to the user's own strategic day",
        ),
    ],
)
def test_the_better_slot_is_taken(problem: Problem, slot: str) -> None:
    assert list(found(problem).values()) == [slot]


def test_blocks_are_spread_over_the_week() -> None:
    demands = tuple(strategic(n) for n in (1, 2, 3))
    assert [slot[:3] for slot in found(posed(demands=demands)).values()] == ["mon", "wed", "fri"]
