"""Placement: the best plan that respects every hard limit. Exact and deterministic; see docs/objective.md."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from blocker.placing.board import Board, rank
from blocker.placing.horizon import HorizonSolver
from blocker.placing.limits import Blocks
from blocker.placing.objective import unpacked
from blocker.placing.options import Options, Price, Wish
from blocker.placing.problem import Problem, Solution
from blocker.placing.spans import as_interval
from blocker.placing.week import Chosen
from blocker.placing.why_here import WhyHere
from blocker.placing.why_not import WhyNot
from blocker.values.events import Event
from blocker.values.intervals import Interval
from blocker.values.kinds import OFFSITE
from blocker.values.plan import Demand, NoSlot, OffsiteDemand, Option, Placement, Unplaced


def place(problem: Problem) -> Solution:
    """Find the best plan for ``problem`` and say why it is so. Pure; the same for any order of input."""
    board = Board(problem)
    solver = HorizonSolver(board)
    best, half_days = solver.solve(), solver.half_days
    why, why_not = WhyHere(solver, best), WhyNot(board, solver.blocks(best))
    placements = [_placement(why, one) for one in best.chosen if not one.choice.stays]
    if best.half_day is not None and half_days is not None:
        words, next_best = why.half_day(half_days, best.half_day)
        placements.append(
            Placement(
                half_days.asked.key, OFFSITE, OFFSITE, as_interval(best.half_day.span), why=words,
                moved_from=half_days.was.slot if half_days.was else None, next_best=next_best,
                rescued=half_days.was is not None,
            )
        )  # fmt: skip
    there = {placement.key for placement in placements} | {one.key for one in best.chosen}
    missing = [demand for demand in problem.demands if demand.key not in there]
    missing.sort(key=lambda demand: (demand.week, rank(demand.key)))
    unplaced = [_unplaced(demand, why_not.block(demand)) for demand in missing]
    homeless: dict[str, NoSlot] = {}
    gave_way: dict[str, str] = {}
    for block in (one for one in board.standing if one.key not in there and one.key not in problem.surplus):
        if block.state == "hit_fixed" and block.week in board.rooms:
            homeless[block.key] = NoSlot("it is yours, or has begun: it stays where it is")
        elif block.key in board.free and block.rescue:
            homeless[block.key] = why_not.block(block)
        elif block.key in board.free:
            gave_way[block.key] = why.cause(block)[0]
    if half_days is not None and best.half_day is None:
        asked, found = half_days.asked, why_not.half_day(half_days)
        if half_days.was is not None:
            homeless[asked.key] = found
        else:
            unplaced.append(_unplaced(asked, found))
    theirs = {block.key for block in board.standing if block.edited or block.state == "hit_fixed"}
    return Solution(
        placements=tuple(sorted(placements, key=lambda placement: (placement.slot, rank(placement.key)))),
        unplaced=tuple(unplaced),
        released={key: found for key, found in homeless.items() if key not in theirs},
        stuck={key: found for key, found in homeless.items() if key in theirs},
        gave_way=gave_way,
        given_back={key: why for key, why in problem.surplus.items() if key in board.there},
        value=unpacked(best.value),
    )


def _placement(why: WhyHere, chosen: Chosen) -> Placement:
    """Something that is new or has moved."""
    key, ask, choice = chosen
    makes_room = ask.standing if ask.kept and not why.gain(chosen) else None
    return Placement(
        key, ask.of.kind, ask.of.tier, as_interval(choice.span),
        causes=next((demand.causes for demand in ask.demands if demand.key == key), ()),
        why=why.words(chosen), moved_from=ask.standing.slot if ask.standing is not None else None,
        outside_manners=choice.outside, short=choice.minutes in ask.short, next_best=why.next_best(chosen),
        rescued=ask.of.rescue, cause_key=why.cause(makes_room)[0] if makes_room is not None else "",
    )  # fmt: skip


def _unplaced(of: Demand | OffsiteDemand, found: NoSlot) -> Unplaced:
    return Unplaced(
        of.key, of.kind, of.minutes, "no_room", found.why, found.options, of.causes, found.limits, of.tier
    )


def what_else(problem: Problem, key: str) -> str:
    """What the next best slot of a block that stays would cost, in words; nothing for one that may not move."""
    solver = HorizonSolver(Board(problem))
    best = solver.solve()
    why = WhyHere(solver, best)
    return next((why.next_best(one) for one in best.chosen if one.key == key), "")


def cheapest_stretch(problem: Problem, demand: Demand, may_go: Callable[[Event], bool]) -> Option | None:
    """Where the block would fit in its week, at its full length beside all that stands, if the fewest events of
    those that ``may_go`` gave way: none, where it fits as it is. None if there is no such slot.

    ``--what-if`` asks this, so its answer keeps the very limits of placement.
    """

    def cost(events: Sequence[Event]) -> Price | None:
        return (len(events), sum(e.when.minutes for e in events)) if all(map(may_go, events)) else None

    board = Board(problem)
    wish = Wish(board.case(demand), demand.minutes, demand.week.days)
    return next(Options(board, _as_it_stands(board)).in_order(wish, cost), None)


def other_slots(problem: Problem, key: str) -> tuple[Interval, ...]:
    """Where a block that stays could be instead: on each day of its week the first slot of its length before noon
    and the first after it, beside all other blocks and by the very limits of placement.
    """
    board, halves = Board(problem), dict[tuple[date, bool], Interval]()
    if key not in board.free:
        return ()
    block = board.free[key]
    wish = Wish(board.case(block), block.slot.minutes, block.week.days, key)
    options = Options(board, _as_it_stands(board)).in_order(wish, lambda events: None if events else ())
    for slot in (option.slot for option in options if option.slot != block.slot):
        start = problem.workweek.local(slot.start)
        halves.setdefault((start.date(), start.hour < 12), slot)
    return tuple(halves.values())


def _as_it_stands(board: Board) -> Blocks:
    """All blocks that are there before the plan, hit ones that will move left out."""
    return Blocks([*board.stay.all, *(board.there[key] for key, one in board.free.items() if not one.rescue)])
