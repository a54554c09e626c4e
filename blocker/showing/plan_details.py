"""What a leader wants to know before saying yes: each change with why, and what would be next best; each week's load.

About three lines for a change and two for a week. Measures, lines and keys are in ``plan_in_full``.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from blocker.planning.outcome import MOST_OPTIONS
from blocker.showing.picture import Line, Piece, text_of
from blocker.showing.plan_in_full import FLOORS, closing_lines, missing_lines, next_best, quarter_line
from blocker.showing.plan_screen import (
    broken,
    change_lines,
    heading,
    indented,
    is_shown,
    one_more,
    purpose,
    spaced,
)
from blocker.showing.plan_text import (
    changes_of,
    clean,
    last_words,
    load_words,
    option_text,
    refreshed_words,
)
from blocker.values.kinds import NOTE
from blocker.values.plan import Change, Plan

MOST_LINES = 60  # with fifteen changes; weeks are set apart where there is room for it


def plan_details_lines(
    plan: Plan,
    width: int,
    plain: bool = False,
    done: bool = False,
    first: Sequence[str] = (),
    kept: bool = False,
) -> list[str]:
    """The changes by week in lines of ``width`` cells; ``kept``: also what stays, and the weeks without a change."""
    zone = ZoneInfo(plan.zone)
    left = [
        change
        for change in plan.changes
        if is_shown(change, plan)
        or (kept and change.action in ("keep", "adopt", "update") and change.slot.end > plan.now)
    ]
    parts = [[line for words in first for line in broken([Piece(words)], width)]]
    for week in plan.weeks:
        here = changes_of(week.load, left, zone)
        left = [change for change in left if change not in here]
        if here or kept:
            words = [f"weekly minimum: {FLOORS[week.floor]}"] if week.floor not in ("block", "none") else []
            words = [load_words(week.load), *words] if kept else words
            load = broken([Piece("; ".join(words), "quiet")], width - 2)
            parts.append([*heading(week, plan, width), *([Piece("  "), *line] for line in load)])
            parts[-1] += [line for change in here for line in _change(change, plan, width, plain)]
    if kept:
        halves = [quarter_line(quarter, verbose=False) for quarter in plan.quarters]
        parts.append([line for words in halves for line in spaced(words, width)])
    parts.append([line for change in left for line in _change(change, plan, width, plain)])
    rest = closing_lines(plan, plain, verbose=False) if kept else missing_lines(plan, plain, verbose=False)
    words = [*rest, "", last_words(plan, done)]
    parts.append([line for said in words[1:] for line in spaced(said, width)])
    parts = [part for part in parts if part]
    apart: list[Line] = [()] if kept or sum(map(len, parts)) + len(parts) <= MOST_LINES else []
    return text_of([line for n, part in enumerate(parts) for line in (*(apart if n else ()), *part)])


def _change(change: Change, plan: Plan, width: int, plain: bool) -> list[Line]:
    said = "; ".join(filter(None, (why_words(change), next_best(change))))
    options = [option_text(option, ZoneInfo(plan.zone)) for option in change.nearest[:MOST_OPTIONS]]
    return [
        *change_lines(change, plan, width, plain),
        *(line for words in filter(None, (said, *options)) for line in indented(words, width)),
    ]


def why_words(change: Change) -> str:
    """What it is for, and why here; what the week's heading says of its load is not said again."""
    if change.action == "update":
        return refreshed_words(change)
    if change.action == "remove":
        return "; ".join(clean(words) for words in (change.conflict, change.why) if words)
    known = purpose(change) or (one_more(change.causes[0].rule) if change.causes else "")
    here = "" if change.kind == NOTE else clean(change.why)
    return "; ".join(filter(None, (known, here, clean(change.conflict or ""), clean(change.remark))))
