"""Each limit at its edge: the last block that keeps it, and the first that does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from blocker.engine import pose_problem
from blocker.placing.place import place
from blocker.placing.problem import Problem
from blocker.rules.survey import take_survey
from blocker.values.limits import Limits
from blocker.values.settings import Settings
from tests.tools.calendars_by_hand import at, meeting, request
from tests.tools.placing import MON, NO_LUNCH, WEEK, exactly, found, hours, only, posed, stands, strategic


def hourly(minutes: float, **more: Any) -> Problem:
    """A problem in which the blocks of the week may take so many minutes in all."""
    problem = posed(**more)
    return replace(problem, weeks=tuple(replace(room, hours_minutes=minutes) for room in problem.weeks))


AN_HOUR = (exactly(60),)
BARE: dict[str, Any] = {"hours": hours(mon="09:00-10:00"), "demands": AN_HOUR, **NO_LUNCH}
TWO_DAYS: dict[str, Any] = {"hours": hours(mon="09:00-10:30", tue="09:00-10:00"), **NO_LUNCH}
NINETY = (stands(f"strategic/{WEEK}/1", "tue 09:00-10:30", "fixed"),)


@pytest.mark.parametrize(
    ("kept", "broken"),
    [
        pytest.param(posed(cap=60, **BARE), posed(cap=59, **BARE), id="share"),
        pytest.param(
            posed(hours=MON, cap=150, standing=NINETY, demands=AN_HOUR),
            posed(hours=MON, cap=149, standing=NINETY, demands=AN_HOUR),
            id="share, with what stands",
        ),
        pytest.param(hourly(60, **BARE), hourly(59, **BARE), id="hours"),
        pytest.param(
            hourly(150, hours=MON, standing=NINETY, demands=AN_HOUR),
            hourly(149, hours=MON, standing=NINETY, demands=AN_HOUR),
            id="hours, with what stands",
        ),
        pytest.param(
            posed(hours=hours(False, mon="09:00-11:00"), demands=AN_HOUR, **NO_LUNCH),
            posed(hours=hours(False, mon="09:00-10:45"), demands=AN_HOUR, **NO_LUNCH),
            id="bookable",
        ),
        pytest.param(
            posed(now="mon 08:00", notice=60, **BARE), posed(now="mon 08:00", notice=61, **BARE), id="notice"
        ),
        pytest.param(
            posed(quiet=frozenset(WEEK.days[1:]), **BARE),
            posed(quiet=frozenset(WEEK.days[:1]), **BARE),
            id="quiet",
        ),
        pytest.param(
            posed(**{**BARE, "demands": (exactly(60, days=(0, 2)),)}),
            posed(**{**BARE, "demands": (exactly(60, days=(1, 2)),)}),
            id="days",
        ),
        pytest.param(
            posed(**{**BARE, "demands": (exactly(60, between=((540, 600),)),)}),
            posed(**{**BARE, "demands": (exactly(60, between=((540, 599),)),)}),
            id="between, its end",
        ),
        pytest.param(
            posed(**{**BARE, "demands": (exactly(60, between=((540, 600),)),)}),
            posed(**{**BARE, "demands": (exactly(60, between=((541, 660),)),)}),
            id="between, its beginning",
        ),
        pytest.param(
            posed(hours=MON, demands=AN_HOUR, standing=NINETY),
            posed(
                hours=MON,
                demands=AN_HOUR,
                standing=(stands(f"strategic/{WEEK}/1", "mon 09:00-10:30", "fixed"),),
            ),
            id="one a day",
        ),
    ],
)
def test_a_block_keeps_a_limit_to_its_edge_and_not_past_it(kept: Problem, broken: Problem) -> None:
    assert list(found(kept)) == ["learning/1"]
    assert found(broken) == {}


FLOOR = (strategic(tier="floor"),)


@pytest.mark.parametrize(
    ("problem", "named"),
    [
        pytest.param(posed(hours=MON, cap=59, needs_floor=True, demands=FLOOR), "limits.share", id="share"),
        pytest.param(hourly(59, hours=MON, needs_floor=True, demands=FLOOR), "limits.hours", id="hours"),
        pytest.param(
            posed(hours=hours(False, mon="09:00-10:45"), needs_floor=True, demands=FLOOR, **NO_LUNCH),
            "bookable",
            id="bookable",
        ),
        pytest.param(
            replace(
                posed(hours=MON, now="mon 08:00", notice=24 * 60, needs_floor=True, demands=FLOOR),
                floor_earliest=posed(now="mon 09:00").now,
            ),
            "at too short notice",
            id="notice",
        ),
    ],
)
def test_a_floor_without_room_is_booked_all_the_same_and_names_the_limit(
    problem: Problem, named: str
) -> None:
    floor = only(problem)
    assert floor.outside_manners
    assert named in floor.why


@pytest.mark.parametrize(
    ("problem", "named"),
    [
        pytest.param(posed(hours=MON, quiet=frozenset(WEEK.days), needs_floor=True, demands=FLOOR), "quiet", id="quiet"),
        pytest.param(
            posed(hours=MON, needs_floor=True, demands=(strategic(tier="floor", days=(1,)),)), "day", id="days"
        ),
        pytest.param(
            posed(hours=MON, needs_floor=True, demands=(strategic(tier="floor", between=((0, 540),)),)),
            "hours",
            id="between",
        ),
    ],
)  # fmt: skip
def test_days_and_hours_that_are_closed_to_a_kind_are_closed_to_its_floor_and_named(
    problem: Problem, named: str
) -> None:
    solution = place(problem)
    assert solution.placements == ()
    assert named in solution.unplaced[0].why


THURSDAY = date(2026, 10, 22)  # the next working days are 23, 26 and 27 October


@pytest.mark.parametrize(
    ("notice", "first"),
    [(0, "2026-10-22T07:30"), (1, "2026-10-23T00:00"), (2, "2026-10-26T00:00"), (3, "2026-10-27T00:00")],
)
def test_notice_counts_working_days(notice: int, first: str) -> None:
    asked = request(
        [meeting(THURSDAY, "09:00", "10:00")],
        now=at(THURSDAY, "06:30"),
        settings=Settings(limits=Limits(notice=notice)),
    )
    problem = pose_problem(asked, take_survey(asked)).problem
    assert f"{problem.workweek.local(problem.earliest):%Y-%m-%dT%H:%M}" == first
