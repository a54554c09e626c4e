"""Placement: the best plan that respects every hard limit. Exact and deterministic; see docs/objective.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from blocker.placing.board import Board, rank
from blocker.placing.finished import Finished
from blocker.placing.horizon import HorizonBest, HorizonSolver
from blocker.placing.objective import tier_entry, unpacked
from blocker.placing.options import Options
from blocker.placing.problem import Problem, Solution
from blocker.placing.spans import as_interval
from blocker.placing.week import Chosen
from blocker.placing.why_here import WhyHere
from blocker.placing.why_not import WhyNot
from blocker.values.events import Event
from blocker.values.kinds import OFFSITE, STRATEGIC
from blocker.values.plan import Demand, Option, Placement, Release, Standing, Unplaced
from blocker.values.workweek import Week, week_of


def place(problem: Problem, runners_up: bool = True, relaxations: bool = True) -> Solution:
    """Find the best plan for ``problem`` and say why it is so. Pure; the same for any order of input.

    ``runners_up`` False leaves out the terms of each block's points and what its next best slot would cost;
    ``relaxations`` False what would make room for what has no place.
    """
    board = Board(problem)
    solver = HorizonSolver(board)
    best = solver.solve()
    causes = _causes(board, best)
    placements = _placements(solver, best, causes, runners_up)
    weeks = {demand.key: demand.week for demand in problem.demands} | {
        b.key: b.week for b in problem.standing
    }
    if best.half_day is not None and problem.offsite is not None:
        weeks[problem.offsite.key] = week_of(best.half_day.day)
    finished = Finished(board, _staying(best), placements, weeks)
    why_not = WhyNot(board, finished, relaxations)
    placed = {placement.key for placement in placements}
    released, stuck = _not_rescued(solver, why_not, placed)
    return Solution(
        placements=placements,
        unplaced=_unplaced(solver, why_not, best, placed),
        released=released,
        stuck=stuck,
        gave_way={key: cause for key, cause in causes.items() if key not in placed},
        given_back={key: why for key, why in problem.surplus.items() if key in board.gone},
        value=unpacked(best.value),
    )


def cheapest_stretch(
    problem: Problem, minutes: int, week: Week, may_go: Callable[[Event], bool]
) -> Option | None:
    """Where a strategic block of ``minutes`` would fit in ``week`` beside all that stands, if the fewest events
    of those that ``may_go`` gave way: none, where it fits as it is. None if there is no such slot.

    ``--what-if`` asks this, so its answer keeps the very limits of placement.
    """
    board = Board(problem)
    kept = [block.key for block in board.free if block.state == "kept"]
    case = board.case(Demand("", STRATEGIC, "other", week, minutes, minutes))
    return Options(Finished(board, kept, (), {})).cheapest(case, minutes, week.days, may_go)


def _staying(best: HorizonBest) -> list[str]:
    return [chosen.ask.name for chosen in best.chosen if chosen.choice.stays]


def _placements(
    solver: HorizonSolver, best: HorizonBest, causes: Mapping[str, str], runners_up: bool
) -> tuple[Placement, ...]:
    """Everything that is new or has moved, in order of time."""
    why = WhyHere(solver, best)
    found = []
    for plan in best.weeks.values():
        handed: dict[str, int] = {}
        for chosen in plan.chosen:
            if chosen.choice.stays:
                continue
            number = handed[chosen.ask.name] = handed.get(chosen.ask.name, -1) + 1
            found.append(_placement(why, chosen, number, causes, runners_up))
    half_day = best.half_day
    if half_day is not None and solver.half_days.asked is not None:
        was = solver.half_days.was
        words, terms, next_best = why.half_day(half_day, runners_up)
        found.append(
            Placement(
                solver.half_days.asked.key, OFFSITE, OFFSITE, as_interval(half_day.span), why=words, terms=terms,
                moved_from=was.slot if was else None, next_best=next_best, rescued=was is not None,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda placement: (placement.slot, rank(placement.key))))


def _placement(
    why: WhyHere, chosen: Chosen, number: int, causes: Mapping[str, str], runners_up: bool
) -> Placement:
    """``number`` says which of alike demands it is: they get their slots by rank, in order of time."""
    ask, choice = chosen
    demand = ask.demands[number] if ask.demands else None
    key = demand.key if demand is not None else ask.name
    return Placement(
        key=key,
        kind=ask.kind,
        tier=ask.tier,
        slot=as_interval(choice.span),
        causes=demand.causes if demand is not None else (),
        why=why.words(chosen, causes.get(key, "")),
        terms=why.terms(chosen) if runners_up else (),
        moved_from=ask.standing.slot if ask.standing is not None else None,
        outside_manners=choice.outside,
        short=choice.minutes in ask.short,
        next_best=why.next_best(chosen) if runners_up else "",
        rescued=ask.pressing is not None,
        cause_key=causes.get(key, ""),
    )


def _causes(board: Board, best: HorizonBest) -> dict[str, str]:
    """For each kept block that moved or went, the key of what it gave way to; for one moved by ``rebalance``, none."""
    found: dict[str, str] = {}
    for block in board.free:
        mine = next((one for one in best.chosen if one.ask.name == block.key), None)
        if block.state != "kept" or (
            mine is not None and (mine.choice.stays or board.problem.policy != "run")
        ):
            continue
        found[block.key] = _gave_way_to(board, best, block)
    return found


def _gave_way_to(board: Board, best: HorizonBest, block: Standing) -> str:
    """What is on its day now, else the highest of what is new in its week."""
    day, offsite = board.there[block.key].date, board.problem.offsite
    if offsite is not None and best.half_day is not None and best.half_day.day == day:
        return offsite.key
    news = [
        one for one in best.weeks[block.week].chosen if not one.choice.stays and one.ask.name != block.key
    ]
    news.sort(key=lambda one: (one.choice.day != day, one.ask.kind != STRATEGIC, tier_entry(one.ask.tier)))
    if not news:
        return offsite.key if offsite is not None else ""
    return news[0].ask.demands[0].key if news[0].ask.demands else news[0].ask.name


def _lacks_floor(solver: HorizonSolver, why_not: WhyNot, week: Week) -> bool:
    """True if the week wants a floor and has none: then the manners were not in the way."""
    here = solver.weeks.get(week)
    return (
        here is not None
        and here.wants_floor
        and not any(block.kind == STRATEGIC for block in why_not.finished.counting(week))
    )


def _not_rescued(
    solver: HorizonSolver, why_not: WhyNot, placed: Iterable[str]
) -> tuple[Mapping[str, Release], Mapping[str, Release]]:
    """The hit blocks that go, and those that stay although hit, each with the reason and what would help."""
    board = solver.board
    released: dict[str, Release] = {}
    stuck: dict[str, Release] = {}
    asks = {ask.name: ask for week in solver.weeks.values() for ask in week.asks}
    for block in board.standing:
        if block.key in placed or block.key in board.problem.surplus:
            continue
        if block.state == "hit_fixed" and block.week in board.rooms:
            stuck[block.key] = Release("it is yours, or has begun: it stays where it is")
        elif block.state == "hit" and block.key in asks:
            floor = _lacks_floor(solver, why_not, block.week)
            found = why_not.release(block, floor, asks[block.key].lengths[-1])
            (stuck if block.edited else released)[block.key] = found
        elif solver.half_days.was is not None and block.key == solver.half_days.was.key:
            homeless = _offsite_missing(solver, why_not)
            (stuck if block.edited else released)[block.key] = Release(homeless.why, homeless.nearest)
    return released, stuck


def _offsite_missing(solver: HorizonSolver, why_not: WhyNot) -> Unplaced:
    half_days = solver.half_days
    assert half_days.asked is not None  # noqa: S101  asked by the caller
    minutes = max((half_days.minutes(day) for day in half_days.dates), default=half_days.asked.minutes)
    return why_not.offsite(half_days.asked, half_days.case, half_days.dates, minutes)


def _unplaced(
    solver: HorizonSolver, why_not: WhyNot, best: HorizonBest, placed: Iterable[str]
) -> tuple[Unplaced, ...]:
    missing = sorted(
        (demand for demand in solver.board.problem.demands if demand.key not in placed),
        key=lambda demand: (demand.week, rank(demand.key)),
    )
    found = [why_not.demand(demand, _lacks_floor(solver, why_not, demand.week)) for demand in missing]
    if best.half_day is None and solver.half_days.asked is not None and solver.half_days.was is None:
        found.append(_offsite_missing(solver, why_not))
    return tuple(found)
