"""Placement: the best plan that respects every hard limit. Exact and deterministic; see docs/objective.md."""

from __future__ import annotations

from blocker.board import Board, Mover, rank
from blocker.dayplan import Entry
from blocker.horizon import HorizonBest, HorizonSolver
from blocker.model import OFFSITE, Demand, Placement, Unplaced
from blocker.objective import Span
from blocker.problem import Problem, Solution
from blocker.slots import as_interval
from blocker.weekplan import WeekBest


def place(problem: Problem) -> Solution:
    """Find the best plan for ``problem`` and say why it is so. Pure; the same for any order of input."""
    board = Board(problem)
    solver = HorizonSolver(board)
    best = solver.solve()
    placements: list[Placement] = []
    placed: set[str] = set()
    for plan in best.weeks:
        for entry, who in hand_out(plan):
            placements.append(_placement(plan, entry, who))
            placed.add(who.key)
    if best.half_day is not None and problem.offsite is not None:
        start = best.half_day.start
        placements.append(
            Placement(
                key=problem.offsite.key, kind=OFFSITE, tier=OFFSITE,
                slot=as_interval(start, start + best.half_day.minutes * 60),
                moved_from=best.offsite_from.slot if best.offsite_from else None,
                why="the lightest half day",
            )
        )  # fmt: skip
        placed.add(problem.offsite.key)
    placements.sort(key=lambda p: (p.slot, rank(p.key)))
    unplaced = [
        Unplaced(d.key, d.kind, d.minutes, "no_room", "no room", causes=d.causes, tier=d.tier)
        for d in sorted(problem.demands, key=lambda d: (d.week, rank(d.key)))
        if d.key not in placed
    ]
    if solver.offsite is not None and best.half_day is None:
        unplaced.append(
            Unplaced(solver.offsite.key, OFFSITE, solver.offsite.minutes, "no_room", "no half day is free", tier=OFFSITE)
        )
    stuck, waiting, lost = settle(board, best, placed)
    return Solution(tuple(placements), tuple(unplaced), stuck, waiting, lost, best.value)


def hand_out(plan: WeekBest) -> list[tuple[Entry, Demand | Mover]]:
    """Who gets which slot: the floor the short or outside one, then in order of rank and time."""
    handed: list[tuple[Entry, Demand | Mover]] = []
    for item in plan.items.values():
        mine = [entry for entry in plan.entries if entry.name == item.name]
        if item.mover is not None:
            handed += [(entry, item.mover) for entry in mine]
            continue
        mine.sort(key=lambda entry: (-entry.minus_minutes not in item.short, entry))
        handed += zip(mine, item.demands, strict=False)
    return sorted(handed, key=lambda pair: pair[0])


def _placement(plan: WeekBest, entry: Entry, who: Demand | Mover) -> Placement:
    standing = who.standing if isinstance(who, Mover) else None
    item = plan.items[entry.name]
    ours: Demand | object = standing or who
    return Placement(
        key=who.key, kind=item.kind, tier=getattr(ours, "tier"),  # noqa: B009
        slot=as_interval(*entry.span),
        causes=who.causes if isinstance(who, Demand) else (),
        moved_from=standing.slot if standing else None,
        outside_manners=plan.outside and item.strategic and item.floor,
        short=-entry.minus_minutes in item.short,
    )  # fmt: skip


def settle(
    board: Board, best: HorizonBest, placed: set[str]
) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    """What becomes of blocks in conflict that do not move: stuck, waiting or lost."""
    stuck: dict[str, str] = {}
    waiting: list[str] = []
    lost: list[str] = []
    for block in board.standing:
        if block.state not in ("overlapped", "lost") or block.key in placed:
            continue
        if block.state == "lost":
            lost.append(block.key)
        else:
            stuck[block.key] = "no other slot"
    return stuck, tuple(waiting), tuple(lost)


__all__ = ["Span", "place"]
