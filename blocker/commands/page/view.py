"""What the page shows, as values that its template only has to lay out. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from blocker.planning.outcome import MOST_OPTIONS
from blocker.showing.page.page import laid_out
from blocker.showing.plan_screen import change_words, one_more
from blocker.showing.plan_text import (
    SPOKEN,
    changes_of,
    clean,
    is_text_only,
    level_words,
    news_lines,
    option_text,
    week_words,
    when_words,
)
from blocker.values.intervals import Interval
from blocker.values.kinds import NOTE, OFFSITE, THINKING
from blocker.values.plan import Change, Plan, Unplaced, WeekPlan
from blocker.values.request import Request

KINDS = {
    "strategic": "thinking time",
    "frontline": "front-line time",
    "learning": "learning time",
    OFFSITE: "half day",
}


class Slot(Struct, frozen=True):
    """A time that a block may be moved to: its start as a form says it, and in words."""

    value: str
    words: str


class Row(Struct, frozen=True):
    """One block. ``state`` is a word: new, moved, stays …; ``asked``: it is one of the changes to say yes to;
    ``along``: only its notes change, with whatever else is approved.
    """

    key: str
    kind: str
    state: str
    when: str
    title: str
    why: str
    asked: bool
    along: bool
    is_ahead: bool
    slots: Sequence[Slot]


class Open(Struct, frozen=True):
    """What has no time yet, and what would help. ``is_minimum``: the week has none without it."""

    what: str
    why: str
    is_minimum: bool
    options: Sequence[str]


class WeekRows(Struct, frozen=True):
    name: str
    level: str
    why: str
    rows: Sequence[Row]
    missing: Sequence[Open]


class Asked(Struct, frozen=True):
    id: int
    text: str
    asked_by: str


class View(Struct, frozen=True):
    """The whole page. ``made``, ``digest`` and ``name`` are handed back by the form that approves the plan."""

    today: str
    calendar: str
    made: str
    digest: str
    name: str
    changes: int
    weeks: Sequence[WeekRows]
    later: Sequence[Row]
    missing: Sequence[Open]
    notes: Sequence[str]
    refused: str
    next_title: str
    next_text: str
    parked: Sequence[Asked]
    paused_until: str
    undoable: str


def view(
    plan: Plan,
    request: Request,
    names: tuple[str, str],
    slots: Mapping[str, Sequence[Interval]],
    undoable: str,
) -> View:
    """The plan as the page shows it; ``slots`` are the times that blocks which stay may be moved to."""
    zone = request.workweek.zone
    rows = [
        (change, _row(change, plan, request, slots)) for change in plan.changes if _is_shown(change, plan)
    ]
    weeks = [_week(week, plan, request, rows) for week in plan.weeks]
    shown = [change for week in plan.weeks for change in changes_of(week.load, plan.changes, zone)]
    coming = next(
        (c for c in plan.changes if c.kind in THINKING and c.slot.start > plan.now and _text(c)), None
    )
    pause = request.memory.paused_until
    now = plan.now.astimezone(zone)
    return View(
        today=f"{now:%A} {now.day} {now:%B}",
        calendar=plan.calendar,
        made=plan.now.isoformat(),
        digest=names[0],
        name=names[1],
        changes=sum(not _is_along(change) for change in plan.writes),
        weeks=weeks,
        later=[row for change, row in rows if change not in shown],
        missing=[_open(item, request) for item in _open_ones(plan) if item.kind == OFFSITE],
        notes=news_lines(plan, ("released ", "half ", "conflict ", "no room ", "outside ")),
        refused=plan.refused,
        next_title=_title(coming) if coming else "",
        next_text=_text(coming) if coming else "",
        parked=[Asked(q.id, q.text, q.asked_by) for q in request.memory.parked if not q.how and q.id],
        paused_until=f"{pause:%A} {pause.day} {pause:%B}" if pause else "",
        undoable=undoable,
    )


def _is_shown(change: Change, plan: Plan) -> bool:
    return change.action not in ("forget", "tombstone") and (change.writes or change.slot.end > plan.now)


def _week(week: WeekPlan, plan: Plan, request: Request, rows: Sequence[tuple[Change, Row]]) -> WeekRows:
    number = week.load.week
    here = changes_of(week.load, plan.changes, request.workweek.zone)
    return WeekRows(
        name=week_words(week.load, request.workweek.date_of(plan.now), start=True),
        level=week.load.level,
        why=clean(level_words(week.load)),
        rows=[row for change, row in rows if change in here],
        missing=[_open(item, request) for item in _open_ones(plan) if f"/{number}/" in item.key],
    )


def _row(change: Change, plan: Plan, request: Request, slots: Mapping[str, Sequence[Interval]]) -> Row:
    zone, along = request.workweek.zone, _is_along(change)
    return Row(
        key=change.key,
        kind=change.kind,
        state=SPOKEN["keep" if along else change.action],
        when=when_words(change, zone),
        title=_title(change),
        why=_why(change, plan, request) if change.writes and not along else _why_there(change),
        asked=change.writes and not along,
        along=along,
        is_ahead=change.slot.start > plan.now and change.kind != NOTE,
        slots=[
            Slot(slot.start.isoformat(), _slot_words(slot, request)) for slot in slots.get(change.key, ())
        ],
    )


def _why(change: Change, plan: Plan, request: Request) -> str:
    """Why it changes; one more block than the minimum is there for its week's level."""
    level = next(
        (w.load.level for w in plan.weeks if changes_of(w.load, [change], request.workweek.zone)), ""
    )
    more = one_more(level) if change.action == "create" and change.kind in THINKING and level else ""
    return change_words(change, plan)[1] or more


def _why_there(change: Change) -> str:
    """Why a block that stays is where it is: what lies on it, or what was said of its place when it got it."""
    return clean(change.conflict or change.why.partition(";")[0])


def _is_along(change: Change) -> bool:
    return change.action == "update" and is_text_only(change)


def _open_ones(plan: Plan) -> list[Unplaced]:
    return [item for item in plan.unplaced if not item.answered]


def _open(item: Unplaced, request: Request) -> Open:
    zone = request.workweek.zone
    return Open(
        f"{KINDS.get(item.kind, item.kind)}, {item.minutes} minutes",
        f"{clean(item.why.partition(': the time is')[0])}.",
        item.tier == "floor",
        [option_text(option, zone) for option in item.nearest[:MOST_OPTIONS]],
    )


def _title(change: Change) -> str:
    there = change.block or change.standing
    return clean(there.title) if there else change.kind


def _text(change: Change) -> str:
    there = change.block or change.standing
    return there.text if there else ""


def _slot_words(slot: Interval, request: Request) -> str:
    start, end = (edge.astimezone(request.workweek.zone) for edge in (slot.start, slot.end))
    return f"{start:%a} {start.day} {start:%b}, {start:%H:%M}–{end:%H:%M}"


def rendered(shown: View | None, told: Sequence[str], is_trouble: bool, token: str) -> str:
    """The page as HTML; without a view only what has to be told."""
    return laid_out("commands/page/page.html.j2", v=shown, told=told, is_trouble=is_trouble, token=token)
