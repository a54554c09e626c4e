"""What the rules ask for and does not stand yet: the keys to be placed, and what a person has answered.

Once placed a demand stays: nothing here ever unwants a standing block because a level fell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import floor

from blocker.classify import own_offsites
from blocker.model import (
    FRONTLINE,
    LEARNING,
    STRATEGIC,
    Cause,
    Classified,
    Demand,
    Memory,
    StandingBlock,
    Unplaced,
    WeekLoad,
)
from blocker.rules import Rule
from blocker.settings import Settings
from blocker.timeline import minutes
from blocker.workweek import Quarter, Week, WorkWeek, parse_week, quarter_of, week_of

MOST_STRATEGIC = 3  # in a week in all, debt included: design 4.3
OWN_MINUTES = 60  # the shortest event of a person's own that counts as one of theirs
FRONTLINE_MINUTES = 60  # in two weeks; less is too little
DEBT_WEEKS = 4  # what was owed longer ago has faded


@dataclass(frozen=True, slots=True)
class Demands:
    """``wanted`` is to be placed; ``answered`` was asked for, but a person has said no.

    ``floors`` says what each week's floor is before anything is placed: block, own, deleted,
    skipped, paused, none (no working week) or unplaced (it is among ``wanted``).
    """

    wanted: tuple[Demand, ...]
    answered: tuple[Unplaced, ...]
    floors: Mapping[Week, str]


@dataclass(frozen=True, slots=True)
class Known:
    """All that decides what is still wanted. ``blocks`` and ``memory`` as ``diff.recall`` leaves them.

    ``events`` reach back to the week before the running one. ``reoffer`` is the week in which another
    block may be offered for a deleted one, under the next number (``rebalance``).
    """

    today: date
    blocks: Sequence[StandingBlock]
    memory: Memory
    events: Sequence[Classified]
    rules: Sequence[Rule]
    settings: Settings
    workweek: WorkWeek
    reoffer: Week | None = None

    @property
    def running(self) -> Week:
        return week_of(self.today)


@dataclass(frozen=True, slots=True)
class Ranks:
    """What there is of one kind in one week.

    ``own`` counts the person's own events, ``live`` our blocks, past ones too; ``answers`` holds key
    and code (deleted or skipped) of those a person said no to. ``used`` numbers are never given again.
    """

    own: int
    live: int
    answers: tuple[tuple[str, str], ...]
    used: frozenset[int]

    @property
    def settled(self) -> int:
        """How many of the blocks asked for need no new one."""
        return self.own + self.live + len(self.answers)

    def free_numbers(self, count: int) -> list[int]:
        """The lowest numbers never used; own events hold the lowest ranks of all."""
        taken = self.used | set(range(1, self.own + 1))
        highest = max(taken, default=0) + count
        return [number for number in range(1, highest + 1) if number not in taken][:count]


def ask(loads: Sequence[WeekLoad], known: Known) -> Demands:
    """What is wanted in the judged weeks of the horizon, in order, and what has been answered."""
    asking = _Asking(known)
    for load in loads:
        asking.strategic(load)
    asking.debts(loads)
    for load in loads:
        asking.frontline(load)
    asking.learning(loads)
    for load in loads:
        for kind in sorted(set(load.booked) - {STRATEGIC, FRONTLINE, LEARNING}):
            asking.kind(kind, load, load.booked[kind])
    wanted = sorted(asking.wanted, key=lambda demand: demand.week)
    return Demands(tuple(wanted), tuple(asking.answered), {load.week: asking.floor(load) for load in loads})


def ranks(kind: str, week: Week, known: Known) -> Ranks:
    """What stands, stood, or was refused of a kind in a week."""
    prefix = f"{kind}/{week}/"
    live = {block.key for block in known.blocks if block.key.startswith(prefix)}
    answers: dict[str, str] = {}
    used = set(live)
    for block in known.memory.blocks:
        if not block.key.startswith(prefix) or block.key in live or block.state == "creating":
            continue  # one that was never seen on the calendar keeps its key for the next attempt
        used.add(block.key)
        if block.state == "tombstone":
            answers[block.key] = "skipped" if block.ended_by == "skipped" else "deleted"
        elif block.state == "placed":
            live.add(block.key)  # past, or out of sight in an incomplete read
    for key in known.memory.skipped_keys:
        if key.startswith(prefix) and key not in live:
            used.add(key)
            answers[key] = "skipped"
    if week == known.reoffer:
        answers = {key: code for key, code in answers.items() if code != "deleted"}
    numbers = frozenset(int(number) for key in used if (number := key.removeprefix(prefix)).isdecimal())
    return Ranks(len(_own(kind, week, known)), len(live), tuple(sorted(answers.items())), numbers)


def debt_minutes(memory: Memory, running: Week) -> float:
    """Strategic minutes owed and not kept in the last four completed weeks.

    Counted in order of time: what a week keeps beyond its due pays back, and is never saved up.
    """
    debt = 0
    for record in sorted(memory.weeks, key=lambda record: record.week):
        if running.plus(-DEBT_WEEKS) <= record.week < running:
            debt = max(0, debt + record.owed_minutes - record.kept_minutes - record.waived_minutes)
    return debt


def week_quarter(week: Week, first_month: int) -> Quarter:
    """The quarter that most of a week's days are in."""
    return quarter_of(week.days[3], first_month)


class _Asking:
    """Collects what is wanted, kind by kind."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.wanted: list[Demand] = []
        self.answered: list[Unplaced] = []

    def strategic(self, load: WeekLoad) -> None:
        """The floor and what the level books beyond it."""
        there = ranks(STRATEGIC, load.week, self.known)
        missing = self._missing(
            STRATEGIC, load, load.booked.get(STRATEGIC, 0), there, _strategic_causes(load)
        )
        for number in missing:
            is_floor = number == missing[0] and there.settled == 0
            tier = "floor" if is_floor else "amber" if load.level == "calm" else load.level
            self._want(STRATEGIC, tier, load, number, _strategic_causes(load, is_floor))

    def debts(self, loads: Sequence[WeekLoad]) -> None:
        """At most one block a week for what was owed and not kept, less what already goes beyond the due."""
        minutes_each = self.known.settings.kind(STRATEGIC).minutes
        owed = debt_minutes(self.known.memory, self.known.running)
        left = floor(owed / minutes_each + 0.5)
        beyond = {}
        for load in loads:
            there = ranks(STRATEGIC, load.week, self.known)
            beyond[load.week] = max(0, there.settled - load.booked.get(STRATEGIC, 0))
            left -= beyond[load.week]
        cause = Cause("debt", "owed_hours", owed / 60, minutes_each / 60 / 2, "hours")
        for load in loads:
            there = ranks(STRATEGIC, load.week, self.known)
            asked = max(there.settled, load.booked.get(STRATEGIC, 0))
            full = asked >= MOST_STRATEGIC or beyond[load.week] > 0
            if left <= 0 or full or not load.working or self._closed(load.week):
                continue
            number = there.free_numbers(asked - there.settled + 1)[-1]
            self._want(STRATEGIC, "debt", load, number, (cause,))
            left -= 1

    def frontline(self, load: WeekLoad) -> None:
        """One where this week and the one before hold less than an hour of it: every two weeks, then."""
        weeks = (load.week.plus(-1), load.week)
        own = (
            minutes(event.event.when for week in weeks for event in _events(FRONTLINE, week, self.known)) / 60
        )
        asked = any(demand.kind == FRONTLINE and demand.week in weeks for demand in self.wanted)
        before = ranks(FRONTLINE, weeks[0], self.known)
        there = ranks(FRONTLINE, weeks[1], self.known)
        due = own < FRONTLINE_MINUTES / 60 and not asked and not before.live and not before.answers
        number = max(load.booked.get(FRONTLINE, 0), int(due))
        cause = Cause(FRONTLINE, "frontline_hours", own, FRONTLINE_MINUTES / 60, "hours")
        causes = (*self._rule_causes(FRONTLINE, load), *((cause,) if due else ()))
        for rank in self._missing(FRONTLINE, load, number, there, causes):
            self._want(FRONTLINE, FRONTLINE, load, rank, causes)

    def learning(self, loads: Sequence[WeekLoad]) -> None:
        """One a quarter with a red week in it, before its heaviest week to come."""
        chosen: dict[Week, tuple[Cause, ...]] = {}
        first_month = self.known.settings.fiscal_start
        for quarter in sorted({week_quarter(load.week, first_month) for load in loads}):
            inside = [load for load in loads if week_quarter(load.week, first_month) == quarter]
            red = _red_causes(quarter, inside, self.known)
            week = self._before_the_heaviest(inside)
            if red is not None and week is not None and not _has_learning(quarter, self.known):
                chosen[week] = red
        for load in loads:
            red = chosen.get(load.week)
            number = max(load.booked.get(LEARNING, 0), int(red is not None))
            causes = (*self._rule_causes(LEARNING, load), *(red or ()))
            there = ranks(LEARNING, load.week, self.known)
            for rank in self._missing(LEARNING, load, number, there, causes):
                self._want(LEARNING, LEARNING, load, rank, causes)

    def kind(self, kind: str, load: WeekLoad, number: int) -> None:
        """A kind that the person made: as many as the rules book."""
        causes = self._rule_causes(kind, load)
        for rank in self._missing(kind, load, number, ranks(kind, load.week, self.known), causes):
            self._want(kind, "other", load, rank, causes)

    def floor(self, load: WeekLoad) -> str:
        there = ranks(STRATEGIC, load.week, self.known)
        if there.live:
            return "block"
        if there.own:
            return "own"
        if closed := self._closed(load.week):
            return closed
        if not load.working:
            return "none"
        return there.answers[0][1] if there.answers else "unplaced"

    def _missing(
        self, kind: str, load: WeekLoad, number: int, there: Ranks, causes: tuple[Cause, ...]
    ) -> list[int]:
        """The numbers of the blocks to book; what was asked for and answered is noted on the way."""
        if not load.working:
            return []
        length = self.known.settings.kind(kind).minutes
        for key, code in there.answers[: max(0, number - there.own - there.live)]:
            why = f"you {code} it, and nothing is booked in its place"
            self.answered.append(Unplaced(key, kind, length, code, why, causes=causes, tier=kind))
        free = there.free_numbers(max(0, number - there.settled))
        closed = self._closed(load.week)
        if not free or not closed:
            return free
        until = self.known.memory.paused_until
        why = f"you skipped {load.week}" if closed == "skipped" else f"paused until {until}"
        key = f"{kind}/{load.week}/{free[0]}"
        self.answered.append(Unplaced(key, kind, length, closed, why, causes=causes, tier=kind))
        return []

    def _want(self, kind: str, tier: str, load: WeekLoad, number: int, causes: tuple[Cause, ...]) -> None:
        look = self.known.settings.kind(kind)
        self.wanted.append(
            Demand(
                key=f"{kind}/{load.week}/{number}",
                kind=kind,
                tier=tier,
                week=load.week,
                minutes=look.minutes,
                shortest=look.shortest,
                floor_minutes=look.floor_minutes if tier == "floor" else None,
                prefer=look.prefer,
                causes=causes,
            )
        )

    def _closed(self, week: Week) -> str | None:
        """Why a person wants nothing new in a week: it is skipped, or begins within the pause."""
        if week in self.known.memory.skipped_weeks:
            return "skipped"
        until = self.known.memory.paused_until
        if until is not None and self.known.today <= until and week.monday <= until:
            return "paused"
        return None

    def _rule_causes(self, kind: str, load: WeekLoad) -> tuple[Cause, ...]:
        names = {rule.name for rule in self.known.rules if rule.book.get(kind)}
        return tuple(cause for cause in load.causes if cause.rule in names)

    def _before_the_heaviest(self, loads: Sequence[WeekLoad]) -> Week | None:
        """The working week with the fewest operational hours before the one with the most to come."""
        later = [load for load in loads if load.week > self.known.running]
        if not later:
            return None
        heaviest = max(later, key=lambda load: (_hours(load), load.week))
        before = [
            load
            for load in loads
            if load.week < heaviest.week and load.working and not self._closed(load.week)
        ]
        if not before:
            return None
        return min(before, key=lambda load: (_hours(load), load.held["operational_hours"], load.week)).week


def _hours(load: WeekLoad) -> float:
    """Operational hours as the week is judged to have them."""
    held = load.held["operational_hours"]
    return held if load.recent is None else max(held, load.recent["operational_hours"])


def _strategic_causes(load: WeekLoad, is_floor: bool = False) -> tuple[Cause, ...]:
    own = load.held["strategic_hours"]
    the_floor = Cause("floor", "strategic_hours", own, OWN_MINUTES / 60, "hours")
    return (the_floor, *load.causes) if is_floor else load.causes


def _red_causes(quarter: Quarter, loads: Iterable[WeekLoad], known: Known) -> tuple[Cause, ...] | None:
    """The causes of the quarter's first red week, in the horizon or remembered; None if there is none."""
    first_month = known.settings.fiscal_start
    weeks = {record.week: (record.level, record.causes) for record in known.memory.weeks}
    weeks |= {load.week: (load.level, load.causes) for load in loads}
    for week in sorted(weeks):
        level, causes = weeks[week]
        if level == "red" and week_quarter(week, first_month) == quarter:
            return causes
    return None


def _has_learning(quarter: Quarter, known: Known) -> bool:
    """True if a learning block of the quarter stands, stood or was refused."""
    keys = {block.key for block in known.blocks}
    keys.update(block.key for block in known.memory.blocks if block.state != "creating")
    keys.update(known.memory.skipped_keys)
    weeks = (parse_week(key.split("/")[1]) for key in keys if key.startswith(f"{LEARNING}/"))
    return any(week_quarter(week, known.settings.fiscal_start) == quarter for week in weeks)


def _events(kind: str, week: Week, known: Known) -> list[Classified]:
    """The person's own timed events of a kind that begin in a week."""
    return [
        item
        for item in known.events
        if item.kind == kind
        and not item.event.all_day
        and week_of(known.workweek.date_of(item.event.when.start)) == week
    ]


def _own(kind: str, week: Week, known: Known) -> list[Classified]:
    """Those that count as one block each: an hour at least, and no offsite, which is not the floor."""
    long = [item for item in _events(kind, week, known) if item.event.when.minutes >= OWN_MINUTES]
    offsites = own_offsites((item.event for item in long), known.settings)
    return [item for item in long if item.event not in offsites]
