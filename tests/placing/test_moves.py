"""Blocks that stand: which of them move, for what, and where to; and where the offsite goes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from blocker.placing.place import place, what_else
from blocker.placing.problem import Problem
from blocker.values.plan import Demand, OffsiteDemand, Standing
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

# Rescue and release under run


def test_a_hit_block_moves_and_nothing_else_does() -> None:
    standing = (
        stands(f"strategic/{WEEK}/1", "mon 09:00-11:00", "hit"),
        stands(f"strategic/{WEEK}/2", "wed 09:00-11:00"),
    )
    solution = place(posed("mon 10:00-17:30", standing=standing))
    [moved] = solution.placements
    assert (moved.key, moved.rescued) == (f"strategic/{WEEK}/1", True)
    assert moved.moved_from == standing[0].slot
    assert "it overlaps something else now" in moved.why


def test_a_rescue_takes_as_many_minutes_as_it_can_and_of_equal_ones_those_of_its_day() -> None:
    block = stands(f"strategic/{WEEK}/1", "tue 09:00-11:00", "hit")
    early = posed("tue 09:00-09:15", standing=(block,))
    assert found(early) == {"strategic/1": "tue 10:00-12:00"}  # it would leave half an hour that is of no use
    full = posed("tue 10:00-17:30", standing=(block,))
    assert found(full)["strategic/1"].endswith("09:00-11:00")
    assert not found(full)["strategic/1"].startswith("tue")
    alone = posed("tue 10:00-17:30", hours=hours(tue="09:00-17:30"), standing=(block,))
    assert found(alone) == {"strategic/1": "tue 09:00-10:00"}


def test_a_rescue_needs_two_hours_and_no_other_notice() -> None:
    block = stands(f"strategic/{WEEK}/1", "mon 09:00-11:00", "hit")
    problem = posed(
        "mon 10:00-11:00", hours=MON, now="mon 08:05", notice=48 * 60, standing=(block,), **NO_LUNCH
    )
    assert found(problem) == {"strategic/1": "mon 12:00-14:00"} or "mon 11:" in found(problem)["strategic/1"]
    assert place(replace(problem, now=problem.now + timedelta(hours=6, minutes=30))).released


def test_a_rescue_is_no_longer_than_it_was_and_takes_no_more_than_the_week_had() -> None:
    block = stands(f"frontline/{WEEK}/1", "mon 09:00-10:00", "hit", minutes=60, shortest=60)
    problem = posed(
        "mon 09:30-17:30", hours=hours(mon="09:00-17:30", tue="09:00-17:30"), standing=(block,), cap=0
    )
    assert only(problem).slot.minutes == 60


def test_a_hit_block_without_another_slot_is_released_and_says_what_would_help() -> None:
    block = stands(f"strategic/{WEEK}/1", "mon 09:00-11:00", "hit")
    solution = place(posed("mon 09:45-17:30 Budget", hours=MON, standing=(block,)))
    assert solution.placements == ()
    assert "taken by something on the calendar" in solution.released[block.key].why
    assert [event.title for event in solution.released[block.key].options[0].conflicts] == ["Budget"]
    edited = place(posed("mon 09:45-17:30", hours=MON, standing=(replace(block, edited=True),)))
    assert (set(edited.stuck), edited.released) == ({block.key}, {})


def test_the_place_that_an_edited_block_leaves_is_free_in_the_same_plan() -> None:
    block = stands(f"strategic/{WEEK}/1", "mon 09:00-11:00", "hit", edited=True)
    open_at = hours(mon="09:00-11:00", tue="09:00-11:00")
    more = {"hours": open_at, "standing": (block,), "demands": (exactly(45),), **NO_LUNCH}
    moved = found(posed("mon 09:45-10:10", **more))
    assert moved == {"strategic/1": "tue 09:00-11:00", "learning/1": "mon 09:00-09:45"}
    assert found(posed("mon 09:45-10:10", "tue 09:00-11:00", **more)) == {}  # it stays, and is in the way


def test_what_is_the_persons_stays_and_counts_for_nothing() -> None:
    block = stands(f"strategic/{WEEK}/1", "mon 09:00-11:00", "hit_fixed")
    problem = posed("mon 10:00-11:00", needs_floor=True, standing=(block,), demands=(strategic(2, "floor"),))
    solution = place(problem)
    assert [placement.key for placement in solution.placements] == [f"strategic/{WEEK}/2"]
    assert set(solution.stuck) == {block.key}


def test_the_only_strategic_block_of_a_week_is_rescued_outside_the_manners() -> None:
    block = stands(f"strategic/{WEEK}/1", "mon 09:00-11:00", "hit")
    problem = posed("mon 09:00-10:00", hours=hours(evening=False, mon="09:00-11:30"), needs_floor=True,
                    standing=(block,), **NO_LUNCH)  # fmt: skip
    assert only(problem).outside_manners
    other = replace(block, kind="frontline", key=f"frontline/{WEEK}/1")
    assert place(replace(problem, standing=(other,))).released


def test_a_displaced_block_comes_back_by_the_limits_of_a_rescue() -> None:
    back = strategic(1, minutes=90, rescue=True)
    problem = posed("mon 10:15-17:30", hours=MON, notice=48 * 60, demands=(back,))
    assert found(problem) == {"strategic/1": "mon 09:00-10:00"}
    assert only(problem).rescued
    assert found(replace(problem, demands=(replace(back, rescue=False),))) == {}


def test_all_that_is_hit_is_rescued_in_one_run_the_most_pressing_first() -> None:
    standing = tuple(
        stands(f"{kind}/{WEEK}/{n}", f"{day} 09:00-11:00", "hit", tier=tier)
        for n, (kind, day, tier) in enumerate(
            [("reading", "mon", "other"), ("reading", "tue", "other"), ("strategic", "wed", "floor")], 1
        )
    )
    lines = [f"{day} 09:00-11:00" for day in ("mon", "tue", "wed")]
    assert len(place(posed(*lines, standing=standing)).placements) == 3
    full = [f"{day} 09:00-17:30" for day in ("mon", "tue", "wed", "thu")]
    solution = place(posed(*full, standing=standing))
    assert [placement.key for placement in solution.placements] == [standing[2].key]
    assert set(solution.released) == {standing[0].key, standing[1].key}


# Giving way under run


def test_a_floor_is_not_shortened_beside_what_was_placed_instead_of_it() -> None:
    # The week is to have no floor, or has one: then learning comes first, and leaves an hour of the week's limit.
    more = {"demands": (strategic(1, "floor"), exactly(60)), "cap": 120, **NO_LUNCH}
    standing = stands(f"strategic/{WEEK}/2", "fri 09:00-09:30", shortest=30)
    for there in ((), (standing,)):
        problem = posed(hours=hours(mon="09:00-17:30", tue="09:00-17:30"), standing=there, **more)
        [placed] = place(problem).placements
        assert placed.kind == "learning"
        learned = stands(placed.key, shown(placed.slot, problem), tier="learning", minutes=60, shortest=60)
        assert found(replace(problem, standing=(*there, learned), demands=problem.demands[:1])) == {}


def test_a_kept_block_gives_way_to_a_floor_the_offsite_or_learning_and_to_nothing_less() -> None:
    # Monday holds a front-line block where alone two hours fit; Tuesday has an hour for it.
    open_at = hours(mon="09:00-11:00", tue="09:00-10:15")
    block = stands(f"frontline/{WEEK}/1", "mon 09:00-10:00", minutes=60, shortest=60, prefer="any")
    floor = strategic(1, "floor", floor_minutes=90)
    needy = posed(hours=open_at, needs_floor=True, standing=(block,), demands=(floor,), **NO_LUNCH)
    assert found(needy) == {"strategic/1": "mon 09:00-11:00", "frontline/1": "tue 09:00-10:00"}
    moved = next(p for p in place(needy).placements if p.moved_from)
    assert moved.cause_key == floor.key
    assert "only way" in moved.why
    learning = replace(needy, demands=(exactly(120),))
    assert found(learning) == {"learning/1": "mon 09:00-11:00", "frontline/1": "tue 09:00-10:00"}
    red = posed(hours=open_at, standing=(block,), demands=(strategic(1, "red"),), **NO_LUNCH)
    assert found(red) == {}


def test_a_kept_block_goes_where_it_has_no_other_place() -> None:
    block = stands(f"frontline/{WEEK}/1", "mon 09:00-10:00", minutes=60, shortest=60, prefer="any")
    problem = posed(hours=MON, needs_floor=True, standing=(block,), demands=(strategic(1, "floor"),))
    solution = place(problem)
    assert [placement.key for placement in solution.placements] == [f"strategic/{WEEK}/1"]
    assert solution.gave_way == {block.key: f"strategic/{WEEK}/1"}


def test_a_block_with_words_of_its_owners_may_move_and_never_goes() -> None:
    block = stands(
        f"frontline/{WEEK}/1", "mon 09:00-10:00", minutes=60, shortest=60, prefer="any", edited=True
    )
    floor = strategic(1, "floor", floor_minutes=90)
    more = {"needs_floor": True, "standing": (block,), "demands": (floor,), **NO_LUNCH}
    for policy in ("run", "rebalance"):
        one = place(posed(hours=hours(mon="09:00-11:00"), policy=policy, **more))
        assert (one.placements, one.gave_way) == ((), {})
        two = posed(hours=hours(mon="09:00-11:00", tue="09:00-10:15"), policy=policy, **more)
        assert found(two) == {"frontline/1": "tue 09:00-10:00", "strategic/1": "mon 09:00-11:00"}
        assert (
            what_else(posed(hours=hours(mon="09:00-11:00"), policy=policy, **more), block.key)
            == "no other day has room for it"
        )


def test_a_floor_is_short_rather_than_beyond_the_limits_beside_a_block_that_never_goes() -> None:
    block = stands(
        f"frontline/{WEEK}/1", "mon 09:00-10:00", minutes=60, shortest=60, prefer="any", edited=True
    )
    more = {"needs_floor": True, "standing": (block,), "demands": (strategic(1, "floor"),), "cap": 120}
    for policy in ("run", "rebalance"):
        placed = only(posed(policy=policy, **more))
        assert (placed.slot.minutes, placed.outside_manners) == (60, False)


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
    assert offsite_of(quarter(events=full)) == "2027-01-01 09:00"


def test_the_offsite_is_a_real_half_day_where_one_is_free() -> None:
    middle = [on(f"{Q1.first_day + n * DAY}", "15:00-17:30") for n in range(90)]
    middle += [on(f"{Q1.first_day + n * DAY}", "09:00-10:00") for n in range(90) if n != 52]
    assert offsite_of(quarter(events=middle)) == "2027-02-22 09:00"
    problem = quarter(events=[*middle, on("2027-02-22", "09:00-10:00")])
    assert offsite_of(problem) == "2027-01-11 10:15"
    assert "no such half day is free" in only(problem).why


def test_the_offsite_takes_the_longest_range_where_no_day_has_four_hours() -> None:
    problem = quarter(hours=hours(evening=False, mon="09:00-11:45 13:00-15:00", tue="09:00-11:15"))
    assert offsite_of(problem) == "2027-01-11 09:00"
    assert only(problem).slot.minutes == 165
    assert place(quarter(hours=hours(evening=False, tue="09:00-11:15"))).placements == ()


def test_the_offsite_is_never_on_a_quiet_day_nor_away_nor_too_soon() -> None:
    first = Quarter(2026, 4)
    dates = [date(2026, 12, 21) + n * DAY for n in range(14)]
    asked = OffsiteDemand("offsite/2026-Q4", first, 240, datetime.fromisoformat("2026-12-21T00:00+01:00"))
    quiet = frozenset(dates[2:])
    problem = posed(dates=dates, offsite=asked, away=[date(2026, 12, 21), date(2026, 12, 22)], quiet=quiet)
    solution = place(problem)
    assert solution.placements == ()
    assert solution.unplaced[0].kind == "offsite"
    later = replace(asked, earliest=datetime.fromisoformat("2026-12-22T13:00+01:00"))
    assert offsite_of(posed(dates=dates, offsite=later, quiet=quiet)) == "2026-12-22 13:00"


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


def test_a_hit_offsite_goes_to_the_nearest_free_half_day_and_only_under_run() -> None:
    standing = Standing(
        "offsite/2027-Q1", "offsite", "offsite", parse_week("2027-W04"), on("2027-01-28", "09:00-13:00").when,
        "hit", 240, 240,
    )  # fmt: skip
    problem = quarter(events=[on("2027-01-28", "10:00-17:30")], standing=(standing,))
    placed = only(problem)
    assert (placed.moved_from, placed.rescued) == (standing.slot, True)
    assert offsite_of(problem) == "2027-01-27 09:00"
    rebalance = place(replace(problem, policy="rebalance"))
    assert (rebalance.placements, rebalance.taken_off, rebalance.unplaced) == ((), frozenset(), ())
    full = [on(f"{Q1.first_day + n * DAY}", "11:00-15:00") for n in range(90)]
    released = place(quarter(events=full, standing=(standing,)))
    assert set(released.released) == {standing.key}
    assert released.unplaced == ()


# Rebalance


def rebalanced(*lines: str, **more: Any) -> Problem:
    return posed(*lines, policy="rebalance", **more)


def test_rebalance_moves_for_a_better_part_of_the_day_and_then_never_again() -> None:
    block = stands(f"strategic/{WEEK}/1", "thu 14:00-16:00")
    problem = rebalanced(standing=(block,))
    placed = only(problem)
    assert shown(placed.slot, problem) == "thu 09:00-11:00"
    assert "a better part of the day" in placed.why
    again = replace(problem, standing=(replace(block, slot=placed.slot),))
    assert place(again).placements == ()


def test_rebalance_leaves_a_block_where_a_move_buys_nothing() -> None:
    problem = rebalanced(standing=(stands(f"strategic/{WEEK}/1", "fri 09:15-11:15"),))
    assert place(problem).placements == ()


def test_rebalance_counts_half_hours_as_a_gain() -> None:
    problem = rebalanced(standing=(stands(f"strategic/{WEEK}/1", "mon 09:00-10:30"),))
    assert only(problem).slot.minutes == 120
    assert "30 minutes more" in only(problem).why


def test_rebalance_leaves_fixed_blocks_alone_and_gives_back_what_is_beyond_the_level() -> None:
    standing = (
        stands(f"strategic/{WEEK}/1", "thu 14:00-16:00", "fixed"),
        stands(f"strategic/{WEEK}/2", "fri 09:00-11:00"),
    )
    solution = place(rebalanced(standing=standing, surplus={standing[1].key: "the week is calm now"}))
    assert solution.placements == ()
    assert solution.given_back == {standing[1].key: "the week is calm now"}


def test_rebalance_gives_the_minutes_of_a_displaced_block_away_once_at_most() -> None:
    # The displaced one has no day. Without it the week's blocks take what they may, and a longer one is too much.
    block = stands(f"strategic/{WEEK}/1", "mon 09:00-10:30")
    away = strategic(2, minutes=90, rescue=True, days=(6,))
    problem = rebalanced(standing=(block,), demands=(away,), cap=90)
    assert place(problem).placements == ()
    assert only(replace(problem, weeks=(replace(problem.weeks[0], share_minutes=120),))).slot.minutes == 120


def test_rebalance_places_a_displaced_block_at_once_as_long_as_a_later_rebalance_would() -> None:
    away = strategic(2, minutes=120, shortest=90, rescue=True)
    assert only(rebalanced("mon 10:00-17:30", hours=MON, demands=(away,), notice=0)).slot.minutes == 60
    reading = replace(away, key=f"reading/{WEEK}/1", kind="reading", minutes=60, shortest=30)
    assert only(rebalanced("mon 09:30-17:30", hours=MON, demands=(reading,))).slot.minutes == 30
    assert not place(posed("mon 09:30-17:30", hours=MON, demands=(reading,))).placements


def test_rebalance_does_not_shorten_a_floor_that_has_its_length_where_it_is() -> None:
    # With 60 minutes of it there would be room for the other one; but a plan made anew may not do that either.
    other = Demand(f"reading/{WEEK}/1", "reading", "other", WEEK, 60, 60, prefer="any")
    anew = rebalanced(
        hours=hours(mon="09:00-10:30", tue="09:00-10:00"),
        demands=(strategic(1, "floor"), other),
        cap=120,
        **NO_LUNCH,
    )
    assert found(anew) == {"strategic/1": "mon 09:00-10:30"}
    floor = stands(f"strategic/{WEEK}/1", "mon 09:00-10:30", tier="floor", floor_minutes=60)
    assert found(replace(anew, standing=(floor,), demands=(other,))) == {}


def test_rebalance_solves_the_week_as_if_it_were_new() -> None:
    # The block of Monday holds the only day on which the red one fits; the hour of Tuesday is enough for it.
    block = stands(f"frontline/{WEEK}/1", "mon 09:00-10:00", minutes=60, shortest=60, prefer="any")
    open_at = hours(mon="09:00-11:00", tue="09:00-10:15")
    problem = rebalanced(hours=open_at, standing=(block,), demands=(strategic(2),), **NO_LUNCH)
    assert found(problem) == {"frontline/1": "tue 09:00-10:00", "strategic/2": "mon 09:00-11:00"}
    assert found(replace(problem, policy="run")) == {}


def test_rebalance_puts_no_new_block_in_the_place_of_one_that_is_there() -> None:
    # Only one of the two fits, and the one that is there has no claim of its own but that.
    there, asked = stands(f"strategic/{WEEK}/3", "thu 09:00-11:00", tier="red"), strategic(2, tier="red")
    solution = place(
        rebalanced(hours=hours(thu="09:00-11:00"), standing=(there,), demands=(asked,), **NO_LUNCH)
    )
    assert (solution.placements, solution.gave_way) == ((), {})


def test_a_hit_block_is_rescued_by_rebalance_as_by_run() -> None:
    block = stands(f"strategic/{WEEK}/1", "mon 09:00-11:00", "hit")
    problem = rebalanced("mon 10:00-17:30", standing=(block,))
    assert only(problem).rescued
