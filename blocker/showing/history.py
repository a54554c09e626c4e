"""Weeks that are over, and weeks to come, for a terminal and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from blocker.planning.history import PastWeek
from blocker.rules.forecast import Fill, forecast_hours
from blocker.showing.documents import SCHEMA, week_document
from blocker.showing.picture import Canvas, Line, Piece
from blocker.showing.plan_text import measured, number
from blocker.values.kinds import LEVELS
from blocker.values.memory import WeekRecord
from blocker.values.plan import WeekLoad

SPARKS, ASCII_SPARKS = "▁▂▃▄▅▆▇█", "_.:-=+*#"
UNITS = "Hours of thinking time in each week; moved counts blocks."
COLUMNS: Mapping[str, Callable[[WeekRecord], float]] = {
    "owed": lambda record: record.owed_minutes / 60,
    "placed": lambda record: record.placed_minutes / 60,
    "kept": lambda record: record.kept_minutes / 60,
    "skipped": lambda record: record.waived_minutes / 60,
    "overrun": lambda record: record.overrun_minutes / 60,
    "moved": lambda record: len(record.moved),
}
WORDS = {
    "owed": "what the rules asked for",
    "placed": "what was on the calendar",
    "kept": "what is past and no meeting took",
    "skipped": "what you skipped, deleted or took back",
    "overrun": "what meetings took of it",
    "moved": "blocks moved, by you or by a run",
}
SHOWN = 3  # minutes: less is 0 h in words
# What became of time that was owed and not kept; what nothing else accounts for comes last.
REST = (
    "overrun by meetings",
    "skipped, deleted or taken back by you",
    "still to come in a later week",
    "for which there was no free time",
)


def history_lines(weeks: Sequence[PastWeek], debt_minutes: int) -> list[str]:
    """A table with a line for each week, and what it comes to."""
    known = [week for week in weeks if week.record]
    if not known:
        return [
            "Nothing is remembered of this calendar yet: history begins with the first blocker run.",
            "How heavy your past weeks were: blocker calibrate",
        ]
    lines = [UNITS, "", f"  {'week of':<9} level    load  " + "".join(f"{name:>8}" for name in COLUMNS)]
    lines += [_row(week, last=week is weeks[-1]) for week in weeks]
    return [*lines, "", *closing_lines(weeks, debt_minutes)]


def closing_lines(weeks: Sequence[PastWeek], debt_minutes: int) -> list[str]:
    """What the completed weeks come to, in sentences."""
    over = [week.record for week in weeks[:-1] if week.record]
    lines = []
    if over:
        owed = sum(record.owed_minutes for record in over) / 60
        kept = sum(record.kept_of_owed for record in over) / 60
        share = f" ({measured(kept / owed, 'share')})" if owed else ""
        lines.append(f"{_weeks(len(over))}: {number(kept)} of {number(owed)} h owed were kept{share}.")
        rest = Counter[str]()
        for record in over:
            rest += _not_kept(record)
        parts = [f"{number(rest[words] / 60)} h {words}" for words in REST if rest[words] >= SHOWN]
        lines += [f"Of the rest, {', '.join(parts)}."] if parts else []
        beyond = sum(max(0, record.kept_minutes - record.owed_minutes) for record in over)
        lines += (
            [f"{number(beyond / 60)} h were kept beyond what their week owed."] if beyond >= SHOWN else []
        )
    if debt_minutes:
        lines.append(f"Still owed from the last four weeks: {number(debt_minutes / 60)} h.")
    if any(week.record is None for week in weeks):
        lines.append("Levels in brackets are from before the first run.")
    return lines


def _not_kept(record: WeekRecord) -> Counter[str]:
    """Where the minutes went that a week owed and did not keep; together they are just that many."""
    open_minutes = max(0, record.owed_minutes - record.kept_minutes)
    ahead = max(0, record.placed_minutes - record.kept_minutes - record.overrun_minutes)
    found = Counter[str]()
    for words, most in zip(
        REST, (record.overrun_minutes, record.waived_minutes, ahead, open_minutes), strict=True
    ):
        found[words] = min(most, open_minutes)
        open_minutes -= found[words]
    return found


def _row(week: PastWeek, last: bool) -> str:
    held = week.load.held
    level = week.level if week.record else f"({week.level})"
    load = measured(held["operational_share"], "share") if held["capacity_hours"] else "away"
    cells = "".join(f"{_cell(name, week.record):>8}" for name in COLUMNS)
    begins = week.load.begins
    return f"  {f'{begins.day} {begins:%b}':<9} {level:<8}{load:>5}  {cells}{'  now' if last else ''}"


def _cell(name: str, record: WeekRecord | None) -> str:
    value = COLUMNS[name](record) if record else 0.0
    return number(value) if value else "·"


def history_picture(weeks: Sequence[PastWeek], debt_minutes: int, canvas: Canvas) -> list[Line]:
    """On a terminal: a sparkline for each figure over all weeks, then the table."""
    plain: list[Line] = [[Piece(line)] for line in history_lines(weeks, debt_minutes)]
    if not any(week.record for week in weeks):
        return plain
    shares = [week.load.held["operational_share"] for week in weeks]
    levels = [LEVELS.index(week.level) for week in weeks]
    lines: list[Line] = [
        [Piece(f"  {'load':<8}"), *_colored(shares, weeks, canvas), Piece(f"  {_range(shares)}")],
        [Piece(f"  {'level':<8}"), *_colored(levels, weeks, canvas), Piece(f"  {_levels(weeks)}")],
    ]
    for name, value in COLUMNS.items():
        values = [value(week.record) if week.record else 0.0 for week in weeks]
        total = f"{number(sum(values))}{'' if name == 'moved' else ' h'}"
        lines.append(
            [
                Piece(f"  {name:<8}"),
                Piece(sparkline(values, canvas.unicode), "strong"),
                Piece(f"  {total:>7}  "),
                Piece(WORDS[name], "quiet"),
            ]
        )
    first, last = (weeks[n].load.begins for n in (0, -1))
    dates = f"weeks of {first.day} {first:%b %Y} to {last.day} {last:%b %Y}"
    return [[Piece(f"  {'':<8}{dates}", "quiet")], *lines, [Piece("")], *plain]


def sparkline(values: Sequence[float], unicode: bool = True) -> str:
    """A letter for each value, as high as it is between nothing and the highest."""
    letters = SPARKS if unicode else ASCII_SPARKS
    top = max(values, default=0.0)
    return "".join(letters[round(value / top * (len(letters) - 1)) if top > 0 else 0] for value in values)


def _colored(values: Sequence[float], weeks: Sequence[PastWeek], canvas: Canvas) -> list[Piece]:
    letters = sparkline(values, canvas.unicode)
    return [Piece(letter, f"bar.{week.level}") for letter, week in zip(letters, weeks, strict=True)]


def _range(shares: Sequence[float]) -> str:
    return f"{min(shares) * 100:.0f} to {max(shares) * 100:.0f} % of working time operational"


def _levels(weeks: Sequence[PastWeek]) -> str:
    return ", ".join(
        f"{sum(week.level == level for week in weeks)} {level}"
        for level in LEVELS
        if any(week.level == level for week in weeks)
    )


def history_document(weeks: Sequence[PastWeek], debt_minutes: int) -> dict[str, Any]:
    """Minutes, as everywhere in our JSON; ``moved`` lists keys. None where nothing is remembered."""
    return {
        "schema": SCHEMA,
        "weeks": [
            {
                "week": str(week.load.week),
                "complete": week is not weeks[-1],
                "level": week.level,
                "remembered": week.record is not None,
                "operational_share": round(week.load.held["operational_share"], 4),
                "operational_hours": round(week.load.held["operational_hours"], 4),
                **_record(week.record),
            }
            for week in weeks
        ],
        "debt_minutes": debt_minutes,
    }


def _record(record: WeekRecord | None) -> dict[str, Any]:
    minutes = ("owed", "placed", "kept", "skipped", "overrun")
    if record is None:
        return {**{f"{name}_minutes": None for name in minutes}, "moved": None}
    return {
        **{f"{name}_minutes": round(COLUMNS[name](record) * 60) for name in minutes},
        "moved": list(record.moved),
    }


def _weeks(count: int) -> str:
    return "One completed week" if count == 1 else f"{count} completed weeks"


# Weeks to come


def ahead_lines(loads: Sequence[WeekLoad], curve: Mapping[int, Fill]) -> list[str]:
    """Each week as it stands, and as it is likely to end up: marked as a forecast, or as not known."""
    lines = [f"  {'week of':<9} level  {'now':>16}  {'forecast':>16}"]
    for ahead, load in enumerate(loads):
        lines.append(_ahead_row(load, curve.get(ahead)))
    if not curve:
        return [
            *lines,
            "",
            "No forecast yet: each run notes how full the coming weeks are. Once some are over, it is known what is added late.",
        ]
    lines += [
        "",
        "The forecast is what a week has now, and what is usually added later. So much of its hours a week of yours had:",
    ]
    lines += [_fill_line(fill) for fill in curve.values()]
    if any(curve.get(ahead) is None for ahead in range(len(loads))):
        lines.append("Further ahead there is no forecast: no past week was seen that early.")
    return lines


def _ahead_row(load: WeekLoad, fill: Fill | None) -> str:
    capacity = load.held["capacity_hours"]
    name = f"{load.begins.day} {load.begins:%b}"
    if not capacity:
        return f"  {name:<9} away   no working time"
    hours = forecast_hours(load, fill)
    guess = _load(hours, capacity) if hours is not None else "–"
    return f"  {name:<9} {load.level:<6} {_load(load.held['operational_hours'], capacity):>16}  {guess:>16}"


def _load(hours: float, capacity: float) -> str:
    return f"{measured(hours, 'hours')}  {measured(hours / capacity, 'share'):>5}"


def _fill_line(fill: Fill) -> str:
    when = {0: "as it began", 1: "one week before"}.get(fill.ahead, f"{fill.ahead} weeks before")
    weeks = "one week" if fill.weeks == 1 else f"{fill.weeks} weeks"
    return f"  {when:<16} {measured(fill.full, 'share'):>6}   (from {weeks})"


def ahead_document(loads: Sequence[WeekLoad], curve: Mapping[int, Fill]) -> dict[str, Any]:
    weeks = []
    for ahead, load in enumerate(loads):
        fill = curve.get(ahead)
        hours = forecast_hours(load, fill)
        capacity = load.held["capacity_hours"]
        guess = None
        if fill is not None and hours is not None:
            guess = {
                "operational_hours": round(hours, 4),
                "operational_share": round(hours / capacity, 4) if capacity else 0.0,
                "from_weeks": fill.weeks,
            }
        weeks.append({**week_document(load), "ahead": ahead, "forecast": guess})
    return {
        "schema": SCHEMA,
        "weeks": weeks,
        "fill": [
            {"ahead": fill.ahead, "full": round(fill.full, 4), "from_weeks": fill.weeks}
            for fill in curve.values()
        ],
    }
