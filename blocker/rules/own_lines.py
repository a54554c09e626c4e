"""A person's own lines: the usual ones, eased until they tell the person's weeks apart.

A level that nearly every week has says nothing about any of them. So all lines of a rule are raised by one and the
same step, until no more than a part of the person's last weeks are past them, and no more of those ahead; never are
they stricter than usual.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from itertools import count
from math import ceil
from statistics import median

from msgspec.structs import replace

from blocker.measuring.conditions import (
    Comparison,
    Condition,
    Group,
    alternatives,
    compare,
    comparisons,
    written,
)
from blocker.rules.judge import RECENT_WORKING_DAYS, Judge, is_ordinary, scaled
from blocker.rules.rules import Rule, at_lines, usual_rule
from blocker.values.memory import OwnLines
from blocker.values.plan import Cause, WeekLoad
from blocker.values.workweek import Week

LAST_WEEKS = 26  # half a year
FEWEST_WEEKS = 8  # fewer say too little about a person's ordinary week
AMBER_PART, RED_PART = 0.40, 0.15  # of the weeks, at most: our choice
STEP = 1 / 20
ROUNDING = 1e-9


def weeks_that_count(weeks: Iterable[WeekLoad], running: Week) -> tuple[WeekLoad, ...]:
    """Of the last half year the completed weeks with four working days that are not quiet, and with meetings."""
    return tuple(
        week
        for week in sorted(weeks, key=lambda week: week.week)
        if running.plus(-LAST_WEEKS) <= week.week < running
        and week.open_days >= RECENT_WORKING_DAYS
        and is_ordinary(week)
        and _has_events(week)
    )


def _has_events(week: WeekLoad) -> bool:
    return week.held["meetings"] > 0 or week.held["operational_hours"] > week.told_hours


def take_lines(
    behind: Sequence[WeekLoad], ahead: Sequence[WeekLoad], role: str, judge: Judge, today: date
) -> OwnLines | None:
    """The lines of the weeks behind that count and of those ahead; None where too few are behind, and the usual hold.

    Red comes first, alone. Then amber: a week past the usual red line is amber at least, however often. ``judge``
    knows what the weeks ahead are judged by, beside what they hold already.
    """
    if len(behind) < FEWEST_WEEKS:
        return None

    seen = [[judge.seen(week) for week in weeks] for weeks in (behind, ahead)]

    def too_often(rule: Rule, part: float) -> bool:
        """True if it fires in more than this part of the weeks behind, or of those ahead; one it may always have."""
        return any(
            sum(judge.fires(rule, week) for week in weeks) > max(1, part * len(weeks) + ROUNDING)
            for weeks in seen
        )

    def beyond_easing(rule: Rule, part: float) -> frozenset[str]:
        """Measures with too many weeks at nothing: there is no line below which fewer of them are."""
        lines = (one for one in comparisons(rule.condition) if one.sign in ("<", "<="))
        nothing = (_with_line(replace(one, sign="<="), 0) for one in lines)
        return frozenset(one.name for one in nothing if too_often(at_lines(rule, one.text), part))

    def eased(rule: Rule, part: float, often: Callable[[Rule], bool]) -> Rule:
        """The rule eased by the fewest steps with which it no longer fires too often."""
        dropped = beyond_easing(rule, part)
        steps = (_eased(rule, step, dropped) if step else rule for step in count())
        return next(one for one in steps if not often(one))

    usual_red, usual_amber = usual_rule(role, "red"), usual_rule(role, "amber")
    red = eased(usual_red, RED_PART, lambda rule: too_often(rule, RED_PART))
    if too_often(usual_red, AMBER_PART):
        amber = at_lines(usual_amber, usual_red.text)  # as far as it may go
    else:
        amber = eased(usual_amber, AMBER_PART, lambda rule: too_often(_capped(rule, usual_red), AMBER_PART))
        amber = _capped(amber, usual_red)
    return OwnLines(
        taken=today,
        role=role,
        weeks=len(behind),
        amber=amber.text,
        red=red.text,
        ordinary=_ordinary_past(usual_red, behind, judge.full_week_minutes),
    )


def _eased(rule: Rule, step: int, dropped: Collection[str]) -> Rule:
    """Every line of the rule a step further; one that no step can ease any more drops out."""

    def easier(one: Condition) -> Condition | None:
        if isinstance(one, Comparison):
            return None if one.name in dropped else _easier(one, 1 + step * STEP)
        parts = tuple(eased for inner in one.parts if (eased := easier(inner)) is not None)
        return Group(one.needed, parts) if len(parts) >= one.needed else None

    return at_lines(rule, written(easier(rule.condition) or rule.condition))


def _easier(one: Comparison, factor: float) -> Comparison | None:
    value = float(one.value)
    if one.sign in ("<", "<="):
        return _with_line(one, value / factor)
    eased = ceil(value * factor - ROUNDING) if one.unit == "count" else value * factor
    return None if one.unit == "share" and eased > 1 + ROUNDING else _with_line(one, eased)


def _with_line(one: Comparison, value: float) -> Comparison:
    literals = {"share": f"{value * 100:.6g}%", "hours": f"{value:.6g}h"}
    return replace(one, value=value, literal=literals.get(one.unit, f"{value:.6g}"))


def _capped(amber: Rule, red: Rule) -> Rule:
    """The amber rule with no line past the one of ``red``: where red would fire, it does."""
    reds = {part.name: part for part in alternatives(red.condition) if isinstance(part, Comparison)}
    found: list[Condition] = []
    for part in alternatives(amber.condition):
        line = reds.pop(part.name, None) if isinstance(part, Comparison) else None
        if isinstance(part, Comparison) and line is not None:
            further = compare(float(part.value), ">" if part.sign in (">", ">=") else "<", float(line.value))
            part = line if further else part
        found.append(part)
    found += [part for part in alternatives(red.condition) if part not in found and _is_left(part, reds)]
    return at_lines(amber, written(Group(1, tuple(found))))


def _is_left(part: Condition, reds: dict[str, Comparison]) -> bool:
    return not isinstance(part, Comparison) or part.name in reds


def _ordinary_past(red: Rule, weeks: Sequence[WeekLoad], full_week_minutes: float) -> tuple[Cause, ...]:
    """Why the ordinary week, the median of each measure, is past a rule; nothing where it is not."""
    full = full_week_minutes / 60
    held = {name: median(scaled(week, name, full) for week in weeks) for name in weeks[0].held}
    ordinary = replace(weeks[-1], held={**held, "capacity_hours": full}, recent=None)
    judged = Judge([red], ordinary.week.plus(1), full_week_minutes).judged(ordinary)
    return judged.causes if judged.level == red.name else ()
