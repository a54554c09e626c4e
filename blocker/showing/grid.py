"""The week as a grid for a terminal: days across, half hours down, what changes and why below."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from blocker.showing.cells import LEGEND, SIGN_WORDS, Glyphs, double_booked, glyphs, header_lines, row_lines
from blocker.showing.load import event_lines, measure_lines, told_lines
from blocker.showing.picture import WIDEST, Canvas, Line, Piece, beside, flow
from blocker.showing.plan_text import (
    cause_text,
    change_title,
    clean,
    closing_lines,
    judged_words,
    measured,
    next_best,
    number,
    quarter_line,
    reason,
    refreshed_words,
    span,
    summary,
    told_words,
    when_words,
)
from blocker.showing.printable import to_ascii
from blocker.showing.week_view import WeekView
from blocker.values.plan import Change, Classified, Plan, WeekLoad

BAR = 40
SMALL_BAR = 16
GAP = 3  # cells between two weeks side by side
TWO_WEEKS = 160  # cells from which two weeks stand side by side


def plan_picture(plan: Plan, views: Sequence[WeekView], canvas: Canvas, done: bool = False) -> list[Line]:
    """A plan: the first week with changes as a grid (two where there is room), the others in short."""
    canvas = Canvas(min(canvas.width, WIDEST), canvas.unicode)
    zone = ZoneInfo(plan.zone)
    if not views:
        return _finish([[Piece(summary(plan, done))]], canvas)
    first = next((n for n, view in enumerate(views) if view.changed), 0)
    wide = canvas.width >= TWO_WEEKS and first + 1 < len(views)
    shown = views[first : first + (2 if wide else 1)]
    half = (canvas.width - GAP) // 2 if wide else canvas.width
    weeks = [week_lines(view, Canvas(half, canvas.unicode), zone) for view in shown]
    heads = max(_head(week) for week in weeks)  # so that their grids stand at one height
    drawn = [
        [
            *week[: _head(week)],
            *([()] * (heads - _head(week))),
            *week[_head(week) :],
            [],
            *change_list(view, half, zone),
        ]
        for week, view in zip(weeks, shown, strict=True)
    ]
    lines = list(drawn[0] if not wide else beside(drawn[0], drawn[1], half + GAP))
    lines += [[], *legend(shown, canvas)]
    for view in views:
        if view not in shown:
            lines += [[], *_short_week(view, canvas, zone)]
    lines.append([])
    in_weeks = {change.key for view in views for change in view.changes}
    for quarter in plan.quarters:
        lines += flow([Piece(quarter_line(quarter), "strong")], canvas.width, 4)
    for change in plan.changes:  # an offsite far ahead
        if change.key not in in_weeks and change.action not in ("forget", "tombstone"):
            lines += _change(change, canvas.width, zone)
    for words in closing_lines(plan):
        indent = len(words) - len(words.lstrip())
        lines += [
            [Piece(" " * indent), *line] for line in flow([Piece(words)], canvas.width - indent, 2)
        ] or [[]]
    lines += [[], [Piece(summary(plan, done), "strong")]]
    return _finish(lines, canvas)


def load_picture(
    view: WeekView, zone: ZoneInfo, canvas: Canvas, events: Sequence[Classified] | None = None
) -> list[Line]:
    """One week as a grid, and its measures."""
    canvas = Canvas(min(canvas.width, WIDEST), canvas.unicode)
    lines = [*week_lines(view, canvas, zone), [], *legend([view], canvas), []]
    for words in measure_lines(view.load):
        lines.append([Piece(words, "strong" if words.startswith((" !", "Level")) else "")])
    if events is not None:
        words_of_events = [*event_lines(events, zone), *told_lines(view.load)]
        lines += [[], *([Piece(words)] for words in words_of_events)]
    return _finish(lines, canvas)


def week_lines(view: WeekView, canvas: Canvas, zone: ZoneInfo) -> list[Line]:
    """A week's heading, its load bar and its grid."""
    signs = glyphs(canvas.unicode)
    load = view.load
    days = view.shown_days()
    heading: list[Piece] = [
        Piece(f"{load.week}", "strong"),
        Piece(f"{week_dates(view)}{', this week' if view.running else ''}"),
        Piece(f"[{load.level.upper()}]", load.level),
    ]
    by = judged_words(load)
    if by:
        heading.append(Piece(f"judged by {by}", "quiet"))
    lines: list[Line] = [*flow(heading, canvas.width, 2), *_load(load, signs, canvas.width)]
    if not load.held.get("capacity_hours", 0.0):
        lines.append([Piece("no working time in this week", "quiet")])
    if not days:
        return lines
    width = max(4, min(30, (canvas.width - signs.time_width) // len(days)))
    return [*lines, [], *header_lines(days, width, signs), *row_lines(days, width, signs)]


def _head(week: Sequence[Line]) -> int:
    """How many lines stand above a week's grid."""
    return next((n for n, line in enumerate(week) if not line), len(week))


def _load(load: WeekLoad, signs: Glyphs, width: int) -> list[Line]:
    """The bar of the load with its thresholds, and what makes the level."""
    share = load.held.get("operational_share", 0.0)
    levels = thresholds(load)
    bar = load_bar(share, levels, min(BAR, width - 20), signs, load.level)
    hours = load.held.get("operational_hours", 0.0)
    words = f"{share * 100:.0f} %, {number(hours)} of {number(load.held.get('capacity_hours', 0.0))} h"
    lines: list[Line] = [[Piece("load  "), *bar, Piece(" "), Piece(f"{share * 100:.0f} %", "strong")]]
    limits = ", ".join(f"{level} from {value * 100:.0f} %" for level, value in levels.items())
    lines += _indented(f"{words.split(', ')[1]} operational{'; ' + limits if limits else ''}", width, 6)
    if load.told_hours:
        lines += _indented(told_words(load), width, 6)
    if load.causes and load.level != "calm":
        lines += _indented(f"because {cause_text(load.causes[0])}", width, 6)
    elif "focus_hours" in load.held:
        lines += _indented(
            f"{measured(load.held['focus_hours'], 'hours')} free in gaps of two hours or more", width, 6
        )
    return lines


def load_bar(share: float, levels: dict[str, float], width: int, signs: Glyphs, level: str) -> list[Piece]:
    """Nought to a hundred per cent, with a mark at each threshold."""
    marks = {min(width - 1, round(value * width)) for value in levels.values()}
    filled = min(width, round(share * width))
    pieces = []
    for at in range(width):
        if at in marks:
            pieces.append(Piece(signs.mark, "mark"))
        else:
            pieces.append(Piece(signs.full, f"bar.{level}") if at < filled else Piece(signs.empty, "quiet"))
    return pieces


def thresholds(load: WeekLoad, measure: str = "operational_share") -> dict[str, float]:
    """Where the levels begin on a measure; hours of operational time count as the share they are."""
    capacity = load.held.get("capacity_hours", 0.0)
    found: dict[str, float] = {}
    for clause in load.clauses:
        cause = clause.cause
        value = cause.threshold
        if measure == "operational_share" and cause.measure == "operational_hours" and capacity:
            value = cause.threshold / capacity
        elif cause.measure != measure:
            continue
        heavier = max if measure == "focus_hours" else min
        found[clause.rule] = heavier(found.get(clause.rule, value), value)
    return {level: found[level] for level in ("amber", "red") if level in found}


def change_list(view: WeekView, width: int, zone: ZoneInfo) -> list[Line]:
    """One entry per change of a week, with its reason; what the week says already isn't repeated."""
    lines: list[Line] = []
    for change in view.changes:
        lines += _change(change, width, zone, view)
    for item in (missing for missing in view.missing if not missing.answered):
        lines += flow([Piece("!", "sign.!"), Piece(f"no place for {item.key}", "strong")], width, 2)
    return lines


def _change(change: Change, width: int, zone: ZoneInfo, view: WeekView | None = None) -> list[Line]:
    sign = (
        "!"
        if change.conflict or change.error
        else {"create": "+", "move": "~", "remove": "-"}.get(change.action, "=")  # as in the grid's cells
    )
    pieces = [
        Piece(sign, f"sign.{sign}"),
        Piece(when_words(change, zone), "strong"),
        Piece(clean(change_title(change))),
    ]
    if change.was is not None:
        pieces.append(Piece(f"(was {span(change.was, zone)})", "quiet"))
    why = reason(change, view.load.causes if view else ()) if change.writes or change.pinned else ""
    why = refreshed_words(change) if change.action == "update" else why
    conflict = f"in conflict: {clean(change.conflict)}" if change.conflict else ""
    for words in (why, conflict, next_best(change)):
        pieces += [Piece(f"— {words}", "quiet")] if words else []
    if change.error:
        pieces.append(Piece(f"FAILED: {clean(change.error)}", "red"))
    return flow([*pieces, Piece(f"[{change.key}]", "quiet")], width, 2)


def _short_week(view: WeekView, canvas: Canvas, zone: ZoneInfo) -> list[Line]:
    """A week in a line, and its changes."""
    signs, load = glyphs(canvas.unicode), view.load
    share = load.held.get("operational_share", 0.0)
    bar = load_bar(share, thresholds(load), SMALL_BAR, signs, load.level)
    tag = f"[{load.level.upper()}]"
    head = [
        Piece(f"{load.week} ", "strong"),
        Piece(tag, load.level),
        Piece(" " * (8 - len(tag))),
        *bar,
        Piece(f" {share * 100:3.0f} %"),
    ]
    return [head, *change_list(view, canvas.width, zone)]


def legend(views: Sequence[WeekView], canvas: Canvas) -> list[Line]:
    """What the signs mean, those that are to be seen only."""
    signs = glyphs(canvas.unicode)
    items = [item for view in views for day in view.days for item in day.items]
    pieces = []
    for kind, words in LEGEND.items():
        if any(item.kind == kind and not item.sign for item in items):
            pieces.append(Piece(f"{signs.gutter(kind)}\u00a0{words}", "quiet"))
    if any(double_booked(view.shown_days()) for view in views):
        pieces.append(Piece(f"{signs.double}\u00a0double-booked", "quiet"))
    for sign, words in SIGN_WORDS.items():
        if any(item.sign == sign for item in items):
            pieces.append(Piece(f"{sign}\u00a0{words}", f"sign.{sign}"))
    if any(day.away for view in views for day in view.days):
        pieces.append(Piece(f"{signs.away * 2}\u00a0away", "quiet"))
    return [
        [Piece(piece.text.replace("\u00a0", " "), piece.style) for piece in line]
        for line in flow(pieces, canvas.width, 0)
    ]


def _indented(words: str, width: int, indent: int) -> list[Line]:
    return [[Piece(" " * indent), *line] for line in flow([Piece(words, "quiet")], width - indent, 0)]


def week_dates(view: WeekView) -> str:
    """18–22 November 2024, 25 November – 1 December 2024: the days that are shown."""
    first, last = view.days[0].date, (view.shown_days() or view.days)[-1].date
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last.day} {last:%B %Y}"
    return f"{first.day} {first:%B} – {last.day} {last:%B %Y}"


def _finish(lines: Sequence[Line], canvas: Canvas) -> list[Line]:
    if canvas.unicode:
        return list(lines)
    return [[Piece(to_ascii(piece.text), piece.style) for piece in line] for line in lines]
