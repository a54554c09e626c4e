"""Why a week has its level, what follows from that, and what stood in the way: the answer to ``explain WEEK``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from blocker.measuring.conditions import Comparison, comparisons, holds
from blocker.rules.rules import Rule
from blocker.rules.survey import Survey
from blocker.values.events import StandingBlock
from blocker.values.kinds import NOTE, STRATEGIC
from blocker.values.memory import ANSWERS
from blocker.values.plan import Change, Clause, Plan, Unplaced, WeekPlan
from blocker.values.request import Request
from blocker.values.workweek import Week, day_words


class RuleReason(Struct, frozen=True):
    """One rule on one week: does it fire, and each of its clauses."""

    rule: Rule
    fires: bool
    clauses: Mapping[Comparison, Clause]


class WeekReasons(Struct, frozen=True):
    """``stood`` are blocks of a week that is over, ``blocks`` what the plan does in one that is not.

    ``remarks`` are sentences: what made more or less of the week than its clauses say; ``full_hours`` is what a full week has.
    """

    week: WeekPlan
    rules: tuple[RuleReason, ...]
    full_hours: float
    stood: tuple[StandingBlock, ...]
    blocks: tuple[Change, ...]
    missing: tuple[Unplaced, ...]
    remarks: tuple[str, ...]
    over: bool


def week_reasons(week: WeekPlan, made: Plan, seen: Survey, request: Request) -> WeekReasons:
    number, workweek = week.load.week, request.workweek
    over = number < request.running
    blocks = tuple(
        change
        for change in made.changes
        if change.action != "forget"
        and change.kind != NOTE
        and workweek.key_week(change.key, change.slot) == number
    )
    shown = {change.key for change in blocks}
    stood = tuple(
        block
        for block in request.snapshot.blocks
        if block.kind != NOTE
        and block.key not in shown
        and workweek.key_week(block.key, block.when) == number
    )
    kinds = {*(block.kind for block in stood), *(change.kind for change in blocks)}
    if over and STRATEGIC in kinds:
        week = replace(week, floor="block")
    return WeekReasons(
        week=week,
        rules=_rule_reasons(week, seen.rules),
        full_hours=workweek.full_week_minutes / 60,
        stood=stood,
        blocks=blocks,
        missing=tuple(item for item in made.unplaced if f"/{number}/" in item.key),
        remarks=tuple(_remarks(week, request, seen.rules)),
        over=over,
    )


def _rule_reasons(week: WeekPlan, rules: Sequence[Rule]) -> tuple[RuleReason, ...]:
    """The rules with the week's clauses, which stand in the order of the rules and their comparisons."""
    left = iter(week.load.clauses)
    reasons = []
    for rule in rules:
        clauses = {part: next(left) for part in dict.fromkeys(comparisons(rule.condition))}
        fires = holds(rule.condition, lambda part, found=clauses: found[part].fires)  # type: ignore[misc]
        reasons.append(RuleReason(rule, fires, clauses))
    return tuple(reasons)


def _remarks(week: WeekPlan, request: Request, rules: Sequence[Rule]) -> list[str]:
    """Everything that made more or less of the week than its clauses say today."""
    load, memory = week.load, request.memory
    number = load.week
    if number < request.running:
        return _afterwards(week, request)
    found = []
    if number in memory.skipped_weeks:
        found.append("You skipped this week: nothing is booked in it.")
    if memory.paused_until is not None and request.workweek.date_of(request.now) <= memory.paused_until:
        found.append(
            f"Paused until {day_words(memory.paused_until)}: nothing new is booked; blocks that are there stay."
        )
    if not load.working:
        found.append("Fewer than two working days of it are left: nothing new is booked in it.")
    elif 0 < load.open_days < 5 and _asked_in_full(week, rules) > load.booked.get(STRATEGIC, 0):
        found.append(
            f"It has {load.open_days} working days: of {_asked_in_full(week, rules)} thinking blocks in a full"
            f" week it asks for {load.booked.get(STRATEGIC, 0)}."
        )
    own = load.held["strategic_hours"]
    if own:
        found.append(f"Your own thinking time counts towards it: {own:.1f} h.")
    if number not in request.horizon:
        found.append("It is beyond the five weeks that are planned.")
    return found


def _afterwards(week: WeekPlan, request: Request) -> list[str]:
    """What is still known of a week that is over."""
    number = week.load.week
    found = []
    record = next((record for record in request.memory.weeks if record.week == number), None)
    if record is not None and record.level != week.load.level:
        found.append(f"At the time its level was {record.level}.")
    if number in request.memory.skipped_weeks:
        found.append("You skipped this week: nothing was booked in it.")
    for known in request.memory.blocks:
        if known.answer and request.workweek.key_week(known.key, known.slot) == number:
            start = request.workweek.local(known.slot.start)
            found.append(f"{day_words(start)}, {start:%H:%M}: {ANSWERS[known.answer]}.")
    if record is not None and record.overrun_minutes:
        found.append(f"Meetings took {record.overrun_minutes} minutes of its thinking blocks.")
    return found


def _asked_in_full(week: WeekPlan, rules: Sequence[Rule]) -> int:
    """The strategic blocks that the week's level books in five working days."""
    names = {"calm": (), "amber": ("amber",), "red": ("amber", "red")}[week.load.level]
    return max((rule.book.get(STRATEGIC, 0) for rule in rules if rule.name in names), default=1)


def week_of_plan(made: Plan, seen: Survey, week: Week) -> WeekPlan:
    """The week as the plan has it; outside the horizon there is no floor to speak of."""
    planned = {plan.load.week: plan for plan in made.weeks}
    return planned.get(week) or WeekPlan(seen.loads[week], "none")
