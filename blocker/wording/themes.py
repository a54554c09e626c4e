"""What a block is about: each theme as long after its last time as can be, and none of the half day's in its month."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from blocker.rules.goals import goal_named
from blocker.values.events import StandingBlock
from blocker.values.intervals import Interval
from blocker.values.kinds import FRONTLINE, OFFSITE, STRATEGIC
from blocker.values.limits import Rhythm
from blocker.values.memory import ParkedQuestion
from blocker.values.plan import Placement
from blocker.values.request import Request
from blocker.values.settings import Settings
from blocker.values.workweek import parse_week, quarter_of
from blocker.wording.texts import TEXTS, date_words, in_words, plain, say

SHIPPED = {
    STRATEGIC: "theme",
    OFFSITE: "theme",
    FRONTLINE: "listen",
}  # where a kind's own are among the texts
NAME_WORDS, ABILITY_WORDS = 12, 25  # of a goal, in a text
WHAT_WORDS = 15  # of what a learning team is about
NEAR = 3  # blocks away: what a theme of the month's half day counts as, so that others come first


class Topic(Struct, frozen=True):
    """A theme with its question, and for the shipped ones a way into the hour."""

    name: str
    question: str
    start: str = ""


Themes = Mapping[str, tuple[Topic, ...]]


def topics(kind: str, settings: Settings) -> tuple[Topic, ...]:
    """The person's own themes of a kind, or the shipped ones; the half day has those of strategic time."""
    own = settings.kind(STRATEGIC if kind == OFFSITE else kind).themes
    if own or kind not in SHIPPED:
        return tuple(Topic(theme.name, theme.question) for theme in own)
    starts = [
        name.removesuffix(".name") for name in TEXTS if re.fullmatch(rf"{SHIPPED[kind]}\.\d+\.name", name)
    ]
    parts = ([f"{start}.{part}" for part in Topic.__struct_fields__] for start in starts)
    return tuple(Topic(*(say(name, settings.texts) for name in names if name in TEXTS)) for names in parts)


def draw(slots: Mapping[str, Interval], live: Iterable[StandingBlock], request: Request) -> Themes:
    """The theme of each block in ``slots``, two for a half day; none for kinds without themes.

    A block that stands says in its own words what it is about. A new one gets the theme whose nearest use, before it
    or after it, is the most blocks away.
    """
    there = {block.key: block for block in live}
    rows: dict[str, list[str]] = {}
    for key in sorted(slots, key=lambda key: (slots[key], key)):
        rows.setdefault(key.partition("/")[0], []).append(key)
    among = {kind: topics(kind, request.settings) for kind in rows}
    found = {
        key: _said_in(there[key], among[kind]) if key in there else () for kind in rows for key in rows[kind]
    }

    def beside(key: str, kind: str) -> set[Topic]:
        """The themes of the blocks of a kind in the month of this one."""
        month = _month(slots[key], request)
        same = [other for other in rows.get(kind, ()) if _month(slots[other], request) == month]
        return {topic for other in same for topic in found[other]}

    for key in rows.get(OFFSITE, ()):
        near = beside(key, STRATEGIC)
        wanted = [*found[key], *_from(slots[key], among[OFFSITE])]
        found[key] = tuple((sorted(dict.fromkeys(wanted), key=lambda topic: topic in near) * 2)[:2])
    for kind, row in rows.items():
        if kind == OFFSITE or not among[kind]:
            continue
        for place, key in enumerate(row):
            if not found[key]:
                near = beside(key, OFFSITE) if kind == STRATEGIC else set()
                used = [found[other] for other in row]
                found[key] = (_farthest(place, used, _from(slots[key], among[kind]), near),)
    return found


def goal_topics(placements: Iterable[Placement], request: Request) -> Themes:
    """What a learning block is about that was asked for by a goal."""
    texts, found = request.settings.texts, {}
    goals = {goal.name: goal for goal in request.settings.goals}
    for placed in placements:
        goal = goals.get(goal_named(placed.causes))
        if goal is not None and goal.by is not None:
            name, needed = in_words(goal.name, NAME_WORDS), in_words(goal.ability, ABILITY_WORDS)
            ability = say("goal.ability", texts, ability=needed.rstrip(".")) if needed else ""
            question = say("goal.question", texts, goal=name, day=date_words(goal.by, texts))
            start = say("goal.start", texts, ability=ability).strip()
            found[placed.key] = (Topic(goal.name, question, start),)
    return found


def team_topics(what: str, who: str, keys: Sequence[str], settings: Settings) -> Themes:
    """What a learning team's one or two blocks are about, in the order of ``keys``."""
    texts, about = settings.texts, in_words(what, WHAT_WORDS)
    asked = say("team.from", texts, who=in_words(who, WHAT_WORDS)) if who.strip() else ""
    first = Topic(about, about, f"{say('team.start', texts)} {asked}".strip())
    name = say("team.next", texts, what=about)
    second = Topic(name, say("team.next_question", texts), say("team.next_start", texts))
    return {key: (topic,) for key, topic in zip(keys, (first, second), strict=False)}


def _farthest(
    place: int, used: Sequence[tuple[Topic, ...]], among: Sequence[Topic], near: Iterable[Topic]
) -> Topic:
    def away(topic: Topic) -> int:
        nearest = min((abs(place - n) for n, there in enumerate(used) if topic in there), default=len(used))
        return min(nearest, NEAR) if topic in near else nearest

    return max(among, key=away)


def _said_in(block: StandingBlock, among: Sequence[Topic]) -> tuple[Topic, ...]:
    """The themes whose question is in its text, in that order, or whose name is in its title."""
    text = plain(block.text) if among else ""
    found = [topic for topic in among if plain(topic.question) in text]
    found.sort(key=lambda topic: text.index(plain(topic.question)))
    return tuple(found or [topic for topic in among if topic.name in block.title])


def _month(slot: Interval, request: Request) -> tuple[int, int]:
    day = request.workweek.date_of(slot.start)
    return day.year, day.month


def _from(slot: Interval, among: Sequence[Topic]) -> list[Topic]:
    """All of them, beginning with another one each week, so that not everybody begins with the first."""
    first = slot.start.toordinal() // 7
    return [among[(first + n) % len(among)] for n in range(len(among))]


def visit_behind(question: ParkedQuestion, settings: Settings) -> str:
    """The visit that a question was brought back from: said with it, or at its beginning; "" for any other."""
    who, text = question.asked_by.casefold(), question.text.casefold()
    visits = settings.kind(FRONTLINE).visits
    return next((v for v in visits if v.casefold() == who or text.startswith(f"{v.casefold()}:")), "")


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
