"""Each quarter as a strip of weeks with its level, today, and the half day."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from blocker.rules.survey import Survey
from blocker.showing.page.values import Missing, QuarterCard, QuarterWeek
from blocker.showing.plan_text import clean, option_text, span
from blocker.values.kinds import OFFSITE
from blocker.values.plan import Plan, QuarterPlan
from blocker.values.request import Request
from blocker.values.workweek import Week, week_of

STATES = {"placed": "planned", "present": "on the calendar", "unplaced": "no place yet", "not due": "not due"}


def quarter_cards(plan: Plan, seen: Survey, request: Request, titles: bool) -> tuple[QuarterCard, ...]:
    return tuple(_card(quarter, plan, seen, request, titles) for quarter in plan.quarters)


def _card(quarter: QuarterPlan, plan: Plan, seen: Survey, request: Request, titles: bool) -> QuarterCard:
    zone = ZoneInfo(plan.zone)
    block = next((c for c in plan.changes if c.key == quarter.key and c.action != "remove"), None)
    own = [
        event.when.start.astimezone(zone).date()
        for event in seen.own_offsites
        if quarter.quarter.first_day <= event.when.start.astimezone(zone).date() < quarter.quarter.end
    ]
    day = block.slot.start.astimezone(zone).date() if block else own[0] if own else None
    if block is not None:
        words = f"{span(block.slot, zone)}. {clean(block.why).capitalize()}"
    elif quarter.offsite == "present" and not titles:
        words = "your own half day"
    else:
        words = clean(quarter.why)
    return QuarterCard(
        name=f"Q{quarter.quarter.number} {quarter.quarter.year}",
        state=STATES.get(quarter.offsite, quarter.offsite),
        words=words,
        weeks=_weeks(quarter, seen, request, day),
        missing=_missing(quarter, plan, zone, titles),
    )


def _weeks(
    quarter: QuarterPlan, seen: Survey, request: Request, offsite: date | None
) -> tuple[QuarterWeek, ...]:
    week, strip = week_of(quarter.quarter.first_day), []
    while week.monday < quarter.quarter.end:
        strip.append(_week(week, seen, request, offsite))
        week = week.plus(1)
    return tuple(strip)


def _week(week: Week, seen: Survey, request: Request, offsite: date | None) -> QuarterWeek:
    load = seen.loads.get(week)
    return QuarterWeek(
        week=f"W{week.number:02d}",
        date=f"{week.monday.day} {week.monday:%b}",
        level=load.level if load else "",
        now=week == request.running,
        offsite=offsite is not None and week_of(offsite) == week,
    )


def _missing(quarter: QuarterPlan, plan: Plan, zone: ZoneInfo, titles: bool) -> Missing | None:
    item = next((u for u in plan.unplaced if u.key == quarter.key and u.kind == OFFSITE), None)
    if item is None:
        return None
    options = [
        option_text(option, zone)
        if titles
        else f"{span(option.slot, zone)}, {len(option.conflicts)} in its way"
        for option in item.nearest
    ]
    return Missing("Offsite", item.minutes, clean(item.why), tuple(options), item.key)
