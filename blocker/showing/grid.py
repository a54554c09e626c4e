"""The week as a grid for a terminal: days across, half hours down, what changes and why below."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from blocker.showing.cells import LEGEND, SIGN_WORDS, Glyphs, double_booked, glyphs, header_lines, row_lines
from blocker.showing.load import event_lines, measure_lines, told_lines
from blocker.showing.picture import WIDEST, Canvas, Line, Piece, beside, flow
from blocker.showing.plan_details import why_words
from blocker.showing.plan_in_full import closing_lines, next_best, quarter_line
from blocker.showing.plan_screen import plan_screen, spaced
from blocker.showing.plan_text import (
    change_title,
    clean,
    failure,
    level_words,
    measured,
    number,
    reason,
    refreshed_words,
    sign_of,
    span,
    summary,
    told_words,
    week_words,
    when_words,
    zone_lines,
)
from blocker.showing.printable import to_ascii
from blocker.showing.week_view import DayView, WeekView
from blocker.values.kinds import block_name
from blocker.values.plan import Change, Classified, Plan, WeekLoad

BAR, SMALL_BAR, WIDE = 40, 16, 100  # cells of the load's bar, and of a screen from which it is the longer one
GAP = 3  # cells between two weeks side by side
TWO_WEEKS = 160  # cells from which two weeks stand side by side


def plan_picture(
    plan: Plan,
    views: Sequence[WeekView],
    canvas: Canvas,
    done: bool = False,
    first: Sequence[str] = (),
    verbose: bool = False,
) -> list[Line]:
    """The whole plan: each week with changes as a grid (two side by side where there is room) and all of its blocks.

    ``verbose``: with the keys of the blocks.
    """
    canvas = Canvas(min(canvas.width, WIDEST), canvas.unicode)
    zone = ZoneInfo(plan.zone)
    lines: list[Line] = [line for words in first for line in flow([Piece(words)], canvas.width, 2)]
    lines += [[]] if lines else []
    shown = [view for view in views if view.changed]
    wide = canvas.width >= TWO_WEEKS
    half = (canvas.width - GAP) // 2 if wide else canvas.width
    for n in range(0, len(shown), 2 if wide else 1):
        lines += [*_drawn(shown[n : n + (2 if wide else 1)], Canvas(half, canvas.unicode), zone, verbose), []]
    lines += [*legend(shown, canvas), []] if shown else []
    for view in views:
        if view not in shown:
            lines += [*_short_week(view, canvas, zone, verbose), []]
    in_weeks = {change.key for view in views for change in view.changes}
    for quarter in plan.quarters:
        lines += flow([Piece(quarter_line(quarter, verbose), "strong")], canvas.width, 4)
    for change in plan.changes:  # a half day months from now
        if change.key not in in_weeks and change.action not in ("forget", "tombstone"):
            lines += _change(change, canvas.width, zone, verbose)
    for words in closing_lines(plan, verbose=verbose):
        lines += spaced(words, canvas.width)
    lines += [[], *flow([Piece(summary(plan, done), "strong")], canvas.width, 2)]
    return _finish(lines, canvas)


def plan_screen_picture(
    plan: Plan, canvas: Canvas, done: bool = False, first: Sequence[str] = ()
) -> list[Line]:
    """What changes and nothing else, in colour."""
    return _finish(plan_screen(plan, min(canvas.width, WIDEST), done=done, first=first), canvas)


def _drawn(views: Sequence[WeekView], canvas: Canvas, zone: ZoneInfo, verbose: bool) -> list[Line]:
    """A week or two side by side, their grids at one height, with their blocks below."""
    weeks = [week_lines(view, canvas, zone) for view in views]
    heads = max(_head(week) for week in weeks)
    drawn = [
        [
            *week[: _head(week)],
            *([()] * (heads - _head(week))),
            *week[_head(week) :],
            [],
            *change_list(view, canvas.width, zone, verbose),
        ]
        for week, view in zip(weeks, views, strict=True)
    ]
    return list(drawn[0] if len(drawn) == 1 else beside(drawn[0], drawn[1], canvas.width + GAP))


def load_picture(
    view: WeekView,
    plan: Plan,
    canvas: Canvas,
    events: Sequence[Classified] | None = None,
    verbose: bool = False,
) -> list[Line]:
    """One week as a grid; ``verbose`` has its measures too."""
    canvas, zone = Canvas(min(canvas.width, WIDEST), canvas.unicode), ZoneInfo(plan.zone)
    lines = [*week_lines(view, canvas, zone), *legend([view], canvas)]
    for words in ["", *measure_lines(view.load)] if verbose else []:
        lines.append([Piece(words, "strong" if words.startswith((" !", "Level")) else "")])
    if events is not None:
        words_of_events = [*event_lines(events, zone), *told_lines(view.load)]
        lines += [[], *(line for words in words_of_events for line in _indented(words, canvas.width, 2))]
    lines += [[Piece(words)] for words in zone_lines(plan.zone, plan.zone_source)]
    return _finish(lines, canvas)


def week_lines(view: WeekView, canvas: Canvas, zone: ZoneInfo) -> list[Line]:
    """A week's heading, its load bar and its grid."""
    signs = glyphs(canvas.unicode)
    load = view.load
    days = view.shown_days()
    words = f"{week_words(load, view.today, start=True)}, " if view.is_near else ""
    heading: list[Piece] = [
        Piece(f"{words}{_dates(days or view.days)},", "strong"),
        Piece(f"{load.level}:", load.level),
    ]
    if why := level_words(load):
        heading.append(Piece(why))
    elif "focus_hours" in load.held:
        heading.append(Piece(f"{measured(load.held['focus_hours'], 'hours')} of unbroken time"))
    lines: list[Line] = [*flow(heading, canvas.width, 2), *_load(load, signs, canvas.width)]
    if not load.held.get("capacity_hours", 0.0):
        lines.append([Piece("no working time in this week", "quiet")])
    if not days:
        return lines
    width = max(4, min(30, (canvas.width - signs.time_width) // len(days)))
    return [*lines, *header_lines(days, width, signs), *row_lines(days, width, signs)]


def _head(week: Sequence[Line]) -> int:
    """How many lines are above a week's grid."""
    return next((n for n, line in enumerate(week) if line and line[0].text.startswith("      ")), len(week))


def _load(load: WeekLoad, signs: Glyphs, width: int) -> list[Line]:
    """The bar of the load with its thresholds, and both in words."""
    share = load.held.get("operational_share", 0.0)
    levels = thresholds(load)
    bar = load_bar(share, levels, BAR if width >= WIDE else SMALL_BAR, signs, load.level)
    hours = load.held.get("operational_hours", 0.0)
    words = f"{number(hours)} of {number(load.held.get('capacity_hours', 0.0))} h"
    limits = ", ".join(f"{level} from {value * 100:.0f} %" for level, value in levels.items() if value <= 1)
    told = f", {told_words(load)}" if load.told_hours else ""
    pieces = [
        Piece(f"{share * 100:.0f} %", "strong"),
        Piece(f"{words}{told}{f' ({limits})' if limits else ''}", "quiet"),
    ]
    first, *more = flow(pieces, width - 7 - (BAR if width >= WIDE else SMALL_BAR), 0)
    return [[Piece("load  "), *bar, Piece(" "), *first], *([Piece(" " * 6), *line] for line in more)]


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


def change_list(view: WeekView, width: int, zone: ZoneInfo, verbose: bool = False) -> list[Line]:
    """One entry per change of a week, with its reason; what the week says already isn't repeated."""
    lines: list[Line] = []
    for change in view.changes:
        lines += _change(change, width, zone, verbose, view)
    missing = [item for item in view.missing if not item.answered]
    found = {item.key if verbose else (item.kind, item.minutes): item for item in missing}
    for item in found.values():
        words = f"not found yet: {block_name(item.kind)}, {item.minutes} minutes"
        lines += flow([Piece("!", "sign.!"), Piece(words, "strong"), *_key(item.key, verbose)], width, 2)
    return lines


def _key(key: str, verbose: bool) -> list[Piece]:
    return [Piece(f"[{key}]", "quiet")] if verbose else []


def _change(
    change: Change, width: int, zone: ZoneInfo, verbose: bool, view: WeekView | None = None
) -> list[Line]:
    sign = sign_of(change)
    pieces = [
        Piece(sign, f"sign.{sign}"),
        Piece(when_words(change, zone), "strong"),
        Piece(clean(change_title(change))),
    ]
    if change.was is not None:
        pieces.append(Piece(f"(was {span(change.was, zone)})", "quiet"))
    why = reason(change, view.load.causes if view else ()) if change.writes or change.pinned else ""
    why = refreshed_words(change) if change.action == "update" else why
    conflict = clean(change.conflict) if change.conflict else ""
    said = (why, conflict) if verbose else (why_words(change),)
    for words in (*said, next_best(change)):
        pieces += [Piece(f"— {words}", "quiet")] if words else []
    if change.error:
        pieces.append(Piece(failure(change), "red"))
    return flow([*pieces, *_key(change.key, verbose)], width, 2)


def _short_week(view: WeekView, canvas: Canvas, zone: ZoneInfo, verbose: bool) -> list[Line]:
    """A week in a line, and its changes."""
    signs, load = glyphs(canvas.unicode), view.load
    share = load.held.get("operational_share", 0.0)
    bar = load_bar(share, thresholds(load), SMALL_BAR, signs, load.level)
    tag = f"[{load.level.upper()}]"
    words = week_words(load, view.today, start=True)
    head = [
        Piece(f"{words:<20} ", "strong"),
        Piece(tag, load.level),
        Piece(" " * (8 - len(tag))),
        *bar,
        Piece(f" {share * 100:3.0f} %"),
    ]
    return [head, *change_list(view, canvas.width, zone, verbose)]


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


def _dates(days: Sequence[DayView]) -> str:
    """18–22 Nov, 30 Nov – 4 Dec."""
    first, last = days[0].date, days[-1].date
    if first.month == last.month:
        return f"{first.day}–{last.day} {last:%b}"
    return f"{first.day} {first:%b} – {last.day} {last:%b}"


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
