"""What the days are really like: hours less away time, what is busy, where lunch still fits.

Load measures and placement both stand on this, so that they can't disagree about what is free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

from msgspec import Struct

from blocker.values.intervals import InOrder, Interval, clip, merge, minutes, subtract
from blocker.values.kinds import AWAY, IGNORED, OPERATIONAL, PERSONAL
from blocker.values.plan import Classified
from blocker.values.settings import BOOKABLE_GAP_MINUTES
from blocker.values.workweek import WorkDay, WorkWeek


class Day(Struct, frozen=True, dict=True):
    """One date of the calendar as it stands, our own blocks left out.

    ``working`` is hours less timed away time, and empty on an away day. ``taken`` are the events that take
    time, in order of their starts.
    """

    date: date
    hours: tuple[Interval, ...]
    working: tuple[Interval, ...]
    taken: tuple[Classified, ...]
    lunch_window: Interval | None
    lunch_minutes: int
    away: str | None  # the reason, in words, if the whole day is away

    @cached_property
    def busy(self) -> tuple[Interval, ...]:
        """Everything that takes time, merged."""
        return merge(item.event.when for item in self.taken)

    @cached_property
    def busy_at_lunch(self) -> tuple[Interval, ...]:
        """The same less personal events, which may be the lunch."""
        if any(item.kind == PERSONAL for item in self.taken):
            return merge(item.event.when for item in self.taken if item.kind != PERSONAL)
        return self.busy

    @cached_property
    def operational(self) -> tuple[Interval, ...]:
        """The intervals that are load, as they are."""
        return tuple(item.event.when for item in self.taken if item.kind == OPERATIONAL)

    @cached_property
    def lunch(self) -> Interval | None:
        """The earliest place in its window where it fits, None if there is none."""
        window = self.lunch_window
        if window is None or not self.lunch_minutes or not self.working:
            return None
        span = timedelta(minutes=self.lunch_minutes)
        taken = [when for when in self.busy_at_lunch if when.overlaps(window)]
        for gap in subtract(clip(self.working, window), taken):
            if gap.end - gap.start >= span:
                return Interval(gap.start, gap.start + span)
        return None

    @property
    def is_working(self) -> bool:
        """A working day has hours and is not an away day."""
        return bool(self.working)

    @property
    def capacity_minutes(self) -> float:
        """Working minutes: hours, less away time, less lunch where it still fits."""
        lunch = (self.lunch.end - self.lunch.start).total_seconds() / 60 if self.lunch else 0.0
        return minutes(self.working) - lunch  # it is a part of the working time

    def free(self, more_busy: Iterable[Interval] = ()) -> tuple[Interval, ...]:
        """Working time that nothing takes, lunch not taken out."""
        return subtract(self.working, [*self.busy, *more_busy])

    def lunch_fits(self, blocks: Iterable[Interval]) -> bool:
        """False if ``blocks`` leave no room for a lunch that has room without them."""
        if self.lunch is None:
            return True
        return any(gap.minutes >= self.lunch_minutes for gap in self._lunch_gaps(blocks))

    def _lunch_gaps(self, blocks: Iterable[Interval]) -> tuple[Interval, ...]:
        if self.lunch_window is None:
            return ()
        return clip(subtract(self.working, [*self.busy_at_lunch, *blocks]), self.lunch_window)

    def bookable_minutes(self, blocks: Sequence[Interval], after: Interval) -> float:
        """Free minutes inside ``after`` that others can still book: gaps of 15 minutes, less lunch.

        Lunch takes the place in its window that costs the fewest bookable minutes.
        """
        free = clip(self.free(blocks), after)
        plain = _bookable(free)
        if self.lunch is None:
            return plain
        length = timedelta(minutes=self.lunch_minutes)
        best = None
        for gap in self._lunch_gaps(blocks):
            if gap.end - gap.start < length:
                continue
            for place in (Interval(gap.start, gap.start + length), Interval(gap.end - length, gap.end)):
                left = _bookable(subtract(free, [place]))
                best = left if best is None else max(best, left)
        return plain if best is None else best


def _bookable(gaps: Iterable[Interval]) -> float:
    return sum(m for m in ((g.end - g.start).total_seconds() / 60 for g in gaps) if m >= BOOKABLE_GAP_MINUTES)


def busiest_hour(workweek: WorkWeek, days: Iterable[Day]) -> int | None:
    """The local hour (0 to 23) with the most operational time over the days; the first of equals, None without any."""
    tally = [0.0] * 24
    for day in days:
        edges = [workweek.instant(day.date, 60 * hour) for hour in range(25)] if day.operational else []
        for hour, (start, end) in enumerate(pairwise(edges)):
            tally[hour] += minutes(clip(day.operational, Interval(start, end)))
    most = max(tally)
    return tally.index(most) if most else None


def build_days(workweek: WorkWeek, dates: Iterable[date], events: Iterable[Classified]) -> Mapping[date, Day]:
    """Lay the classified events onto dates. Ignored events take no time."""
    in_time = sorted(events, key=lambda item: item.event.when)
    return lay_out(workweek, dates, InOrder(in_time, key=lambda item: item.event.when))


def lay_out(workweek: WorkWeek, dates: Iterable[date], events: InOrder[Classified]) -> Mapping[date, Day]:
    """The same for events that are in order of time."""
    timed_away: list[Interval] = []
    day_away: dict[date, str] = {}
    for item in events.items:
        if item.kind != AWAY:
            continue
        if item.event.dates is None:
            timed_away.append(item.event.when)
        else:
            first, end = item.event.dates
            while first < end:
                day_away.setdefault(first, item.event.shown_title)
                first += timedelta(days=1)
    away_time = merge(timed_away)

    def laid_out(day: date) -> Day:
        work = workweek.day(day)
        there = events.within(work.span)
        taken = tuple(item for item in there if item.kind != IGNORED and item.event.dates is None)
        return _day(work, day_away.get(day), clip(away_time, work.span), taken, workweek)

    return {day: laid_out(day) for day in dates}


def _day(
    work: WorkDay,
    away: str | None,
    away_time: tuple[Interval, ...],
    taken: tuple[Classified, ...],
    workweek: WorkWeek,
) -> Day:
    if away is None and work.holiday is not None:
        away = f"public holiday: {work.holiday}"
    left = subtract(work.hours, away_time)
    if away is None and away_time and work.hours and minutes(left) < minutes(work.hours) / 2:
        away = "away for more than half of the day"
    return Day(
        date=work.date,
        hours=work.hours,
        working=() if away is not None else left,
        taken=taken,
        lunch_window=work.lunch_window,
        lunch_minutes=workweek.lunch.minutes if workweek.lunch else 0,
        away=away,
    )
