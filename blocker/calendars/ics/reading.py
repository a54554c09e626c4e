"""The bytes of an iCalendar file → Snapshot. Shared by every backend that speaks iCalendar."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, tzinfo
from operator import attrgetter, itemgetter
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from blocker.calendars.ics.blocks import damaged_mark, etag_of, is_ours, may_be_ours, standing_block
from blocker.calendars.ics.clock import Clock, calendar_clock, calendar_value
from blocker.calendars.ics.events import BrokenError, Read, events_of, read_component
from blocker.calendars.ics.filter import may_touch
from blocker.calendars.ics.lexer import Component, Layout, properties, properties_by_name, unescape
from blocker.calendars.ics.moments import DAY
from blocker.calendars.ics.people import address_in, likely_user
from blocker.calendars.ics.rrule_dates import Steps, TooDenseError
from blocker.calendars.ics.series import Occurrence, Series, exclusion, expand, gather, move_between
from blocker.calendars.ics.times import Times
from blocker.calendars.ics.zones import Zones, only_zone, zones_of
from blocker.calendars.port import BEYOND_HINT, days_inside, refuse_beyond
from blocker.values.errors import Unreadable
from blocker.values.events import Event, SkippedComponent, Snapshot, StandingBlock
from blocker.values.intervals import Interval

MAX_REPORTS = 200
_CUT_OFF = "{} has no END:VCALENDAR: it may be cut off, and nothing is written to it; replace it with a complete copy"
_IN_ORDER = attrgetter("when.start", "when.end", "uid", "title")
_TELLING = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "RECURRENCE-ID")


Places = Sequence[tuple[int, str]]  # where each of several files begins in a text, in order, and its name


def read_calendar(
    layout: Layout,
    window: Interval,
    *,
    calendar: str,
    zone: str | None,
    me: tuple[str, ...],
    places: Places = ((0, ""),),
) -> Snapshot:
    """Everything in a file that touches ``window``, and our blocks without a window.

    ``zone`` is the user's; None means the calendar's own, and UTC where it has none. What can't be
    read is listed in ``skipped``; ``complete`` is False only if one of our blocks may be among it.
    ``places`` are the files that the text was put together from.
    """
    zones = zones_of(layout)
    clock = calendar_clock(layout, zones_of(layout), window)  # what it doesn't know isn't reported
    home: tzinfo = ZoneInfo(zone or clock.zone or "UTC")
    people = tuple(address.lower() for address in me) or calendar_user(layout)
    home = UTC if str(home) == "UTC" else home
    return _Reading(layout, window, calendar, home, people, zones, clock, places).run()


def calendar_user(layout: Layout) -> tuple[str, ...]:
    """Who the user is by what the file says: its name if that is an address, else its usual attendee."""
    named = address_in(unescape(calendar_value(layout, "X-WR-CALNAME")))
    return (named,) if named else likely_user(layout)


class _Reading:
    """One pass over a file."""

    def __init__(
        self,
        layout: Layout,
        window: Interval,
        calendar: str,
        home: tzinfo,
        me: tuple[str, ...],
        zones: Callable[[int], Zones],
        clock: Clock,
        places: Places,
    ) -> None:
        self.layout, self.window, self.calendar, self.home, self.me = layout, window, calendar, home, me
        self.zones, self.clock, self.places = zones, clock, places
        self.own = ZoneInfo(clock.zone) if clock.zone else only_zone(layout, zones_of(layout))
        self.steps = Steps()
        # Offset, UID, why, whether it counts all the same, and the days it may be about.
        self.flaws: list[tuple[int, str, str, bool, date | None, date | None]] = []
        self.complete = layout.insert_at is not None
        self.blocks: dict[str, StandingBlock] = {}
        self.events: list[Event] = []
        self.days = 0

    def run(self) -> Snapshot:
        for problem in self.layout.problems:
            self._report(problem.start, self.layout.text[problem.start : problem.end], problem.why)
        series: dict[str, list[tuple[Component, Read]]] = {}
        near = may_touch(self.layout, self.window)
        refuse_beyond(len(near), 0, self.calendar, self.window)
        for component in near:
            chunk = self.layout.text[component.start : component.end]
            try:
                read = read_component(chunk, self.zones(component.calendar), self.home, self.own)
                if self._take_block(component, chunk, read):
                    continue
            except BrokenError as problem:
                self._report(component.start, chunk, str(problem))
                continue
            series.setdefault(read.uid or f"no-uid-{etag_of(chunk)[:12]}", []).append((component, read))
        for uid, members in series.items():
            self._take_series(uid, members)
        self._report_zones()
        events = {c.start for c in self.layout.components if c.name == "VEVENT"}
        events |= {p.start for p in self.layout.problems if self._begins_event(p.start)}
        self.events.sort(key=_IN_ORDER)
        return Snapshot(
            calendar=self.calendar,
            window=self.window,
            events=tuple(self.events),
            blocks=tuple(sorted(self.blocks.values(), key=lambda block: (block.when, block.key))),
            zone=self.clock.zone,
            zone_source=self.clock.source,
            zone_placed=self.clock.placed,
            me=self.me,
            complete=self.complete,
            unwritable=_CUT_OFF.format(self.calendar) if self.layout.insert_at is None else "",
            identities_return=True,
            components=len(events),
            unread=len(events.intersection(start for start, _, _, read, _, _ in self.flaws if not read)),
            skipped=tuple(self._skipped()),
        )

    def _begins_event(self, start: int) -> bool:
        return self.layout.text[start : start + 12].upper() == b"BEGIN:VEVENT"

    def _report_zones(self) -> None:
        calendars = sorted({component.calendar for component in self.layout.components})
        for tzid in list(dict.fromkeys(tzid for n in calendars for tzid in self.zones(n).unknown))[
            :MAX_REPORTS
        ]:
            place = max(self.layout.text.find(tzid.encode()), 0)
            why = f"the zone {tzid[:60]!r} is unknown, so its times are read as {self.home}"
            self.flaws.append((place, "", why, True, None, None))
        if self.clock.problem:
            self.flaws.append((0, "", self.clock.problem, True, None, None))

    def _take_block(self, component: Component, chunk: bytes, read: Read) -> bool:
        """True if the component is a block of ours, or a second copy of one that needs no more said."""
        if not is_ours(read, self.me):
            if damaged_mark(read):
                self._report(component.start, chunk, "its mark was damaged, so it isn't treated as a block")
            return False
        written = self.layout.data[component.start : component.end]
        block = standing_block(read, chunk, written, self.home)
        if block is None:
            self._report(component.start, chunk, "this block takes no time any more")
            return True
        first = self.blocks.setdefault(read.uid, block)
        if first is block:
            return True
        self._report(component.start, b"", "a second copy of a block, which is left alone")
        return first.when == block.when

    def _take_series(self, uid: str, members: list[tuple[Component, Read]]) -> None:
        """The events of all components with one UID: the series, and the changes to its occurrences."""
        if len(members) == 1 and members[0][1].original is None:  # the usual case, made short
            component, read = members[0]
            self._emit(uid, component, read, read.series)
            return
        masters = _newest([(c, r) for c, r in members if r.original is None], self.home)
        changes = [(c, r) for c, r in members if r.original is not None]
        if masters and masters[-1][1].series.start.is_date:
            changes = [(c, self._on_days(c, r)) for c, r in changes]
        changes = _latest_changes(changes, self.home)
        if masters:
            changes = _still_there(changes, masters[-1][1], self.home)
        originals = gather([r.original for _, r in changes if r.original is not None], self.home)
        later = sorted(
            ((r.original, c, r) for c, r in changes if r.and_later and r.original is not None),
            key=lambda item: item[0].instant(self.home),
        )
        bounds = [original.instant(self.home) for original, _, _ in later]
        for component, read in masters:
            series = read.series
            if changes:
                series = replace(series, replaced=originals, before=bounds[0] if bounds else None)
            self._emit(uid, component, read, series)
            ends = (*bounds, None)[1:]
            for (original, changed_component, changed), since, before in zip(
                later, bounds, ends, strict=True
            ):
                move = move_between(original, changed.series.start, changed.series.span, self.home)
                tail = replace(series, since=since, before=before, moved=move)
                self._emit(uid, changed_component, changed, tail)
        for component, read in changes:
            self._emit(uid, component, read, read.series)

    def _on_days(self, component: Component, change: Read) -> Read:
        """A change to an all-day series: what it changes is a day, though it may be written as a time."""
        times = Times(self.zones(component.calendar), self.home, self.own)
        return replace(change, original=times.day(change.original) if change.original else None)

    def _emit(self, uid: str, component: Component, read: Read, series: Series) -> None:
        recurring = series.recurs or read.original is not None
        flaws = read.flaws
        found: list[Occurrence] = []
        try:
            found = list(expand(series, self.window, self.home, self.steps))
        except TooDenseError as problem:
            # A rule of its own is passed over and said; a calendar most of whose series are is no base for a plan.
            if self.steps.left < 0:
                raise Unreadable(
                    f"{self.calendar} has more series than can be followed", BEYOND_HINT
                ) from None
            flaws = [*flaws, f"{problem}, so its rule doesn't count"]
            found = list(expand(replace(series, rules=(), not_rules=()), self.window, self.home, self.steps))
        except ValueError as problem:
            flaws = [*flaws, str(problem)]
        self.events += events_of(read, uid, self.calendar, self.me, recurring, found)
        self.days += sum(days_inside(one.when, self.window) for one in found)
        refuse_beyond(len(self.events), self.days, self.calendar, self.window)
        chunk = self.layout.text[component.start : component.end]
        for flaw in flaws:
            self._report(component.start, chunk, flaw)
        for odd in read.odd:
            self._report(component.start, chunk, odd, read=True)

    def _report(self, start: int, chunk: bytes, why: str, read: bool = False) -> None:
        uid = next((p.value.strip() for p in properties(chunk[:20_000], ("UID",))), "")
        self.flaws.append((start, uid[:80], why, read, *may_be_about(chunk)))
        if may_be_ours(chunk) and not read:
            self.complete = False

    def _skipped(self) -> Iterator[SkippedComponent]:
        """What was reported, in the order of the file; its lines are counted once."""
        line, at = 1, 0
        flaws = sorted(self.flaws, key=lambda flaw: flaw[0])
        for start, uid, why, read, first, last in flaws[:MAX_REPORTS]:
            begin, name = self.places[bisect_right(self.places, start, key=itemgetter(0)) - 1]
            if begin > at:
                line, at = 1, begin
            line += self.layout.text.count(b"\n", at, start)
            at = start
            where = f"{name}, line {line}" if name else f"line {line}"
            yield SkippedComponent(f"{where}, UID {uid}" if uid else where, why, read, first, last)
        if len(flaws) > MAX_REPORTS:
            yield SkippedComponent(
                "further on", f"{len(flaws) - MAX_REPORTS} more parts have something wrong"
            )


def may_be_about(chunk: bytes) -> tuple[date | None, date | None]:
    """The days that a component with something wrong in it may be about, None where there is no telling."""
    found = {name: items[0].value for name, items in properties_by_name(chunk[:20_000], _TELLING).items()}
    days = {name: day for name in ("DTSTART", "DTEND") if (day := _day_in(found.get(name, "")))}
    first = days.get("DTSTART")
    if first is None or "RECURRENCE-ID" in found:
        return None, None
    single = found.keys().isdisjoint(("RRULE", "RDATE", "DURATION"))
    last = max(days.values()) if single and ("DTEND" not in found or "DTEND" in days) else None
    return first - DAY, last and last + DAY  # a day of slack for zones


def _day_in(text: str) -> date | None:
    match = re.match(r"\s*(\d{4})-?(\d\d)-?(\d\d)", text, re.ASCII)
    try:
        return date(*map(int, match.groups())) if match and 1 < int(match[1]) < 9999 else None
    except ValueError:
        return None


Members = list[tuple[Component, Read]]


def _newest(members: Members, home: tzinfo) -> Members:
    """Of several revisions of one event the newest.

    Two that begin at different times are revisions only where SEQUENCE says that there have been some.
    """
    if len(members) < 2:
        return members
    highest = max(read.sequence for _, read in members)
    same: dict[object, Members] = defaultdict(list)
    for component, read in members:
        start = read.series.start
        if read.sequence == highest:
            same[not highest and (start.is_date, start.instant(home))].append((component, read))
    return [member for revisions in same.values() for member in _standing(revisions)]


def _standing(revisions: Members) -> Members:
    """Those of the highest revision. Where several are, none replaces another: each that says something else counts."""
    highest = max(read.revision for _, read in revisions)
    unique = {
        (read.series.start, read.series.span, tuple(read.series.rules), read.value("SUMMARY")): (
            component,
            read,
        )
        for component, read in revisions
        if read.revision == highest
    }
    return list(unique.values())


def _still_there(changes: Members, master: Read, home: tzinfo) -> Members:
    """The changes less those to an occurrence that a later revision of the series excludes."""
    excluded = exclusion(master.series, home)
    return [
        (component, read)
        for component, read in changes
        if read.and_later
        or read.sequence >= master.sequence
        or not (read.original and excluded(read.original))
    ]


def _latest_changes(members: Members, home: tzinfo) -> Members:
    """Of several changes to one occurrence the latest."""
    same: dict[object, Members] = defaultdict(list)
    for component, read in members:
        if read.original is not None:
            same[(read.original.instant(home), read.original.is_date, read.and_later)].append(
                (component, read)
            )
    return [member for revisions in same.values() for member in _standing(revisions)]
