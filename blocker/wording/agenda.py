"""The half day's agenda in four parts, made from the quarter's own data: looking back, goals and the questions that
have waited longest, stop, start, delegate, and the next quarter's goals.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from blocker.rules.goals import goals_ahead
from blocker.rules.survey import Survey
from blocker.values.intervals import Interval
from blocker.values.memory import ParkedQuestion
from blocker.values.request import Request
from blocker.values.settings import Goal
from blocker.values.workweek import DAY, Quarter, quarter_of
from blocker.wording.causes import ordinary_words
from blocker.wording.digest import WEEK, Digest, digest
from blocker.wording.digest_words import FEW_CHARACTERS, cost, count_words
from blocker.wording.texts import date_words, in_words, length_words, plain, quantity, say, shortened
from blocker.wording.themes import Topic, visit_behind

PARTS = (45, 75, 15, 60, 45)  # looking back, goals and questions, a break, stop and start, the next quarter
GRID = 5
MOST_GOALS, MOST_QUESTIONS = 3, 2
GOAL_WORDS = 5  # of a goal's name
# How many decisions are shown, how many words of them and of the questions, and whether what cost most is said and what
# else waits is counted: the first that there is room for. The person's own words come before the figures.
FITTING = (
    *((4, 20, True), (4, 14, True), (3, 14, True), (3, 14, False), (3, 10, False), (3, 8, False)),
    *(
        (2, 10, False),
        (2, 8, False),
        (2, 7, False),
        (2, 6, False),
        (1, 7, False),
        (1, 5, False),
        (0, 5, False),
    ),
)
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
    """Four parts and a break with their minutes in ``room`` words, but no clock times: a person may move the half day.

    What the person wrote is cut, and less of it shown, where it is long.
    """
    texts = request.settings.texts
    back, middle, pause, stop, last = part_minutes(slot.minutes)
    first, day = _days_back(quarter_named(key, slot, request), slot, request)
    found = digest(first, day, request, seen)
    lines = list[str]()
    for number, words, figures in FITTING:
        lines = [
            say("agenda.back", texts, minutes=back),
            *_looking_back(found, first, day, request, seen, figures),
            *_brought_back(first, day, waiting, words, request),
            *_decided(first, day, number, words, request),
            "",
            say("agenda.middle", texts, minutes=middle),
            *_goals_and_questions(themes, waiting, words, request, figures),
            "",
            say("agenda.pause", texts, minutes=pause),
            "",
            say("agenda.stopping", texts, minutes=stop),
            _stop(found, request),
            *(say(f"agenda.{name}", texts) for name in ("start", "delegate")),
            "",
            say("agenda.last", texts, minutes=last),
            say("offsite.question", texts),
            say("agenda.next", texts),
        ]
        if count_words(lines) <= room:
            break
    return lines


def part_minutes(length: int) -> tuple[int, ...]:
    """The five parts of a half day of any length; 240 minutes are 45, 75, 15, 60 and 45."""
    parts = [round(length * part / sum(PARTS) / GRID) * GRID for part in PARTS[:-1]]
    return (*parts, length - sum(parts))


def quarter_named(key: str, slot: Interval, request: Request) -> Quarter:
    """The quarter of the offsite's key, or where that can't be found the one its day is in."""
    first_month = request.settings.fiscal_start
    around = quarter_of(request.workweek.date_of(slot.start), first_month)
    before = quarter_of(around.first_day - DAY, first_month)
    return next((q for q in (around, before, around.next()) if key == f"offsite/{q}"), around)


def _days_back(quarter: Quarter, slot: Interval, request: Request) -> tuple[date, date]:
    """The days behind the half day, past yet or not, as they are read on its day: from the first one to the day before
    the second. The quarter's, or in an early half day, with little of it behind, those of twelve weeks.
    """
    day = max(request.workweek.date_of(slot.start), quarter.first_day + DAY)
    early = day < quarter.first_day + ENOUGH_WEEKS * WEEK
    return (day - BACK_WEEKS * WEEK if early else quarter.first_day), day


def _looking_back(
    found: Digest, first: date, day: date, request: Request, seen: Survey, figures: bool
) -> list[str]:
    """The weeks in numbers, and with all ``figures`` what cost thinking time most."""
    texts = request.settings.texts
    weeks = (day - first) // WEEK
    early = day - first == BACK_WEEKS * WEEK
    lines = [
        say(
            "agenda.hours_weeks" if early else "agenda.hours",
            texts,
            weeks=weeks,
            operational=quantity(found.held["operational_hours"], "hours", texts),
            capacity=quantity(found.held["capacity_hours"], "hours", texts),
        )
    ]
    frontline = length_words(found.frontline_minutes, texts)
    name = "agenda.frontline" if found.frontline_minutes else "agenda.frontline_none"
    lines.append(say(name, texts, hours=frontline))
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
    ordinary = ordinary_words(seen.lines, texts, "agenda.ordinary")
    most = [cost(found, request.workweek, texts)] if figures else []
    return [*lines, *([ordinary] if ordinary else []), *most]


def _brought_back(
    first: date, day: date, waiting: Sequence[ParkedQuestion], most: int, request: Request
) -> list[str]:
    """What came last from a visit of these days, unless it is among the questions below."""
    settings, date_of = request.settings, request.workweek.date_of
    below = {question.id for question in waiting[:MOST_QUESTIONS]}
    for question in reversed(request.memory.parked):
        visit = visit_behind(question, settings)
        if visit and question.id not in below and first <= date_of(question.at) < day:
            text, name = in_words(question.text, most), shortened(visit, FEW_CHARACTERS)
            return [say("agenda.brought", settings.texts, visit=name, text=text)]
    return []


def _decided(first: date, day: date, number: int, most: int, request: Request) -> list[str]:
    """The newest ``number`` of what was decided in these days, oldest first, and what to ask of it."""
    texts, date_of = request.settings.texts, request.workweek.date_of
    made = [one for one in request.memory.decisions if first <= date_of(one.at) < day]
    shown = made[len(made) - min(number, len(made)) :]
    if not shown:
        return []
    lines = [
        say("agenda.decision", texts, text=in_words(one.text, most), day=date_words(date_of(one.at), texts))
        for one in shown
    ]
    more = len(made) - len(shown)
    return [say("agenda.decided", texts), *lines, *([say("parked.more", texts, number=more)] if more else [])]


def _goals_and_questions(
    themes: Sequence[Topic], waiting: Sequence[ParkedQuestion], most: int, request: Request, figures: bool
) -> list[str]:
    """The goals, each to be judged, and the two questions that have waited longest; else the second theme's. That of
    the first is at the top of the text.
    """
    texts = request.settings.texts
    goals = goals_ahead(request.settings, request.workweek.date_of(request.now))
    lines = [_goal(goal, request) for goal in goals[:MOST_GOALS]]
    if lines:
        lines.insert(0, say("agenda.goals", texts))
    asked = [say("parked.line", texts, question=in_words(one.text, most)) for one in waiting[:MOST_QUESTIONS]]
    more = len(waiting) - len(asked)
    if asked:
        lines += [say("agenda.waited", texts), *asked]
        lines += [say("parked.more", texts, number=more)] if more and figures else []
    return lines or [say("ask", texts, question=plain(theme.question)) for theme in themes[1:]]


def _goal(goal: Goal, request: Request) -> str:
    texts, name = request.settings.texts, in_words(goal.name, GOAL_WORDS)
    if goal.by is None:
        return say("parked.line", texts, question=name)
    return say("agenda.goal", texts, goal=name, day=date_words(goal.by, texts))


def _stop(found: Digest, request: Request) -> str:
    """What to stop, with the meeting that costs most as the first candidate."""
    texts = request.settings.texts
    if not found.series:
        return say("agenda.stop", texts)
    title, hours = (
        shortened(found.series[0].title, FEW_CHARACTERS),
        length_words(found.series[0].minutes, texts),
    )
    return say("agenda.stop_with", texts, title=title, hours=hours)
