"""Values → words for a terminal. Nothing here decides anything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from blocker.rules.judge import FORECAST
from blocker.values.events import SkippedComponent
from blocker.values.intervals import Interval
from blocker.values.plan import Cause, Change, Option, Plan, QuarterPlan, Unplaced, WeekLoad, WeekPlan
from blocker.values.workweek import Week, week_of
from blocker.wording.causes import cause_words
from blocker.wording.texts import STEERING, quantity

SIGNS = {
    "create": "+", "move": "~", "update": "=", "remove": "-", "keep": "=", "adopt": "=",
    "tombstone": "x", "forget": ".",
}  # fmt: skip
SPOKEN = {
    "create": "new", "move": "moved", "update": "updated", "remove": "removed", "keep": "stays",
    "adopt": "stays", "tombstone": "deleted by you", "forget": "forgotten",
}  # fmt: skip
FLOORS = {
    "block": "1 block", "own": "your own time", "unplaced": "not found yet", "deleted": "deleted by you",
    "undone": "taken back by you", "theirs": "yours now", "skipped": "skipped", "paused": "paused", "none": "not due",
}  # fmt: skip
OFFSITES = {"placed": "new", "present": "on your calendar", "unplaced": "not found yet", "not due": "not due"}
SHORT_CAUSES = {
    "floor": "weekly minimum",
    "frontline": "an hour at the front line is due",
    "debt": "time owed from earlier weeks",
}
BEFORE_WORDS, FORECAST_WORDS = "the weeks before", "the forecast"
# One line of load as people say it: below what is healthy, and above.
TOO_LITTLE = {
    "focus_hours": "only {measured} of unbroken time; at least {healthy} is healthy",
    "longest_gap_hours": "the longest free stretch is only {measured}; at least {healthy} is healthy",
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
}
BAR = 30
MOST_SKIPPED = 10


def plan_lines(plan: Plan, plain: bool = False, done: bool = False) -> list[str]:
    """The whole plan: each week with its blocks and why, then what has no time yet.

    ``plain`` is for screen readers: words in place of signs and bars.
    """
    zone = ZoneInfo(plan.zone)
    shown = [c for c in plan.changes if c.action not in ("forget", "tombstone")]  # a note tells of these
    first = min((week.load.week for week in plan.weeks), default=None)
    before = [c for c in shown if first is not None and _week_of(c, zone) < first]
    shown = [c for c in shown if c not in before]
    lines: list[str] = []
    for change in before:
        lines += change_lines(change, zone, True, plain)
    for week in plan.weeks:
        here = [c for c in shown if _week_of(c, zone) == week.load.week]
        shown = [c for c in shown if c not in here]
        lines += [week_line(week, plain), *why_this_level(week.load)]
        lines += [f"    {told_words(week.load)}"] if week.load.told_hours else []
        for change in here:
            lines += change_lines(change, zone, True, plain)
            lines += [f"      {words}"] if (words := next_best(change)) else []
        lines.append("")
    lines += [quarter_line(quarter) for quarter in plan.quarters]
    for change in shown:  # beyond the weeks: a half day months from now
        lines += change_lines(change, zone, True, plain)
        lines += [f"      {words}"] if (words := next_best(change)) else []
    return [*lines, *closing_lines(plan, plain), "", last_words(plan, done)]


def closing_lines(plan: Plan, plain: bool = False) -> list[str]:
    """What has no time yet, what could not be read, and what has to be said once."""
    zone = ZoneInfo(plan.zone)
    lines: list[str] = []
    open_ones = [item for item in plan.unplaced if not item.answered]
    if open_ones:
        lines += ["", "Not found yet:"]
        for item in open_ones:
            lines += unplaced_lines(item, zone, plain)
    noted = {name.split()[1] for name in plan.said}
    answered = [item for item in plan.unplaced if item.answered and item.key not in noted]
    if answered:
        lines += ["", "Not booked, as you said:"]
        for item in answered:
            lines += unplaced_lines(item, zone, plain)
    lines += skipped_lines(plan.skipped)
    notes = news_lines(plan, ("released ", "conflict ", "no room "))
    return lines + (["", *notes] if notes else [])


def news_lines(plan: Plan, shown: tuple[str, ...]) -> list[str]:
    """What has to be said once, but for what is ``shown`` with its block: the beginnings of those names."""
    named = zip(plan.said, plan.notes, strict=True)
    return [clean(note) for name, note in named if not name.startswith(shown)]


def skipped_lines(skipped: Sequence[SkippedComponent]) -> list[str]:
    """What could not be read, or not as it is written."""
    lines: list[str] = []
    for heading, passed in (
        ("Could not be read ({}), everything else counts:", [s for s in skipped if not s.read]),
        ("Read as well as could be ({}):", [s for s in skipped if s.read]),
    ):
        if passed:
            lines += ["", heading.format(len(passed))]
            lines += [f"  {clean(item.where)}: {clean(item.why)}" for item in passed[:MOST_SKIPPED]]
        if len(passed) > MOST_SKIPPED:
            lines.append(f"  … and {len(passed) - MOST_SKIPPED} more")
    return lines


def quarter_line(quarter: QuarterPlan) -> str:
    why = f" ({clean(quarter.why)})" if quarter.why and quarter.offsite != "unplaced" else ""
    return f"{quarter.quarter}   half day: {OFFSITES.get(quarter.offsite, quarter.offsite)}{why}"


def summary(plan: Plan, done: bool = False) -> str:
    """One line: how much would change, or has; or that it would be refused, and why."""
    if plan.refused:
        parts = [summary(replace(plan, refused=""))] if plan.writes else []
        return " ".join([*parts, f"It would be refused: {clean(plan.refused)}."])
    count = {
        name: sum(c.action == name for c in plan.changes) for name in ("create", "move", "update", "remove")
    }
    kept = sum(c.action in ("keep", "adopt") for c in plan.changes)
    if not any(count.values()):
        return f"Up to date. {blocks(kept, 'No blocks')} on your calendar."
    parts = [blocks(count["create"], new="new ")] if count["create"] else []
    parts += [f"{count[action]} {word}" for action, word in _PAST.items() if count[action]]
    rewritten = sum(c.action == "update" and is_text_only(c) for c in plan.changes)
    if parts or count["update"] > rewritten:
        parts += [f"{count['update']} updated"] if count["update"] else []
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


def week_line(week: WeekPlan, plain: bool = False, verbose: bool = True) -> str:
    """``2026-W48  amber  ██████████░░░░░  61 %  22.9 of 37.5 h  weekly minimum: 1 block``; not ``verbose``: no ISO week, no minimum."""
    load = week.load
    name = str(load.week) if verbose else f"Week of {load.week.monday.day} {load.week.monday:%b}"
    share, capacity = load.held.get("operational_share", 0.0), load.held.get("capacity_hours", 0.0)
    floor = f"weekly minimum: {FLOORS.get(week.floor, week.floor)}"
    if not capacity:
        return f"{name}, no working time, {floor}" if plain else f"{name}  away    no working time"
    hours = f"{number(load.held.get('operational_hours', 0.0))} of {number(capacity)} h"
    if not verbose:
        floor = ""
    by = judged_words(load)
    judged = f", judged by {by}" if by and verbose else ""
    if plain and not verbose:
        return f"{name}, {load.level}, {share * 100:.0f} % operational: {hours}"
    if plain:
        return f"{name}, {load.level}{judged}, {share * 100:.0f} % operational: {hours}, {floor}"
    filled = min(BAR, round(share * BAR))
    bar = "█" * filled + "░" * (BAR - filled)
    return f"{name}  {load.level:<6} {bar} {share * 100:3.0f} %  {hours:<15} {floor}{judged}".rstrip()


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


def change_lines(
    change: Change,
    zone: ZoneInfo,
    verbose: bool = False,
    plain: bool = False,
    said: Sequence[Cause] = (),
) -> list[str]:
    """One change: what and when, then why in one line. A cause that was ``said`` of the week is left out."""
    failed = "" if change.error is None else f"  FAILED: {clean(change.error)}"
    key = f"  [{change.key}]" if verbose else ""
    sign = (
        f"{SPOKEN[change.action]}{', in conflict' if is_in_conflict(change) else ''}:"
        if plain
        else sign_of(change)
    )
    lines = [f"  {sign} {when_words(change, zone)}  {clean(change_title(change))}{key}{failed}"]
    if change.was is not None:
        lines.append(f"      was {span(change.was, zone)}")
    if change.action == "update":
        lines.append(f"      {refreshed_words(change)}")
    if change.conflict:
        lines.append(f"      {clean(change.conflict)}")
    if (change.writes and change.action != "update") or verbose or (change.pinned and not change.conflict):
        why = clean(change.why) if change.released else reason(change, () if verbose else said)
        lines += [f"      {why}"] if why else []
    lines += [f"      {option_text(option, zone)}" for option in change.nearest]
    if verbose:
        lines += [f"      because {cause_text(cause)}" for cause in change.causes[1:]]
    return lines


def is_in_conflict(change: Change) -> bool:
    return change.conflict is not None and change.action != "remove"


def sign_of(change: Change) -> str:
    return "!" if is_in_conflict(change) or change.error else SIGNS[change.action]


def next_best(change: Change) -> str:
    """Where a block that is placed would be else; empty for plans that were made without asking."""
    found = change.placement.next_best if change.placement is not None else ""
    return f"next best: {clean(found)}" if found else ""


def reason(change: Change, said: Sequence[Cause] = ()) -> str:
    """Why this block, why here: one line."""
    parts = [clean(change.why)] if change.why else []
    if change.causes and change.causes[0] not in said:
        cause = change.causes[0]
        parts.append(SHORT_CAUSES.get(cause.rule) or f"because {cause_text(cause)}")
    return "; ".join(parts)


def unplaced_lines(item: Unplaced, zone: ZoneInfo, plain: bool = False, verbose: bool = True) -> list[str]:
    """Why it has no time and what would help. What a person said no to takes one line."""
    if item.answered:
        return [f"  {item.key}: {clean(item.why)}"]
    mark, key = "no time for" if plain else "!", f"  [{item.key}]" if verbose else ""
    lines = [f"  {mark} {item.kind}, {item.minutes} min{key}", f"      {clean(item.why)}"]
    return lines + [f"      {option_text(option, zone)}" for option in item.nearest]


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


def _week_of(change: Change, zone: ZoneInfo) -> Week:
    return week_of(change.slot.start.astimezone(zone).date())


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


def day_words(day: date) -> str:
    """``Wed 4 Nov``."""
    return f"{day:%a} {day.day} {day:%b}"


def week_words(week: Week, today: date, start: bool = False) -> str:
    """``this week``, ``the week of 14 Dec``; with a capital at the ``start`` of a sentence."""
    near = {week_of(today): "this week", week_of(today).plus(1): "next week"}
    dated = f"week of {week.monday.day} {week.monday:%b}"
    words = near.get(week) or (dated if start else f"the {dated}")
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
    if cause.measure not in templates:
        return cause_text(cause)
    return templates[cause.measure].format(
        measured=measured(cause.measured, cause.unit), healthy=measured(healthy, cause.unit)
    )


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
