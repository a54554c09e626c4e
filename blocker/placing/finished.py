"""A finished plan as an obstacle course: what is there, and which limits one more block would break."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from blocker.placing.board import Board, blocks_taken
from blocker.placing.day import DayView
from blocker.placing.limits import Case, Room, There
from blocker.placing.spans import QUARTER_HOUR, Span, inner, outer
from blocker.values.kinds import OFFSITE
from blocker.values.plan import Placement
from blocker.values.workweek import Week


class Finished:
    """All blocks after the plan: those that stay, the new ones and the moved ones."""

    def __init__(
        self, board: Board, kept: Iterable[str], placements: Sequence[Placement], weeks: Mapping[str, Week]
    ) -> None:
        self.board = board
        date_of = board.problem.workweek.date_of
        moved, stays = {placement.key for placement in placements}, set(kept)
        self.blocks = [b for b in board.stay if b.key not in moved]
        self.blocks += [board.there[b.key] for b in board.free if b.key in stays]
        self.blocks += [
            There(p.key, p.kind, weeks[p.key], outer(p.slot), date_of(p.slot.start), p.slot.minutes)
            for p in placements
        ]
        self._rooms: dict[tuple[date, str], Room] = {}
        self._others: dict[str, tuple[list[There], Mapping[Week, int]]] = {}

    def room(self, view: DayView, without: str = "") -> Room:
        """The date with everything of ours on it, ``without`` left out."""
        token = (view.date, without)
        if view is not self.board.view(view.date):  # as it would be without some events
            return self._made(view, without)
        if token not in self._rooms:
            self._rooms[token] = self._made(view, without)
        return self._rooms[token]

    def _made(self, view: DayView, without: str) -> Room:
        if without not in self._others:
            blocks = [block for block in self.blocks if block.key != without]
            self._others[without] = blocks, blocks_taken(blocks)
        return Room(view, *self._others[without])

    def counting(self, week: Week) -> list[There]:
        """The blocks that take of a week's share."""
        return [
            block for block in self.blocks if block.counts and block.week == week and block.kind != OFFSITE
        ]

    def broken(self, case: Case, span: Span, day: date, without: str = "") -> Iterator[str]:
        """The names of the limits that a block at ``span`` would break; ``away`` where the date has no hours at all."""
        view = self.board.view(day)
        return iter(("away",)) if view is None else self.room(view, without).broken(case, span)

    def slot(self, case: Case, days: Iterable[date], minutes: int, without: str = "") -> Span | None:
        """The first slot for one more block within every limit."""
        for day in days:
            view = self.board.view(day)
            if view is None:
                continue
            room = self.room(view, without)
            for start in room.starts(case, minutes):
                span = (start, start + minutes * 60)
                if next(room.broken(case, span), None) is None:
                    return span
        return None

    def starts(self, day: date, minutes: int) -> list[int]:
        """The quarter hours of a date at which ``minutes`` fit into its hours."""
        given = self.board.problem.days.get(day)
        if given is None:
            return []
        midnight = outer(self.board.problem.workweek.day(day).span)[0]
        found: list[int] = []
        for low, high in map(inner, given.hours):
            found += range(low + (midnight - low) % QUARTER_HOUR, high - minutes * 60 + 1, QUARTER_HOUR)
        return found
