"""What a person writes on the calendar for their own thinking: a question, as an event whose title begins with
``park:``, and what they decided, in a block of ours on a line that begins with ``Decided:``. A person writes one at the
block's end. Those that they gave by command stand in the part that is kept up to date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from html import unescape

from msgspec.structs import replace

from blocker.values.events import Event, Snapshot, StandingBlock
from blocker.values.fingerprint import parts_of_text
from blocker.values.memory import DROPPED, Decision, ParkedQuestion

PARK, DECIDED = "park:", "decided:"
MOST_CHARACTERS = 2000  # of a decision
MOST_SHOWN = 2  # in one block, of the decisions given by command
LATELY = timedelta(weeks=13)  # a decision that is older is not written into a block any more
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


def plain_lines(text: str) -> str:
    """A block's text with its lines as we wrote them: some editors write HTML."""
    return unescape(re.sub(_TAG, "", re.sub(_LINE_END, "\n", text)))


def decision_in(text: str) -> str:
    """What a text decides, several lines joined; "" where the line is still empty."""
    return "; ".join(_said_in(text))


def _said_in(text: str) -> list[str]:
    lines = (line.strip() for line in plain_lines(text).splitlines())
    said = (
        line[len(DECIDED) :].strip()[:MOST_CHARACTERS]
        for line in lines
        if line.casefold().startswith(DECIDED)
    )
    return [words for words in said if words]


def is_shown_as(text: str, shown: str) -> bool:
    """True if ``shown`` is how a block has this text: without some signs, and cut where it is long."""
    known, there = _letters(text), _letters(shown)
    return known.startswith(there) if shown.endswith("…") else known == there


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold())) or "".join(text.split())


def with_block_decisions(known: Iterable[Decision], blocks: Iterable[StandingBlock]) -> tuple[Decision, ...]:
    """The decisions, oldest first, with what the blocks that are there say now.

    One whose line or block is gone stays; one of no block is the same as a block's in the same words. A new one has
    the number 0 until the ledger gives it its own. What a block shows of those given by command is new only to a new
    ledger.
    """
    found = list(known)
    for block in blocks:
        around, kept = parts_of_text(plain_lines(block.text))
        text, at = decision_in(around), block.when.start
        shown = [words for words in _said_in(kept) if not any(is_shown_as(one.text, words) for one in found)]
        found += [Decision(0, words, at) for words in shown[:MOST_SHOWN]]
        if not text:
            continue
        same = (n for n, old in enumerate(found) if old.key == block.key or (old.key, old.text) == ("", text))
        place = next(same, None)
        if place is None:
            found.append(Decision(0, text, at, block.key))
        else:
            found[place] = replace(found[place], text=text, key=block.key)
    return tuple(sorted(found, key=lambda decision: (decision.at, decision.id)))


def in_no_block(
    known: Iterable[Decision], blocks: Iterable[StandingBlock], now: datetime
) -> Sequence[Decision]:
    """Decisions of the last quarter that stand in no block that has begun, newest first: a lost ledger would lose them."""
    begun = [block.text for block in blocks if block.when.start <= now]
    said = {words for text in begun for words in (decision_in(text), *_said_in(text))}
    found = [
        one
        for one in known
        if not one.key and one.at > now - LATELY and not any(is_shown_as(one.text, words) for words in said)
    ]
    return found[::-1]
