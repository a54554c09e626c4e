"""What a week's level was judged by, in words."""

from __future__ import annotations

from blocker.rules.judge import FORECAST
from blocker.values.plan import Cause, WeekLoad

BEFORE_WORDS, FORECAST_WORDS = "the weeks before", "the forecast"


def judged_words(load: WeekLoad) -> str:
    """What raised the level above what the week itself holds: the weeks before, the forecast, or both.

    Empty where it is judged by what it holds.
    """
    if load.judged_by != "recent":
        return ""
    raised = [cause for cause in load.causes if cause.rule == load.level and cause.measured != cause.held]
    found = dict.fromkeys(_source(cause, load) for cause in raised)
    return " and ".join(found) or BEFORE_WORDS


def _source(cause: Cause, load: WeekLoad) -> str:
    foretold = load.forecast is not None and cause.measure in FORECAST
    return FORECAST_WORDS if foretold else BEFORE_WORDS
