"""A plan on one screen: what changes, in order of time, with one reason each; one line for what stays.

At most 25 lines for up to 15 changes at 80 columns. The whole plan, with keys and ISO weeks, is in ``plan_text``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from blocker.planning.outcome import MOST_OPTIONS
from blocker.rules.goals import GOAL
from blocker.showing.picture import Line, Piece, flow, text_of
from blocker.showing.plan_text import (
    change_title,
    changes_of,
    clean,
    failure,
    is_in_conflict,
    is_text_only,
    last_words,
    level_words,
    moment,
    news_lines,
    option_text,
    refreshed_words,
    sign_of,
    spoken,
    week_words,
    when_words,
    zone_lines,
)
from blocker.values.events import SkippedComponent
from blocker.values.kinds import LEARNING, LEVELS, NOTE, OFFSITE
from blocker.values.plan import Change, Option, Plan, Unplaced, WeekPlan

MOST_LINES = 25
WHY = {"floor": "weekly minimum", "frontline": "regular visit", "debt": "time owed from earlier weeks"}


def plan_screen(
    plan: Plan, width: int, plain: bool = False, done: bool = False, first: Sequence[str] = ()
) -> list[Line]:
    """The changes by week, what has no time yet and what has to be said once, in lines of ``width`` cells.

    ``first``: what to say above them. Blank lines set weeks apart where there is room for them; where there is none for
    every reason, those of new blocks are cut to what fits beside them.
    """
    parts = _parts(plan, width, plain, done, first, terse=False)
    if sum(map(len, parts)) > MOST_LINES:
        parts = _parts(plan, width, plain, done, first, terse=True)
    if sum(map(len, parts)) + len(parts) - 1 <= MOST_LINES:
        parts[1:] = [[(), *part] for part in parts[1:]]
    return [line for part in parts for line in part]


def _parts(
    plan: Plan, width: int, plain: bool, done: bool, first: Sequence[str], terse: bool
) -> list[list[Line]]:
    zone = ZoneInfo(plan.zone)
    told = [change for change in plan.changes if is_shown(change, plan)]
    parts = [_flowed(first, width)]
    for week in plan.weeks:
        here = changes_of(week.load, told, zone)
        told = [c for c in told if c not in here]
        if here:
            parts.append([*heading(week, plan, width), *_changes(here, plan, width, plain, terse)])
    parts.append(
        _changes(told, plan, width, plain, terse)
    )  # before the weeks that are planned, and after them
    parts.append([*_flowed(_missing(plan, zone), width), *_flowed(unread(plan.skipped), width)])
    news = news_lines(plan, ("released ", "half ", "conflict ", "no room ", "outside ", "of ", "copy "))
    parts.append(_flowed([*news, *_of_the_quarter(plan)], width))
    last = [Piece(last_words(plan, done), "strong"), Piece(_more_missing(plan) if not plan.failed else "")]
    whose = [Piece(words, "quiet") for words in zone_lines(plan.zone, plan.zone_source)[1:] if any(parts)]
    parts.append([*broken(whose, width), *broken(last, width)])
    return [part for part in parts if part]


def plan_screen_lines(
    plan: Plan, width: int, plain: bool = False, done: bool = False, first: Sequence[str] = ()
) -> list[str]:
    return text_of(plan_screen(plan, width, plain, done, first))


def change_words(change: Change, plan: Plan) -> tuple[str, str]:
    """When and what a change is, and why, each in a few words."""
    zone = ZoneInfo(plan.zone)
    what = f"{when_words(change, zone)}  {clean(change_title(change))}"
    return what, clean(_why(change, plan, zone))


def is_shown(change: Change, plan: Plan) -> bool:
    """True for what changes, and for a block in conflict of which nobody was told before."""
    if change.action == "update":
        return not is_text_only(change) or change.error is not None
    news = any(name.startswith(f"conflict {change.key} ") for name in plan.said)
    return change.writes or (is_in_conflict(change) and news)


def heading(week: WeekPlan, plan: Plan, width: int) -> list[Line]:
    """A week and its level, with the one reason for it."""
    load, zone = week.load, ZoneInfo(plan.zone)
    words = week_words(load, plan.now.astimezone(zone).date(), start=True)
    why = level_words(load)
    return broken(
        [Piece(f"{words},", "strong"), Piece(f"{load.level}{':' if why else ''}", load.level), Piece(why)],
        width,
    )


def _changes(changes: Sequence[Change], plan: Plan, width: int, plain: bool, terse: bool) -> list[Line]:
    lines: list[Line] = []
    offered: set[str] = set()
    for change in changes:
        what, why = change_words(change, plan)
        if terse and change.action == "create":
            short = why.partition(";")[0]
            why = short if len(f"  + {what} ({short})") <= width else ""
        lines += change_lines(change, plan, width, plain, why)
        options = [option_text(option, ZoneInfo(plan.zone)) for option in change.nearest[:MOST_OPTIONS]]
        for words in (words for words in options if words not in offered):
            offered.add(words)
            lines += indented(words, width)
    return lines


def change_lines(change: Change, plan: Plan, width: int, plain: bool, why: str = "") -> list[Line]:
    """When and what a change is, and why where that is said on the same line."""
    sign, (what, _) = sign_of(change), change_words(change, plan)
    when, _, title = what.partition("  ")
    pieces = [
        Piece(f"{spoken(change)}:" if plain else sign, f"sign.{sign}"),
        Piece(f"{when.replace(' ', _HARD)}{_HARD}", "strong"),
        Piece(title if not why or change.action == "create" else f"{title}:"),
        *([Piece(f"({why})" if change.action == "create" else why, "quiet")] if why else []),
    ]
    if change.error is not None:
        pieces.append(Piece(failure(change), "red"))
    return [[Piece("  "), *line] for line in broken(pieces, width - 2)]


def indented(words: str, width: int) -> list[Line]:
    """What is said of a change, below it."""
    return [[Piece("      "), *line] for line in broken([Piece(words, "quiet")], width - 6)]


_HARD = "\u00a0"
_NUMBER = re.compile(
    r"(?<=\d) (?=(?:h|%|minutes|[A-Z][a-z]{2})\b)|(?<=[a-z]) (?=\d{1,2} [A-Z][a-z]{2},)|(?<=\w,) (?=\d\d:)"
)


def broken(pieces: Sequence[Piece], width: int) -> list[Line]:
    """Broken at words; a number stays with its unit, a date in one piece."""
    held = [Piece(_NUMBER.sub(_HARD, piece.text), piece.style) for piece in pieces]
    return [
        [Piece(piece.text.replace(_HARD, " "), piece.style) for piece in line]
        for line in flow(held, width, 2)
    ]


def _why(change: Change, plan: Plan, zone: ZoneInfo) -> str:
    """One plain reason. What the week's heading says of its load is not said again."""
    if change.action == "update":
        return refreshed_words(change)
    if change.action == "move" and change.was is not None:
        return _moved(change, zone)
    if change.action != "create":
        return "; ".join(filter(None, (change.conflict, change.why if change.writes else "")))
    if change.kind in (OFFSITE, NOTE):
        return change.why if change.kind == OFFSITE else ""  # a note's title says it
    return "; ".join(filter(None, (_why_new(change), change.remark)))


def purpose(change: Change) -> str:
    """What a block is for; "" where its week's level asks for it."""
    cause = change.causes[0] if change.causes else None
    if cause is not None and cause.rule == GOAL:
        return f"before “{clean(cause.measure)}” is due"
    if cause is not None and cause.rule not in LEVELS:
        return WHY.get(cause.rule, f"your rule “{clean(cause.rule)}”")
    return "before the heaviest week" if change.kind == LEARNING else ""


def one_more(level: str) -> str:
    """What a block beyond the minimum is for."""
    return f"one more, as the week is {level}"


def _why_new(change: Change) -> str:
    placement, parts = change.placement, [purpose(change)]
    if placement is not None and placement.short:
        parts.append(f"no more than {change.slot.minutes} free minutes in a row")
    if placement is not None and placement.outside_manners:
        parts.append("beyond your limits")
    return "; ".join(filter(None, parts))


def _moved(change: Change, zone: ZoneInfo) -> str:
    was = change.was
    if was is None:
        return ""
    parts = [f"was {moment(was.start.astimezone(zone))}"]
    if change.hit_by:
        parts[0] += f", which {change.hit_by}"
    if change.slot.minutes != was.minutes:
        by = abs(was.minutes - change.slot.minutes)
        parts.append(f"{by} minutes {'shorter' if change.slot.minutes < was.minutes else 'longer'}")
    elif not change.hit_by and (gain := change.why.rpartition(": ")[2]) != change.why:
        parts.append(gain)
    return "; ".join(parts)


def _missing(plan: Plan, zone: ZoneInfo) -> Iterator[str]:
    """The weekly minimum and the half day that have no time, with what would help, where that is news."""
    today = plan.now.astimezone(zone).date()
    for item in _open(plan):
        if f"no room {item.key}" not in plan.said:
            continue
        if item.tier == OFFSITE:
            yield f"Half day: not found yet. {_sentence(item.why.partition(': the time is')[0])}{_one(item.nearest, zone)}"
        elif item.tier == "floor":
            load = next((w.load for w in plan.weeks if f"/{w.load.week}/" in item.key), None)
            when = week_words(load, today, start=True) if load else ""
            yield f"{when}: no weekly minimum yet. {_sentence(item.why.partition(': the time is')[0])}{_one(item.nearest, zone)}"


def _of_the_quarter(plan: Plan) -> list[str]:
    """The finding on ordinary weeks; what to make of it is for ``-v`` and ``check``."""
    named = zip(plan.said, plan.notes, strict=True)
    return [
        f"{clean(note).partition('. ')[0].rstrip('.')}." for name, note in named if name.startswith("of ")
    ]


def _more_missing(plan: Plan) -> str:
    """How much else has no time yet, where something changes."""
    others = sum(item.tier not in (OFFSITE, "floor") for item in _open(plan))
    return f"No time yet for {others} more (-v)." if others and plan.writes else ""


def _open(plan: Plan) -> list[Unplaced]:
    """What nobody said no to, and what is not told with its block."""
    released = {change.key for change in plan.changes if change.released}
    return [item for item in plan.unplaced if not item.answered and item.key not in released]


def _one(nearest: Sequence[Option], zone: ZoneInfo) -> str:
    return f" {option_text(nearest[0], zone)}." if nearest else ""


def unread(skipped: Sequence[SkippedComponent]) -> Iterator[str]:
    """What of the calendar could not be read, in one line; each with its reason under ``-v``."""
    passed = [item for item in skipped if not item.read]
    if passed:
        more = f" and {len(passed) - 1} more (details with -v)" if len(passed) > 1 else ""
        yield f"Could not be read: {clean(passed[0].where)} ({clean(passed[0].why)}){more}. Everything else counts."
    yield from (f"{clean(item.where)}: {clean(item.why)}." for item in skipped if item.whole)


def _sentence(words: str) -> str:
    words = clean(words)
    return f"{words[:1].upper()}{words[1:]}."


def spaced(words: str, width: int) -> list[Line]:
    """A line of words with its indent kept; an empty one where there are none."""
    indent = len(words) - len(words.lstrip())
    return [[Piece(" " * indent), *line] for line in flow([Piece(words)], width - indent, 2)] or [()]


def _flowed(lines: Sequence[str] | Iterator[str], width: int) -> list[Line]:
    return [line for words in lines for line in broken([Piece(words)], width)]
