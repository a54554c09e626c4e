"""VEVENT components → events: what each says, normalised, once for all its occurrences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo

from msgspec import Struct
from msgspec.structs import replace

from blocker.calendars.ics.lexer import Property, properties_by_name, text_list, unescape
from blocker.calendars.ics.moments import Moment, read_duration, read_moment
from blocker.calendars.ics.people import address_of, answer_of, is_person, response_of
from blocker.calendars.ics.rrule import Rule, by_days_alone, parse_rule
from blocker.calendars.ics.rrule_dates import on_days
from blocker.calendars.ics.series import Occurrence, Series, Span, gather, span_between, span_of
from blocker.calendars.ics.times import Midnights, Times, as_written
from blocker.calendars.ics.zones import Zones
from blocker.values.events import TRAVEL, Event
from blocker.values.intervals import Interval

_SINGLE = (
    *("UID", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "SEQUENCE", "DTSTAMP", "STATUS", "TRANSP"),
    *("CLASS", "SUMMARY", "ORGANIZER", "COLOR", "X-APPLE-TRAVEL-DURATION"),
    *("X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-ALLDAYEVENT"),
    *("X-BLOCKER-KEY", "X-BLOCKER-SLOT", "X-BLOCKER-VERSION", "X-BLOCKER-TEXT"),
)
_RECURS = ("RRULE", "EXRULE", "RDATE", "EXDATE")
_REPEATED = (*_RECURS, "ATTENDEE", "CATEGORIES")
_READ = (*_SINGLE, *_REPEATED)
MAX_TITLE = 1_000  # characters; nothing that is shown needs more
MAX_COMPONENT = 32 * 1024 * 1024  # bytes, attachments included; mail servers stop at 25 MB
MAX_LINES = 50_000  # not counting those that continue one
MAX_LISTED = 1_000_000  # characters of dates and people in all; as many as 50,000 dates have
_DECIDES_TIME = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID")
# What Outlook says of an event (X-MICROSOFT-CDO-BUSYSTATUS): status, transparent, event type. It is believed
# before STATUS, where Outlook writes CONFIRMED whatever it is, and TRANSP, which knows no working elsewhere.
_OUTLOOK = {
    "FREE": ("confirmed", True, "default"),
    "TENTATIVE": ("tentative", False, "default"),
    "BUSY": ("confirmed", False, "default"),
    "OOF": ("confirmed", False, "outOfOffice"),
    "WORKINGELSEWHERE": ("confirmed", True, "workingLocation"),
}


class BrokenError(ValueError):
    """A component that can't be read; the message is the reason in one sentence."""


class Read(Struct, frozen=True):
    """One VEVENT as read: its times as a series, and its properties by name.

    ``original`` is the RECURRENCE-ID of a changed occurrence, ``and_later`` its RANGE=THISANDFUTURE.
    ``flaws`` are what had to be passed over in a component that counts all the same, ``odd`` what was read
    though its form is wrong. ``travel`` is how long before each occurrence the way to it takes.
    """

    uid: str
    series: Series
    single: dict[str, Property]
    repeated: dict[str, list[Property]]
    original: Moment | None = None
    and_later: bool = False
    travel: timedelta = timedelta(0)
    flaws: Sequence[str] = ()
    odd: Sequence[str] = ()

    @property
    def sequence(self) -> int:
        return _number(self.single.get("SEQUENCE"))

    @property
    def revision(self) -> tuple[int, datetime]:
        """What orders the revisions of one event."""
        return self.sequence, _stamp(self.single.get("DTSTAMP"))

    def value(self, name: str) -> str:
        found = self.single.get(name)
        return found.value.strip() if found else ""

    @property
    def private(self) -> bool:
        return self.value("CLASS").upper() in ("PRIVATE", "CONFIDENTIAL")


def read_component(chunk: bytes, zones: Zones, home: tzinfo, own: tzinfo | None = None) -> Read:
    """Read a VEVENT. Raises BrokenError if it isn't known when it begins or ends.

    ``home`` is the user's zone, ``own`` the calendar's (None: it names none).
    """
    size = len(chunk)
    if size > MAX_COMPONENT or (size > MAX_LINES and chunk.count(b"\n") - chunk.count(b"\n ") > MAX_LINES):
        raise BrokenError(f"it is larger than {MAX_COMPONENT // 2**20} MB or {MAX_LINES:,} lines")
    single, repeated = _sorted(properties_by_name(chunk, _READ))
    if size > MAX_LISTED and _length_of(repeated) > MAX_LISTED:
        raise BrokenError("it lists more dates or people than can be followed")
    times = Times(zones, home, own)
    try:
        start = _moment(single, "DTSTART", times)
        if start is None:
            raise BrokenError("it has no DTSTART")
        original = _moment(single, "RECURRENCE-ID", times)
        start, span, midnights = _start_and_span(single, start, times)
        for moment in (start, original):
            if moment is not None:
                moment.instant(home)  # out of range?
    except ValueError as problem:
        raise BrokenError(str(problem)) from None
    series = Series(start, span)
    flaws: list[str] = []
    if original is None and not repeated.keys().isdisjoint(_RECURS):
        series, flaws = _with_recurrence(series, repeated, times, midnights)
    travel = _travel(single, flaws)
    recurrence = single.get("RECURRENCE-ID")
    return Read(
        uid=single["UID"].value.strip() if "UID" in single else "",
        series=series,
        single=single,
        repeated=repeated,
        original=original,
        and_later=recurrence is not None and recurrence.param("RANGE").upper() == "THISANDFUTURE",
        travel=travel,
        flaws=flaws,
        odd=times.flaws,
    )


def _length_of(repeated: dict[str, list[Property]]) -> int:
    return sum(len(found.value) for listed in repeated.values() for found in listed)


def _sorted(found: dict[str, list[Property]]) -> tuple[dict[str, Property], dict[str, list[Property]]]:
    """Of a property that belongs there once, the first; of the others all."""
    repeated = {name: found.pop(name) for name in _REPEATED if name in found}
    for name in _DECIDES_TIME:
        items = found.get(name, ())
        if len(items) > 1 and any(item != items[0] for item in items):
            raise BrokenError(f"it has {name} twice")
    return {name: items[0] for name, items in found.items()}, repeated


def _moment(single: dict[str, Property], name: str, times: Times) -> Moment | None:
    found = single.get(name)
    if found is None:
        return None
    try:
        return times.of(found)
    except ValueError as problem:
        raise BrokenError(f"its {name} {problem}") from None


def _start_and_span(
    single: dict[str, Property], start: Moment, times: Times
) -> tuple[Moment, Span, Midnights | None]:
    """Start and length; for an all-day event that is written as midnight to midnight, what these are."""
    end = _moment(single, "DTEND", times)
    midnights = None
    outlook, called = single.get("X-MICROSOFT-CDO-ALLDAYEVENT"), single["DTSTART"]
    is_called_a_date = bool(called.head) and called.param("VALUE").upper() == "DATE"
    if not start.is_date and (is_called_a_date or (outlook and outlook.value.strip().upper() == "TRUE")):
        midnights = times.midnights(start, end)
    if midnights is not None:
        start = times.day(start, midnights.zone)
        end = times.day(end, midnights.zone) if end is not None else None
    if end is not None:
        return start, _span_between(start, end, times), midnights
    if "DURATION" in single:
        try:
            return start, span_of(start, read_duration(single["DURATION"].value)), midnights
        except ValueError as problem:
            raise BrokenError(f"its DURATION: {problem}") from None
    return start, Span(1 if start.is_date else 0, timedelta(0)), midnights


def _span_between(start: Moment, end: Moment, times: Times) -> Span:
    """How long it lasts.

    An end in another form than the start's is in the start's zone, and so is one that would come before it.
    """
    if start.is_date:
        return span_between(start, end if end.is_date else times.edge(end), times.home)
    in_the_starts = replace(end, zone=start.zone, is_date=False)
    forms = [end, in_the_starts]
    if (end.zone is None) != (start.zone is None or (end.is_date and start.zone is UTC)):
        forms.reverse()
    for form in forms:
        with suppress(ValueError):  # it would end before it starts
            if (span := span_between(start, form, times.home)).rest:
                return span
    return span_between(start, forms[0], times.home)


def _travel(single: dict[str, Property], flaws: list[str]) -> timedelta:
    found = single.get("X-APPLE-TRAVEL-DURATION")
    if found is None:
        return timedelta(0)
    try:
        length = read_duration(found.value)
    except ValueError as problem:
        flaws.append(f"its X-APPLE-TRAVEL-DURATION can't be read, so it counts without: {problem}")
        return timedelta(0)
    return max(length.days * timedelta(days=1) + length.rest, timedelta(0))


def _stamp(found: Property | None) -> datetime:
    """When a revision was made; one that doesn't say so, or not plainly, is the oldest."""
    try:
        return read_moment(found.value if found else "", None).instant(UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _number(found: Property | None) -> int:
    text = found.value.strip() if found else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _with_recurrence(
    series: Series, repeated: dict[str, list[Property]], times: Times, midnights: Midnights | None
) -> tuple[Series, list[str]]:
    """The series with its rules and dates. What can't be read is said, and the rest counts."""
    rules: list[Rule] = []
    not_rules: list[Rule] = []
    extra: list[tuple[Moment, Span | None]] = []
    excluded: list[Moment] = []
    flaws = []
    zone = midnights.zone if midnights else None

    def of_the_series(moment: Moment) -> Moment:
        return times.day(moment, zone) if series.start.is_date else moment

    for found in (p for name in _RECURS for p in repeated.get(name, ())):
        try:
            if found.name == "RDATE":
                more = [
                    (of_the_series(moment), _own_span(of_the_series(moment), moment, rest, times))
                    for moment, rest in times.all_of(found)
                ]
                gather([moment for moment, _ in more], times.home)  # out of range?
                extra += more
            elif found.name == "EXDATE":
                moments = [of_the_series(moment) for moment, _ in times.all_of(found)]
                gather(moments, times.home)  # out of range?
                excluded += moments
            elif found.value.strip():
                rule = parse_rule(found.value)
                if rule.until:
                    until = of_the_series(times.read("UNTIL", rule.until, None))
                    rule = replace(rule, until=as_written(until))
                if series.start.is_date:
                    rule = by_days_alone(rule)
                if midnights is not None:
                    rule = on_days(rule, series.start.wall, midnights.shift)
                (rules if found.name == "RRULE" else not_rules).append(rule)
        except ValueError as problem:
            flaws.append(f"its {found.name} can't be read, so it counts without: {problem}")
    return replace(
        series, rules=rules, not_rules=not_rules, extra=extra, excluded=gather(excluded, times.home)
    ), flaws


def _own_span(start: Moment, written: Moment, rest: str, times: Times) -> Span | None:
    """The length that an RDATE has of its own, None if it has none; ``start`` may be the day of what is written."""
    if not rest:
        return None
    if rest.upper().startswith(("P", "+P", "-P")):
        return span_of(start, read_duration(rest))
    return _span_between(start, times.read("RDATE", rest, written.zone), times)


def events_of(
    read: Read, uid: str, calendar: str, me: tuple[str, ...], recurring: bool, found: Sequence[Occurrence]
) -> list[Event]:
    """The events of a component's occurrences. What it says is normalised once, and not for none."""
    if not found:
        return []
    status, transparent, event_type = _how_busy(read)
    organizer = address_of(read.single["ORGANIZER"]) if "ORGANIZER" in read.single else ""
    response, others = _guests(read, organizer, me)
    summary = read.single.get("SUMMARY")
    first = Event(
        uid,
        calendar,
        unescape(summary.value[:MAX_TITLE]).strip() if summary else "",
        found[0].when,
        found[0].dates,
        status=status,
        transparent=transparent,
        response=response,
        event_type=event_type,
        organizer=organizer,
        organizer_is_me=bool(organizer) and organizer in me,
        attendees=others,
        categories=tuple(c for p in read.repeated.get("CATEGORIES", ()) for c in text_list(p.value)),
        color=read.value("COLOR"),
        private=read.private,
        recurring=recurring,
    )
    events = [first, *(replace(first, when=more.when, dates=more.dates) for more in found[1:])]
    return [*events, *_travels(events, read.travel)] if read.travel else events


def _how_busy(read: Read) -> tuple[str, bool | None, str]:
    """Status, transparency (None: it isn't said) and Google's word for the type of event."""
    status = read.value("STATUS").lower()
    transp = read.value("TRANSP").upper()
    transparent = transp == "TRANSPARENT" if transp in ("TRANSPARENT", "OPAQUE") else None
    said = (status if status in ("tentative", "cancelled") else "confirmed", transparent, "default")
    found, transparent, event_type = _OUTLOOK.get(read.value("X-MICROSOFT-CDO-BUSYSTATUS").upper(), said)
    return "cancelled" if status == "cancelled" else found, transparent, event_type


def _travels(events: Sequence[Event], length: timedelta) -> Iterator[Event]:
    """The way to each timed event, as an event of its own: nobody else is on it."""
    for event in events:
        if event.dates is None:
            way = Interval(event.when.start - length, event.when.start)
            yield replace(event, title=f"Travel: {event.title}", when=way, event_type=TRAVEL, attendees=())


def _guests(read: Read, organizer: str, me: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The user's own response, and the other people: addresses, or what stands in place of one."""
    responses: list[str] = []
    others: dict[str, None] = {}
    guests = read.repeated.get("ATTENDEE", ())
    for found in guests:
        address = address_of(found)
        if address and address in me:
            responses.append(response_of(found))
        elif is_person(found):
            others[address or found.value.strip().lower()] = None
    # Outlook leaves the organizer out of its list; Google names a calendar where no person organises.
    if guests and organizer not in me and not organizer.endswith("calendar.google.com"):
        others.setdefault(organizer)
    others.pop("", None)
    return answer_of(responses), tuple(others)
