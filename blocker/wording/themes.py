"""What a strategic block is about: themes that take turns by week and rank, so that nothing is remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from blocker.values.kinds import OFFSITE, STRATEGIC
from blocker.values.limits import Rhythm
from blocker.values.settings import Settings
from blocker.values.workweek import Quarter, parse_week, quarter_of
from blocker.wording.texts import TEXTS, say

T = TypeVar("T")

SHIPPED = range(1, 1 + sum(name.startswith("theme.") and name.endswith(".name") for name in TEXTS))


class Topic(Struct, frozen=True):
    """A theme with its question, and for the shipped ones a way into the hour."""

    name: str
    question: str
    start: str = ""


def topics(settings: Settings) -> tuple[Topic, ...]:
    """The person's own themes, or the shipped ones in their words."""
    own = settings.kind(STRATEGIC).themes
    if own:
        return tuple(Topic(theme.name, theme.question) for theme in own)
    return tuple(_shipped(number, settings.texts) for number in SHIPPED)


def topic_of(key: str, kind: str, settings: Settings) -> Topic | None:
    """What a strategic block is about, or one of a kind that has themes of its own."""
    own = settings.kind(kind).themes if kind != OFFSITE else ()
    if kind == STRATEGIC and not own:
        return _shipped(topic_for(key, SHIPPED), settings.texts)
    return topic_for(key, [Topic(theme.name, theme.question) for theme in own]) if own else None


def topic_for(key: str, among: Sequence[T]) -> T:
    """The next one each week, and another one for each block of a week while there are enough."""
    _, week, rank = key.split("/")
    ordinal = parse_week(week).monday.toordinal() // 7
    step = max(1, len(among) // 3)
    return among[(ordinal + step * (int(rank) - 1)) % len(among)]


def visit_of(key: str, kind: str, settings: Settings) -> str:
    """Whom to go to: the next of ``visits`` each time that the rhythm of the kind comes round; "" if there are none."""
    look = settings.kind(kind)
    if kind == OFFSITE or not look.visits:
        return ""
    week = parse_week(key.split("/")[1])
    if look.rhythm == Rhythm(0):
        quarter = quarter_of(week.days[3], settings.fiscal_start)
        return look.visits[(4 * quarter.year + quarter.number) % len(look.visits)]
    turns = week.monday.toordinal() // 7 // (look.rhythm.weeks if look.rhythm else 1)
    return look.visits[turns % len(look.visits)]


def topics_of_quarter(quarter: Quarter, among: Sequence[Topic]) -> tuple[Topic, Topic]:
    """Two for the half day; the next two in the next quarter."""
    first = 2 * (4 * quarter.year + quarter.number)
    return among[first % len(among)], among[(first + 1) % len(among)]


def _shipped(number: int, texts: Mapping[str, str]) -> Topic:
    return Topic(*(say(f"theme.{number}.{part}", texts) for part in ("name", "question", "start")))
