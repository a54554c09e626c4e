"""The bytes of an iCalendar file → Snapshot. Shared by every backend that speaks iCalendar."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from blocker.calendars.ics.blocks import damaged_mark, etag_of, is_ours, may_be_ours, standing_block
from blocker.calendars.ics.events import BrokenError, Read, events_of, read_component
from blocker.calendars.ics.filter import may_touch
from blocker.calendars.ics.lexer import Component, Layout, properties, properties_by_name, unescape
from blocker.calendars.ics.people import address_in, likely_user
from blocker.calendars.ics.rrule_dates import Steps, TooDenseError
from blocker.calendars.ics.series import Occurrence, Series, exclusion, expand, gather, move_between
from blocker.calendars.ics.zone_names import iana_zone
from blocker.calendars.ics.zones import MAX_ZONES, Zones
from blocker.values.events import Event, SkippedComponent, Snapshot, StandingBlock
from blocker.values.intervals import Interval

MAX_REPORTS = 200
OWN = ("X-WR-TIMEZONE", "X-WR-CALNAME")  # what a calendar says of itself; looked for by one expression
_TZID = rb'\nDTSTART;[^\n:]*?TZID="?([^":;\r\n]+)'


def read_calendar(
    layout: Layout, window: Interval, *, calendar: str, zone: str | None, me: tuple[str, ...]
) -> Snapshot:
    """Everything in a file that touches ``window``, and our blocks without a window.

    ``zone`` is the user's; None means the calendar's own, and UTC where it names none. What can't be
    read is listed in ``skipped``; ``complete`` is False only if one of our blocks may be among it.
    """
    own_zone = calendar_zone(layout)
    home: tzinfo = ZoneInfo(zone or own_zone or "UTC")
    people = tuple(address.lower() for address in me) or calendar_user(layout)
    return _Reading(layout, window, calendar, UTC if str(home) == "UTC" else home, people).run(own_zone)


def calendar_zone(layout: Layout) -> str | None:
    """The zone the calendar names as its own, else the one most of its events are written in."""
    named = iana_zone(_calendar_value(layout, "X-WR-TIMEZONE"))
    if named is not None:
        return named.key
    counts = Counter(
        layout.text[m.start(1) - 1 : m.end(1) - 1].decode("utf-8", "replace")
        for m in re.finditer(_TZID, layout.upper)
    )
    zones: Counter[str] = Counter()
    for tzid, count in counts.most_common(MAX_ZONES):
        known = iana_zone(tzid)
        if known is not None:
            zones[known.key] += count
    return min(zones, key=lambda name: (-zones[name], name), default=None)


def calendar_user(layout: Layout) -> tuple[str, ...]:
    """Who the user is by what the file says: its name if that is an address, else its usual attendee."""
    named = address_in(unescape(_calendar_value(layout, "X-WR-CALNAME")))
    return (named,) if named else likely_user(layout)


def _calendar_value(layout: Layout, name: str) -> str:
    at = layout.upper.find(b"\n" + name.encode())
    if at < 0:
        return ""
    found = properties_by_name(layout.text[at : at + 2000], OWN)
    return found[name][0].value.strip() if name in found else ""


class _Reading:
    """One pass over a file."""

    def __init__(
        self, layout: Layout, window: Interval, calendar: str, home: tzinfo, me: tuple[str, ...]
    ) -> None:
        self.layout, self.window, self.calendar, self.home, self.me = layout, window, calendar, home, me
        self.zones = Zones(self._definitions)
        self.steps = Steps()
        self.flaws: list[tuple[int, str, str, bool]] = []  # offset, UID, why, whether it counts all the same
        self.complete = layout.insert_at is not None
        self.blocks: dict[str, StandingBlock] = {}
        self.events: list[Event] = []

    def run(self, own_zone: str | None) -> Snapshot:
        for problem in self.layout.problems:
            self._report(problem.start, self.layout.text[problem.start : problem.end], problem.why)
        series: dict[str, list[tuple[Component, Read]]] = {}
        for component in may_touch(self.layout, self.window):
            chunk = self.layout.text[component.start : component.end]
            try:
                read = read_component(chunk, self.zones, self.home)
                if self._take_block(component, chunk, read):
                    continue
            except BrokenError as problem:
                self._report(component.start, chunk, str(problem))
                continue
            series.setdefault(read.uid or f"no-uid-{etag_of(chunk)[:12]}", []).append((component, read))
        for uid, members in series.items():
            self._take_series(uid, members)
        for tzid in self.zones.unknown[:MAX_REPORTS]:
            place = max(self.layout.text.find(tzid.encode()), 0)
            why = f"the zone {tzid[:60]!r} is unknown, so its times are read as {self.home}"
            self.flaws.append((place, "", why, True))
        self.events.sort(key=lambda event: (event.when, event.uid, event.title))
        return Snapshot(
            calendar=self.calendar,
            window=self.window,
            events=tuple(self.events),
            blocks=tuple(sorted(self.blocks.values(), key=lambda block: (block.when, block.key))),
            zone=own_zone,
            me=self.me,
            complete=self.complete,
            cut_off=self.layout.insert_at is None,
            identities_return=True,
            components=sum(c.name == "VEVENT" for c in self.layout.components),
            skipped=tuple(self._skipped()),
        )

    def _definitions(self) -> Mapping[str, bytes]:
        found: dict[str, bytes] = {}
        for component in self.layout.components:
            if component.name == "VTIMEZONE":
                chunk = self.layout.text[component.start : component.end]
                for item in properties(chunk, ("TZID",)):
                    found.setdefault(item.value.strip(), chunk)
        return found

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
        masters = _newest([(c, r) for c, r in members if r.original is None])
        changes = _latest_changes([(c, r) for c, r in members if r.original is not None], self.home)
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

    def _emit(self, uid: str, component: Component, read: Read, series: Series) -> None:
        recurring = series.recurs or read.original is not None
        flaws = read.flaws
        found: list[Occurrence] = []
        try:
            found = list(expand(series, self.window, self.home, self.steps))
        except TooDenseError as problem:
            flaws = [*flaws, f"{problem}, so its rule doesn't count"]
            found = list(expand(replace(series, rules=(), not_rules=()), self.window, self.home, self.steps))
        except ValueError as problem:
            flaws = [*flaws, str(problem)]
        self.events += events_of(read, uid, self.calendar, self.me, recurring, found)
        for flaw in flaws:
            self._report(component.start, self.layout.text[component.start : component.end], flaw)

    def _report(self, start: int, chunk: bytes, why: str) -> None:
        uid = next((p.value.strip() for p in properties(chunk[:20_000], ("UID",))), "")
        self.flaws.append((start, uid[:80], why, False))
        if may_be_ours(chunk):
            self.complete = False

    def _skipped(self) -> Iterator[SkippedComponent]:
        """What was reported, in the order of the file; its lines are counted once."""
        line, at = 1, 0
        flaws = sorted(self.flaws, key=lambda flaw: flaw[0])
        for start, uid, why, read in flaws[:MAX_REPORTS]:
            line += self.layout.text.count(b"\n", at, start)
            at = start
            yield SkippedComponent(f"line {line}, UID {uid}" if uid else f"line {line}", why, read)
        if len(flaws) > MAX_REPORTS:
            yield SkippedComponent(
                "further on", f"{len(flaws) - MAX_REPORTS} more parts have something wrong"
            )


def _newest(members: list[tuple[Component, Read]]) -> list[tuple[Component, Read]]:
    """Of several revisions of one event the newest; of equals all, each time once."""
    if len(members) < 2:
        return members
    newest = max(read.sequence for _, read in members)
    unique: dict[object, tuple[Component, Read]] = {}
    for component, read in members:
        if read.sequence == newest:
            unique[(read.series.start, tuple(read.series.rules))] = (component, read)
    return list(unique.values())


def _still_there(
    changes: list[tuple[Component, Read]], master: Read, home: tzinfo
) -> list[tuple[Component, Read]]:
    """The changes less those to an occurrence that a later revision of the series excludes."""
    excluded = exclusion(master.series, home)
    return [
        (component, read)
        for component, read in changes
        if read.and_later
        or read.sequence >= master.sequence
        or not (read.original and excluded(read.original))
    ]


def _latest_changes(members: list[tuple[Component, Read]], home: tzinfo) -> list[tuple[Component, Read]]:
    """Of several changes to one occurrence the latest."""
    latest: dict[object, tuple[Component, Read]] = {}
    for component, read in members:
        if read.original is None:
            continue
        key = (read.original.instant(home), read.original.is_date)
        if key not in latest or read.sequence >= latest[key][1].sequence:
            latest[key] = (component, read)
    return list(latest.values())
