"""Rules: a name, a condition over the measures, and what it books. Presets and the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from blocker.measuring.conditions import Condition, comparisons
from blocker.measuring.expressions import parse
from blocker.measuring.measures import MEASURES
from blocker.rules import presets
from blocker.values.memory import OwnLines
from blocker.values.settings import RuleText, Settings

MEASURE_UNITS: Mapping[str, str] = {name: known.unit for name, known in MEASURES.items()}


class Rule(Struct, frozen=True):
    """A rule, ready to be judged by. ``book`` is kind → blocks in a week of five working days.

    Rules named amber and red set the level of a week; a rule of any other name only books.
    """

    name: str
    condition: Condition
    book: Mapping[str, int]
    text: str
    usual: Mapping[str, float] = {}  # measure → the usual line of the role


@lru_cache(maxsize=64)
def condition(text: str) -> Condition:
    """Read a condition over the measures; raises ExpressionError with the column of what is wrong."""
    return parse(text, MEASURE_UNITS)


def rules_for(settings: Settings, lines: OwnLines | None = None) -> tuple[Rule, ...]:
    """The rules of the role, at the person's own lines where there are any; those of the same name in the config
    in their place, as they are written; then further ones.
    """
    rules = {level: usual_rule(settings.role, level) for level in presets.BOOKS}
    if lines is not None:
        amber, red = rules["amber"], rules["red"]
        rules["amber"] = at_lines(replace(amber, usual={**red.usual, **amber.usual}), lines.amber)
        rules["red"] = at_lines(red, lines.red)
    rules |= {rule.name: _written(rule) for rule in settings.rules}
    return tuple(rules.values())


def usual_rule(role: str, level: str) -> Rule:
    """A level's rule at the usual lines of the role."""
    rule = _written(RuleText(level, presets.when(role, level), presets.BOOKS[level]))
    return replace(rule, usual=_lines_of(rule))


def _written(rule: RuleText) -> Rule:
    return Rule(rule.name, condition(rule.when), rule.book, rule.when)


def at_lines(rule: Rule, text: str) -> Rule:
    """The rule with another condition; what it books and its usual lines stay."""
    return replace(rule, condition=condition(text), text=text)


def _lines_of(rule: Rule) -> Mapping[str, float]:
    return {part.name: float(part.value) for part in comparisons(rule.condition)}
