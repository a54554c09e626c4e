"""Measures → level: which rules fire for a week, why, what they book, and when a level may fall again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from math import floor

from msgspec import Struct
from msgspec.structs import replace

from blocker.measuring.conditions import Comparison, alternatives, compare, comparisons, holds
from blocker.measuring.measures import MEASURES
from blocker.rules.presets import FLOOR
from blocker.rules.rules import Rule
from blocker.values.kinds import LEVELS, STRATEGIC
from blocker.values.memory import Memory, WeekRecord
from blocker.values.plan import Cause, Clause, WeekLoad
from blocker.values.workweek import Week

RECENT_WEEKS = 4
RECENT_WORKING_DAYS = 4  # fewer, and a week says little about an ordinary one
FULL_WEEK_DAYS = 5
FORECAST = ("operational_hours", "operational_share")
CLEAR = 0.1  # a level falls only when its measures are this far on the quiet side


class Judge(Struct, frozen=True):
    """What a measured week (``load.week_load``) is judged by.

    The running week and earlier ones are judged by what they hold; a later one, clause by clause, by
    the heavier of that and the mean of the weeks just past (``lately``). Where there is a forecast of a
    week's operational hours, it stands in for their mean, and its share for the share's.
    """

    rules: Sequence[Rule]
    running: Week
    full_week_minutes: float
    memory: Memory = Memory()
    lately: tuple[WeekLoad, ...] = ()
    forecasts: Mapping[Week, float] = {}

    def judged(self, week: WeekLoad) -> WeekLoad:
        """The week with its level, its causes and what it books."""
        recent = recent_mean(self.lately, week.held["capacity_hours"]) if week.week > self.running else None
        hours = self.forecasts.get(week.week)
        if recent is not None and hours is not None:
            week = replace(week, forecast=hours)
            recent = {**recent, **_forecast_measures(hours, week.held["capacity_hours"])}
        raw = _by_rules(replace(week, recent=recent), self.rules, self.full_week_minutes / 60)
        kept = raw if week.week < self.running else _held_back(raw, self._record(week.week), self.running)
        return replace(kept, booked=_booked(kept, self.rules))

    def _record(self, week: Week) -> WeekRecord | None:
        return next((record for record in reversed(self.memory.weeks) if record.week == week), None)


def recent_weeks(completed: Iterable[WeekLoad]) -> tuple[WeekLoad, ...]:
    """The last four of the completed weeks, given latest first, that are ordinary ones; oldest first."""
    return tuple(islice(filter(is_ordinary, completed), RECENT_WEEKS))[::-1]


def is_ordinary(week: WeekLoad) -> bool:
    """True if a week has enough working days to say something of other weeks."""
    return week.working_days >= RECENT_WORKING_DAYS and week.held["capacity_hours"] > 0


def recent_mean(weeks: Sequence[WeekLoad], capacity: float) -> Mapping[str, float] | None:
    """The mean of each measure over the weeks; what adds up over a week is scaled to ``capacity`` hours."""
    if not weeks:
        return None

    def mean(name: str) -> float:
        scales = MEASURES[name].scales
        values = (
            week.held[name] * (capacity / week.held["capacity_hours"] if scales else 1.0) for week in weeks
        )
        return sum(values) / len(weeks)

    return {name: mean(name) for name in MEASURES}


def _forecast_measures(hours: float, capacity: float) -> Mapping[str, float]:
    return dict(zip(FORECAST, (hours, hours / capacity if capacity else 0.0), strict=True))


def remember(record: WeekRecord | None, load: WeekLoad, running: Week) -> WeekRecord:
    """The week's record after this run: its level, and whether that level was clear in this ISO week.

    A new level starts afresh: being clear of red says nothing about amber.
    """
    if record is None:
        record = WeekRecord(load.week, load.level, load.causes)
    elif record.level != load.level:
        record = replace(record, level=load.level, causes=load.causes, clear_in=(), not_clear_in=())
    elif not load.held_back:
        record = replace(record, causes=load.causes)
    if is_clear(load, load.level):
        return replace(record, clear_in=_with(record.clear_in, running))
    return replace(record, not_clear_in=_with(record.not_clear_in, running))


def is_clear(load: WeekLoad, level: str) -> bool:
    """True if every clause of the level's rule is clear of its threshold by a tenth."""
    return not _not_clear(load, level)


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
    """The week with its clauses, level and causes, as if nothing were remembered."""
    verdicts = [_verdict(rule, week, full_hours) for rule in rules]
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


def _verdict(rule: Rule, week: WeekLoad, full_hours: float) -> _Verdict:
    capacity = week.held["capacity_hours"]
    scale = capacity / full_hours if full_hours else 1.0
    clauses = {part: _clause(rule, part, week, scale) for part in comparisons(rule.condition)}
    by_held = {
        part: compare(week.held[part.name], part.sign, clause.cause.threshold)
        for part, clause in clauses.items()
    }
    return _Verdict(
        rule,
        clauses,
        fires=holds(rule.condition, lambda part: clauses[part].fires),
        fires_by_held=holds(rule.condition, by_held.__getitem__),
    )


def _level(rules: Iterable[str]) -> str:
    """The highest level that the names of firing rules give."""
    return LEVELS[max((LEVELS.index(name) for name in rules if name in LEVELS), default=0)]


def _clause(rule: Rule, part: Comparison, week: WeekLoad, scale: float) -> Clause:
    held = week.held[part.name]
    recent = week.recent[part.name] if week.recent is not None else None
    measured = held if recent is None else _heavier(part, held, recent)
    threshold = _threshold(part, scale)
    # A week without any capacity is no load: its 0 h of meetings are not "at least 0 h".
    fires = week.held["capacity_hours"] > 0 and compare(measured, part.sign, threshold)
    if week.forecast is not None and part.name in FORECAST:
        recent = None  # it is no mean of recent weeks, and is not called one
    cause = Cause(rule.name, part.name, measured, threshold, part.unit, held, recent)
    return Clause(rule.name, part.text, cause, fires, not fires and _clear(part, measured, threshold))


def _threshold(part: Comparison, scale: float) -> float:
    """What adds up over a week is compared in proportion to the week's capacity."""
    value = float(part.value)
    return value * scale if MEASURES[part.name].scales else value


def upward(part: Comparison) -> bool:
    """True if more of the measure makes the comparison hold."""
    if part.sign in ("=", "!="):
        return MEASURES[part.name].heavier == "up"
    return part.sign in (">", ">=")


def _heavier(part: Comparison, held: float, recent: float) -> float:
    return max(held, recent) if upward(part) else min(held, recent)


def _clear(part: Comparison, measured: float, threshold: float) -> bool:
    """At least a tenth of the threshold away from it, on the side where the comparison fails."""
    if part.sign in ("=", "!="):
        return True
    if upward(part):
        return compare(measured, "<=", threshold * (1 - CLEAR))
    return compare(measured, ">=", threshold * (1 + CLEAR))


def _excess(part: Comparison, cause: Cause) -> float:
    """How far past the threshold, as a ratio: 1 is exactly there."""
    over, under = (cause.measured, cause.threshold) if upward(part) else (cause.threshold, cause.measured)
    return over / under if under > 0 else float("inf")


def _held_back(load: WeekLoad, record: WeekRecord | None, running: Week) -> WeekLoad:
    """Keep a remembered level that may not fall yet. A level falls one step at a time."""
    if record is None or LEVELS.index(record.level) <= LEVELS.index(load.level):
        return load
    if load.held["capacity_hours"] <= 0:
        return load
    level, why = record.level, _why_not_yet(load, record, running)
    if not why:
        level, why = LEVELS[LEVELS.index(level) - 1], f"{level} comes down one level at a time"
        if level == load.level:
            return load
    causes = record.causes or tuple(clause.cause for clause in _not_clear(load, record.level))
    remembered = tuple(cause for cause in causes if cause.rule in LEVELS)
    others = tuple(cause for cause in load.causes if cause.rule not in LEVELS)
    return replace(load, level=level, causes=remembered + others, held_back=f"{level} stays: {why}")


def _why_not_yet(load: WeekLoad, record: WeekRecord, running: Week) -> str:
    """Why the remembered level may not fall; empty if it may: clear in this ISO week and the last."""
    near = _not_clear(load, record.level)
    if near:
        return f"“{near[0].text}” is not clear by a tenth"
    if running in record.not_clear_in:
        return f"earlier in {running} not every measure was clear by a tenth"
    before = running.plus(-1)
    if before not in record.clear_in or before in record.not_clear_in:
        return f"every measure has to be clear by a tenth in two weeks running, and was not in {before}"
    return ""


def _not_clear(load: WeekLoad, level: str) -> list[Clause]:
    return [clause for clause in load.clauses if clause.rule == level and not clause.clear]


def _booked(load: WeekLoad, rules: Sequence[Rule]) -> Mapping[str, int]:
    """Kind → number for this week: the largest count of the rules that fire, scaled to its days."""
    asked = dict(FLOOR)
    for book in _books(load, rules):
        for kind, number in book.items():
            asked[kind] = max(asked.get(kind, 0), number)
    part = min(1.0, load.working_days / FULL_WEEK_DAYS)
    booked = {kind: floor(number * part + 0.5) for kind, number in asked.items()}
    if load.working:
        booked[STRATEGIC] = max(booked[STRATEGIC], FLOOR[STRATEGIC])
    return booked


def _books(load: WeekLoad, rules: Sequence[Rule]) -> Iterator[Mapping[str, int]]:
    """What the rules at or below the level book, and what the other rules that fire do."""
    names = {cause.rule for cause in load.causes if cause.rule not in LEVELS}
    names.update(LEVELS[: LEVELS.index(load.level) + 1])
    return (rule.book for rule in rules if rule.name in names)


def _with(weeks: tuple[Week, ...], week: Week) -> tuple[Week, ...]:
    return weeks if week in weeks else (*weeks, week)
