"""Every sentence that goes into a calendar or is said of a block, in one place, as templates.

A person may override any of them by its name in the config's ``[texts]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from blocker.settings import Theme

TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "title.strategic": "Strategic thinking: {theme}",
        "title.frontline": "Front-line time",
        "title.learning": "Learning time",
        "title.offsite": "Quarterly offsite: half a day to think",
        "title.other": "{kind}",
        "shift": "Ten minutes before: close mail and chat, put the phone away, and open only this question.",
        "question": "{theme}: {question}",
        "frontline": "With the people nearest to the work. Ask, and listen: what makes this work hard?\n"
        "What workaround do you use? What would you change first?",
        "learning": "Learning before the crisis: what will the heavy weeks ahead ask of you and your people?",
        "offsite": "30 minutes looking back, two questions of 75 minutes, a break between them,\n"
        "45 minutes for what to stop, what to start and what to delegate.",
        "why": "Why this time is protected",
        "why.floor": "One protected hour of thinking in every working week, whatever the load.",
        "why.offsite": "Half a day outside the daily flow in every quarter.",
        "why.frontline": "The last two weeks hold less than an hour at the front line.",
        "why.learning": "A week of this quarter is red: learn before the heaviest one.",
        "why.debt": "Thinking time that was owed and not kept.",
        "cause": "{rule}: {measure} {measured}, threshold {threshold}",
        "cause.both": "{rule}: {measure} {measured}, threshold {threshold} (this week holds {held}; recent weeks {recent})",
        "say": "It is yours",
        "say.move": "Move it, and it stays where you put it. Delete it, and it does not come back.",
        "say.skip": "blocker skip {key}",
        "say.pause": "blocker pause --until DATE",
        "say.leave": "blocker leave --remove",
    }
)

THEMES: tuple[Theme, ...] = (
    Theme(
        "Alignment", "Which of last week's meetings moved our strategy forward, and which only kept us busy?"
    ),
    Theme("Root cause", "Which problem did we fix twice this month, and what would make it impossible?"),
    Theme("People and capability", "Who on the team is ready for more, and what is in their way?"),
    Theme("What to stop", "What would nobody miss if we stopped it on Monday?"),
    Theme("Risk", "What could hurt us most in the next half year that nobody is looking at?"),
    Theme(
        "What the front line knows", "What do the people nearest to the work know that I have not heard yet?"
    ),
    Theme("Values lived", "Which value on the wall did a decision of mine contradict this month?"),
    Theme("The opportunity nobody owns", "Which chance do several people see, and no one has been given?"),
)

MEASURE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "capacity_hours": "working time",
        "operational_hours": "operational time",
        "operational_share": "operational share of working time",
        "meetings": "meetings",
        "meetings_max_day": "meetings on the fullest day",
        "focus_hours": "time in free gaps of two hours or more",
        "longest_gap_hours": "longest free gap",
        "fragmentation": "free time in pieces under two hours",
        "back_to_back_hours": "longest run without a break",
        "conflict_share": "operational time that is double-booked",
        "after_hours": "meetings outside working hours",
        "recurring_share": "recurring share of operational time",
        "strategic_hours": "own strategic time",
        "frontline_hours": "own front-line time",
        "learning_hours": "own learning time",
    }
)


def say(name: str, overrides: Mapping[str, str], **values: object) -> str:
    """The template ``name``, a person's own wording first, filled in."""
    template = overrides.get(name, TEXTS[name])
    try:
        return template.format(**values)
    except (KeyError, IndexError, ValueError):
        return TEXTS[name].format(**values)


def quantity(value: float, unit: str) -> str:
    """A measured value as people say it: 60 %, 4.5 h, 6."""
    if unit == "share":
        return f"{value * 100:.0f} %"
    if unit == "hours":
        return f"{value:.1f} h"
    return f"{value:g}"
