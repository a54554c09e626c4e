"""The whole plan in words: each week with its blocks, each reason, and what has no time yet; keys and ISO weeks too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from blocker.showing.plan_text import (
    cause_text,
    change_title,
    changes_of,
    clean,
    failure,
    judged_words,
    last_words,
    news_lines,
    number,
    option_text,
    reason,
    refreshed_words,
    sign_of,
    span,
    spoken,
    told_words,
    when_words,
    why_this_level,
    zone_lines,
)
from blocker.values.events import SkippedComponent
from blocker.values.kinds import block_name
from blocker.values.plan import Cause, Change, Plan, QuarterPlan, Unplaced, WeekPlan
from blocker.values.workweek import parse_week

FLOORS = {
    "block": "1 block", "own": "your own time", "unplaced": "not found yet", "deleted": "deleted by you",
    "undone": "taken back by you", "theirs": "yours now", "skipped": "skipped", "paused": "paused", "none": "not due",
}  # fmt: skip
OFFSITES = {"placed": "new", "present": "on your calendar", "unplaced": "not found yet", "not due": "not due"}
BAR = 30
MOST_SKIPPED = 10


def plan_lines(plan: Plan, plain: bool = False, done: bool = False) -> list[str]:
    """The whole plan: each week with its blocks and why, then what has no time yet.

    ``plain`` is for screen readers: words in place of signs and bars.
    """
    zone = ZoneInfo(plan.zone)
    shown = [c for c in plan.changes if c.action not in ("forget", "tombstone")]  # a note tells of these
    first = min((week.load.begins for week in plan.weeks), default=None)
    before = [c for c in shown if first is not None and c.slot.start.astimezone(zone).date() < first]
    shown = [c for c in shown if c not in before]
    lines: list[str] = []
    for change in before:
        lines += change_lines(change, zone, True, plain)
    for week in plan.weeks:
        here = changes_of(week.load, shown, zone)
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


def closing_lines(plan: Plan, plain: bool = False, verbose: bool = True) -> list[str]:
    """What has no time yet, what could not be read, and what has to be said once."""
    lines = [*missing_lines(plan, plain, verbose), *skipped_lines(plan.skipped)]
    notes = news_lines(plan, ("released ", "half ", "conflict ", "no room ", "copy "))
    lines += ["", *notes] if notes else []
    return [*lines, *zone_lines(plan.zone, plan.zone_source)]


def missing_lines(plan: Plan, plain: bool = False, verbose: bool = True) -> list[str]:
    """What has no time yet, and what was not booked because the person said so."""
    zone = ZoneInfo(plan.zone)
    lines: list[str] = []
    open_ones = [item for item in plan.unplaced if not item.answered]
    if open_ones:
        lines += ["", "Not found yet:"]
        found = (unplaced_lines(item, zone, plain, verbose) for item in open_ones)
        lines += [line for one in dict.fromkeys(map(tuple, found)) for line in one]
    noted = {name.split()[1] for name in plan.said}
    answered = [item for item in plan.unplaced if item.answered and item.key not in noted]
    if answered:
        lines += ["", "Not booked, as you said:"]
        lines += dict.fromkeys(
            line for item in answered for line in unplaced_lines(item, zone, plain, verbose)
        )
    return lines


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


def quarter_line(quarter: QuarterPlan, verbose: bool = True) -> str:
    """``2025-Q2   half day: new``; not ``verbose``: ``Half day, April to June: new``."""
    months = quarter.quarter.end - timedelta(days=1)
    name = f"{quarter.quarter}   half day"
    if not verbose:
        name = f"Half day, {quarter.quarter.first_day:%B} to {months:%B}"
    why = f" ({clean(quarter.why)})" if quarter.why and quarter.offsite != "unplaced" else ""
    return f"{name}: {OFFSITES.get(quarter.offsite, quarter.offsite)}{why}"


def week_line(week: WeekPlan, plain: bool = False, verbose: bool = True) -> str:
    """``2026-W48  amber  ██████████░░░░░  61 %  22.9 of 37.5 h  weekly minimum: 1 block``; not ``verbose``: no ISO week, no minimum."""
    load = week.load
    name = str(load.week) if verbose else f"Week of {load.begins.day} {load.begins:%b}"
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


def change_lines(
    change: Change,
    zone: ZoneInfo,
    verbose: bool = False,
    plain: bool = False,
    said: Sequence[Cause] = (),
) -> list[str]:
    """One change: what and when, then why in one line. A cause that was ``said`` of the week is left out."""
    failed = "" if change.error is None else f"  {failure(change)}"
    key = f"  [{change.key}]" if verbose else ""
    sign = f"{spoken(change)}:" if plain else sign_of(change)
    lines = [f"  {sign} {when_words(change, zone)}  {clean(change_title(change))}{key}{failed}"]
    if change.was is not None:
        lines.append(f"      was {span(change.was, zone)}")
    if change.action == "update":
        lines.append(f"      {refreshed_words(change)}")
    if change.conflict:
        lines.append(f"      {clean(change.conflict)}")
    if change.writes or verbose or (change.pinned and not change.conflict):
        why = clean(change.why) if change.released else reason(change, () if verbose else said)
        lines += [f"      {why}"] if why else []
    lines += [f"      {option_text(option, zone)}" for option in change.nearest]
    if verbose:
        lines += [f"      because {cause_text(cause)}" for cause in change.causes[1:]]
    return lines


def next_best(change: Change, found: str = "") -> str:
    """Where a block that is placed would be else; ``found`` says it of one that stays, where it was asked for."""
    found = change.placement.next_best if change.placement is not None else found
    return f"next best: {clean(found)}" if found else ""


def missing_words(item: Unplaced) -> str:
    """What has no time, and in which week: ``a thinking block in the week of 7 Dec``."""
    period = item.key.partition("/")[2].rpartition("/")[0]
    week = parse_week(period).words() if period else ""
    return f"{block_name(item.kind)}{f' in {week}' if week and week not in item.why else ''}"


def unplaced_lines(item: Unplaced, zone: ZoneInfo, plain: bool = False, verbose: bool = True) -> list[str]:
    """Why it has no time and what would help. What a person said no to takes one line."""
    if item.answered:
        return [f"  {item.key if verbose else missing_words(item)}: {clean(item.why)}"]
    mark, key = "no time for" if plain else "!", f"  [{item.key}]" if verbose else ""
    lines = [f"  {mark} {missing_words(item)}, {item.minutes} min{key}", f"      {clean(item.why)}"]
    return lines + [f"      {option_text(option, zone)}" for option in item.nearest[: None if verbose else 1]]
