"""The best plan by trying every one: written from docs/objective.md, with nothing of the placement modules.

``solver_place`` has the other oracle, for larger problems.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from blocker.placing.problem import Problem
from blocker.values.intervals import Interval
from blocker.values.workweek import week_of
from tests.tools.plan_checker import Judge
from tests.tools.plan_limits import Thing

Found = tuple[tuple[int, ...], list[object], dict[str, Interval]]


class TooMany(Exception):
    """The problem has more plans than can be tried."""


def slots(judge: Judge, key: str) -> list[Interval]:
    """Every slot of a block that keeps the limits it can break by itself."""
    found = []
    week, lengths = judge.week(key), judge.lengths(key)
    for day in sorted(judge.p.days):
        if week is not None and week_of(day) != week:
            continue
        for part in judge.p.days[day].working:
            start = part.start.replace(minute=part.start.minute // 15 * 15, second=0, microsecond=0)
            while start < part.end:
                for length in lengths:
                    slot = Interval(start, start + timedelta(minutes=length))
                    if next(judge.alone_limits(key, slot), None) is None:
                        found.append(slot)
                start += timedelta(minutes=15)
    return found


def search(problem: Problem, most: int = 60_000) -> Found:
    """The best plan of all plans. Raises TooMany where there may be more than ``most``."""
    judge = Judge(problem)
    movers = sorted(key for key in judge.movers if key != judge.offsite_key)
    others = sorted(judge.demands) + ([judge.offsite_key] if judge.offsite_key else [])
    every = {key: slots(judge, key) for key in [*movers, *others]}
    plans = 1
    for found in every.values():
        plans *= len(found) + 1
    if plans > most:
        raise TooMany(plans)
    best: Found | None = None
    for plan in _plans(judge, [*movers, *others], every):
        promise = _promise(judge, plan)
        if best is not None and promise < best[0][: len(promise)]:
            continue
        things = judge.there(plan)
        if judge.moves(plan) > problem.max_moves or judge.shared_limits(plan, things):
            continue
        value = judge.value(plan)
        if best is None or value > best[0]:
            best = value, judge.order(plan), dict(plan)
        elif value == best[0]:
            order = judge.order(plan)
            if order < best[1]:
                best = value, order, dict(plan)
    assert best is not None
    return best


def _plans(judge: Judge, keys: list[str], every: dict[str, list[Interval]]) -> Iterator[dict[str, Interval]]:
    """Every plan in which no two blocks are in each other's way."""

    def extend(n: int, plan: dict[str, Interval]) -> Iterator[dict[str, Interval]]:
        if n == len(keys):
            if _clear(judge, plan):
                yield plan
            return
        yield from extend(n + 1, plan)
        key = keys[n]
        for slot in every[key]:
            new = _thing(judge, key, slot)
            if not any(list(judge.pair_limits(new, _thing(judge, *old))) for old in plan.items()):
                yield from extend(n + 1, {**plan, key: slot})

    yield from extend(0, {})


def _clear(judge: Judge, plan: dict[str, Interval]) -> bool:
    """True if nothing new is in the way of a standing block that stays."""
    things = judge.there(plan)
    stay = [thing for thing in things if not thing.touched]
    return not any(list(judge.pair_limits(t, other)) for t in things if t.touched for other in stay)


def _thing(judge: Judge, key: str, slot: Interval) -> Thing:
    return Thing(key, judge.kind(key), judge.week(key) or week_of(judge.date(slot.start)), slot, True)


def _promise(judge: Judge, plan: dict[str, Interval]) -> tuple[int, ...]:
    """The first entries of the value as if every floor were within the manners: never too small."""
    kinds = {judge.week(key) for key in plan if judge.kind(key) == "strategic"}
    floors = sum(week is not None and judge.wants_floor(week) for week in kinds)
    moved = sum(key in judge.movers and judge.movers[key].state == "movable" for key in plan)
    offsite = int(judge.offsite_key in plan)
    return floors, floors, offsite, -moved if judge.p.policy == "run" else 0, judge.solved(plan)
