"""Conditions in the configuration: read by those who will test them, their errors placed in the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from blocker.config_values import BadValueError, words
from blocker.values.errors import quoted

if TYPE_CHECKING:
    from blocker.measuring.expressions import ExpressionError


def rule_condition(value: object) -> str:
    """The condition of a rule, over measures."""
    from blocker.rules.rules import condition

    return _checked(value, condition)


def event_condition(value: object) -> str:
    """A condition of [classify], over the properties of an event."""
    from blocker.measuring.classify import condition

    return _checked(value, condition)


def _checked(value: object, read: Callable[[str], object]) -> str:
    from blocker.measuring.expressions import ExpressionError

    condition = words(value)
    try:
        read(condition)
    except ExpressionError as error:
        first, *more = [_problem(wrong) for wrong in (error, *error.more)]
        first.more = tuple(more)
        raise first from None
    return condition


def _problem(error: ExpressionError) -> BadValueError:
    near = f"; did you mean {quoted(error.nearest[0])}?" if error.nearest else ""
    return BadValueError(error.message + near, error.column - 1)
