"""Goals in words: the one that a strategic block is held against, and the one whose day is past, asked about once."""

from __future__ import annotations

from datetime import date

from blocker.rules.goals import goals_ahead, goals_past
from blocker.values.kinds import STRATEGIC
from blocker.values.request import Request
from blocker.wording.texts import date_words, in_words, say

NAME_WORDS = 5
MOST = 2  # lines


def goal_lines(key: str, day: date, request: Request) -> list[str]:
    """What the next strategic block, on ``day``, asks about a goal: one whose day is past, or else of those without
    a day another one each time.
    """
    texts, today = request.settings.texts, request.workweek.date_of(request.now)
    thought = _strategic_days(key, request)
    lines = [
        say("goal.past", texts, goal=in_words(goal.name, NAME_WORDS), day=date_words(by, texts))
        for goal, by in goals_past(request.settings, today)
        if not any(by < other < day for other in thought)
    ]
    lasting = [goal for goal in goals_ahead(request.settings, today) if goal.by is None]
    if lasting and not lines:
        turn = day.toordinal() // 7 + day.weekday()  # the next one each week, another one on another day
        name = lasting[turn % len(lasting)].name
        lines.append(say("goal.rotating", texts, goal=in_words(name, NAME_WORDS)))
    return lines[:MOST]


def _strategic_days(key: str, request: Request) -> set[date]:
    """The days of the other strategic blocks, past ones too, as far as they are known."""
    there = {block.key: block.when for block in request.snapshot.blocks}
    slots = {known.key: known.slot for known in request.memory.blocks if known.state == "placed"} | there
    return {
        request.workweek.date_of(slot.start)
        for other, slot in slots.items()
        if other != key and other.split("/")[0] == STRATEGIC
    }
