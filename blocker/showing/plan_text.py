"""Values → words for a terminal. Nothing here decides anything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
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
    "create": "new", "move": "moved", "update": "refreshed", "remove": "removed", "keep": "stays",
    "adopt": "stays", "tombstone": "deleted by you", "forget": "forgotten",
}  # fmt: skip
FLOORS = {
    "block": "a block", "own": "your own time", "unplaced": "no place", "deleted": "deleted by you", "undone": "taken back by you",
    "theirs": "yours now",
    "skipped": "skipped", "paused": "paused", "none": "none due",
}  # fmt: skip
SHORT_CAUSES = {
    "floor": "the week’s floor",
    "frontline": "an hour at the front line is due",
    "debt": "for time owed and not kept",
}
BEFORE_WORDS, FORECAST_WORDS = "the weeks before", "the forecast"
BAR = 30
MOST_SKIPPED = 10


def plan_lines(plan: Plan, verbose: bool = False, plain: bool = False) -> list[str]:
    """The plan as people read it: each week with what changes in it and why, then what found no place.

    ``plain`` is for screen readers: words in place of signs and bars.
    """
    zone = ZoneInfo(plan.zone)
    shown = [c for c in plan.changes if c.action not in ("forget", "tombstone")]  # a note tells of these
    first = min((week.load.week for week in plan.weeks), default=None)
    before = [c for c in shown if first is not None and _week_of(c, zone) < first]
    shown = [c for c in shown if c not in before]
    lines: list[str] = []
    # Of weeks that are over only what changes is news, unless more was asked for.
    for change in (c for c in before if verbose or c.action != "keep"):
        lines += change_lines(change, zone, verbose, plain)
    for week in plan.weeks:
        here = [c for c in shown if _week_of(c, zone) == week.load.week]
        shown = [c for c in shown if c not in here]
        lines += [week_line(week, plain), *why_this_level(week.load)]
        lines += [f"    {told_words(week.load)}"] if week.load.told_hours else []
        for change in here:
            lines += change_lines(change, zone, verbose, plain, week.load.causes)
            lines += [f"      {words}"] if verbose and (words := next_best(change)) else []
        lines.append("")
    lines += [quarter_line(quarter) for quarter in plan.quarters]
    for change in shown:  # beyond the weeks: an offsite far ahead
        lines += change_lines(change, zone, verbose, plain)
        lines += [f"      {words}"] if verbose and (words := next_best(change)) else []
    return [*lines, *closing_lines(plan, plain), "", summary(plan)]


def closing_lines(plan: Plan, plain: bool = False) -> list[str]:
    """What found no place, what could not be read, and what has to be said once."""
    zone = ZoneInfo(plan.zone)
    lines: list[str] = []
    homeless = [item for item in plan.unplaced if not item.answered]
    if homeless:
        lines += ["", "Found no place:"]
        for item in homeless:
            lines += unplaced_lines(item, zone, plain)
    noted = {note.partition(" ")[0] for note in plan.notes}
    answered = [item for item in plan.unplaced if item.answered and item.key not in noted]
    if answered:
        lines += ["", "Not booked, as you said:"]
        for item in answered:
            lines += unplaced_lines(item, zone, plain)
    lines += skipped_lines(plan.skipped)
    told = {item.key for item in plan.unplaced}
    by_block = ("released ", "conflict ")  # said with the block itself
    shown = {name for name in plan.said if name.startswith(by_block)}
    named = zip(plan.said, plan.notes, strict=True)
    notes = [note for name, note in named if name not in shown and not _told(note, told)]
    return lines + (["", *(clean(note) for note in notes)] if notes else [])


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


def _told(note: str, keys: set[str]) -> bool:
    """True for a note that repeats what the lines above it say in full."""
    key, _, words = note.partition(" ")
    return key in keys and words.startswith("found no place")


def quarter_line(quarter: QuarterPlan) -> str:
    why = f" ({clean(quarter.why)})" if quarter.why and quarter.offsite != "unplaced" else ""
    return f"{quarter.quarter}   offsite {quarter.offsite}{why}"


def summary(plan: Plan, done: bool = False) -> str:
    """One line: how much would change, or has; or that it would be refused, and why."""
    if plan.refused:
        parts = [summary(replace(plan, refused=""))] if plan.writes else []
        return " ".join([*parts, f"It would be refused: {clean(plan.refused)}."])
    count = {
        name: sum(c.action == name for c in plan.changes) for name in ("create", "move", "update", "remove")
    }
    if not any(count.values()):
        kept = sum(c.action in ("keep", "adopt") for c in plan.changes)
        return f"Nothing to do: {kept} blocks stand." if kept != 1 else "Nothing to do: one block stands."
    words = {"create": "create", "move": "move", "update": "refresh", "remove": "remove"}
    past = {"create": "created", "move": "moved", "update": "refreshed", "remove": "removed"}
    parts = [f"{n} {past[name] if done else 'to ' + words[name]}" for name, n in count.items() if n]
    return ("Done: " if done else "") + ", ".join(parts) + "."


def week_line(week: WeekPlan, plain: bool = False) -> str:
    """``2026-W48   amber  ██████████░░░░░  61 %  22.9 of 37.5 h  floor: a block``."""
    load = week.load
    share, capacity = load.held.get("operational_share", 0.0), load.held.get("capacity_hours", 0.0)
    floor = f"floor: {FLOORS.get(week.floor, week.floor)}"
    if not capacity:
        return f"{load.week}, no working time, {floor}" if plain else f"{load.week}  away    no working time"
    hours = f"{number(load.held.get('operational_hours', 0.0))} of {number(capacity)} h"
    by = judged_words(load)
    judged = f", judged by {by}" if by else ""
    if plain:
        return f"{load.week}, {load.level}{judged}, {share * 100:.0f} % operational: {hours}, {floor}"
    filled = min(BAR, round(share * BAR))
    bar = "█" * filled + "░" * (BAR - filled)
    return f"{load.week}  {load.level:<6} {bar} {share * 100:3.0f} %  {hours:<15} {floor}{judged}"


def told_words(load: WeekLoad) -> str:
    """What of the operational hours no event stands for: without it the sum would look wrong."""
    return f"of which {measured(load.told_hours, 'hours')} told by blocker busy"


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
    trouble = ", in conflict" if change.conflict and change.action != "remove" else ""
    sign = f"{SPOKEN[change.action]}{trouble}:" if plain else "!" if trouble else SIGNS[change.action]
    lines = [f"  {sign} {when_words(change, zone)}  {clean(change_title(change))}  [{change.key}]{failed}"]
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


def unplaced_lines(item: Unplaced, zone: ZoneInfo, plain: bool = False) -> list[str]:
    """Why it has no place and what would help. What a person said no to takes one line."""
    if item.answered:
        return [f"  {item.key}: {clean(item.why)}"]
    mark = "no place for" if plain else "!"
    lines = [f"  {mark} {item.kind}, {item.minutes} min  [{item.key}]", f"      {clean(item.why)}"]
    return lines + [f"      {option_text(option, zone)}" for option in item.nearest]


def option_text(option: Option, zone: ZoneInfo) -> str:
    names = ", ".join(f"“{clean(event.shown_title)}”" for event in option.conflicts) or "nothing"
    return f"{span(option.slot, zone)} would do if {names} gave way"


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
    """``Tue 24 Nov 09:00–11:00``, in the user's zone."""
    start, end = slot.start.astimezone(zone), slot.end.astimezone(zone)
    return (
        f"{start:%a %d %b %H:%M}–{end:%H:%M}"
        if start.date() == end.date()
        else f"{moment(start)} – {moment(end)}"
    )


def when_words(change: Change, zone: ZoneInfo) -> str:
    """When a block is; an all-day one has no times."""
    block = change.block or change.standing
    if block is not None and block.dates is not None:
        return f"{block.dates[0]:%a %d %b}, all day"
    return span(change.slot, zone)


def moment(local: datetime) -> str:
    return f"{local:%a %d %b %H:%M}"


def clean(text: str) -> str:
    """Other people's words without what could steer a terminal: control and direction characters."""
    text = " ".join(text.split())
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c.isprintable() and c not in STEERING else "�" for c in text)


_POINT_ZERO = r"(\d)\.0( h\b)"


TEXT = "its text is brought up to date"


def refreshed_words(change: Change) -> str:
    """What differs between the block as it stands and as it will be written."""
    there, fresh = change.standing, change.block
    if there is None or fresh is None:
        return TEXT
    parts = [TEXT] if (there.title, there.text) != (fresh.title, fresh.text) else []
    if there.busy != fresh.busy:
        parts.append("it is shown as busy from now on" if fresh.busy else "it is shown as free from now on")
    return ", and ".join(parts) or TEXT
