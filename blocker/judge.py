"""Measures → level: which rules fire for a week, why, what they book, and when a level may fall again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import floor

from blocker.conditions import Comparison, Group, compare, comparisons, holds
from blocker.load import MEASURES
from blocker.model import LEVELS, STRATEGIC, Cause, Clause, Memory, WeekLoad, WeekRecord
from blocker.presets import FLOOR
from blocker.rules import Rule
from blocker.workweek import Week

RECENT_WEEKS = 4
RECENT_WORKING_DAYS = 4  # fewer, and a week says little about an ordinary one
FULL_WEEK_DAYS = 5
CLEAR = 0.1  # a level falls only when its measures are this far on the quiet side
CALM = LEVELS[0]

Fired = Mapping[str, bool]


def judge(
    weeks: Iterable[WeekLoad],
    *,
    completed: Iterable[WeekLoad],
    rules: Sequence[Rule],
    running: Week,
    full_week_minutes: float,
    memory: Memory,
) -> tuple[WeekLoad, ...]:
    """Judge measured weeks (``load.week_load``) by the rules; ``completed`` are those before ``running``.

    The running week and earlier ones are judged by what they hold; a later one, clause by clause, by
    the heavier of that and the mean of the weeks just past.
    """
    lately = recent_weeks(completed, running)
    records = {record.week: record for record in memory.weeks}
    judged = []
    for week in weeks:
        recent = recent_mean(lately, week.held["capacity_hours"]) if week.week > running else None
        raw = _by_rules(replace(week, recent=recent), rules, full_week_minutes / 60)
        kept = _held_back(raw, records.get(week.week), running)
        judged.append(replace(kept, booked=_booked(kept, rules)))
    return tuple(judged)


def recent_weeks(completed: Iterable[WeekLoad], running: Week) -> tuple[WeekLoad, ...]:
    """The last four completed weeks with at least four working days, oldest first."""
    full = [week for week in completed if week.week < running and week.working_days >= RECENT_WORKING_DAYS]
    return tuple(sorted(full, key=lambda week: week.week)[-RECENT_WEEKS:])


def recent_mean(weeks: Sequence[WeekLoad], capacity: float) -> Mapping[str, float] | None:
    """The mean of each measure over the weeks; what adds up over a week is scaled to ``capacity`` hours."""
    if not weeks:
        return None
    means = {}
    for name, known in MEASURES.items():
        values = [
            week.held[name] * (capacity / week.held["capacity_hours"] if known.scales else 1.0)
            for week in weeks
        ]
        means[name] = sum(values) / len(values)
    return means


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
    return all(clause.clear for clause in load.clauses if clause.rule == level)


def _by_rules(week: WeekLoad, rules: Sequence[Rule], full_hours: float) -> WeekLoad:
    """The week with its clauses, level and causes, as if nothing were remembered."""
    capacity = week.held["capacity_hours"]
    scale = capacity / full_hours if full_hours else 1.0
    clauses: list[Clause] = []
    causes: list[Cause] = []
    fired, fired_by_held = {}, {}
    by_level: dict[str, list[Cause]] = {}
    for rule in rules:
        found = {part: _clause(rule, part, week, scale) for part in comparisons(rule.condition)}
        clauses += found.values()
        # A week without any capacity is no load: 0 h of meetings are not "at least 0 h".
        fired[rule.name] = capacity > 0 and holds(rule.condition, lambda part: found[part].fires)  # noqa: B023
        fired_by_held[rule.name] = capacity > 0 and holds(
            rule.condition,
            lambda part: compare(week.held[part.name], part.sign, _threshold(part, scale)),
        )
        if fired[rule.name]:
            by_level[rule.name] = _causes(rule, found)
    level = _level(fired)
    for name, its in by_level.items():
        if name == level or name not in LEVELS:
            causes += its
    judged_by = "recent" if LEVELS.index(_level(fired_by_held)) < LEVELS.index(level) else "held"
    return replace(week, level=level, judged_by=judged_by, causes=tuple(causes), clauses=tuple(clauses))


def _level(fired: Fired) -> str:
    return next((level for level in reversed(LEVELS) if fired.get(level)), CALM)


def _clause(rule: Rule, part: Comparison, week: WeekLoad, scale: float) -> Clause:
    held = week.held[part.name]
    recent = week.recent[part.name] if week.recent is not None else None
    measured = held if recent is None else _heavier(part, held, recent)
    threshold = _threshold(part, scale)
    fires = week.held["capacity_hours"] > 0 and compare(measured, part.sign, threshold)
    cause = Cause(rule.name, part.name, measured, threshold, part.unit, held, recent)
    return Clause(rule.name, part.text, cause, fires, not fires and _clear(part, measured, threshold))


def _threshold(part: Comparison, scale: float) -> float:
    """What adds up over a week is compared in proportion to the week's capacity."""
    value = float(part.value)
    return value * scale if MEASURES[part.name].scales else value


def _upward(part: Comparison) -> bool:
    """True if more of the measure makes the comparison hold."""
    if part.sign in ("=", "!="):
        return MEASURES[part.name].heavier == "up"
    return part.sign in (">", ">=")


def _heavier(part: Comparison, held: float, recent: float) -> float:
    return max(held, recent) if _upward(part) else min(held, recent)


def _clear(part: Comparison, measured: float, threshold: float) -> bool:
    """At least a tenth of the threshold away from it, on the side where the comparison fails."""
    if part.sign in ("=", "!="):
        return True
    if _upward(part):
        return compare(measured, "<=", threshold * (1 - CLEAR))
    return compare(measured, ">=", threshold * (1 + CLEAR))


def _causes(rule: Rule, found: Mapping[Comparison, Clause]) -> list[Cause]:
    """The comparisons that made the rule fire, the one furthest past its threshold first."""
    whole = rule.condition
    either = isinstance(whole, Group) and whole.needed == 1
    alternatives = whole.parts if either and isinstance(whole, Group) else (whole,)
    causes = [
        (_excess(part, found[part].cause), found[part].cause)
        for alternative in alternatives
        if holds(alternative, lambda part: found[part].fires)
        for part in comparisons(alternative)
        if found[part].fires
    ]
    causes.sort(key=lambda pair: -pair[0])
    return [cause for _, cause in causes]


def _excess(part: Comparison, cause: Cause) -> float:
    """How far past the threshold, as a ratio: 1 is exactly there."""
    over, under = (cause.measured, cause.threshold) if _upward(part) else (cause.threshold, cause.measured)
    return over / under if under > 0 else float("inf")


def _held_back(load: WeekLoad, record: WeekRecord | None, running: Week) -> WeekLoad:
    """Keep a remembered level that is not to fall yet; it falls by one step at a time."""
    if record is None or LEVELS.index(record.level) <= LEVELS.index(load.level):
        return load
    if load.held["capacity_hours"] <= 0:
        return load
    before = running.plus(-1)
    not_clear = [clause for clause in load.clauses if clause.rule == record.level and not clause.clear]
    if not_clear:
        cause = not_clear[0].cause
        why = f"{record.level} stays: {cause.measure} is not clear of its threshold by a tenth"
    elif running in record.not_clear_in:
        why = (
            f"{record.level} stays: earlier in {running} a measure was not clear of its threshold by a tenth"
        )
    elif before not in record.clear_in or before in record.not_clear_in:
        why = f"{record.level} stays until every measure has been clear by a tenth for two weeks"
    else:
        below = LEVELS[LEVELS.index(record.level) - 1]
        if below == load.level:
            return load
        record = replace(record, level=below, causes=())
        not_clear = [clause for clause in load.clauses if clause.rule == below]
        why = f"{below} stays until every measure has been clear of it by a tenth for two weeks"
    others = tuple(cause for cause in load.causes if cause.rule not in LEVELS)
    remembered = record.causes or tuple(clause.cause for clause in not_clear)
    its = tuple(cause for cause in remembered if cause.rule in LEVELS)
    return replace(load, level=record.level, causes=its + others, held_back=why)


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
