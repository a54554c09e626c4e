"""Twelve weeks behind and the horizon ahead: load against its lines, thinking time owed and kept, what displaced it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from blocker.planning.history import past_weeks, week_records
from blocker.rules.known import debt_minutes
from blocker.rules.survey import Survey
from blocker.showing.grid import thresholds
from blocker.showing.history import closing_lines
from blocker.showing.page.values import Bar, Displacing
from blocker.showing.plan_text import changes_of, clean
from blocker.values.intervals import minutes
from blocker.values.kinds import OFFSITE, STRATEGIC
from blocker.values.memory import WeekRecord
from blocker.values.plan import Change, Plan
from blocker.values.request import Request
from blocker.values.workweek import Week
from blocker.wording.displacement import displaced, items_by_day, overruns

WEEKS_BACK = 12
WEEKS_DISPLACED = 8
MOST_DISPLACING = 5


def bars(plan: Plan, seen: Survey, request: Request) -> tuple[Bar, ...]:
    """A bar for each of the last twelve weeks, this one, and the four to come."""
    records = {record.week: record for record in request.memory.weeks}
    records |= {record.week: record for record in week_records(plan, seen, request)}
    weeks = [request.running.plus(-back) for back in range(WEEKS_BACK, 0, -1)]
    found = [_bar(week, plan, seen, request, records.get(week)) for week in [*weeks, *request.horizon]]
    begun = next((n for n, bar in enumerate(found) if bar.hours or bar.own or bar.position != "past"), 0)
    return tuple(replace(bar, empty=True) if n < begun else bar for n, bar in enumerate(found))


def _bar(week: Week, plan: Plan, seen: Survey, request: Request, record: WeekRecord | None) -> Bar:
    load = seen.loads[week]
    held, likely = load.held, (load.recent if week > request.running and load.recent else load.held)
    share, focus = (
        thresholds(load),
        {level: at for level, at in thresholds(load, "focus_hours").items() if at},
    )
    return Bar(
        week=str(week),
        date=f"{load.begins.day} {load.begins:%b}",
        position="past" if week < request.running else "now" if week == request.running else "ahead",
        level=load.level,
        share=held["operational_share"],
        share_lines=tuple(share.items()),
        share_level=_heaviest(level for level, at in share.items() if held["operational_share"] >= at),
        recent_share=likely["operational_share"]
        if likely["operational_share"] > held["operational_share"]
        else None,
        hours=held["operational_hours"],
        capacity=held["capacity_hours"],
        focus=held["focus_hours"],
        focus_lines=tuple(focus.items()),
        focus_level=_heaviest(level for level, at in focus.items() if held["focus_hours"] < at),
        recent_focus=likely["focus_hours"] if likely["focus_hours"] < held["focus_hours"] else None,
        owed=record.owed_minutes / 60 if record else 0.0,
        kept=record.kept_minutes / 60 if record else 0.0,
        kept_of_owed=record.kept_of_owed / 60 if record else 0.0,
        planned=_planned(week, plan, request) / 60,
        own=held["strategic_hours"],
        waived=record.waived_minutes / 60 if record else 0.0,
        empty=False,
        offsite=any(
            c.kind == OFFSITE and _there(c) for c in changes_of(load, plan.changes, request.workweek.zone)
        ),
    )


def _heaviest(reached: Iterable[str]) -> str:
    """The last of the levels, which are in their order; calm where none is reached."""
    return ["calm", *reached][-1]


def _planned(week: Week, plan: Plan, request: Request) -> float:
    """Minutes of the week's strategic blocks to come."""
    return minutes(
        change.slot
        for change in plan.changes
        if change.kind == STRATEGIC
        and _there(change)
        and change.slot.end > request.now
        and request.workweek.key_week(change.key, change.slot) == week
    )


def _there(change: Change) -> bool:
    """True if the block is on the calendar after the plan."""
    return change.action in ("create", "move", "update", "keep", "adopt")


def kept_words(plan: Plan, seen: Survey, request: Request) -> tuple[str, ...]:
    """What was owed, kept and moved in the weeks behind, in sentences; none before the first run."""
    weeks = [week for week in past_weeks(plan, seen, request, WEEKS_BACK) if week.record]
    if not weeks:
        return ()
    moved = len({key for week in weeks if week.record for key in week.record.moved})
    words = [f"{moved} blocks were moved, by you or by a run." if moved > 1 else "One block was moved."]
    return (*closing_lines(weeks, debt_minutes(request.memory, request.running)), *(words if moved else []))


def displacing(seen: Survey, request: Request, titles: bool) -> tuple[tuple[Displacing, ...], float]:
    """The recurring meetings that cost most unbroken time, the worst first, and the hours of blocks overrun."""
    workweek = request.workweek
    first = request.running.plus(-WEEKS_DISPLACED)
    window = workweek.span(first.monday, request.running.monday)
    days = [seen.days[day] for back in range(WEEKS_DISPLACED) for day in first.plus(back).days]
    inside = (item for item in seen.classified if item.event.when.overlaps(window))
    items = items_by_day(inside, (day.date for day in days), workweek)
    costs = sorted(displaced(days), key=lambda cost: (-cost.gain_minutes, cost.title))
    over = overruns(request.snapshot.blocks, items, window, request.now, workweek)
    found = tuple(
        Displacing(
            clean(cost.title) if titles else f"Recurring meeting {n}",
            len(cost.days),
            cost.own_minutes / 60,
            cost.gain_minutes / 60,
        )
        for n, cost in enumerate(costs[:MOST_DISPLACING], 1)
    )
    return found, sum(one.minutes for one in over) / 60
