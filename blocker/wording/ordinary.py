"""What is said of an ordinary week that is past the usual red line: the load is the finding, not more blocks."""

from __future__ import annotations

from collections.abc import Mapping

from blocker.values.memory import OwnLines
from blocker.wording.texts import quantity, say


def ordinary_words(lines: OwnLines | None, texts: Mapping[str, str]) -> str:
    """One sentence with the measure that is furthest past its line; "" where the ordinary week is not."""
    if lines is None or not lines.ordinary:
        return ""
    cause = lines.ordinary[0]
    return say(
        "ordinary",
        texts,
        measure=say(f"measure.{cause.measure}", texts),
        measured=quantity(cause.measured, cause.unit, texts),
        usual=quantity(cause.threshold, cause.unit, texts),
    )
