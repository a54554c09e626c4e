"""An independent reader of an ``.ics`` file: icalendar reads the text, dateutil expands the rules, and the
program's own blocks are known by their mark. Nothing here imports the program."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrulestr
from icalendar import Calendar, Component

PIECE = re.compile(rb"(?ims)^BEGIN:(VEVENT|VTIMEZONE)[ \t]*\r?\n.*?^END:\1[ \t]*(?:\r?\n|\Z)")
MARK = re.compile(rb"(?im)^X-BLOCKER-KEY[:;]")
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
AWAY = re.compile(
    r"\b(vacation|annual leave|pto|out of office|ooo|conference(?! (?:link|call|room|bridge))|travel)\b",
    re.IGNORECASE,
)
STRATEGIC = re.compile(r"\b(thinking time|strategic thinking|focus time|deep work)\b", re.IGNORECASE)
FRONTLINE = re.compile(r"\b(gemba|site visit)\b", re.IGNORECASE)
LEARNING = re.compile(r"\b(training|webinar)\b", re.IGNORECASE)
PERSONAL = re.compile(r"\b(lunch|dentist|school run)\b", re.IGNORECASE)
OFFSITE = re.compile(r"\b(off-?site|retreat)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Event:
    """One occurrence of somebody else's event; an all-day one runs from local midnight to midnight."""

    uid: str
    title: str
    start: datetime
    end: datetime
    all_day: bool
    kind: str
    own: bool = False
    others: int = 0
    outsiders: bool = False
    recurring: bool = False
    private: bool = False

    @property
    def blocking(self) -> bool:
        """Whether it takes time: an ignored event takes none, nor does an all-day note."""
        return self.kind not in {"ignored", "note"}


@dataclass(frozen=True)
class Block:
    """One event of ours, as the file has it."""

    key: str
    slot: str
    version: str
    uid: str
    title: str
    start: datetime
    end: datetime
    all_day: bool
    free: bool
    floating: bool
    categories: str


@dataclass(frozen=True)
class Book:
    """A calendar file: the bytes that are not ours, the events in a window, and our blocks."""

    foreign: bytes
    events: tuple[Event, ...]
    blocks: tuple[Block, ...]
    zone: ZoneInfo
    me: str


def foreign_bytes(raw: bytes) -> bytes:
    """The file without the components that carry our mark."""
    return PIECE.sub(lambda m: b"" if MARK.search(m.group()) else m.group(), raw)


def our_pieces(raw: bytes) -> list[bytes]:
    """The components that carry our mark, as bytes."""
    return [m.group() for m in PIECE.finditer(raw) if MARK.search(m.group())]


def read(raw: bytes, start: datetime, end: datetime, loose: bool = False) -> Book:
    """Everything in the file; other people's events as they fall between the two moments.

    ``loose`` also takes an EXDATE out that names its occurrence's UTC time with a zone beside it: some
    exporters write that, some readers forgive it, RFC 5545 does not.
    """
    calendar = Calendar.from_ical(raw)
    zone, me = _zone(calendar, raw), _me(calendar)
    ours = {_text(c, "UID") for c in calendar.walk("VEVENT") if "X-BLOCKER-KEY" in c}
    theirs = [c for c in calendar.walk("VEVENT") if "X-BLOCKER-KEY" not in c and _text(c, "UID") not in ours]
    events = tuple(
        sorted(_expand(theirs, zone, me, (start, end), loose), key=lambda e: (e.start, e.end, e.title))
    )
    blocks = [_block(c, zone, calendar) for c in calendar.walk("VEVENT") if "X-BLOCKER-KEY" in c]
    return Book(foreign_bytes(raw), events, tuple(sorted(blocks, key=lambda b: b.key)), zone, me)


def _text(component: Component, name: str) -> str:
    value = component.get(name)
    return str(value[0] if isinstance(value, list) else value) if value is not None else ""


def _zone(calendar: Component, raw: bytes) -> ZoneInfo:
    names = Counter(m.decode() for m in re.findall(rb"(?m)^DTSTART;(?:[^:\n]*;)?TZID=\"?([^\";:\r\n]+)", raw))
    for name in [_text(calendar, "X-WR-TIMEZONE"), *(n for n, _ in names.most_common())]:
        for guess in (name, "/".join(name.split("/")[-2:])):
            try:
                return ZoneInfo(guess)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                continue
    return ZoneInfo("UTC")


def _me(calendar: Component) -> str:
    name = _text(calendar, "X-WR-CALNAME").strip().lower()
    if ADDRESS.fullmatch(name):
        return name
    attended = [set(who) for c in calendar.walk("VEVENT") if (who := _attendees(c))]
    counts = Counter(a for people in attended for a in people)
    most = counts.most_common(1)
    return str(most[0][0]) if most and most[0][1] * 2 > len(attended) else ""


def _bare(address: object) -> str:
    return str(address).lower().removeprefix("mailto:")


def _attendees(component: Component) -> dict[str, str]:
    """Who is asked, and what they answered; a calendar that stands in for a room or group is nobody."""
    lines = component.get("ATTENDEE") or []
    people = lines if isinstance(lines, list) else [lines]
    said = {_bare(p): str(p.params.get("PARTSTAT", "")) for p in people}
    return {who: part for who, part in said.items() if not who.endswith("calendar.google.com")}


def _aware(value: date | datetime, zone: tzinfo) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def _block(component: Component, zone: ZoneInfo, calendar: Component) -> Block:
    first, last = component.decoded("DTSTART"), component.decoded("DTEND")
    known = {_text(c, "TZID") for c in calendar.walk("VTIMEZONE")}
    tzid = component["DTSTART"].params.get("TZID")
    timed = isinstance(first, datetime)
    return Block(
        key=_text(component, "X-BLOCKER-KEY"),
        slot=_text(component, "X-BLOCKER-SLOT"),
        version=_text(component, "X-BLOCKER-VERSION"),
        uid=_text(component, "UID"),
        title=_text(component, "SUMMARY"),
        start=_aware(first, zone),
        end=_aware(last, zone),
        all_day=not timed,
        free=_text(component, "TRANSP").upper() == "TRANSPARENT",
        floating=timed and (first.tzinfo is None or (tzid is not None and tzid not in known)),
        categories=",".join(str(c) for c in getattr(component.get("CATEGORIES"), "cats", ())),
    )


def _expand(
    components: list[Component], zone: ZoneInfo, me: str, window: tuple[datetime, datetime], loose: bool
) -> Iterator[Event]:
    replaced: dict[str, set[datetime]] = {}
    for one in components:
        if "RECURRENCE-ID" in one:
            replaced.setdefault(_text(one, "UID"), set()).add(_aware(one.decoded("RECURRENCE-ID"), zone))
    seen: set[tuple[str, datetime]] = set()
    for one in components:
        if "DTSTART" not in one:
            continue
        gone = {d.replace(tzinfo=UTC) for d in _listed(one, "EXDATE", None)} if loose else set()
        for begin, finish in _occurrences(one, zone, *window):
            uid = _text(one, "UID")
            if "RECURRENCE-ID" not in one and begin in replaced.get(uid, ()):
                continue
            if finish > window[0] and begin < window[1] and (uid, begin) not in seen and begin not in gone:
                seen.add((uid, begin))
                yield _event(one, begin, finish, zone, me)


def _occurrences(
    one: Component, zone: ZoneInfo, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    first = one.decoded("DTSTART")
    where = first.tzinfo if isinstance(first, datetime) and first.tzinfo else zone
    length = _length(one, first, zone)
    for naive in _starts(one, first, where, start, end):
        begin = naive.replace(tzinfo=where).astimezone(UTC)
        if isinstance(first, datetime):
            yield begin, begin + length
        else:
            yield begin, (naive + length).replace(tzinfo=where).astimezone(UTC)


def _length(one: Component, first: date | datetime, zone: ZoneInfo) -> timedelta:
    if "DTEND" in one:
        last = one.decoded("DTEND")
        if isinstance(first, datetime):
            return max(_aware(last, zone) - _aware(first, zone), timedelta())
        return timedelta(days=max((_day(last) - first).days, 1))
    if "DURATION" in one:
        length: timedelta = one.decoded("DURATION")
        return max(length, timedelta())
    return timedelta() if isinstance(first, datetime) else timedelta(days=1)


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _starts(
    one: Component, first: date | datetime, where: tzinfo, start: datetime, end: datetime
) -> list[datetime]:
    """The starts on the event's own wall clock, without the exceptions."""
    origin = _wall(first, where)
    if "RRULE" not in one and "RDATE" not in one:
        return [origin]
    found = {origin}
    rules = one.get("RRULE") or []
    low = start.replace(tzinfo=None) - timedelta(days=32)
    high = end.replace(tzinfo=None) + timedelta(days=2)
    for rule in rules if isinstance(rules, list) else [rules]:
        text = rule.to_ical().decode()
        until = rule.get("UNTIL")
        if until:
            last = until[0]
            limit = _wall(last, where) if isinstance(last, datetime) else datetime.combine(last, time.max)
            text = re.sub(r"UNTIL=[^;]+", f"UNTIL={limit:%Y%m%dT%H%M%S}", text)
        found.update(rrulestr(text, dtstart=origin).between(low, high, inc=True))
    found.update(_listed(one, "RDATE", where))
    return sorted(found.difference(_listed(one, "EXDATE", where)))


def _listed(one: Component, name: str, where: tzinfo | None) -> Iterator[datetime]:
    """The moments of an RDATE or EXDATE on the wall clock of a zone, or as they are written."""
    lists = one.get(name) or []
    for chunk in lists if isinstance(lists, list) else [lists]:
        for item in chunk.dts:
            moment = item.dt[0] if isinstance(item.dt, tuple) else item.dt
            if where is None and isinstance(moment, datetime):
                yield moment.replace(tzinfo=None)
            elif where is not None:
                yield _wall(moment, where)


def _wall(value: date | datetime, where: tzinfo) -> datetime:
    if not isinstance(value, datetime):
        return datetime.combine(value, time())
    return (value.astimezone(where) if value.tzinfo else value).replace(tzinfo=None)


def _event(one: Component, begin: datetime, finish: datetime, zone: ZoneInfo, me: str) -> Event:
    people = _attendees(one)
    title, all_day = _text(one, "SUMMARY"), not isinstance(one.decoded("DTSTART"), datetime)
    others = len(set(people) - {me})
    kind = _kind(one, title, all_day, finish - begin, others, people.get(me, "") if me else "")
    return Event(
        uid=_text(one, "UID"),
        title=title,
        start=begin,
        end=finish,
        all_day=all_day,
        kind=kind,
        own=bool(me) and _bare(one.get("ORGANIZER", "")) == me,
        others=others,
        outsiders=bool(me) and any(who.split("@")[-1] != me.split("@")[-1] for who in people),
        recurring=any(name in one for name in ("RRULE", "RDATE", "RECURRENCE-ID")),
        private=_text(one, "CLASS").upper() in {"PRIVATE", "CONFIDENTIAL"},
    )


def _kind(one: Component, title: str, all_day: bool, length: timedelta, others: int, partstat: str) -> str:
    status = _text(one, "X-MICROSOFT-CDO-BUSYSTATUS").upper()
    gone = _text(one, "STATUS").upper() == "CANCELLED" or re.match(r"cancell?ed:", title, re.IGNORECASE)
    if gone or partstat == "DECLINED" or _text(one, "TRANSP").upper() == "TRANSPARENT" or status == "FREE":
        return "ignored"
    if AWAY.search(title) or status == "OOF" or (all_day and _text(one, "TRANSP").upper() == "OPAQUE"):
        return "away"
    if all_day:
        return "note"
    if STRATEGIC.search(title) and not others and length >= timedelta(minutes=60):
        return "strategic"
    if OFFSITE.search(title) and length >= timedelta(minutes=240):
        return "offsite"
    for pattern, kind in ((FRONTLINE, "frontline"), (LEARNING, "learning"), (PERSONAL, "personal")):
        if pattern.search(title):
            return kind
    return "operational"
