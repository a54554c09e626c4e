"""What the calendars hold, classified, laid onto days, measured and judged: the first half of the story."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from blocker.measuring.classify import classify, dedupe, own_offsites
from blocker.measuring.days import Day, lay_out
from blocker.measuring.measures import week_load
from blocker.measuring.thinking import question_in
from blocker.rules.forecast import ENOUGH_WEEKS, fill_curve, forecast_hours
from blocker.rules.judge import Judge, recent_mean, recent_weeks
from blocker.rules.own_lines import take_lines, weeks_that_count
from blocker.rules.rules import Rule, rules_for
from blocker.values.events import Event, StandingBlock
from blocker.values.intervals import InOrder
from blocker.values.kinds import IGNORED, PERSONAL
from blocker.values.memory import Memory, OwnLines
from blocker.values.plan import Classified, WeekLoad
from blocker.values.request import HISTORY_WEEKS, QUARTER_WEEKS, Request
from blocker.values.workweek import DAY, Week, WorkWeek, quarter_of

_in_time = attrgetter("event.when.start", "event.when.end", "event.uid", "event.calendar")


class Survey(Struct, frozen=True):
    """The classified calendars and the judged weeks.

    ``loads`` has a quarter's weeks behind or more, the weeks ahead, and the week that was asked for with those
    behind it; ``recent_operational`` is the mean of recent weeks' operational hours scaled to each week
    (None where there are no recent weeks). ``own_offsites`` are half days the person made. ``rules`` are those that
    the weeks were judged by, at the person's own ``lines`` if there are any.
    """

    classified: tuple[Classified, ...]
    days: Mapping[date, Day]
    loads: Mapping[Week, WeekLoad]
    recent_operational: Mapping[Week, float | None]
    own_offsites: tuple[Event, ...]
    rules: tuple[Rule, ...]
    lines: OwnLines | None

    def events_of(self, week: Week, workweek: WorkWeek) -> tuple[Classified, ...]:
        """The week's events in order of time, ignored ones included."""
        span = workweek.week_span(week)
        return tuple(item for item in self.classified if item.event.when.overlaps(span))


def take_survey(request: Request) -> Survey:
    """Classify every event once, lay them onto days, measure and judge the weeks."""
    events = dedupe(_events(request))
    classified = tuple(sorted((*_classified(request, events), *_foreign_blocks(request)), key=_in_time))
    weeks = _weeks(request)
    in_order = InOrder(classified, key=lambda item: item.event.when)
    days = lay_out(request.workweek, _dates(request, weeks), in_order)

    def measure(week: Week) -> WeekLoad:
        return week_load(
            week,
            [days[day] for day in week.days],
            in_order.within(request.workweek.week_span(week)),
            request.workweek,
            request.earliest,
            request.memory.busy_hours.get(week, 0.0),
        )

    measured = {week: measure(week) for week in weeks}
    completed = [week for week in weeks if week < request.running]
    lately = recent_weeks(measured[week] for week in reversed(completed))
    judge = Judge(
        rules=(),
        running=request.running,
        full_week_minutes=request.workweek.full_week_minutes,
        lately=lately,
        forecasts=_forecasts(request, measured, completed) if request.settings.forecast else {},
    )
    lines = _lines(request, measured, judge)
    rules = rules_for(request.settings, lines)
    judge = replace(judge, rules=rules, lines_taken=lines.taken if lines else None)
    return Survey(
        classified=classified,
        days=days,
        loads={week: judge.judged(measured[week]) for week in weeks},
        recent_operational={week: _recent_hours(lately, load) for week, load in measured.items()},
        own_offsites=own_offsites(events, request.settings),
        rules=rules,
        lines=lines,
    )


def _lines(request: Request, measured: Mapping[Week, WeekLoad], judge: Judge) -> OwnLines | None:
    """The person's own lines: those of this quarter, or new ones; None where the usual ones hold."""
    if request.settings.thresholds == "usual":
        return None
    if not _lines_are_due(request):
        return request.memory.lines
    today = request.workweek.date_of(request.now)
    behind = weeks_that_count(measured.values(), request.running)
    ahead = [measured[week] for week in request.horizon]
    return take_lines(behind, ahead, request.settings.role, judge, today)


def _lines_are_due(request: Request) -> bool:
    """True if the person's own lines hold, and those that were taken last are not of this quarter and role."""
    settings, kept = request.settings, request.memory.lines
    quarter = quarter_of(request.workweek.date_of(request.now), settings.fiscal_start)
    of_now = kept and kept.role == settings.role and quarter_of(kept.taken, settings.fiscal_start) >= quarter
    return settings.thresholds == "own" and not of_now


def _forecasts(
    request: Request, measured: Mapping[Week, WeekLoad], completed: Iterable[Week]
) -> Mapping[Week, float]:
    """The hours that later weeks are likely to end with, where enough weeks are known to say so."""
    curve = fill_curve(request.memory.fill, [measured[week] for week in completed])
    found = {}
    for ahead, fill in curve.items():
        load = measured.get(request.running.plus(ahead))
        hours = forecast_hours(load, fill) if load and ahead and fill.weeks >= ENOUGH_WEEKS else None
        if load and hours is not None:
            found[load.week] = hours
    return found


def _recent_hours(lately: tuple[WeekLoad, ...], load: WeekLoad) -> float | None:
    mean = recent_mean(lately, load.held["capacity_hours"], ("operational_hours",))
    return None if mean is None else mean["operational_hours"]


def _events(request: Request) -> Iterator[Event]:
    for snapshot in (request.snapshot, *request.others):
        yield from snapshot.events


def _classified(request: Request, events: Iterable[Event]) -> Iterator[Classified]:
    """Each event with its kind; questions that are parked on the written calendar take no time."""
    others = []
    for event in events:
        if event.calendar == request.snapshot.calendar and question_in(event):
            yield Classified(event, IGNORED, "ignored: a parked question")
        else:
            others.append(event)
    yield from classify(others, request.settings)


def _foreign_blocks(request: Request) -> Iterator[Classified]:
    """Blocks on calendars that are only read take time, and are no load."""
    for snapshot in request.others:
        for block in snapshot.blocks:
            if block.dates is None and block.busy:
                yield Classified(
                    _as_event(block, snapshot.calendar), PERSONAL, "a block of ours on another calendar"
                )


def _as_event(block: StandingBlock, calendar: str) -> Event:
    return Event(uid=block.ref.id, calendar=calendar, title=block.title, when=block.when)


def _weeks(request: Request) -> tuple[Week, ...]:
    running = request.running
    behind = HISTORY_WEEKS if _lines_are_due(request) else QUARTER_WEEKS
    wanted = {week.plus(-n) for week in (running, request.week) for n in range(behind + 1)}
    wanted.update(running.plus(n) for n in range(-request.back, request.ahead + 1))
    return tuple(sorted(wanted | set(request.horizon)))


def _dates(request: Request, weeks: tuple[Week, ...]) -> list[date]:
    """Every date of the weeks, and all to the end of the window: the offsite may be far ahead."""
    days = {day for week in weeks for day in week.days}
    day = request.running.monday
    last = request.workweek.date_of(request.snapshot.window.end)
    while day < last:
        days.add(day)
        day += DAY
    return sorted(days)


def with_memory(request: Request, memory: Memory) -> Request:
    return replace(request, memory=memory)
