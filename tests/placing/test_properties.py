"""Properties of placement on random problems: limits, value, order of input, repeatability, explanations.

The limits and the value are checked by ``plan_checker``, which is written from docs/objective.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from blocker.measuring.days import Day
from blocker.placing.limits import DayView, as_interval, outer
from blocker.placing.place import place
from blocker.placing.problem import Problem, Solution
from blocker.values.intervals import Interval
from blocker.values.kinds import OFFSITE
from blocker.values.plan import Classified, Standing, Unplaced
from blocker.values.workweek import DAY, week_of
from tests.tools.making import work
from tests.tools.plan_checker import Judge
from tests.tools.problem_sizes import HALF_DAYS, QUARTER, TINY, USUAL, Size
from tests.tools.problems import draw, make_problem, shuffled, without

SEEDS = st.integers(0, 10**9)
SIZES = st.sampled_from((TINY, HALF_DAYS, HALF_DAYS, USUAL))


def slots(solution: Solution) -> dict[str, Interval]:
    return {placement.key: placement.slot for placement in solution.placements}


@given(SEEDS, SIZES)
@settings(max_examples=80)
def test_every_plan_keeps_the_limits_and_is_worth_what_it_says(seed: int, size: Size) -> None:
    problem = make_problem(seed, size)
    solution, judge = place(problem), Judge(problem)
    assert judge.broken(slots(solution)) == []
    assert judge.value(slots(solution)) == solution.value
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
    placed = set(slots(solution))
    offsite = {problem.offsite.key} if problem.offsite else set()
    wanted = {demand.key for demand in problem.demands} | (offsite - {s.key for s in problem.standing})
    missing = {unplaced.key for unplaced in solution.unplaced}
    assert wanted == (placed & wanted) | missing
    assert not placed & missing
    troubled = {s.key: s.state for s in problem.standing if s.state in ("overlapped", "lost")}
    fates = [set(solution.stuck), set(solution.waiting), set(solution.lost), placed & set(troubled)]
    assert sorted(key for fate in fates for key in fate) == sorted(troubled)
    assert all(troubled[key] == "overlapped" for key in solution.stuck)
    assert all(troubled[key] == "lost" for key in solution.lost)


# Repeating


def carried_out(problem: Problem, solution: Solution) -> Problem:
    """The problem of the next run, as the calendar would be."""
    demands = {demand.key: demand for demand in problem.demands}
    moved = slots(solution)
    standing: list[Standing] = []
    for block in problem.standing:
        if block.key in moved:
            standing.append(replace(block, slot=moved[block.key], state="movable"))
        elif block.key not in solution.lost:
            standing.append(block)
    for placement in solution.placements:
        week = week_of(problem.workweek.date_of(placement.slot.start))
        if placement.key in demands:
            asked = demands[placement.key]
            shortest = min(asked.shortest, placement.slot.minutes)
            standing.append(
                Standing(
                    asked.key, asked.kind, asked.tier, asked.week, placement.slot, "movable", asked.minutes, shortest,
                    asked.prefer,
                )
            )  # fmt: skip
        elif placement.kind == OFFSITE and placement.moved_from is None:
            length = placement.slot.minutes
            standing.append(
                Standing(placement.key, OFFSITE, OFFSITE, week, placement.slot, "fixed", length, length)
            )
    there = {block.key for block in standing}
    floored = {block.week for block in standing if block.kind == "strategic" and block.state != "lost"}
    return replace(
        problem,
        demands=tuple(demand for demand in problem.demands if demand.key not in there),
        standing=tuple(
            replace(block, state="fixed") if block.kind == OFFSITE and block.state == "movable" else block
            for block in standing
        ),
        weeks=tuple(
            replace(room, needs_floor=room.needs_floor and room.week not in floored) for room in problem.weeks
        ),
    )


@given(SEEDS, SIZES)
@settings(max_examples=40)
def test_a_second_run_changes_nothing(seed: int, size: Size) -> None:
    problem = make_problem(seed, size)
    solution = place(problem)
    again = place(carried_out(problem, solution))
    if moves_left(problem, solution):
        assert again.placements == ()
        assert again.lost == ()
        assert set(again.stuck) == set(solution.stuck)


def moves_left(problem: Problem, solution: Solution) -> bool:
    """False if the number of moves was in the way: then the next run may well go on."""
    movers = {s.key: s for s in problem.standing}
    counted = [
        p
        for p in solution.placements
        if p.key in movers and (problem.policy == "run" or movers[p.key].state != "movable")
    ]
    return len(counted) < problem.max_moves


# Explanations


@given(SEEDS, SIZES)
@settings(max_examples=40)
def test_what_is_unplaced_has_no_slot_left_and_its_nearest_options_would_do(seed: int, size: Size) -> None:
    problem, events = draw(seed, size)
    solution = place(problem)
    for unplaced in solution.unplaced:
        assert unplaced.code == "no_room"
        assert unplaced.why
        if "outside the horizon" not in unplaced.why:
            check_options(problem, events, solution, unplaced)


def check_options(
    problem: Problem, events: Sequence[Classified], solution: Solution, unplaced: Unplaced
) -> None:
    assert len(unplaced.nearest) <= 3
    assert sum(unplaced.limits.values()) == starts(problem, unplaced)
    chosen = [{id(event) for event in option.conflicts} for option in unplaced.nearest]
    for n, needed in enumerate(chosen):
        assert needed
        assert not any(earlier <= needed for earlier in chosen[:n])
    for option in unplaced.nearest:
        gone = {id(event) for event in option.conflicts}
        judge = Judge(without(problem, events, gone))
        plan = {**slots(solution), unplaced.key: option.slot}
        mine = [line for line in judge.broken(plan) if line.startswith(unplaced.key)]
        day = problem.workweek.date_of(option.slot.start)
        floor = unplaced.tier == "floor"
        allowed = ("cap", "bookable", "length") if floor else ("length",) if unplaced.kind == OFFSITE else ()
        assert not [line for line in mine if not line.endswith(allowed)], (mine, option)
        assert f"{day}: lunch" not in judge.broken(plan) or unplaced.kind == OFFSITE


def starts(problem: Problem, unplaced: Unplaced) -> int:
    """How many quarter hours of the hours could be tried: every one must have a limit against it."""
    if unplaced.kind == OFFSITE and problem.offsite is not None:
        quarter, length = problem.offsite.quarter, unplaced.minutes
        days = [day for day in problem.days if quarter.first_day <= day < quarter.end]
    else:
        demand = next(d for d in problem.demands if d.key == unplaced.key)
        days, length = list(demand.week.days), min(demand.shortest, demand.floor_minutes or demand.shortest)
    found = 0
    for day in days:
        for part in problem.days[day].hours:
            for minute in range(26 * 60):
                start = problem.workweek.instant(day, 0) + timedelta(minutes=minute)
                quarter_hour = problem.workweek.local(start).minute % 15 == 0
                found += quarter_hour and part.start <= start <= part.end - timedelta(minutes=length)
    return found


# Seconds against datetimes


@given(SEEDS, st.lists(st.tuples(st.integers(0, 95), st.integers(1, 12)), max_size=3))
@settings(max_examples=40)
def test_lunch_and_bookable_minutes_are_those_of_capacity(
    seed: int, drawn: Sequence[tuple[int, int]]
) -> None:
    problem = make_problem(seed, USUAL)
    for day in problem.days.values():
        if day.working:
            compare(problem, day, drawn)


def compare(problem: Problem, day: Day, drawn: Sequence[tuple[int, int]]) -> None:
    midnight = problem.workweek.instant(day.date, 0)
    blocks = []
    for start, length in drawn:
        begin = midnight + timedelta(minutes=15 * start)
        blocks.append(Interval(begin, begin + timedelta(minutes=15 * length)))
    view = DayView(problem, day, (), None)
    spans = [outer(block) for block in blocks]
    assert view.lunch_fits(spans) == day.lunch_fits(blocks)
    whole = problem.workweek.span(day.date, day.date + DAY)
    if whole.end > problem.now:
        after = Interval(max(problem.now, whole.start), whole.end)
        assert view.bookable(spans) == round(day.bookable_minutes(blocks, after) * 60)
        assert view.bookable(()) == round(day.bookable_minutes([], after) * 60)
    assert as_interval(*view.span) == whole


# Whole quarters


@pytest.mark.parametrize("load", [0.05, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95])
@pytest.mark.parametrize("seed", [1, 2])
def test_thirteen_weeks_at_any_load(seed: int, load: float) -> None:
    problem = make_problem(seed, QUARTER, load)
    solution, judge = place(problem), Judge(problem)
    assert judge.broken(slots(solution)) == []
    assert judge.value(slots(solution)) == solution.value


def test_an_empty_problem_is_no_work() -> None:
    now = work().instant(date(2026, 11, 23), 0)
    empty = Problem(now, now, work(), {}, (), (), ())
    assert place(empty) == Solution((), (), {}, (), (), (0,) * 18)
