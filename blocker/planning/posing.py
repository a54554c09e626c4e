"""The placement problem of a request: rooms, demands and standing blocks put into one value."""

from __future__ import annotations

from blocker.placing.problem import Problem
from blocker.rules.demands import Demands
from blocker.rules.known import asked_back
from blocker.rules.offsite import OffsiteAsked
from blocker.rules.survey import Survey
from blocker.values.kinds import NO_TIME, STRATEGIC
from blocker.values.plan import Examined, WeekRoom
from blocker.values.request import Request
from blocker.values.settings import CAP_SHARE, MAX_MOVES
from blocker.values.workweek import Week


def pose(
    request: Request, seen: Survey, examined: Examined, asked: Demands, offsite: OffsiteAsked
) -> Problem:
    """Everything placement may look at. The cap is 40 % of the time a week is judged to have free."""
    own = frozenset(
        request.workweek.date_of(item.event.when.start)
        for item in seen.classified
        if item.kind == STRATEGIC and item.event.dates is None
    )
    return Problem(
        now=request.now,
        earliest=request.earliest,
        workweek=request.workweek,
        days=seen.days,
        weeks=tuple(
            WeekRoom(week, _cap(week, seen), asked.floors[week] == "unplaced" or _only_lost(week, examined))
            for week in request.horizon
        ),
        demands=asked.wanted,
        standing=examined.standing,
        offsite=offsite.demand,
        policy=request.policy,
        free_week=request.week if request.policy == "rebalance" else None,
        buffer_before=request.settings.buffer_before,
        buffer_after=request.settings.buffer_after,
        max_moves=MAX_MOVES,
        events=tuple([i.event for i in seen.classified if i.kind not in NO_TIME and i.event.dates is None]),
        own_strategic=own,
        refused=tuple(
            known.slot for known in request.memory.blocks if known.answer and not asked_back(known, request)
        ),
    )


def _cap(week: Week, seen: Survey) -> float:
    """Minutes: 40 % of capacity less the heavier of held and recent operational hours (design 4.4)."""
    held = seen.loads[week].held
    operational = max(held["operational_hours"], seen.recent_operational[week] or 0.0)
    return max(0.0, CAP_SHARE * 60 * (held["capacity_hours"] - operational))


def _only_lost(week: Week, examined: Examined) -> bool:
    """True if all strategic blocks of the week lie on time that is no working time any more."""
    states = [s.state for s in examined.standing if s.week == week and s.kind == STRATEGIC]
    return bool(states) and all(state == "lost" for state in states)
