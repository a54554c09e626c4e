"""The offsite's agenda, made from the quarter's own data: looking back, two questions, stop, start, delegate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from blocker.rules.known import debt_minutes
from blocker.rules.survey import Survey
from blocker.values.intervals import Interval
from blocker.values.memory import ParkedQuestion
from blocker.values.request import Request
from blocker.values.workweek import DAY, Quarter, quarter_of
from blocker.wording.digest import WEEK, Digest, dates_between, digest
from blocker.wording.digest_words import displaced_lines, series_lines
from blocker.wording.ordinary import ordinary_words
from blocker.wording.texts import date_words, length_words, plain, quantity, say, shortened
from blocker.wording.themes import topics, topics_of_quarter

PARTS = (30, 75, 15, 75, 45)  # looking back, a question, a break, another question, what follows
GRID = 5
MOST = 5
QUESTION_CHARACTERS = 240
ENOUGH_WEEKS, BACK_WEEKS = 6, 12


def agenda_lines(
    key: str, slot: Interval, request: Request, seen: Survey, parked: Sequence[str]
) -> list[str]:
    """Five parts with their minutes, but no clock times: a person may move the half day."""
    texts = request.settings.texts
    back, first, pause, second, last = part_minutes(slot.minutes)
    quarter = quarter_named(key, slot, request)
    one, two = topics_of_quarter(quarter, topics(request.settings))
    waiting = next((question for question in request.memory.parked if not question.how), None)
    longest = (
        say("agenda.parked_question", texts, question=shortened(waiting.text, QUESTION_CHARACTERS))
        if waiting
        else say("question", texts, theme=plain(two.name), question=plain(two.question))
    )
    return [
        say("agenda.back", texts, minutes=back),
        *_looking_back(quarter, slot, request, seen),
        "",
        say("agenda.first", texts, minutes=first),
        say("question", texts, theme=plain(one.name), question=plain(one.question)),
        "",
        say("agenda.pause", texts, minutes=pause),
        "",
        say("agenda.second", texts, minutes=second),
        longest,
        *(parked if waiting else ()),
        "",
        say("agenda.last", texts, minutes=last),
        *(say(f"agenda.{name}", texts) for name in ("stop", "start", "delegate")),
    ]


def part_minutes(length: int) -> tuple[int, ...]:
    """The five parts of a half day of any length; 240 minutes are 30, 75, 15, 75 and 45."""
    parts = [round(length * part / sum(PARTS) / GRID) * GRID for part in PARTS[:-1]]
    return (*parts, length - sum(parts))


def quarter_named(key: str, slot: Interval, request: Request) -> Quarter:
    """The quarter of the offsite's key, or where that can't be found the one its day is in."""
    first_month = request.settings.fiscal_start
    around = quarter_of(request.workweek.date_of(slot.start), first_month)
    before = quarter_of(around.first_day - DAY, first_month)
    return next((q for q in (around, before, around.next()) if key == f"offsite/{q}"), around)


def _looking_back(quarter: Quarter, slot: Interval, request: Request, seen: Survey) -> list[str]:
    texts = request.settings.texts
    day = max(request.workweek.date_of(slot.start), quarter.first_day + DAY)
    first = _since(quarter, day)
    found = digest(first, day, request, seen)
    lines = [
        say(
            "agenda.hours" if first == quarter.first_day else "agenda.hours_weeks",
            texts,
            weeks=BACK_WEEKS,
            first=date_words(found.first, texts),
            last=date_words(found.last, texts),
            operational=quantity(found.held["operational_hours"], "hours", texts),
            capacity=quantity(found.held["capacity_hours"], "hours", texts),
            share=quantity(found.held["operational_share"], "share", texts),
        ),
        say(
            "agenda.own",
            texts,
            strategic=quantity(found.held["strategic_hours"], "hours", texts),
            frontline=length_words(found.frontline_minutes, texts),
            learning=quantity(found.held["learning_hours"], "hours", texts),
            away=_days_away(found, seen),
        ),
    ]
    over = [
        record
        for record in request.memory.weeks
        if record.week < request.running and first <= record.week.monday < day
    ]
    owed = sum(record.owed_minutes for record in over)
    if owed:
        kept = sum(record.kept_of_owed for record in over)
        lines.append(
            say("agenda.kept", texts, owed=length_words(owed, texts), kept=length_words(kept, texts))
        )
    ordinary = ordinary_words(seen.lines, texts)
    if ordinary:
        lines.append(ordinary)
    debt = debt_minutes(request.memory, request.running)
    if debt:
        lines.append(say("agenda.debt", texts, debt=length_words(debt, texts)))
    asked = _parked_in(first, day, request)
    if asked:
        done = sum(question.how == "done" for question in asked)
        lines.append(say("agenda.parked", texts, parked=len(asked), done=done))
    if found.series:
        lines.append(say("agenda.series", texts))
        lines += series_lines(found, texts, MOST)
    if found.displaced or found.overruns:
        lines.append(say("agenda.displaced", texts))
        lines += displaced_lines(found, texts, MOST)
    return lines


def _since(quarter: Quarter, day: date) -> date:
    """The first day to look back on: the quarter's, or in an early offsite, with little of it behind, twelve weeks."""
    early = day < quarter.first_day + ENOUGH_WEEKS * WEEK
    return day - BACK_WEEKS * WEEK if early else quarter.first_day


def _days_away(found: Digest, seen: Survey) -> int:
    days = (seen.days.get(day) for day in dates_between(found.first, found.last + DAY))
    return sum(day is not None and bool(day.hours) and not day.is_working for day in days)


def _parked_in(first: date, end: date, request: Request) -> list[ParkedQuestion]:
    span = request.workweek.span(first, end)
    return [question for question in request.memory.parked if span.start <= question.at < span.end]
