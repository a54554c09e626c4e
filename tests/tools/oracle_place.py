"""The best plan by trying every one: written from docs/objective.md, with nothing of the placement modules.

``solver_place`` has the other oracle, for larger problems.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from blocker.placing.problem import Problem
from blocker.values.intervals import Interval
from tests.tools.plan_checker import Judge

STAYS = "stays"
Choice = Interval | str | None


class TooMany(Exception):
    """The problem has more plans than can be tried."""


def choices(judge: Judge) -> dict[str, list[Choice]]:
    """For each block what may become of it, as far as it breaks no limit by itself."""
    keys = [*judge.demands, *judge.kept, *judge.hit]
    found: dict[str, list[Choice]] = {}
    for key in [*keys, *([judge.offsite_key] if judge.offsite_key else [])]:
        allowed = []
        for slot in judge.slots(key):
            outside = key in keys and judge.may_go_outside(key)
            if not judge.broken_by(key, slot, judge.in_the_way(key), outside):
                allowed.append(slot)
        found[key] = [*allowed, *((STAYS, None) if key in judge.kept else (None,))]
        if key in judge.kept and judge.kept[key].edited:
            found[key].remove(None)
    return found


def search(problem: Problem, most: int = 60_000) -> tuple[int, ...]:
    """The value of the best plan of all plans. Raises TooMany where there may be more than ``most``."""
    judge = Judge(problem)
    every = choices(judge)
    plans = 1
    for found in every.values():
        plans *= len(found)
    if plans > most:
        raise TooMany(plans)
    return max(judge.value(plan) for plan in _plans(judge, every) if not judge.broken(plan))


def _plans(judge: Judge, every: dict[str, list[Choice]]) -> Iterator[dict[str, Interval | None]]:
    for chosen in product(*every.values()):
        pairs = zip(every, chosen, strict=True)
        plan = {key: slot for key, slot in pairs if not isinstance(slot, str)}
        slots = {key: slot for key, slot in plan.items() if slot is not None or key in judge.kept}
        days = [judge.date(slot.start) for slot in slots.values() if slot is not None]
        if len(days) == len(set(days)):  # else some day has two
            yield slots
