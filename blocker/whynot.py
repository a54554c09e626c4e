"""Why a demand has no slot: the limits that decided, what would help, and what is in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from blocker.board import Board, lengths_between
from blocker.finished import LIMITS, Finished, Tested
from blocker.horizon import in_holidays
from blocker.model import OFFSITE, STRATEGIC, Demand, Event, Option, Unplaced
from blocker.objective import Span
from blocker.problem import OffsiteDemand
from blocker.settings import BOOKABLE_MINUTES, GRID_MINUTES
from blocker.slots import DayView, as_interval, ceil_second, cut, floor_second, outer
from blocker.timeline import Interval, clip, merge, subtract
from blocker.whoseevents import Owners
from blocker.workweek import Week

NEAREST = 3
SHORTEST_OFFER = 30  # minutes; shorter than that nobody thinks
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Case:
    """Demands that fail alike: the same kind and length in the same days."""

    kind: str
    days: tuple[date, ...]
    length: int
    earliest: int
    floor: bool
    week: Week | None
    midnight: datetime | None = None


class WhyNot:
    """Explains what a finished plan leaves out. Demands that are alike share the work."""

    def __init__(self, board: Board, finished: Finished) -> None:
        self.board, self.finished, self.problem = board, finished, board.problem
        self.owners = Owners(self.problem.events)
        self.timed = sorted(
            ((outer(event.when), event) for event in self.problem.events if event.dates is None),
            key=lambda pair: (pair[0], pair[1].calendar, pair[1].uid, pair[1].title),
        )
        self._by_day: dict[date, list[tuple[Span, Event]]] = {}
        self._answers: dict[_Case, tuple[str, dict[str, int], tuple[str, ...], tuple[Option, ...]]] = {}

    def demand(self, demand: Demand, floor: bool) -> Unplaced:
        """``floor``: cap and bookable minutes would not have kept it out."""
        length = min(demand.floor_minutes or demand.shortest, demand.shortest, demand.minutes)
        if demand.week not in self.board.rooms:
            why, limits, relaxations, nearest = "its week is outside the horizon", {}, (), ()
        else:
            case = _Case(
                demand.kind, demand.week.days, length, ceil_second(self.problem.earliest), floor, demand.week
            )
            why, limits, relaxations, nearest = self._answer(case)
        return Unplaced(
            demand.key, demand.kind, demand.minutes, "no_room", why, nearest,
            demand.causes, limits, relaxations, demand.tier,
        )  # fmt: skip

    def offsite(self, offsite: OffsiteDemand) -> Unplaced:
        """The same for the half day of a quarter."""
        quarter = offsite.quarter
        days = tuple(d for d in sorted(self.problem.days) if quarter.first_day <= d < quarter.end)
        earliest = max(ceil_second(offsite.earliest), ceil_second(self.problem.earliest))
        case = _Case(OFFSITE, days, offsite.minutes, earliest, False, None)
        why, limits, relaxations, nearest = self._answer(case)
        return Unplaced(
            offsite.key, OFFSITE, offsite.minutes, "no_room", why, nearest, (), limits, relaxations, OFFSITE
        )

    def _answer(self, case: _Case) -> tuple[str, dict[str, int], tuple[str, ...], tuple[Option, ...]]:
        found = self._answers.get(case)
        if found is None:
            tested = list(self._tested(case))
            limits = Counter(slot.broken[0] for slot in tested if slot.broken)
            named = {name: limits[name] for name in LIMITS if limits[name]}
            found = self._why(case, len(tested), named), named, self._relaxations(case, tested), self._nearest(case)
            self._answers[case] = found
        return found

    def _tested(self, case: _Case) -> Iterable[Tested]:
        if case.week is not None:
            yield from self.finished.test(case.kind, case.week, case.length, case.floor)
            return
        for day in case.days:
            for span in self.finished.hours(day, case.length):
                if in_holidays(day):
                    yield Tested(day, span, ("away",))
                elif span[0] < case.earliest:
                    yield Tested(day, span, ("notice", "notice"))
                else:
                    yield Tested(day, span, self.finished.broken(case.kind, day, span, False, False))

    def _why(self, case: _Case, slots: int, limits: dict[str, int]) -> str:
        what = "half day" if case.kind == OFFSITE else "week"
        if not slots:
            return f"the {what} has no {case.length} minutes of working hours in a row" if case.week else (
                f"no working day of the quarter has {case.length} minutes of hours in a row"
            )
        parts = [
            f"{number} {self._words(name, case)}"
            for name, number in sorted(limits.items(), key=lambda pair: (-pair[1], LIMITS.index(pair[0])))
        ]
        head = f"none of {slots} possible starts is left for {case.length} minutes"
        return f"{head}: {_joined(parts[:4])}"

    def _words(self, name: str, case: _Case) -> str:
        room = self.board.rooms.get(case.week) if case.week else None
        words = {
            "notice": "come too soon",
            "away": "are on time away",
            "meetings": "run into something on the calendar",
            "buffer": f"leave less than {self.problem.buffer_before} minutes after it"
            + (f" or {self.problem.buffer_after} before the next" if self.problem.buffer_after else ""),
            "blocks": "run into blocks that stand there",
            "offsite": "are on the day of the offsite",
            "one a day": "are on a day with a block already",
            "lunch": "would leave no lunch",
            "bookable": f"would leave others less than {BOOKABLE_MINUTES} minutes to book that day",
            "cap": f"would take more than the week's {_hours(room.cap_minutes) if room else 'share'} for blocks",
        }
        return words[name]

    def _relaxations(self, case: _Case, tested: Sequence[Tested]) -> tuple[str, ...]:
        """One sentence for each single thing that would make room, in a fixed order."""
        found = []
        days = [day for day in case.days if not (case.week is None and in_holidays(day))]
        space = self._space(case)
        lengths = [n for n in lengths_between(SHORTEST_OFFER, case.length - GRID_MINUTES) if n <= space]
        shorter = self._free(case, days, lengths)
        if shorter is not None:
            found.append(f"shorter: {self._when(shorter)}")
        for name, words in (
            ("notice", "at less notice"),
            ("buffer", "with less time after what comes before"),
            ("one a day", "as a second block on its day"),
            ("lunch", "without lunch"),
            ("bookable", f"with less than {BOOKABLE_MINUTES} minutes bookable that day"),
            ("cap", "over the week's share for blocks"),
        ):
            alone = next((slot.span for slot in tested if slot.broken == (name,)), None)
            if alone is not None:
                found.append(f"{words}: {self._when(alone)}")
        later = self._later(case)
        if later is not None:
            found.append(f"later: {self._when(later)}")
        return tuple(found)

    def _space(self, case: _Case) -> float:
        if case.week is None or case.floor:
            return case.length
        return self.board.rooms[case.week].cap_minutes - self.finished.minutes(case.week)

    def _free(self, case: _Case, days: Sequence[date], lengths: Sequence[int]) -> Span | None:
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

    def _later(self, case: _Case) -> Span | None:
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

    def _nearest(self, case: _Case) -> tuple[Option, ...]:
        """Slots that would fit if the events in their way gave way, the cheapest first."""
        if case.week is not None and not case.floor and self._space(case) < case.length:
            return ()
        priced = []
        for day in case.days:
            priced += self._priced(case, day)
        priced.sort(key=lambda slot: slot[:2])
        options: list[Option] = []
        for _, span, day, events in priced:
            known = [set(map(_identity, option.conflicts)) for option in options]
            if any(ids <= set(map(_identity, events)) for ids in known):
                continue
            if self._would_fit(case, day, span, events):
                options.append(Option(as_interval(*span), tuple(events)))
                if len(options) == NEAREST:
                    break
        return tuple(options)

    def _priced(self, case: _Case, day: date) -> list[tuple[tuple[int, ...], Span, date, list[Event]]]:
        view, room = self.board.view(day), self.finished.room(day)
        if view is None or room is None or room.offsite or (case.week is None and in_holidays(day)):
            return []
        if (case.kind == STRATEGIC and room.strategic) or (case.kind == OFFSITE and room.blocks):
            return []
        blocks = [block.span for block in self.finished.near(view)]
        spaces = cut(view.working, [(low - view.before, high + view.before) for low, high in blocks])
        floor = max(case.earliest, view.midnight_guard)
        spaces = [(max(low, floor), high) for low, high in spaces]
        events = self._around(view)
        immovable = cut(_merged(view.busy), [span for span, _ in events])
        found = []
        for start in view.starts(spaces, case.length * 60):
            span = (start, start + case.length * 60)
            low, high = span[0] - view.before, span[1] + view.after
            conflicts = [event for (begin, end), event in events if begin < high and low < end]
            if not conflicts or any(begin < high and low < end for begin, end in immovable):
                continue
            found.append((self.owners.price(conflicts), span, day, conflicts))
        return found

    def _around(self, view: DayView) -> list[tuple[Span, Event]]:
        """The events in reach of a date, those that take its working time away left out."""
        known = self._by_day.get(view.date)
        if known is None:
            reach = max(view.before, view.after)
            low, high = view.span[0] - reach, view.span[1] + reach
            away = subtract(view.day.hours, view.day.working)
            known = [
                (span, event)
                for span, event in self.timed
                if span[0] < high and low < span[1] and not any(event.when.overlaps(part) for part in away)
            ]
            self._by_day[view.date] = known
        return known

    def _would_fit(self, case: _Case, day: date, span: Span, gone: Sequence[Event]) -> bool:
        """The whole test on the day as it would be without those events."""
        view = self.board.view(day)
        if view is None:
            return False
        without = {_identity(event) for event in gone}
        stay = [event.when for _, event in self._around(view) if _identity(event) not in without]
        gaps = [event.when for event in gone]
        given = view.day
        busy = merge([*subtract(given.busy, gaps), *(when for when in stay if when.overlaps(_whole(view)))])
        # An event counts at lunch if its time did before: personal time alone may be the lunch.
        heavy = [when for when in stay if not subtract([when], given.busy_at_lunch)]
        at_lunch = merge([*subtract(given.busy_at_lunch, gaps), *heavy])
        lunch = None
        if given.lunch_window is not None and given.lunch_minutes:
            for gap in clip(subtract(given.working, at_lunch), given.lunch_window):
                if gap.minutes >= given.lunch_minutes:
                    lunch = Interval(gap.start, gap.start + timedelta(minutes=given.lunch_minutes))
                    break
        changed = replace(given, busy=busy, busy_at_lunch=at_lunch, lunch=lunch)
        lighter = DayView(self.problem, changed, self.board.fixed_spans, self.board.busiest)
        # Events of the evenings around may be among those that give way: they are in sight of this day only.
        lighter.blocked = [
            part for part in lighter.blocked if not self._from_elsewhere(part, lighter, view, gaps)
        ]
        room = self.finished.room_in(lighter)
        if case.kind == OFFSITE:
            return any(low <= span[0] and span[1] <= high for low, high in room.free)
        if not any(low <= span[0] and span[1] <= high for low, high in room.gaps):
            return False
        return room.lunch_fits([span]) and (case.floor or room.keeps_bookable([span]))

    def _from_elsewhere(
        self, part: Span, lighter: DayView, view: DayView, gaps: Sequence[Interval]
    ) -> bool:
        begin, end = part[0] + view.after, part[1] - view.before
        if view.span[0] < end and begin < view.span[1]:
            return False
        return any(floor_second(gap.start) <= begin and end <= outer(gap)[1] for gap in gaps)

    def _when(self, span: Span) -> str:
        start = self.problem.workweek.local(as_interval(*span).start)
        return f"{(span[1] - span[0]) // 60} minutes on {start:%a} {start.day} {start:%b at %H:%M}"


def _whole(view: DayView) -> Interval:
    return as_interval(*view.span)


def _merged(spans: Iterable[Span]) -> list[Span]:
    return sorted(spans)


def _identity(event: Event) -> tuple[str, str, datetime]:
    return event.calendar, event.uid, event.when.start


def _hours(minutes: float) -> str:
    return f"{minutes / 60:.1f}".rstrip("0").rstrip(".") + " h"


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) < 2 else ", ".join(parts[:-1]) + " and " + parts[-1]
