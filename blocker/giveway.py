"""The nearest options: slots that would fit if some events gave way, the cheapest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from blocker.board import Board
from blocker.capacity import Day
from blocker.finished import Case, Finished
from blocker.horizon import in_holidays
from blocker.model import OFFSITE, STRATEGIC, Event, Option
from blocker.objective import Span
from blocker.slots import DayView, as_interval, cut, outer
from blocker.timeline import Interval, clip, merge, subtract
from blocker.whoseevents import Owners
from blocker.workweek import DAY

NEAREST = 3
Priced = tuple[tuple[int, ...], Span, date, list[Event]]


class GiveWay:
    """Prices every slot of a case by the events in its way; asks of the best whether they would do."""

    def __init__(self, board: Board, finished: Finished) -> None:
        self.board, self.finished, self.problem = board, finished, board.problem
        self.owners = Owners(self.problem.events)
        self.timed = sorted(
            ((outer(event.when), event) for event in self.problem.events if event.dates is None),
            key=lambda pair: (pair[0], pair[1].calendar, pair[1].uid, pair[1].title),
        )
        self._by_day: dict[date, list[tuple[Span, Event]]] = {}
        self._neighbours: dict[date, list[Event]] = {}
        self._costs: dict[int, tuple[int, int, int]] = {}

    def nearest(self, case: Case) -> tuple[Option, ...]:
        """Up to ``NEAREST`` slots, none of which needs all that another one needs and more."""
        if self.finished.space(case) < case.length:
            return ()
        priced = [slot for day in case.days for slot in self._priced(case, day)]
        priced.sort(key=lambda slot: slot[:2])
        options: list[Option] = []
        for _, span, day, events in priced:
            needed = set(map(_identity, events))
            if any(set(map(_identity, option.conflicts)) <= needed for option in options):
                continue
            if self._would_fit(case, day, span, needed):
                options.append(Option(as_interval(*span), tuple(events)))
                if len(options) == NEAREST:
                    break
        return tuple(options)

    def _priced(self, case: Case, day: date) -> list[Priced]:
        """The slots of a date that events alone stand in the way of."""
        view, room = self.board.view(day), self.finished.room(day)
        if view is None or room is None or room.offsite or (case.week is None and in_holidays(day)):
            return []
        if (case.kind == STRATEGIC and room.strategic) or (case.kind == OFFSITE and room.blocks):
            return []
        blocks = [block.span for block in self.finished.near(view)]
        floor = max(case.earliest, view.earliest, view.midnight_guard)
        spaces = cut(view.working, [(low - view.before, high + view.before) for low, high in blocks])
        spaces = [(max(low, floor), high) for low, high in spaces]
        events = self._around(view)
        immovable = cut(view.busy, [span for span, _ in events])
        found = []
        for start in view.starts(spaces, case.length * 60):
            span = (start, start + case.length * 60)
            low, high = span[0] - view.before, span[1] + view.after
            conflicts = [event for (begin, end), event in events if begin < high and low < end]
            if conflicts and not any(begin < high and low < end for begin, end in immovable):
                found.append((self._price(conflicts), span, day, conflicts))
        return found

    def _price(self, events: Sequence[Event]) -> tuple[int, ...]:
        """Whose, minutes of other people's time, number of events, minutes: the smaller the cheaper."""
        whose = others = own = 0
        for event in events:
            cost = self._costs.get(id(event))
            if cost is None:
                cost = self._costs[id(event)] = self.owners.cost(event)
            whose, others, own = max(whose, cost[0]), others + cost[1], own + cost[2]
        return whose, others, len(events), own

    def _near(self, day: date) -> list[Event]:
        """The events of a date and its neighbours."""
        known = self._neighbours.get(day)
        if known is None:
            whole = outer(self.problem.workweek.span(day - DAY, day + 2 * DAY))
            known = [event for span, event in self.timed if span[0] < whole[1] and whole[0] < span[1]]
            self._neighbours[day] = known
        return known

    def _around(self, view: DayView) -> list[tuple[Span, Event]]:
        """The events in reach of a date; those that take its working time away can't give way."""
        known = self._by_day.get(view.date)
        if known is None:
            reach = max(view.before, view.after)
            low, high = view.span[0] - reach, view.span[1] + reach
            away = subtract(view.day.hours, view.day.working)
            known = self._by_day[view.date] = [
                (span, event)
                for span, event in self.timed
                if span[0] < high and low < span[1] and not any(event.when.overlaps(part) for part in away)
            ]
        return known

    def _would_fit(self, case: Case, day: date, span: Span, gone: set[tuple[str, str, datetime]]) -> bool:
        """The whole test on the day as it would be without those events."""
        around = [near for near in (day - DAY, day, day + DAY) if near in self.problem.days]
        near = self._near(day)
        leaving = [event.when for event in near if _identity(event) in gone]
        staying = [event.when for event in near if _identity(event) not in gone]
        days = {date_: lighter(self.problem.days[date_], leaving, staying) for date_ in around}
        changed = replace(self.problem, days=days)
        room = self.finished.room_in(DayView(changed, days[day], (), None))
        gaps = room.free if case.kind == OFFSITE else room.gaps
        if not any(low <= span[0] and span[1] <= high for low, high in gaps):
            return False
        if case.kind == OFFSITE:
            return True
        return room.lunch_fits([span]) and (case.floor or room.keeps_bookable([span]))


def lighter(day: Day, leaving: Sequence[Interval], staying: Sequence[Interval]) -> Day:
    """``day`` as it would be if the events at ``leaving`` gave way and those at ``staying`` did not."""
    if not any(when.overlaps(part) for when in leaving for part in day.busy):
        return day
    here = [when for when in staying if any(when.overlaps(part) for part in day.busy)]
    # Personal time may be the lunch; the day no longer says whose time it was, so it counts as
    # personal only if none of it was counted before.
    heavy = [when for when in here if not subtract([when], day.busy_at_lunch)]
    at_lunch = merge([*subtract(day.busy_at_lunch, leaving), *heavy])
    lunch = None
    if day.lunch_window is not None and day.lunch_minutes:
        for gap in clip(subtract(day.working, at_lunch), day.lunch_window):
            if gap.minutes >= day.lunch_minutes:
                lunch = Interval(gap.start, gap.start + timedelta(minutes=day.lunch_minutes))
                break
    return replace(
        day, busy=merge([*subtract(day.busy, leaving), *here]), busy_at_lunch=at_lunch, lunch=lunch
    )


def _identity(event: Event) -> tuple[str, str, datetime]:
    return event.calendar, event.uid, event.when.start
