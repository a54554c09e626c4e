"""Values → words for a terminal. Nothing here decides anything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from blocker.rules.judge import FORECAST
from blocker.values.intervals import Interval
from blocker.values.plan import Cause, Change, Option, Plan, WeekLoad
from blocker.values.workweek import day_words
from blocker.wording.causes import cause_words
from blocker.wording.texts import MEASURE_WORDS, STEERING, quantity

SIGNS = {
    "create": "+", "move": "~", "update": "=", "remove": "-", "keep": "=", "adopt": "=",
    "tombstone": "x", "forget": ".",
}  # fmt: skip
SPOKEN = {
    "create": "new", "move": "moved", "update": "updated", "remove": "removed", "keep": "stays",
    "adopt": "stays", "tombstone": "deleted by you", "forget": "forgotten",
}  # fmt: skip
SHORT_CAUSES = {
    "floor": "weekly minimum",
    "frontline": "your regular hour with the people who do the work",
    "debt": "time owed from earlier weeks",
}
BEFORE_WORDS, FORECAST_WORDS = "the weeks before", "the forecast"
# One line of load as people say it: below what is healthy, and above.
TOO_LITTLE = {
    "focus_hours": "only {measured} of unbroken time; at least {healthy} is healthy",
    "longest_gap_hours": "the longest free stretch is only {measured}; at least {healthy} is healthy",
    "capacity_hours": "only {measured} of working time; your line is {healthy}",
    "strategic_hours": "only {measured} of thinking time of your own; your line is {healthy}",
    "frontline_hours": "only {measured} of front-line time of your own; your line is {healthy}",
    "learning_hours": "only {measured} of learning time of your own; your line is {healthy}",
}
TOO_MUCH = {
    "operational_hours": "{measured} of daily business; less than {healthy} is healthy",
    "operational_share": "daily business takes {measured} of the time; less than {healthy} is healthy",
    "meetings": "{measured} meetings; fewer than {healthy} is healthy",
    "meetings_max_day": "{measured} meetings on one day; fewer than {healthy} is healthy",
    "fragmentation": "{measured} of the free time is in pieces under two hours; less than {healthy} is healthy",
    "back_to_back_hours": "{measured} without a break; less than {healthy} is healthy",
    "conflict_share": "{measured} of the meeting time is double-booked; less than {healthy} is healthy",
    "after_hours": "{measured} of meetings after hours; less than {healthy} is healthy",
    "recurring_share": "{measured} of the meeting time is recurring; your line is {healthy}",
}


def news_lines(plan: Plan, shown: tuple[str, ...]) -> list[str]:
    """What has to be said once, but for what is ``shown`` with its block: the beginnings of those names."""
    named = zip(plan.said, plan.notes, strict=True)
    return [clean(note) for name, note in named if not name.startswith(shown)]


def summary(plan: Plan, done: bool = False) -> str:
    """One line: how much would change, or has; or that it would be refused, and why."""
    if plan.refused:
        parts = [summary(replace(plan, refused=""))] if plan.writes else []
        return " ".join([*parts, f"It would be refused: {clean(plan.refused)}."])
    count = {
        name: sum(c.action == name for c in plan.changes) for name in ("create", "move", "update", "remove")
    }
    kept = sum(c.action in ("keep", "adopt") and c.slot.end > plan.now for c in plan.changes)
    if not any(count.values()):
        deleted = sum(c.action == "tombstone" and c.placement is not None for c in plan.changes)
        if deleted:  # they were to be made
            return f"Nothing made: {blocks(deleted)} deleted by you. {blocks(kept, 'No blocks')} on your calendar."
        return f"Up to date. {blocks(kept, 'No blocks')} on your calendar."
    parts = [blocks(count["create"], new="new ")] if count["create"] else []
    parts += [f"{count[action]} {word}" for action, word in _PAST.items() if count[action]]
    rewritten = sum(c.action == "update" and is_text_only(c) for c in plan.changes)
    if parts or count["update"] > rewritten:
        parts += [f"{count['update'] - rewritten} updated"] if count["update"] > rewritten else []
        said = ", ".join(parts)
    elif done:
        said = f"updated the notes in {blocks(rewritten)}"
    else:
        said = f"the notes in {blocks(rewritten)} will be updated"
    said = f"{'Done: ' if done and parts else ''}{said}"
    stay = f" {blocks(kept)} {'stays as it is' if kept == 1 else 'stay as they are'}." if kept else ""
    return f"{said[:1].upper()}{said[1:]}.{stay}"


_PAST = {"move": "moved", "remove": "removed"}


def blocks(number: int, none: str = "no blocks", new: str = "") -> str:
    """``1 block``, ``3 new blocks``."""
    return none if number == 0 else f"{number} {new}block{'s' if number > 1 else ''}"


def last_words(plan: Plan, done: bool) -> str:
    """The summary, or how much of it failed."""
    if not plan.failed:
        return summary(plan, done)
    how_many = f"{len(plan.failed)} of {len(plan.writes)} changes failed"
    return f"{how_many} ({clean(plan.failed[0].error or '')}); it is safe to run again."


def told_words(load: WeekLoad) -> str:
    """The hours that are on no calendar: without them the sum would look wrong."""
    return f"of which {measured(load.told_hours, 'hours')} are added by blocker busy"


def judged_words(load: WeekLoad) -> str:
    """What raised the level above what the week itself holds: the weeks before, the forecast, or both.

    Empty where it is judged by what it holds.
    """
    if load.judged_by != "recent":
        return ""
    raised = [cause for cause in load.causes if cause.rule == load.level and cause.measured != cause.held]
    found = dict.fromkeys(_source(cause, load) for cause in raised)
    return " and ".join(found) or BEFORE_WORDS


def _source(cause: Cause, load: WeekLoad) -> str:
    foretold = load.forecast is not None and cause.measure in FORECAST
    return FORECAST_WORDS if foretold else BEFORE_WORDS


def why_this_level(load: WeekLoad) -> list[str]:
    """The week's main reason, said once for all that it books."""
    if load.level == "calm" or not load.causes:
        return []
    return [f"    because {cause_text(load.causes[0])}"]


def change_title(change: Change) -> str:
    block = change.block or change.standing
    return block.title if block else change.kind


def is_in_conflict(change: Change) -> bool:
    return change.conflict is not None and change.action != "remove"


def spoken(change: Change) -> str:
    """What becomes of a block, in words in place of its sign."""
    return f"{SPOKEN[change.action]}{', in conflict' if is_in_conflict(change) else ''}"


def sign_of(change: Change) -> str:
    return "!" if is_in_conflict(change) or change.error else SIGNS[change.action]


def reason(change: Change, said: Sequence[Cause] = ()) -> str:
    """Why this block, why here: one line."""
    parts = [clean(change.why)] if change.why else []
    if change.causes and change.causes[0] not in said:
        cause = change.causes[0]
        parts.append(SHORT_CAUSES.get(cause.rule) or f"because {cause_text(cause)}")
    return "; ".join(parts)


def option_text(option: Option, zone: ZoneInfo) -> str:
    names = ", ".join(f"“{clean(event.shown_title)}”" for event in option.conflicts) or "nothing"
    return f"{span(option.slot, zone)} would work if you moved {names}"


def cause_text(cause: Cause) -> str:
    """A cause in words, whole hours without their ``.0``."""
    return _whole(clean(cause_words(cause, {})))


def measured(value: float, unit: str) -> str:
    return _whole(quantity(value, unit))


def number(value: float) -> str:
    """19, 19.5: one decimal where it says something."""
    return f"{value:.1f}".removesuffix(".0")


def _whole(words: str) -> str:
    return re.sub(_POINT_ZERO, r"\1\2", words) if ".0 h" in words else words


def changes_of(load: WeekLoad, changes: Iterable[Change], zone: ZoneInfo) -> list[Change]:
    """The changes whose time is in the week, as the person has it."""
    return [change for change in changes if load.holds(change.slot.start.astimezone(zone).date())]


def span(slot: Interval, zone: ZoneInfo) -> str:
    """``Tue 24 Nov, 09:00–11:00``, in the user's zone."""
    start, end = slot.start.astimezone(zone), slot.end.astimezone(zone)
    return (
        f"{moment(start)}–{end:%H:%M}" if start.date() == end.date() else f"{moment(start)} – {moment(end)}"
    )


def when_words(change: Change, zone: ZoneInfo) -> str:
    """When a block is; an all-day one has no times."""
    block = change.block or change.standing
    if block is not None and block.dates is not None:
        return f"{day_words(block.dates[0])}, all day"
    return span(change.slot, zone)


def moment(local: datetime) -> str:
    return f"{day_words(local)}, {local:%H:%M}"


def week_words(load: WeekLoad, today: date, start: bool = False) -> str:
    """``this week``, ``the week of 14 Dec``; with a capital at the ``start`` of a sentence."""
    dated = f"week of {load.begins.day} {load.begins:%b}"
    near = "this week" if load.holds(today) else "next week" if load.holds(today + timedelta(days=7)) else ""
    words = near or (dated if start else f"the {dated}")
    return words[0].upper() + words[1:] if start else words


def level_words(load: WeekLoad) -> str:
    """Why a week has its level, in one short line; "" where it is calm."""
    if load.level == "calm" or not load.causes:
        return ""
    cause, by = load.causes[0], judged_words(load)
    foretold = load.forecast is not None and cause.measure in FORECAST
    raised = by and cause.held is not None and cause.measured != cause.held
    return f"{('likely ' if foretold else 'recently ') if raised else ''}{healthy_words(cause, load)}"


def healthy_words(cause: Cause, load: WeekLoad) -> str:
    """The reason for a level with two numbers: the measured one, and the mildest usual line for it.

    Own lines are eased usual ones: what is healthy does not change with them.
    """
    low = cause.measured < cause.threshold
    templates = TOO_LITTLE if low else TOO_MUCH
    lines = [
        clause.cause.threshold if clause.cause.usual is None else clause.cause.usual
        for clause in load.clauses
        if clause.cause.measure == cause.measure and (clause.cause.measured < clause.cause.threshold) == low
    ] or [cause.threshold]
    healthy = max(lines) if low else min(lines)
    name = MEASURE_WORDS.get(cause.measure, cause.measure)
    words = templates.get(cause.measure, f"{name}: {{measured}}; your line is {{healthy}}")
    if low and not cause.measured:
        words = words.replace("only {measured} of", "no")
    return words.format(measured=measured(cause.measured, cause.unit), healthy=measured(healthy, cause.unit))


def failure(change: Change) -> str:
    """Why a change could not be made; what programs call the block is said of no block that is named."""
    return f"FAILED: {clean(change.error or '').replace(change.key, 'this block')}"


def load_words(load: WeekLoad) -> str:
    """A week's load in one line."""
    capacity = load.held.get("capacity_hours", 0.0)
    if not capacity:
        return "no working time"
    hours, share = load.held.get("operational_hours", 0.0), load.held.get("operational_share", 0.0)
    told = f", {told_words(load)}" if load.told_hours else ""
    return f"{number(hours)} of {number(capacity)} h are daily business ({share * 100:.0f} %){told}"


def clean(text: str) -> str:
    """Other people's words without what could steer a terminal: control and direction characters."""
    text = " ".join(text.split())
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c.isprintable() and c not in STEERING else "�" for c in text)


_POINT_ZERO = r"(\d)\.0( h\b)"


TEXT = "its notes are updated"


def refreshed_words(change: Change) -> str:
    """What differs between the block as it stands and as it will be written."""
    there, fresh = change.standing, change.block
    if there is None or fresh is None:
        return TEXT
    parts = [] if is_text_only(change) or (there.title, there.text) == (fresh.title, fresh.text) else [TEXT]
    if there.busy != fresh.busy:
        parts.append("now shown as busy" if fresh.busy else "now shown as free")
    return ", and ".join(parts) or TEXT


def is_text_only(change: Change) -> bool:
    """True for an update that nobody can see on the calendar without opening the block."""
    there, fresh = change.standing, change.block
    return there is None or fresh is None or there.busy == fresh.busy


def zone_lines(zone: str, source: str) -> list[str]:
    """Whose clock the times are on, and who said so."""
    return ["", f"Times are in {zone}, from {clean(source)}."] if source else []
