"""Values → the JSON contract, schema 1. Times are RFC 3339 with offset, minutes are integers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from blocker.showing.printable import SCHEMA as SCHEMA  # noqa: PLC0414 - the commands take it from here
from blocker.values.events import SkippedComponent
from blocker.values.intervals import Interval
from blocker.values.plan import Cause, Change, Classified, Option, Plan, Unplaced, WeekLoad, WeekPlan


def plan_document(plan: Plan, applied: bool) -> dict[str, Any]:
    """The document that ``plan``, ``run`` and ``rebalance`` print."""
    zone = ZoneInfo(plan.zone)
    counted = ("create", "move", "update", "remove", "keep")
    return {
        "schema": SCHEMA,
        "now": moment(plan.now, zone),
        "calendar": plan.calendar,
        "zone": plan.zone,
        "zone_source": plan.zone_source,
        "policy": plan.policy,
        "applied": applied,
        "weeks": [week_document(week.load, week) for week in plan.weeks],
        "quarters": [
            {"quarter": str(q.quarter), "offsite": q.offsite, "key": q.key, "why": q.why}
            for q in plan.quarters
        ],
        "changes": [change_document(change, zone) for change in plan.changes],
        "unplaced": [unplaced_document(item, zone) for item in plan.unplaced],
        "skipped_components": skipped_document(plan.skipped),
        "notes": list(plan.notes),
        "summary": {
            **{action: sum(c.action == action for c in plan.changes) for action in counted},
            "unplaced": len(plan.unplaced),
        },
        **({"refused": plan.refused} if plan.refused else {}),
    }


def _as_agreed(answer: str) -> str:
    """Programs know of a block that was deleted, and not of the other ways to give one up: ``why`` says which."""
    return "deleted" if answer in ("undone", "theirs") else answer


def week_document(load: WeekLoad, plan: WeekPlan | None = None) -> dict[str, Any]:
    """One week: its measures as held, how it is judged, and why."""
    document: dict[str, Any] = {"week": str(load.week), "level": load.level, "judged_by": load.judged_by}
    document["lines"] = "own" if load.lines_taken else "usual"
    if load.lines_taken is not None:
        document["lines_taken"] = load.lines_taken.isoformat()
    if plan is not None:
        document["floor"] = _as_agreed(plan.floor)
    document |= {
        "working_days": load.working_days,
        "days_left": load.days_left,
        "load": _rounded(load.held),
        "recent": _rounded(load.recent) if load.recent is not None else None,
        "causes": [cause_document(cause) for cause in load.causes],
        "booked": dict(load.booked),
    }
    if load.forecast is not None:
        document["forecast_hours"] = round(load.forecast, 4)
    if load.told_hours:
        document["told_hours"] = round(load.told_hours, 4)
    return document


def skipped_document(skipped: Iterable[SkippedComponent]) -> list[dict[str, Any]]:
    """What could not be read, or not as it is written."""
    return [{"where": item.where, "why": item.why} for item in skipped]


def load_document(
    weeks: Sequence[tuple[WeekPlan, Sequence[Classified] | None]], zone: ZoneInfo, zone_source: str
) -> dict[str, Any]:
    """What ``load --json`` prints; with events where they were asked for."""
    documents = []
    for week, events in weeks:
        document = week_document(week.load, week)
        if events is not None:
            document["events"] = [_event(item, zone) for item in events]
        documents.append(document)
    return {"schema": SCHEMA, "zone": zone.key, "zone_source": zone_source, "weeks": documents}


def cause_document(cause: Cause) -> dict[str, Any]:
    document: dict[str, Any] = {
        "rule": cause.rule,
        "measure": cause.measure,
        "measured": round(cause.measured, 4),
        "threshold": round(cause.threshold, 4),
        "unit": cause.unit,
    }
    if cause.held is not None:
        document["held"] = round(cause.held, 4)
    if cause.recent is not None:
        document["recent"] = round(cause.recent, 4)
    if cause.usual is not None:
        document["usual"] = round(cause.usual, 4)
    return document


def moment(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).isoformat(timespec="seconds")


def _rounded(measures: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in measures.items()}


def span_document(slot: Interval, zone: ZoneInfo) -> dict[str, str]:
    return {"start": moment(slot.start, zone), "end": moment(slot.end, zone)}


def change_document(change: Change, zone: ZoneInfo) -> dict[str, Any]:
    document: dict[str, Any] = {
        "action": change.action,
        "key": change.key,
        "kind": change.kind,
        **span_document(change.slot, zone),
        "was": span_document(change.was, zone) if change.was else None,
        "pinned": change.pinned,
        "minutes": change.slot.minutes,
        "conflict": change.conflict,
        "causes": [cause_document(cause) for cause in change.causes],
        "why": change.why,
        "done": change.done,
        "error": change.error,
    }
    shown = change.block or change.standing
    if shown is not None:
        document["title"] = shown.title
        document["shown"] = "busy" if shown.busy else "free"
    if change.released:
        document["released"] = True
    if change.nearest:
        document["nearest"] = [_option(option, zone) for option in change.nearest]
    if change.placement is not None:
        document["outside_manners"] = change.placement.outside_manners
        document["short"] = change.placement.short
        if change.placement.next_best:
            document["next_best"] = change.placement.next_best
    return document


def unplaced_document(item: Unplaced, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "key": item.key,
        "kind": item.kind,
        "minutes": item.minutes,
        "code": _as_agreed(item.code),
        "why": item.why,
        "limits": list(item.limits),
        "nearest": [_option(option, zone) for option in item.nearest],
    }


def _option(option: Option, zone: ZoneInfo) -> dict[str, Any]:
    return {
        **span_document(option.slot, zone),
        "conflicts": [{"title": e.shown_title, **span_document(e.when, zone)} for e in option.conflicts],
    }


def _event(item: Classified, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "title": item.event.shown_title,
        **span_document(item.event.when, zone),
        "kind": item.kind,
        "why": item.why,
    }
