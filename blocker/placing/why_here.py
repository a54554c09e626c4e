"""Why a block is where it is: a phrase, its terms, what another day would cost, what a move gained."""

from __future__ import annotations

from datetime import date

from blocker.placing.day import DayView
from blocker.placing.horizon import HorizonBest, HorizonSolver
from blocker.placing.limits import within_week
from blocker.placing.objective import DEMAND_TIERS, Entry, terms, unpacked
from blocker.placing.offsite import FIRST_WEEKS, HalfDay
from blocker.placing.spans import Span, as_interval
from blocker.placing.week import Chosen, WeekBest
from blocker.placing.why_not import hours_words
from blocker.values.plan import Standing, Term
from blocker.values.workweek import DAY, week_of

QUIET_SECONDS = 1800  # nothing else this close


class WhyHere:
    """Explains one plan. It solves a week again with one thing forbidden to see what that costs."""

    def __init__(self, solver: HorizonSolver, best: HorizonBest) -> None:
        self.solver, self.best, self.board = solver, best, solver.board
        self.workweek = self.board.problem.workweek

    def words(self, chosen: Chosen, cause: str = "") -> str:
        """A short phrase, then what is unusual about the block; ``cause`` is what a standing one gave way to."""
        ask, choice = chosen
        week = self.best.weeks[week_of(choice.day)]
        parts = [self._phrase(chosen)]
        if choice.minutes in ask.short:
            parts.append(f"{choice.minutes} minutes, as the week has no {ask.lengths[-1]} in a row for it")
        if choice.outside:
            parts.append(self._outside(week, chosen))
        if ask.standing is not None:
            parts.append(self._moved(ask.standing, choice.minutes, cause))
        return "; ".join(parts)

    def terms(self, chosen: Chosen) -> tuple[Term, ...]:
        """The points of the slot by name. A pair of neighbouring days is laid to its later block."""
        ask, choice = chosen
        view, own = self._view(choice.day), self.board.problem.own_strategic
        solver = self.solver.weeks[week_of(choice.day)]
        others = {other.choice.day for other in self.best.weeks[solver.week].chosen} | solver.used
        neighbours = int(choice.day in own) + int(choice.day - DAY in others & set(solver.bits))
        neighbours += int(choice.day + DAY in solver.used)
        return terms(view, ask.prefer, choice.span, self.board.busiest(view), neighbours)

    def next_best(self, chosen: Chosen) -> str:
        """What the best plan without this block on this day would cost."""
        week = self.best.weeks[week_of(chosen.choice.day)]
        half_day = self.best.half_day
        offsite = half_day.day if half_day is not None and week_of(half_day.day) == week.week else None
        name = chosen.ask.name
        other = self.solver.weeks[week.week].solve(offsite, forbidden=(name, chosen.choice.day))
        cost = difference(week.value, other.value)
        there = {one.choice.span for one in week.chosen if one.ask.name == name}
        news = [one for one in other.chosen if one.ask.name == name and one.choice.span not in there]
        return f"{self._when(news[0].choice.span)}: {cost}" if news else f"without it on this day: {cost}"

    def half_day(self, half_day: HalfDay, runners_up: bool) -> tuple[str, tuple[Term, ...], str]:
        """The same three things for the offsite."""
        number = (
            self.solver.half_days.asked.quarter.week_number(half_day.day)
            if self.solver.half_days.asked
            else 0
        )
        week = f"week {number} of the quarter (weeks {FIRST_WEEKS[0]} to {FIRST_WEEKS[-1]} come first)"
        load = f"{half_day.operational} operational minutes that day"
        held = {chosen.choice.day for chosen in self.best.chosen}
        ranked = self.solver.ranked
        after = [other for other in ranked if other.day != half_day.day and other.day not in held]
        why = "the lightest half day of the quarter's best weeks"
        was = self.solver.half_days.was
        if was is not None:
            why = f"the nearest free half day; {self._was(was)}"
        elif not half_day.real:
            why = "not at the edge of a day, as no such half day is free"
        elif ranked[0].day != half_day.day:
            why = "the lightest half day that costs no other block its place"
        elif not half_day.best_week:
            why = "the lightest half day outside weeks 3 to 10, which have none"
        if not after:
            why = "the only half day of the quarter that is free" if was is None else why
        found = (Term("weeks", int(half_day.best_week), week), Term("lightness", -half_day.operational, load))
        if not runners_up:
            return f"{why}: {load}", found, ""
        if not after:
            return f"{why}: {load}", found, "no other day has room for it"
        cost = difference(half_day.gain, after[0].gain)
        return f"{why}: {load}", found, f"{after[0].day:%a} {after[0].day.day} {after[0].day:%b}: {cost}"

    def _phrase(self, chosen: Chosen) -> str:
        start, end = chosen.choice.span
        view = self._view(chosen.choice.day)
        part = "morning" if end <= view.noon else "afternoon" if start >= view.noon else "stretch around noon"
        beside = [*view.busy, *(there.span for there in self.board.stay)]
        quiet = not any(low < end + QUIET_SECONDS and start - QUIET_SECONDS < high for low, high in beside)
        tail = "; nothing else within 30 minutes" if quiet else ""
        return f"{'quiet' if quiet else 'free'} {part}{tail}"

    def _outside(self, week: WeekBest, chosen: Chosen) -> str:
        ask, choice = chosen
        problem, room = self.board.problem, self.board.room(self._view(choice.day), ask.name)
        taken = self.solver.weeks[week.week].taken + sum(one.choice.minutes for one in week.chosen)
        reasons = []
        if not within_week(ask.case, taken):
            reasons.append(
                f"more than the week's {hours_words(min(ask.case.share, ask.case.hours))} for blocks"
            )
        broken = list(room.broken(ask.case, choice.span))
        if "bookable" in broken:
            reasons.append(f"less than {problem.bookable_minutes} bookable minutes left that day")
        if "notice" in broken:
            reasons.append("at less notice than usual")
        why = " and ".join(reasons) or "more than the manners allow"
        return f"outside the manners ({why}), because otherwise the week would have none"

    def _moved(self, block: Standing, minutes: int, cause: str) -> str:
        was = self._was(block)
        if block.state == "hit":
            shorter = block.slot.minutes - minutes
            short = f", {minutes} of {block.slot.minutes} minutes" if shorter > 0 else ""
            return f"{was}{short}"
        if self.board.problem.policy == "run":
            return f"{was}, as the only way to place {cause or 'what comes first'}"
        week = self.solver.weeks[block.week]
        stay = week.solve(staying=block.key)
        return f"{was}: {difference(self.best.weeks[block.week].value, stay.value, gain=True)}"

    def _was(self, block: Standing) -> str:
        local = self.workweek.local(block.slot.start)
        was = f"moved from {local:%a} {local.day} {local:%b at %H:%M}"
        if block.state != "hit":
            return was
        view = self.board.view(self.board.there[block.key].date)
        inside = view is not None and any(part.contains(block.slot) for part in view.day.working)
        return (
            f"{was}, where something else lies on it now"
            if inside
            else f"{was}, which is no working time any more"
        )

    def _when(self, span: Span) -> str:
        start = self.workweek.local(as_interval(span).start)
        return f"{start:%a} {start.day} {start:%b at %H:%M}"

    def _view(self, day: date) -> DayView:
        view = self.board.view(day)
        assert view is not None  # noqa: S101  a placed block lies on a working day
        return view


def _first_difference(better: int, worse: int) -> tuple[int, int] | None:
    """The first entry that differs, and by how much."""
    pairs = zip(unpacked(better), unpacked(worse), strict=True)
    return next(((which, much - less) for which, (much, less) in enumerate(pairs) if much != less), None)


# What is lost without the better of two plans, and what a move to it buys, in the first entry that differs.
_WORDS = {
    Entry.FLOORS: ("the week would have no strategic block", "the week gets its strategic block"),
    Entry.WITHIN: (
        "the week's first block would be outside the manners",
        "its first block is within the manners",
    ),
    Entry.OFFSITE: ("the offsite would have no place", ""),
    Entry.HALF_DAY: ("not at the edge of a day", ""),
    Entry.LEARNING: ("{blocks} fewer of learning", "{blocks} more of learning"),
    Entry.GAVE_WAY: ("{blocks} more that stand would have to give way", ""),
    Entry.RESCUED: ("a more pressing hit block would be lost", ""),
    Entry.HALF_HOURS: ("{minutes} minutes less in the week", "{minutes} minutes more in the week"),
    Entry.PART: ("a worse part of the day", "a better part of the day"),
    Entry.MOVED: ("{blocks} more moved", "fewer blocks are moved"),
    Entry.OTHER_DAY: ("{blocks} more moved to another day", "fewer blocks are moved to another day"),
    Entry.BEST_WEEKS: ("outside the quarter's best weeks", ""),
    Entry.LIGHTNESS: ("{by} more operational minutes that day", ""),
    Entry.SOONEST: ("as light, but later", ""),
    Entry.POINTS: ("{by} point{s} less", "{by} point{s} more"),
    Entry.STARTS: ("as good, but later", "as good, and earlier"),
}


def difference(better: int, worse: int, gain: bool = False) -> str:
    """What is lost with the worse of two plans, or what the better one gains."""
    pairs = zip(unpacked(better), unpacked(worse), strict=True)
    for which, (much, less) in enumerate(pairs):
        if much != less:
            by, s = much - less, "s" * (much - less != 1)
            if Entry.FIRST_TIER <= which < Entry.HALF_HOURS:
                tier = DEMAND_TIERS[which - Entry.FIRST_TIER]
                return f"{by} {'more ' if gain else ''}{tier} block{s}{'' if gain else ' fewer'}"
            words = _WORDS[Entry(which)][gain]
            return words.format(by=by, s=s, minutes=30 * by, blocks=f"{by} block{s}")
    return "nothing, it is a tie"
