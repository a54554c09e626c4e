"""Properties of placement on random problems: limits, value, order of input, repeatability, explanations.

The limits and the value are checked by ``plan_checker``, which is written from docs/objective.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from blocker.placing.place import cheapest_stretch, place
from blocker.placing.problem import Problem, Solution
from blocker.values.kinds import OFFSITE
from blocker.values.plan import Classified, Demand, Option, Standing
from blocker.values.workweek import week_of
from tests.tools.making import work
from tests.tools.plan_checker import Judge, as_plan, halves
from tests.tools.problem_sizes import HALF_DAYS, QUARTER, TINY, USUAL, Size
from tests.tools.problems import draw, make_problem, shuffled, without

SEEDS = st.integers(0, 10**9)
SIZES = st.sampled_from((TINY, HALF_DAYS, HALF_DAYS, USUAL))


@given(SEEDS, SIZES)
@settings(max_examples=80)
def test_every_plan_keeps_the_limits_and_is_worth_what_it_says(seed: int, size: Size) -> None:
    problem = make_problem(seed, size)
    solution, judge = place(problem), Judge(problem)
    assert judge.broken(as_plan(problem, solution)) == []
    assert judge.value(as_plan(problem, solution)) == solution.value
    for placement in solution.placements:
        assert placement.why
        assert placement.next_best


@given(SEEDS, SIZES, SEEDS)
@settings(max_examples=40)
def test_the_order_of_the_input_does_not_matter(seed: int, size: Size, other: int) -> None:
    problem = make_problem(seed, size)
    assert place(shuffled(problem, other)) == place(problem)


@given(SEEDS, SIZES)
@settings(max_examples=40)
def test_everybody_is_accounted_for(seed: int, size: Size) -> None:
    problem = make_problem(seed, size)
    solution = place(problem)
    placed = {placement.key for placement in solution.placements}
    wanted = {demand.key for demand in problem.demands}
    missing = {unplaced.key for unplaced in solution.unplaced if unplaced.kind != OFFSITE}
    assert wanted == (placed & wanted) | missing
    assert not placed & missing
    hit = {s.key: s for s in problem.standing if s.state == "hit" and s.key not in problem.surplus}
    if (
        problem.policy == "rebalance" or problem.offsite is None
    ):  # the offsite is left to a run that asks for it
        hit = {key: s for key, s in hit.items() if s.kind != OFFSITE}
    theirs = {s.key for s in problem.standing if s.state == "hit_fixed"}
    assert placed & set(hit) | set(solution.released) | set(solution.stuck) - theirs == set(hit)
    assert theirs <= set(solution.stuck)
    assert not set(solution.released) & set(solution.stuck)
    assert not any(hit[key].edited for key in solution.released)
    assert set(solution.given_back) == {s.key for s in problem.standing} & set(problem.surplus)
    kept = {s.key for s in problem.standing if s.state == "kept"}
    assert set(solution.gave_way) <= kept - placed


# Repeating


def carried_out(problem: Problem, solution: Solution) -> Problem:
    """The problem of the next run, as the calendar would be."""
    demands = {demand.key: demand for demand in problem.demands}
    placed = {placement.key: placement for placement in solution.placements}
    standing: list[Standing] = []
    for block in problem.standing:
        if block.key in placed:
            slot = placed[block.key].slot
            standing.append(replace(block, slot=slot, state="kept"))
        elif block.key not in solution.taken_off:
            standing.append(block)
    for key, placement in placed.items():
        if key in demands:
            asked = demands[key]
            standing.append(
                Standing(
                    key, asked.kind, asked.tier, asked.week, placement.slot, "kept", asked.minutes,
                    min(asked.shortest, placement.slot.minutes), asked.prefer, asked.floor_minutes,
                    days=asked.days, between=asked.between,
                )
            )  # fmt: skip
        elif placement.kind == OFFSITE and placement.moved_from is None:
            week, length = week_of(problem.workweek.date_of(placement.slot.start)), placement.slot.minutes
            standing.append(Standing(key, OFFSITE, OFFSITE, week, placement.slot, "fixed", length, length))
    there = {block.key for block in standing}
    left = tuple(demand for demand in problem.demands if demand.key not in there)
    back = {demand.week for demand in left if demand.rescue}
    return replace(
        problem,
        weeks=tuple(
            replace(room, had_minutes=room.had_minutes * (room.week in back)) for room in problem.weeks
        ),
        demands=left,
        standing=tuple(standing),
        surplus={},
    )


@given(SEEDS, SIZES)
@settings(max_examples=150)
def test_a_second_run_changes_nothing(seed: int, size: Size) -> None:
    problem = make_problem(seed, size)
    solution = place(problem)
    rescues = {demand.key for demand in problem.demands if demand.rescue}
    # What was taken off is asked for again by the rules, not by this problem; then room may have come.
    assume(not solution.released and not solution.gave_way and not problem.surplus)
    # A run asks again for the minutes of an edited one that stays; the offsite is in the way until it has moved.
    edited = {block.key for block in problem.standing if block.edited}
    assume(problem.policy != "run" or not edited & solution.stuck.keys())
    assume(not any(p.kind == OFFSITE and p.key in edited for p in solution.placements))
    # A new block is bound by the share, and one that comes back by what the week had: once the first is there, the
    # second may fit beside it. So may it beside a floor outside the manners, which the week then has.
    back = {unplaced.key.split("/")[1] for unplaced in solution.unplaced if unplaced.key in rescues}
    new = {p.key.split("/")[1] for p in solution.placements if not p.rescued and p.moved_from is None}
    assume(not back & new)
    assume(problem.policy != "rebalance" or not any(p.outside_manners for p in solution.placements))
    # A run rescues a block with 60 minutes at least; one whose kind may be shorter can give way with less later.
    rescued = {p.key for p in solution.placements if p.rescued}
    asked = (*problem.standing, *problem.demands)
    assume(problem.policy != "run" or not any(a.key in rescued and a.shortest < 60 for a in asked))
    again = place(carried_out(problem, solution))
    assert again.placements == ()
    assert not again.taken_off
    assert set(again.stuck) == set(solution.stuck)


@given(SEEDS, SIZES)
@settings(max_examples=80)
def test_every_move_of_rebalance_has_bought_something_and_says_what(seed: int, size: Size) -> None:
    problem = replace(make_problem(seed, size), policy="rebalance", offsite=None)
    problem = replace(problem, weeks=problem.weeks[:1])
    solution, judge = place(problem), Judge(problem)
    placed, plan = {p.key: p for p in solution.placements}, as_plan(problem, solution)

    def gain(key: str) -> str:
        if key not in judge.kept:
            return "one block more"
        old, new = judge.kept[key].slot, placed[key].slot
        if halves(new) > halves(old):
            return f"{30 * (halves(new) - halves(old))} minutes more"
        better = halves(new) == halves(old) and judge.part(key, new) > judge.part(key, old)
        return "a better part of the day" if better else ""

    for key in plan.keys() & judge.kept.keys():
        cause = placed[key].cause_key if key in placed else solution.gave_way[key]
        assert gain(cause or key)
        if key in placed:
            says = "to make room for " if cause else gain(key)
            assert f"moved from {judge.p.workweek.local(judge.kept[key].slot.start):%a}" in placed[key].why
            assert says in placed[key].why
    # All moves together buy a tier, half an hour or a better part of the day.
    alone = {key: slot for key, slot in plan.items() if key not in judge.kept}
    if len(plan) > len(alone) and not judge.broken(alone):
        assert judge.value(alone)[:15] < solution.value[:15]


# One set of limits: the plan, its reasons, the options and what-if say the same about the same minute


@given(SEEDS, SIZES)
@settings(max_examples=40)
def test_what_is_unplaced_has_no_slot_left_and_its_nearest_options_would_do(seed: int, size: Size) -> None:
    problem, events = draw(seed, size)
    solution = place(problem)
    for unplaced in solution.unplaced:
        assert unplaced.code == "no_room"
        assert unplaced.why
        if "outside the horizon" not in unplaced.why:
            check_options(problem, events, solution, unplaced.key, unplaced.nearest)
    for key, release in {**solution.released, **solution.stuck}.items():
        assert release.why
        check_options(problem, events, solution, key, release.options)


def check_options(
    problem: Problem, events: Sequence[Classified], solution: Solution, key: str, options: Sequence[Option]
) -> None:
    assert len(options) <= 3
    chosen = [{id(event) for event in option.conflicts} for option in options]
    for n, needed in enumerate(chosen):
        assert needed
        assert not any(earlier <= needed for earlier in chosen[:n])
    for option in options:
        judge = Judge(without(problem, events, {id(event) for event in option.conflicts}))
        things = [thing for thing in judge.there(as_plan(problem, solution)) if thing.key != key]
        outside = key != judge.offsite_key and judge.may_be_outside(key, things)
        broken = judge.broken_by(key, option.slot, things, outside)
        # Where it was is where it may be again once the event has gone; a short floor needs no length of its own.
        assert not [name for name in broken if name not in ("length", "not a move")], (key, option)


@given(SEEDS, SIZES, st.sampled_from((30, 60, 90, 120)))
@settings(max_examples=80)
def test_what_if_finds_a_free_stretch_where_and_only_where_placement_does(
    seed: int, size: Size, minutes: int
) -> None:
    problem = make_problem(seed, size)
    week = problem.weeks[0].week
    still = tuple(replace(s, state="fixed" if s.state == "kept" else "hit_fixed" if s.state == "hit" else s.state)
                  for s in problem.standing)  # fmt: skip
    asked = Demand(f"reading/{week}/99", "reading", "other", week, minutes, minutes, prefer="any")
    alone = replace(problem, standing=still, demands=(asked,), offsite=None, surplus={})
    placed = place(alone).placements
    found = cheapest_stretch(alone, asked, lambda event: False)
    assert bool(placed) == (found is not None)
    if found is not None:
        assert found.conflicts == ()
        assert Judge(alone).broken({asked.key: found.slot}) == []
    moved = cheapest_stretch(alone, asked, lambda event: True)
    assert moved is not None or not placed
    for option in place(alone).unplaced[:1]:
        assert bool(option.nearest) == (moved is not None)


@given(SEEDS, st.sampled_from((60, 90, 120)))
@settings(max_examples=40)
def test_what_if_asks_for_the_fewest_meetings(seed: int, minutes: int) -> None:
    """Against taking away every set of the movable meetings, the smallest first."""
    problem, events = draw(seed, TINY)
    week = problem.weeks[0].week
    span = problem.workweek.week_span(week)
    mine = [event for event in problem.events if event.organizer_is_me and event.when.overlaps(span)]
    assume(len(mine) <= 6)
    asked = Demand(f"reading/{week}/99", "reading", "other", week, minutes, minutes, prefer="any")
    found = cheapest_stretch(problem, asked, lambda event: event in mine)
    fewest = next(
        (
            number
            for number in range(len(mine) + 1)
            for gone in combinations(mine, number)
            if cheapest_stretch(without(problem, events, set(map(id, gone))), asked, lambda event: False)
        ),
        None,
    )
    assert (None if found is None else len(found.conflicts)) == fewest


# Whole quarters


@pytest.mark.parametrize("load", [0.05, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95])
@pytest.mark.parametrize("seed", [1, 2])
def test_thirteen_weeks_at_any_load(seed: int, load: float) -> None:
    problem = make_problem(seed, QUARTER, load)
    solution, judge = place(problem), Judge(problem)
    assert judge.broken(as_plan(problem, solution)) == []
    assert judge.value(as_plan(problem, solution)) == solution.value


def test_an_empty_problem_is_no_work() -> None:
    now = work().instant(date(2026, 11, 23), 0)
    empty = Problem(now, now, work(), {}, (), (), ())
    assert place(empty) == Solution((), (), {}, {}, {}, {}, (0,) * 22)
