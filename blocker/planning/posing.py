"""The placement problem of a request: rooms, demands and standing blocks put into one value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from blocker.placing.place import place
from blocker.placing.problem import Problem, Solution
from blocker.rules.demands import Demands, Known
from blocker.rules.known import asked_back, ranks
from blocker.rules.offsite import OffsiteAsked
from blocker.rules.survey import Survey
from blocker.values.kinds import FRONTLINE, LEARNING, NO_TIME, OFFSITE, STRATEGIC, TEAM
from blocker.values.limits import Limits
from blocker.values.plan import Inspection, OffsiteDemand, Standing, WeekRoom
from blocker.values.request import Request
from blocker.values.workweek import Week

FLOOR_NOTICE = timedelta(hours=24)
FORETHOUGHT = timedelta(hours=1)  # what rebalance, and a notice of no days, leave between now and a block
BY_OTHER_RULES = (FRONTLINE, LEARNING, OFFSITE, TEAM)  # these do not follow the week's level


def pose(
    request: Request, seen: Survey, examined: Inspection, asked: Demands, offsite: OffsiteAsked, known: Known
) -> Problem:
    """Everything placement may look at. ``rebalance`` looks at its week only, and leaves the offsite to ``run``."""
    own = frozenset(
        request.workweek.date_of(item.event.when.start)
        for item in seen.classified
        if item.kind == STRATEGIC and item.event.dates is None
    )
    rebalance, limits = request.policy == "rebalance", request.settings.limits
    earliest = request.now + FORETHOUGHT if rebalance else _after_notice(request, seen)
    weeks = (request.week,) if rebalance else request.horizon
    return Problem(
        now=request.now,
        earliest=earliest,
        floor_earliest=min(earliest, request.now + FLOOR_NOTICE),
        workweek=request.workweek,
        days=seen.days,
        weeks=tuple(
            WeekRoom(
                week,
                _share(week, seen, limits),
                _needs_floor(week, asked, examined),
                limits.hours * 60,
                _had_minutes(week, asked, request),
            )
            for week in weeks
        ),
        demands=tuple(demand for demand in asked.wanted if demand.week in weeks),
        standing=examined.standing,
        offsite=None if rebalance else next(iter(offsite.demands), None),
        policy=request.policy,
        surplus=_surplus(request.week, seen, examined, asked, known) if rebalance else {},
        buffer_before=request.settings.buffer_before,
        buffer_after=request.settings.buffer_after,
        bookable_minutes=limits.bookable,
        events=tuple([i.event for i in seen.classified if i.kind not in NO_TIME and i.event.dates is None]),
        own_strategic=own,
        refused=tuple(
            known.slot for known in request.memory.blocks if known.answer and not asked_back(known, request)
        ),
        quiet=frozenset(day for day in seen.days if request.workweek.is_quiet(day)),
    )


def _after_notice(request: Request, seen: Survey) -> datetime:
    """The start of the working day from which on ``run`` books: the second after today, by default."""
    today, notice = request.workweek.date_of(request.now), request.settings.limits.notice
    ahead = [day for day in sorted(seen.days) if day > today and seen.days[day].is_working][:notice]
    if not ahead:
        return request.now + FORETHOUGHT
    return request.workweek.instant(ahead[-1] if len(ahead) == notice else max(seen.days), 0)


def _share(week: Week, seen: Survey, limits: Limits) -> float:
    """Minutes: a share of the capacity less the heavier of held and recent operational hours (design 4.4)."""
    held = seen.loads[week].held
    operational = max(held["operational_hours"], seen.recent_operational[week] or 0.0)
    return max(0.0, limits.part * 60 * (held["capacity_hours"] - operational))


def _needs_floor(week: Week, asked: Demands, examined: Inspection) -> bool:
    """True if the week is to have a strategic block and has none that counts, those that are hit left out."""
    states = {b.state for b in examined.standing if b.week == week and b.kind == STRATEGIC}
    return asked.floors.get(week) == "unplaced" or (bool(states) and not states & {"kept", "fixed"})


def _had_minutes(week: Week, asked: Demands, request: Request) -> int:
    """What the week's blocks took before one was taken off that is asked for again."""
    if not any(demand.rescue and demand.week == week for demand in asked.wanted):
        return 0
    return next((record.had_minutes for record in request.memory.weeks if record.week == week), 0)


def _surplus(
    week: Week, seen: Survey, examined: Inspection, demands: Demands, known: Known
) -> Mapping[str, str]:
    """The blocks of a week beyond what its level asks for: the hit ones first, then those of the highest number."""
    load, own = seen.loads[week], known.own_events()
    found: dict[str, str] = {}
    for kind in sorted({block.kind for block in examined.standing if block.week == week}):
        if kind in BY_OTHER_RULES:
            continue
        free = [b for b in examined.standing if b.week == week and b.kind == kind and _may_go(b)]
        asked = load.booked.get(kind, 0) + (kind == STRATEGIC and week in demands.paying)
        there = ranks(kind, week, known, own.get((kind, week), ())).settled
        free.sort(key=lambda block: (block.state == "hit", int(block.key.rpartition("/")[2])), reverse=True)
        why = f"given back: the week is {load.level} now, and asks for {asked or 'none'} of its kind"
        found |= {block.key: why for block in free[: max(0, there - asked)]}
    return found


def _may_go(block: Standing) -> bool:
    return block.state in ("kept", "hit") and not block.edited


def place_with(problem: Problem, later: Sequence[OffsiteDemand]) -> Solution:
    """The best plan; where a half day is hit and a ``later`` one is asked for too, the hit one comes first.

    The plan for the rest then takes it for settled: a block that is on its new day is as good as hit.
    """
    first = place(problem)
    if problem.offsite is None or not later:
        return first
    key, date_of = problem.offsite.key, problem.workweek.date_of
    moved = [placement for placement in first.placements if placement.key == key]
    days = {date_of(placement.slot.start) for placement in moved}

    def beside(block: Standing) -> Standing:
        if block.key == key and moved:
            return replace(block, slot=moved[0].slot, state="fixed")
        in_the_way = block.state == "kept" and date_of(block.slot.start) in days
        return replace(block, state="hit") if in_the_way else block

    standing = tuple(
        beside(block) for block in problem.standing if block.key != key or key not in first.released
    )
    rest = place_with(replace(problem, standing=standing, offsite=later[0]), later[1:])
    return replace(
        rest,
        placements=(*rest.placements, *moved),
        released={**rest.released, **{k: why for k, why in first.released.items() if k == key}},
        stuck={**rest.stuck, **{k: why for k, why in first.stuck.items() if k == key}},
    )
