"""What came of it, in the plan's own words: floors, quarters, what found no place, what to say once."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from blocker.placing.problem import Solution
from blocker.planning.recall import HALF
from blocker.rules.demands import Demands
from blocker.rules.goals import goals_past
from blocker.rules.known import two_deleted_in_a_row
from blocker.rules.offsite import OffsiteAsked
from blocker.rules.survey import Survey
from blocker.values.intervals import Interval
from blocker.values.kinds import OFFSITE, STRATEGIC, TEAM, block_name
from blocker.values.plan import Change, Inspection, QuarterPlan, Unplaced, WeekPlan
from blocker.values.request import Request
from blocker.values.workweek import Quarter, quarter_of

MOST_OPTIONS = 3  # that a person is told of


def unplaced(asked: Demands, offsite: OffsiteAsked, solution: Solution) -> tuple[Unplaced, ...]:
    """What a person has answered no to, and what has no slot."""
    return (*asked.answered, *offsite.answered, *solution.unplaced)


def floors(
    request: Request, seen: Survey, asked: Demands, changes: Sequence[Change], inspection: Inspection
) -> tuple[WeekPlan, ...]:
    """Each week that was planned, with what became of its floor. A block that is hit counts for nothing."""
    standing, gone = set(), set()
    for change in changes:
        if change.kind != STRATEGIC:
            continue
        week = request.workweek.key_week(change.key, change.slot)
        if change.action in ("create", "move") or (
            change.action in ("keep", "adopt", "update") and change.key not in inspection.uncounted
        ):
            standing.add(week)
        elif change.action == "remove":
            gone.add(week)
    plans = []
    for week in request.planned:
        floor = "block" if week in standing else asked.floors[week]
        if floor == "block" and week in gone - standing:
            floor = "unplaced"
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
        elif change is not None and change.released:
            quarters.append(replace(plan, offsite="unplaced", why=change.why))
        elif plan.offsite == "unplaced":
            quarters.append(replace(plan, why=why.get(plan.key, plan.why)))
        else:
            quarters.append(plan)
    return tuple(quarters)


def notes(
    request: Request,
    changes: Sequence[Change],
    missing: Sequence[Unplaced],
    inspection: Inspection,
    of_quarter: str = "",
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What has to be said once: its names for the ledger, and the words of those not said before.
    ``of_quarter`` is said once in each quarter.

    A name says what happened and to which block, so that other words for the same are no news.
    """
    found = _given_up(request, changes)
    for goal, due in goals_past(request.settings, request.workweek.date_of(request.now)):
        found[f"goal {goal.name} {due}"] = (
            f"“{goal.name}” was due on {due.day} {due:%b %Y}. Your next thinking block asks about it once. "
            "Take it out of the config, or give it a new day."
        )
    if of_quarter:
        found[f"of {_quarter(request)}"] = of_quarter
    for change in changes:
        hit = inspection.hits.get(change.key)
        by = " ".join(hit.by) if hit else ""
        if change.action == "tombstone":
            found[f"deleted {change.key}"] = f"{_block(change, request)} {change.why}."
        elif change.released and change.action == "remove":
            found[f"released {change.key} by {by}"] = _released(change, request)
        elif change.why == HALF:
            found[f"half {change.key}"] = f"{_block(change, request)} {change.why}."
        elif change.conflict is not None:
            found[f"conflict {change.key} by {by}"] = f"{_block(change, request)} {change.conflict}."
        elif change.placement is not None and change.placement.outside_manners:
            found[f"outside {change.key}"] = f"{_block(change, request)} {change.why}."
        elif change.pinned and change.slot.start > request.now and not _was_put_back(change):
            where = f"{change.slot.start:%Y-%m-%dT%H:%MZ}"  # once for each place that it is put
            found[f"moved {change.key} to {where}"] = (
                f"{_block(change, request)} you moved it, so it stays there."
            )
    back = sum(not (question.id or question.event) for question in request.memory.parked)
    if back:
        questions = "A parked question was" if back == 1 else f"{back} parked questions were"
        found["ledger new"] = f"{questions} read back from your next block: the ledger is a new one."
    if not request.snapshot.complete:
        unread = (skipped.where for skipped in request.snapshot.skipped if not skipped.read)
        where = next(unread, "the list of blocks")
        found[f"unread {where}"] = (
            f"Not all blocks could be read ({where}): until they can be, none is removed."
        )
    for source in (request.snapshot, *request.others):
        if source.copy_of is not None:  # once for as long as it stays the same copy
            words = f"{source.skipped[0].where}: {source.skipped[0].why}."
            found[f"copy {source.calendar} {source.copy_of.isoformat()}"] = words
    displaced = {known.key for known in request.memory.blocks if known.state == "displaced"}
    for item in missing:
        if item.code == "no_room" and item.key not in displaced:  # of those it was said as they were released
            found[f"no room {item.key}"] = f"{_wanted(item, request)}: {item.why}."
    news = {name: words for name, words in found.items() if name not in request.memory.said}
    return tuple(news), tuple(news.values())


def _given_up(request: Request, changes: Sequence[Change]) -> dict[str, str]:
    """The kinds of which the person deleted two blocks in a row this quarter, those just found deleted included."""
    quarter, settings = _quarter(request), request.settings
    gone = {change.key for change in changes if change.action == "tombstone" and change.ended_by == "deleted"}
    blocks = (replace(b, state="tombstone") if b.key in gone else b for b in request.memory.blocks)
    memory = replace(request.memory, blocks=tuple(blocks))
    found = {}
    for kind in sorted(settings.blocks.keys() - {TEAM}):
        if two_deleted_in_a_row(kind, quarter, memory, settings):
            stop = f"none until {quarter.end.day} {quarter.end:%b}. To have none at all, set blocks.{kind}.enabled = false"
            if kind == STRATEGIC:
                stop = "to have none for a while: blocker pause --until DATE"
            found[f"gave up {kind} {quarter}"] = f"You deleted two {block_name(kind)}s in a row: {stop}."
    return found


def _quarter(request: Request) -> Quarter:
    return quarter_of(request.workweek.date_of(request.now), request.settings.fiscal_start)


def _released(change: Change, request: Request) -> str:
    """What happened to a block that was taken off, and up to three things that would help."""
    options = [
        f"{_span(option.slot, request)} if you move {' and '.join(f'“{e.shown_title}”' for e in option.conflicts)}"
        for option in change.nearest[:MOST_OPTIONS]
        if option.conflicts
    ]
    help_words = f" What would help: {', or '.join(options)}." if options else ""
    return f"{_block(change, request)} {change.conflict}. It was removed: {change.why}.{help_words}"


def _was_put_back(change: Change) -> bool:
    return change.standing is not None and change.standing.put_back


def _wanted(item: Unplaced, request: Request) -> str:
    """``Week of 7 Dec: no time for a strategic block``."""
    if item.kind == OFFSITE:
        return "Half day of the quarter: not found yet"
    week = request.workweek.key_week(item.key, Interval(request.now, request.now))
    first = request.workweek.days_seen(week)[0]
    what = "the weekly minimum" if item.tier == "floor" else f"a {block_name(item.kind)}"
    return f"Week of {first.day} {first:%b}: no time for {what}"


def _block(change: Change, request: Request) -> str:
    title = change.standing.title if change.standing else block_name(change.kind)
    return f"{_span(change.slot, request)}, {title}:"


def _span(slot: Interval, request: Request) -> str:
    """``Wed 4 Nov, 10:45–12:00``."""
    start, end = request.workweek.local(slot.start), request.workweek.local(slot.end)
    return f"{start:%a} {start.day} {start:%b}, {start:%H:%M}–{end:%H:%M}"
