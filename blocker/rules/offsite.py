"""The half day of each quarter: which quarter's is due, and what has become of it (design 4.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct

from blocker.rules.known import asked_back
from blocker.rules.survey import Survey
from blocker.values.events import Event, StandingBlock
from blocker.values.kinds import OFFSITE
from blocker.values.memory import ANSWERS, Memory
from blocker.values.plan import Inspection, OffsiteDemand, QuarterPlan, Unplaced, WeekLoad
from blocker.values.request import Request
from blocker.values.workweek import DAY, Quarter, Week, WorkWeek, day_words, quarter_of

DUE_WHILE_LEFT = timedelta(weeks=6)
RESCUE_DAYS = 5  # working days ahead


class OffsiteAsked(Struct, frozen=True):
    """The demands for a hit one and for the quarter that is due, if it is open; and how each quarter stands.

    ``answered`` is what a person has already said no to (deleted, skipped, undone, paused).
    """

    demands: tuple[OffsiteDemand, ...]
    quarters: tuple[QuarterPlan, ...]
    answered: tuple[Unplaced, ...]


def due_quarter(today: date, fiscal_start: int) -> Quarter:
    """This quarter if at least six weeks of it are left, else the next one."""
    quarter = quarter_of(today, fiscal_start)
    return quarter if quarter.end - today >= DUE_WHILE_LEFT else quarter.next()


def ask_for_offsite(
    request: Request, blocks: Sequence[StandingBlock], seen: Survey, standing: Inspection
) -> OffsiteAsked:
    """See whether the due quarter needs an offsite, or the one that stands has to move."""
    workweek, settings, memory = request.workweek, request.settings, request.memory
    own = seen.own_offsites
    today = workweek.date_of(request.now)
    due = due_quarter(today, settings.fiscal_start)
    quarters, demands, answered = [], list[OffsiteDemand](), []
    this = quarter_of(today, settings.fiscal_start)
    before = quarter_of(this.first_day - DAY, settings.fiscal_start)  # its may have been moved into this one
    hit = {block.key for block in standing.standing if block.state == "hit"}
    for quarter in sorted({this, due} | ({before} if f"offsite/{before}" in hit else set())):
        key = f"offsite/{quarter}"
        if not settings.offsite.enabled:
            quarters.append(QuarterPlan(quarter, "not due", key, "the half day is turned off"))
            continue
        there = _present(quarter, key, workweek, blocks, own, memory)
        if there:
            quarters.append(QuarterPlan(quarter, "present", key, there))
            if key in hit:
                demands.append(_rescue(key, quarter, request, seen))
            continue
        if quarter != due:
            quarters.append(QuarterPlan(quarter, "not due", key, "less than six weeks of it are left"))
            continue
        no = _answer(key, request, today)
        if no is not None:
            quarters.append(QuarterPlan(quarter, "unplaced", key, no[1]))
            answered.append(Unplaced(key, OFFSITE, settings.offsite.minutes, no[0], no[1], tier=OFFSITE))
        elif settings.offsite.guarantee or _triggered(quarter, seen.loads):
            quarters.append(QuarterPlan(quarter, "unplaced", key))
            owed = any(known.key == key and known.state == "displaced" for known in memory.blocks)
            demands.append(_rescue(key, quarter, request, seen) if owed else _demand(key, quarter, request))
        else:
            why = "not one week of it is red, less than a third are amber, and offsite.guarantee is off"
            quarters.append(QuarterPlan(quarter, "not due", key, why))
    return OffsiteAsked(tuple(demands), tuple(quarters), tuple(answered))


def _demand(key: str, quarter: Quarter, request: Request) -> OffsiteDemand:
    look = request.settings.offsite
    return OffsiteDemand(key, quarter, look.minutes, request.now + timedelta(days=look.notice_days))


def _rescue(key: str, quarter: Quarter, request: Request, seen: Survey) -> OffsiteDemand:
    """The same for one that is hit, or was taken off for that: from the fifth working day ahead on."""
    today = request.workweek.date_of(request.now)
    ahead = [day for day in sorted(seen.days) if day > today and seen.days[day].is_working][:RESCUE_DAYS]
    first = request.workweek.instant(ahead[-1] if ahead else today, 0)
    return OffsiteDemand(key, quarter, request.settings.offsite.minutes, first)


def _present(
    quarter: Quarter,
    key: str,
    workweek: WorkWeek,
    blocks: Iterable[StandingBlock],
    own: Iterable[Event],
    memory: Memory,
) -> str:
    for block in blocks:
        if block.key == key:
            return f"on {workweek.local(block.when.start):%a %d %b}"
    for known in memory.blocks:
        if known.key == key and known.state == "placed":  # past, or out of sight in an incomplete read
            return f"on {workweek.local(known.slot.start):%a %d %b}, as far as is known"
    for event in own:
        first = event.dates[0] if event.dates else workweek.date_of(event.when.start)
        if quarter.first_day <= first < quarter.end:
            return f"your own “{event.shown_title}” on {first:%a %d %b}"
    return ""


def _answer(key: str, request: Request, today: date) -> tuple[str, str] | None:
    """The person's no to this key as code and words, if there is one."""
    memory = request.memory
    for known in memory.blocks:
        if known.key == key and known.answer and not asked_back(known, request):
            return known.answer, ANSWERS[known.answer]
    if key in memory.skipped_keys:
        return "skipped", ANSWERS["skipped"]
    if memory.paused_until is not None and today <= memory.paused_until:
        return "paused", f"paused until {day_words(memory.paused_until)}"
    return None


def _triggered(quarter: Quarter, loads: Mapping[Week, WeekLoad]) -> bool:
    """Amber (or more) in a third of the quarter's weeks, or one red."""
    inside = [loads[week] for week in loads if quarter.first_day <= week.monday < quarter.end]
    weeks = (quarter.end - quarter.first_day).days // 7
    busy = sum(load.level != "calm" for load in inside)
    return any(load.level == "red" for load in inside) or 3 * busy >= weeks
