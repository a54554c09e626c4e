"""Rules: a name, a condition over the measures, and what it books. Presets and the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from blocker.measuring.conditions import Condition
from blocker.measuring.expressions import parse
from blocker.measuring.measures import MEASURES
from blocker.rules import presets
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


@lru_cache(maxsize=64)
def condition(text: str) -> Condition:
    """Read a condition over the measures; raises ExpressionError with the column of what is wrong."""
    return parse(text, MEASURE_UNITS)


def rules_for(settings: Settings) -> tuple[Rule, ...]:
    """The rules of the role, those of the same name in the config in their place, then further ones."""
    texts = {
        level: RuleText(level, presets.when(settings.role, level), book)
        for level, book in presets.BOOKS.items()
    }
    texts |= {rule.name: rule for rule in settings.rules}
    return tuple(Rule(rule.name, condition(rule.when), rule.book, rule.when) for rule in texts.values())
