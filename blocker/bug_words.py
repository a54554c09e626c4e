"""A person's own words for kinds and rules, kept out of a bug report without another plan coming of it."""

from __future__ import annotations

from typing import Any

from blocker.values.kinds import EVENT_KINDS, LEVELS
from blocker.values.settings import SHIPPED_KINDS, Settings


class Numbered:
    """Puts numbers for the names that a person gave to kinds and rules, in the order of the names."""

    def __init__(self, settings: Settings) -> None:
        booked = {kind for rule in settings.rules for kind in rule.book}
        kinds = sorted((booked | set(settings.blocks)) - set(SHIPPED_KINDS) - set(EVENT_KINDS))
        rules = sorted({rule.name for rule in settings.rules} - set(LEVELS))
        self._kinds = {name: f"kind{number}" for number, name in enumerate(kinds, 1)}
        self._rules = {name: f"rule{number}" for number, name in enumerate(rules, 1)}

    def walk(self, value: Any, name: str = "", inside: str = "") -> Any:
        """The same value without those names; ``name`` is what it is called, ``inside`` in what."""
        if isinstance(value, dict):
            of_kinds = name in ("generations", "book")
            return {self._kind(k) if of_kinds else k: self.walk(v, k, name) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.walk(item, name, inside) for item in value]
        if not isinstance(value, str):
            return value
        if name == "rule" or (name == "name" and inside == "rules"):
            return self._rules.get(value, self._kind(value))
        if name in ("kind", "key", "skipped_keys", "name", "tier"):
            return self._kind(value)
        return value

    def _kind(self, text: str) -> str:
        """A kind's name, or a key that begins with one."""
        kind, slash, rest = text.partition("/")
        return f"{self._kinds.get(kind, kind)}{slash}{rest}"
