"""Measures → level: which rules fire for a week, why, and what they book. A level has no memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from math import floor

from msgspec import Struct
from msgspec.structs import replace

from blocker.measuring.conditions import Comparison, alternatives, compare, comparisons, holds
from blocker.measuring.measures import MEASURES
from blocker.rules.presets import FLOOR
from blocker.rules.rules import Rule
from blocker.values.kinds import LEVELS, STRATEGIC
from blocker.values.plan import Cause, Clause, WeekLoad
from blocker.values.workweek import Week

RECENT_WEEKS = 4
RECENT_WORKING_DAYS = 4  # fewer, and a week says little about an ordinary one
FULL_WEEK_DAYS = 5
FORECAST = ("operational_hours", "operational_share")
MEETINGS = ("meetings", "operational_hours")  # what a week without meetings has none of


class Judge(Struct, frozen=True):
    """What a measured week (``load.week_load``) is judged by.

    The running week and earlier ones are judged by what they hold; a later one, clause by clause, by
    the heavier of that and the mean of the weeks just past (``lately``). Where there is a forecast of a
    week's operational hours, it stands in for their mean, and its share for the share's.
    """

    rules: Sequence[Rule]
    running: Week
    full_week_minutes: float
    lately: tuple[WeekLoad, ...] = ()
    forecasts: Mapping[Week, float] = {}
    lines_taken: date | None = None  # None: the usual lines

    def judged(self, week: WeekLoad) -> WeekLoad:
        """The week with its level, its causes and what it books."""
        seen = replace(self.seen(week), lines_taken=self.lines_taken)
        found = _by_rules(seen, self.rules, self.full_week_minutes / 60)
        return replace(found, booked=_booked(found, self.rules))

    def seen(self, week: WeekLoad) -> WeekLoad:
        """The week with all that it is judged by beside what it holds."""
        recent = recent_mean(self.lately, week.held["capacity_hours"]) if week.week > self.running else None
        hours = self.forecasts.get(week.week)
        if recent is None or hours is None:
            return replace(week, recent=recent)
        likely = _forecast_measures(hours, week.held["capacity_hours"])
        return replace(week, forecast=hours, recent={**recent, **likely})

    def fires(self, level: Rule, seen: WeekLoad) -> bool:
        """Whether the rule of a level fires for such a week, without the reasons."""
        scale = _scale(seen, self.full_week_minutes / 60)
        return has_meetings(seen) and holds(level.condition, lambda part: _is_past(part, seen, scale))


def recent_weeks(completed: Iterable[WeekLoad]) -> tuple[WeekLoad, ...]:
    """The last four of the completed weeks, given latest first, that are ordinary ones; oldest first."""
    return tuple(islice(filter(is_ordinary, completed), RECENT_WEEKS))[::-1]


def is_ordinary(week: WeekLoad) -> bool:
    """True if a week has enough working days to say something of other weeks."""
    return week.working_days >= RECENT_WORKING_DAYS and week.held["capacity_hours"] > 0


def recent_mean(
    weeks: Sequence[WeekLoad], capacity: float, names: Iterable[str] = MEASURES
) -> Mapping[str, float] | None:
    """The mean of each measure over the weeks; what adds up over a week is scaled to ``capacity`` hours."""
    if not weeks:
        return None
    return {name: sum(scaled(week, name, capacity) for week in weeks) / len(weeks) for name in names}


def scaled(week: WeekLoad, name: str, capacity: float) -> float:
    """What the week held; what adds up over a week in proportion to ``capacity`` hours."""
    held = week.held[name]
    return held * capacity / week.held["capacity_hours"] if MEASURES[name].scales else held


def _forecast_measures(hours: float, capacity: float) -> Mapping[str, float]:
    return dict(zip(FORECAST, (hours, hours / capacity if capacity else 0.0), strict=True))


class _Verdict(Struct, frozen=True):
    """One rule tried on one week. ``fires_by_held`` leaves the weeks just past out of it."""

    rule: Rule
    clauses: Mapping[Comparison, Clause]
    fires: bool
    fires_by_held: bool

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The comparisons that made the rule fire, the one furthest past its threshold first."""
        firing = [
            part
            for alternative in alternatives(self.rule.condition)
            if holds(alternative, lambda part: self.clauses[part].fires)
            for part in comparisons(alternative)
            if self.clauses[part].fires
        ]
        firing.sort(key=lambda part: -_excess(part, self.clauses[part].cause))
        return tuple(self.clauses[part].cause for part in firing)


def _by_rules(week: WeekLoad, rules: Sequence[Rule], full_hours: float) -> WeekLoad:
    """The week with its clauses, level and causes. A week without meetings is calm, however short it is."""
    calm = not has_meetings(week)
    verdicts = [_verdict(rule, week, full_hours, calm and rule.name in LEVELS) for rule in rules]
    fired = [verdict for verdict in verdicts if verdict.fires]
    level = _level(verdict.rule.name for verdict in fired)
    by_held = _level(verdict.rule.name for verdict in verdicts if verdict.fires_by_held)
    telling = [v for v in fired if v.rule.name == level or v.rule.name not in LEVELS]
    return replace(
        week,
        level=level,
        judged_by="recent" if LEVELS.index(by_held) < LEVELS.index(level) else "held",
        causes=tuple(cause for verdict in telling for cause in verdict.causes),
        clauses=tuple(clause for verdict in verdicts for clause in verdict.clauses.values()),
    )


def has_meetings(week: WeekLoad) -> bool:
    """True if the week, as it is judged, holds anything that its rules are about."""
    views = [week.held] if week.recent is None else [week.held, week.recent]
    return any(view[name] > 0 for view in views for name in MEETINGS)


def _verdict(rule: Rule, week: WeekLoad, full_hours: float, silent: bool) -> _Verdict:
    scale = _scale(week, full_hours)
    clauses = {part: _clause(rule, part, week, scale) for part in comparisons(rule.condition)}
    by_held = {
        part: compare(week.held[part.name], part.sign, clause.cause.threshold)
        for part, clause in clauses.items()
    }
    return _Verdict(
        rule,
        clauses,
        fires=not silent and holds(rule.condition, lambda part: clauses[part].fires),
        fires_by_held=not silent and holds(rule.condition, by_held.__getitem__),
    )


def _level(rules: Iterable[str]) -> str:
    """The highest level that the names of firing rules give."""
    return LEVELS[max((LEVELS.index(name) for name in rules if name in LEVELS), default=0)]


def _clause(rule: Rule, part: Comparison, week: WeekLoad, scale: float) -> Clause:
    held = week.held[part.name]
    recent = week.recent[part.name] if week.recent is not None else None
    threshold = _threshold(part.name, float(part.value), scale)
    if week.forecast is not None and part.name in FORECAST:
        recent = None  # it is no mean of recent weeks, and is not called one
    usual = rule.usual.get(part.name)
    usual = None if usual is None else _threshold(part.name, usual, scale)
    cause = Cause(rule.name, part.name, _measured(part, week), threshold, part.unit, held, recent, usual)
    return Clause(rule.name, part.text, cause, _is_past(part, week, scale))


def _is_past(part: Comparison, week: WeekLoad, scale: float) -> bool:
    """A week without any capacity is past nothing: its 0 h of meetings are not "at least 0 h"."""
    threshold = _threshold(part.name, float(part.value), scale)
    return week.held["capacity_hours"] > 0 and compare(_measured(part, week), part.sign, threshold)


def _measured(part: Comparison, week: WeekLoad) -> float:
    held = week.held[part.name]
    return held if week.recent is None else _heavier(part, held, week.recent[part.name])


def _scale(week: WeekLoad, full_hours: float) -> float:
    return week.held["capacity_hours"] / full_hours if full_hours else 1.0


def _threshold(name: str, value: float, scale: float) -> float:
    """What adds up over a week is compared in proportion to the week's capacity."""
    return value * scale if MEASURES[name].scales else value


def upward(part: Comparison) -> bool:
    """True if more of the measure makes the comparison hold."""
    if part.sign in ("=", "!="):
        return MEASURES[part.name].heavier == "up"
    return part.sign in (">", ">=")


def _heavier(part: Comparison, held: float, recent: float) -> float:
    return max(held, recent) if upward(part) else min(held, recent)


def _excess(part: Comparison, cause: Cause) -> float:
    """How far past the threshold, as a ratio: 1 is exactly there."""
    over, under = (cause.measured, cause.threshold) if upward(part) else (cause.threshold, cause.measured)
    return over / under if under > 0 else float("inf")


def _booked(load: WeekLoad, rules: Sequence[Rule]) -> Mapping[str, int]:
    """Kind → number for this week: the largest count of the rules that fire, scaled to its days."""
    asked = dict(FLOOR)
    for book in _books(load, rules):
        for kind, number in book.items():
            asked[kind] = max(asked.get(kind, 0), number)
    part = min(1.0, load.open_days / FULL_WEEK_DAYS)
    booked = {kind: floor(number * part + 0.5) for kind, number in asked.items()}
    if load.working:
        booked[STRATEGIC] = max(booked[STRATEGIC], FLOOR[STRATEGIC])
    return booked


def _books(load: WeekLoad, rules: Sequence[Rule]) -> Iterator[Mapping[str, int]]:
    """What the rules at or below the level book, and what the other rules that fire do."""
    names = {cause.rule for cause in load.causes if cause.rule not in LEVELS}
    names.update(LEVELS[: LEVELS.index(load.level) + 1])
    return (rule.book for rule in rules if rule.name in names)
