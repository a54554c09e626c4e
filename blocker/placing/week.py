"""The best plan of one week, exactly. As a day holds at most one block of ours, it is an assignment of blocks to days.

The blocks that may be had are taken one after the other. What the later ones depend on is a small state: the days
that are used, whether the week has its floor, and the minutes of all blocks with the most that they may be.
For each state the best way to it is kept. Once no later block can change the first entries of the value, states that
are behind in those are dropped: any state can be completed by placing nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import chain, combinations
from math import inf
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from blocker.placing.board import Ask, Board
from blocker.placing.day import DayView
from blocker.placing.limits import OF_WEEKS, Case, Room
from blocker.placing.objective import SPREAD, Entry, entry, part_of_day, points, tier_entry, up_to
from blocker.placing.spans import QUARTER_HOUR, Span, floor_second, minutes_of
from blocker.values.kinds import STRATEGIC
from blocker.values.workweek import DAY, Week


class Choice(Struct, frozen=True):
    """A slot that a block may have. ``gain`` is its share of the value.

    ``stays``: it is where the block stands. ``outside``: as the week's floor outside the manners. ``most``: the minutes
    that all blocks of the week may take with it. ``needs``: the edited blocks that have to be gone, as bits.
    """

    day: date
    span: Span
    gain: int
    stays: bool = False
    outside: bool = False
    most: float = inf
    needs: int = 0

    @property
    def minutes(self) -> int:
        return minutes_of(self.span)


class State(NamedTuple):
    """What later blocks depend on. Days are bits from Monday on, the lowest; ``gone`` are the edited blocks that move.

    ``floor``: 0 there is none, 1 there is one (or none is wanted), 2 it is outside the manners.
    """

    placed: int
    stayed: int
    floor: int
    minutes: int
    most: float
    gone: int


class Way(NamedTuple):
    """What it is worth to have come to a state, and what was chosen on the way."""

    value: int
    chosen: tuple[tuple[Ask, Choice], ...]


class Chosen(NamedTuple):
    """A block and the slot that it has. Of alike demands ``key`` is that of one of them."""

    key: str
    ask: Ask
    choice: Choice


class WeekBest(Struct, frozen=True):
    """The best plan of a week: all that was chosen, in order of time, blocks that stay included."""

    value: int
    chosen: tuple[Chosen, ...]


class WeekSolver:
    """Solves one week, also with some choices forbidden."""

    def __init__(self, board: Board, week: Week) -> None:
        self.board, self.week, self.run = board, week, board.run
        self.bits = {day: 1 << n for n, day in enumerate(week.days)}
        self.midnight = floor_second(board.problem.workweek.instant(week.monday, 0))
        fixed = board.stay.of(week)
        self.taken = sum(there.minutes for there in fixed)
        self.wants_floor = board.wants_floor(week)
        self.has_floor = any(there.kind == STRATEGIC for there in fixed)
        asks = board.asks(week)
        # Edited blocks are in the way unless they move, so they come first; then what decides the first entries of
        # the value, so that states that are behind go early.
        hit = (ask for ask in asks if ask.edited and not ask.kept)
        self.edited = {ask.name: 1 << n for n, ask in enumerate(hit)}
        self.asks = sorted(
            asks,
            key=lambda ask: (ask.name not in self.edited, self._first_entry(ask), tier_entry(ask.of.tier)),
        )
        self.own = board.problem.own_strategic
        self.used = {there.date for there in board.stay.all if there.counts} | self.own
        urgent = sorted((ask for ask in self.asks if ask.pressing), key=lambda ask: ask.pressing or ())
        self.worth = {ask.name: 1 << n for n, ask in enumerate(reversed(urgent))}
        self._points = cache(points)
        # Whether the week's limits could bind; if not, a longer block is always better.
        kept = sum(board.there[ask.name].minutes for ask in self.asks if ask.kept)
        new = sum(max(1, len(ask.demands)) * max(ask.lengths + ask.short, default=0) for ask in self.asks)
        self.binds = self.taken + kept + new > min((ask.case.most for ask in self.asks), default=inf)
        self.choices = {ask.name: self._stays(ask) + self._moves(ask) for ask in self.asks}

    def solve(self, allowed: Callable[[Ask, Choice], bool] = lambda ask, choice: True) -> WeekBest:
        """The best plan of the choices that are allowed."""
        steps = [ask for ask in self.asks for _ in range(max(1, len(ask.demands)))]
        wanting = self.wants_floor and not self.has_floor
        first = entry(Entry.FLOORS) + entry(Entry.WITHIN) if self.wants_floor and self.has_floor else 0
        start = State(0, 0, 0 if wanting else 1, self.taken, inf, 0)
        ways = {start._replace(gone=gone): Way(first, ()) for gone in range(1 << len(self.edited))}
        for number, ask in enumerate(steps, 1):
            ways = self._step(ways, ask, [one for one in self.choices[ask.name] if allowed(ask, one)])
            if number < len(self.edited):
                continue
            final = min(map(self._first_entry, steps[number:]), default=Entry.HALF_HOURS)
            best = max(up_to(way.value, final) for way in ways.values())
            ways = {state: way for state, way in ways.items() if up_to(way.value, final) == best}
        state, way = max(ways.items(), key=lambda one: one[1].value + self._spread(one[0]))
        return WeekBest(way.value + self._spread(state), _named(way))

    def _step(self, ways: dict[State, Way], ask: Ask, choices: Sequence[Choice]) -> dict[State, Way]:
        """All states after one more block was placed, or was not."""
        nothing = entry(Entry.GAVE_WAY if self.run else Entry.MOVED, -1) if ask.kept else 0
        nothing += entry(Entry.FLOORS, -1000) if ask.kept and ask.edited else 0  # it never goes
        moves = self.edited.get(ask.name, 0)
        found = {
            state: way._replace(value=way.value + nothing)
            for state, way in ways.items()
            if not moves & state.gone
        }
        strategic = ask.of.kind == STRATEGIC
        for state, way in ways.items():
            for choice in choices if moves & state.gone == moves else ():
                bit = self.bits[choice.day]
                if bit & (state.placed if choice.stays else state.placed | state.stayed):
                    continue
                floor, gain = state.floor, choice.gain
                if choice.needs & ~state.gone or (strategic and (floor == 2 or (choice.outside and floor))):
                    continue
                if strategic and not floor:
                    floor = 2 if choice.outside else 1
                    gain += entry(Entry.FLOORS) + (0 if choice.outside else entry(Entry.WITHIN))
                minutes, most = state.minutes, state.most
                if self.binds:
                    minutes, most = minutes + choice.minutes, min(most, choice.most)
                if minutes > most:
                    continue
                placed, stayed = (0, bit) if choice.stays else (bit, 0)
                after = State(state.placed | placed, state.stayed | stayed, floor, minutes, most, state.gone)
                known = found.get(after)
                if known is None or way.value + gain > known.value:
                    found[after] = Way(way.value + gain, (*way.chosen, (ask, choice)))
        return found

    def _first_entry(self, ask: Ask) -> int:
        """The first entry of the value that it may change."""
        if (ask.of.kind == STRATEGIC and self.wants_floor) or (ask.kept and ask.edited):
            return Entry.FLOORS
        urgent = Entry.RESCUED if ask.pressing else Entry.HALF_HOURS
        return min(tier_entry(ask.of.tier), Entry.GAVE_WAY if ask.kept and self.run else urgent)

    def _spread(self, state: State) -> int:
        here = {
            day for day, bit in self.bits.items() if day in self.used or (state.placed | state.stayed) & bit
        }
        return entry(Entry.POINTS, SPREAD * sum(day + DAY in here for day in here))

    # What a block may have

    def _stays(self, ask: Ask) -> list[Choice]:
        if not ask.kept:
            return []
        there = self.board.there[ask.name]
        return [
            Choice(there.date, there.span, self._gain(ask, self.board.view(there.date), there.span), True)
        ]

    def _moves(self, ask: Ask) -> list[Choice]:
        """For each day and length the best slot, within the manners and as a floor outside of them.

        A floor is short only where no longer slot is left within the manners, whatever else is wanted.
        """
        found = self._slots(ask, ask.case)
        others = [one for one in self.asks if one.kept and one is not ask and (self.run or one.edited)]
        kept = [self.board.there[one.name] for one in others]
        held, left = {there.date for there in kept}, ask.case.most - self.taken - sum(b.minutes for b in kept)
        usual, lengths = (c for c in found if c.minutes in ask.lengths and not c.needs), ask.lengths
        if not (any(c.minutes <= left and c.day not in held for c in usual) or self._may_stay(ask)):
            lengths += ask.short
        if ask.floor_case is not None and self.wants_floor:
            found += self._slots(ask, ask.floor_case, outside=True)
        return [choice for choice in found if choice.minutes in lengths]

    def _may_stay(self, ask: Ask) -> bool:
        """True if a block has a usual length where it is, and could be placed there."""
        stands = self.board.there.get(ask.name)
        if stands is None or not ask.kept or stands.minutes not in ask.lengths:
            return False
        room = self.board.stay.room(self.board.view(stands.date), ask.name)
        return stands.span[0] in room.starts(ask.case, stands.minutes) and room.allows(ask.case, stands.span)

    def _slots(self, ask: Ask, case: Case, outside: bool = False) -> list[Choice]:
        """For each day and length the best slot that all limits of the day allow; not the one where it stands."""
        stands, found = self.board.there.get(ask.name), []
        of_days = replace(case, exempt=case.exempt | OF_WEEKS)
        for needs, room in self._rooms(ask):
            view, longest = room.view, 0
            for minutes in ask.lengths + ask.short:
                if not self.binds and minutes // 30 < longest // 30:
                    break  # nothing is gained by a shorter one
                spans = [(start, start + minutes * 60) for start in room.starts(case, minutes)]
                spans.sort(key=lambda span: self._worth(ask, view, span), reverse=True)
                free = (span for span in spans if stands is None or span != stands.span)
                best = next((span for span in free if room.allows(of_days, span)), None)
                if best is not None:
                    longest, gain = longest or minutes, self._gain(ask, view, best)
                    found.append(Choice(view.date, best, gain, False, outside, case.most, needs))
        return found

    def _rooms(self, ask: Ask) -> Iterator[tuple[int, Room]]:
        """Each date beside all that stays, and as it would be without edited blocks that may move, with their bits."""
        for view in self.board.views(self.week.days):
            near = {there.key for there in self.board.stay.room(view, ask.name).near} & self.edited.keys()
            for gone in chain.from_iterable(combinations(sorted(near), n) for n in range(len(near) + 1)):
                yield sum(self.edited[key] for key in gone), self.board.stay.room(view, ask.name, *gone)

    def _worth(self, ask: Ask, view: DayView, span: Span) -> tuple[int, int]:
        """The preferred part of the day under ``rebalance``, and the points: what the slots of a date differ in."""
        part = 0 if self.run else part_of_day(view, ask.of.prefer, span)
        return part, self._points(view, ask.of.prefer, span)

    def _gain(self, ask: Ask, view: DayView, span: Span) -> int:
        """What a slot adds to the value, by itself."""
        part, worth = self._worth(ask, view, span)
        gain = (
            entry(tier_entry(ask.of.tier))
            + entry(Entry.HALF_HOURS, minutes_of(span) // 30)
            + entry(Entry.PART, part)
            + entry(Entry.POINTS, worth + SPREAD * (view.date in self.own))
            + entry(Entry.STARTS, (self.midnight - span[0]) // QUARTER_HOUR)
        )
        if ask.pressing and self.run:
            gain += entry(Entry.RESCUED, self.worth[ask.name])
        there = self.board.there.get(ask.name)
        if there is not None and span != there.span:
            gain += entry(Entry.MOVED, -1) + entry(Entry.OTHER_DAY, -(view.date != there.date))
            gain += entry(Entry.GAVE_WAY, -1) if ask.kept and self.run else 0
        return gain


def _named(way: Way) -> tuple[Chosen, ...]:
    """What was chosen on a way. Alike demands get their slots by rank, in order of time."""
    keys = {ask.name: iter([demand.key for demand in ask.demands] or [ask.name]) for ask, _ in way.chosen}
    ordered = sorted(way.chosen, key=lambda one: (one[1].span, one[0].name))
    return tuple(Chosen(next(keys[ask.name]), ask, choice) for ask, choice in ordered)
