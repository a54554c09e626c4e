"""From a series to its occurrences: rules, extra dates, exceptions and changed occurrences.

A series is expanded on the wall clock of its own zone. A timed occurrence lasts as long as the first
one does in elapsed time, whatever DST does in between; one whose DURATION counts days lasts those days.
An occurrence whose wall time a DST change skips is read with the offset from before the gap, as the
big calendars show it, and is not left out as the letter of RFC 5545 has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from msgspec import Struct

from blocker.calendars.ics.moments import DAY, Duration, Moment, read_moment, to_instant
from blocker.calendars.ics.rrule import Rule
from blocker.calendars.ics.rrule_dates import Steps, occurrences
from blocker.values.intervals import Interval


class Occurrence(Struct, frozen=True, gc=False):
    """``dates`` (first day, day after the last) for an all-day one, whose ``when`` is its midnights."""

    when: Interval
    dates: tuple[date, date] | None


class Span(Struct, frozen=True, gc=False):
    """How long an occurrence lasts: ``days`` on the calendar and then ``rest`` in elapsed time."""

    days: int
    rest: timedelta

    @property
    def longest(self) -> timedelta:
        return self.days * DAY + self.rest + DAY

    def end(self, start: Moment, home: tzinfo) -> datetime:
        wall = start.wall + self.days * DAY
        return to_instant(wall, start.zone or home) + self.rest


class Moments(Struct, frozen=True):
    """A set of moments, ready to be compared with: all their days, those of plain dates, and the times.

    ``walls`` are the times as written, and ``walls_in_utc`` the instants they would be in UTC.
    """

    days: frozenset[date] = frozenset()
    dates: frozenset[date] = frozenset()
    instants: frozenset[datetime] = frozenset()
    walls: frozenset[datetime] = frozenset()
    walls_in_utc: frozenset[datetime] = frozenset()


def gather(moments: Sequence[Moment], home: tzinfo) -> Moments:
    """Raises ValueError for a time out of range."""
    if not moments:
        return NONE
    times = [m for m in moments if not m.is_date]
    return Moments(
        days=frozenset(m.date for m in moments),
        dates=frozenset(m.date for m in moments if m.is_date),
        instants=frozenset(m.instant(home) for m in times),
        walls=frozenset(m.wall for m in times),
        walls_in_utc=frozenset(to_instant(m.wall, UTC) for m in times),
    )


NONE = Moments()


class Series(Struct, frozen=True):
    """The times of one component: what RDATE, EXDATE and the other properties say.

    ``replaced`` are the RECURRENCE-IDs that other components speak for. A component that speaks for
    all later ones too (RANGE=THISANDFUTURE) is a series of its own, cut out of the first one: those
    from the instant ``since`` to the instant ``before`` (None: unbounded), and ``moved``.
    """

    start: Moment
    span: Span
    rules: Sequence[Rule] = ()
    not_rules: Sequence[Rule] = ()
    extra: Sequence[tuple[Moment, Span | None]] = ()
    excluded: Moments = NONE
    replaced: Moments = NONE
    since: datetime | None = None
    before: datetime | None = None
    moved: Move | None = None

    @property
    def recurs(self) -> bool:
        return bool(self.rules or self.extra)

    @property
    def once_a_day(self) -> bool:
        """True if no day can hold two occurrences."""
        return not self.extra and all(rule.at_one_time for rule in self.rules)


class Move(Struct, frozen=True):
    """From the start of an occurrence to where a later component puts it, on the wall clock."""

    shift: timedelta
    zone: tzinfo | None
    is_date: bool
    span: Span

    def apply(self, start: Moment, home: tzinfo) -> Moment:
        """Raises ValueError out of range."""
        there = in_zone(start, self.zone or home, home)
        try:
            return Moment(there.wall + self.shift, self.zone, self.is_date)
        except OverflowError:
            raise ValueError("it was moved beyond the end of the calendar") from None


def in_zone(moment: Moment, zone: tzinfo, home: tzinfo) -> Moment:
    """The same instant on another zone's clock; a date stays as it is. Raises ValueError out of range."""
    if moment.is_date:
        return moment
    try:
        return Moment(moment.instant(home).astimezone(zone).replace(tzinfo=None), zone, False)
    except OverflowError:
        raise ValueError(f"the time {moment.wall} is out of range") from None


def move_between(original: Moment, start: Moment, span: Span, home: tzinfo) -> Move:
    """The move that takes the occurrence at ``original`` to ``start``."""
    there = in_zone(original, start.zone or home, home)
    return Move(start.wall - there.wall, start.zone, start.is_date, span)


def expand(series: Series, window: Interval, home: tzinfo, allowed: Steps) -> Iterator[Occurrence]:
    """The occurrences that touch ``window``. Floating times and all-day events are in ``home``.

    Raises ValueError if a rule's UNTIL can't be read, and TooDenseError if a rule can't be followed.
    """
    first, moved = series.start, series.moved
    zone = first.zone or home
    earliest, latest = window.start, window.end
    left_out = _Matcher(series, [group for group in (series.excluded, series.replaced) if group.days])
    bounded = series.since is not None or series.before is not None
    for wall, span in _starts(series, window, home, allowed):
        begin = to_instant(wall, zone)
        if left_out.groups and left_out(wall, begin):
            continue
        if bounded and not _within(begin, series.since, series.before):
            continue
        if moved is not None:
            found = occurrence(moved.apply(Moment(wall, first.zone, first.is_date), home), moved.span, home)
        elif first.is_date or span.days:
            found = occurrence(Moment(wall, first.zone, first.is_date), span, home)
        else:  # the usual case, made short
            found = _timed(begin, span.rest)
        if found is not None:
            start, end = found.when.start, found.when.end
            if start < latest and earliest < end:
                yield found


def _within(begin: datetime, since: datetime | None, before: datetime | None) -> bool:
    return (since is None or since <= begin) and (before is None or begin < before)


def occurrence(start: Moment, span: Span, home: tzinfo) -> Occurrence | None:
    """One occurrence, or None for a moment that takes no time. Raises ValueError out of range."""
    begin = start.instant(home)
    try:
        if start.is_date:
            last = start.date + max(span.days, 1) * DAY
            end = to_instant(datetime(last.year, last.month, last.day), home)  # noqa: DTZ001 - a wall time
            return Occurrence(Interval(begin, end), (start.date, last))
        end = span.end(start, home)
    except OverflowError:
        raise ValueError("it lasts beyond the end of the calendar") from None
    return Occurrence(Interval(begin, end), None) if begin < end else None


def _timed(begin: datetime, length: timedelta) -> Occurrence | None:
    try:
        return Occurrence(Interval(begin, begin + length), None) if length else None
    except OverflowError:
        raise ValueError("it lasts beyond the end of the calendar") from None


def _starts(
    series: Series, window: Interval, home: tzinfo, allowed: Steps
) -> Iterator[tuple[datetime, Span]]:
    """Every wall time, in the series' zone, at which an occurrence may begin, once; exceptions not yet taken out.

    Where an RDATE has a length of its own, that is the occurrence's.
    """
    if not series.recurs:
        return iter([(series.start.wall, series.span)])
    starts = _all_starts(series, window, home, allowed)
    return iter(dict(starts).items()) if series.extra or len(series.rules) > 1 else starts


def _all_starts(
    series: Series, window: Interval, home: tzinfo, allowed: Steps
) -> Iterator[tuple[datetime, Span]]:
    """The starts of a recurring series; those of one rule come once, those of several again."""
    first, span, zone = series.start, series.span, series.start.zone or home
    low, high = _reach(series, window, zone)
    excluded: set[datetime] = set()
    for rule in series.not_rules:
        excluded.update(occurrences(rule, first.wall, low, min(high, until_wall(rule, first, zone)), allowed))
    lasts = [until_wall(rule, first, zone) for rule in series.rules]
    # A series whose rules end before it begins was deleted from its first occurrence on.
    gone = bool(lasts) and max(lasts) < first.wall
    if first.wall not in excluded and not gone:
        yield first.wall, span
    for rule, last in zip(series.rules, lasts, strict=True):
        for wall in occurrences(rule, first.wall, low, min(high, last), allowed):
            if wall != first.wall and (not excluded or wall not in excluded):
                yield wall, span
    for start, own_span in series.extra:
        wall = start.wall
        if start.is_date != first.is_date:
            # A date among times means that day at the usual time; a time among dates means its day.
            wall = datetime.combine(start.date, first.wall.time() if own_span is None else wall.time())
        elif start.zone != first.zone:
            wall = in_zone(start, zone, home).wall
        if wall not in excluded:
            yield wall, own_span or span


def _reach(series: Series, window: Interval, zone: tzinfo) -> tuple[datetime, datetime]:
    """The wall times between which a start may lead to an occurrence in the window."""
    longest, shift = series.span.longest, timedelta(0)
    if series.moved is not None:
        longest, shift = series.moved.span.longest, abs(series.moved.shift) + DAY
    low = _wall(window.start, zone, -longest - shift)
    high = _wall(window.end, zone, DAY + shift)
    if series.since is not None:
        low = max(low, _wall(series.since, zone, -DAY))
    if series.before is not None:
        high = min(high, _wall(series.before, zone, DAY))
    return low, high


def _wall(instant: datetime, zone: tzinfo, shift: timedelta) -> datetime:
    """The wall time of an instant, shifted; at the edge of the calendar, that edge."""
    try:
        return _on_clock(instant, zone) + shift
    except OverflowError:
        return datetime.min if shift < timedelta(0) else datetime.max  # noqa: DTZ901 - wall times


@lru_cache(maxsize=64)
def _on_clock(instant: datetime, zone: tzinfo) -> datetime:
    """The wall time of an instant; nearly every series asks for the edges of the window."""
    return instant.astimezone(zone).replace(tzinfo=None)


def until_wall(rule: Rule, start: Moment, zone: tzinfo) -> datetime:
    """The last wall time a rule allows. A date means all of that day; without UNTIL, the end of time."""
    if not rule.until:
        return datetime.max  # noqa: DTZ901 - a wall time
    until = read_moment(rule.until, None)
    if until.is_date or start.is_date:
        return datetime.combine(until.date, datetime.max.time())
    if until.zone is UTC:
        try:
            return until.wall.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
        except OverflowError:
            return datetime.max  # noqa: DTZ901 - a wall time
    return until.wall


def exclusion(series: Series, home: tzinfo) -> Callable[[Moment], bool]:
    """A test whether an EXDATE of the series takes out the occurrence that began at a moment."""
    matches = _Matcher(series, [series.excluded])
    zone = series.start.zone or home
    return lambda original: matches(in_zone(original, zone, home).wall, original.instant(home))


class _Matcher:
    """Whether a start is one of some moments (EXDATE, RECURRENCE-ID), in whatever form they came.

    A time matches the same instant. A date matches that day of a timed series; for an all-day series
    a time stands for its date, as written. Some programs put the wrong zone beside the right time: where
    a series has one occurrence a day at most, the same wall time, here or in UTC, is taken as meant.
    """

    def __init__(self, series: Series, groups: Sequence[Moments]) -> None:
        """``groups`` may be empty, and none of them is."""
        self.groups = groups
        self._by_date = series.start.is_date
        self._by_wall = series.once_a_day

    def __call__(self, wall: datetime, instant: datetime) -> bool:
        for group in self.groups:
            if wall.date() in (group.days if self._by_date else group.dates):
                return True
            if group.instants and not self._by_date:
                if instant in group.instants:
                    return True
                if self._by_wall and (wall in group.walls or instant in group.walls_in_utc):
                    return True
        return False


def span_between(start: Moment, end: Moment, home: tzinfo) -> Span:
    """How long an event with this DTSTART and DTEND lasts. Raises ValueError if it ends first."""
    if start.is_date:
        last = end.wall if end.is_date else end.wall + timedelta(hours=23, minutes=59)
        days = (last.date() - start.date).days
        if days < 0:
            raise ValueError("it ends before it starts")
        return Span(days, timedelta(0))
    elapsed = end.instant(home) - start.instant(home)
    if elapsed < timedelta(0):
        raise ValueError("it ends before it starts")
    return Span(0, elapsed)


def span_of(start: Moment, duration: Duration) -> Span:
    """How long an event with this DURATION lasts. Raises ValueError if it is negative."""
    if duration.days < 0 or duration.rest < timedelta(0):
        raise ValueError("it ends before it starts")
    if start.is_date:
        return Span(duration.days + -(-duration.rest // DAY), timedelta(0))
    return Span(duration.days, duration.rest)
