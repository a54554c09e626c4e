"""What the rules ask for and does not stand yet: the keys to be placed, and what a person has answered.

Once placed a demand stays: nothing here ever unwants a standing block because a level fell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import floor

from msgspec import Struct

from blocker.rules.goals import is_for_a_goal, learning_for_goals
from blocker.rules.known import DEBT_WEEKS, OWN_MINUTES, Known, Ranks, debt_minutes, ranks, week_quarter
from blocker.values.intervals import minutes
from blocker.values.kinds import FRONTLINE, LEARNING, STRATEGIC
from blocker.values.limits import Rhythm
from blocker.values.memory import ANSWERS
from blocker.values.plan import Cause, Demand, Unplaced, WeekLoad
from blocker.values.settings import SHORTEST_RESCUE
from blocker.values.workweek import Quarter, Week, day_words, parse_week

__all__ = ["DEBT_WEEKS", "Demands", "Known", "ask"]

BOOKED_BY_LEVEL = ("amber", "red")  # tiers: see `tier_of_level`
CLOSED = {"paused": "paused", "given up": "you deleted two in a row, so none"}
MOST_STRATEGIC = 3  # in a week in all, debt included: design 4.3
DUE_MINUTES = 60  # of a person's own time of a kind; less is too little
WEEKS_OF_QUARTER = 14  # at most
RHYTHMIC = (FRONTLINE, LEARNING)  # kinds with a tier of their own
QUARTERLY = Rhythm(0)


class Demands(Struct, frozen=True):
    """``wanted`` is to be placed; ``answered`` was asked for, but a person has said no.

    ``floors`` says what each week's floor is before anything is placed: block, own, deleted,
    skipped, undone, paused, none (no working week) or unplaced (it is among ``wanted``, or all that stands is hit).
    In the weeks ``paying`` one of the blocks beyond what the level books pays back a debt.
    """

    wanted: tuple[Demand, ...]
    answered: tuple[Unplaced, ...]
    floors: Mapping[Week, str]
    paying: frozenset[Week]

    def of(self, week: Week) -> Demands:
        """Those of one week."""
        prefix = f"/{week}/"
        return Demands(
            tuple(demand for demand in self.wanted if demand.week == week),
            tuple(item for item in self.answered if prefix in item.key),
            self.floors,
            self.paying,
        )


def ask(loads: Sequence[WeekLoad], known: Known) -> Demands:
    """What is wanted in the judged weeks of the horizon, in order, and what has been answered."""
    asking = _Asking(known)
    for load in loads:
        asking.strategic(load)
    paying = asking.debts(loads)
    named = {*known.settings.blocks, *(kind for load in loads for kind in load.booked)} - {STRATEGIC}
    for kind in sorted(kind for kind in named if known.settings.kind(kind).enabled):
        if kind == LEARNING and known.settings.kind(kind).rhythm == QUARTERLY:
            asking.learning(loads)
            continue
        for load in loads:
            asking.by_rhythm(kind, load)
    if known.settings.kind(LEARNING).enabled:
        asking.goals(loads)
    wanted = sorted(asking.wanted, key=lambda demand: demand.week)
    floors = {load.week: asking.floor(load) for load in loads}
    return Demands(tuple(wanted), tuple(asking.answered), floors, paying)


def tier_of_level(load: WeekLoad) -> str:
    """The tier of what a week's level books beyond its floor; in a calm one a rule of the person's own asks for it."""
    return "red" if load.level == "red" else "amber"


class _Asking:
    """Collects what is wanted, kind by kind."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.own = known.own_events()
        self.wanted: list[Demand] = []
        self.wanted_in: set[tuple[str, Week]] = set()
        self.answered: list[Unplaced] = []

    def ranks(self, kind: str, week: Week) -> Ranks:
        return ranks(kind, week, self.known, self.own.get((kind, week), ()))

    def strategic(self, load: WeekLoad) -> None:
        """The floor, and what the level books beyond it."""
        there = self.ranks(STRATEGIC, load.week)
        causes = self._rule_causes(STRATEGIC, load)
        own = Cause("floor", "strategic_hours", load.held["strategic_hours"], OWN_MINUTES / 60, "hours")
        for number in self._missing(STRATEGIC, load, load.booked.get(STRATEGIC, 0), causes or (own,)):
            if not there.settled and (STRATEGIC, load.week) not in self.wanted_in:
                self._want(STRATEGIC, "floor", load, number, (own, *causes))
            else:
                self._want(STRATEGIC, tier_of_level(load), load, number, causes)

    def debts(self, loads: Sequence[WeekLoad]) -> frozenset[Week]:
        """At most one block a week for what was owed and not kept, less what already goes beyond the due.

        Gives the weeks in which such a block would be asked for if what goes beyond the due were given back.
        """
        length = self.known.settings.kind(STRATEGIC).minutes
        owed = debt_minutes(self.known.memory, self.known.running)
        there = {load.week: self.ranks(STRATEGIC, load.week) for load in loads}
        due = {load.week: load.booked.get(STRATEGIC, 0) for load in loads}
        beyond = {week: max(0, there[week].settled - due[week]) for week in due}
        blocks = floor(owed / length + 0.5)
        left = blocks - sum(beyond.values())
        cause = Cause("debt", "owed_hours", owed / 60, length / 60 / 2, "hours")  # half a block rounds up
        for load in loads:
            week = load.week
            asked = max(there[week].settled, due[week])
            open_week = load.working and not self.known.closed(week)
            if left > 0 and open_week and not beyond[week] and asked < MOST_STRATEGIC:
                number = there[week].free_numbers(asked - there[week].settled + 1)[-1]
                self._want(STRATEGIC, "debt", load, number, (cause,))
                left -= 1
        return frozenset(
            week for week, more in beyond.items() if more and blocks > sum(beyond.values()) - more
        )

    def by_rhythm(self, kind: str, load: WeekLoad) -> None:
        """As many as the rules book, and one where the rhythm of the kind has come round."""
        due = self._due(kind, load)
        if due and self.ranks(kind, load.week).lost and load.working and not self.known.closed(load.week):
            self.wanted_in.add((kind, load.week))  # once it is off the calendar, it is asked for again
        causes = (*self._rule_causes(kind, load), *((due,) if due else ()))
        for number in self._missing(kind, load, max(load.booked.get(kind, 0), int(due is not None)), causes):
            self._want(kind, kind if kind in RHYTHMIC else "other", load, number, causes)

    def _due(self, kind: str, load: WeekLoad) -> Cause | None:
        """One is due in a week if it and those before it, as many as the rhythm has, held less than an hour of it."""
        weeks = self._weeks_of_turn(kind, load.week)
        if weeks is None:
            return None
        own = minutes(event.when for week in weeks for event in self.own.get((kind, week), ()))
        others = [self.ranks(kind, week) for week in weeks if week != load.week]
        had = any(there.live > there.lost or there.answers for there in others)
        if had or own >= DUE_MINUTES or any((kind, week) in self.wanted_in for week in weeks):
            return None
        return Cause(kind, f"{kind}_hours", own / 60, DUE_MINUTES / 60, "hours")

    def _weeks_of_turn(self, kind: str, week: Week) -> list[Week] | None:
        """The weeks in which one is enough; None for a kind that only the rules ask for."""
        rhythm = self.known.settings.kind(kind).rhythm
        if rhythm is None:
            return None
        if rhythm.weeks:
            return [week.plus(-n) for n in range(rhythm.weeks)]
        first_month = self.known.settings.fiscal_start
        around = (week.plus(n) for n in range(-WEEKS_OF_QUARTER, WEEKS_OF_QUARTER + 1))
        return [one for one in around if week_quarter(one, first_month) == week_quarter(week, first_month)]

    def learning(self, loads: Sequence[WeekLoad]) -> None:
        """One a quarter with an amber or red week in it, before its heaviest week to come."""
        first_month = self.known.settings.fiscal_start
        chosen: dict[Week, tuple[Cause, ...]] = {}
        for quarter in sorted({week_quarter(load.week, first_month) for load in loads}):
            inside = [load for load in loads if week_quarter(load.week, first_month) == quarter]
            heavy = _heavy_causes(quarter, inside, self.known)
            week = self._before_the_heaviest(inside)
            if heavy is not None and week is not None and not _had_learning(quarter, self.known):
                chosen[week] = heavy
        for load in loads:
            heavy = chosen.get(load.week)
            causes = (*self._rule_causes(LEARNING, load), *(heavy or ()))
            number = max(load.booked.get(LEARNING, 0), int(heavy is not None))
            for rank in self._missing(LEARNING, load, number, causes):
                self._want(LEARNING, LEARNING, load, rank, causes)

    def goals(self, loads: Sequence[WeekLoad]) -> None:
        """One for each goal some weeks before its day, beside the one of the quarter."""
        due = learning_for_goals(loads, self.known)
        for load in loads:
            causes = due.get(load.week, [])
            asked = sum(demand.kind == LEARNING and demand.week == load.week for demand in self.wanted)
            number = self.ranks(LEARNING, load.week).settled + asked + len(causes)
            free = self._missing(LEARNING, load, number, tuple(causes)) if causes else []
            for rank, cause in zip(free[asked:], causes, strict=False):
                self._want(LEARNING, LEARNING, load, rank, (cause,))

    def floor(self, load: WeekLoad) -> str:
        there = self.ranks(STRATEGIC, load.week)
        if there.stands:
            return "block"
        if there.own:
            return "own"
        closed = self.known.closed(load.week)
        if closed:
            return closed
        if not load.working and not there.had:
            return "none"
        return there.answers[0][1] if there.answers else "unplaced"

    def _missing(self, kind: str, load: WeekLoad, number: int, causes: tuple[Cause, ...]) -> list[int]:
        """The numbers of the blocks to book; what was asked for and answered is noted on the way."""
        there = self.ranks(kind, load.week)
        if not load.working:  # a week that had its floor wants one to its end
            number = min(number, 1) if kind == STRATEGIC and there.had else 0
        length = self.known.settings.kind(kind).minutes
        for key, code in there.answers[: max(0, number - there.own - there.live)]:
            why = f"{ANSWERS[code]}, and nothing is booked in its place"
            self.answered.append(Unplaced(key, kind, length, code, why, causes=causes, tier=kind))
        free = there.free_numbers(max(0, number - there.settled))
        over = self.known.over_until(kind)
        closed = "given up" if over and load.week.monday < over else self.known.closed(load.week)
        if not free or not closed:
            return free
        until = over if closed == "given up" else self.known.memory.paused_until
        why = {
            "skipped": f"you skipped {load.week.words(self.known.workweek.lead)}",
            "undone": f"you took blocks of {load.week.words(self.known.workweek.lead)} back with undo",
        }.get(closed) or f"{CLOSED[closed]} until {day_words(until or load.week.monday)}"
        key = f"{kind}/{load.week}/{free[0]}"
        code = "paused" if closed == "given up" else closed
        self.answered.append(Unplaced(key, kind, length, code, why, causes=causes, tier=kind))
        return []

    def _want(self, kind: str, tier: str, load: WeekLoad, number: int, causes: tuple[Cause, ...]) -> None:
        look = self.known.settings.kind(kind)
        displaced = self.ranks(kind, load.week).displaced.get(number)
        anew = displaced is None or load.week == self.known.reoffer  # as long as a new one
        had = displaced.slot.minutes if displaced else 0
        self.wanted_in.add((kind, load.week))
        self.wanted.append(
            Demand(
                key=f"{kind}/{load.week}/{number}",
                kind=kind,
                tier=tier,
                week=load.week,
                minutes=max(had, look.minutes) if anew else had,
                shortest=look.shortest if anew else min(SHORTEST_RESCUE, had),
                floor_minutes=look.floor_minutes if tier == "floor" else None,
                prefer=look.prefer,
                causes=causes,
                rescue=displaced is not None,
                days=look.weekdays,
                between=look.clock_ranges,
            )
        )

    def _rule_causes(self, kind: str, load: WeekLoad) -> tuple[Cause, ...]:
        """The causes of the rules that book the kind."""
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
            if load.week < heaviest.week and load.working and not self.known.closed(load.week)
        ]
        before = [
            load for load in before if load.week > self.known.running
        ] or before  # where notice leaves room
        lightest = min(before, key=lambda load: (_hours(load), load.week), default=None)
        return lightest.week if lightest else None


def _hours(load: WeekLoad) -> float:
    """Operational hours as the week is judged to have them."""
    held = load.held["operational_hours"]
    return held if load.recent is None else max(held, load.recent["operational_hours"])


def _heavy_causes(quarter: Quarter, loads: Iterable[WeekLoad], known: Known) -> tuple[Cause, ...] | None:
    """The causes of the quarter's first red week, or else its first amber one, in the horizon or remembered."""
    weeks = {record.week: (record.level, record.causes) for record in known.memory.weeks}
    weeks |= {load.week: (load.level, load.causes) for load in loads}
    inside = [
        weeks[week] for week in sorted(weeks) if week_quarter(week, known.settings.fiscal_start) == quarter
    ]
    for heavy in ("red", "amber"):
        for level, causes in inside:
            if level == heavy:
                return causes
    return None


def _had_learning(quarter: Quarter, known: Known) -> bool:
    """True if a learning block of the quarter stands, stood or was refused, those for goals left out."""
    keys = {block.key for block in known.blocks} - known.stuck - known.lost
    keys.update(
        block.key
        for block in known.memory.blocks
        if block.state not in ("creating", "displaced")
        and block.key not in known.stuck | known.lost
        and not (block.answer == "undone" and block.key.startswith(f"{LEARNING}/{known.reoffer}/"))
    )
    keys.update(known.memory.skipped_keys)
    keys = {key for key in keys if key.startswith(f"{LEARNING}/") and not is_for_a_goal(key, known)}
    weeks = (parse_week(key.split("/")[1]) for key in keys)
    return any(week_quarter(week, known.settings.fiscal_start) == quarter for week in weeks)
