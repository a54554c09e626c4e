"""Plan, survey and memory → the values of a report. Pure: the same plan gives the same report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from blocker.rules.survey import Survey
from blocker.showing.page.blocks import (
    Names,
    because,
    blocks,
    dates,
    missing_words,
    thinking_hours,
    week,
    week_name,
)
from blocker.showing.page.columns import clock_range, columns
from blocker.showing.page.trends import bars, displacing, kept_words
from blocker.showing.page.values import Bar, Parked, Picture, Quarter, Report
from blocker.showing.plan_text import clean, span, summary
from blocker.showing.week_view import WeekView, week_views
from blocker.values.kinds import OFFSITE
from blocker.values.memory import ParkedQuestion
from blocker.values.plan import Plan, QuarterPlan
from blocker.values.request import Request
from blocker.wording.causes import red_weeks_words

DRAWN = 2  # weeks that are drawn; the list of blocks has them all
STATES = {
    "placed": "new",
    "present": "on the calendar",
    "unplaced": "not found yet",
    "not due": "not due",
}


def gather(plan: Plan, seen: Survey, request: Request, titles: bool = True, coarse: bool = False) -> Report:
    """Everything a report shows. ``coarse`` draws crowds of events as one, where there are too many."""
    zone = ZoneInfo(plan.zone)
    now = plan.now.astimezone(zone)
    names = Names(titles, request, coarse)
    views = week_views(plan, seen, request)
    started = request.memory.confirmed or bool(request.snapshot.blocks)
    found = blocks(plan, names, request, started)
    weeks = tuple(week(view, found, names, request) for view in views)
    listed = {block.key for one in weeks for block in one.blocks}
    drawn = _drawn(views, now.date())
    clock = clock_range(drawn)
    numbers = {block.key: block.number for _, block in found}
    charts = bars(plan, seen, request)
    costs, overrun = displacing(seen, request, titles)
    running = views[0].load if views else None
    return Report(
        made=f"{now:%A} {now.day} {now:%B %Y}, {now:%H:%M}",
        today=f"{now:%a} {now.day} {now:%b %Y}",
        zone=plan.zone,
        calendar=clean(plan.calendar) if titles else "",
        titles=titles,
        started=started,
        level=running.level if running else "calm",
        headline=because(running) if running else "",
        weeks=weeks,
        later=tuple(block for _, block in found if block.key not in listed),
        pictures=tuple(
            Picture(
                week_name(view),
                dates(view),
                columns(view, now.date(), clock, names, numbers, coarse),
            )
            for view in drawn
        ),
        clock=tuple(
            (f"{minute // 60:02d}", round(100 * (minute - clock[0]) / (clock[1] - clock[0]), 2))
            for minute in range(clock[0], clock[1], 60)
        ),
        clock_hours=(clock[1] - clock[0]) / 60,
        bars=charts,
        focus_top=_focus_top(charts),
        thinking_top=max([4.0, *(max(bar.owed, bar.kept + bar.planned + bar.own) for bar in charts)]),
        thinking=thinking_hours(views),
        doing=_doing(plan),
        kept_words=kept_words(plan, seen, request),
        red_weeks=red_weeks_words(request.memory, request.running, request.settings.texts),
        displacing=costs,
        overrun=overrun,
        quarters=tuple(_quarter(quarter, plan, names) for quarter in plan.quarters),
        parked=_parked(request, zone, titles),
        unread=sum(not part.read for part in plan.skipped),
        summary=summary(plan),
    )


def _drawn(views: Sequence[WeekView], today: date) -> Sequence[WeekView]:
    """The running week and the next, or on its weekend the two that come."""
    ahead = [view for view in views if view.days and (view.shown_days() or view.days)[-1].date >= today]
    return ahead[:DRAWN]


def _focus_top(charts: Sequence[Bar]) -> float:
    """The top of the chart: an empty week, which is all focus, doesn't flatten the others."""
    most = max((bar.focus for bar in charts if not bar.empty), default=0.0)
    lines = [at for bar in charts for _, at in bar.focus_lines]
    return max(8.0, min(most, 2.5 * max(lines, default=most)))


def _doing(plan: Plan) -> tuple[str, ...]:
    words = {
        "create": ("new block", "new blocks"),
        "move": ("block moved", "blocks moved"),
        "remove": ("block removed", "blocks removed"),
    }
    counts = {name: sum(change.action == name for change in plan.changes) for name in words}
    return tuple(f"{count} {words[name][count != 1]}" for name, count in counts.items() if count)


def _quarter(quarter: QuarterPlan, plan: Plan, names: Names) -> Quarter:
    zone = ZoneInfo(plan.zone)
    block = next((c for c in plan.changes if c.key == quarter.key and c.action != "remove"), None)
    missing = next((u for u in plan.unplaced if u.key == quarter.key and u.kind == OFFSITE), None)
    if block is not None:
        words = span(block.slot, zone)
    elif quarter.offsite == "present" and not names.titles:
        words = "your own half day"
    else:
        words = "" if missing else clean(quarter.why)
    return Quarter(
        name=f"{quarter.quarter.first_day:%B} to {quarter.quarter.end - timedelta(days=1):%B %Y}",
        state=STATES.get(quarter.offsite, quarter.offsite),
        words=words,
        missing=missing_words(missing, zone, names) if missing else None,
        is_due=quarter.offsite != "not due",
    )


def _parked(request: Request, zone: ZoneInfo, titles: bool) -> tuple[Parked, ...]:
    """The questions that wait, oldest first; what they ask is nobody's business where titles are hidden."""
    waiting = [question for question in request.memory.parked if question.ended is None]
    return tuple(_question(question, request, zone, titles) for question in waiting)


def _question(question: ParkedQuestion, request: Request, zone: ZoneInfo, titles: bool) -> Parked:
    at = question.at.astimezone(zone)
    return Parked(
        text=clean(question.text) if titles else "A parked question",
        asked_by=clean(question.asked_by) if titles else "",
        since=f"{at.day} {at:%B}",
        days=max(0, (request.now - question.at) // timedelta(days=1)),
    )
