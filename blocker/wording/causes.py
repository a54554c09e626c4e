"""Why a block was asked for, in words: the measured causes with their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from blocker.measuring.conditions import compare
from blocker.values.plan import Cause
from blocker.wording.texts import MEASURE_WORDS, TEXTS, quantity, say

MOST_CAUSES = 4


def why_lines(kind: str, tier: str, causes: Sequence[Cause], texts: Mapping[str, str]) -> list[str]:
    """The reasons in words, and each measured cause with its numbers."""
    names = dict.fromkeys(name for name in (tier, kind) if f"why.{name}" in TEXTS)
    reasons = [say(f"why.{name}", texts) for name in names]
    reasons += [_reason(cause, texts) for cause in causes[:MOST_CAUSES]]
    return [say("why.line", texts, reason=reason) for reason in dict.fromkeys(reasons)]


def _reason(cause: Cause, texts: Mapping[str, str]) -> str:
    """A cause as the person reads it in a block."""
    own = f"because.{cause.rule}"
    values = _cause_values(cause, texts)
    words = str(values["measure"])
    values["measure"] = words[:1].upper() + words[1:]
    return say(own if own in TEXTS else f"reason.{_judged_by(cause)}", texts, **values) + usual_words(
        cause, texts
    )


def cause_words(cause: Cause, texts: Mapping[str, str]) -> str:
    """One cause as a sentence with measured value and threshold, for a terminal."""
    return say(f"cause.{_judged_by(cause)}", texts, **_cause_values(cause, texts)) + usual_words(cause, texts)


def usual_words(cause: Cause, texts: Mapping[str, str]) -> str:
    """The usual line, where the one that counts is the person's own; "" where they are the same."""
    if cause.usual is None or compare(cause.usual, "=", cause.threshold):
        return ""
    return say("cause.usual", texts, usual=quantity(cause.usual, cause.unit, texts))


def _judged_by(cause: Cause) -> str:
    """What the measured value is: ``both`` values' heavier one, a ``forecast``, or just what is there.

    A forecast is no mean of recent weeks, so that a cause that rests on one names none.
    """
    if cause.held is None or cause.held == cause.recent:
        return "line"
    if cause.recent is not None:
        return "both"
    return "line" if cause.measured == cause.held else "forecast"


def _cause_values(cause: Cause, texts: Mapping[str, str]) -> dict[str, object]:
    known = cause.measure in MEASURE_WORDS
    return {
        "rule": cause.rule,
        "measure": say(f"measure.{cause.measure}", texts) if known else cause.measure,
        "measured": quantity(cause.measured, cause.unit, texts),
        "threshold": quantity(cause.threshold, cause.unit, texts),
        "held": quantity(cause.held or 0.0, cause.unit, texts),
        "recent": quantity(cause.recent or 0.0, cause.unit, texts),
    }
