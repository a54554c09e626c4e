"""What displaced thinking time in the last weeks, as the report shows it."""

from __future__ import annotations

from blocker.rules.survey import Survey
from blocker.showing.page.values import Displacing
from blocker.showing.plan_text import clean
from blocker.values.request import Request
from blocker.wording.displacement import displaced, items_by_day, overruns

WEEKS = 8
MOST = 5


def displacing(seen: Survey, request: Request, titles: bool) -> tuple[tuple[Displacing, ...], float]:
    """The recurring meetings that cost free stretches most often, and the hours of blocks overrun."""
    workweek = request.workweek
    first = request.running.plus(-WEEKS)
    window = workweek.span(first.monday, request.running.monday)
    days = [seen.days[day] for back in range(WEEKS) for day in first.plus(back).days]
    inside = (item for item in seen.classified if item.event.when.overlaps(window))
    items = items_by_day(inside, (day.date for day in days), workweek)
    costs = displaced(days, items, workweek)[:MOST]
    over = overruns(request.snapshot.blocks, items, window, request.now, workweek)
    found = tuple(
        Displacing(
            clean(cost.title) if titles else f"Recurring meeting {n}",
            len(cost.days),
            cost.own_minutes / 60,
            cost.gain_minutes / 60,
        )
        for n, cost in enumerate(costs, 1)
    )
    return found, sum(one.minutes for one in over) / 60
