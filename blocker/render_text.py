"""Values → words for a terminal. Nothing here decides anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from blocker.brief import cause_words
from blocker.model import Cause, Change, Classified, Plan, Unplaced, WeekLoad, WeekPlan
from blocker.texts import MEASURE_WORDS, quantity
from blocker.timeline import Interval

SIGNS = {
    "create": "+", "move": "~", "update": "~", "remove": "-", "keep": "=", "adopt": "=",
    "tombstone": "x", "forget": ".",
}  # fmt: skip
BAR = 30


def plan_lines(plan: Plan, verbose: bool = False) -> list[str]:
    """The plan as people read it: the weeks, what changes and why, what found no place."""
    zone = ZoneInfo(plan.zone)
    lines = [week_line(week) for week in plan.weeks]
    for quarter in plan.quarters:
        lines.append(
            f"{quarter.quarter}   offsite {quarter.offsite}" + (f" ({quarter.why})" if quarter.why else "")
        )
    shown = [c for c in plan.changes if c.action != "forget"]
    if shown:
        lines.append("")
        for change in shown:
            lines += change_lines(change, zone, verbose)
    if plan.unplaced:
        lines += ["", "Found no place:"]
        for item in plan.unplaced:
            lines += unplaced_lines(item, zone)
    if plan.skipped:
        lines += ["", f"Could not be read ({len(plan.skipped)}), everything else counts:"]
        lines += [f"  {clean(item.where)}: {clean(item.why)}" for item in plan.skipped[:10]]
        if len(plan.skipped) > 10:
            lines.append(f"  … and {len(plan.skipped) - 10} more")
    if plan.notes:
        lines += ["", *(clean(note) for note in plan.notes)]
    return [*lines, "", summary(plan)]


def summary(plan: Plan, done: bool = False) -> str:
    """One line: how much would change, or has."""
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


def week_line(week: WeekPlan) -> str:
    """``2026-W48   AMBER  ██████████░░░░░  61 % of 37.5 h   floor: block``."""
    load = week.load
    share, capacity = load.held.get("operational_share", 0.0), load.held.get("capacity_hours", 0.0)
    if not capacity:
        return f"{load.week}  away    no working time   floor: {week.floor}"
    filled = min(BAR, round(share * BAR))
    bar = "█" * filled + "░" * (BAR - filled)
    hours = f"{load.held.get('operational_hours', 0.0):.1f} of {capacity:.1f} h"
    judged = ", by the weeks before" if load.judged_by == "recent" else ""
    return f"{load.week}  {load.level:<6} {bar} {share * 100:3.0f} %  {hours:<15} floor: {week.floor}{judged}"


def change_lines(change: Change, zone: ZoneInfo, verbose: bool = False) -> list[str]:
    done = "" if change.error is None else f"  FAILED: {clean(change.error)}"
    title = change.block.title if change.block else change.standing.title if change.standing else change.kind
    line = f"{SIGNS[change.action]} {span(change.slot, zone)}  {clean(title)}  [{change.key}]{done}"
    lines = [line]
    if change.was is not None:
        lines.append(f"      was {span(change.was, zone)}")
    if change.why and (change.action != "keep" or verbose or change.pinned):
        lines.append(f"      {clean(change.why)}")
    if change.conflict:
        lines.append(f"      ! {clean(change.conflict)}")
    if change.action == "create" or verbose:
        lines += [f"      because {clean(cause_words(cause, {}))}" for cause in change.causes[:2]]
    return lines


def unplaced_lines(item: Unplaced, zone: ZoneInfo) -> list[str]:
    lines = [f"! {item.kind}, {item.minutes} min  [{item.key}]  {clean(item.why)}"]
    for option in item.nearest:
        names = ", ".join(f"“{clean(event.shown_title)}”" for event in option.conflicts) or "nothing"
        lines.append(f"      {span(option.slot, zone)} would do if {names} gave way")
    return lines


def load_lines(week: WeekPlan, zone: ZoneInfo, events: Sequence[Classified] | None = None) -> list[str]:
    """One week's measures, the clauses that fire, and with ``events`` how each was counted."""
    load = week.load
    lines = [week_line(week), ""]
    fired = {clause.cause.measure for clause in load.clauses if clause.fires}
    for name, value in load.held.items():
        unit = unit_of(name)
        recent = (
            f"   recent weeks {quantity(load.recent[name], unit)}"
            if load.recent and name in load.recent
            else ""
        )
        mark = "!" if name in fired else " "
        lines.append(f" {mark} {MEASURE_WORDS.get(name, name):<42} {quantity(value, unit):>8}{recent}")
    lines += ["", f"Level: {load.level}" + (f" ({load.held_back})" if load.held_back else "")]
    lines += [f"  because {cause_words(cause, {})}" for cause in load.causes]
    if load.booked:
        asked = ", ".join(f"{number} {kind}" for kind, number in load.booked.items())
        lines.append(f"  the rules ask for {asked} in this week")
    if events is not None:
        lines += ["", *event_lines(events, zone)]
    return lines


def event_lines(events: Iterable[Classified], zone: ZoneInfo) -> list[str]:
    return [
        f"  {span(item.event.when, zone)}  {item.kind:<12} {clean(item.event.shown_title)}  ({clean(item.why)})"
        for item in events
    ]


def clause_lines(load: WeekLoad) -> list[str]:
    """Every clause with measured value and threshold: what ``explain WEEK`` shows."""
    return [
        f"  {'fires' if clause.fires else 'quiet'}  {cause_words(clause.cause, {})}"
        for clause in load.clauses
    ]


def causes_text(causes: Iterable[Cause]) -> str:
    return "; ".join(cause_words(cause, {}) for cause in causes)


def span(slot: Interval, zone: ZoneInfo) -> str:
    """``Tue 24 Nov 09:00–11:00``, in the user's zone."""
    start, end = slot.start.astimezone(zone), slot.end.astimezone(zone)
    return (
        f"{start:%a %d %b %H:%M}–{end:%H:%M}"
        if start.date() == end.date()
        else f"{moment(start)} – {moment(end)}"
    )


def moment(local: datetime) -> str:
    return f"{local:%a %d %b %H:%M}"


def unit_of(measure: str) -> str:
    if measure.endswith("_hours"):
        return "hours"
    return "share" if measure.endswith("_share") or measure == "fragmentation" else "count"


def clean(text: str) -> str:
    """Other people's words without what could steer a terminal: control and direction characters."""
    return "".join(c if c.isprintable() and c not in _STEERING else "�" for c in " ".join(text.split()))


_STEERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
