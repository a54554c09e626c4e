"""All that a plan depends on, with nothing in it that tells whose it is: what ``report --bug`` writes.

An allow-list: each field is named here or it is left out. There are times, kinds and numbers in it, and
no titles, texts, places, addresses, or names of calendars. ``request_of`` makes the same plan of it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import convert, to_builtins
from msgspec.structs import replace

from blocker.measuring.classify import own_offsites
from blocker.rules.survey import Survey
from blocker.values.block_kinds import SHIPPED_KINDS, BlockKind
from blocker.values.events import Event, Ref, Snapshot, StandingBlock
from blocker.values.fingerprint import hash_of_text
from blocker.values.intervals import Interval
from blocker.values.kinds import EVENT_KINDS, IGNORED, LEVELS, OFFSITE
from blocker.values.limits import Limits
from blocker.values.memory import Memory, OwnLines, Remembered, WeekRecord
from blocker.values.plan import Cause, Classified, Plan
from blocker.values.request import Request
from blocker.values.settings import Count, Offsite, RuleText, Settings
from blocker.values.working_hours import Hours
from blocker.values.workweek import WorkWeek, parse_week

SCHEMA = 1
Json = dict[str, Any]

SETTINGS = (
    "role", "timezone", "holidays", "protect", "native_focus", "hours_set", "fiscal_start",
    "buffer_before", "buffer_after", "shift", "forecast", "thresholds", "quiet",
)  # fmt: skip
KIND = ("minutes", "shortest", "prefer", "visibility", "enabled", "every", "days", "between", "reminder")
OFFSITE_FIELDS = ("minutes", "notice_days", "guarantee")
EVENT = ("status", "transparent", "response", "event_type", "organizer_is_me", "private", "recurring")
REMEMBERED = ("key", "kind", "state", "generation", "ended_by", "tier", "zone", "put_back", "shown_busy")
RECORD = ("level", "owed_minutes", "kept_minutes", "waived_minutes")
STANDING = ("key", "kind", "generation", "busy")


def bundle(request: Request, seen: Survey, plan: Plan, salt: bytes) -> Json:
    """The request and its plan as JSON-ready values. ``salt`` keeps known UIDs from being looked for.

    Kinds and rules that the person made have numbers in place of the person's names for them.
    """
    document: Json = Numbered(request.settings).walk(_document(request, seen, plan, salt))
    return document


def _document(request: Request, seen: Survey, plan: Plan, salt: bytes) -> Json:
    offsites = {id(event) for event in own_offsites((c.event for c in seen.classified), request.settings)}
    sources = [request.snapshot, *request.others]
    numbers = {source.calendar: number for number, source in enumerate(sources)}
    return {
        "schema": SCHEMA,
        "now": request.now.isoformat(),
        "policy": request.policy,
        "week": str(request.week),
        "zone": request.workweek.zone.key,
        "holidays": sorted(day.isoformat() for day in request.workweek.holidays),
        "window": _times(request.snapshot.window),
        "complete": [source.complete for source in sources],
        "components": [source.components for source in sources],
        "unread": [source.unread for source in sources],
        "knows_the_user": bool(request.snapshot.me),
        "settings": _settings(request.settings),
        "events": [
            _event(item, id(item.event) in offsites, numbers, salt)
            for item in seen.classified
            if item.kind != IGNORED and item.event.calendar in numbers
        ],
        "blocks": [[_standing(block) for block in source.blocks] for source in sources],
        "memory": _memory(request.memory),
        "plan": [
            {"action": c.action, "key": c.key, "slot": _times(c.slot), "pinned": c.pinned, "conflict": c.conflict is not None}
            for c in plan.changes
        ],
        "unplaced": [{"key": item.key, "code": item.code} for item in plan.unplaced],
    }  # fmt: skip


def request_of(kept: Mapping[str, Any]) -> Request:
    """The request that a bundle was made of, as far as the plan depends on it."""
    window = _interval(kept["window"])
    events = [_event_of(item) for item in kept["events"]]
    settings = _settings_of(kept["settings"])
    sources = [
        Snapshot(
            calendar=f"calendar-{number}",
            window=window,
            events=tuple(event for event in events if event.calendar == f"calendar-{number}"),
            blocks=tuple(_standing_of(block) for block in kept["blocks"][number]),
            zone=kept["zone"],
            me=("me@example.invalid",) if kept["knows_the_user"] else (),
            complete=complete,
            components=kept["components"][number],
            unread=kept["unread"][number],
        )
        for number, complete in enumerate(kept["complete"])
    ]
    holidays = {date.fromisoformat(day): "holiday" for day in kept["holidays"]}
    return Request(
        now=datetime.fromisoformat(kept["now"]),
        policy=kept["policy"],
        week=parse_week(kept["week"]),
        settings=settings,
        workweek=WorkWeek(
            ZoneInfo(kept["zone"]), settings.hours, settings.lunch, holidays, settings.quiet_days
        ),
        snapshot=sources[0],
        others=tuple(sources[1:]),
        memory=_memory_of(kept["memory"]),
    )


def _fields(value: object, names: Sequence[str]) -> Json:
    return {name: getattr(value, name) for name in names}


def _times(when: Interval) -> list[str]:
    return [when.start.isoformat(), when.end.isoformat()]


def _interval(pair: Sequence[str]) -> Interval:
    return Interval(datetime.fromisoformat(pair[0]), datetime.fromisoformat(pair[1]))


def _dates(dates: tuple[date, date] | None) -> list[str] | None:
    return [day.isoformat() for day in dates] if dates else None


def _dates_of(pair: Sequence[str] | None) -> tuple[date, date] | None:
    return (date.fromisoformat(pair[0]), date.fromisoformat(pair[1])) if pair else None


def _settings(settings: Settings) -> Json:
    return {
        **_fields(settings, SETTINGS),
        "count": to_builtins(settings.count),
        "limits": to_builtins(settings.limits),
        "hours": to_builtins(settings.working),
        "rules": [to_builtins(rule) for rule in settings.rules],
        "blocks": [{"name": name, **_fields(kind, KIND)} for name, kind in settings.blocks.items()],
        "offsite": _fields(settings.offsite, OFFSITE_FIELDS),
    }


def _settings_of(kept: Mapping[str, Any]) -> Settings:
    """The settings, with rules of classification that read each event's kind off its title."""
    kinds = dict.fromkeys((*EVENT_KINDS, *(kind["name"] for kind in kept["blocks"])))
    classify = {kind: (f"title = '{kind}' or title = '{kind} {OFFSITE}'",) for kind in kinds}
    return Settings(
        **{name: kept[name] for name in SETTINGS if name != "quiet"},
        quiet=tuple(kept["quiet"]),
        calendar="calendar-0",
        count=convert(kept["count"], Count),
        limits=convert(kept["limits"], Limits),
        working=convert(kept["hours"], Hours),
        rules=tuple(RuleText(**rule) for rule in kept["rules"]),
        blocks={
            kind["name"]: convert({name: kind[name] for name in KIND}, BlockKind) for kind in kept["blocks"]
        },
        offsite=Offsite(**kept["offsite"]),
        classify={**classify, OFFSITE: tuple(f"title = '{kind} {OFFSITE}'" for kind in kinds)},
    )


def _event(item: Classified, offsite: bool, numbers: Mapping[str, int], salt: bytes) -> Json:
    event = item.event
    return {
        "uid": hashlib.sha256(salt + event.uid.encode("utf-8", "replace")).hexdigest()[:16],
        "calendar": numbers[event.calendar],
        "kind": item.kind,
        "offsite": offsite,
        "when": _times(event.when),
        "dates": _dates(event.dates),
        "others": len(event.attendees),
        **_fields(event, EVENT),
    }


def _event_of(kept: Mapping[str, Any]) -> Event:
    return Event(
        uid=kept["uid"],
        calendar=f"calendar-{kept['calendar']}",
        title=f"{kept['kind']} {OFFSITE}" if kept["offsite"] else kept["kind"],
        when=_interval(kept["when"]),
        dates=_dates_of(kept["dates"]),
        attendees=tuple(f"guest-{number}@example.invalid" for number in range(kept["others"])),
        **{name: kept[name] for name in EVENT},
    )


def _standing(block: StandingBlock) -> Json:
    edited = [block.title_edited, block.text_edited, block.section_edited]
    times = {"slot": _times(block.slot), "when": _times(block.when), "dates": _dates(block.dates)}
    return {**_fields(block, STANDING), **times, "edited": edited}


def _standing_of(kept: Mapping[str, Any]) -> StandingBlock:
    return StandingBlock(
        **{name: kept[name] for name in STANDING},
        slot=_interval(kept["slot"]),
        when=_interval(kept["when"]),
        dates=_dates_of(kept["dates"]),
        title="",
        text="",
        ref=Ref(f"{kept['key']} {kept['generation']}", "1"),
        text_hash="" if any(kept["edited"]) else hash_of_text("", ""),
    )


def _memory(memory: Memory) -> Json:
    return {
        "blocks": [
            {**_fields(b, REMEMBERED), "slot": _times(b.slot), "causes": [to_builtins(c) for c in b.causes]} for b in memory.blocks
        ],
        "weeks": [
            {
                **_fields(record, RECORD),
                "week": str(record.week),
                "causes": [to_builtins(cause) for cause in record.causes],
            }
            for record in memory.weeks
        ],
        "skipped_weeks": [str(week) for week in memory.skipped_weeks],
        "skipped_keys": list(memory.skipped_keys),
        "paused_until": memory.paused_until.isoformat() if memory.paused_until else None,
        "busy_hours": {str(week): hours for week, hours in memory.busy_hours.items()},
        "generations": dict(memory.generations),
        "fill": [[str(week), ahead, hours] for (week, ahead), hours in memory.fill.items()],
        "confirmed": memory.confirmed,
        "undone_under": memory.undone_under,
        "parked": len(memory.parked),
        "lines": to_builtins(memory.lines),
    }  # fmt: skip


def _memory_of(kept: Mapping[str, Any]) -> Memory:
    weeks = [
        WeekRecord(
            week=parse_week(record["week"]),
            causes=_causes(record["causes"]),
            **{name: record[name] for name in RECORD},
        )
        for record in kept["weeks"]
    ]
    return replace(
        Memory(),
        blocks=tuple(
            Remembered(slot=_interval(b["slot"]), causes=_causes(b["causes"]), **{name: b[name] for name in REMEMBERED if name in b})
            for b in kept["blocks"]
        ),
        weeks=tuple(weeks),
        skipped_weeks=tuple(parse_week(week) for week in kept["skipped_weeks"]),
        skipped_keys=tuple(kept["skipped_keys"]),
        paused_until=date.fromisoformat(kept["paused_until"]) if kept["paused_until"] else None,
        busy_hours={parse_week(week): hours for week, hours in kept["busy_hours"].items()},
        generations=kept["generations"],
        fill={(parse_week(week), ahead): hours for week, ahead, hours in kept["fill"]},
        confirmed=kept["confirmed"],
        undone_under=kept.get("undone_under", ""),
        lines=convert(kept["lines"], OwnLines | None),
    )  # fmt: skip


def _causes(kept: Sequence[Mapping[str, Any]]) -> tuple[Cause, ...]:
    return tuple(Cause(**cause) for cause in kept)


class Numbered:
    """Puts numbers for the names that a person gave to kinds and rules, in the order of the names."""

    def __init__(self, settings: Settings) -> None:
        booked = {kind for rule in settings.rules for kind in rule.book}
        kinds = sorted((booked | set(settings.blocks)) - set(SHIPPED_KINDS) - set(EVENT_KINDS))
        rules = sorted({rule.name for rule in settings.rules} - set(LEVELS))
        self._kinds = {name: f"kind{number}" for number, name in enumerate(kinds, 1)}
        self._rules = {name: f"rule{number}" for number, name in enumerate(rules, 1)}

    def walk(self, value: Any, name: str = "", inside: str = "") -> Any:
        """The same value without those names; ``name`` is what it is called, ``inside`` in what."""
        if isinstance(value, dict):
            of_kinds = name in ("generations", "book")
            return {self._kind(k) if of_kinds else k: self.walk(v, k, name) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.walk(item, name, inside) for item in value]
        if not isinstance(value, str):
            return value
        if name == "rule" or (name == "name" and inside == "rules"):
            return self._rules.get(value, self._kind(value))
        if name in ("kind", "key", "skipped_keys", "name", "tier"):
            return self._kind(value)
        return value

    def _kind(self, text: str) -> str:
        """A kind's name, or a key that begins with one."""
        kind, slash, rest = text.partition("/")
        return f"{self._kinds.get(kind, kind)}{slash}{rest}"
