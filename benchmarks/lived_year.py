"""A year lived day by day: what was wanted, placed, kept and moved, by one way of placing.

The whole program works as it does every morning, with a ledger and a calendar in memory; only the way of
placing is exchanged. Nobody edits anything: what a person does is ``benchmarks.year``'s affair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from msgspec import Struct, field
from msgspec.structs import replace

from benchmarks.arrivals import Book
from blocker.calendars.holidays import public_holidays
from blocker.calendars.memory import MemoryCalendar
from blocker.engine import make_plan
from blocker.ledger.ledger import open_ledger
from blocker.measuring.days import Day
from blocker.placing.problem import Problem, Solution
from blocker.planning import posing
from blocker.planning.history import week_records
from blocker.rules.forecast import fill_now
from blocker.rules.survey import Survey, take_survey
from blocker.running.apply import apply
from blocker.values.events import Snapshot, StandingBlock
from blocker.values.intervals import Interval
from blocker.values.kinds import OFFSITE, STRATEGIC
from blocker.values.memory import Memory
from blocker.values.plan import Plan
from blocker.values.request import Request
from blocker.values.settings import Settings
from blocker.values.workweek import Week, WorkWeek, week_of

Way = Callable[[Problem], Solution]
DAYS = 364
MONTH = 365.25 / 12


class Lived(Struct):
    """The figures of a year."""

    wanted: set[str] = field(default_factory=set)
    placed: set[str] = field(default_factory=set)
    kept: int = 0
    kept_minutes: int = 0
    moves: int = 0
    forced: int = 0  # blocks that were hit when a run began: each has to move or to go
    overnight: list[str] = field(default_factory=list)  # blocks that a run left under a meeting, and the day
    block_days: int = 0
    roomy: set[Week] = field(default_factory=set)  # weeks left without a floor though there was room
    floorless: int = 0
    offsites: int = 0  # with nothing on them
    offsites_stood: int = 0

    @property
    def moves_a_month(self) -> float:
        """Moves per block and month that it stood ahead."""
        return self._a_month(self.moves)

    @property
    def forced_a_month(self) -> float:
        """The same of the moves that collisions force."""
        return self._a_month(self.forced)

    def _a_month(self, count: int) -> float:
        return count / (self.block_days / MONTH) if self.block_days else 0.0


class _Calendar(MemoryCalendar):
    """Shows the events of the day that it is."""

    def __init__(self, book: Book) -> None:
        super().__init__(address=f"memory:{book.name}", zone=book.zone, me=book.me)
        self.book, self.day = book, book.first

    def read(self, window: Interval) -> Snapshot:
        events = tuple(sorted(
            (e for e in self.book.on(self.day) if e.when.overlaps(window)), key=lambda e: (e.when, e.uid)
        ))  # fmt: skip
        return replace(super().read(window), events=events)


def live(book: Book, way: Way, days: int = DAYS) -> Lived:
    """The year from ``book.first`` on."""
    settings = Settings()
    lived = Lived()
    with TemporaryDirectory() as name, _placing(way) as seen_problems:
        folder = Path(name)
        calendar = _Calendar(book)
        workweek = workweek_of(book, settings, folder)
        with open_ledger(folder, calendar.identity()) as ledger:
            ledger.confirm_calendar(datetime.combine(book.first, time(6), UTC))
            for number in range(days + 1):
                calendar.day = book.first + timedelta(days=number)
                now = workweek.instant(calendar.day, 6 * 60 + 30)
                window = Interval(now - timedelta(days=120), now + timedelta(days=200))
                snapshot = calendar.read(window)
                week = week_of(calendar.day)
                request = Request(now, "run", week, settings, workweek, snapshot, (), ledger.memory())
                survey = take_survey(request)
                if number == days:
                    break
                plan = make_plan(request, survey)
                run = ledger.runs.begin("run", now)
                receipt = apply(plan, calendar, ledger, run, lambda change: None)
                ledger.runs.end(run, now, 0)
                with ledger.together():
                    for record in week_records(plan, survey, request):
                        ledger.remember_week(record)
                    ledger.remember_fill(fill_now(survey.loads.values(), request.running))
                    ledger.mark_said(plan.said)
                assert not any(change.error for change in receipt.changes)  # noqa: S101
                _note(lived, plan, calendar, now, *seen_problems[-1])
            _look_back(lived, calendar, book, workweek, settings, days)
    return lived


def _note(
    lived: Lived, plan: Plan, calendar: MemoryCalendar, now: datetime, problem: Problem, solution: Solution
) -> None:
    for change in plan.changes:
        if change.kind != "note":
            if change.action == "create":
                lived.placed.add(change.key)
            lived.moves += change.action == "move"
    lived.wanted |= lived.placed | {u.key for u in plan.unplaced if u.code == "no_room"}
    everything = calendar.read(Interval(now, now + timedelta(days=1))).blocks
    ahead = [block for block in everything if block.dates is None and block.when.start > now]
    lived.block_days += len(ahead)
    lived.forced += sum(block.state == "hit" for block in problem.standing)
    lived.overnight += [
        f"{now:%Y-%m-%d} {block.key}"
        for block in ahead
        if any(event.when.overlaps(block.when) for event in problem.events)
    ]
    for week in plan.weeks:
        if (
            week.floor == "unplaced"
            and week.load.week not in lived.roomy
            and has_room(problem, solution, week.load.week)
        ):
            lived.roomy.add(week.load.week)


def has_room(problem: Problem, solution: Solution, week: Week) -> bool:
    """True if the week's floor could have been added to the plan as it is: every slot is tried by the tests' judge."""
    from benchmarks.problems import judge_of, slots_of

    judge = judge_of(problem)
    plan = {placed.key: placed.slot for placed in solution.placements} | dict.fromkeys(solution.gave_way)
    for key, demand in judge.demands.items():
        if demand.week == week and demand.tier == "floor" and key not in plan:
            for slot in slots_of(judge, key):
                if not [line for line in judge.broken({**plan, key: slot}) if line.startswith(key)]:
                    return True
    return False


def _look_back(
    lived: Lived, calendar: _Calendar, book: Book, workweek: WorkWeek, settings: Settings, days: int
) -> None:
    """What of the blocks was really there on its day, and which working weeks had none."""
    end = book.first + timedelta(days=days)
    calendar.book, calendar.day = book.known(), end
    now = workweek.instant(end, 6 * 60 + 30)
    window = Interval(now - timedelta(days=days + 30), now + timedelta(days=60))
    snapshot = calendar.read(window)
    weeks_back = (days + 6) // 7
    request = Request(now, "run", week_of(end), settings, workweek, snapshot, (), Memory(), back=weeks_back)
    survey = take_survey(request)
    stood = [block for block in snapshot.blocks if block.dates is None and block.when.end <= now]
    kept = [block for block in stood if _was_kept(block, survey.days, workweek)]
    lived.offsites_stood = sum(block.kind == OFFSITE for block in stood)
    lived.kept, lived.kept_minutes = len(kept), sum(block.when.minutes for block in kept)
    lived.offsites = sum(block.kind == OFFSITE for block in kept)
    thinking = {week_of(workweek.date_of(block.when.start)) for block in kept if block.kind == STRATEGIC}
    lived.floorless = sum(
        _is_floorless(week, survey, workweek, thinking) for week in _weeks(book.first, days)
    )


def _was_kept(block: StandingBlock, days: Mapping[date, Day], workweek: WorkWeek) -> bool:
    day = days.get(workweek.date_of(block.when.start))
    return day is not None and day.is_working and not any(busy.overlaps(block.when) for busy in day.busy)


def _is_floorless(week: Week, survey: Survey, workweek: WorkWeek, thinking: set[Week]) -> bool:
    load = survey.loads.get(week)
    if load is None or week in thinking or load.held["strategic_hours"] >= 1:
        return False
    return sum(survey.days[day].is_working and not workweek.is_quiet(day) for day in week.days) >= 2


def _weeks(first: date, days: int) -> list[Week]:
    return [week_of(first).plus(n) for n in range(1, days // 7)]


def workweek_of(book: Book, settings: Settings, folder: Path) -> WorkWeek:
    years = range(book.first.year - 1, book.first.year + 3)
    found = public_holidays("auto", book.zone, years, folder / "holidays", today=book.first)
    return WorkWeek(ZoneInfo(book.zone), settings.hours, settings.lunch, found.dates, settings.quiet_days)


@contextmanager
def _placing(way: Way) -> Iterator[list[tuple[Problem, Solution]]]:
    """The program places by ``way``; the last problem and its solution are kept."""
    usual, last = posing.place, []  # type: ignore[attr-defined, var-annotated]

    def placing(problem: Problem) -> Solution:
        solution = way(problem)
        last[:] = [(problem, solution)]
        return solution

    posing.place = placing  # type: ignore[attr-defined]
    try:
        yield last
    finally:
        posing.place = usual  # type: ignore[attr-defined]
