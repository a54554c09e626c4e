"""Why a demand has no slot: the limits that decided, what would help, and what is in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cached_property

from blocker.placing.board import Board, lengths_between
from blocker.placing.finished import LIMITS, Case, Finished, Tested
from blocker.placing.give_way import GiveWay
from blocker.placing.horizon import in_holidays
from blocker.placing.limits import as_interval, ceil_second
from blocker.placing.objective import Span
from blocker.values.kinds import OFFSITE
from blocker.values.plan import Demand, OffsiteDemand, Option, Unplaced
from blocker.values.settings import BOOKABLE_MINUTES, GRID_MINUTES

_Answer = tuple[str, dict[str, int], tuple[str, ...], tuple[Option, ...]]
SHORTEST_OFFER = 30  # minutes; shorter than that nobody thinks


class WhyNot:
    """Explains what a finished plan leaves out. Demands that are alike share the work."""

    def __init__(self, board: Board, finished: Finished) -> None:
        self.board, self.finished, self.problem = board, finished, board.problem
        self._answers: dict[Case, _Answer] = {}

    @cached_property
    def give_way(self) -> GiveWay:
        return GiveWay(self.board, self.finished)

    def demand(self, demand: Demand, floor: bool) -> Unplaced:
        """``floor``: cap and bookable minutes would not have kept it out."""
        length = min(demand.floor_minutes or demand.shortest, demand.shortest, demand.minutes)
        answer: _Answer = ("its week is outside the horizon", {}, (), ())
        if demand.week in self.board.rooms:
            earliest = ceil_second(self.problem.earliest)
            answer = self._answer(Case(demand.kind, demand.week.days, length, earliest, floor, demand.week))
        why, limits, relaxations, nearest = answer
        return Unplaced(
            demand.key, demand.kind, demand.minutes, "no_room", why, nearest,
            demand.causes, limits, relaxations, demand.tier,
        )  # fmt: skip

    def offsite(self, offsite: OffsiteDemand) -> Unplaced:
        """The same for the half day of a quarter."""
        quarter = offsite.quarter
        days = tuple(d for d in sorted(self.problem.days) if quarter.first_day <= d < quarter.end)
        earliest = max(ceil_second(offsite.earliest), ceil_second(self.problem.earliest))
        case = Case(OFFSITE, days, offsite.minutes, earliest, False, None)
        why, limits, relaxations, nearest = self._answer(case)
        return Unplaced(
            offsite.key, OFFSITE, offsite.minutes, "no_room", why, nearest, (), limits, relaxations, OFFSITE
        )

    def _answer(self, case: Case) -> _Answer:
        found = self._answers.get(case)
        if found is None:
            tested = [self._tested(case, day) for day in case.days]
            limits: Counter[str] = Counter()
            for one in tested:
                limits.update(one.firsts())
            named = {name: limits[name] for name in LIMITS if limits[name]}
            found = (
                self._why(case, sum(len(one.starts) for one in tested), named),
                named,
                self._relaxations(case, tested),
                self.give_way.nearest(case),
            )
            self._answers[case] = found
        return found

    def _tested(self, case: Case, day: date) -> Tested:
        if case.week is None and in_holidays(day):
            starts = self.finished.starts(day, case.length)
            return Tested(starts, {"away": starts})
        over = not case.floor and self.finished.space(case) < case.length
        return self.finished.test(case, day, over, alone=True)

    def _why(self, case: Case, slots: int, limits: dict[str, int]) -> str:
        if not slots:
            where = "the week has" if case.week else "no working day of the quarter has"
            return f"{where} {'no ' if case.week else ''}{case.length} minutes of hours in a row"
        full = ""
        if case.week is not None and self.finished.space(case) < case.length:
            left = max(0, int(self.finished.space(case)))
            cap = self.board.rooms[case.week].cap_minutes
            full = f"only {left} minutes of the week's {_hours(cap)} for blocks are left"
            if cap < GRID_MINUTES:
                full = "the week is too full for blocks beyond its floor"
            elif cap < case.length:
                full = f"the week is so full that blocks may take {int(cap)} minutes of it"
            if limits.get("cap"):
                return f"{full}, and it needs {case.length}"
        parts = [
            f"{number} {'is' if number == 1 else 'are'} {self._words(name)}"
            for name, number in sorted(limits.items(), key=lambda pair: (-pair[1], LIMITS.index(pair[0])))
        ]
        none = f"of {slots} possible starts none is left for {case.length} minutes: {_joined(parts)}"
        return f"{full}; and {none}" if full else none

    def _words(self, name: str) -> str:
        before, after = self.problem.buffer_before, self.problem.buffer_after
        words = {
            "notice": "past or too soon",
            "away": "on time away",
            "meetings": "under something on the calendar",
            "buffer": f"within {before} minutes after something"
            + (f" or {after} before it" if after else ""),
            "blocks": "too near to blocks that stand there",
            "refused": "where you took a block away",
            "offsite": "on the day of the offsite",
            "one a day": "on a day that has such a block",
            "lunch": "where they would leave no lunch",
            "bookable": f"where others could book less than {BOOKABLE_MINUTES} minutes",
            "cap": "over the week's share for blocks",
        }
        return words[name]

    def _relaxations(self, case: Case, tested: Sequence[Tested]) -> tuple[str, ...]:
        """One sentence for each single thing that would make room, in a fixed order."""
        found = []
        days = [day for day in case.days if not (case.week is None and in_holidays(day))]
        space, now = self.finished.space(case), ceil_second(self.problem.now)
        lengths = [n for n in lengths_between(SHORTEST_OFFER, case.length - GRID_MINUTES) if n <= space]
        shorter = self._free(case, days, lengths)
        if shorter is not None:
            found.append(f"shorter: {self._when(shorter)}")
        alone: dict[str, Span] = {}  # the first slot that just one limit keeps out; what is past stays past
        for one in tested:
            for name, start in one.alone(after=now).items():
                alone.setdefault(name, (start, start + case.length * 60))
        for name, words in (
            ("notice", "at less notice"),
            ("buffer", "with less time after what comes before"),
            ("one a day", "as a second block on its day"),
            ("lunch", "without lunch"),
            ("bookable", f"with less than {BOOKABLE_MINUTES} minutes bookable that day"),
            ("cap", "over the week's share for blocks"),
        ):
            if name in alone:
                found.append(f"{words}: {self._when(alone[name])}")
        later = self._later(case)
        if later is not None:
            found.append(f"later: {self._when(later)}")
        return tuple(found)

    def _free(self, case: Case, days: Sequence[date], lengths: Sequence[int]) -> Span | None:
        """The longest slot of ``lengths`` (longest first), the first of equals."""
        for length in lengths:
            if case.week is not None:
                slot = self.finished.slot(case.kind, days, (length,), floor=case.floor)
                if slot is not None:
                    return slot[1]
                continue
            for day in days:
                room = self.finished.room(day)
                if room is None or room.blocks:
                    continue
                starts = [s for s in room.view.starts(room.free, length * 60) if s >= case.earliest]
                if starts:
                    return starts[0], starts[0] + length * 60
        return None

    def _later(self, case: Case) -> Span | None:
        """Room in a later week of the horizon, within its limits."""
        if case.week is None:
            return None
        for week in self.board.weeks:
            if week > case.week:
                space = self.board.rooms[week].cap_minutes - self.finished.minutes(week)
                if space >= case.length:
                    slot = self.finished.slot(case.kind, week.days, (case.length,))
                    if slot is not None:
                        return slot[1]
        return None

    def _when(self, span: Span) -> str:
        start = self.problem.workweek.local(as_interval(*span).start)
        return f"{(span[1] - span[0]) // 60} minutes on {start:%a} {start.day} {start:%b at %H:%M}"


def _hours(minutes: float) -> str:
    return f"{minutes / 60:.1f}".rstrip("0").rstrip(".") + " h"


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) < 2 else ", ".join(parts[:-1]) + " and " + parts[-1]
