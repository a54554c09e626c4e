"""Why a block is where it is: a phrase, what another day would cost, what a move gained."""

from __future__ import annotations

from blocker.placing.board import Ask
from blocker.placing.horizon import HorizonBest, HorizonSolver
from blocker.placing.limits import WORDS, Blocks
from blocker.placing.objective import DEMAND_TIERS, Entry, tier_entry, unpacked
from blocker.placing.offsite import HalfDay, HalfDays
from blocker.placing.spans import as_interval
from blocker.placing.week import Choice, Chosen
from blocker.values.intervals import Interval
from blocker.values.kinds import block_name
from blocker.values.plan import Standing
from blocker.values.workweek import week_of

QUIET_SECONDS = 1800  # nothing else this close


class WhyHere:
    """Explains one plan. It solves a week again with one thing forbidden to see what that costs."""

    def __init__(self, solver: HorizonSolver, best: HorizonBest, after: Blocks) -> None:
        self.solver, self.best, self.after, self.board = solver, best, after, solver.board

    def words(self, chosen: Chosen, cause: str) -> str:
        """A short phrase, then what is unusual about the block; ``cause`` is what a standing one gave way to."""
        ask, choice = chosen.ask, chosen.choice
        parts = [self._phrase(choice)]
        if choice.minutes in ask.short:
            parts.append(f"{choice.minutes} minutes, as the week has no {ask.lengths[-1]} in a row for it")
        if choice.outside:
            broken = self.after.room(self.board.view(choice.day), chosen.key).broken(ask.case, choice.span)
            why = " and ".join(WORDS[name] for name in broken)
            parts.append(
                f"beyond the usual limits (the time is {why}), as otherwise the week would have none"
            )
        if ask.standing is not None:
            parts.append(self._moved(ask.standing, choice.minutes, cause))
        return "; ".join(parts)

    def next_best(self, chosen: Chosen) -> str:
        """What the best plan without this block on this day would cost."""
        name, week = chosen.ask.name, self.best.weeks[week_of(chosen.choice.day)]
        offsite = self.best.half_day.day if self.best.half_day is not None else None

        def allowed(ask: Ask, choice: Choice) -> bool:
            here = ask.name == name and choice.day == chosen.choice.day and not choice.stays
            return choice.day != offsite and not here

        other = self.solver.weeks[week.week].solve(allowed)
        there = {one.choice.span for one in week.chosen if one.ask.name == name}
        news = [one.choice for one in other.chosen if one.ask.name == name and one.choice.span not in there]
        if not news:
            return "no other day has room for it"
        return f"{self._when(as_interval(news[0].span))}, {difference(week.value, other.value)}"

    def half_day(self, half_days: HalfDays, half_day: HalfDay) -> tuple[str, str]:
        """The same two things for the offsite."""
        held = {chosen.choice.day for chosen in self.best.chosen}
        after = [one for one in half_days.ranked if one.day != half_day.day and one.day not in held]
        entries, why = unpacked(half_day.gain), "quietest half day in weeks 3–10 of the quarter"
        if half_days.was is not None:
            why = f"nearest free half day; {self._was(half_days.was)}"
        elif not entries[Entry.HALF_DAY]:
            why = "not at the edge of a day, as no such half day is free"
        elif half_days.ranked[0].day != half_day.day:
            why = "quietest half day that costs no other block its time"
        elif not entries[Entry.BEST_WEEKS]:
            why = "quietest half day; weeks 3–10 of the quarter have none"
        hours = f"{self.board.view(half_day.day).operational_minutes / 60:.1f}".removesuffix(".0")
        why = f"{why}; {f'{hours} h of' if hours != '0' else 'no'} meetings that day"
        if not after:
            return why, "no other day has room"
        day, cost = after[0].day, difference(half_day.gain, after[0].gain)
        return why, f"{day:%a} {day.day} {day:%b}, {cost}"

    def _phrase(self, choice: Choice) -> str:
        (start, end), view = choice.span, self.board.view(choice.day)
        part = "morning" if end <= view.noon else "afternoon" if start >= view.noon else "stretch around noon"
        beside = [*view.busy, *(there.span for there in self.board.stay.all)]
        if any(low < end + QUIET_SECONDS and start - QUIET_SECONDS < high for low, high in beside):
            return f"free {part}"
        return f"quiet {part}, nothing else within 30 minutes"

    def _moved(self, block: Standing, minutes: int, cause: str) -> str:
        was, length = self._was(block), block.slot.minutes
        if block.state == "hit":
            return f"{was}, {minutes} of {length} minutes" if minutes < length else was
        if self.board.run:
            first = f"a {block_name(cause.partition('/')[0])}" if cause else "what comes first"
            return f"{was}, as the only way to place {first}"
        stay = self.solver.weeks[block.week].solve(lambda ask, choice: choice.stays or ask.name != block.key)
        return f"{was}: {difference(self.best.weeks[block.week].value, stay.value, gain=True)}"

    def _was(self, block: Standing) -> str:
        was = f"moved from {self._when(block.slot)}"
        if block.state != "hit":
            return was
        day = self.board.problem.days.get(self.board.there[block.key].date)
        if day is not None and any(part.contains(block.slot) for part in day.working):
            return f"{was}, where it overlaps something else now"
        return f"{was}, which is no longer working time"

    def _when(self, slot: Interval) -> str:
        start = self.board.problem.workweek.local(slot.start)
        return f"{start:%a} {start.day} {start:%b at %H:%M}"


# What is lost without the better of two plans, and what a move to it buys, in the first entry that differs.
_WORDS = {
    Entry.FLOORS: ("the week would have no thinking block", "the week gets its thinking block"),
    Entry.WITHIN: ("a block beyond the usual limits", "a block within the usual limits"),
    Entry.OFFSITE: ("the half day would have no time", ""),
    Entry.HALF_DAY: ("not at the edge of a day", ""),
    Entry.GAVE_WAY: ("{blocks} more would have to be removed", ""),
    Entry.RESCUED: ("a more pressing hit block would be lost", ""),
    Entry.HALF_HOURS: ("{minutes} minutes less in the week", "{minutes} minutes more in the week"),
    Entry.PART: ("a worse part of the day", "a better part of the day"),
    Entry.MOVED: ("{blocks} more moved", "fewer blocks are moved"),
    Entry.OTHER_DAY: ("{blocks} more moved to another day", "fewer blocks are moved to another day"),
    Entry.BEST_WEEKS: ("outside the quarter's best weeks", ""),
    Entry.LIGHTNESS: ("{by} more minutes of meetings that day", ""),
    Entry.SOONEST: ("as light, but later", ""),
    Entry.POINTS: ("a less suitable time", "a more suitable time"),
    Entry.STARTS: ("as good, but later", "as good, and earlier"),
}


def difference(better: int, worse: int, gain: bool = False) -> str:
    """What is lost with the worse of two plans, or what the better one gains."""
    pairs = zip(unpacked(better), unpacked(worse), strict=True)
    for which, (much, less) in enumerate(pairs):
        if much != less:
            by, s = much - less, "s" * (much - less != 1)
            tier = next((tier for tier in ("learning", *DEMAND_TIERS) if tier_entry(tier) == which), None)
            if tier is not None:
                return f"{by} block{s} {'more' if gain else 'fewer'}"
            words = _WORDS[Entry(which)][gain]
            return words.format(by=by, minutes=30 * by, blocks=f"{by} block{s}")
    return "just as good"
