"""Placement: the best plan that respects every hard limit. Exact and deterministic; see docs/objective.md."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from blocker.placing.board import Board, rank
from blocker.placing.horizon import HorizonBest, HorizonSolver
from blocker.placing.limits import Blocks
from blocker.placing.objective import tier_entry, unpacked
from blocker.placing.options import Options, Price
from blocker.placing.problem import Problem, Solution
from blocker.placing.spans import as_interval
from blocker.placing.week import Chosen
from blocker.placing.why_here import WhyHere
from blocker.placing.why_not import WhyNot
from blocker.values.events import Event
from blocker.values.intervals import Interval
from blocker.values.kinds import OFFSITE, STRATEGIC
from blocker.values.plan import Demand, Option, Placement, Release, Standing, Unplaced


def place(problem: Problem) -> Solution:
    """Find the best plan for ``problem`` and say why it is so. Pure; the same for any order of input."""
    board = Board(problem)
    solver = HorizonSolver(board)
    best = solver.solve()
    after = solver.blocks(best)
    causes = _causes(board, best)
    placements = _placements(WhyHere(solver, best, after), causes)
    placed = {placement.key for placement in placements}
    why_not = WhyNot(board, after)
    released, stuck = _not_rescued(solver, why_not, placed)
    return Solution(
        placements=placements,
        unplaced=_unplaced(solver, why_not, placed),
        released=released,
        stuck=stuck,
        gave_way={key: cause for key, cause in causes.items() if key not in placed},
        given_back={key: why for key, why in problem.surplus.items() if key in board.there},
        value=unpacked(best.value),
    )


def cheapest_stretch(problem: Problem, demand: Demand, may_go: Callable[[Event], bool]) -> Option | None:
    """Where the block would fit in its week, at its full length beside all that stands, if the fewest events of
    those that ``may_go`` gave way: none, where it fits as it is. None if there is no such slot.

    ``--what-if`` asks this, so its answer keeps the very limits of placement.
    """

    def cost(events: Sequence[Event]) -> Price | None:
        return (len(events), sum(e.when.minutes for e in events)) if all(map(may_go, events)) else None

    board = Board(problem)
    kept = (board.there[block.key] for block in board.free.values() if block.state == "kept")
    options = Options(board, Blocks([*board.stay.all, *kept]))
    return next(options.in_order(board.case(demand), demand.minutes, demand.week.days, cost), None)


def other_slots(problem: Problem, key: str) -> tuple[Interval, ...]:
    """Where a block that stays could be instead: on each day of its week the first slot of its length before noon
    and the first after it, beside all other blocks and by the very limits of placement.
    """
    board = Board(problem)
    block = board.free.get(key)
    if block is None:
        return ()
    kept = (board.there[other] for other, one in board.free.items() if one.state == "kept")
    blocks, case = Blocks([*board.stay.all, *kept]), board.case(block)
    length, found = block.slot.minutes, []
    for view in board.views(block.week.days):
        room, noon = blocks.room(view, key), view.clock(12 * 60)
        starts = [(start, start + length * 60) for start in room.starts(case, length)]
        spans = [
            span for span in starts if room.breaks(case, span) is None and as_interval(span) != block.slot
        ]
        halves = ([s for s in spans if s[0] < noon], [s for s in spans if s[0] >= noon])
        found += [as_interval(half[0]) for half in halves if half]
    return tuple(found)


def _placements(why: WhyHere, causes: Mapping[str, str]) -> tuple[Placement, ...]:
    """Everything that is new or has moved, in order of time."""
    found = [_placement(why, one, causes.get(one.key, "")) for one in why.best.chosen if not one.choice.stays]
    half_day, half_days = why.best.half_day, why.solver.half_days
    if half_day is not None and half_days is not None:
        words, next_best = why.half_day(half_days, half_day)
        found.append(
            Placement(
                half_days.asked.key, OFFSITE, OFFSITE, as_interval(half_day.span), why=words,
                moved_from=half_days.was.slot if half_days.was else None, next_best=next_best,
                rescued=half_days.was is not None,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda placement: (placement.slot, rank(placement.key))))


def _placement(why: WhyHere, chosen: Chosen, cause: str) -> Placement:
    key, ask, choice = chosen
    return Placement(
        key=key,
        kind=ask.of.kind,
        tier=ask.of.tier,
        slot=as_interval(choice.span),
        causes=next((demand.causes for demand in ask.demands if demand.key == key), ()),
        why=why.words(chosen, cause),
        moved_from=ask.standing.slot if ask.standing is not None else None,
        outside_manners=choice.outside,
        short=choice.minutes in ask.short,
        next_best=why.next_best(chosen),
        rescued=ask.pressing is not None,
        cause_key=cause,
    )


def _causes(board: Board, best: HorizonBest) -> dict[str, str]:
    """For each kept block that moved or went, the key of what it gave way to; for one moved by ``rebalance``, none."""
    still = {one.key for one in best.chosen if one.choice.stays or not board.run}
    return {
        key: _gave_way_to(board, best, block)
        for key, block in board.free.items()
        if block.state == "kept" and key not in still
    }


def _gave_way_to(board: Board, best: HorizonBest, block: Standing) -> str:
    """What is on its day now, else the highest of what is new in its week."""
    day, offsite = board.there[block.key].date, board.problem.offsite
    if offsite is not None and best.half_day is not None and best.half_day.day == day:
        return offsite.key
    news = [one for one in best.weeks[block.week].chosen if not one.choice.stays and one.key != block.key]
    news.sort(
        key=lambda one: (one.choice.day != day, one.ask.of.kind != STRATEGIC, tier_entry(one.ask.of.tier))
    )
    return news[0].key if news else offsite.key if offsite is not None else ""


def _not_rescued(
    solver: HorizonSolver, why_not: WhyNot, placed: Collection[str]
) -> tuple[Mapping[str, Release], Mapping[str, Release]]:
    """The hit blocks that go, and those that stay although hit, each with the reason and what would help."""
    board, half_days = solver.board, solver.half_days
    released: dict[str, Release] = {}
    stuck: dict[str, Release] = {}
    for block in board.standing:
        if block.key in placed or block.key in board.problem.surplus:
            continue
        here = stuck if block.edited else released
        if block.state == "hit_fixed" and block.week in board.rooms:
            stuck[block.key] = Release("it is yours, or has begun: it stays where it is")
        elif block.state == "hit" and block.key in board.free:
            here[block.key] = why_not.release(block)
        elif half_days is not None and block == half_days.was:
            homeless = why_not.offsite(half_days)
            here[block.key] = Release(homeless.why, homeless.nearest)
    return released, stuck


def _unplaced(solver: HorizonSolver, why_not: WhyNot, placed: Collection[str]) -> tuple[Unplaced, ...]:
    missing = [demand for demand in solver.board.problem.demands if demand.key not in placed]
    missing.sort(key=lambda demand: (demand.week, rank(demand.key)))
    found = [why_not.demand(demand) for demand in missing]
    half_days = solver.half_days
    if half_days is not None and half_days.was is None and half_days.asked.key not in placed:
        found.append(why_not.offsite(half_days))
    return tuple(found)
