"""Questions parked on the calendar: an event of the person's own whose title begins with ``park:`` is one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from blocker.values.events import Event, Snapshot
from blocker.values.memory import DROPPED, ParkedQuestion

PREFIX = "park:"


def question_in(event: Event) -> str:
    """The question that an event's title parks; "" for every other event.

    An invitation is somebody else's word, and what is in a private event gets into no block.
    """
    title = event.title.strip()
    own = event.organizer_is_me or not (event.organizer or event.attendees)
    if event.private or not own or event.status == "cancelled":
        return ""
    return " ".join(title[len(PREFIX) :].split()) if title.casefold().startswith(PREFIX) else ""


def with_calendar_questions(
    parked: Sequence[ParkedQuestion], snapshot: Snapshot, now: datetime
) -> tuple[ParkedQuestion, ...]:
    """The parked questions, oldest first, with what the written calendar says of them now.

    A question whose event is gone has ended, if the read was complete and covered it; one whose event has
    another title asks that. A new one has the number 0 until the ledger gives it its own.
    """
    there: dict[str, ParkedQuestion] = {}
    for event in sorted(snapshot.events, key=lambda event: event.when.start, reverse=True):
        text = question_in(event)
        if text:  # of a series the first
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
