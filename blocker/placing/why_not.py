"""Why something has no slot: the limits that are in the way, and which events would have to give way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

from blocker.placing.board import Board
from blocker.placing.limits import WORDS, Blocks
from blocker.placing.offsite import HalfDays
from blocker.placing.options import Options, Wish
from blocker.values.block_kinds import GRID_MINUTES
from blocker.values.kinds import STRATEGIC
from blocker.values.plan import Demand, NoSlot, Standing

MOST_LIMITS = 3  # are named in a sentence


class WhyNot:
    """Explains what a plan leaves out; ``blocks`` are all that there are after it. What is alike shares the work."""

    def __init__(self, board: Board, blocks: Blocks) -> None:
        self.board, self.blocks, self.options = board, blocks, Options(board, blocks)
        self._answer = cache(self._week_full_or_no_slot)

    def block(self, of: Demand | Standing) -> NoSlot:
        """Why a block has none in its week.

        The manners are not in its way where the week lacks its floor and it could have been that.
        """
        if of.week not in self.board.rooms:
            return NoSlot("its week is outside the horizon")
        thinking = any(block.kind == STRATEGIC for block in self.blocks.of(of.week))
        outside = self.board.floor_case(of) if self.board.wants_floor(of.week) and not thinking else None
        minutes = min(sum(self.board.lengths(of), ()), default=of.minutes)
        without = of.key if isinstance(of, Standing) else ""
        return self._answer(Wish(outside or self.board.case(of), minutes, of.week.days, without))

    def half_day(self, half_days: HalfDays) -> NoSlot:
        """The same for the half day of a quarter."""
        minutes = max(half_days.minutes.values(), default=half_days.asked.minutes)
        return self._answer(Wish(half_days.case, minutes, tuple(half_days.dates), half_days.asked.key))

    def _week_full_or_no_slot(self, wish: Wish) -> NoSlot:
        case, taken = wish.case, 0
        if case.week is not None:
            taken = sum(block.minutes for block in self.blocks.of(case.week) if block.key != wish.without)
        if taken + wish.minutes <= case.most:
            return self._no_slot(wish)
        hours = f"{case.most / 60:.1f}".removesuffix(".0")
        why = f"this week's limit for blocks ({hours} h) is used up"
        if case.most < GRID_MINUTES:
            why = "the week is too full for more than its weekly minimum"
        return NoSlot(why, limits=("share" if case.share <= case.hours else "hours",))

    def _no_slot(self, wish: Wish) -> NoSlot:
        """The first limit in the way of each start in the hours, and what would help."""
        where, firsts = "in the week" if wish.case.week else "in the quarter", Counter[str]()
        minutes = wish.minutes
        for view in self.board.views(wish.days):
            room = self.blocks.room(view, wish.without)
            starts = view.starts(view.hours, minutes * 60)
            broken = (room.breaks(wish.case, (start, start + minutes * 60)) for start in starts)
            firsts.update(name or "" for name in broken)
        if not firsts:
            return NoSlot(f"no day {where} has {minutes} minutes of hours in a row")
        free = firsts.pop("", 0)
        limits = tuple(name for name, _ in firsts.most_common())
        words = _joined([WORDS[name] for name in limits[:MOST_LIMITS]])
        why = f"no free {minutes} minutes {where}: the time is {words}"
        if free:
            why = f"the {minutes} minutes that are free {where} are worth more to other blocks"
        return NoSlot(why, self.options.nearest(wish), limits)


def _joined(parts: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
