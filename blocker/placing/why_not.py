"""Why something has no slot: the limits that are in the way, and which events would have to give way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from blocker.placing.board import Board
from blocker.placing.limits import WORDS, Blocks, Case
from blocker.placing.offsite import HalfDays
from blocker.placing.options import Options
from blocker.values.block_kinds import GRID_MINUTES
from blocker.values.kinds import OFFSITE, STRATEGIC
from blocker.values.plan import Demand, Option, Release, Standing, Unplaced

MOST_LIMITS = 3  # are named in a sentence


class Missing(Struct, frozen=True):
    """What has no slot: a block of ``minutes`` on one of the days. ``without``: the block itself, if it stands."""

    case: Case
    minutes: int
    days: tuple[date, ...]
    without: str = ""


class Answer(Struct, frozen=True):
    """Why a block has no slot: in words, the names of the limits, those that are most in the way first, and options."""

    why: str
    limits: tuple[str, ...] = ()
    nearest: tuple[Option, ...] = ()


class WhyNot:
    """Explains what a plan leaves out; ``blocks`` are all that there are after it. What is alike shares the work."""

    def __init__(self, board: Board, blocks: Blocks) -> None:
        self.board, self.blocks = board, blocks
        self.options = Options(board, blocks)
        self._answers: dict[Missing, Answer] = {}

    def demand(self, demand: Demand) -> Unplaced:
        found = Answer("its week is outside the horizon")
        if demand.week in self.board.rooms:
            found = self._answer(self._missing(demand))
        return Unplaced(
            demand.key, demand.kind, demand.minutes, "no_room", found.why, found.nearest,
            demand.causes, found.limits, demand.tier,
        )  # fmt: skip

    def release(self, block: Standing) -> Release:
        """Why a hit block could not be rescued."""
        found = self._answer(self._missing(block))
        return Release(found.why, found.nearest)

    def offsite(self, half_days: HalfDays) -> Unplaced:
        """The same for the half day of a quarter."""
        key, dates = half_days.asked.key, tuple(half_days.dates)
        minutes = max(half_days.minutes.values(), default=half_days.asked.minutes)
        found = self._answer(Missing(half_days.case, minutes, dates, key))
        return Unplaced(key, OFFSITE, minutes, "no_room", found.why, found.nearest, (), found.limits, OFFSITE)

    def _missing(self, of: Demand | Standing) -> Missing:
        """The manners are not in its way where the week lacks its floor and it could have been that."""
        thinking = any(block.kind == STRATEGIC for block in self.blocks.of(of.week))
        outside = self.board.floor_case(of) if self.board.wants_floor(of.week) and not thinking else None
        minutes = min(sum(self.board.lengths(of), ()), default=of.minutes)
        without = of.key if isinstance(of, Standing) else ""
        return Missing(outside or self.board.case(of), minutes, of.week.days, without)

    def _answer(self, missing: Missing) -> Answer:
        if missing not in self._answers:
            self._answers[missing] = self._week_full(missing) or self._no_slot(missing)
        return self._answers[missing]

    def _week_full(self, missing: Missing) -> Answer | None:
        """That the week's limits leave too little; None if they do not."""
        case, others = missing.case, (b for b in self.blocks.all if b.key != missing.without)
        if case.week is None:
            return None
        taken = sum(block.minutes for block in Blocks(others).of(case.week))
        if taken + missing.minutes <= case.most:
            return None
        limits = ("share" if case.share <= case.hours else "hours",)
        if case.most < GRID_MINUTES:
            return Answer("the week is too full for blocks beyond its floor", limits)
        return Answer(f"this week's limit for blocks ({case.most / 60:.3g} h) is used up", limits)

    def _no_slot(self, missing: Missing) -> Answer:
        """The first limit in the way of each start in the hours, and what would help."""
        case, minutes, days, without = missing.case, missing.minutes, missing.days, missing.without
        where, firsts = "in the week" if case.week else "in the quarter", Counter[str]()
        for view in self.board.views(days):
            room = self.blocks.room(view, without)
            starts = view.starts(view.hours, minutes * 60)
            broken = (room.breaks(case, (start, start + minutes * 60)) for start in starts)
            firsts.update(name or "" for name in broken)
        if not firsts:
            return Answer(f"no day {where} has {minutes} minutes of hours in a row")
        free = firsts.pop("", 0)
        limits = tuple(name for name, _ in firsts.most_common())
        words = _joined([WORDS[name] for name in limits[:MOST_LIMITS]])
        why = f"no free {minutes} minutes {where}: the time is {words}"
        if free:
            why = f"the {minutes} minutes that are free {where} are worth more to other blocks"
        return Answer(why, limits, self.options.nearest(case, minutes, days, without))


def _joined(parts: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
