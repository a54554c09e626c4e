"""Plan, survey and memory → the values of a report. Pure: the same plan gives the same report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from blocker.rules.survey import Survey
from blocker.showing.grid import thresholds, week_dates
from blocker.showing.page.columns import clock_range, columns
from blocker.showing.page.displaced import displacing
from blocker.showing.page.headline import headline, level_at
from blocker.showing.page.quarters import quarter_cards
from blocker.showing.page.trends import bars, chart_limits
from blocker.showing.page.values import Bar, Missing, Note, Parked, Report, WeekCard
from blocker.showing.plan_text import (
    cause_text,
    change_title,
    clean,
    judged_words,
    number,
    option_text,
    reason,
    refreshed_words,
    span,
    summary,
    when_words,
)
from blocker.showing.week_view import AFTER, BEFORE, DayView, Item, WeekView, week_views
from blocker.values.kinds import AWAY, FRONTLINE, LEARNING, OFFSITE, OPERATIONAL, PERSONAL, STRATEGIC
from blocker.values.memory import ParkedQuestion
from blocker.values.plan import Cause, Change, Plan, Unplaced
from blocker.values.request import Request
from blocker.wording.causes import why_lines

WHAT = {
    "create": "New",
    "move": "Moved",
    "remove": "Goes",
    "keep": "Stays",
    "adopt": "Stays",
}
KINDS = {
    "strategic": "Thinking time",
    "frontline": "Front-line time",
    "learning": "Learning time",
    "offsite": "Offsite",
    "note": "Note, all day",
}
UNTITLED = {
    OPERATIONAL: "Busy",
    STRATEGIC: "Own thinking",
    FRONTLINE: "Front line",
    LEARNING: "Learning",
    PERSONAL: "Personal",
    AWAY: "Away",
}
MOST_TITLE = 80  # letters of a title that the page holds


class Names:
    """What things are called: by their titles, or where these are to be left out, by their kind."""

    def __init__(self, titles: bool, request: Request) -> None:
        self.titles = titles
        self._holidays = request.workweek.holidays

    def item(self, item: Item) -> str:
        if item.sign:
            return self.block(item.kind, item.title)
        return short(item.title) if self.titles else UNTITLED.get(item.kind, UNTITLED[OPERATIONAL])

    def away(self, day: DayView) -> str:
        if self.titles or not day.away:
            return short(day.away) if day.away else ""
        holiday = self._holidays.get(day.date)
        return short(holiday) if holiday else "away"

    def block(self, kind: str, title: str) -> str:
        """By its kind, where titles are left out: a theme of the config, or a new title, may give much away."""
        if not self.titles:
            return KINDS.get(kind, kind.capitalize())
        return short(title.removeprefix("Think: "))


def short(title: str) -> str:
    title = clean(title) or "(no title)"
    return title if len(title) <= MOST_TITLE else title[: MOST_TITLE - 1] + "…"


def gather(plan: Plan, seen: Survey, request: Request, titles: bool = True, coarse: bool = False) -> Report:
    """Everything a report shows. ``coarse`` draws crowds of events as one, where there are too many."""
    zone = ZoneInfo(plan.zone)
    names = Names(titles, request)
    views = week_views(plan, seen, request)
    clock = clock_range(views)
    said = {str(view.week): view.load.causes for view in views}
    notes = _notes(plan, names, said, request)
    numbers = {note.key: note.number for note in notes}
    cards = tuple(_card(view, clock, names, numbers, zone, coarse) for view in views)
    charts = bars(plan, seen, request)
    running = views[0].load if views else None
    now = plan.now.astimezone(zone)
    share_limits, focus_limits = chart_limits(seen, request)
    costs, overrun = displacing(seen, request, titles)
    past = [bar for bar in charts if bar.position == "past"]
    return Report(
        made=f"{now:%A} {now.day} {now:%B %Y}, {now:%H:%M}",
        today=f"{now:%a} {now.day} {now:%b %Y}",
        zone=plan.zone,
        calendar=clean(plan.calendar) if titles else "",
        titles=titles,
        level=running.level if running else "calm",
        headline=headline(running) if running else "",
        weeks=cards,
        clock=tuple(
            (f"{minute // 60:02d}", round(100 * (minute - clock[0]) / (clock[1] - clock[0]), 2))
            for minute in range(clock[0], clock[1], 60)
        ),
        clock_hours=(clock[1] - clock[0]) / 60,
        bars=charts,
        share_limits=share_limits,
        focus_limits=focus_limits,
        focus_top=_focus_top(charts, focus_limits),
        thinking_top=max([4.0, *(max(bar.owed, bar.kept + bar.planned + bar.own) for bar in charts)]),
        recorded=any(bar.owed or bar.kept for bar in past),
        owed=sum(bar.owed for bar in past),
        kept=sum(bar.kept_of_owed for bar in past),
        displacing=costs,
        overrun=overrun,
        quarters=quarter_cards(plan, seen, request, titles),
        parked=_parked(request, zone, titles),
        notes=notes,
        unread=sum(not part.read for part in plan.skipped),
        focus=running.held.get("focus_hours", 0.0) if running else 0.0,
        protected_before=_thinking_hours(views, BEFORE),
        protected_after=_thinking_hours(views, AFTER),
        doing=_doing(plan),
        summary=summary(plan),
    )


def _focus_top(charts: Sequence[Bar], limits: Sequence[tuple[str, float]]) -> float:
    """The top of the chart: an empty week, which is all focus, doesn't flatten the others."""
    most = max((bar.focus for bar in charts if not bar.empty), default=0.0)
    return max(8.0, min(most, max((2.5 * at for _, at in limits), default=most)))


def _doing(plan: Plan) -> tuple[str, ...]:
    words = {
        "create": ("new block", "new blocks"),
        "move": ("block moved", "blocks moved"),
        "remove": ("block to go", "blocks to go"),
    }
    counts = {name: sum(change.action == name for change in plan.changes) for name in words}
    return tuple(f"{count} {words[name][count != 1]}" for name, count in counts.items() if count)


def _card(
    view: WeekView,
    clock: tuple[int, int],
    names: Names,
    numbers: Mapping[str, int],
    zone: ZoneInfo,
    coarse: bool,
) -> WeekCard:
    load = view.load
    share, own_limits = load.held.get("operational_share", 0.0), tuple(thresholds(load).items())
    hours = load.held.get("operational_hours", 0.0)
    events = sum(not item.sign for day in view.days for item in day.items)
    kept = _thinking_hours([view], BEFORE)
    return WeekCard(
        week=str(load.week),
        dates=week_dates(view),
        running=view.running,
        level=load.level,
        judged_by=load.judged_by,
        judged_words=judged_words(load),
        hours=number(hours),
        capacity=number(load.held.get("capacity_hours", 0.0)),
        share=share,
        share_level=level_at(share, own_limits),
        limits=own_limits,
        reasons=tuple(cause_text(cause) for cause in load.causes) if load.level != "calm" else (),
        floor=view.floor,
        before=columns(view, BEFORE, clock, names, numbers, coarse),
        after=columns(view, AFTER, clock, names, numbers, coarse),
        before_words=f"{events} events, {number(hours)} operational hours, {number(kept)} hours of thinking time",
        kept_before=number(kept),
        kept_after=number(_thinking_hours([view], AFTER)),
        new=sum(change.action == "create" for change in view.changes),
        missing=tuple(missing_words(i, zone, names.titles) for i in view.missing if not i.answered),
        answered=tuple(missing_words(i, zone, names.titles) for i in view.missing if i.answered),
    )


def _thinking_hours(views: Sequence[WeekView], side: str) -> float:
    """Hours of thinking time in one of the pictures: strategic blocks, offsites, and the person's own.

    A block that a meeting has overrun is no thinking time.
    """
    spans = [
        item.minutes
        for view in views
        for day in view.days
        for item in day.side(side)
        if item.kind in (STRATEGIC, OFFSITE) and item.sign != "!"
    ]
    return sum(spans) / 60


def _notes(
    plan: Plan, names: Names, said: Mapping[str, Sequence[Cause]], request: Request
) -> tuple[Note, ...]:
    """The reason of every block in the plan, in order of time; ``said`` are the causes of whole weeks."""
    shown = [c for c in plan.changes if c.action in WHAT or c.action == "update"]
    shown.sort(key=lambda change: (change.slot, change.key))
    return tuple(_note(n, change, names, said, request) for n, change in enumerate(shown, 1))


def _note(
    n: int, change: Change, names: Names, said: Mapping[str, Sequence[Cause]], request: Request
) -> Note:
    zone = request.workweek.zone
    week = f"{change.slot.start.astimezone(zone):%G-W%V}"
    placement = change.placement
    conflict = clean(change.conflict or "")
    tier = placement.tier if placement else ""
    sign = {"create": "+", "move": "~", "remove": "-"}.get(change.action, "!" if conflict else "=")
    return Note(
        number=n,
        sign=sign,
        what=WHAT.get(change.action) or f"Stays, {refreshed_words(change)}",
        kind=change.kind,
        kind_words=KINDS.get(change.kind, change.kind.capitalize()),
        title=names.block(change.kind, change_title(change)),
        when=when_words(change, zone),
        week=week,
        was=span(change.was, zone) if change.was else "",
        short=_short_reason(change, names.titles, said.get(week, ())),
        why=clean(change.why),
        causes=tuple(dict.fromkeys(_causes(change, tier, request))),
        next_best=clean(placement.next_best) if placement else "",
        conflict=conflict if names.titles or not conflict else "something on the calendar overlaps it",
        key=change.key,
    )


def _short_reason(change: Change, titles: bool, said: Sequence[Cause]) -> str:
    if change.conflict:
        return f"in conflict: {clean(change.conflict)}" if titles else "in conflict"
    return reason(change, said) or reason(change)


def _causes(change: Change, tier: str, request: Request) -> list[str]:
    """The reasons in words, then each measured cause with its numbers."""
    words = [clean(line) for line in why_lines(change.kind, tier, request.settings.texts)]
    return words + [cause_text(cause) for cause in change.causes]


def missing_words(item: Unplaced, zone: ZoneInfo, titles: bool) -> Missing:
    options = []
    for option in item.nearest:
        if titles:
            options.append(option_text(option, zone))
        else:
            count = len(option.conflicts)
            what = "one event" if count == 1 else f"{count} events"
            options.append(f"{span(option.slot, zone)} would do if {what} gave way")
    words = KINDS.get(item.kind, item.kind.capitalize())
    return Missing(words, item.minutes, clean(item.why), tuple(options), item.key)


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
