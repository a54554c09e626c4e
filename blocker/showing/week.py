"""``explain WEEK`` for a terminal and for programs: words, not codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from blocker.measuring.conditions import Comparison, Condition
from blocker.rules.judge import FORECAST
from blocker.showing.documents import (
    SCHEMA,
    cause_document,
    change_document,
    span_document,
    unplaced_document,
    week_document,
)
from blocker.showing.load import blocks_asked
from blocker.showing.plan_in_full import change_lines, unplaced_lines, week_line
from blocker.showing.plan_text import (
    SHORT_CAUSES,
    clean,
    healthy_words,
    level_words,
    measured,
    span,
    told_words,
)
from blocker.showing.week_reasons import RuleReason, WeekReasons
from blocker.values.kinds import LEVELS
from blocker.values.plan import Cause, WeekLoad
from blocker.wording.causes import usual_words
from blocker.wording.texts import MEASURE_WORDS

AMOUNTS = {
    ">=": "{value} or more", ">": "more than {value}", "<=": "{value} or less", "<": "less than {value}",
    "=": "just {value}", "!=": "anything but {value}",
}  # fmt: skip
MOST_CAUSES = 3  # beside the first
COUNTS = {2: "two", 3: "three", 4: "four"}


def reasons_screen(found: WeekReasons, zone: ZoneInfo, plain: bool = False) -> list[str]:
    """Why this level, in the lines that are passed; the week's blocks; and what changed it."""
    load = found.week.load
    why = level_words(load)
    heading = f"Week of {load.begins.day} {load.begins:%b}: {load.level}{f', {why}' if why else ''}."
    lines = [heading, f"{week_line(found.week, plain, verbose=False)}"]
    more = dict.fromkeys(healthy_words(cause, load) for cause in load.causes[1:])
    lines += [f"  {words}" for words in more][:MOST_CAUSES]
    lines += [f"  {told_words(load)}"] if load.told_hours else []
    lines += ["", *_asked(found)]
    for block in sorted(found.stood, key=lambda block: block.when):
        lines.append(f"  {span(block.when, zone)}  {clean(block.title)}")
    for change in sorted(found.blocks, key=lambda change: change.slot):
        said = [cause for cause in change.causes if cause.rule in LEVELS]  # in the heading
        lines += change_lines(change, zone, plain=plain, said=said)
    remarks = [f"  {clean(words)}" for words in found.remarks]
    names = ", ".join(f"{item.kind} {item.minutes} min" for item in found.missing)
    open_ones = [f"  not found yet: {names}: {clean(found.missing[0].why)}"] if names else []
    return [*lines, *(["", *remarks, *open_ones] if remarks or open_ones else [])]


def reasons_lines(found: WeekReasons, zone: ZoneInfo, plain: bool = False) -> list[str]:
    """Why this level, each clause of each rule, what was booked, and what changed it."""
    load = found.week.load
    lines = [week_line(found.week, plain), "", *_judged(found)]
    for rule in found.rules:
        lines += ["", *_rule_lines(rule, load)]
    lines += ["", *_asked(found), *_blocks(found, zone, plain)]
    remarks = [clean(words) for words in found.remarks]
    if remarks or found.missing:
        lines += ["", "What changed it:", *(f"  {words}" for words in remarks)]
        for item in found.missing:
            lines += unplaced_lines(item, zone, plain)
    return lines


def _judged(found: WeekReasons) -> Iterator[str]:
    load = found.week.load
    yield f"Its level is {load.level}. {_by_what(found)}"
    if load.told_hours:
        hours = measured(load.held["operational_hours"], "hours")
        yield f"It has {hours} of operational time, {told_words(load)}."
    if found.full_hours and load.held["capacity_hours"] and load.held["capacity_hours"] != found.full_hours:
        yield (
            f"It has {measured(load.held['capacity_hours'], 'hours')} of working time"
            f" (a full week: {measured(found.full_hours, 'hours')}); lines in hours a week are in proportion."
        )


def _by_what(found: WeekReasons) -> str:
    load = found.week.load
    if not load.held["capacity_hours"]:
        return "It has no working time."
    if found.over:
        return "It is over, and is judged by what it had."
    if load.recent is None:
        return "It is judged by what it has."
    others = (
        "the forecast or your recent weeks" if load.forecast is not None else "the mean of your recent weeks"
    )
    return f"It is still filling up: each line is judged by the heavier of what it has now and {others}."


def _rule_lines(reason: RuleReason, load: WeekLoad) -> list[str]:
    name = clean(reason.rule.name)
    whole = reason.rule.condition
    verb = "applies" if reason.fires else "does not apply"
    if isinstance(whole, Comparison):
        return [f"{name} {verb}:", *_clause_lines(whole, reason, load, 1)]
    lines = [f"{name} {verb}; it needs {_needed(whole)}:"]
    for part in whole.parts:
        lines += _clause_lines(part, reason, load, 1)
    return lines


def _needed(condition: Condition) -> str:
    if isinstance(condition, Comparison):
        return "this"
    if condition.needed == 1:
        return "one of these"
    if condition.needed == len(condition.parts):
        return "all of these"
    return f"{COUNTS.get(condition.needed, str(condition.needed))} of these"


def _clause_lines(part: Condition, reason: RuleReason, load: WeekLoad, depth: int) -> Iterable[str]:
    indent = "  " * depth
    if not isinstance(part, Comparison):
        yield f"{indent}{_needed(part)}:"
        for inner in part.parts:
            yield from _clause_lines(inner, reason, load, depth + 1)
        return
    clause = reason.clauses[part]
    cause = clause.cause
    words = MEASURE_WORDS.get(cause.measure, cause.measure)
    value = measured(load.held[cause.measure], cause.unit)
    wanted = amount(part.sign, cause)
    yield f"{indent}{'yes' if clause.fires else 'no':<5}{words}: {value}{_alternative(cause, load)}, applies at {wanted}{usual_words(cause, {})}"


def amount(sign: str, cause: Cause) -> str:
    """``20 h or more``: the threshold for this week."""
    return AMOUNTS[sign].format(value=measured(cause.threshold, cause.unit))


def _alternative(cause: Cause, load: WeekLoad) -> str:
    if load.recent is None:
        return ""
    value = measured(load.recent[cause.measure], cause.unit)
    forecast = load.forecast is not None and cause.measure in FORECAST
    return f" ({'forecast' if forecast else 'recent weeks'} {value})"


def _asked(found: WeekReasons) -> list[str]:
    asked = blocks_asked(found.week.load)
    ask = "asked" if found.over else "ask"
    return [f"The rules {ask} for {asked or 'no blocks'}."]


def _blocks(found: WeekReasons, zone: ZoneInfo, plain: bool) -> list[str]:
    """The blocks of the week, in order of time."""
    lines = [
        f"  {'was there' if found.over else 'there'}: {span(block.when, zone)}  {clean(block.title)}  [{block.key}]"
        for block in sorted(found.stood, key=lambda block: block.when)
    ]
    for change in sorted(found.blocks, key=lambda change: change.slot):
        lines += change_lines(change, zone, True, plain)
        rules = dict.fromkeys(
            SHORT_CAUSES.get(cause.rule) or f"{cause.rule} asks for it" for cause in change.causes
        )
        lines += [f"      {clean('; '.join(rules))}"] if rules else []
    return lines or ["  It has no block of ours."]


def reasons_document(found: WeekReasons, zone: ZoneInfo) -> dict[str, Any]:
    """The week as ``load`` has it, with its rules, blocks and what changed it."""
    load = found.week.load
    document = week_document(load, found.week)
    document["rules"] = [
        {
            "name": reason.rule.name,
            "when": reason.rule.text,
            "fires": reason.fires,
            "book": dict(reason.rule.book),
            "clauses": [
                {
                    "text": clause.text,
                    **cause_document(clause.cause),
                    "held": round(load.held[clause.cause.measure], 4),
                    "fires": clause.fires,
                }
                for clause in reason.clauses.values()
            ],
        }
        for reason in found.rules
    ]
    document["blocks"] = [change_document(change, zone) for change in found.blocks]
    document["stood"] = [
        {"key": block.key, "kind": block.kind, **span_document(block.when, zone), "title": block.title}
        for block in found.stood
    ]
    document["unplaced"] = [unplaced_document(item, zone) for item in found.missing]
    document["reasons"] = list(found.remarks)
    return {"schema": SCHEMA, "weeks": [document]}
