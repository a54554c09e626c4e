"""What would help: slots that all limits allow once some events have given way, the cheapest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from blocker.measuring.owners import Owners
from blocker.placing.board import Board
from blocker.placing.limits import Blocks, Case
from blocker.placing.spans import as_interval
from blocker.values.events import Event
from blocker.values.intervals import InOrder
from blocker.values.plan import Option
from blocker.values.workweek import DAY

MOST = 3
MOST_IN_THE_WAY = 20  # events; nobody asks more people to make room for one block
# What events are in the way of, and what changes once they are gone; all other limits hold in any case.
OF_EVENTS = frozenset(("meetings", "buffer", "lunch", "bookable"))
Price = tuple[int, ...]


class Wish(Struct, frozen=True):
    """A block of ``minutes`` on one of the days. ``without``: the block itself, where it stands."""

    case: Case
    minutes: int
    days: tuple[date, ...]
    without: str = ""


class Options:
    """Prices every slot of a case by the events in its way; asks of the best whether they would do."""

    def __init__(self, board: Board, blocks: Blocks) -> None:
        self.board, self.blocks = board, blocks
        self.owners = Owners(board.problem.events)
        since = board.problem.now - DAY  # what is past is in no block's way
        timed = [event for event in board.problem.events if event.dates is None and event.when.end > since]
        timed.sort(key=lambda event: (event.when, event.calendar, event.uid, event.title))
        self._timed = InOrder(timed, key=lambda event: event.when)

    def nearest(self, wish: Wish) -> tuple[Option, ...]:
        """Up to three slots, none of which needs all that another one needs and more."""
        chosen: list[Option] = []
        for option in self.in_order(wish, self._cost):
            needed = option.conflicts
            if needed and not any(all(event in needed for event in one.conflicts) for one in chosen):
                chosen.append(option)
            if len(chosen) == MOST:
                break
        return tuple(chosen)

    def in_order(self, wish: Wish, cost: Callable[[Sequence[Event]], Price | None]) -> Iterator[Option]:
        """The slots that would do, by price and then by time, those without a price left out."""
        found, case = [], wish.case
        rest = replace(case, exempt=case.exempt | OF_EVENTS)
        for view in self.board.views(wish.days):
            low, high = view.span[0] - view.before, view.span[1] + view.after
            around = self._timed.within(as_interval((low, high)))
            for start in self.blocks.room(view, wish.without).starts(rest, wish.minutes):
                end = start + wish.minutes * 60
                reach = as_interval((start - view.before, end + view.after))
                first, last = reach.start, reach.end
                events = tuple([e for e in around if e.when.start < last and first < e.when.end])
                price = cost(events)
                if price is not None:
                    found.append((price, (start, end), view.date, events))
        for _, span, day, events in sorted(found, key=lambda one: one[:2]):
            view = self.board.view(day, frozenset(event.when for event in events))
            if self.blocks.room(view, wish.without).breaks(case, span) is None:
                yield Option(as_interval(span), events)

    def _cost(self, events: Sequence[Event]) -> Price | None:
        """Whose, minutes of other people's time, number of events, minutes: the smaller the cheaper."""
        if len(events) > MOST_IN_THE_WAY:
            return None
        costs = [self.owners.cost(event) for event in events]
        whose = max((cost[0] for cost in costs), default=0)
        return whose, sum(cost[1] for cost in costs), len(costs), sum(cost[2] for cost in costs)
