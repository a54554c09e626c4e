"""Two sets of lines beside each other, over weeks that are over: the usual ones, and those that the person has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from blocker.measuring.conditions import Comparison, comparisons
from blocker.rules.judge import Judge, is_ordinary
from blocker.rules.rules import Rule
from blocker.values.kinds import LEVELS
from blocker.values.plan import WeekLoad
from blocker.values.workweek import Week


class Tried(Struct, frozen=True):
    """Completed weeks, oldest first, as these rules judge them by what they hold.

    Weeks with fewer than four working days are judged, and are not ``counted``.
    """

    rules: tuple[Rule, ...]
    weeks: tuple[WeekLoad, ...]

    @property
    def counted(self) -> tuple[WeekLoad, ...]:
        return tuple(filter(is_ordinary, self.weeks))

    def fires(self, level: str) -> tuple[Week, ...]:
        """The counted weeks at this level or above."""
        least = LEVELS.index(level)
        return tuple(load.week for load in self.counted if LEVELS.index(load.level) >= least)

    def lines(self, level: str) -> dict[str, Comparison]:
        """By measure, the line of a level's rule."""
        mine = [rule for rule in self.rules if rule.name == level]
        return {part.name: part for rule in mine for part in comparisons(rule.condition)}

    def passed(self, level: str, measure: str) -> int:
        """In how many of the counted weeks a measure is past its line."""
        clauses = [clause for load in self.counted for clause in load.clauses]
        return sum(c.fires for c in clauses if (c.rule, c.cause.measure) == (level, measure))


class Calibration(Struct, frozen=True):
    """The same weeks by the usual lines of the role and by the person's own."""

    usual: Tried
    own: Tried


def calibrate(
    weeks: Iterable[WeekLoad], usual: Sequence[Rule], own: Sequence[Rule], full_week_minutes: float
) -> Calibration:
    """Judge completed weeks by both sets of rules; those from before the calendar was kept are left out."""
    looked_at = _since_the_first(sorted(weeks, key=lambda week: week.week))

    def tried(rules: Sequence[Rule]) -> Tried:
        levels = tuple(rule for rule in rules if rule.name in LEVELS)
        return Tried(
            levels, tuple(Judge(levels, week.week, full_week_minutes).judged(week) for week in looked_at)
        )

    return Calibration(tried(usual), tried(own))


def _since_the_first(weeks: Sequence[WeekLoad]) -> Sequence[WeekLoad]:
    used = [n for n, week in enumerate(weeks) if week.held["meetings"] or week.held["operational_hours"]]
    return weeks[used[0] :] if used else ()
