"""Blocks that stand: which of them move, for what, and where to; and where the offsite goes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from msgspec.structs import replace

from blocker.placing.place import place
from blocker.placing.problem import Problem
from blocker.values.plan import OffsiteDemand, Standing
from blocker.values.workweek import DAY, Quarter, parse_week
from tests.tools.placing import (
    MON,
    NO_LUNCH,
    Q1,
    WEEK,
    exactly,
    found,
    hours,
    on,
    only,
    posed,
    quarter,
    shown,
    stands,
    strategic,
)

# Moves under run


def test_a_block_under_a_meeting_moves_and_nothing_else_does() -> None:
    standing = (
        stands(f"strategic/{WEEK}/1", "mon 09:00-11:00", "overlapped"),
        stands(f"strategic/{WEEK}/2", "wed 09:00-11:00"),
    )
    solution = place(posed("mon 10:00-17:30", standing=standing))
    [moved] = solution.placements
    assert moved.key == f"strategic/{WEEK}/1"
    assert moved.moved_from == standing[0].slot
    assert "something else lies on it" in moved.why


def test_a_move_is_never_longer_than_it_may_be_nor_shorter() -> None:
    block = stands(f"frontline/{WEEK}/1", "mon 09:00-10:00", "overlapped", minutes=60, shortest=60)
    problem = posed("mon 09:30-17:30", hours=hours(mon="09:00-17:30", tue="09:00-17:30"), standing=(block,))
    assert only(problem).slot.minutes == 60
    assert place(posed("mon 09:45-17:30", hours=MON, standing=(block,))).placements == ()


def test_a_block_without_another_slot_is_stuck_and_says_why() -> None:
    block = stands(f"strategic/{WEEK}/1", "mon 09:00-11:00", "overlapped")
    solution = place(posed("mon 09:45-17:30", hours=MON, standing=(block,)))
    assert solution.placements == ()
    assert "under something on the calendar" in solution.stuck[block.key]
    assert (solution.waiting, solution.lost) == ((), ())


def test_the_only_strategic_block_of_a_week_may_move_to_an_hour() -> None:
    block = stands(f"strategic/{WEEK}/1", "mon 09:00-11:00", "overlapped")
    open_at = hours(mon="09:00-11:00", tue="09:00-11:00")
    problem = posed("mon 09:00-11:00", "tue 10:00-11:00", hours=open_at, standing=(block,), **NO_LUNCH)
    assert only(problem).short
    assert shown(only(problem).slot, problem) == "tue 09:00-10:00"
    second = stands(f"strategic/{WEEK}/2", "wed 09:00-11:00", "fixed")
    assert place(replace(problem, standing=(block, second))).stuck


def test_a_block_on_lost_time_moves_or_is_lost() -> None:
    block = stands(f"strategic/{WEEK}/1", "mon 09:00-11:00", "lost")
    problem = posed(away=[WEEK.monday], needs_floor=True, standing=(block,))
    placed = only(problem)
    assert shown(placed.slot, problem) == "tue 09:00-11:00"
    assert "no working time any more" in placed.why
    gone = place(posed(hours=MON, away=[WEEK.monday], needs_floor=True, standing=(block,)))
    assert gone.lost == (block.key,)


def test_at_most_so_many_move_and_the_rest_waits() -> None:
    standing = tuple(
        stands(f"{kind}/{WEEK}/{n}", f"{day} 09:00-11:00", "overlapped", tier=tier)
        for n, (kind, day, tier) in enumerate(
            [("learning", "mon", "learning"), ("learning", "tue", "learning"), ("strategic", "wed", "floor")],
            1,
        )
    )
    lines = [f"{day} 09:00-11:00" for day in ("mon", "tue", "wed")]
    solution = place(posed(*lines, standing=standing, max_moves=2))
    assert sorted(p.key for p in solution.placements) == [standing[0].key, standing[2].key]
    assert solution.waiting == (standing[1].key,)
    assert place(posed(*lines, standing=standing, max_moves=0)).waiting == tuple(s.key for s in standing)


def test_a_movable_block_moves_for_a_floor_and_for_nothing_less() -> None:
    # Monday holds a front-line block where alone two hours fit; Tuesday has an hour for it.
    open_at = hours(mon="09:00-11:00", tue="09:00-10:15")
    block = stands(f"frontline/{WEEK}/1", "mon 09:00-10:00", minutes=60, shortest=60, prefer="any")
    needy = posed(
        hours=open_at,
        needs_floor=True,
        standing=(block,),
        demands=(strategic(1, "floor", floor_minutes=90),),
        **NO_LUNCH,
    )
    assert (
        found(needy) == {"strategic/1": "mon 09:00-11:00", "frontline/1": "tue 09:00-10:00"}
        or len(found(needy)) == 2
    )
    assert "only way" in next(p for p in place(needy).placements if p.moved_from).why
    red = posed(hours=open_at, standing=(block,), demands=(strategic(1, "red"),), **NO_LUNCH)
    assert found(red) == {}
    assert len(found(replace(needy, max_moves=0))) == 0


def test_a_fixed_block_never_moves() -> None:
    block = stands(f"frontline/{WEEK}/1", "mon 09:00-10:00", "fixed", minutes=60, shortest=60)
    open_at = hours(mon="09:00-11:00", tue="09:00-10:15")
    demands = (strategic(1, "floor", floor_minutes=90),)
    assert found(posed(hours=open_at, needs_floor=True, standing=(block,), demands=demands, **NO_LUNCH)) == {}


# The offsite


def offsite_of(problem: Problem) -> str:
    return f"{problem.workweek.local(only(problem).slot.start):%Y-%m-%d %H:%M}"


def test_the_offsite_is_in_the_best_weeks_on_the_lightest_day_then_the_earliest() -> None:
    assert offsite_of(quarter()) == "2027-01-11 09:00"  # Monday of the quarter's week 3
    heavy = [on(f"2027-01-{day}", "09:00-10:00") for day in range(11, 16)]
    assert offsite_of(quarter(events=heavy)) == "2027-01-18 09:00"
    # Only January's first days are free for half a day: they come last, but they come.
    full = [on(f"{Q1.first_day + n * DAY}", "11:00-15:00") for n in range(10, 90)]
    assert offsite_of(quarter(events=full)) == "2027-01-04 09:00"


def test_the_offsite_may_run_across_lunch_and_keeps_the_other_limits() -> None:
    busy = [on("2027-01-11", "09:00-10:00"), on("2027-01-11", "14:30-17:30")]
    problem = quarter(
        events=busy + [on(f"{Q1.first_day + n * DAY}", "11:00-15:00") for n in range(90) if n != 10]
    )
    assert offsite_of(problem) == "2027-01-11 10:15"
    assert place(replace(problem, buffer_before=30)).placements != ()
    assert place(replace(problem, buffer_before=31)).placements == ()


def test_the_offsite_is_never_between_the_years_nor_away_nor_too_soon() -> None:
    first = Quarter(2026, 4)
    dates = [date(2026, 12, 21) + n * DAY for n in range(14)]
    asked = OffsiteDemand("offsite/2026-Q4", first, 240, datetime.fromisoformat("2026-12-21T00:00+01:00"))
    problem = posed(dates=dates, offsite=asked, away=[date(2026, 12, 21), date(2026, 12, 22)])
    solution = place(problem)
    assert solution.placements == ()
    assert solution.unplaced[0].kind == "offsite"
    later = replace(asked, earliest=datetime.fromisoformat("2026-12-22T10:10+01:00"))
    assert offsite_of(posed(dates=dates, offsite=later)) == "2026-12-22 10:15"


def test_nothing_of_ours_shares_the_offsites_day() -> None:
    week = parse_week("2027-W02")  # the quarter's week 3
    dates = [Q1.first_day + n * DAY for n in range(90)]
    busy = [on(f"{Q1.first_day + n * DAY}", "11:00-15:00") for n in range(90) if n not in (10, 11)]
    asked = OffsiteDemand("offsite/2027-Q1", Q1, 240, datetime.fromisoformat("2026-12-21T00:00+01:00"))
    block = stands("frontline/2027-W02/1", "mon 09:00-10:00", "fixed")
    problem = posed(weeks=(week,), dates=dates, events=busy, offsite=asked, standing=(block,))
    assert offsite_of(problem) == "2027-01-12 09:00"
    both = replace(problem, standing=(block, stands("frontline/2027-W02/2", "tue 09:00-10:00", "fixed")))
    assert place(both).placements == ()
    movable = stands("frontline/2027-W02/2", "tue 09:00-10:00", minutes=60, shortest=60, prefer="any")
    moved = place(replace(problem, standing=(block, movable)))
    assert [p.kind for p in moved.placements if p.moved_from] == ["frontline"]
    assert any(p.kind == "offsite" for p in moved.placements)
    assert "only way" in next(p.why for p in moved.placements if p.moved_from)


def test_an_offsite_under_a_meeting_moves_if_it_is_asked_for() -> None:
    standing = Standing(
        "offsite/2027-Q1", "offsite", "offsite", parse_week("2027-W02"), on("2027-01-11", "09:00-13:00").when,
        "overlapped", 240, 240,
    )  # fmt: skip
    problem = quarter(events=[on("2027-01-11", "10:00-11:00")], standing=(standing,))
    placed = only(problem)
    assert placed.moved_from == standing.slot
    assert offsite_of(problem) == "2027-01-12 09:00"
    unasked = place(replace(problem, offsite=None))
    assert unasked.stuck == {standing.key: "too little notice is left to move it"}


# Rebalance


def rebalanced(*lines: str, **more: Any) -> Problem:
    return posed(*lines, policy="rebalance", free_week=WEEK, **more)


def test_rebalance_moves_for_a_gain_and_then_never_again() -> None:
    block = stands(f"strategic/{WEEK}/1", "thu 14:00-16:00")
    problem = rebalanced(standing=(block,))
    placed = only(problem)
    assert shown(placed.slot, problem) == "mon 09:00-11:00"
    assert "points more" in placed.why
    again = replace(problem, standing=(replace(block, slot=placed.slot),))
    assert place(again).placements == ()


def test_rebalance_leaves_a_block_where_a_move_gains_little() -> None:
    problem = rebalanced(standing=(stands(f"strategic/{WEEK}/1", "wed 09:15-11:15"),))
    assert place(problem).placements == ()


def test_rebalance_counts_minutes_as_a_gain() -> None:
    problem = rebalanced(standing=(stands(f"strategic/{WEEK}/1", "mon 09:00-10:30"),))
    assert only(problem).slot.minutes == 120
    assert "30 minutes more" in only(problem).why


def test_rebalance_leaves_other_weeks_and_fixed_blocks_alone() -> None:
    later = parse_week("2026-W49")
    standing = (
        stands(f"strategic/{later}/1", "thu 14:00-16:00"),
        stands(f"strategic/{WEEK}/1", "thu 14:00-16:00", "fixed"),
    )
    assert place(rebalanced(weeks=(WEEK, later), standing=standing)).placements == ()


def test_rebalance_makes_room_for_more() -> None:
    # The block of 90 minutes sits in the middle of the only free stretch.
    block = stands(f"frontline/{WEEK}/1", "mon 10:00-11:00", minutes=60, shortest=60, prefer="any")
    open_at = hours(mon="09:00-12:30")
    problem = rebalanced(hours=open_at, standing=(block,), demands=(exactly(60),), **NO_LUNCH)
    assert len(place(problem).placements) in (1, 2)
    run = replace(problem, policy="run", free_week=None)
    assert len(place(problem).placements) >= len(place(run).placements)
