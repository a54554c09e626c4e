"""Why something has no slot: the limits that decided, what would help, and which events are in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from itertools import islice

from msgspec import Struct

from blocker.placing.board import Board
from blocker.placing.finished import Finished
from blocker.placing.limits import LIMITS, NAMES, Case
from blocker.placing.options import Options
from blocker.placing.spans import Span, as_interval, ceil_second
from blocker.values.plan import Demand, OffsiteDemand, Option, Release, Standing, Unplaced
from blocker.values.settings import GRID_MINUTES

SHORTEST_OFFER = 30  # minutes; shorter than that nobody thinks
WORDS = {limit.name: limit for limit in LIMITS}


class Answer(Struct, frozen=True):
    """Why a block has no slot: in words, the starts that each limit removed, and what would make room."""

    why: str
    limits: dict[str, int]
    relaxations: tuple[str, ...]
    nearest: tuple[Option, ...]


class Missing(Struct, frozen=True):
    """What has no slot: a block of ``minutes`` on one of the days. ``without``: the block itself, if it stands."""

    case: Case
    minutes: int
    days: tuple[date, ...]
    without: str = ""


class WhyNot:
    """Explains what a finished plan leaves out. What is alike shares the work."""

    def __init__(self, board: Board, finished: Finished, relaxations: bool) -> None:
        self.board, self.finished, self.problem = board, finished, board.problem
        self.relaxations = relaxations
        self._answers: dict[Missing, Answer] = {}

    @cached_property
    def options(self) -> Options:
        return Options(self.finished)

    def demand(self, demand: Demand, floor: bool) -> Unplaced:
        """``floor``: the manners would not have kept it out."""
        found = Answer("its week is outside the horizon", {}, (), ())
        if demand.week in self.board.rooms:
            case = self.board.case(demand)
            outside = self.board.floor_case(case, demand.kind, demand.tier, demand.rescue)
            length = min(demand.floor_minutes or demand.shortest, demand.shortest, demand.minutes)
            found = self.answer(Missing(outside if floor and outside else case, length, demand.week.days))
        return Unplaced(
            demand.key, demand.kind, demand.minutes, "no_room", found.why, found.nearest,
            demand.causes, found.limits, found.relaxations, demand.tier,
        )  # fmt: skip

    def offsite(self, offsite: OffsiteDemand, case: Case, days: Sequence[date], minutes: int) -> Unplaced:
        """The same for the half day of a quarter."""
        found = self.answer(Missing(case, minutes, tuple(days)))
        return Unplaced(
            offsite.key, "offsite", minutes, "no_room", found.why, found.nearest, (), found.limits,
            found.relaxations, "offsite",
        )  # fmt: skip

    def release(self, block: Standing, floor: bool, shortest: int) -> Release:
        """Why a hit block could not be rescued."""
        case = self.board.rescue_case(block)
        outside = self.board.floor_case(case, block.kind, block.tier, True)
        found = self.answer(
            Missing(outside if floor and outside else case, shortest, block.week.days, block.key)
        )
        return Release(found.why, found.nearest)

    def answer(self, missing: Missing) -> Answer:
        if missing not in self._answers:
            self._answers[missing] = self._answer(missing)
        return self._answers[missing]

    def _answer(self, missing: Missing) -> Answer:
        firsts: Counter[str] = Counter()
        alone: dict[str, Span] = {}  # the first slot that just one limit keeps out; what is past stays past
        starts, now = 0, ceil_second(self.problem.now)
        for day in missing.days:
            for start in self.finished.starts(day, missing.minutes):
                span = (start, start + missing.minutes * 60)
                broken = list(islice(self.finished.broken(missing.case, span, day, missing.without), 2))
                starts += 1
                firsts.update(broken[:1])
                if len(broken) == 1 and start >= now:
                    alone.setdefault(broken[0], span)
        limits = {name: firsts[name] for name in NAMES if firsts[name]}
        nearest = self.options.nearest(missing.case, missing.minutes, missing.days, missing.without)
        helps = self._relaxations(missing, alone) if self.relaxations else ()
        return Answer(self._why(missing, starts, limits), limits, helps, nearest)

    def _why(self, missing: Missing, starts: int, limits: dict[str, int]) -> str:
        minutes = missing.minutes
        if not starts:
            where = "the week has no" if missing.case.week else "no working day of the quarter has"
            return f"{where} {minutes} minutes of hours in a row"
        full = self._full(missing)
        if full and (limits.get("share") or limits.get("hours")):
            return f"{full}, and it needs {minutes}"
        parts = [
            f"{number} {'is' if number == 1 else 'are'} {WORDS[name].words(self.problem)}"
            for name, number in sorted(limits.items(), key=lambda pair: (-pair[1], NAMES.index(pair[0])))
        ]
        none = f"of {starts} possible starts none is left for {minutes} minutes: {_joined(parts)}"
        if not parts:
            none = f"the {starts} starts that are left for {minutes} minutes are worth more to other blocks"
        return f"{full}; and {none}" if full else none

    def _full(self, missing: Missing) -> str:
        """That the week's limits leave too little; "" if they do not."""
        case = missing.case
        if case.week is None or "share" in case.exempt:
            return ""
        most = min(case.share, case.hours)
        taken = sum(b.minutes for b in self.finished.counting(case.week) if b.key != missing.without)
        if taken + missing.minutes <= most:
            return ""
        if most < GRID_MINUTES:
            return "the week is too full for blocks beyond its floor"
        if most < missing.minutes:
            return f"the week is so full that blocks may take {int(most)} minutes of it"
        return (
            f"only {max(0, int(most - taken))} minutes of the week's {hours_words(most)} for blocks are left"
        )

    def _relaxations(self, missing: Missing, alone: dict[str, Span]) -> tuple[str, ...]:
        """One sentence for each single thing that would make room, in a fixed order."""
        found = []
        for length in range(missing.minutes - GRID_MINUTES, SHORTEST_OFFER - 1, -GRID_MINUTES):
            shorter = self.finished.slot(missing.case, missing.days, length, missing.without)
            if shorter is not None:
                found.append(f"shorter: {self._when(shorter)}")
                break
        found += [
            f"{WORDS[name].without}: {self._when(alone[name])}"
            for name in NAMES
            if name in alone and WORDS[name].without
        ]
        later = self._later(missing)
        return tuple(found) if later is None else (*found, f"later: {self._when(later)}")

    def _later(self, missing: Missing) -> Span | None:
        """Room in a later week of the horizon, within its limits."""
        for week, room in self.board.rooms.items():
            if missing.case.week is not None and week > missing.case.week:
                case = Case(
                    missing.case.kind, week, missing.case.earliest, missing.case.days, missing.case.between,
                    room.share_minutes, room.hours_minutes,
                )  # fmt: skip
                slot = self.finished.slot(case, week.days, missing.minutes)
                if slot is not None:
                    return slot
        return None

    def _when(self, span: Span) -> str:
        start = self.problem.workweek.local(as_interval(span).start)
        return f"{(span[1] - span[0]) // 60} minutes on {start:%a} {start.day} {start:%b at %H:%M}"


def hours_words(minutes: float) -> str:
    return f"{minutes / 60:.1f}".rstrip("0").rstrip(".") + " h"


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) < 2 else ", ".join(parts[:-1]) + " and " + parts[-1]
