"""Why a block was asked for, in words: the measured causes with their numbers."""

from __future__ import annotations

from collections.abc import Mapping

from blocker.measuring.conditions import compare
from blocker.rules.goals import GOAL
from blocker.values.memory import Memory, OwnLines
from blocker.values.plan import Cause, WeekLoad
from blocker.values.workweek import Week
from blocker.wording.texts import MEASURE_WORDS, TEXTS, quantity, say

CALM = "calm"
DEBT = "debt"
RED_WEEKS = 2  # in a row: a learning team about normal work is suggested


def why_lines(kind: str, tier: str, texts: Mapping[str, str]) -> list[str]:
    """What a block of this kind and tier is for."""
    return [say(f"why.{name}", texts) for name in dict.fromkeys((tier, kind)) if f"why.{name}" in TEXTS]


def why_booked(key: str, tier: str, load: WeekLoad | None, texts: Mapping[str, str]) -> str:
    """Why the next block is there, in one sentence: from the level of its week as it is judged now.

    The search that placed it knew more; later runs do not, and the same words have to come of both.
    """
    if tier == DEBT:
        return say("why.debt", texts)
    cause = next((cause for cause in load.causes if cause.rule == load.level), None) if load else None
    if load is not None and load.level != CALM and cause is not None:
        usual = cause.held is not None and cause.held != cause.measured
        week = say("week.usual" if usual else "week.this", texts)
        measured = quantity(cause.measured, cause.unit, texts)
        words = say(f"because.{cause.measure}", texts, week=week, measured=measured)
        return say("why.because", texts, cause=words)
    if load is None or key.endswith("/1"):
        return say("why.floor", texts)
    return say("why.fuller", texts, operational=quantity(load.held["operational_hours"], "hours", texts))


def ordinary_words(lines: OwnLines | None, texts: Mapping[str, str], name: str = "ordinary") -> str:
    """One sentence, the text ``name``, of an ordinary week that is past the usual red line; "" where it is not.

    It has the measure that is furthest past its line: the load is the finding, not more blocks.
    """
    if lines is None or not lines.ordinary:
        return ""
    cause = lines.ordinary[0]
    return say(
        name,
        texts,
        measure=_measure(cause, texts),
        measured=quantity(cause.measured, cause.unit, texts),
        usual=quantity(cause.threshold, cause.unit, texts),
    )


def red_weeks_words(memory: Memory, running: Week, texts: Mapping[str, str]) -> str:
    """What to think of once two weeks or more were red, up to the last one; "" before that."""
    levels = {record.week: record.level for record in memory.weeks}
    number = next(n for n in range(len(levels) + 1) if levels.get(running.plus(-n - 1)) != "red")
    return say("red_weeks", texts, number=number) if number >= RED_WEEKS else ""


def cause_words(cause: Cause, texts: Mapping[str, str]) -> str:
    """One cause as a sentence with measured value and threshold, for a terminal."""
    if cause.rule == GOAL:
        return say("cause.goal", texts, goal=cause.measure, weeks=quantity(cause.measured, cause.unit, texts))
    words = say(
        f"cause.{_judged_by(cause)}",
        texts,
        rule=cause.rule,
        measure=_measure(cause, texts),
        measured=quantity(cause.measured, cause.unit, texts),
        threshold=quantity(cause.threshold, cause.unit, texts),
        held=quantity(cause.held or 0.0, cause.unit, texts),
        recent=quantity(cause.recent or 0.0, cause.unit, texts),
    )
    return words + usual_words(cause, texts)


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


def _measure(cause: Cause, texts: Mapping[str, str]) -> str:
    known = cause.measure in MEASURE_WORDS
    return say(f"measure.{cause.measure}", texts) if known else cause.measure
