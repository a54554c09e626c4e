"""The nearest options: slots that would fit if some events gave way, the cheapest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from blocker.measuring.owners import Owners, price_words
from blocker.placing.board import Board
from blocker.placing.finished import Case, Finished
from blocker.placing.horizon import in_holidays
from blocker.placing.limits import DayView, as_interval, cut, instant_at, outer, widened
from blocker.placing.objective import Span
from blocker.values.events import Event
from blocker.values.intervals import subtract
from blocker.values.kinds import OFFSITE, STRATEGIC
from blocker.values.plan import Option
from blocker.values.workweek import DAY

NEAREST = 3
# Personal time may be the lunch. The day does not say whose time it was; what other events cover may be either.
PERSONAL, NO_LUNCH, UNKNOWN = "personal", "no lunch", "unknown"
Priced = tuple[tuple[int, ...], Span, date, list[Event]]
Costing = tuple[int, int, Event, tuple[int, int, int]]  # an event's span, it, and what it costs


class GiveWay:
    """Prices every slot of a case by the events in its way; asks of the best whether they would do."""

    def __init__(self, board: Board, finished: Finished) -> None:
        self.board, self.finished, self.problem = board, finished, board.problem
        self.owners = Owners(self.problem.events)
        # By date in UTC, so that a day need not look at all of them; only those near days that are asked for.
        self._timed: dict[int, list[Event]] = defaultdict(list)
        reach = timedelta(minutes=max(self.problem.buffer_before, self.problem.buffer_after))
        since = self.problem.earliest - 2 * DAY - reach
        last_day = max(self.problem.days, default=since.date())
        until = self.problem.workweek.instant(last_day, 0) + 2 * DAY + reach
        for event in self.problem.events:
            start, end = event.when.start, event.when.end
            if end > since and start < until and event.dates is None:
                first, last = start.toordinal(), end.toordinal()
                self._timed[first].append(event)
                for number in range(first + 1, last + 1):
                    self._timed[number].append(event)
        self._by_day: dict[date, list[Costing]] = {}
        self._events_on: dict[date, list[tuple[Span, Event, str]]] = {}

    def nearest(self, case: Case) -> tuple[Option, ...]:
        """Up to ``NEAREST`` slots, none of which needs all that another one needs and more."""
        if self.finished.space(case) < case.length:
            return ()
        priced = [slot for day in case.days for slot in self._priced(case, day)]
        priced.sort(key=lambda slot: slot[:2])
        chosen: list[set[int]] = []
        options: list[Option] = []
        for price, span, day, events in priced:
            needed = {id(event) for event in events}
            if any(fewer <= needed for fewer in chosen) or not self._would_fit(case, day, span, needed):
                continue
            chosen.append(needed)
            options.append(Option(as_interval(*span), tuple(events), price_words(price[0], price[1])))
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
        floor, seconds = max(case.earliest, view.earliest, view.midnight_guard), case.length * 60
        spaces = cut(view.working, [*widened(blocks, view.before, view.before), *view.refused])
        starts = view.starts([(max(low, floor), high) for low, high in spaces], seconds)
        if not starts:
            return []
        events = self._around(view)
        immovable = cut(view.busy, [(begin, end) for begin, end, _, _ in events])
        found: list[Priced] = []
        before: list[Costing] = []
        price: tuple[int, ...] = ()
        for start in starts:
            low, high = start - view.before, start + seconds + view.after
            costing = [one for one in events if one[0] < high and low < one[1]]
            if not costing or any(begin < high and low < end for begin, end in immovable):
                continue
            if costing != before:  # else as the slot before
                before, price = costing, _price(costing)
            found.append((price, (start, start + seconds), day, [one[2] for one in costing]))
        return found

    def _between(self, low: int, high: int) -> list[tuple[Span, Event]]:
        """The events that share time with a stretch, in order."""
        numbers = range(instant_at(low).toordinal(), instant_at(high).toordinal() + 1)
        near = {id(event): event for number in numbers for event in self._timed.get(number, ())}
        found = [(outer(event.when), event) for event in near.values()]
        found = [(span, event) for span, event in found if span[0] < high and low < span[1]]
        return sorted(found, key=lambda pair: (pair[0], pair[1].calendar, pair[1].uid, pair[1].title))

    def _around(self, view: DayView) -> list[Costing]:
        """The events in reach of a date; those that take its working time away can't give way."""
        known = self._by_day.get(view.date)
        if known is None:
            reach = max(view.before, view.after)
            low, high = view.span[0] - reach, view.span[1] + reach
            away = subtract(view.day.hours, view.day.working)
            known = self._by_day[view.date] = [
                (*span, event, self.owners.cost(event))
                for span, event in self._between(low, high)
                if not any(event.when.overlaps(part) for part in away)
            ]
        return known

    def _would_fit(self, case: Case, day: date, span: Span, gone: set[int]) -> bool:
        """True if lunch and bookable minutes hold on the day as it would be without those events.

        All other limits were kept when the slot was priced: whatever is near it is in ``gone``.
        """
        view, room = self.board.view(day), self.finished.room(day)
        if view is None or room is None or case.kind == OFFSITE:
            return view is not None and room is not None
        here = self._on(view)
        leaving = [when for when, event, _ in here if id(event) in gone]
        rest = [(when, lunch) for when, event, lunch in here if id(event) not in gone]
        blocks = [*room.blocks, span]
        busy = [when for when, _ in rest]
        # Time that may or may not be personal: the answer must be the same either way.
        strict = view.without(leaving, busy, [when for when, lunch in rest if lunch != PERSONAL])
        if all(lunch != UNKNOWN for _, lunch in rest):
            return strict.lunch_fits(blocks) and (case.floor or strict.keeps_bookable(blocks))
        mild = view.without(leaving, busy, [when for when, lunch in rest if lunch == NO_LUNCH])
        if mild.lunch_room is not None and (strict.lunch_room is None or not strict.lunch_fits(blocks)):
            return False
        return case.floor or (strict.keeps_bookable(blocks) and mild.keeps_bookable(blocks))

    def _on(self, view: DayView) -> list[tuple[Span, Event, str]]:
        """The events on a date, and whether each may be the lunch, as far as the day lets us know."""
        known = self._events_on.get(view.date)
        if known is None:
            here = self._between(*view.span)
            known = self._events_on[view.date] = []
            for span, event in here:
                lunch = PERSONAL
                if not cut([span], view.at_lunch):
                    others = [other for other, it in here if it is not event]
                    lunch = NO_LUNCH if cut([span], others) else UNKNOWN
                known.append((span, event, lunch))
        return known


def _price(events: Sequence[Costing]) -> tuple[int, ...]:
    """Whose, minutes of other people's time, number of events, minutes: the smaller the cheaper."""
    whose = others = own = 0
    for _, _, _, cost in events:
        whose, others, own = max(whose, cost[0]), others + cost[1], own + cost[2]
    return whose, others, len(events), own
