"""Which calendar one is, however its address is spelt: what memory, lock and confirmation hang on."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct


def _itself(address: str) -> bool:
    """A calendar with no second name."""
    return False


class Identity(Struct, frozen=True):
    """One calendar. ``name`` is unique and lasting; ``answers_to`` knows the other names it was kept under."""

    name: str
    answers_to: Callable[[str], bool] = _itself
