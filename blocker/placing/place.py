"""Placement: the best plan that respects every hard limit. Exact and deterministic; see docs/objective.md."""

from __future__ import annotations

from collections.abc import Mapping

from blocker.placing.board import Board, Mover, rank
from blocker.placing.day_sweep import Entry
from blocker.placing.finished import Finished
from blocker.placing.horizon import HorizonBest, HorizonSolver
from blocker.placing.limits import as_interval
from blocker.placing.problem import Problem, Solution
from blocker.placing.week import WeekBest
from blocker.placing.why_here import WhyHere
from blocker.placing.why_not import WhyNot
from blocker.values.kinds import OFFSITE, STRATEGIC
from blocker.values.plan import Demand, Placement, Standing, Unplaced
from blocker.values.workweek import Week, week_of


def place(problem: Problem) -> Solution:
    """Find the best plan for ``problem`` and say why it is so. Pure; the same for any order of input."""
    board = Board(problem)
    solver = HorizonSolver(board)
    best = solver.solve()
    why = WhyHere(solver, best)
    placements = [_placement(why, plan, *handed) for plan in best.weeks for handed in hand_out(plan)]
    weeks = {demand.key: demand.week for demand in problem.demands}
    weeks |= {block.key: block.week for block in problem.standing}
    offsite = problem.offsite
    if best.half_day is not None and offsite is not None:
        placements.append(_offsite(why, best, offsite.key))
        weeks[offsite.key] = week_of(best.half_day.day)
    placements.sort(key=lambda placement: (placement.slot, rank(placement.key)))
    finished = Finished(board, placements, weeks)
    placed = {placement.key for placement in placements}
    stuck, waiting, lost = settle(board, finished, best, placed)
    missing = _unplaced(solver, finished, best, placed)
    return Solution(tuple(placements), missing, stuck, waiting, lost, best.value)


def hand_out(plan: WeekBest) -> list[tuple[Entry, Demand | Mover]]:
    """Who gets which slot: a short one is the floor's, the rest go by rank in order of time."""
    handed: list[tuple[Entry, Demand | Mover]] = []
    for item in plan.items.values():
        mine = [entry for entry in plan.entries if entry.name == item.name]
        if item.mover is not None:
            handed += [(entry, item.mover) for entry in mine]
            continue
        mine.sort(key=lambda entry: (-entry.minus_minutes not in item.short, entry))
        handed += zip(mine, item.demands, strict=False)
    return sorted(handed, key=lambda pair: pair[0])


def _placement(why: WhyHere, plan: WeekBest, entry: Entry, who: Demand | Mover) -> Placement:
    item = plan.items[entry.name]
    return Placement(
        key=who.key,
        kind=item.kind,
        tier=who.standing.tier if isinstance(who, Mover) else who.tier,
        slot=as_interval(*entry.span),
        causes=() if isinstance(who, Mover) else who.causes,
        why=why.words(plan, entry, item),
        terms=why.terms(plan, entry, item),
        moved_from=who.standing.slot if isinstance(who, Mover) else None,
        outside_manners=plan.outside and item.strategic,
        short=-entry.minus_minutes in item.short,
        next_best=why.next_best(plan, entry, item),
    )


def _offsite(why: WhyHere, best: HorizonBest, key: str) -> Placement:
    half_day, was = best.half_day, best.offsite_from
    assert half_day is not None  # noqa: S101  asked by the caller
    words, terms, next_best = why.half_day(half_day)
    return Placement(
        key=key,
        kind=OFFSITE,
        tier=OFFSITE,
        slot=as_interval(half_day.start, half_day.start + half_day.minutes * 60),
        why=words,
        terms=terms,
        moved_from=was.slot if was else None,
        next_best=next_best,
    )


def _unplaced(
    solver: HorizonSolver, finished: Finished, best: HorizonBest, placed: set[str]
) -> tuple[Unplaced, ...]:
    floored = {plan.week for plan in best.weeks if not solver.weeks[plan.week].wants_floor or plan.value[0]}
    missing = sorted(
        (demand for demand in solver.board.problem.demands if demand.key not in placed),
        key=lambda demand: (demand.week, rank(demand.key)),
    )
    homeless = solver.offsite if best.half_day is None and solver.offsite_from is None else None
    if not missing and homeless is None:
        return ()
    why_not = WhyNot(solver.board, finished)
    found = []
    for demand in missing:
        floor = demand.tier == "floor" and demand.kind == STRATEGIC and demand.week not in floored
        found.append(why_not.demand(demand, floor))
    if homeless is not None:
        found.append(why_not.offsite(homeless))
    return tuple(found)


def settle(
    board: Board, finished: Finished, best: HorizonBest, placed: set[str]
) -> tuple[Mapping[str, str], tuple[str, ...], tuple[str, ...]]:
    """What becomes of blocks in conflict that do not move: stuck (and why), waiting, lost."""
    stuck: dict[str, str] = {}
    waiting: list[str] = []
    lost: list[str] = []
    moves = sum(mover.counted for plan in best.weeks for mover in plan.moved) + bool(best.offsite_from)
    for block in board.standing:
        if block.state not in ("overlapped", "lost") or block.key in placed:
            continue
        mover = board.movers.get(block.key)
        room = mover is not None and moves >= board.problem.max_moves and _could_move(board, finished, mover)
        if room and not (block.state == "lost" and _in_the_way(board, finished, block)):
            waiting.append(block.key)
        elif block.state == "lost":
            lost.append(block.key)
        else:
            stuck[block.key] = _stuck(board, finished, block, mover)
    return stuck, tuple(waiting), tuple(lost)


def _could_move(board: Board, finished: Finished, mover: Mover) -> bool:
    """True if the finished plan has a slot for it, and only the number of moves was in the way."""
    week, item = mover.standing.week, board.item_of(mover)
    space = board.rooms[week].cap_minutes - finished.minutes(week, mover.key)
    floor = item.floor and not any(b.kind == STRATEGIC and b.week == week for b in finished.blocks)
    lengths = [length for length in mover.lengths + mover.short if floor or length <= space]
    return finished.slot(mover.standing.kind, week.days, lengths, mover.key, floor) is not None


def _in_the_way(board: Board, finished: Finished, block: Standing) -> bool:
    """True if a block of the plan is where a lost one would have to wait."""
    low, high = board.spans[block.key]
    reach = board.problem.buffer_before * 60
    return any(there.span[0] < high + reach and low < there.span[1] + reach for there in finished.blocks)


def _stuck(board: Board, finished: Finished, block: Standing, mover: Mover | None) -> str:
    if mover is None and block.kind == OFFSITE:
        if board.problem.offsite is None or board.problem.offsite.key != block.key:
            return "too little notice is left to move it"
        return "no other half day of the quarter is free"
    if mover is None:
        return f"it is not on a day of its week {block.week}, or that is outside the horizon"
    return _no_slot(board, finished, block.week, block.kind, block.shortest)


def _no_slot(board: Board, finished: Finished, week: Week, kind: str, shortest: int) -> str:
    case = Demand("", kind, "other", week, shortest, shortest)
    return "no other slot in its week: " + WhyNot(board, finished).demand(case, floor=False).why


__all__ = ["place"]
