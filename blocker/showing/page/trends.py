"""Twelve weeks behind and the horizon ahead: load against thresholds, thinking time owed and kept."""

from __future__ import annotations

from msgspec.structs import replace

from blocker.planning.history import week_records
from blocker.rules.survey import Survey
from blocker.showing.grid import thresholds
from blocker.showing.page.headline import level_at
from blocker.showing.page.values import Bar
from blocker.values.intervals import minutes
from blocker.values.keys import key_week
from blocker.values.kinds import STRATEGIC
from blocker.values.memory import WeekRecord
from blocker.values.plan import Change, Plan
from blocker.values.request import Request
from blocker.values.workweek import Week

WEEKS_BACK = 12


def bars(plan: Plan, seen: Survey, request: Request) -> tuple[Bar, ...]:
    """A bar for each of the last twelve weeks, this one, and the four to come."""
    records = {record.week: record for record in request.memory.weeks}
    records |= {record.week: record for record in week_records(plan, seen, request)}
    weeks = [request.running.plus(-back) for back in range(WEEKS_BACK, 0, -1)]
    found = [_bar(week, plan, seen, request, records.get(week)) for week in [*weeks, *request.horizon]]
    share, focus = chart_limits(seen, request)
    found = [
        replace(
            bar,
            share_level=level_at(bar.share, share),
            focus_level=level_at(bar.focus, focus, "down") if bar.capacity else "calm",
        )
        for bar in found
    ]
    begun = next((n for n, bar in enumerate(found) if bar.hours or bar.own or bar.position != "past"), 0)
    return tuple(replace(bar, empty=True) if n < begun else bar for n, bar in enumerate(found))


Limits = tuple[tuple[str, float], ...]


def chart_limits(seen: Survey, request: Request) -> tuple[Limits, Limits]:
    """The thresholds on the share and on unbroken time that the charts draw: this week's, or where it is
    time away, those of the next week with working time.
    """
    loads = [seen.loads[week] for week in (request.running, *request.horizon)]
    load = next((load for load in loads if load.held["capacity_hours"]), loads[0])
    share, focus = (thresholds(load, name).items() for name in ("operational_share", "focus_hours"))
    return tuple(share), tuple((level, at) for level, at in focus if at)


def _bar(week: Week, plan: Plan, seen: Survey, request: Request, record: WeekRecord | None) -> Bar:
    load = seen.loads[week]
    recent = (load.recent or {}).get("operational_share")
    position = "past" if week < request.running else "now" if week == request.running else "ahead"
    return Bar(
        week=f"W{week.number:02d}",
        date=f"{week.monday.day} {week.monday:%b}",
        position=position,
        level=load.level,
        share=load.held["operational_share"],
        share_level="calm",
        recent_share=recent,
        hours=load.held["operational_hours"],
        capacity=load.held["capacity_hours"],
        focus=load.held["focus_hours"],
        focus_level="calm",
        owed=record.owed_minutes / 60 if record else 0.0,
        kept=record.kept_minutes / 60 if record else 0.0,
        kept_of_owed=record.kept_of_owed / 60 if record else 0.0,
        planned=_planned(week, plan, request) / 60,
        own=load.held["strategic_hours"],
        waived=record.waived_minutes / 60 if record else 0.0,
        empty=False,
    )


def _planned(week: Week, plan: Plan, request: Request) -> float:
    """Minutes of strategic blocks of the week that lie ahead and will stand."""
    return minutes(
        change.slot
        for change in plan.changes
        if change.kind == STRATEGIC
        and _stands(change)
        and change.slot.end > request.now
        and key_week(change.key, change.slot, request.workweek) == week
    )


def _stands(change: Change) -> bool:
    return change.action in ("create", "move", "update", "keep", "adopt")
