"""Why a block is where it is: a phrase, what another day would cost, what a move gained."""

from __future__ import annotations

from collections.abc import Collection

from blocker.placing.board import Ask
from blocker.placing.horizon import HorizonBest, HorizonSolver
from blocker.placing.limits import WORDS
from blocker.placing.objective import DEMAND_TIERS, Entry, tier_entry, unpacked, up_to
from blocker.placing.offsite import HalfDay, HalfDays
from blocker.placing.spans import as_interval
from blocker.placing.week import Choice, Chosen
from blocker.values.intervals import Interval
from blocker.values.kinds import OFFSITE, STRATEGIC, block_name
from blocker.values.plan import Standing

QUIET_SECONDS = 1800  # nothing else this close


class WhyHere:
    """Explains one plan. It solves a week again with one thing forbidden to see what that costs."""

    def __init__(self, solver: HorizonSolver, best: HorizonBest) -> None:
        self.solver, self.best, self.board = solver, best, solver.board

    def words(self, chosen: Chosen) -> str:
        """A short phrase, then what is unusual about the block."""
        ask, choice = chosen.ask, chosen.choice
        parts = [self._phrase(choice)]
        if choice.minutes in ask.short:
            parts.append(f"{choice.minutes} minutes, as the week has no {ask.lengths[-1]} in a row for it")
        if choice.outside:
            room = self.solver.blocks(self.best).room(self.board.view(choice.day), chosen.key)
            why = " and ".join(WORDS[name] for name in room.broken(ask.case, choice.span))
            parts.append(
                f"beyond the usual limits (the time is {why}), as otherwise the week would have none"
            )
        if ask.standing is not None:
            parts.append(self._moved(ask.standing, chosen))
        return "; ".join(parts)

    def gain(self, chosen: Chosen) -> str:
        """What the plan buys with a block by itself, in words; nothing for one that stays, or only makes room."""
        if not chosen.ask.kept:
            return "one block more"
        stays = self.solver.weeks[chosen.ask.of.week].choices[chosen.ask.name][0]
        if self.board.run or up_to(chosen.choice.gain, Entry.MOVED) <= up_to(stays.gain, Entry.MOVED):
            return ""
        longer = chosen.choice.minutes // 30 - stays.minutes // 30
        return f"{30 * longer} minutes more" if longer else "a better part of the day"

    def cause(self, block: Standing) -> tuple[str, str]:
        """What a kept block makes room for, key and name: what gains, and is on its day now; else in its week."""
        day, half_day, offsite = self.board.there[block.key].date, self.best.half_day, self.board.offsite
        news = [one for one in self.best.weeks[block.week].chosen if self.gain(one)]
        news.sort(
            key=lambda one: (one.choice.day != day, one.ask.of.kind != STRATEGIC, tier_entry(one.ask.of.tier))
        )
        if offsite is not None and half_day is not None and (half_day.day == day or not news):
            return offsite.key, called(OFFSITE, OFFSITE)
        found = ((one.key, called(one.ask.of.kind, one.ask.of.tier)) for one in news)
        return next(found, ("", "what comes first"))

    def next_best(self, chosen: Chosen) -> str:
        """What the best plan without this block on this day costs; of one that stays, not that it would move."""
        name, here, week = chosen.ask.name, chosen.choice, self.best.weeks[chosen.ask.of.week]
        offsite = self.best.half_day.day if self.best.half_day is not None else None

        def allowed(ask: Ask, choice: Choice) -> bool:
            gone = ask.name == name and choice.day == here.day and choice.stays <= here.stays
            return choice.day != offsite and not gone

        other = self.solver.weeks[chosen.ask.of.week].solve(allowed)
        cost = difference(week.value, other.value, but=_MOVES if here.stays else ())
        there = {one.choice.span for one in week.chosen if one.ask.name == name}
        news = [one.choice for one in other.chosen if one.ask.name == name and one.choice.span not in there]
        if not news:
            return "no other day has room for it"
        return f"{self._when(as_interval(news[0].span))}, {cost}"

    def half_day(self, half_days: HalfDays, half_day: HalfDay) -> tuple[str, str]:
        """The words and the next best for the offsite."""
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

    def _moved(self, block: Standing, chosen: Chosen) -> str:
        was, minutes, length = self._was(block), chosen.choice.minutes, block.slot.minutes
        if block.rescue:
            return f"{was}, {minutes} of {length} minutes" if minutes < length else was
        gain = self.gain(chosen)
        way = "as the only way to place" if self.board.run else "to make room for"
        return f"{was}: {gain}" if gain else f"{was}, {way} {self.cause(block)[1]}"

    def _was(self, block: Standing) -> str:
        was = f"moved from {self._when(block.slot)}"
        if not block.rescue:
            return was
        day = self.board.problem.days.get(self.board.there[block.key].date)
        if day is not None and any(part.contains(block.slot) for part in day.working):
            return f"{was}, where it overlaps something else now"
        return f"{was}, which is no longer working time"

    def _when(self, slot: Interval) -> str:
        start = self.board.problem.workweek.local(slot.start)
        return f"{start:%a} {start.day} {start:%b at %H:%M}"


def called(kind: str, tier: str) -> str:
    """What a block is to its owner: the weekly minimum, the half day, or a block of its kind."""
    return {"floor": "the weekly minimum", OFFSITE: "the half day"}.get(tier) or f"a {block_name(kind)}"


# What is lost with the worse of two plans, in the first entry that differs.
_WORDS = {
    Entry.FLOORS: "the week would have no thinking block",
    Entry.WITHIN: "a block beyond the usual limits",
    Entry.OFFSITE: "the half day would have no time",
    Entry.HALF_DAY: "not at the edge of a day",
    Entry.GAVE_WAY: "{blocks} more would have to be removed",
    Entry.RESCUED: "a more pressing hit block would be lost",
    Entry.HALF_HOURS: "{minutes} minutes less in the week",
    Entry.PART: "a worse part of the day",
    Entry.MOVED: "{blocks} more moved",
    Entry.OTHER_DAY: "{blocks} more moved to another day",
    Entry.BEST_WEEKS: "outside the quarter's best weeks",
    Entry.LIGHTNESS: "{by} more minutes of meetings that day",
    Entry.SOONEST: "as light, but later",
    Entry.POINTS: "a less suitable time",
    Entry.STARTS: "as good, but later",
} | {tier_entry(tier): "{blocks} fewer" for tier in ("learning", *DEMAND_TIERS)}
_MOVES = (Entry.GAVE_WAY, Entry.MOVED, Entry.OTHER_DAY)


def difference(better: int, worse: int, but: Collection[Entry] = ()) -> str:
    """What is lost with the worse of two plans, some entries left out."""
    for which, (much, less) in enumerate(zip(unpacked(better), unpacked(worse), strict=True)):
        if much != less and which not in but:
            by, s = much - less, "s" * (much - less != 1)
            return _WORDS[which].format(by=by, s=s, minutes=30 * by, blocks=f"{by} block{s}")
    return "just as good"
