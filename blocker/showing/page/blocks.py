"""The list of blocks: week by week what will be on the calendar, why, and what found no place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from blocker.showing.page.values import Block, Missing, Week
from blocker.showing.plan_text import (
    change_title,
    clean,
    healthy_words,
    judged_words,
    number,
    option_text,
    reason,
    refreshed_words,
    span,
    week_words,
    when_words,
)
from blocker.showing.week_view import AFTER, DayView, Item, WeekView
from blocker.values.intervals import Interval
from blocker.values.kinds import AWAY, FRONTLINE, LEARNING, LEVELS, OFFSITE, OPERATIONAL, PERSONAL, STRATEGIC
from blocker.values.plan import Change, Option, Plan, Unplaced, WeekLoad
from blocker.values.request import Request

KEPT, BY_YOU = "kept", "moved by you"
WHAT = {"create": "new", "move": "moved", "remove": "removed"}
KINDS = {
    "strategic": "Thinking time",
    "frontline": "Front-line time",
    "learning": "Learning time",
    "offsite": "Half day",
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

    def __init__(self, titles: bool, request: Request, coarse: bool = False) -> None:
        self.titles = titles
        self.in_full = titles and not coarse  # many names in one sentence only where there is room
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
        return short(title)


def short(title: str) -> str:
    title = clean(title) or "(no title)"
    return title if len(title) <= MOST_TITLE else title[: MOST_TITLE - 1] + "…"


def blocks(plan: Plan, names: Names, request: Request, started: bool) -> list[tuple[Interval, Block]]:
    """Every block that is or will be on the calendar, and those to be removed, with their slots, in order of time.

    Of blocks that are over only this week's are shown.
    """
    first = request.workweek.week_span(request.running).start
    shown = [
        change
        for change in plan.changes
        if change.action not in ("forget", "tombstone") and (change.writes or change.slot.end > first)
    ]
    shown.sort(key=lambda change: (change.slot, change.key))
    return [(change.slot, _block(n, change, names, request, started)) for n, change in enumerate(shown, 1)]


def _block(n: int, change: Change, names: Names, request: Request, started: bool) -> Block:
    zone = request.workweek.zone
    conflict = clean(change.conflict or "")
    trouble = conflict and change.action != "remove"
    what = _what(change, request) if started else ""
    levels = [cause for cause in change.causes if cause.rule in LEVELS]  # the week says them
    words = reason(change, levels) or reason(change)
    return Block(
        number=n,
        sign="!" if trouble else {"create": "+", "move": "~", "remove": "-"}.get(change.action, "="),
        what=what,
        kind=change.kind,
        title=names.block(change.kind, change_title(change)),
        when=when_words(change, zone),
        was=span(change.was, zone) if change.was else "",
        why="" if conflict or what in (KEPT, BY_YOU) else words,
        conflict=conflict if names.titles or not conflict else "overlaps something on the calendar",
        key=change.key,
    )


def _what(change: Change, request: Request) -> str:
    if change.pinned and not change.writes:
        return BY_YOU
    if change.action == "update" and "shown" in refreshed_words(change):
        return refreshed_words(change).split("and it is ")[-1].removeprefix("it is ")
    over = change.slot.end <= request.now and not change.writes and not change.conflict
    return KEPT if over else WHAT.get(change.action, "")


def week(view: WeekView, found: Sequence[tuple[Interval, Block]], names: Names, request: Request) -> Week:
    """A week with its blocks of those ``found``."""
    load, zone = view.load, request.workweek.zone
    return Week(
        week=str(load.week),
        name=week_name(view),
        dates=dates(view),
        away=not load.held.get("capacity_hours"),
        level=load.level,
        because=because(load),
        hours=number(load.held.get("operational_hours", 0.0)),
        capacity=number(load.held.get("capacity_hours", 0.0)),
        share=load.held.get("operational_share", 0.0),
        thinking=thinking_hours([view]),
        blocks=tuple(block for slot, block in found if load.holds(slot.start.astimezone(zone).date())),
        missing=_together(missing_words(i, zone, names) for i in view.missing if not i.answered),
        answered=_together(missing_words(i, zone, names) for i in view.missing if i.answered),
    )


def week_name(view: WeekView) -> str:
    return week_words(view.load, view.today, start=True) if view.is_near else ""


def dates(view: WeekView) -> str:
    """2–6 Nov, 30 Nov – 4 Dec: the days that are shown."""
    first, last = view.days[0].date, (view.shown_days() or view.days)[-1].date
    if first.month == last.month:
        return f"{first.day}–{day_words(last)}"
    return f"{day_words(first)} – {day_words(last)}"


def day_words(day: date) -> str:
    return f"{day.day} {day:%b}"


def thinking_hours(views: Sequence[WeekView]) -> float:
    """Hours of thinking time after the plan: strategic blocks, half days, and the person's own.

    A block that a meeting overlaps is no thinking time.
    """
    spans = [
        item.minutes
        for view in views
        for day in view.days
        for item in day.side(AFTER)
        if item.kind in (STRATEGIC, OFFSITE) and item.sign != "!"
    ]
    return sum(spans) / 60


def because(load: WeekLoad) -> str:
    """What makes the week's level, the cause furthest past its line first; read after “This week is red: ”."""
    cause = next((cause for cause in load.causes if cause.rule == load.level), None)
    if cause is None:
        share = load.held.get("operational_share", 0.0)
        return f"{share * 100:.0f} % of it is operational work" if share else "no operational work is on it"
    by = judged_words(load)
    words = healthy_words(cause, load).partition("; ")[0]  # the charts have the lines
    return f"{words}, judged by {by}" if by else words


def missing_words(item: Unplaced, zone: ZoneInfo, names: Names) -> Missing:
    """What is not booked; the times that would do in their order."""
    options = sorted(item.nearest, key=lambda option: option.slot)
    return Missing(
        KINDS.get(item.kind, item.kind.capitalize()),
        item.minutes,
        clean(item.why),
        tuple(option_text(option, zone) if names.in_full else _untitled(option, zone) for option in options),
    )


def _together(items: Iterable[Missing]) -> tuple[Missing, ...]:
    """What is the same in all its words is said once."""
    return tuple(replace(item, times=times) for item, times in Counter(items).items())


def _untitled(option: Option, zone: ZoneInfo) -> str:
    count = len(option.conflicts)
    return f"{span(option.slot, zone)} would work if you moved {'one event' if count == 1 else f'{count} events'}"
