"""The person's own lines beside the usual ones, for a terminal and for programs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from blocker.measuring.conditions import Comparison
from blocker.rules.calibration import Calibration
from blocker.showing.documents import SCHEMA
from blocker.showing.plan_text import measured
from blocker.values.kinds import STRATEGIC
from blocker.values.memory import OwnLines
from blocker.values.plan import WeekLoad
from blocker.wording.texts import MEASURE_WORDS

SIGNS = {">=": "≥", "<=": "≤", "!=": "≠"}
FIRING = {"amber": "Amber or red", "red": "Red"}


def calibration_lines(found: Calibration, taken: OwnLines | None, verbose: bool = False) -> list[str]:
    """How many weeks are past either set of lines, each line that is passed, and whose lines they are.

    ``taken`` are the person's own lines, None where the config's, tried or usual ones count instead. ``verbose`` has
    every week and every line.
    """
    usual, own = found.usual, found.own
    if not usual.weeks:
        return ["The calendar has no completed week to look at."]
    first, last = usual.weeks[0], usual.weeks[-1]
    dates = f"{_day(first.begins)} to {_day(last.begins + timedelta(days=6))}"
    name = f"{first.week} to {last.week}" if verbose else dates
    lines = [f"The {len(usual.weeks)} weeks from {name}, as they are on the calendar now:"]
    counted = {week.week for week in usual.counted}
    if verbose:
        lines += ["", f"  {'week':<9} {'operational':>17}  {'free in 2 h+':>12}  {'usual':<6} yours"]
        for week, mine in zip(usual.weeks, own.weeks, strict=True):
            lines.append(_week_line(week, mine.level, week.week in counted))
    for level, words in FIRING.items():
        lines += [
            "",
            f"{words}: {len(usual.fires(level))} of {len(counted)} weeks by the usual lines, {len(own.fires(level))} by yours.",
            f"  {'in a full week':<38} {'usual':>11} {'yours':>13}",
            *_level_lines(found, level, verbose),
        ]
    return [*lines, "", *_whose(found, taken)]


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _week_line(week: WeekLoad, own: str, counted: bool) -> str:
    held = week.held
    if not held["capacity_hours"]:
        return f"  {week.week}  away: no working time"
    load = f"{measured(held['operational_share'], 'share'):>6}  {measured(held['operational_hours'], 'hours'):>9}"
    days = "" if counted else f"   ({week.working_days} working days: not counted below)"
    return f"  {week.week} {load}  {measured(held['focus_hours'], 'hours'):>12}  {week.level:<6} {own}{days}"


def _level_lines(found: Calibration, level: str, verbose: bool) -> list[str]:
    """Each line with the weeks that are past it; not ``verbose``: those that some week is past."""
    usual, own = found.usual.lines(level), found.own.lines(level)
    return [
        f"  {MEASURE_WORDS.get(name, name):<38} {_line(usual.get(name)):>7} {found.usual.passed(level, name):>2}×"
        f" {_line(own.get(name)):>9} {found.own.passed(level, name):>2}×"
        for name in dict.fromkeys((*usual, *own))
        if verbose or found.usual.passed(level, name) or found.own.passed(level, name)
    ]


def _line(part: Comparison | None) -> str:
    return f"{SIGNS.get(part.sign, part.sign)} {measured(float(part.value), part.unit)}" if part else "none"


def _whose(found: Calibration, taken: OwnLines | None) -> list[str]:
    if taken is not None:
        return [
            f"Your lines are from {_day(taken.taken)}, out of {taken.weeks} weeks before it and those after. To keep them:",
            "  blocker calibrate --write",
            "To try others:",
            "  blocker calibrate --red 'operational_hours >= 30h'",
        ]
    same = [rule.text for rule in found.own.rules] == [rule.text for rule in found.usual.rules]
    return [f"Your lines are {'the usual ones' if same else 'those that you set yourself'}."]


def calibration_document(
    found: Calibration, taken: OwnLines | None, written: str | None = None
) -> dict[str, Any]:
    """The same for programs; ``written`` is the config file that was changed."""
    usual, own = found.usual, found.own
    counted = {week.week for week in usual.counted}
    texts = {rule.name: rule.text for rule in usual.rules}
    return {
        "schema": SCHEMA,
        "weeks": [
            {
                "week": str(week.week),
                "working_days": week.working_days,
                "counted": week.week in counted,
                "load": {name: round(value, 4) for name, value in week.held.items()},
                "level": week.level,
                "own_level": mine.level,
                "booked": week.booked.get(STRATEGIC, 0),
                "own_booked": mine.booked.get(STRATEGIC, 0),
            }
            for week, mine in zip(usual.weeks, own.weeks, strict=True)
        ],
        "rules": [
            {
                "name": rule.name,
                "when": texts[rule.name],
                "own_when": rule.text,
                "fires": [str(week) for week in usual.fires(rule.name)],
                "own_fires": [str(week) for week in own.fires(rule.name)],
            }
            for rule in own.rules
        ],
        "taken": str(taken.taken) if taken else None,
        "written": written,
    }
