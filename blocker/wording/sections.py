"""The part of a strategic block's text that is kept up to date: parked questions, and the week behind it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct

from blocker.rules.survey import Survey
from blocker.values.intervals import Interval
from blocker.values.kinds import OFFSITE
from blocker.values.memory import ParkedQuestion
from blocker.values.request import Request
from blocker.wording.agenda import agenda_lines
from blocker.wording.digest import Digest, lately, week_behind
from blocker.wording.digest_words import TITLE_CHARACTERS, digest_lines
from blocker.wording.texts import PARKED_LONG_DAYS, say, shortened

QUESTION_CHARACTERS, PARKED_CHARACTERS = 240, 1200


class Sources(Struct, frozen=True, dict=True):
    """What the words are made from. ``next_key`` names the next block that questions go into."""

    request: Request
    seen: Survey
    next_key: str | None

    @cached_property
    def lately(self) -> Digest:
        """Looked into once, however many blocks are made."""
        return lately(self.request, self.seen)


def section(kind: str, key: str, slot: Interval, sources: Sources) -> str:
    """The part with its two lines around it. Only the next block has questions and the week behind it."""
    request, seen = sources.request, sources.seen
    texts = request.settings.texts
    day = request.workweek.date_of(slot.start)
    if kind == OFFSITE:
        lines = agenda_lines(key, slot, request, seen, parked_lines(request, slot))
    elif key == sources.next_key:
        behind = digest_lines(week_behind(day, request, seen), request.workweek, texts)
        lines = [*parked_lines(request, slot), "", *behind]
    else:
        lines = digest_lines(sources.lately, request.workweek, texts)
        lines.append(say("digest.later", texts))
    return "\n".join([say("section.open", texts), *lines, say("section.close", texts)])


def parked_lines(request: Request, slot: Interval) -> list[str]:
    """The open questions, oldest first, as many as there is room for."""
    texts = request.settings.texts
    waiting = [question for question in request.memory.parked if not question.how]
    if not waiting:
        return [say("parked.none", texts)]
    lines, room = [say("parked.head", texts)], PARKED_CHARACTERS
    for number, question in enumerate(waiting):
        line = _parked_line(question, slot, texts)
        room -= len(line)
        if room < 0:
            lines.append(say("parked.more", texts, number=len(waiting) - number))
            break
        lines.append(line)
    return [*lines, say("parked.end", texts, id=waiting[0].id)]


def _parked_line(question: ParkedQuestion, slot: Interval, texts: Mapping[str, str]) -> str:
    days = (slot.start - question.at).days
    name = "parked.line_old" if days > PARKED_LONG_DAYS else "parked.line"
    return say(
        f"{name}_from" if question.asked_by else name,
        texts,
        question=shortened(question.text, QUESTION_CHARACTERS),
        who=shortened(question.asked_by, TITLE_CHARACTERS),
        id=question.id,
        weeks=days // 7,
    )
