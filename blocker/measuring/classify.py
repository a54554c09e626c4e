"""Event → kind of time, with the reason in words. The first rule that matches wins, in this order:

what takes no time at all, the user's own rules, invitations that don't count, travel, duty, away, all-day
notes, the user's own strategic time, front line, learning, personal; everything else is operational.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import cache
from operator import attrgetter

from blocker.measuring import absences, patterns
from blocker.measuring.conditions import Comparison, Condition, compare, holds, searcher
from blocker.measuring.expressions import parse
from blocker.values.events import TRAVEL, Event
from blocker.values.kinds import AWAY, FRONTLINE, IGNORED, LEARNING, OFFSITE, OPERATIONAL, PERSONAL, STRATEGIC
from blocker.values.plan import Classified
from blocker.values.settings import Settings

# What the user's own classification rules can ask about an event, and the unit of each.
PROPERTIES = {
    "title": "text",
    "calendar": "text",
    "color": "text",
    "category": "text",
    "organizer": "text",
    "attendees": "count",  # the others; the user is not counted
    "minutes": "minutes",
}
OWN_STRATEGIC_MINUTES = 60  # design 4.1: shorter than an hour is no thinking time
AWAY_LONG_MINUTES = 120  # a "conference" of an hour is a meeting
A_DAY_MINUTES = 24 * 60  # a rota's weeks on call are timed; a shift is work
OFFSITE_LENGTH = timedelta(hours=4)  # half a day
# Calendar entries that are shown as events and take nobody's time.
NOTHING_TYPES = {
    "workingLocation": "working location",
    "birthday": "birthday",
    "task": "a task, not an event",
}


_told = attrgetter(
    "title", "calendar", "status", "transparent", "response", "event_type", "organizer", "categories", "color",
    "private",
)  # fmt: skip


def classify(events: Iterable[Event], settings: Settings) -> tuple[Classified, ...]:
    """Give each event its kind, in the order given. Raises ExpressionError for a bad rule of the user's."""
    events = tuple(events)
    rules = _user_rules(settings)
    people = cache(lambda: absences.names(events, settings.me))
    known: dict[object, tuple[str, str]] = {}
    found = []
    for event in events:
        alike = _what_decides(event)
        kind = known.get(alike)
        if kind is None:
            kind = known[alike] = _kind(event, rules, people, settings)
        found.append(Classified(event, *kind))
    return tuple(found)


def _what_decides(event: Event) -> tuple[object, ...]:
    """All that a kind may depend on: the occurrences of a series have it in common."""
    start, end = event.when.start, event.when.end
    return _told(event), len(event.attendees), event.dates is None, end - start


def condition(text: str) -> Condition:
    """Read one classification condition, such as ``title ~ 'strategy' and attendees = 0``."""
    return parse(text, PROPERTIES, "property")


def dedupe(events: Iterable[Event]) -> tuple[Event, ...]:
    """One of each event that two of the person's calendars show, in order.

    It is the same if its identity and start are, or its title, start and end: sync tools give their copies
    identities of their own. The copy that knows the user's answer is kept, else the one that knows most
    attendees. Two events of one calendar are two, whatever they have in common.
    """
    events = tuple(events)
    if len({event.calendar for event in events}) < 2:
        return events
    kept: list[Event] = []
    calendars: list[set[str]] = []  # of each that is kept, which calendars show it
    known: dict[object, list[int]] = defaultdict(list)
    for event in events:
        looks = [look for look in _looks(event) if look is not None]
        alike = (n for look in looks for n in known.get(look, ()) if event.calendar not in calendars[n])
        number = next(alike, None)
        if number is None:
            number = len(kept)
            kept.append(event)
            calendars.append(set())
        elif _knows(event) > _knows(kept[number]):
            kept[number] = event
        calendars[number].add(event.calendar)
        for look in looks:
            if number not in known[look]:
                known[look].append(number)
    return tuple(kept)


def _looks(event: Event) -> tuple[object, ...]:
    """What two copies of one event may have in common, the surest first."""
    start, end = event.when.start, event.when.end
    titled = (event.title, start, end) if event.title else None
    if not event.uid:
        return (titled,)
    return (event.uid, event.title, start, end), (event.uid, start), titled


def own_offsites(events: Iterable[Event], settings: Settings) -> tuple[Event, ...]:
    """The user's own offsites: by pattern (shipped, or ``classify.offsite``), half a day long or all day."""
    own = [condition(text) for text in settings.classify.get(OFFSITE, ())]

    def is_offsite(event: Event) -> bool:
        return _by_rule(event, own) or patterns.matched("offsite", event.title) is not None

    long = [event for event in events if _half_a_day(event) and event.event_type != TRAVEL]
    return tuple(
        event
        for event in long
        if _nothing(event) is None and _uncounted(event, settings) is None and is_offsite(event)
    )


def _knows(event: Event) -> tuple[bool, int]:
    return event.response != "none", len(event.attendees)


def _half_a_day(event: Event) -> bool:
    start, end = event.when.start, event.when.end
    return end - start >= OFFSITE_LENGTH or event.all_day


def _kind(
    event: Event,
    rules: Sequence[tuple[str, str, Condition]],
    people: Callable[[], tuple[frozenset[str], frozenset[str]]],
    settings: Settings,
) -> tuple[str, str]:
    nothing = _nothing(event)
    if nothing is not None:
        return IGNORED, f"ignored: {nothing}"
    for kind, name, rule in rules:
        if holds(rule, lambda comparison: _test(event, comparison)):
            # What the rule looks for in a private title would give the title away.
            if kind != IGNORED and event.event_type == TRAVEL:
                break  # the way to the gym is no sport
            return kind, f"your rule {name.partition(':')[0] if event.private else name}"
    uncounted = _uncounted(event, settings)
    if uncounted is not None:
        return IGNORED, f"ignored: {uncounted}"
    if event.event_type == TRAVEL:
        return OPERATIONAL, "operational: travel time"
    duty = _duty(event)
    if duty is not None:
        return IGNORED, f"ignored: all-day note, {duty}"
    away = _away(event)
    if away is not None:
        if event.event_type != "outOfOffice" and absences.somebody_elses(event.title, *people()):
            return IGNORED, "ignored: somebody else's absence"
        return AWAY, f"away: {away}"
    if event.all_day:
        return IGNORED, "ignored: all-day note"
    strategic = _own_strategic(event)
    if strategic is not None:
        return STRATEGIC, f"strategic: {strategic}"
    for kind in (FRONTLINE, LEARNING, PERSONAL):
        by_title = _has(kind, event)
        if by_title is not None:
            return kind, f"{kind}: {by_title}"
    return OPERATIONAL, "operational: timed and busy"


def _nothing(event: Event) -> str | None:
    """Why the event takes none of the user's time; None if it does."""
    if event.status == "cancelled":
        return "cancelled"
    form = patterns.cancelled_form(event.title)
    if form is not None:
        return "cancelled" if event.private else f"cancelled: the title begins “{form}”"
    if event.response == "declined":
        return "you declined"
    if event.response == "delegated":
        return "you delegated it"
    if event.event_type in NOTHING_TYPES:
        return NOTHING_TYPES[event.event_type]
    if event.transparent:
        return "shown as free"
    return None


def _duty(event: Event) -> str | None:
    """Who is on call all day, or stands in for somebody, works on as ever."""
    if event.event_type == "outOfOffice" or not (event.all_day or event.when.minutes >= A_DAY_MINUTES):
        return None
    words = patterns.on_duty(event.title)
    if words is None:
        return None
    return "on duty by its title" if event.private else f"the title has “{words}”"


def _away(event: Event) -> str | None:
    if event.event_type == "outOfOffice":
        return "out of office"
    if event.all_day and event.transparent is False:
        return "all day and busy"
    by_title = _has("away", event)
    if by_title is None and (event.all_day or event.when.minutes >= AWAY_LONG_MINUTES):
        by_title = _has("away for long", event)
    if by_title is None and event.all_day:
        by_title = _has("offsite", event)
    return by_title


def _own_strategic(event: Event) -> str | None:
    """An own offsite, with whomever; else time that is the user's alone and called so."""
    offsite = _has("offsite", event) if _half_a_day(event) else None
    if offsite is not None:
        return f"your own half day, {offsite}"
    if event.attendees or event.when.minutes < OWN_STRATEGIC_MINUTES:
        return None
    if event.event_type == "focusTime":
        return "yours alone, focus time"
    by_title = _has("strategic", event)
    return None if by_title is None else f"yours alone, {by_title}"


def _uncounted(event: Event, settings: Settings) -> str | None:
    if not settings.count.tentative and "tentative" in (event.status, event.response):
        return "tentative, and you don't count those"
    if not settings.count.unanswered and event.response == "needs-action" and not event.organizer_is_me:
        return "not answered, and you don't count those"
    return None


def _has(kind: str, event: Event) -> str | None:
    words = patterns.matched(kind, event.title)
    if words is None:
        return None
    return "by its title" if event.private else f"the title has “{words}”"


def _user_rules(settings: Settings) -> tuple[tuple[str, str, Condition], ...]:
    """Kind, name and condition of each of the user's rules; offsites are no kind of event."""
    return tuple(
        (kind, f"{kind} #{number}: {text}", condition(text))
        for kind, texts in settings.classify.items()
        if kind != OFFSITE
        for number, text in enumerate(texts, start=1)
    )


def _by_rule(event: Event, conditions: Iterable[Condition]) -> bool:
    return any(holds(rule, lambda comparison: _test(event, comparison)) for rule in conditions)


def _test(event: Event, comparison: Comparison) -> bool:
    value = comparison.value
    if isinstance(value, float):
        number = len(event.attendees) if comparison.name == "attendees" else event.when.minutes
        return compare(number, comparison.sign, value)
    texts = _texts(event, comparison.name)
    if "~" in comparison.sign:
        found = any(searcher(value).search(text) for text in texts)
    else:
        found = value.casefold() in (text.casefold() for text in texts)
    return found != comparison.sign.startswith("!")


def _texts(event: Event, name: str) -> tuple[str, ...]:
    if name == "category":
        return event.categories
    if name == "calendar":
        return _calendar_names(event.calendar)
    return {"title": (event.title,), "color": (event.color,), "organizer": (event.organizer,)}[name]


def _calendar_names(address: str) -> tuple[str, ...]:
    """What a person may call a calendar: its address, the part after the scheme, a file's name, its stem."""
    rest = address.partition(":")[2] or address
    file = rest.replace("\\", "/").rpartition("/")[2]
    return address, rest, file, file.removesuffix(".ics")
