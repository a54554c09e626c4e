"""What would help: slots that all limits allow once some events have given way, the cheapest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from msgspec.structs import replace

from blocker.measuring.owners import Owners, price_words
from blocker.placing.day import DayView
from blocker.placing.finished import Finished
from blocker.placing.limits import Case
from blocker.placing.spans import Span, as_interval, outer, overlap
from blocker.values.events import Event
from blocker.values.intervals import InOrder
from blocker.values.plan import Option

MOST = 3
MOST_IN_THE_WAY = 20  # events; nobody asks more people to make room for one block
# What events are in the way of, and what changes once they are gone; all other limits hold in any case.
OF_EVENTS = frozenset(("meetings", "buffer", "lunch", "bookable"))
Price = tuple[int, ...]
_Candidate = tuple[Price, Span, DayView, list[Event]]


class Options:
    """Prices every slot of a case by the events in its way; asks of the best whether they would do."""

    def __init__(self, finished: Finished) -> None:
        self.finished, self.board = finished, finished.board
        self.problem = finished.board.problem
        self.owners = Owners(self.problem.events)
        timed = [event for event in self.problem.events if event.dates is None]
        timed.sort(key=lambda event: (event.when, event.calendar, event.uid, event.title))
        self._timed = InOrder(timed, key=lambda event: event.when)
        self._around: dict[date, list[tuple[Span, Event]]] = {}

    def nearest(
        self, case: Case, minutes: int, days: Iterable[date], without: str = ""
    ) -> tuple[Option, ...]:
        """Up to three slots, none of which needs all that another one needs and more."""
        chosen: list[set[int]] = []
        options: list[Option] = []
        for price, span, view, events in self._in_order(case, minutes, days, without, self._cost):
            needed = {id(event) for event in events}
            if not events or any(fewer <= needed for fewer in chosen):
                continue
            if self._would_do(case, span, view, events, without):
                chosen.append(needed)
                options.append(Option(as_interval(span), tuple(events), price_words(price[0], price[1])))
                if len(options) == MOST:
                    break
        return tuple(options)

    def cheapest(
        self, case: Case, minutes: int, days: Iterable[date], may_go: Callable[[Event], bool]
    ) -> Option | None:
        """The slot that needs the fewest events out of its way, then the shortest, then the earliest; only
        those that ``may_go`` give way. It may need none at all. None if no slot would do."""

        def cost(events: Sequence[Event]) -> Price | None:
            if not all(map(may_go, events)):
                return None
            return len(events), sum(event.when.minutes for event in events)

        for _, span, view, events in self._in_order(case, minutes, days, "", cost):
            if self._would_do(case, span, view, events, ""):
                return Option(as_interval(span), tuple(events))
        return None

    def _in_order(
        self,
        case: Case,
        minutes: int,
        days: Iterable[date],
        without: str,
        cost: Callable[[Sequence[Event]], Price | None],
    ) -> list[_Candidate]:
        """The slots that no limit but those of events keeps out, by price and then by time."""
        found: list[_Candidate] = []
        rest = replace(case, exempt=case.exempt | OF_EVENTS)
        for day in days:
            view = self.board.view(day)
            if view is None:
                continue
            room, before, price = self.finished.room(view, without), None, None
            starts = room.starts(rest, minutes)
            if not starts or next(room.broken(rest, (starts[0], starts[0] + minutes * 60)), None) is not None:
                continue  # what is left of the limits is the week's, and the same for every start
            for start in starts:
                span = (start, start + minutes * 60)
                events = self._near(view, span)
                if events != before:
                    before, price = events, cost(events)
                if price is not None:
                    found.append((price, span, view, events))
        return sorted(found, key=lambda one: one[:2])

    def _near(self, view: DayView, span: Span) -> list[Event]:
        """The events in the way of a slot, in order."""
        if view.date not in self._around:
            whole = as_interval((view.span[0] - view.before, view.span[1] + view.after))
            self._around[view.date] = [(outer(event.when), event) for event in self._timed.within(whole)]
        reach = (span[0] - view.before, span[1] + view.after)
        return [event for when, event in self._around[view.date] if overlap(when, reach)]

    def _would_do(self, case: Case, span: Span, view: DayView, events: Sequence[Event], without: str) -> bool:
        """True if the slot breaks no limit on the date as it would be without those events."""
        there = DayView(self.problem, view.day, {event.when for event in events}) if events else view
        return next(self.finished.room(there, without).broken(case, span), None) is None

    def _cost(self, events: Sequence[Event]) -> Price | None:
        """Whose, minutes of other people's time, number of events, minutes: the smaller the cheaper."""
        if len(events) > MOST_IN_THE_WAY:
            return None
        costs = [self.owners.cost(event) for event in events]
        whose = max((cost[0] for cost in costs), default=0)
        return whose, sum(cost[1] for cost in costs), len(costs), sum(cost[2] for cost in costs)
