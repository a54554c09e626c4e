"""A digest and the parked questions in words, the numbers first so that titles of any script read well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from blocker.values.memory import ParkedQuestion
from blocker.values.settings import Settings
from blocker.values.workweek import WorkWeek
from blocker.wording.digest import Digest
from blocker.wording.texts import (
    date_words,
    in_words,
    length_words,
    quantity,
    say,
    say_times,
    shortened,
    weekday_words,
)

TITLE_CHARACTERS, FEW_CHARACTERS = 70, 30
MOST_ALONE = 3  # so many that took the same time share a line
MOST_PARKED = 5
# How many questions are shown, and how many words of each: the first that there is room for.
ROOMY = tuple((MOST_PARKED, words) for words in range(40, 11, -1))
READABLE = (*ROOMY, *((MOST_PARKED, words) for words in range(11, 5, -1)))
TIGHT = (*READABLE, (4, 8), (4, 7), (4, 6), (3, 8), (3, 7), (3, 6), (3, 5), (3, 4), (3, 3))
WITH_ASKER = 6  # with fewer words of a question it is not said who asked


def facts(found: Digest, workweek: WorkWeek, texts: Mapping[str, str]) -> list[str]:
    """Two facts of the days behind a block: what meetings took, and what cost most of what was left."""
    if not found.held["capacity_hours"]:
        return [say("fact.away", texts)]
    operational = found.held["operational_hours"]
    hours = say("fact.hours", texts, operational=quantity(operational, "hours", texts))
    return [hours if operational else say("fact.nothing", texts), cost(found, workweek, texts)]


def cost(found: Digest, workweek: WorkWeek, texts: Mapping[str, str]) -> str:
    """What took a block, or else the meeting that broke up most, or else the longest stretch that was free."""
    if found.overruns:
        over = found.overruns[0]
        return say(
            "fact.overrun",
            texts,
            title=shortened(over.title, FEW_CHARACTERS),
            minutes=length_words(over.minutes, texts),
            day=date_words(over.day, texts),
        )
    if found.displaced:
        one = found.displaced[0]
        return say_times(
            "fact.displaced",
            texts,
            len(one.days),
            title=shortened(one.title, FEW_CHARACTERS),
            day=weekday_words(one.days[0], texts),
            gap=length_words(one.gap_minutes, texts),
        )
    if found.longest is None:
        return say("fact.longest_none", texts)
    day = weekday_words(workweek.date_of(found.longest.start), texts)
    return say("fact.longest", texts, length=length_words(found.longest.minutes, texts), day=day)


def parked_lines(
    waiting: Sequence[ParkedQuestion], settings: Settings, room: int, forms: Sequence[tuple[int, int]]
) -> list[str]:
    """The first of the open questions, as many of them and of their words as there is room for in all."""
    texts, lines = settings.texts, list[str]()
    if not waiting:
        return lines
    for number, most in forms:
        more = len(waiting) - number
        lines = [say("parked.head", texts)]
        lines += [_parked_line(question, most, settings) for question in waiting[:number]]
        lines += [say("parked.more", texts, number=more)] if more > 0 else []
        if count_words(lines) <= room:
            break
    if settings.commands_in_text and waiting[0].id:
        lines.append(say("parked.end", texts, id=waiting[0].id))
    return lines


def _parked_line(question: ParkedQuestion, most: int, settings: Settings) -> str:
    name = "parked.line_from" if question.asked_by and most >= WITH_ASKER else "parked.line"
    return say(
        f"{name}_id" if settings.commands_in_text and question.id else name,
        settings.texts,
        question=in_words(question.text, most),
        who=shortened(question.asked_by, FEW_CHARACTERS),
        id=question.id,
    )


def count_words(lines: Iterable[str]) -> int:
    return sum(len(line.split()) for line in lines)


def hours_line(found: Digest, texts: Mapping[str, str]) -> str:
    """A week's hours on average."""
    weekly = {
        name: found.held[name] / found.weeks for name in ("operational_hours", "capacity_hours", "meetings")
    }
    meetings = round(weekly["meetings"])
    return say(
        "digest.hours_weeks_few" if meetings <= 1 else "digest.hours_weeks",
        texts,
        operational=quantity(weekly["operational_hours"], "hours", texts),
        capacity=quantity(weekly["capacity_hours"], "hours", texts),
        share=quantity(found.held["operational_share"], "share", texts),
        meetings=meetings,
    )


def series_lines(found: Digest, texts: Mapping[str, str], most: int) -> Iterator[str]:
    """The meetings that took most; those that took the same share a line."""
    named_so_far = 0
    for length, group in groupby(found.series, key=lambda one: one.minutes):
        alike = list(group)
        left = most - named_so_far
        if left <= 0:
            return
        hours = length_words(length, texts)
        if len(alike) < MOST_ALONE:
            for one in alike[:left]:
                yield say_times("digest.series_line", texts, one.times, hours=hours, title=named(one.title))
        else:
            shown = alike[: max(left, MOST_ALONE)]
            titles = say("between", texts).join(named(one.title) for one in shown)
            more = len(alike) - len(shown)
            name = "digest.series_each_more" if more else "digest.series_each"
            yield say(name, texts, hours=hours, titles=titles, number=more)
        named_so_far += len(alike)


def named(title: str) -> str:
    return shortened(title, TITLE_CHARACTERS)
