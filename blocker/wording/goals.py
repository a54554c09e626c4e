"""Goals in words: the one that a strategic block is held against, and the one whose day is past, asked about once."""

from __future__ import annotations

from datetime import date

from blocker.rules.goals import goals_ahead, goals_past
from blocker.values.request import Request
from blocker.wording.texts import date_words, in_words, say

NAME_WORDS = 5
MOST = 2  # whose days are past, in one block


def goal_lines(key: str, day: date, request: Request) -> list[str]:
    """What the next strategic block, on ``day``, asks about a goal: one whose day is past and that no
    block has asked about, or else of those without a day another one each time.
    """
    texts, today = request.settings.texts, request.workweek.date_of(request.now)
    others = [b.text for b in request.snapshot.blocks if b.key != key and b.when.start <= request.now]
    past = [
        say("goal.past", texts, goal=in_words(goal.name, NAME_WORDS), day=date_words(by, texts))
        for goal, by in goals_past(request.settings, today)
    ]
    lines = [line for line in past if not any(line in text for text in others)][:MOST]
    lasting = [goal for goal in goals_ahead(request.settings, today) if goal.by is None]
    if lasting and not lines:
        turn = day.toordinal() // 7 + day.weekday()  # the next one each week, another one on another day
        name = lasting[turn % len(lasting)].name
        lines.append(say("goal.rotating", texts, goal=in_words(name, NAME_WORDS)))
    return lines
