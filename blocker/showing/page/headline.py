"""The one thing to know about a week, to be read after “This week is red: ”."""

from __future__ import annotations

from blocker.showing.plan_text import cause_text, number
from blocker.values.plan import Cause, WeekLoad


def headline(load: WeekLoad) -> str:
    """What makes the week's level, the cause furthest past its threshold first."""
    cause = next((cause for cause in load.causes if cause.rule == load.level), None)
    if cause is None:
        share = load.held.get("operational_share", 0.0)
        return f"{share * 100:.0f} % of it is operational work" if share else "no operational work is on it"
    if cause.held is not None and cause.measured != cause.held:  # it is not this week's own number
        return cause_text(cause).split(": ", 1)[-1]
    return _of_week(cause) or cause_text(cause).split(": ", 1)[-1]


def _of_week(cause: Cause) -> str:
    value = number(cause.measured)
    hours = f"{value} hour{'s' if value != '1' else ''}"
    if cause.measure == "operational_share":
        return f"{cause.measured * 100:.0f} % of it is operational work"
    if cause.measure == "operational_hours":
        return f"{hours} of it are operational work"
    if cause.measure == "focus_hours":
        return f"only {hours} of unbroken time" if cause.measured else "no unbroken time is left"
    if cause.measure == "back_to_back_hours":
        return f"{hours} without a break"
    if cause.measure == "meetings_max_day":
        return f"{value} meetings on its fullest day"
    return ""


def level_at(value: float, limits: tuple[tuple[str, float], ...], heavier: str = "up") -> str:
    """The level that a value reaches by these thresholds alone; under all of them it is calm."""
    found = "calm"
    for level, at in limits:
        if at and (value < at if heavier == "down" else value >= at):
            found = level
    return found
