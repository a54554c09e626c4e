"""Rules tried on weeks that are over, and thresholds taken from a person's own weeks (design 4.3).

A trigger that fires every week is no trigger, and one that never fires is none either. The offer is to put
each threshold where a share of the person's own weeks lies on its quiet side: 60 % for amber, 85 % for red.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from math import floor

from msgspec import Struct
from msgspec.structs import replace

from blocker.measuring.conditions import (
    Comparison,
    alternatives,
    compare,
    comparisons,
    map_comparisons,
    written,
)
from blocker.measuring.measures import MEASURES
from blocker.rules.judge import Judge, is_ordinary, upward
from blocker.rules.rules import Rule
from blocker.values.kinds import LEVELS, STRATEGIC
from blocker.values.plan import WeekLoad
from blocker.values.workweek import Week

SHARES = {"amber": 0.60, "red": 0.85}  # of the weeks that lie on the quiet side
MOST = 0.75  # of the weeks: a trigger that fires in so many tells little
FEWEST_WEEKS = 4  # fewer say nothing about what is usual
LOAD_ITSELF = ("operational_share", "operational_hours", "focus_hours")
STEPS = {"share": 0.01, "hours": 0.5, "count": 1.0}  # as people write thresholds
ROUNDING = 1e-9


class Tried(Struct, frozen=True):
    """One comparison of a rule over the weeks: what they held (in a full week), lowest first.

    ``own`` is the same comparison with the threshold of the person's own weeks, the same object where
    the weeks say nothing about it. ``fires`` and ``own_fires`` count the weeks in which it holds.
    """

    now: Comparison
    own: Comparison
    values: tuple[float, ...]
    fires: int
    own_fires: int


class Trial(Struct, frozen=True):
    """A rule that sets a level: in which weeks it fires as it is, and as their own weeks would have it.

    ``share`` of the weeks lie on the quiet side of each clause of ``own``.
    """

    now: Rule
    own: Rule
    share: float
    clauses: tuple[Tried, ...]
    fires: tuple[Week, ...]
    own_fires: tuple[Week, ...]

    @property
    def changes(self) -> bool:
        return self.own.text != written(self.now.condition)


class Calibration(Struct, frozen=True):
    """What came of it. ``weeks`` are all that were looked at, ``ordinary`` those that thresholds are taken from.

    ``now`` and ``own`` hold each week as it would have been judged, and what it would have booked.
    """

    weeks: tuple[WeekLoad, ...]
    ordinary: tuple[WeekLoad, ...]
    now: Mapping[Week, WeekLoad]
    own: Mapping[Week, WeekLoad]
    trials: tuple[Trial, ...]
    full_week_minutes: float

    @property
    def enough(self) -> bool:
        return len(self.ordinary) >= FEWEST_WEEKS

    def often(self, trial: Trial) -> str:
        """How often a rule fires: every, most (three weeks in four), some or never."""
        part = len(trial.fires) / len(self.ordinary)
        return "every" if part == 1 else "most" if part >= MOST else "some" if part else "never"

    def rightly(self, trial: Trial) -> bool:
        """True if a rule fires so often by the load itself: hours, share or focus alone, in most weeks."""
        alone = [
            clause.fires
            for clause in trial.clauses
            if clause.now.name in LOAD_ITSELF and clause.now in alternatives(trial.now.condition)
        ]
        return max(alone, default=0) >= MOST * len(self.ordinary)

    def blocks(self, own: Collection[Trial] = ()) -> int:
        """The strategic blocks that the weeks would have asked for, these rules with their own thresholds."""
        rules = [trial.own if trial in own else trial.now for trial in self.trials]
        loads = _judged(self.weeks, rules, self.full_week_minutes).values()
        return sum(load.booked.get(STRATEGIC, 0) for load in loads)

    @property
    def advised(self) -> tuple[Trial, ...]:
        """The rules that a person does well to change: those that fire too often without the load to match.

        A rule that never fires is left as an alarm. Where amber is left with no week of its own, red goes
        along: its weeks are then the same ones.
        """
        if not self.enough:
            return ()
        open_to_change = [trial for trial in self.trials if trial.changes and not self.rightly(trial)]
        chosen = [trial for trial in open_to_change if self.often(trial) in ("every", "most")]
        amber = [trial for trial in chosen if trial.now.name == "amber"]
        for trial in open_to_change:
            if trial not in chosen and any(set(mine.own_fires) <= set(trial.fires) for mine in amber):
                chosen.append(trial)
        return tuple(chosen)


def calibrate(weeks: Iterable[WeekLoad], rules: Sequence[Rule], full_week_minutes: float) -> Calibration:
    """Try the rules on completed weeks, each by what it holds; weeks before the calendar begins are left out."""
    looked_at = _since_the_first(sorted(weeks, key=lambda week: week.week))
    ordinary = tuple(week for week in looked_at if is_ordinary(week))
    levels = [rule for rule in rules if rule.name in LEVELS]
    offered = [own_rule(rule, ordinary, full_week_minutes) for rule in levels]
    own = [rule for rule, _ in offered]
    trials = tuple(
        Trial(
            rule,
            mine,
            share,
            _tried(rule, mine, ordinary, full_week_minutes),
            _firing(rule, ordinary, full_week_minutes),
            _firing(mine, ordinary, full_week_minutes),
        )
        for rule, (mine, share) in zip(levels, offered, strict=True)
    )
    return Calibration(
        looked_at,
        ordinary,
        _judged(looked_at, levels, full_week_minutes),
        _judged(looked_at, own, full_week_minutes),
        trials,
        full_week_minutes,
    )


def own_rule(rule: Rule, weeks: Sequence[WeekLoad], full_week_minutes: float) -> tuple[Rule, float]:
    """The rule with the thresholds of the person's own weeks, and the share of weeks at which they stand.

    Each clause alone would be quiet in its share of the weeks. Together they are not; so all of them move
    on, a hundredth at a time, until the rule as a whole is, or would never fire at all.
    """
    share = SHARES[rule.name]
    if len(weeks) < FEWEST_WEEKS:
        return rule, share
    most = allowed(len(weeks), share)
    best = rule, share
    for hundredths in range(round(share * 100), 100):
        condition = map_comparisons(rule.condition, _mover(weeks, hundredths / 100, full_week_minutes))
        mine = replace(rule, condition=condition, text=written(condition))
        fires = len(_firing(mine, weeks, full_week_minutes))
        if not fires and best[0] is not rule:
            break
        best = mine, hundredths / 100
        if fires <= most:
            break
    return best


def allowed(weeks: int, share: float) -> int:
    """In how many of the weeks a trigger may fire that leaves ``share`` of them quiet; one at least."""
    return max(1, floor(weeks * (1 - share) + 0.5))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of the sorted values lie below, linear between neighbours."""
    place = share * (len(values) - 1)
    below = floor(place + ROUNDING)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * max(0.0, place - below)


def _mover(
    weeks: Sequence[WeekLoad], share: float, full_week_minutes: float
) -> Callable[[Comparison], Comparison]:
    return lambda part: _moved(part, _values(part, weeks, full_week_minutes), share)


def _moved(part: Comparison, values: Sequence[float], share: float) -> Comparison:
    """The comparison with the threshold, as people write one, that best leaves the share of the weeks quiet.

    Where several weeks are the same, that can be a little more or less; never does it hold in more than half
    of the weeks. The comparison stays as it is where the weeks say nothing: the measure is always nil, or
    it is always the same and the comparison never holds.
    """
    if part.unit not in STEPS or part.sign in ("=", "!=") or max(values) <= 0:
        return part
    if max(values) == min(values) and not _count(part, values):
        return part
    step, up = STEPS[part.unit], upward(part)
    nearest = round(percentile(values, share if up else 1 - share) / step)
    towards = 1 if up else -1  # the harsher side, where fewer weeks are
    wanted = len(values) * (1 - share)
    best, least = part, float("inf")
    for steps in (0, 1, -1, 2, -2):
        moved = _with_threshold(part, (nearest + steps * towards) * step)
        count = _count(moved, values)
        if float(moved.value) > 0 and count <= len(values) / 2 and abs(count - wanted) < least:
            best, least = moved, abs(count - wanted)
    return best


def _with_threshold(part: Comparison, threshold: float) -> Comparison:
    value = round(threshold, 9)
    literals = {"share": f"{value * 100:g}%", "hours": f"{value:g}h", "count": f"{value:g}"}
    return replace(part, value=value, literal=literals[part.unit])


def _count(part: Comparison, values: Iterable[float]) -> int:
    return sum(compare(value, part.sign, float(part.value)) for value in values)


def _values(part: Comparison, weeks: Iterable[WeekLoad], full_week_minutes: float) -> tuple[float, ...]:
    """What the weeks held, lowest first; what adds up over a week in proportion to a full one."""
    full = full_week_minutes / 60
    scales = MEASURES[part.name].scales and full > 0
    return tuple(
        sorted(
            week.held[part.name] * (full / week.held["capacity_hours"] if scales else 1.0) for week in weeks
        )
    )


def _tried(rule: Rule, own: Rule, weeks: Sequence[WeekLoad], full_week_minutes: float) -> tuple[Tried, ...]:
    pairs = zip(comparisons(rule.condition), comparisons(own.condition), strict=True)
    found = []
    for now, mine in pairs:
        values = _values(now, weeks, full_week_minutes)
        found.append(Tried(now, mine, values, _count(now, values), _count(mine, values)))
    return tuple(found)


def _judged(
    weeks: Sequence[WeekLoad], rules: Sequence[Rule], full_week_minutes: float
) -> Mapping[Week, WeekLoad]:
    """Each week judged by what it holds, as if nothing were remembered."""
    if not weeks:
        return {}
    judge = Judge(rules, weeks[-1].week.plus(1), full_week_minutes)
    return {week.week: judge.judged(week) for week in weeks}


def _firing(rule: Rule, weeks: Sequence[WeekLoad], full_week_minutes: float) -> tuple[Week, ...]:
    judged = _judged(weeks, [rule], full_week_minutes)
    return tuple(week for week, load in judged.items() if load.level == rule.name)


def _since_the_first(weeks: Sequence[WeekLoad]) -> tuple[WeekLoad, ...]:
    """Without the weeks from before the calendar was kept."""
    used = [n for n, week in enumerate(weeks) if week.held["meetings"] or week.held["operational_hours"]]
    return tuple(weeks[used[0] :]) if used else ()
