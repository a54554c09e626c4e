"""Why a block is where it is: its terms in words, what another day would cost, what a move gained."""

from __future__ import annotations

from datetime import date
from itertools import takewhile

from msgspec.structs import replace

from blocker.placing.board import Item, Mover
from blocker.placing.day_sweep import Entry
from blocker.placing.horizon import BEST_WEEKS, HalfDay, HorizonBest, HorizonSolver
from blocker.placing.limits import DayView, instant_at
from blocker.placing.objective import (
    BAND,
    DEMAND_TIERS,
    DISTURBED,
    EARLINESS,
    FIRST_TIER,
    FLOORS,
    LIGHTNESS,
    MINUTES,
    OFFSITE,
    POINTS,
    SOLVED,
    SQUARES,
    STAY,
    WITHIN,
    Span,
    terms,
)
from blocker.placing.week import Value, WeekBest
from blocker.values.kinds import STRATEGIC
from blocker.values.plan import Term
from blocker.values.settings import BOOKABLE_MINUTES, SHIPPED_KINDS
from blocker.values.workweek import DAY, week_of

USUAL_SHORTEST = SHIPPED_KINDS[STRATEGIC].shortest
QUIET = 1800  # seconds: nothing else this close


class WhyHere:
    """Explains one plan. It solves weeks again with one thing forbidden to see what that costs."""

    def __init__(self, solver: HorizonSolver, best: HorizonBest) -> None:
        self.solver, self.best, self.board = solver, best, solver.board
        self.workweek = self.board.problem.workweek

    def words(self, plan: WeekBest, entry: Entry, item: Item) -> str:
        """A short phrase, then what is unusual about the block."""
        view = self._view(entry)
        parts = [self._phrase(plan, entry, view)]
        shortest = item.lengths[-1] if item.lengths else 0
        if -entry.minus_minutes in item.short:
            others = sum(plan.items[other.name].strategic for other in plan.entries) > 1
            where = "no other day has" if others else "the week has no"
            parts.append(f"{-entry.minus_minutes} minutes, as {where} {shortest} in a row for it")
        elif item.mover is not None and item.strategic and -entry.minus_minutes < USUAL_SHORTEST:
            parts.append(f"short, {-entry.minus_minutes} minutes, as before")
        if plan.outside and item.strategic:
            parts.append(self._outside(plan, entry, view))
        if item.mover is not None:
            parts.append(self._moved(plan, item.mover))
        return "; ".join(parts)

    def terms(self, plan: WeekBest, entry: Entry, item: Item) -> tuple[Term, ...]:
        """The points of the slot by name. A pair of strategic days is laid to its later new block."""
        view = self._view(entry)
        neighbours = 0
        if item.strategic:
            day = view.date
            own = self.board.problem.own_strategic
            fixed = own | self.board.strategic_days(plan.week, {mover.key for mover in plan.moved})
            new = {self._day(other) for other in plan.entries if plan.items[other.name].kind == STRATEGIC}
            before, after = day - DAY, day + DAY
            neighbours = int(week_of(before) == plan.week and before in fixed | new)
            neighbours += int(week_of(after) == plan.week and after in fixed - new)
            neighbours += int(day in own)
        return terms(view.scenery, item.prefer, *entry.span, neighbours)

    def next_best(self, plan: WeekBest, entry: Entry, item: Item) -> str:
        """What the best plan without a block of this kind on this day, and the same moves, would cost."""
        day = self._day(entry)
        ask = replace(self.best.asks[plan.week], barred=(item.kind, day))
        solver = self.solver.weeks[plan.week]
        other = solver.solve_moving(ask, plan.moved)
        if other is None:
            return "no other day has room for it"
        cost, there = (
            difference(plan.value, other.value),
            {e.span for e in plan.entries if e.name == item.name},
        )
        news = [e for e in other.entries if e.name == item.name and e.span not in there]
        return f"{self._when(news[0])}: {cost}" if news else f"without it on this day: {cost}"

    def half_day(self, half_day: HalfDay) -> tuple[str, tuple[Term, ...], str]:
        """The same three things for the offsite."""
        first, last = BEST_WEEKS[0], BEST_WEEKS[-1]
        week = f"week {half_day.week_number} of the quarter (weeks {first} to {last} come first)"
        load = f"{half_day.operational} operational minutes that day"
        ranking = self.solver.half_days()
        rivals = list(takewhile(lambda other: other.day != half_day.day, ranking))
        why = (
            "the lightest half day of the quarter's best weeks"
            if half_day.week_number in BEST_WEEKS
            else ("the lightest half day outside weeks 3 to 10, which have none")
        )
        after = next((other for other in ranking if not self._held(other.day)), None)
        if rivals:
            why = "the lightest half day that costs no other block its place"
        elif after is None:
            why = "the only half day of the quarter that is free"
        found = (
            Term("weeks", half_day.worth[BAND], week),
            Term("lightness", half_day.worth[LIGHTNESS], load),
        )
        if after is None:
            return f"{why}: {load}", found, "no other day has room for it"
        when = f"{after.day:%a} {after.day.day} {after.day:%b}"
        cost = difference(half_day.worth, after.worth)
        return f"{why}: {load}", found, f"{when}: {cost}"

    def _held(self, day: date) -> bool:
        """True if a block of ours is there after the plan."""
        moved = {mover.key for plan in self.best.weeks for mover in plan.moved}
        stay = [b for b in self.board.by_home.get(day, ()) if b.state != "lost" and b.key not in moved]
        return bool(stay) or any(
            self._day(entry) == day for plan in self.best.weeks for entry in plan.entries
        )

    def _phrase(self, plan: WeekBest, entry: Entry, view: DayView) -> str:
        start, end = entry.span
        noon = view.scenery.noon
        part = "morning" if end <= noon else "afternoon" if start >= noon else "stretch around noon"
        near = [*view.busy, *(span for span in self._others(plan, entry))]
        quiet = not any(low < end + QUIET and start - QUIET < high for low, high in near)
        mine = _stretch(view, start, end)
        if part == "stretch around noon" or mine is None:
            return f"free {part}" + ("; nothing else within 30 minutes" if quiet else "")
        lengths = []
        for day in plan.week.days:
            other = self.board.view(day)
            if other is not None:
                half = (
                    (other.span[0], other.scenery.noon)
                    if part == "morning"
                    else (other.scenery.noon, other.span[1])
                )
                lengths += [min(high, half[1]) - max(low, half[0]) for low, high in other.scenery.gaps]
        half_length = min(mine[1], noon) - mine[0] if part == "morning" else mine[1] - max(mine[0], noon)
        longest = "longest " if half_length >= max(lengths, default=0) else ""
        return f"{longest}{'quiet' if quiet else 'free'} {part}" + (
            "; nothing else within 30 minutes" if quiet else ""
        )

    def _others(self, plan: WeekBest, entry: Entry) -> list[Span]:
        moved = {mover.key for mover in plan.moved}
        standing = [
            self.board.spans[b.key] for b in self.board.standing if b.key not in moved and b.state != "lost"
        ]
        return standing + [other.span for other in plan.entries if other != entry]

    def _outside(self, plan: WeekBest, entry: Entry, view: DayView) -> str:
        taken = sum(b.slot.minutes for b in self.board.staying(plan.week, {m.key for m in plan.moved}))
        taken -= sum(other.minus_minutes for other in plan.entries)
        cap = self.board.rooms[plan.week].cap_minutes
        reasons = []
        if taken > cap:
            reasons.append(f"more than the week's {_hours(cap)} for blocks")
        if not view.keeps_bookable([entry.span]) or not reasons:
            reasons.append(f"less than {BOOKABLE_MINUTES} bookable minutes left that day")
        return f"outside the manners ({' and '.join(reasons)}), because otherwise the week would have none"

    def _moved(self, plan: WeekBest, mover: Mover) -> str:
        local = self.workweek.local(mover.standing.slot.start)
        was = f"moved from {local:%a} {local.day} {local:%b at %H:%M}"
        if mover.lost:
            return f"{was}, which is no working time any more"
        if mover.forced:
            return f"{was}, where something else lies on it now"
        stays = tuple(other for other in plan.moved if other.key != mover.key)
        other = self.solver.weeks[plan.week].solve_moving(self.best.asks[plan.week], stays)
        if mover.stays:
            gain = "this is the only way" if other is None else gained(plan.value, other.value, step=STAY)
            return f"{was}: {gain}"
        what = "place the floor"
        if _makes_way(self.best, mover):
            what = "place the offsite"
        elif other is not None and other.value[FLOORS] == plan.value[FLOORS]:
            what = "keep the floor within the manners"
        return f"{was}, as the only way to {what}"

    def _when(self, entry: Entry) -> str:
        start = self.workweek.local(instant_at(entry.start))
        return f"{start:%a} {start.day} {start:%b at %H:%M}"

    def _view(self, entry: Entry) -> DayView:
        view = self.board.view(self._day(entry))
        assert view is not None  # noqa: S101  a placed block lies on a working day
        return view

    def _day(self, entry: Entry) -> date:
        return self.workweek.date_of(instant_at(entry.start))


def _stretch(view: DayView, start: int, end: int) -> Span | None:
    return next((gap for gap in view.scenery.gaps if gap[0] <= start and end <= gap[1]), None)


def _makes_way(best: HorizonBest, mover: Mover) -> bool:
    return best.half_day is not None and best.half_day.day == mover.home


def difference(better: Value, worse: Value) -> str:
    """What is lost, in the first tier that differs."""
    for tier, (much, less) in enumerate(zip(better, worse, strict=True)):
        if much != less:
            return _loss(tier, much - less)
    return "nothing, it is a tie and the earliest is kept"


def gained(better: Value, worse: Value, step: int) -> str:
    """What is gained, in the first tier that differs; ``step`` is what staying was worth in the last one."""
    for tier, (much, less) in enumerate(zip(better, worse, strict=True)):
        if much != less:
            return _gain(tier, much - less, step)
    return "nothing"


def _loss(tier: int, by: int) -> str:
    words = {
        FLOORS: "the week would have no strategic block",
        WITHIN: "the week's first block would be outside the manners",
        OFFSITE: "the offsite would have no place",
        DISTURBED: f"{by} more standing block{'s' * (by != 1)} would have to move",
        SOLVED: "a more pressing block in conflict would stay where it is",
        MINUTES: f"{by} minutes less in the week",
        SQUARES: "blocks of less even length",
        BAND: "outside the quarter's best weeks",
        LIGHTNESS: f"{by} more operational minutes that day",
        EARLINESS: "as light, but later",
        POINTS: f"{by} point{'s' * (by != 1)} less",
    }
    return words.get(tier) or f"{by} {DEMAND_TIERS[tier - FIRST_TIER]} block{'s' * (by != 1)} fewer"


def _gain(tier: int, by: int, step: int) -> str:
    words = {
        FLOORS: "the week gets its strategic block",
        WITHIN: "the week's first block is within the manners",
        OFFSITE: "the offsite gets a place",
        SOLVED: "a block in conflict gets a place",
        MINUTES: f"{by} minutes more in the week",
        SQUARES: "blocks of more even length",
        POINTS: f"{by + step} points more, where over {step} are worth a move",
    }
    return words.get(tier) or f"{by} more {DEMAND_TIERS[min(tier - FIRST_TIER, 6)]} block{'s' * (by != 1)}"


def _hours(minutes: float) -> str:
    return f"{minutes / 60:.1f}".rstrip("0").rstrip(".") + " h"
