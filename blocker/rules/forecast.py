"""How a person's weeks fill up, learnt from what earlier runs saw, and what it says of the weeks to come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from blocker.rules.judge import RECENT_WEEKS, is_ordinary
from blocker.values.plan import WeekLoad
from blocker.values.settings import FILL_WEEKS
from blocker.values.workweek import Week

HOURS = "operational_hours"
ENOUGH_WEEKS = RECENT_WEEKS  # before rules may use a forecast


class Fill(Struct, frozen=True):
    """How full the person's weeks were so many weeks before.

    ``weeks`` were looked at; they held ``full`` of their hours by then, and ``came`` in later, as a
    share of capacity.
    """

    ahead: int
    weeks: int
    full: float
    came: float


def fill_now(loads: Iterable[WeekLoad], running: Week) -> Mapping[tuple[Week, int], float]:
    """What a run remembers: the hours that this week and those to come hold now, by weeks ahead."""
    held = {load.week: load.held[HOURS] for load in loads}
    weeks = ((running.plus(ahead), ahead) for ahead in range(FILL_WEEKS + 1))
    return {(week, ahead): held[week] for week, ahead in weeks if week in held}


def fill_curve(fill: Mapping[tuple[Week, int], float], completed: Iterable[WeekLoad]) -> Mapping[int, Fill]:
    """The curve, by weeks ahead, from completed weeks that an earlier run has seen coming."""
    ordinary = {load.week: load for load in completed if is_ordinary(load)}
    curve = {}
    for ahead in sorted({ahead for _, ahead in fill}):
        seen = {week: hours for (week, n), hours in fill.items() if n == ahead and week in ordinary}
        if seen:
            final = sum(ordinary[week].held[HOURS] for week in seen)
            capacity = sum(ordinary[week].held["capacity_hours"] for week in seen)
            then = sum(seen.values())
            full = then / final if final else 1.0
            curve[ahead] = Fill(ahead, len(seen), full, (final - then) / capacity)
    return curve


def forecast_hours(load: WeekLoad, fill: Fill | None) -> float | None:
    """The hours a week is likely to end with: what it holds, and what usually comes in from now on.

    What comes in is added, not multiplied: an empty week three weeks ahead says nothing about its factor.
    """
    if fill is None:
        return None
    capacity = load.held["capacity_hours"]
    return max(0.0, load.held[HOURS] + fill.came * capacity) if capacity else 0.0
