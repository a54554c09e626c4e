"""A digest in words: a line for each fact, the numbers first so that titles of any script read well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from blocker.values.workweek import WorkWeek
from blocker.wording.digest import Digest
from blocker.wording.texts import (
    clock_words,
    date_words,
    length_words,
    quantity,
    say,
    say_times,
    shortened,
    weekday_words,
)

TITLE_CHARACTERS = 70
MOST_ALONE = 3  # so many that took the same time share a line
MOST_SERIES, MOST_DISPLACED, MOST_OVERRUNS = 6, 3, 2


def digest_lines(found: Digest, workweek: WorkWeek, texts: Mapping[str, str]) -> list[str]:
    """Where the hours went, and what was in the way."""
    head = say(
        "digest.week" if found.weeks == 1 else "digest.weeks",
        texts,
        first=date_words(found.first, texts),
        last=date_words(found.last, texts),
    )
    if not found.held["capacity_hours"]:
        return [head, say("digest.away", texts)]
    if not found.held["operational_hours"]:
        capacity = quantity(found.held["capacity_hours"] / found.weeks, "hours", texts)
        return [head, say("digest.nothing", texts, capacity=capacity)]
    return [head, *_lines(found, workweek, texts)]


def _lines(found: Digest, workweek: WorkWeek, texts: Mapping[str, str]) -> Iterator[str]:
    yield hours_line(found, texts)
    if found.weeks == 1:
        yield _longest(found, workweek, texts)
    if found.frontline_minutes:
        yield say("digest.frontline", texts, hours=length_words(found.frontline_minutes, texts))
    else:
        yield say("digest.frontline_none", texts)
    if found.series:
        yield _series_head(found, texts)
        yield from series_lines(found, texts)
    if found.displaced or found.overruns:
        yield say("digest.displaced", texts)
        yield from displaced_lines(found, texts)


def hours_line(found: Digest, texts: Mapping[str, str]) -> str:
    weekly = {
        name: found.held[name] / found.weeks for name in ("operational_hours", "capacity_hours", "meetings")
    }
    values = {
        "operational": quantity(weekly["operational_hours"], "hours", texts),
        "capacity": quantity(weekly["capacity_hours"], "hours", texts),
        "share": quantity(found.held["operational_share"], "share", texts),
        "meetings": round(weekly["meetings"]),
    }
    if found.weeks > 1 or found.fullest is None:
        few = round(weekly["meetings"]) <= 1
        return say("digest.hours_weeks_few" if few else "digest.hours_weeks", texts, **values)
    day, most = found.fullest
    name = (
        "digest.hours" if most > 1 else "digest.hours_thin" if values["meetings"] != 1 else "digest.hours_one"
    )
    return say(name, texts, **values, weekday=weekday_words(day, texts), most=most)


def _series_head(found: Digest, texts: Mapping[str, str]) -> str:
    """How many there are and their hours, which are more than the operational ones if some lie on others."""
    taken = sum(one.minutes for one in found.series)
    if len(found.series) == 1:
        name = "digest.series_one"
    elif taken > found.held["operational_hours"] * 60 + 1:
        name = "digest.series_double"
    else:
        name = "digest.series"
    return say(name, texts, number=len(found.series), hours=length_words(taken, texts))


def _longest(found: Digest, workweek: WorkWeek, texts: Mapping[str, str]) -> str:
    if found.longest is None:
        return say("digest.longest_none", texts)
    start, end = workweek.local(found.longest.start), workweek.local(found.longest.end)
    return say(
        "digest.longest",
        texts,
        length=length_words(found.longest.minutes, texts),
        day=weekday_words(start.date(), texts),
        start=clock_words(start, texts),
        end=clock_words(end, texts),
    )


def series_lines(found: Digest, texts: Mapping[str, str], most: int = MOST_SERIES) -> Iterator[str]:
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


def displaced_lines(found: Digest, texts: Mapping[str, str], most: int = MOST_DISPLACED) -> Iterator[str]:
    """What landed on blocks, and which recurring meetings keep days without two free hours."""
    for over in found.overruns[:MOST_OVERRUNS]:
        yield say(
            "digest.overrun",
            texts,
            title=named(over.title),
            minutes=length_words(over.minutes, texts),
            day=date_words(over.day, texts),
        )
    for one in found.displaced[:most]:
        yield say_times(
            "digest.displaced_line",
            texts,
            len(one.days),
            title=named(one.title),
            gain=length_words(one.gain_minutes, texts),
            gap=length_words(one.gap_minutes, texts),
            day=date_words(one.days[0], texts),
        )


def named(title: str) -> str:
    return shortened(title, TITLE_CHARACTERS)
