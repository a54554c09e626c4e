"""VEVENT components → events: what each says, normalised, once for all its occurrences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time, timedelta, tzinfo

from msgspec import Struct
from msgspec.structs import replace

from blocker.calendars.ics.lexer import Property, properties_by_name, text_list, unescape
from blocker.calendars.ics.moments import Moment, read_duration, read_moment, read_moments
from blocker.calendars.ics.people import RESPONSES, address_of, is_person
from blocker.calendars.ics.rrule import Rule, by_days_alone, parse_rule
from blocker.calendars.ics.series import Occurrence, Series, Span, gather, in_zone, span_between, span_of
from blocker.calendars.ics.zones import Zones
from blocker.values.events import Event

_SINGLE = (
    *("UID", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "SEQUENCE", "STATUS", "TRANSP", "CLASS"),
    *("SUMMARY", "ORGANIZER", "COLOR", "X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-ALLDAYEVENT"),
    *("X-BLOCKER-KEY", "X-BLOCKER-SLOT", "X-BLOCKER-VERSION", "X-BLOCKER-TEXT"),
)
_RECURS = ("RRULE", "EXRULE", "RDATE", "EXDATE")
_REPEATED = (*_RECURS, "ATTENDEE", "CATEGORIES")
_READ = (*_SINGLE, *_REPEATED)
MAX_TITLE = 1_000  # characters; nothing that is shown needs more
_DECIDES_TIME = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID")


class BrokenError(ValueError):
    """A component that can't be read; the message is the reason in one sentence."""


class Read(Struct, frozen=True):
    """One VEVENT as read: its times as a series, and its properties by name.

    ``original`` is the RECURRENCE-ID of a changed occurrence, ``and_later`` its RANGE=THISANDFUTURE.
    ``flaws`` are what had to be passed over in a component that counts all the same.
    """

    uid: str
    series: Series
    single: dict[str, Property]
    repeated: dict[str, list[Property]]
    original: Moment | None = None
    and_later: bool = False
    sequence: int = 0
    flaws: Sequence[str] = ()

    def value(self, name: str) -> str:
        found = self.single.get(name)
        return found.value.strip() if found else ""


def read_component(chunk: bytes, zones: Zones, home: tzinfo) -> Read:
    """Read a VEVENT. Raises BrokenError if it isn't known when it begins or ends."""
    single, repeated = _sorted(properties_by_name(chunk, _READ))
    try:
        start = _moment(single, "DTSTART", zones)
        if start is None:
            raise BrokenError("it has no DTSTART")
        original = _moment(single, "RECURRENCE-ID", zones)
        start, span = _start_and_span(single, start, zones, home)
        for moment in (start, original):
            if moment is not None:
                moment.instant(home)  # out of range?
    except ValueError as problem:
        raise BrokenError(str(problem)) from None
    series = Series(start, span)
    flaws: list[str] = []
    if original is None and not repeated.keys().isdisjoint(_RECURS):
        series, flaws = _with_recurrence(series, repeated, zones, home)
    recurrence = single.get("RECURRENCE-ID")
    return Read(
        uid=single["UID"].value.strip() if "UID" in single else "",
        series=series,
        single=single,
        repeated=repeated,
        original=original,
        and_later=recurrence is not None and recurrence.param("RANGE").upper() == "THISANDFUTURE",
        sequence=_number(single.get("SEQUENCE")),
        flaws=flaws,
    )


def _sorted(found: dict[str, list[Property]]) -> tuple[dict[str, Property], dict[str, list[Property]]]:
    """Of a property that belongs there once, the first; of the others all."""
    repeated = {name: found.pop(name) for name in _REPEATED if name in found}
    for name in _DECIDES_TIME:
        items = found.get(name, ())
        if len(items) > 1 and any(item != items[0] for item in items):
            raise BrokenError(f"it has {name} twice")
    return {name: items[0] for name, items in found.items()}, repeated


def _moment(single: dict[str, Property], name: str, zones: Zones) -> Moment | None:
    found = single.get(name)
    if found is None:
        return None
    try:
        return read_moment(found.value, _zone(found, zones))
    except ValueError as problem:
        raise BrokenError(f"its {name} {problem}") from None


def _zone(found: Property, zones: Zones) -> tzinfo | None:
    tzid = found.param("TZID") if found.head else ""
    # A time in UTC needs no zone, and one that names a strange zone is no reason to report it.
    return zones.find(tzid) if tzid and not found.value.strip().endswith(("Z", "z")) else None


def _start_and_span(
    single: dict[str, Property], start: Moment, zones: Zones, home: tzinfo
) -> tuple[Moment, Span]:
    end = _moment(single, "DTEND", zones)
    all_day = single.get("X-MICROSOFT-CDO-ALLDAYEVENT")
    if all_day is not None and all_day.value.strip().upper() == "TRUE" and not start.is_date:
        start, end = _whole_days(start, end, home)
    if end is not None:
        return start, span_between(start, end, home)
    if "DURATION" in single:
        try:
            return start, span_of(start, read_duration(single["DURATION"].value))
        except ValueError as problem:
            raise BrokenError(f"its DURATION: {problem}") from None
    return start, Span(1 if start.is_date else 0, timedelta(0))


def _whole_days(start: Moment, end: Moment | None, home: tzinfo) -> tuple[Moment, Moment | None]:
    """Outlook may write an all-day event as midnight to midnight, in its zone or as these are in UTC."""
    for zone in (start.zone or home, home):
        first, last = in_zone(start, zone, home), in_zone(end, zone, home) if end else None
        if first.wall.time() == time() and (last is None or last.wall.time() == time()):
            return Moment(first.wall, None, True), Moment(last.wall, None, True) if last else None
    return start, end


def _number(found: Property | None) -> int:
    text = found.value.strip() if found else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _with_recurrence(
    series: Series, repeated: dict[str, list[Property]], zones: Zones, home: tzinfo
) -> tuple[Series, list[str]]:
    """The series with its rules and dates. What can't be read is said, and the rest counts."""
    rules: list[Rule] = []
    not_rules: list[Rule] = []
    extra: list[tuple[Moment, Span | None]] = []
    excluded: list[Moment] = []
    flaws = []
    for found in (p for name in _RECURS for p in repeated.get(name, ())):
        try:
            if found.name == "RDATE":
                more = list(_extra(found, zones, home))
                gather([moment for moment, _ in more], home)  # out of range?
                extra += more
            elif found.name == "EXDATE":
                moments = [moment for moment, _ in read_moments(found, zones.find)]
                gather(moments, home)  # out of range?
                excluded += moments
            elif found.value.strip():
                rule = parse_rule(found.value)
                if rule.until:
                    read_moment(rule.until, None)
                if series.start.is_date:
                    rule = by_days_alone(rule)
                (rules if found.name == "RRULE" else not_rules).append(rule)
        except ValueError as problem:
            flaws.append(f"its {found.name} can't be read, so it counts without: {problem}")
    return replace(
        series, rules=rules, not_rules=not_rules, extra=extra, excluded=gather(excluded, home)
    ), flaws


def _extra(found: Property, zones: Zones, home: tzinfo) -> Iterator[tuple[Moment, Span | None]]:
    for moment, rest in read_moments(found, zones.find):
        if not rest:
            yield moment, None
        elif rest.upper().startswith(("P", "+P", "-P")):
            yield moment, span_of(moment, read_duration(rest))
        else:
            yield moment, span_between(moment, read_moment(rest, moment.zone), home)


def events_of(
    read: Read, uid: str, calendar: str, me: tuple[str, ...], recurring: bool, found: Sequence[Occurrence]
) -> list[Event]:
    """The events of a component's occurrences. What it says is normalised once, and not for none."""
    if not found:
        return []
    busy_status = read.value("X-MICROSOFT-CDO-BUSYSTATUS").upper()
    status = read.value("STATUS").lower()
    if not status:
        status = "tentative" if busy_status == "TENTATIVE" else "confirmed"
    organizer = address_of(read.single["ORGANIZER"]) if "ORGANIZER" in read.single else ""
    response, others = _guests(read, organizer, me)
    summary = read.single.get("SUMMARY")
    first = Event(
        uid,
        calendar,
        unescape(summary.value[:MAX_TITLE]).strip() if summary else "",
        found[0].when,
        found[0].dates,
        status=status if status in ("tentative", "cancelled") else "confirmed",
        transparent=_transparent(read.value("TRANSP").upper(), busy_status),
        response=response,
        event_type="outOfOffice" if busy_status == "OOF" else "default",
        organizer=organizer,
        organizer_is_me=bool(organizer) and organizer in me,
        attendees=others,
        categories=tuple(c for p in read.repeated.get("CATEGORIES", ()) for c in text_list(p.value)),
        color=read.value("COLOR"),
        private=read.value("CLASS").upper() in ("PRIVATE", "CONFIDENTIAL"),
        recurring=recurring,
    )
    return [first, *(replace(first, when=more.when, dates=more.dates) for more in found[1:])]


def _transparent(transp: str, busy_status: str) -> bool | None:
    if transp in ("TRANSPARENT", "OPAQUE"):
        return transp == "TRANSPARENT"
    return True if busy_status == "FREE" else None


def _guests(read: Read, organizer: str, me: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The user's own response, and the other people: addresses, or what stands in place of one."""
    response = "none"
    others: dict[str, None] = {}
    guests = read.repeated.get("ATTENDEE", ())
    for found in guests:
        address = address_of(found)
        if address and address in me:
            response = RESPONSES.get((found.param("PARTSTAT") or "NEEDS-ACTION").upper(), "none")
        elif is_person(found):
            others[address or found.value.strip().lower()] = None
    # Outlook leaves the organizer out of its list; Google names a calendar where no person organises.
    if guests and organizer not in me and not organizer.endswith("calendar.google.com"):
        others.setdefault(organizer)
    others.pop("", None)
    return response, tuple(others)
