"""Two usual ways of placing, to compare with: one block after the other, and none is ever taken back.

``first_fit`` is what today's open-source schedulers do: for each task the first slot that fits, tried in
steps of the task's own length. ``careful_greedy`` looks at every quarter hour of the week, twice,
and takes the best slot by the same points as ours. Both keep every hard limit and let the program's own
order rule: floors, conflicts, the offsite, then the rest. They are here to be measured; the program has neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from msgspec import Struct

from blocker.placing.board import Board, lengths_between, rank, tier_index
from blocker.placing.horizon import BEST_WEEKS, in_holidays
from blocker.placing.limits import DayRoom, as_interval, ceil_second, operational_minutes
from blocker.placing.objective import SPREAD, Span, points
from blocker.placing.problem import Problem, Solution
from blocker.values.kinds import OFFSITE, STRATEGIC
from blocker.values.plan import Demand, OffsiteDemand, Placement, Standing, Unplaced
from blocker.values.workweek import Week, week_of

Found = tuple[date, Span]


class Wish(Struct, frozen=True):
    """One block to be placed in its week."""

    key: str
    kind: str
    tier: str
    week: Week
    lengths: tuple[int, ...]
    floor_lengths: tuple[int, ...]
    prefer: str
    moved: Standing | None = None


class There(Struct, frozen=True):
    """A block that is there."""

    key: str
    kind: str
    week: Week
    span: Span
    day: date


class Page:
    """The horizon as it stands, to be written on."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.board = problem, Board(problem)
        self.there = [
            There(b.key, b.kind, b.week, self.board.spans[b.key], self.board.date_of[b.key])
            for b in self.board.standing
            if b.state != "lost"
        ]
        self._rooms: dict[date, DayRoom | None] = {}

    def add(self, block: There) -> None:
        self.there.append(block)
        self._rooms.clear()

    def take(self, key: str) -> list[There]:
        taken = [block for block in self.there if block.key == key]
        self.there = [block for block in self.there if block.key != key]
        self._rooms.clear()
        return taken

    def room(self, day: date) -> DayRoom | None:
        if day not in self._rooms:
            view = self.board.view(day)
            self._rooms[day] = None
            if view is not None:
                low, high = view.span[0] - view.before, view.span[1] + view.before
                near = [b for b in self.there if b.span[0] < high and low < b.span[1]]
                here = {b.kind for b in near if b.day == day}
                self._rooms[day] = DayRoom(view, [b.span for b in near], STRATEGIC in here, OFFSITE in here)
        return self._rooms[day]

    def opening(self, day: date) -> int:
        """When the working day begins, in seconds."""
        view = self.board.view(day)
        return view.working[0][0] if view is not None else 0

    def space(self, week: Week) -> float:
        """Minutes that the week's cap leaves."""
        taken = sum(b.span[1] - b.span[0] for b in self.there if b.week == week and b.kind != OFFSITE) // 60
        return self.board.rooms[week].cap_minutes - taken

    def slots(self, wish: Wish, day: date, length: int, floor: bool) -> Iterator[Found]:
        """Every quarter hour of a date at which the block may be; a ``floor`` may go past cap and bookable."""
        room = self.room(day)
        if room is None or (wish.kind == STRATEGIC and room.strategic):
            return
        if not floor and length > self.space(wish.week):
            return
        for start in room.view.starts(room.gaps, length * 60):
            span = (start, start + length * 60)
            stays = wish.moved is not None and span == self.board.spans[wish.key]
            if not stays and room.lunch_fits([span]) and (floor or room.keeps_bookable([span])):
                yield day, span

    def worth(self, wish: Wish, found: Found) -> int:
        """The points of a slot, its nearness to other strategic days included."""
        day, span = found
        view = self.board.view(day)
        assert view is not None  # noqa: S101 - it has slots
        total = points(view.scenery, wish.prefer, *span)
        if wish.kind == STRATEGIC:
            days = {b.day for b in self.there if b.kind == STRATEGIC} | self.problem.own_strategic
            total += SPREAD * sum(
                abs((day - other).days) == 1 and week_of(other) == wish.week for other in days
            )
            total += SPREAD * (day in self.problem.own_strategic)
        return total


def first_fit(problem: Problem) -> Solution:
    """The first slot that fits, tried in steps of the block's own length; shorter where that fails."""
    return _place(problem, _first)


def careful_greedy(problem: Problem) -> Solution:
    """For each block the longest, then the best slot of all that are left; if short blocks give more of them, those."""
    long, short = _place(problem, _best), _place(problem, _best_short)
    return short if len(short.placements) > len(long.placements) else long


def _first(page: Page, wish: Wish, lengths: Sequence[int], floor: bool) -> Found | None:
    for length in lengths:
        for day in wish.week.days:
            for found in page.slots(wish, day, length, floor):
                opened = page.opening(day)
                if (found[1][0] - opened) % (length * 60) == 0:
                    return found
    return None


def _best(page: Page, wish: Wish, lengths: Sequence[int], floor: bool) -> Found | None:
    for length in lengths:
        found = [slot for day in wish.week.days for slot in page.slots(wish, day, length, floor)]
        if found:
            return min(found, key=lambda slot: (-page.worth(wish, slot), slot))
    return None


def _best_short(page: Page, wish: Wish, lengths: Sequence[int], floor: bool) -> Found | None:
    return _best(page, wish, lengths[::-1], floor)


def _place(problem: Problem, choose: Callable[[Page, Wish, Sequence[int], bool], Found | None]) -> Solution:
    page = Page(problem)
    placed: list[Placement] = []
    stuck: dict[str, str] = {}
    lost: list[str] = []
    moves = 0

    def put(wish: Wish) -> bool:
        floor = wish.tier == "floor" and page.board.wants_floor(wish.week) and not _has_floor(page, wish.week)
        taken = page.take(wish.key) if wish.moved is not None else []
        found = choose(page, wish, wish.lengths, False)
        if found is None and floor:
            found = choose(page, wish, wish.floor_lengths, False) or choose(
                page, wish, wish.floor_lengths, True
            )
        if found is None:
            for block in taken:
                page.add(block)
            return False
        day, span = found
        page.add(There(wish.key, wish.kind, wish.week, span, day))
        was = wish.moved.slot if wish.moved is not None else None
        placed.append(
            Placement(wish.key, wish.kind, wish.tier, as_interval(*span), why="it fits", moved_from=was)
        )
        return True

    demands = sorted((d for d in problem.demands if d.week in page.board.rooms), key=_order)
    left = [d for d in demands if not (d.tier == "floor" and put(_wish(d)))]
    for mover in sorted((m for m in page.board.movers.values() if m.forced), key=lambda m: -m.worth):
        if moves < problem.max_moves and put(_moving(page.board, mover.standing)):
            moves += 1
        elif mover.lost:
            lost.append(mover.key)
        else:
            stuck[mover.key] = "nothing fits"
    half_day = _offsite(page, problem.offsite)
    if half_day is not None:
        placed.append(half_day)
    missing = [_missing(d.key, d.kind, d.shortest) for d in left if d.tier == "floor" or not put(_wish(d))]
    troubled = {b.key for b in problem.standing if b.state in ("overlapped", "lost")}
    for block in problem.standing:
        if block.key in troubled - set(page.board.movers) - {p.key for p in placed}:
            if block.state == "lost":
                lost.append(block.key)
            else:
                stuck[block.key] = "nothing fits"
    held = {b.key for b in problem.standing}
    if problem.offsite is not None and half_day is None and problem.offsite.key not in held:
        missing.append(_missing(problem.offsite.key, OFFSITE, problem.offsite.minutes))
    return Solution(tuple(placed), tuple(missing), stuck, (), tuple(lost), ())


def _offsite(page: Page, asked: OffsiteDemand | None) -> Placement | None:
    """The lightest free half day: for this one block the usual ways are as good as ours."""
    if asked is None:
        return None
    same = [b for b in page.problem.standing if b.key == asked.key]
    if same and same[0].state not in ("overlapped", "lost"):
        return None
    page.take(asked.key)
    found: list[tuple[tuple[int, ...], Span]] = []
    for day in sorted(page.problem.days):
        room = page.room(day)
        inside = asked.quarter.first_day <= day < asked.quarter.end and not in_holidays(day)
        if room is None or not inside or any(b.day == day for b in page.there):
            continue
        earliest, number = ceil_second(asked.earliest), asked.quarter.week_number(day)
        gaps = [(max(low, earliest), high) for low, high in room.free]
        load = operational_minutes(room.view.day)
        for start in room.view.starts(gaps, asked.minutes * 60)[:1]:
            found.append(((number not in BEST_WEEKS, load, start), (start, start + asked.minutes * 60)))
    if not found:
        page.there += [
            There(b.key, b.kind, b.week, page.board.spans[b.key], page.board.date_of[b.key])
            for b in same
            if b.state != "lost"
        ]
        return None
    span = min(found)[1]
    slot = as_interval(*span)
    day = page.problem.workweek.date_of(slot.start)
    page.add(There(asked.key, OFFSITE, week_of(day), span, day))
    return Placement(
        asked.key, OFFSITE, OFFSITE, slot, why="it fits", moved_from=same[0].slot if same else None
    )


def _has_floor(page: Page, week: Week) -> bool:
    return any(b.kind == STRATEGIC and b.week == week for b in page.there)


def _order(demand: Demand) -> tuple[object, ...]:
    return tier_index(demand.tier), demand.week, rank(demand.key)


def _wish(demand: Demand) -> Wish:
    lengths = lengths_between(demand.shortest, demand.minutes)
    least = min(demand.shortest, demand.floor_minutes or demand.shortest)
    return Wish(
        demand.key, demand.kind, demand.tier, demand.week, lengths,
        lengths_between(least, demand.minutes), demand.prefer,
    )  # fmt: skip


def _moving(board: Board, block: Standing) -> Wish:
    floor = block.state == "lost" and board.only_strategic(block)
    lengths = lengths_between(block.shortest, block.minutes)
    return Wish(
        block.key, block.kind, "floor" if floor else block.tier, block.week, lengths,
        lengths_between(min(block.shortest, block.floor_minutes), block.minutes), block.prefer, block,
    )  # fmt: skip


def _missing(key: str, kind: str, length: int) -> Unplaced:
    return Unplaced(key, kind, length, "no_room", "nothing fits")
