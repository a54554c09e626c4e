"""One week's load in words: its measures, what follows from them, and how each event was counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from blocker.measuring.days import Day
from blocker.measuring.measures import MEASURES
from blocker.rules.judge import FORECAST
from blocker.showing.plan_in_full import week_line
from blocker.showing.plan_text import cause_text, clean, level_words, measured, span, told_words
from blocker.values.intervals import Interval
from blocker.values.kinds import LEVELS, OPERATIONAL, block_name
from blocker.values.plan import Classified, WeekLoad, WeekPlan
from blocker.values.workweek import day_words
from blocker.wording.causes import usual_words
from blocker.wording.texts import MEASURE_WORDS


def load_lines(
    week: WeekPlan,
    zone: ZoneInfo,
    events: Sequence[Classified] | None = None,
    plain: bool = False,
    days: Sequence[Day] = (),
    verbose: bool = False,
) -> list[str]:
    """One week's measures and what follows from them, and with ``events`` how each was counted.

    ``verbose`` says every line that is passed, and where the levels begin.
    """
    lines = [week_line(week, plain, verbose), "", *measure_lines(week.load, verbose), *away_lines(days)]
    if events is not None:
        lines += ["", *event_lines(events, zone, [part for day in days for part in day.working])]
        lines += told_lines(week.load)
    return lines


def measure_lines(load: WeekLoad, verbose: bool = True) -> list[str]:
    """Each measure, marked where it is past a line, and what follows from them."""
    lines = []
    lately = load.recent or {}
    fired = {clause.cause.measure for clause in load.clauses if clause.fires}
    for name, value in load.held.items():
        unit = MEASURES[name].unit
        other = "forecast" if load.forecast is not None and name in FORECAST else "recent weeks"
        recent = f"   {other} {measured(lately[name], unit)}" if name in lately else ""
        if name == "operational_hours" and load.told_hours:
            recent += f"   {told_words(load)}"
        mark = "!" if name in fired else " "
        lines.append(f" {mark} {MEASURE_WORDS.get(name, name):<42} {measured(value, unit):>8}{recent}")
    why = level_words(load)
    lines += ["", f"Level: {load.level}{f': {why}' if why else ''}."]
    if verbose:
        lines += [f"  because {cause_text(cause)}" for cause in load.causes]
        lines += [f"  {line}" for line in lines_words(load)]
    if load.booked:
        lines.append(f"This week should have {blocks_asked(load) or 'no blocks'}.")
    return lines


def lines_words(load: WeekLoad) -> list[str]:
    """Where the levels begin, if that is at lines of the person's own: ``red begins at 28 h for you``."""
    if load.lines_taken is None:
        return []
    found = []
    for clause in load.clauses:
        cause = clause.cause
        if cause.measure == "operational_hours" and cause.rule in LEVELS and usual_words(cause, {}):
            begins, usual = measured(cause.threshold, cause.unit), measured(cause.usual or 0.0, cause.unit)
            found.append(f"{cause.rule} begins at {begins} for you; the usual line is {usual}")
    taken = f"your own lines, taken on {day_words(load.lines_taken)}"
    return [*found, taken if found else f"{taken}: the same as the usual ones"]


def blocks_asked(load: WeekLoad) -> str:
    """``2 thinking blocks and 1 learning block``."""
    return " and ".join(
        f"{count} {clean(block_name(kind))}{'s' if count > 1 else ''}"
        for kind, count in load.booked.items()
        if count
    )


def away_lines(days: Iterable[Day]) -> list[str]:
    """The days that would be working days, and why they are not."""
    return [f"Away on {day_words(day.date)}: {clean(day.away)}" for day in days if day.away and day.hours]


def event_lines(events: Iterable[Classified], zone: ZoneInfo, working: Sequence[Interval] = ()) -> list[str]:
    """How each event was counted; load outside ``working`` time (where that is known) counts for little."""
    lines = []
    for item in events:
        why = clean(item.why)
        if (
            item.kind == OPERATIONAL
            and working
            and not any(item.event.when.overlaps(part) for part in working)
        ):
            why += "; outside working time"
        lines.append(
            f"  {span(item.event.when, zone)}  {item.kind:<12} {clean(item.event.shown_title)}  ({why})"
        )
    return lines


def told_lines(load: WeekLoad) -> list[str]:
    """The hours that are on no calendar, below the events that they are added to."""
    if not load.told_hours:
        return []
    return [f"  and {measured(load.told_hours, 'hours')} that are not on the calendar (blocker busy)"]
