"""Placement in small named cases: each hard limit with a case where it decides and one where it does not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from blocker.placing.place import place
from blocker.placing.problem import Problem, Solution
from blocker.values.plan import Demand
from blocker.values.workweek import parse_week
from tests.tools.placing import (
    MON,
    NO_LUNCH,
    WEEK,
    exactly,
    found,
    frontline,
    hours,
    only,
    posed,
    shown,
    stands,
    strategic,
)

# Hard limits


@pytest.mark.parametrize(
    ("problem", "slot"),
    [
        pytest.param(posed(hours=MON, demands=(strategic(),)), "mon 09:00-11:00", id="nothing in the way"),
        pytest.param(
            posed(hours=hours(mon="09:10-11:40"), demands=(strategic(),), **NO_LUNCH),
            "mon 09:15-11:15",
            id="starts on a quarter hour though the hours begin at 09:10",
        ),
        pytest.param(
            posed(hours=MON, now="mon 08:00", notice=100, demands=(strategic(minutes=105),)),
            "mon 10:00-11:45",
            id="notice",
        ),
        pytest.param(
            posed("mon 08:00-10:00 Doctor/away", hours=MON, demands=(exactly(75),)),
            "mon 10:15-11:30",
            id="timed away time",
        ),
        pytest.param(
            posed(hours=hours(mon="09:00-10:15 10:30-12:00"), demands=(exactly(90),), **NO_LUNCH),
            "mon 10:30-12:00",
            id="never across two ranges of hours",
        ),
        pytest.param(
            posed("mon 09:00-10:00", hours=MON, demands=(exactly(90),), **NO_LUNCH),
            "mon 10:15-11:45",
            id="buffer after a meeting",
        ),
        pytest.param(
            posed("mon 09:00-10:00", "mon 12:00-17:30", hours=MON, demands=(exactly(105),), **NO_LUNCH),
            "mon 10:15-12:00",
            id="ten minutes are enough",
        ),
        pytest.param(
            posed(
                "mon 09:00-10:00", "mon 12:00-17:30", hours=MON, demands=(exactly(120),), buffer_before=0, **NO_LUNCH
            ),
            "mon 10:00-12:00",
            id="no buffer asked for",
        ),
        pytest.param(
            posed("mon 08:00-08:55", hours=hours(mon="09:00-10:30"), demands=(exactly(75),), **NO_LUNCH),
            "mon 09:15-10:30",
            id="a meeting that ends before the hours begin",
        ),
        pytest.param(
            posed("mon 22:00-23:55", hours=hours(tue="00:00-02:00"), demands=(exactly(105),), **NO_LUNCH),
            "tue 00:15-02:00",
            id="a meeting of the evening before",
        ),
        pytest.param(
            posed("mon 11:00-17:30", hours=MON, demands=(exactly(105),), buffer_after=15, **NO_LUNCH),
            "mon 09:00-10:45",
            id="buffer before the next meeting",
        ),
        pytest.param(
            posed(
                hours=hours(mon="09:00-17:30", tue="15:00-17:30"),
                demands=(frontline(),),
                standing=(stands(f"learning/{WEEK}/1", "mon 09:30-10:30", "fixed"),),
            ),
            "tue 15:00-16:00",
            id="one block a day, of whatever kind",
        ),
        pytest.param(
            posed(
                "mon 10:00-11:00",
                hours=MON,
                demands=(exactly(60),),
                standing=(stands(f"frontline/{WEEK}/1", "mon 09:30-10:30", "hit_fixed"),),
                **NO_LUNCH,
            ),
            "mon 11:15-12:15",
            id="a hit block that stays is in the way in time only",
        ),
        pytest.param(
            posed(
                hours=hours(mon="09:00-17:30", tue="15:00-17:30"),
                demands=(strategic(),),
                standing=(stands(f"strategic/{WEEK}/2", "mon 09:00-10:30", "fixed"),),
            ),
            "tue 15:00-17:00",
            id="one strategic block a day",
        ),
        pytest.param(
            posed(
                hours=hours(mon="09:00-14:00", tue="15:00-17:30"),
                demands=(exactly(90),),
                standing=(stands("offsite/2026-W48/1", "mon 09:00-10:00", "fixed"),),
            ),
            "tue 15:00-16:30",
            id="nothing else on the offsite's day",
        ),
        pytest.param(
            posed("mon 09:00-11:30", "mon 14:00-17:30", hours=MON, demands=(exactly(60),)),
            "mon 13:00-14:00",
            id="lunch moves to where it still fits",
        ),
        pytest.param(
            posed("mon 09:00-10:00", "mon 12:15-17:30", "mon 11:15-12:15 Lunch/personal", hours=MON,
                  demands=(exactly(60),)),
            "mon 10:15-11:15",
            id="personal time may be the lunch",
        ),
        pytest.param(
            posed(hours=hours(evening=False, mon="09:00-11:30"), demands=(strategic(),), **NO_LUNCH),
            "mon 09:00-10:30",
            id="an hour stays bookable",
        ),
        pytest.param(
            posed("mon 11:15-12:00", hours=hours(evening=False, mon="09:00-12:00"), demands=(strategic(),), **NO_LUNCH),
            None,
            id="no block may take the last bookable hour",
        ),
        pytest.param(
            posed("mon 10:30-11:15", hours=hours(evening=False, mon="09:00-11:15"), demands=(strategic(),), **NO_LUNCH),
            None,
            id="the day has 90 bookable minutes, the block needs them all",
        ),
        pytest.param(
            posed("mon 10:30-17:30", hours=hours(evening=False, mon="09:45-17:30"), demands=(exactly(45),), **NO_LUNCH),
            "mon 09:45-10:30",
            id="a day without an hour to lose is not protected",
        ),
        pytest.param(posed(hours=MON, cap=105, demands=(strategic(),)), "mon 09:00-10:30", id="the share shortens, in half hours"),
        pytest.param(posed(hours=MON, cap=119.9, demands=(strategic(),)), "mon 09:00-10:30", id="a fraction counts"),
        pytest.param(posed(hours=MON, cap=89, demands=(strategic(),)), None, id="over the share"),
        pytest.param(posed(hours=MON, away=[WEEK.monday], demands=(strategic(),)), None, id="a day away"),
        pytest.param(
            posed(hours=MON, holidays={WEEK.monday: "Day of Rest"}, demands=(strategic(),)), None, id="a holiday"
        ),
        pytest.param(posed(hours=MON, demands=(strategic(week=parse_week("2026-W50")),)), None, id="other week"),
    ],
)  # fmt: skip
def test_a_block_goes_to_the_best_slot_within_the_limits(problem: Problem, slot: str | None) -> None:
    assert list(found(problem).values()) == ([] if slot is None else [slot])


def test_the_share_counts_what_stands_and_not_the_offsite() -> None:
    standing = (
        stands(f"frontline/{WEEK}/1", "tue 09:00-10:00", "fixed"),
        stands("offsite/2026-W48/1", "wed 09:00-13:00", "fixed"),
    )
    assert found(posed(cap=150, standing=standing, demands=(strategic(),))) == {
        "strategic/1": "fri 09:00-10:30"  # away from the days that have something
    }
    assert found(posed(cap=149, standing=standing, demands=(strategic(),))) == {}


def test_a_day_holds_one_block_however_much_is_free() -> None:
    demands = (strategic(1), strategic(2), frontline())
    assert len(found(posed(hours=MON, demands=demands, **NO_LUNCH))) == 1
    assert len({slot[:3] for slot in found(posed(demands=demands)).values()}) == 3


def test_blocks_of_neighbouring_nights_keep_their_buffer() -> None:
    nights = hours(evening=False, mon="20:00-24:00", tue="00:00-04:00")
    full = ("mon 19:00-21:50", "tue 02:00-03:00")  # an hour stays bookable on either side of the blocks
    problem = posed(*full, hours=nights, demands=(exactly(105), frontline()), **NO_LUNCH)
    slots = [slot.slot for slot in place(problem).placements]
    assert len(slots) < 2 or slots[1].start - slots[0].end >= timedelta(minutes=10)
    early = posed("tue 03:10-04:00", hours=hours(evening=False, mon="20:00-24:00", tue="00:00-06:00"),
                  now="tue 00:00", demands=(exactly(165),), **NO_LUNCH)  # fmt: skip
    assert found(early) == {"learning/1": "tue 00:15-03:00"}


def test_a_kind_may_have_its_own_days_and_hours() -> None:
    own = frontline(days=(2, 3), between=((600, 660), (840, 1020)))
    assert found(posed(demands=(own,))) == {"frontline/1": "wed 10:00-11:00"}
    assert found(posed("wed 10:00-10:15", "thu 09:30-10:00", demands=(own,))) == {
        "frontline/1": "wed 14:00-15:00"
    }


def test_nothing_is_booked_on_a_quiet_day() -> None:
    quiet = frozenset(WEEK.days[:2])
    assert found(posed(demands=(strategic(),), quiet=quiet)) == {"strategic/1": "wed 09:00-11:00"}


# The floor, and what comes first


def test_the_floor_may_be_short_where_the_week_has_no_more() -> None:
    bare = hours(evening=False, mon="09:00-17:30")
    problem = posed("mon 10:00-17:30", hours=bare, needs_floor=True, demands=(strategic(tier="floor"),))
    placed = only(problem)
    assert placed.short
    assert placed.outside_manners  # the hour was the last bookable one
    assert shown(placed.slot, problem) == "mon 09:00-10:00"
    assert "60 minutes" in placed.why
    assert "bookable" in placed.why


def test_only_the_floor_may_be_short() -> None:
    assert found(posed("mon 10:00-17:30", hours=MON, demands=(strategic(),))) == {}


def test_the_floor_goes_outside_the_manners_only_where_nothing_within_them_is_left() -> None:
    tight = posed(hours=MON, cap=30, needs_floor=True, demands=(strategic(tier="floor"), frontline()))
    [placed] = place(tight).placements
    assert (placed.kind, placed.outside_manners) == ("strategic", True)
    assert "over the week's share" in placed.why
    within = posed(hours=MON, cap=60, needs_floor=True, demands=(strategic(tier="floor"), frontline()))
    [placed] = place(within).placements
    assert (placed.kind, placed.outside_manners, placed.short) == ("strategic", False, True)


def test_the_floor_may_come_at_less_notice_where_it_has_no_later_place() -> None:
    at = datetime.fromisoformat
    soon = {"earliest": at("2026-11-25T00:00+01:00"), "floor_earliest": at("2026-11-24T08:00+01:00")}
    demands = (strategic(tier="floor"), frontline())
    problem = posed(hours=hours(mon="09:00-12:00", tue="09:00-12:00"), needs_floor=True, demands=demands)
    [placed] = place(replace(problem, **soon)).placements
    assert (placed.kind, placed.outside_manners) == ("strategic", True)
    assert "at too short notice" in placed.why
    roomy = replace(posed(needs_floor=True, demands=demands), **soon)
    assert not any(placement.outside_manners for placement in place(roomy).placements)


def test_a_floor_is_not_short_to_make_room_for_another_block() -> None:
    open_at = hours(mon="09:00-11:00", tue="09:00-10:15")
    demands = (strategic(1, "floor"), strategic(2))
    problem = posed(hours=open_at, needs_floor=True, demands=demands, **NO_LUNCH)
    assert found(problem) == {"strategic/1": "mon 09:00-11:00"}


def test_a_week_that_needs_no_floor_gets_none_outside_the_manners() -> None:
    assert found(posed(hours=MON, cap=30, demands=(strategic(tier="floor"),))) == {}


def test_a_second_strategic_block_never_goes_outside_the_manners() -> None:
    problem = posed(cap=120, needs_floor=True, demands=(strategic(1, "floor"), strategic(2)))
    solution = place(problem)
    assert [(p.key[-1], p.outside_manners) for p in solution.placements] == [("1", False)]
    assert [u.key[-1] for u in solution.unplaced] == ["2"]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("red", "amber"),
        ("amber", "debt"),
        ("debt", "frontline"),
        ("frontline", "other"),
        ("learning", "red"),
    ],
)
def test_the_higher_tier_is_placed_where_one_must_give_way(better: str, worse: str) -> None:
    def kind(tier: str, length: int) -> Demand:
        return Demand(f"x{length}/{WEEK}/1", f"x{length}", tier, WEEK, length, length, None, "any")

    assert list(found(posed(cap=120, demands=(kind(worse, 120), kind(better, 60))))) == ["x60/1"]
    assert list(found(posed(cap=120, demands=(kind(worse, 60), kind(better, 120))))) == ["x120/1"]


def test_ranks_are_filled_in_order() -> None:
    demands = (strategic(10), strategic(9), strategic(2), strategic(1, "floor"))
    solution = place(posed(cap=180, needs_floor=True, demands=demands))
    assert [p.key[-1] for p in solution.placements] == ["1", "2"]
    assert [u.key.rpartition("/")[2] for u in solution.unplaced] == ["9", "10"]


def test_minutes_come_before_points() -> None:
    slots = found(posed("mon 09:00-12:00", "tue 10:30-17:30", cap=210, demands=(strategic(1), strategic(2))))
    assert sorted(
        int(slot[10:12]) * 60 + int(slot[13:]) - int(slot[4:6]) * 60 - int(slot[7:9])
        for slot in slots.values()
    ) == [90, 120]


# Odd weeks


@pytest.mark.parametrize(
    ("zone", "week"),
    [
        ("Europe/Berlin", "2026-W13"),
        ("Europe/Berlin", "2026-W43"),
        ("America/New_York", "2026-W10"),
        ("Australia/Lord_Howe", "2026-W14"),
        ("Australia/Lord_Howe", "2026-W40"),
        ("Asia/Kolkata", "2026-W20"),
    ],
)
def test_starts_are_quarter_hours_of_the_wall_clock_on_every_day(zone: str, week: str) -> None:
    asked = parse_week(week)
    open_at = dict.fromkeys(range(7), ((0, 1440),))
    demands = tuple(Demand(f"x/{asked}/{n}", "x", "other", asked, 600, 600, None, "any") for n in range(14))
    problem = posed(zone=zone, weeks=(asked,), hours=open_at, demands=demands, **NO_LUNCH)
    problem = replace(
        problem, now=problem.now - timedelta(weeks=60), earliest=problem.now - timedelta(weeks=60)
    )
    placed = place(problem).placements
    assert len(placed) == 7
    for block in placed:
        assert problem.workweek.local(block.slot.start).minute % 15 == 0
        assert block.slot.minutes == 600


def test_no_demand_and_no_block_is_no_work() -> None:
    assert place(posed()) == Solution((), (), {}, {}, {}, {}, (0,) * 22)
