"""What came of it, in the plan's own words: floors, quarters, what found no place, what to say once."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from blocker.placing.problem import Solution
from blocker.rules.demands import Demands
from blocker.rules.offsite import OffsiteAsked
from blocker.rules.survey import Survey
from blocker.values.keys import key_week
from blocker.values.kinds import OFFSITE, STRATEGIC
from blocker.values.memory import UNDONE_TOLD
from blocker.values.plan import Change, Examined, QuarterPlan, Unplaced, WeekPlan
from blocker.values.request import Request


def unplaced(
    asked: Demands, offsite: OffsiteAsked, examined: Examined, solution: Solution
) -> tuple[Unplaced, ...]:
    """What a person has answered no to, what has no slot, and what has lost its slot for good."""
    standing = {block.key: block for block in examined.standing}
    owed = (
        Unplaced(key, standing[key].kind, standing[key].slot.minutes, "no_room", release.why, release.options,
                 tier=standing[key].tier)
        for key, release in solution.released.items()
    )  # fmt: skip
    return (*asked.answered, *offsite.answered, *solution.unplaced, *owed)


def floors(request: Request, seen: Survey, asked: Demands, changes: Sequence[Change]) -> tuple[WeekPlan, ...]:
    """Each week that was planned, with what became of its floor."""
    there, gone = (
        {
            key_week(change.key, change.slot, request.workweek)
            for change in changes
            if change.kind == STRATEGIC and change.action in actions
        }
        for actions in (("create", "move", "keep", "adopt", "update"), ("remove",))
    )
    plans = []
    for week in request.planned:
        floor = "block" if week in there else asked.floors[week]
        if floor == "block" and week in gone - there:
            floor = "unplaced"  # all that stood in it has lost its time
        plans.append(WeekPlan(seen.loads[week], floor))
    return tuple(plans)


def offsites(
    offsite: OffsiteAsked, changes: Sequence[Change], missing: Sequence[Unplaced]
) -> tuple[QuarterPlan, ...]:
    """Each quarter with what became of its offsite."""
    placed = {change.key: change for change in changes if change.kind == OFFSITE}
    why = {item.key: item.why for item in missing}
    quarters = []
    for plan in offsite.quarters:
        change = placed.get(plan.key)
        if change is not None and change.action in ("create", "move"):
            quarters.append(replace(plan, offsite="placed", why=""))
        elif plan.offsite == "unplaced":
            quarters.append(replace(plan, why=why.get(plan.key, plan.why)))
        else:
            quarters.append(plan)
    return tuple(quarters)


def notes(
    request: Request, changes: Sequence[Change], missing: Sequence[Unplaced]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What has to be said once: its names for the ledger, and the words of those not said before."""
    found: dict[str, str] = {}
    for change in changes:
        if change.action == "tombstone":
            was = "was " if change.ended_by == "deleted" else ""
            found[f"deleted {change.key}"] = f"{change.key} {was}{change.why}."
        elif change.conflict is not None:
            found[f"conflict {change.key} {change.conflict}"] = (
                f"{change.key} stays where it is: {change.conflict}."
            )
        elif change.placement is not None and change.placement.outside_manners:
            found[f"outside {change.key}"] = (
                f"{change.key} takes more than the manners allow: without it the week would have none."
            )
    if not request.snapshot.complete:
        unread = (skipped.where for skipped in request.snapshot.skipped if not skipped.read)
        where = next(unread, "the list of blocks")
        found[f"unread {where}"] = (
            f"Not all blocks could be read ({where}): until they can be, none is taken away."
        )
    undone = sum(known.answer == "undone" and known.slot.start > request.now for known in request.memory.blocks)
    if undone:
        blocks = "A block that you took" if undone == 1 else f"{undone} blocks that you took"
        found[UNDONE_TOLD] = (
            f"{blocks} back with undo: not booked again. To plan that time anew, run blocker run in a terminal:"
            " it asks."
        )
    for item in missing:
        if item.code == "no_room":
            found[f"no room {item.key}"] = f"{item.key} found no place: {item.why}"
    news = {name: words for name, words in found.items() if name not in request.memory.said}
    return tuple(news), tuple(news.values())
