"""A calibration for a terminal and for programs."""

from __future__ import annotations

from typing import Any

from blocker.measuring.conditions import Comparison
from blocker.rules.calibration import SHARES, Calibration, Tried
from blocker.showing.advice import advice, offer, verdict
from blocker.showing.documents import SCHEMA
from blocker.showing.plan_text import measured, number
from blocker.values.kinds import STRATEGIC
from blocker.values.plan import WeekLoad
from blocker.wording.texts import MEASURE_WORDS

SIGNS = {">=": "≥", "<=": "≤", "!=": "≠"}


def calibration_lines(found: Calibration) -> list[str]:
    """Each week as it would have been, each clause with what the weeks held, and what to do."""
    if not found.weeks:
        return ["The calendar holds no completed week to look at."]
    lines = [
        f"The {len(found.weeks)} weeks from {found.weeks[0].week} to {found.weeks[-1].week}, as they are on the calendar now:",
        "",
        f"  {'week':<9} {'operational':>17}  {'free in 2 h+':>12}  {'now':<6} yours",
    ]
    lines += [_week_line(found, week) for week in found.weeks]
    if found.enough:
        for trial in found.trials:
            lines += ["", f"{verdict(found, trial)} {offer(trial)}"]
            lines.append(f"  {'in a full week':<38} {'your weeks':>13} {'now':>11} {'yours':>12}")
            lines += [_clause_line(clause) for clause in trial.clauses]
            share = SHARES[trial.now.name]
            if trial.changes and trial.share > share:
                lines.append(
                    f"  ({_percentile(trial.share)} of each, so that all together keep to the {_percentile(share)})"
                )
    return [*lines, "", *advice(found)]


def _week_line(found: Calibration, week: WeekLoad) -> str:
    held = week.held
    if not held["capacity_hours"]:
        return f"  {week.week}  away: no working time"
    load = f"{measured(held['operational_share'], 'share'):>6}  {measured(held['operational_hours'], 'hours'):>9}"
    if not found.enough:
        return f"  {week.week} {load}  {measured(held['focus_hours'], 'hours'):>12}  {found.now[week.week].level}"
    levels = f"{found.now[week.week].level:<6} {found.own[week.week].level}"
    days = "" if week in found.ordinary else f"   ({week.working_days} working days: not counted below)"
    return f"  {week.week} {load}  {measured(held['focus_hours'], 'hours'):>12}  {levels}{days}"


def _clause_line(clause: Tried) -> str:
    unit, weeks = clause.now.unit, clause.values
    spread = (
        measured(weeks[0], unit)
        if weeks[0] == weeks[-1]
        else f"{_bare(weeks[0], unit)} – {measured(weeks[-1], unit)}"
    )
    same = clause.own.value == clause.now.value
    own = "the same" if same else _threshold(clause.own)
    words = MEASURE_WORDS.get(clause.now.name, clause.now.name)
    return (
        f"  {words:<38} {spread:>13} {_threshold(clause.now):>7} {clause.fires:>2}×"
        f" {own:>8} {clause.own_fires:>2}×"
    )


def _percentile(share: float) -> str:
    number = round(share * 100)
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending} percentile"


def _threshold(part: Comparison) -> str:
    return f"{SIGNS.get(part.sign, part.sign)} {measured(float(part.value), part.unit)}"


def _bare(value: float, unit: str) -> str:
    """A value without its unit: the other end of the range names it."""
    return f"{value * 100:.0f}" if unit == "share" else number(value)


def calibration_document(found: Calibration, written: str | None = None) -> dict[str, Any]:
    """The same for programs; ``written`` is the config file that was changed."""
    counted = {week.week for week in found.ordinary}
    return {
        "schema": SCHEMA,
        "weeks": [
            {
                "week": str(week.week),
                "working_days": week.working_days,
                "counted": week.week in counted,
                "load": {name: round(value, 4) for name, value in week.held.items()},
                "level": found.now[week.week].level,
                "own_level": found.own[week.week].level,
                "booked": found.now[week.week].booked.get(STRATEGIC, 0),
                "own_booked": found.own[week.week].booked.get(STRATEGIC, 0),
            }
            for week in found.weeks
        ],
        "rules": [
            {
                "name": trial.now.name,
                "when": trial.now.text,
                "own_when": trial.own.text,
                "percentile": round(SHARES[trial.now.name] * 100),
                "clause_percentile": round(trial.share * 100),
                "often": found.often(trial),
                "fires": [str(week) for week in trial.fires],
                "own_fires": [str(week) for week in trial.own_fires],
                "clauses": [_clause(clause) for clause in trial.clauses],
            }
            for trial in found.trials
            if found.enough
        ],
        "advised": [trial.now.name for trial in found.advised],
        "advice": advice(found),
        "written": written,
    }


def _clause(clause: Tried) -> dict[str, Any]:
    return {
        "measure": clause.now.name,
        "unit": clause.now.unit,
        "now": clause.now.text,
        "own": clause.own.text,
        "fires": clause.fires,
        "own_fires": clause.own_fires,
        "values": [round(value, 4) for value in clause.values],
    }
