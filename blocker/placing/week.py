"""The best plan of one week, exactly. As a day holds at most one block of ours, it is an assignment of blocks to days.

The blocks that may be had are taken one after the other. What the later ones depend on is a small state: the days
that are used, whether the week has its floor, and, where the week's limits could bind, the minutes of all blocks.
For each state the best way to it is kept. Once no later block can change the first entries of the value, states that
are behind in those are dropped: any state can be completed by placing nothing more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from math import inf
from typing import NamedTuple

from msgspec import Struct

from blocker.placing.board import Ask, Board
from blocker.placing.day import DayView
from blocker.placing.limits import Case
from blocker.placing.objective import SPREAD, Entry, entry, part_of_day, points, tier_entry, unpacked, up_to
from blocker.placing.spans import QUARTER_HOUR, Span, floor_second
from blocker.values.kinds import STRATEGIC
from blocker.values.workweek import DAY, Week


class Choice(Struct, frozen=True):
    """A slot that a block may have. ``most``: the minutes that all blocks of the week may take with it.

    ``outside``: as the week's floor outside the manners. ``gain`` is its share of the value.
    """

    day: date
    span: Span
    stays: bool
    outside: bool
    most: float
    gain: int

    @property
    def minutes(self) -> int:
        return (self.span[1] - self.span[0]) // 60


class State(NamedTuple):
    """What later blocks depend on. Days are bits from Monday on, the lowest.

    ``floor``: 0 there is none, 1 there is one (or none is wanted), 2 it is outside the manners.
    """

    placed: int
    stayed: int
    floor: int
    minutes: int
    most: float


class Chosen(NamedTuple):
    """A block and the slot that it has."""

    ask: Ask
    choice: Choice


class WeekBest(Struct, frozen=True):
    """The best plan of a week: all that was chosen, in order of time, blocks that stay included."""

    week: Week
    value: int
    chosen: tuple[Chosen, ...]


class Way(NamedTuple):
    """What it is worth to have come so far, what was chosen last, and the way before that."""

    value: int
    last: Chosen | None = None
    before: Way | None = None


class WeekSolver:
    """Solves one week, also with a day or a slot forbidden."""

    def __init__(self, board: Board, week: Week) -> None:
        self.board, self.week = board, week
        self.asks = sorted(board.asks(week), key=self._order)
        self.run = board.problem.policy == "run"
        self.bits = {day: 1 << n for n, day in enumerate(week.days)}
        self.midnight = floor_second(board.problem.workweek.instant(week.monday, 0))
        fixed = board.fixed(week)
        self.taken = sum(there.minutes for there in fixed)
        self.wants_floor = board.wants_floor(week)
        self.has_floor = any(there.kind == STRATEGIC for there in fixed)
        self.own = board.problem.own_strategic
        self.used = {there.date for there in board.stay if there.counts and there.date in self.bits} | (
            self.own & set(week.days)
        )
        urgent = sorted((ask for ask in self.asks if ask.pressing), key=lambda ask: ask.pressing or ())
        self.worth = {ask.name: 1 << n for n, ask in enumerate(reversed(urgent))}
        self.counting = self._minutes_matter()
        self._slots: dict[tuple[str, Case], list[Choice]] = {}

    def solve(
        self, offsite: date | None = None, forbidden: tuple[str, date] | None = None, staying: str = ""
    ) -> WeekBest:
        """The best plan with the offsite on that date, no block of that name newly on that one, and that block not moved."""
        kept = {ask.name for ask in self.asks if ask.kept}
        if self.run and offsite is None and kept:
            best = self._solve(offsite, forbidden, kept)
            if self._nothing_to_give_way_for(best):
                return best
        return self._solve(offsite, forbidden, {staying})

    def _nothing_to_give_way_for(self, best: WeekBest) -> bool:
        """True if nothing gave way and all that it may for is there: no other plan is better then."""
        entries = unpacked(best.value)
        learning = sum(max(1, len(ask.demands)) for ask in self.asks if ask.tier == "learning")
        return (
            not entries[Entry.GAVE_WAY]
            and entries[Entry.WITHIN] == self.wants_floor
            and entries[Entry.LEARNING] == learning
        )

    def _solve(
        self, offsite: date | None, forbidden: tuple[str, date] | None, staying: Collection[str]
    ) -> WeekBest:
        steps: list[tuple[Ask, list[Choice]]] = []
        for ask in self.asks:
            stays = [one for one in self.stays(ask) if one.day != offsite]
            moves = [] if ask.name in staying else self.moves(ask)
            moves = [one for one in moves if one.day != offsite and (ask.name, one.day) != forbidden]
            steps += [(ask, stays + self._long_enough(ask, moves, offsite))] * max(1, len(ask.demands))
        wanting = self.wants_floor and not self.has_floor
        start = State(0, 0, 0 if wanting else 1, self.taken if self.counting else 0, inf)
        first = entry(Entry.FLOORS) + entry(Entry.WITHIN) if self.wants_floor and self.has_floor else 0
        ways = {start: Way(first)}
        final = self._final([ask for ask, _ in steps])
        for number, (ask, choices) in enumerate(steps):
            ways = self._step(ways, ask, choices)
            best = max(up_to(way.value, final[number]) for way in ways.values())
            ways = {state: way for state, way in ways.items() if up_to(way.value, final[number]) == best}
        value, way = max(
            ((way.value + self._spread(state), way) for state, way in ways.items()),
            key=lambda found: found[0],
        )
        return WeekBest(self.week, value, _followed(way))

    def _step(self, ways: dict[State, Way], ask: Ask, choices: Sequence[Choice]) -> dict[State, Way]:
        """All states after one more block was placed, or was not."""
        nothing = entry(Entry.GAVE_WAY if self.run else Entry.MOVED, -1) if ask.kept else 0
        found = {state: way._replace(value=way.value + nothing) for state, way in ways.items()}
        strategic = ask.kind == STRATEGIC
        for state, way in ways.items():
            for choice in choices:
                bit = self.bits[choice.day]
                if bit & (state.placed if choice.stays else state.placed | state.stayed):
                    continue
                floor, gain = state.floor, choice.gain
                if strategic:
                    if floor == 2 or (choice.outside and floor):
                        continue
                    if not floor:
                        floor = 2 if choice.outside else 1
                        gain += entry(Entry.FLOORS) + (0 if choice.outside else entry(Entry.WITHIN))
                minutes, most = 0, inf
                if self.counting:
                    minutes, most = state.minutes + choice.minutes, min(state.most, choice.most)
                    if minutes > most:
                        continue
                placed, stayed = state.placed, state.stayed
                if choice.stays:
                    stayed |= bit
                else:
                    placed |= bit
                after = State(placed, stayed, floor, minutes, most)
                known = found.get(after)
                if known is None or way.value + gain > known.value:
                    found[after] = Way(way.value + gain, Chosen(ask, choice), way)
        return found

    def _final(self, asks: Sequence[Ask]) -> list[int]:
        """For each step the first entry of the value that a later block may still change."""
        last = dict.fromkeys(range(Entry.HALF_HOURS), -1)
        for number, ask in enumerate(asks):
            touched = [tier_entry(ask.tier)]
            touched += [Entry.FLOORS, Entry.WITHIN] if ask.kind == STRATEGIC and self.wants_floor else []
            touched += [Entry.GAVE_WAY] if ask.kept else []
            touched += [Entry.RESCUED] if ask.pressing else []
            last.update(dict.fromkeys(touched, number))
        return [
            next((which for which, until in last.items() if until > number), Entry.HALF_HOURS)
            for number in range(len(asks))
        ]

    def _order(self, ask: Ask) -> tuple[object, ...]:
        """First what decides the first entries of the value, so that states that are behind go early."""
        if ask.kind == STRATEGIC and self.board.wants_floor(self.week):
            turn = 0
        elif tier_entry(ask.tier) == Entry.LEARNING:
            turn = 1
        else:
            turn = 2 if ask.kept else 3 if ask.pressing else tier_entry(ask.tier)
        return turn, tier_entry(ask.tier)

    def _minutes_matter(self) -> bool:
        """False if the week's limits can't bind, whatever is chosen: then a longer block is always better."""
        longest = self.taken
        for ask in self.asks:
            stays = self.board.there[ask.name].minutes if ask.kept else 0
            longest += max((stays, *ask.lengths, *ask.short)) * max(1, len(ask.demands))
        return any(longest > min(ask.case.share, ask.case.hours) for ask in self.asks)

    def _spread(self, state: State) -> int:
        used = {day for day, bit in self.bits.items() if (state.placed | state.stayed) & bit} | self.used
        return entry(Entry.POINTS, SPREAD * sum(day + DAY in used for day in used))

    # What a block may have

    def stays(self, ask: Ask) -> list[Choice]:
        block = ask.standing
        if block is None or not ask.kept:
            return []
        there = self.board.there[block.key]
        view = self.board.view(there.date)
        gain = self._gain(ask, view, there.span, there.minutes) if view else 0
        return [Choice(there.date, there.span, True, False, inf, gain)]

    def moves(self, ask: Ask) -> list[Choice]:
        """For each day and length the best slot, within the manners and as a floor outside of them."""
        found = self._slots_for(ask, ask.case, outside=False)
        if ask.floor_case is not None and self.wants_floor:
            found = found + self._slots_for(ask, ask.floor_case, outside=True)
        return found

    def _slots_for(self, ask: Ask, case: Case, outside: bool) -> list[Choice]:
        token = (ask.name, case)
        if token not in self._slots:
            views = filter(None, map(self.board.view, self.bits))
            self._slots[token] = [one for view in views for one in self._slots_on(view, ask, case, outside)]
        return self._slots[token]

    def _slots_on(self, view: DayView, ask: Ask, case: Case, outside: bool) -> list[Choice]:
        """The best slot of a date for each length; where minutes don't matter, the longest ones are enough."""
        key, most = ask.standing.key if ask.standing else "", inf if outside else min(case.share, case.hours)
        found: list[Choice] = []
        for minutes in ask.lengths + ask.short:
            if found and not self.counting and minutes // 30 < found[0].minutes // 30:
                break
            span = self.board.best_slot(case, ask.prefer, minutes, view, key)
            if span is not None:
                found.append(
                    Choice(view.date, span, False, outside, most, self._gain(ask, view, span, minutes))
                )
        return found

    def _gain(self, ask: Ask, view: DayView, span: Span, minutes: int) -> int:
        """What a slot adds to the value, by itself."""
        worth = points(view, ask.prefer, span, self.board.busiest(view)) + SPREAD * (view.date in self.own)
        gain = (
            entry(tier_entry(ask.tier))
            + entry(Entry.HALF_HOURS, minutes // 30)
            + entry(Entry.POINTS, worth)
            + entry(Entry.STARTS, (self.midnight - span[0]) // QUARTER_HOUR)
        )
        if not self.run:
            gain += entry(Entry.PART, part_of_day(view, ask.prefer, span))
        if ask.pressing and self.run:
            gain += entry(Entry.RESCUED, self.worth[ask.name])
        if ask.standing is not None:
            there = self.board.there[ask.standing.key]
            if span != there.span:
                gain += entry(Entry.MOVED, -1) + entry(Entry.OTHER_DAY, -(view.date != there.date))
                gain += entry(Entry.GAVE_WAY, -1) if ask.kept and self.run else 0
        return gain

    def _long_enough(self, ask: Ask, moves: list[Choice], offsite: date | None) -> list[Choice]:
        """A floor is short only where no longer slot is left within the manners, whatever else is wanted."""
        if ask.short and self.longer_days(ask) - {offsite}:
            return [one for one in moves if one.minutes in ask.lengths]
        return moves

    def longer_days(self, ask: Ask) -> set[date]:
        """The days that have a slot of its usual length within the manners and no block that stays."""
        kept = [self.board.there[other.name] for other in self.asks if other.kept and self.run]
        held = {there.date for there in kept}
        taken = self.taken + sum(there.minutes for there in kept)
        return {
            one.day
            for one in self._slots_for(ask, ask.case, outside=False)
            if one.minutes in ask.lengths and one.day not in held and taken + one.minutes <= one.most
        }

    @property
    def gains_by_offsite(self) -> bool:
        """True if a day for the offsite could be worth something here: the floor may be short then."""
        return any(ask.short and len(self.longer_days(ask)) == 1 for ask in self.asks)


def _followed(way: Way) -> tuple[Chosen, ...]:
    found = []
    while way.before is not None and way.last is not None:
        found.append(way.last)
        way = way.before
    return tuple(sorted(found, key=lambda chosen: (chosen.choice.span, chosen.ask.name)))
