"""The half day's agenda, made from the quarter's own data: looking back, two questions, stop, start, delegate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from blocker.rules.survey import Survey
from blocker.values.intervals import Interval
from blocker.values.memory import ParkedQuestion
from blocker.values.request import Request
from blocker.values.workweek import DAY, Quarter, quarter_of
from blocker.wording.causes import ordinary_words
from blocker.wording.digest import WEEK, digest
from blocker.wording.digest_words import cost, count_words, parked_lines, series_lines
from blocker.wording.texts import in_words, length_words, plain, quantity, say
from blocker.wording.themes import Topic

PARTS = (30, 75, 15, 75, 45)  # looking back, a question, a break, another question, what follows
GRID = 5
MOST_SERIES = 3
QUESTION_WORDS = 15
ENOUGH_WEEKS, BACK_WEEKS = 6, 12


def agenda_lines(
    key: str,
    slot: Interval,
    request: Request,
    seen: Survey,
    themes: Sequence[Topic],
    waiting: Sequence[ParkedQuestion],
    room: int,
) -> list[str]:
    """Five parts with their minutes in ``room`` words, but no clock times: a person may move the half day.

    The question that has waited longest takes the place of the second theme; the others are below it.
    """
    texts = request.settings.texts
    back, first, pause, second, last = part_minutes(slot.minutes)
    one, two = (say("ask", texts, question=plain(theme.question)) for theme in themes)
    if waiting:
        two = say("agenda.parked_question", texts, question=in_words(waiting[0].text, QUESTION_WORDS))
    before, series, after = _looking_back(quarter_named(key, slot, request), slot, request, seen)
    lines = []
    for most in range(len(series), -1, -1):
        above = [
            say("agenda.back", texts, minutes=back),
            *before,
            *([say("agenda.series", texts), *series[:most]] if most else []),
            after,
            "",
            say("agenda.first", texts, minutes=first),
            one,
            "",
            say("agenda.pause", texts, minutes=pause),
            "",
            say("agenda.second", texts, minutes=second),
            two,
        ]
        below = [
            "",
            say("agenda.last", texts, minutes=last),
            *(say(f"agenda.{name}", texts) for name in ("stop", "start", "delegate")),
        ]
        left = room - count_words([*above, *below])
        lines = [*above, *parked_lines(waiting[1:], request.settings, left), *below]
        if count_words(lines) <= room:
            break
    return lines


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


def _looking_back(
    quarter: Quarter, slot: Interval, request: Request, seen: Survey
) -> tuple[list[str], list[str], str]:
    """The days behind the half day, past yet or not, as they are read on its day.

    What they held in all, the meetings that took most of them, and what cost most.
    """
    texts = request.settings.texts
    day = max(request.workweek.date_of(slot.start), quarter.first_day + DAY)
    first = _since(quarter, day)
    found = digest(first, day, request, seen)
    frontline = length_words(found.frontline_minutes, texts)
    lines = [
        say(
            "agenda.hours" if first == quarter.first_day else "agenda.hours_weeks",
            texts,
            weeks=BACK_WEEKS,
            operational=quantity(found.held["operational_hours"], "hours", texts),
            capacity=quantity(found.held["capacity_hours"], "hours", texts),
        ),
        say(
            "agenda.frontline" if found.frontline_minutes else "agenda.frontline_none", texts, hours=frontline
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
    lines += [ordinary] if ordinary else []
    return lines, list(series_lines(found, texts, MOST_SERIES)), cost(found, request.workweek, texts)


def _since(quarter: Quarter, day: date) -> date:
    """The first day to look back on: the quarter's, or in an early offsite, with little of it behind, twelve weeks."""
    early = day < quarter.first_day + ENOUGH_WEEKS * WEEK
    return day - BACK_WEEKS * WEEK if early else quarter.first_day
