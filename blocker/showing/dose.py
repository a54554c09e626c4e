"""What a month will look like, before it is booked: how much, why so much, and what to set for less or more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from msgspec import Struct

from blocker.measuring.conditions import compare, comparisons
from blocker.rules.own_lines import FEWEST_WEEKS
from blocker.rules.survey import Survey
from blocker.showing.plan_text import measured
from blocker.values.kinds import NOTE, OFFSITE, STRATEGIC
from blocker.values.memory import OwnLines
from blocker.values.plan import Plan
from blocker.values.request import Request
from blocker.values.workweek import Week

STANDS = ("create", "move", "update", "keep", "adopt")
STEP = 30  # minutes: what is named is in half hours
MORE = 2  # hours a week: a step up


class Dose(Struct, frozen=True):
    """The blocks of the weeks ahead but for the half day: how many of a kind, minutes by week, and the free minutes
    that these weeks are judged to have.
    """

    kinds: Mapping[str, int]
    minutes: Mapping[Week, int]
    free: float
    weeks: int

    @property
    def blocks(self) -> int:
        return sum(self.kinds.values())

    @property
    def halved(self) -> float:
        """The hours a week at most with which half of it is left, in half hours."""
        total, most = sum(self.minutes.values()), max(self.minutes.values(), default=0)
        limits = (limit for limit in range(most - most % STEP, STEP, -STEP))
        return next((n for n in limits if 2 * self._within(n) <= total), STEP) / 60

    def _within(self, limit: int) -> int:
        return sum(min(minutes, limit) for minutes in self.minutes.values())


def dose_of(plan: Plan, seen: Survey, request: Request) -> Dose:
    kinds, minutes = Counter[str](), Counter[Week]()
    for change in plan.changes:
        if change.action in STANDS and change.kind not in (OFFSITE, NOTE) and change.slot.end > request.now:
            kinds[change.kind] += 1
            minutes[request.workweek.key_week(change.key, change.slot)] += change.slot.minutes
    free = 0.0
    for week in request.horizon:
        held, lately = seen.loads[week].held, seen.recent_operational[week] or 0.0
        free += 60 * max(0.0, held["capacity_hours"] - max(held["operational_hours"], lately))
    return Dose(kinds, minutes, free, len(request.horizon))


def dose_lines(plan: Plan, seen: Survey, request: Request, brief: bool = False) -> list[str]:
    """What it comes to; unless ``brief`` also where the levels come from, and what to set for less or more."""
    dose = dose_of(plan, seen, request)
    if brief:
        return [how_much(dose)]
    return [
        how_much(dose),
        where_lines_come_from(seen.lines, seen, request),
        what_to_set(dose, request),
    ]


def how_much(dose: Dose) -> str:
    total = sum(dose.minutes.values())
    share = f", {total / dose.free * 100:.0f} % of your free time" if dose.free else ""
    blocks = "one block" if dose.blocks == 1 else f"{dose.blocks} blocks"
    a_week = measured(total / 60 / dose.weeks, "hours")
    return f"The next {dose.weeks} weeks: {blocks}, about {a_week} a week{share}."


def where_lines_come_from(lines: OwnLines | None, seen: Survey, request: Request) -> str:
    """How the levels that decide the number are found, with the line for red as the one that counts most."""
    if lines is None:
        why = (
            "as you set it"
            if request.settings.thresholds == "usual"
            else f"until your calendar has {FEWEST_WEEKS} full weeks behind it"
        )
        return f"A heavy week gets more of them; heavy is judged by the usual lines, {why}."
    begins = next(_red_hours(seen), "")
    return f"A heavy week gets more of them; heavy is judged by your own last {lines.weeks} weeks and those to come{begins}."


def _red_hours(seen: Survey) -> Iterator[str]:
    for rule in seen.rules:
        if rule.name == "red" and "operational_hours" in rule.usual:
            yield from (
                f": red begins at {measured(float(part.value), 'hours')}, usually at "
                f"{measured(rule.usual['operational_hours'], 'hours')}"
                for part in comparisons(rule.condition)
                if part.name == "operational_hours"
                and not compare(float(part.value), "=", rule.usual[part.name])
            )


def what_to_set(dose: Dose, request: Request) -> str:
    """One line of the config for half of it, for none of a kind, and for more."""
    off = [f"blocks.{kind}.enabled = false" for kind in sorted(dose.kinds) if kind != STRATEGIC]
    none_of = f"; {' or '.join(off)} for none of a kind" if off else ""
    more = request.settings.limits.hours + MORE
    return f"To change that in the config: limits.hours = {dose.halved:g} for half of it, {more:g} for more{none_of}."
