"""Google's JSON → Event or StandingBlock, and what is asked for. Nothing here talks to anyone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from blocker.calendars.google.descriptions import text_of
from blocker.calendars.google.marks import Json, generation_in, guests_of, is_ours, mark_of, part
from blocker.calendars.ics.people import CALENDAR_ADDRESSES, address_in, answer_of
from blocker.calendars.marks import kind_of, parse_slot
from blocker.values.events import DECLINE_NONE, Event, Ref, StandingBlock
from blocker.values.intervals import Interval, interval

FOCUS, ORDINARY, TASK = "focusTime", "default", "task"

# What is asked for. The description of others' events is read for one thing: a Google Task shows up
# as focus time, and only its description tells the two apart.
_COMMON = (
    "id,etag,status,eventType,summary,description,start,end,transparency,recurringEventId,recurrence,locked,"
    "organizer(email,self),extendedProperties/private,focusTimeProperties/autoDeclineMode"
)
BLOCK_FIELDS = f"{_COMMON},attendees(email,self),attendeesOmitted,visibility,colorId,location,reminders"
EVENT_FIELDS = (
    f"{_COMMON},iCalUID,visibility,colorId,creator(email,self),attendees(email,self,resource,responseStatus),"
    "attendeesOmitted"
)
BLOCKS_FIELDS = f"nextPageToken,timeZone,items({BLOCK_FIELDS})"
EVENTS_FIELDS = f"nextPageToken,summary,timeZone,accessRole,items({EVENT_FIELDS})"

# What else of a block is put back with it (undo): what the user made of it.
KEPT = ("visibility", "colorId", "location", "reminders")

COLORS = ("lavender", "sage", "grape", "flamingo", "banana", "tangerine", "peacock", "graphite", "blueberry", "basil", "tomato")  # fmt: skip
_TASK_ADDRESS = "tasks.google.com/task/"
_RESPONSES = {"needsAction": "needs-action"}
_MIDNIGHT = time()


class BrokenError(ValueError):
    """An event that can't be read; the message says why."""


def is_page(answer: Json) -> bool:
    """True if an answer can be a page of a list: it says something, if only the calendar's zone."""
    return (
        bool(answer)
        and isinstance(answer.get("items", []), list)
        and isinstance(answer.get("nextPageToken", ""), str)
    )


def items_of(pages: Iterable[Json]) -> list[Any]:
    return [item for page in pages for item in page.get("items", ())]


def is_event(answer: Json, event_id: str, or_gone: bool = False) -> bool:
    """True if an answer is that event, with a version to rest a change on (or deleted: then only the id is sure)."""
    gone = or_gone and answer.get("status") == "cancelled"
    return answer.get("id") == event_id and (gone or has_version(answer))


def has_version(item: Json) -> bool:
    """True if an event has an etag that can be sent back in a header."""
    etag = item.get("etag")
    return isinstance(etag, str) and etag.isascii() and etag.isprintable() and bool(etag)


def standing_block(item: Json, home: tzinfo) -> StandingBlock | None:
    """An event that ``is_ours``; None if a person made it take no time. Raises BrokenError."""
    if not has_version(item):
        raise BrokenError("it has no version, so that it can't be changed safely")
    when, dates = times_of(item, home)
    if when is None:
        return None
    mark = mark_of(item)
    key = mark["blockerKey"]
    return StandingBlock(
        key=key,
        kind=kind_of(key),
        slot=parse_slot(mark["blockerSlot"]),
        when=when,
        title=str(item.get("summary", "")),
        text=text_of(item),
        ref=Ref(str(item["id"]), str(item.get("etag", ""))),
        generation=generation_in(item) or 1,
        busy=item.get("transparency") != "transparent",
        focus=focus_of(item),
        dates=dates,
        text_hash=mark.get("blockerText", ""),
        raw=json.dumps({name: item[name] for name in KEPT if name in item}, sort_keys=True),
        private=_is_private(item),
    )


def _is_private(item: Json) -> bool:
    return item.get("visibility") in ("private", "confidential")


def event(item: Json, calendar: str, me: tuple[str, ...], home: tzinfo, own: bool) -> Event | None:
    """Somebody's event; None if it takes no time. Raises BrokenError.

    What Google calls ``self`` is the calendar: it is the user only where the calendar is the user's ``own``.
    """
    when, dates = times_of(item, home)
    if when is None:
        return None

    def is_me(who: Json) -> bool:
        return _address(who) in me or (own and who.get("self") is True and not is_nobody(_address(who)))

    guests = guests_of(item)
    organizer = part(item, "organizer")
    address = _address(organizer)
    mine = [g for g in guests if _address(g) in me] or [g for g in guests if is_me(g)]
    answers = [str(g.get("responseStatus", "none")) for g in mine]
    theirs = [] if own else [g for g in guests if g.get("self") and not is_me(g)]
    passed_up = any(g.get("responseStatus") == "declined" for g in theirs) and not mine
    others = [_address(g) for g in guests if not (is_me(g) or g.get("resource") or is_nobody(_address(g)))]
    if address and not is_me(organizer) and not is_nobody(address) and address not in map(_address, guests):
        others.append(address)  # guests may be hidden from each other, and whoever invites is one of them
    if item.get("attendeesOmitted") and not others:
        others.append("")  # somebody who is not shown
    by_me = is_nobody(address) and _address(part(item, "creator")) in me
    color = str(item.get("colorId", ""))
    return Event(
        uid=str(item.get("iCalUID") or item.get("id", "")),
        calendar=calendar,
        title=str(item.get("summary", "")),
        when=when,
        dates=dates,
        status=str(item.get("status", "confirmed")),
        transparent=item.get("transparency") == "transparent" or passed_up,
        response=answer_of(_RESPONSES.get(answer, answer) for answer in answers),
        event_type=_type(item),
        organizer=address,
        organizer_is_me=is_me(organizer) or by_me,
        attendees=tuple(others),
        color=COLORS[int(color) - 1] if is_color_number(color) else color,
        private=_is_private(item),
        recurring=bool(item.get("recurringEventId") or item.get("recurrence")),
    )


def is_nobody(address: str) -> bool:
    """True for the address of a calendar, or of what Google puts where nobody is known."""
    return address.endswith(CALENDAR_ADDRESSES)


def zone_of_most(items: Iterable[object]) -> str | None:
    """The zone that more than half of the timed events, ours left out, are written in; None for UTC or none."""
    timed = [
        str(part(item, "start").get("timeZone", ""))
        for item in items
        if isinstance(item, Mapping) and part(item, "start").get("dateTime") and not is_ours(item)
    ]
    for zone, count in Counter(timed).most_common(1):
        if zone not in ("", "UTC", "Etc/UTC") and count * 2 > len(timed):
            return zone
    return None


def user_in(items: Iterable[object], name: str) -> tuple[str, ...]:
    """Who the user is: the address that Google calls ``self``, else the calendar's name if it is one."""
    found: Counter[str] = Counter()
    for item in items:
        if isinstance(item, Mapping):
            people = (part(item, "organizer"), part(item, "creator"), *guests_of(item))
            found.update(_address(who) for who in people if who.get("self"))
    persons = {who: n for who, n in found.items() if who and not is_nobody(who)}
    if persons:
        return (min(persons, key=lambda who: (-persons[who], who)),)
    named = address_in(name)
    return (named,) if named else ()


def focus_of(item: Json) -> str:
    """The sort of focus time that an event is, "" if it is none."""
    if item.get("eventType") != FOCUS:
        return ""
    return str(part(item, "focusTimeProperties").get("autoDeclineMode", DECLINE_NONE))


def is_color_number(color: str) -> bool:
    return color in {str(number + 1) for number in range(len(COLORS))}


def times_of(item: Json, home: tzinfo) -> tuple[Interval | None, tuple[date, date] | None]:
    """The instants of an event, None if it takes no time, and the days of an all-day one."""
    try:
        start, end = item["start"], item["end"]
        if start.get("date"):
            first = date.fromisoformat(start["date"])
            after = max(date.fromisoformat(end["date"]), first + timedelta(days=1))
            return interval(_instant(first, home), _instant(after, home)), (first, after)
        begin, finish = _moment(start, home), _moment(end, home)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, OSError) as problem:
        raise BrokenError(f"its time can't be read: {problem}") from problem
    if finish < begin:
        raise BrokenError("it ends before it begins")
    return (None if begin == finish else Interval(begin, finish)), None


def _moment(side: Json, home: tzinfo) -> datetime:
    found = datetime.fromisoformat(side["dateTime"])
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(side["timeZone"]) if side.get("timeZone") else home)
    return found.astimezone(UTC)


def _instant(day: date, home: tzinfo) -> datetime:
    return datetime.combine(day, _MIDNIGHT, home).astimezone(UTC)


def _type(item: Json) -> str:
    found = str(item.get("eventType", ORDINARY))
    return TASK if found == FOCUS and _TASK_ADDRESS in str(item.get("description", "")) else found


def _address(who: Json) -> str:
    return str(who.get("email", "")).lower()
