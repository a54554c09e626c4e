"""What a person writes on the calendar for their own thinking: a question, as an event whose title begins with
``park:``, and what they decided, in a block of ours on a line that begins with ``Decided:``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import unescape

from msgspec.structs import replace

from blocker.values.events import Event, Snapshot, StandingBlock
from blocker.values.memory import DROPPED, Decision, ParkedQuestion

PARK, DECIDED = "park:", "decided:"
_LINE_END, _TAG = r"(?i)<br\s*/?>|</(?:p|div|li)>", r"<[^<>]*>"


def question_in(event: Event) -> str:
    """The question that an event's title parks; "" for every other event.

    An invitation is somebody else's word, and what is in a private event gets into no block.
    """
    title = event.title.strip()
    if not title.casefold().startswith(PARK):
        return ""
    own = event.organizer_is_me or not (event.organizer or event.attendees)
    if event.private or not own or event.status == "cancelled":
        return ""
    return " ".join(title[len(PARK) :].split())


def with_calendar_questions(
    parked: Sequence[ParkedQuestion], snapshot: Snapshot, now: datetime
) -> tuple[ParkedQuestion, ...]:
    """The parked questions, oldest first, with what the written calendar says of them now.

    A question whose event is gone has ended, if the read was complete and covered it; one whose event has
    another title asks that. A new one has the number 0 until the ledger gives it its own.
    """
    there: dict[str, ParkedQuestion] = {}
    asking = [(event, text) for event in snapshot.events if (text := question_in(event))]
    for event, text in sorted(
        asking, key=lambda one: one[0].when.start, reverse=True
    ):  # of a series the first
        there[event.uid] = ParkedQuestion(0, text, "", event.when.start, event=event.uid)
    found = []
    for question in parked:
        asked = there.pop(question.event, None)
        covered = snapshot.complete and snapshot.window.start <= question.at < snapshot.window.end
        if asked is not None and not question.how:
            found.append(replace(question, text=asked.text, at=asked.at))
        elif asked is None and question.event and not question.how and covered:
            found.append(replace(question, ended=now, how=DROPPED))
        else:
            found.append(question)
    return tuple(sorted((*found, *there.values()), key=lambda question: (question.at, question.id)))


def decision_in(text: str) -> str:
    """What a block's text decides, several lines joined; "" where the line is still empty."""
    text = unescape(re.sub(_TAG, "", re.sub(_LINE_END, "\n", text)))  # some editors write HTML
    lines = (line.strip() for line in text.splitlines())
    said = (line[len(DECIDED) :].strip() for line in lines if line.casefold().startswith(DECIDED))
    return "; ".join(filter(None, said))


def with_block_decisions(known: Iterable[Decision], blocks: Iterable[StandingBlock]) -> tuple[Decision, ...]:
    """The decisions, oldest first, with what the blocks that are there say now.

    One whose line or block is gone stays; one of no block is the same as a block's in the same words. A new one has
    the number 0 until the ledger gives it its own.
    """
    found = list(known)
    for block in blocks:
        text, at = decision_in(block.text), block.when.start
        if not text:
            continue
        same = (n for n, old in enumerate(found) if old.key == block.key or (old.key, old.text) == ("", text))
        place = next(same, None)
        if place is None:
            found.append(Decision(0, text, at, block.key))
        else:
            found[place] = replace(found[place], text=text, key=block.key)
    return tuple(sorted(found, key=lambda decision: (decision.at, decision.id)))
