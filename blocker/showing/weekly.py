"""The weekly digest: what a person reads on Monday on a phone, in at most 150 words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from msgspec import Struct

from blocker.planning.history import past_weeks
from blocker.rules.survey import Survey
from blocker.showing.plan_text import clean, level_words, option_text, when_words
from blocker.values.kinds import NOTE
from blocker.values.memory import WeekRecord
from blocker.values.plan import Change, Plan, WeekPlan
from blocker.values.request import Request
from blocker.wording.causes import red_weeks_words
from blocker.wording.digest import WEEK, digest
from blocker.wording.texts import shortened

MOST_WORDS = 150
MOST_BLOCKS = 4
MOST_DECISIONS = 2
LATELY_WEEKS = 4
QUESTION_CHARACTERS = 110
STOPS = 'To stop these: weekly = "off" under [notices].'


class Message(Struct, frozen=True):
    """What is sent: a title, and plain text. ``said`` are the names of what need not be told in another one."""

    title: str
    body: str
    said: tuple[str, ...] = ()


def weekly_digest(plan: Plan, seen: Survey, request: Request) -> Message:
    """This week's blocks with their questions, what became of the last week's, one fact, and one thing to decide."""
    zone = request.workweek.zone
    days = request.workweek.days_seen(request.called)
    span = request.workweek.span(days[0], days[0] + WEEK)
    here = [c for c in plan.changes if _is_coming(c, plan) and c.slot.overlaps(span)]
    number = f"{len(here)} block" if len(here) == 1 else f"{len(here)} blocks"
    lines = [f"{when_words(c, zone)}: {clean(_title(c))}{_question(c)}" for c in here[:MOST_BLOCKS]]
    lines += [f"And {len(here) - MOST_BLOCKS} more."] if len(here) > MOST_BLOCKS else []
    answers = _answers(plan, request)
    parts = [
        "\n".join(lines or ["No block of thinking time this week."]),
        *_last_week(plan, seen, request),
        *_answered(answers),
        *_decided(request),
        *_fact(plan, request),
        *filter(None, [red_weeks_words(request.memory, request.running, request.settings.texts)]),
        f"To decide: {_to_decide(plan, seen, request)}",
        STOPS,
    ]
    title = f"Your week: {number} of thinking time" if here else "Your week"
    return Message(title, "\n\n".join(parts), tuple(answers))


def _is_coming(change: Change, plan: Plan) -> bool:
    ends = change.action in ("remove", "tombstone", "forget")
    return not ends and change.kind != NOTE and change.slot.end > plan.now


def _title(change: Change) -> str:
    there = change.block or change.standing
    return there.title if there else change.kind


def _question(change: Change) -> str:
    """The first line of a block's text is its question."""
    there = change.block or change.standing
    first = there.text.strip().partition("\n")[0] if there else ""
    return f". {shortened(first, QUESTION_CHARACTERS)}" if first else ""


def _last_week(plan: Plan, seen: Survey, request: Request) -> Iterator[str]:
    last = request.called.plus(-1)
    record = next(past.record for past in past_weeks(plan, seen, request, 1) if past.load.week == last)
    if record is not None and record.owed_minutes:
        yield f"Last week: {record.kept_of_owed / 60:.3g} of {record.owed_minutes / 60:.3g} h of thinking time kept{_moved(record)}."


def _moved(record: WeekRecord) -> str:
    number = len(record.moved)
    return "" if not number else ", one block moved" if number == 1 else f", {number} blocks moved"


def _answers(plan: Plan, request: Request) -> dict[str, str]:
    """What the person did with blocks on the calendar since last week began and no digest has told: moved or deleted, by its name."""
    first = request.workweek.instant(request.workweek.days_seen(request.called.plus(-1))[0], 0)
    moved = {
        f"digest moved {c.key} to {c.slot.start:%Y-%m-%dT%H:%MZ}": "moved"
        for c in plan.changes
        if c.pinned and c.slot.end > first and c.standing is not None and not c.standing.put_back
    }
    deleted = {
        f"digest deleted {known.key}": "deleted"
        for known in request.memory.blocks
        if known.answer == "deleted" and known.slot.end > first
    }
    found = {**moved, **deleted}
    return {name: what for name, what in found.items() if name not in request.memory.said}


def _answered(answers: Mapping[str, str]) -> Iterator[str]:
    counts = Counter(answers.values())
    done = [f"{what} {count} block{'s' if count > 1 else ''}" for what, count in counts.items()]
    if done:
        stays = "it stays as you left it" if len(answers) == 1 else "they stay as you left them"
        yield f"You {' and '.join(done)}: {stays}."


def _fact(plan: Plan, request: Request) -> Iterator[str]:
    week: WeekPlan | None = next((w for w in plan.weeks if w.load.week == request.called), None)
    if week is not None and week.load.causes:
        yield f"This week is {week.load.level}: {clean(level_words(week.load))}."


def _decided(request: Request) -> Iterator[str]:
    """What was decided since last week began, the newest first."""
    first = request.workweek.instant(request.workweek.days_seen(request.called.plus(-1))[0], 0)
    made = [one.text for one in reversed(request.memory.decisions) if first <= one.at <= request.now]
    shown = [f"“{shortened(text, QUESTION_CHARACTERS)}”" for text in made[:MOST_DECISIONS]]
    if shown:
        more = f" and {len(made) - len(shown)} more" if len(made) > len(shown) else ""
        yield f"You decided: {', '.join(shown)}{more}. What has happened since?"


def _to_decide(plan: Plan, seen: Survey, request: Request) -> str:
    """What only the person can: where a block could go, the question that has waited longest, or a meeting."""
    zone = request.workweek.zone
    for item in plan.unplaced:
        if not item.answered and item.tier in ("floor", "offsite") and item.nearest:
            what = "the half day" if item.tier == "offsite" else "this week's thinking time"
            return f"{what} has no time yet. {option_text(item.nearest[0], zone)}."
    waiting = next((question for question in request.memory.parked if not question.how), None)
    if waiting is not None:
        return f"“{shortened(waiting.text, QUESTION_CHARACTERS)}” has waited longest. Answer it this week, or drop it."
    first = request.workweek.days_seen(request.called)[0]
    series = digest(first - LATELY_WEEKS * WEEK, first, request, seen).series
    if series:
        hours = series[0].minutes / 60
        return f"does “{shortened(series[0].title, 60)}” still need you? It took {hours:.3g} h in four weeks."
    return "what will you say no to this week?"
