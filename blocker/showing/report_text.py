"""What ``report --text`` says of the weeks behind: where the hours went, and what cost strategic time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from blocker.rules.survey import Survey
from blocker.values.request import Request
from blocker.wording.causes import ordinary_words, red_weeks_words
from blocker.wording.digest import WEEK, Digest, digest
from blocker.wording.digest_words import hours_line, named, series_lines
from blocker.wording.texts import PARKED_LONG_DAYS, date_words, length_words, say, say_times

WEEKS = 8
MOST, FEW = 8, 2


def report_text(request: Request, seen: Survey, titles: bool = True, most: int = MOST) -> list[str]:
    """The last eight completed weeks in words, with ``most`` of each list; without ``titles`` meetings are only counted."""
    texts = request.settings.texts
    end = request.workweek.days_seen(request.called)[0]
    found = digest(end - WEEKS * WEEK, end, request, seen)
    if not titles:
        found = _untitled(found, texts)
    first, last = date_words(found.first, texts), date_words(found.last, texts)
    lines = [say("report.head", texts, weeks=WEEKS, first=first, last=last), hours_line(found, texts)]
    ordinary = ordinary_words(seen.lines, texts)
    lines += [ordinary] if ordinary else []
    red = red_weeks_words(request.memory, request.running, texts)
    lines += [red] if red else []
    if found.series:
        lines += [say("report.series", texts), *series_lines(found, texts, most)]
    lines += _displaced(found, texts, most)
    if found.overruns:
        lines += [say("report.overruns", texts)]
        lines += [
            say(
                "digest.overrun",
                texts,
                title=named(over.title),
                minutes=length_words(over.minutes, texts),
                day=date_words(over.day, texts),
            )
            for over in found.overruns[:most]
        ]
    waiting = [question for question in request.memory.parked if not question.how]
    if waiting:
        old = sum((request.now - question.at).days > PARKED_LONG_DAYS for question in waiting)
        lines += [say("report.parked", texts, open=len(waiting), old=old)]
    return lines


def _displaced(found: Digest, texts: Mapping[str, str], most: int) -> Iterator[str]:
    if not found.displaced:
        yield say("report.displaced_none", texts)
        return
    yield say("report.displaced", texts)
    for one in found.displaced[:most]:
        yield say_times(
            "report.displaced_line",
            texts,
            len(one.days),
            title=named(one.title),
            gain=length_words(one.gain_minutes, texts),
        )


def _untitled(found: Digest, texts: Mapping[str, str]) -> Digest:
    """The same with a number in place of each title, the same one for the same meeting."""
    titles = [one.title for one in found.series]
    titles += [one.title for one in found.displaced]
    titles += [one.title for one in found.overruns]
    numbers = {title: n for n, title in enumerate(dict.fromkeys(map(str.casefold, titles)), start=1)}

    def name(title: str) -> str:
        return say("report.untitled", texts, number=numbers[title.casefold()])

    return replace(
        found,
        series=tuple(replace(one, title=name(one.title)) for one in found.series),
        displaced=tuple(replace(one, title=name(one.title)) for one in found.displaced),
        overruns=tuple(replace(one, title=name(one.title)) for one in found.overruns),
    )
