"""Goals with a day: when learning for one is due, and which block was for which goal (design 4.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from blocker.rules.known import Known
from blocker.values.kinds import LEARNING
from blocker.values.plan import Cause, WeekLoad
from blocker.values.settings import Goal, Settings
from blocker.values.workweek import Week, parse_week

GOAL = "goal"  # the rule of a cause whose measure is the name of a goal
FIRST, LAST = timedelta(weeks=6), timedelta(weeks=2)  # before the day of a goal


def goals_past(settings: Settings, today: date) -> tuple[tuple[Goal, date], ...]:
    """Those whose day is past, each with that day."""
    return tuple((goal, goal.by) for goal in settings.goals if goal.by is not None and goal.by < today)


def goals_ahead(settings: Settings, today: date) -> tuple[Goal, ...]:
    """Those with a day that is not past, the nearest first, and then those without one."""
    ahead = (goal for goal in settings.goals if goal.by is None or goal.by >= today)
    return tuple(sorted(ahead, key=lambda goal: goal.by or date.max))


def goal_named(causes: Iterable[Cause]) -> str:
    """The name of the goal that a block was booked for; "" where it was for none."""
    return next((cause.measure for cause in causes if cause.rule == GOAL), "")


def learning_for_goals(loads: Sequence[WeekLoad], known: Known) -> dict[Week, list[Cause]]:
    """The weeks in which a learning block is due for a goal, with the cause: the quietest of those that are left of
    the four, or the one whose block was taken off and is owed.
    """
    found: dict[Week, list[Cause]] = {}
    for goal in goals_ahead(known.settings, known.today):
        if goal.by is None or _had(goal, goal.by, known):
            continue
        weeks = [load for load in loads if _is_due(goal.by, load.week) and _is_open(load, known)]
        owed = {
            parse_week(block.key.split("/")[1])
            for block in known.memory.blocks
            if block.state == "displaced" and goal_named(block.causes) == goal.name
        }
        best = min(
            weeks, key=lambda load: (load.week not in owed, load.held["operational_hours"]), default=None
        )
        if best is not None:
            left = (goal.by - best.week.monday).days // 7
            cause = Cause(GOAL, goal.name, left, FIRST.days // 7, "count")
            found.setdefault(best.week, []).append(cause)
    return found


def is_for_a_goal(key: str, known: Known) -> bool:
    """True for a learning block that is not the one of its quarter."""
    causes = (cause for block in known.memory.blocks if block.key == key for cause in block.causes)
    return bool(goal_named(causes)) or any(_reads(goal, key, known) for goal in known.settings.goals)


def _is_due(by: date, week: Week) -> bool:
    return by - FIRST <= week.days[3] <= by - LAST


def _is_open(load: WeekLoad, known: Known) -> bool:
    return load.working and load.week > known.running and not known.closed(load.week)


def _had(goal: Goal, by: date, known: Known) -> bool:
    """True if a block for the goal stands, stood or was refused. Of one that was skipped by its key nothing else is
    known, so it is a no to every goal that was due in its week.
    """
    if any(
        _is_due(by, parse_week(key.split("/")[1])) for key in known.memory.skipped_keys if _is_learning(key)
    ):
        return True
    void = known.stuck | known.lost
    states = ("creating", "displaced")  # they are still to come
    there = (b for b in known.memory.blocks if b.state not in states and b.key not in void)
    if any(goal_named(block.causes) == goal.name for block in there):
        return True
    return any(_reads(goal, block.key, known) for block in known.blocks if block.key not in void)


def _reads(goal: Goal, key: str, known: Known) -> bool:
    """True if the block says in its own words that it is for the goal: a lost ledger knows no causes."""
    there = next((block for block in known.blocks if block.key == key and _is_learning(key)), None)
    return there is not None and goal.name in f"{there.title}\n{there.text}"


def _is_learning(key: str) -> bool:
    return key.startswith(f"{LEARNING}/")
