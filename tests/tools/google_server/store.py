"""Calendars and their events: what a write does, and what a read finds.

An event is kept as the JSON that the API would answer, its times in the form they were written in. Nothing
here knows of HTTP. The same verbs serve the API and the people behind it (`human=True`), who may do what
the API refuses.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from . import recurrence, rules, times
from .bodies import differ, drop, merged, with_omitted_guests, without_nulls
from .discovery import Discovery
from .errors import ApiError, bad

Json = dict[str, Any]

ROLES = ("none", "freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner")

# What a client may send but never decides.
_READ_ONLY = (
    "kind",
    "etag",
    "htmlLink",
    "hangoutLink",
    "created",
    "updated",
    "creator",
    "organizer",
    "locked",
)
# What stays as it was when the event was made.
_IMMUTABLE = ("id", "iCalUID", "recurringEventId", "originalStartTime", "privateCopy", "birthdayProperties")
# What belongs to the organizer, not to each guest's copy.
_SHARED = ("summary", "description", "location", "start", "end", "recurrence")
_RESCHEDULING = ("start", "end", "recurrence", "status")


@dataclass
class Record:
    body: Json
    revision: int


@dataclass
class Calendar:
    id: str
    summary: str
    zone: ZoneInfo
    access_role: str = "owner"
    primary: bool = False
    hidden: bool = False
    working_hours: Json | None = None
    aliases: frozenset[str] = frozenset()  # other addresses of whoever it belongs to
    default_reminders: list[Json] = field(default_factory=lambda: [{"method": "popup", "minutes": 10}])
    records: dict[str, Record] = field(default_factory=dict)
    purged: set[str] = field(default_factory=set)  # ids of events that are gone for good, and yet not free

    def belongs_to(self, address: str | None) -> bool:
        return address == self.id or address in self.aliases

    def may(self, role: str) -> bool:
        return ROLES.index(self.access_role) >= ROLES.index(role)


class Store:
    def __init__(
        self, email: str, clock: Callable[[], datetime], discovery: Discovery, *, ineligible: ApiError
    ) -> None:
        self.email = self.owner = email  # of the request that is answered; of whoever brings no account along
        self.clock = clock
        self.ineligible = ineligible
        self.focus_time = True
        self.restorable = True
        self.restless = 0  # so many conditional writes to come find that the version moved by itself
        self.calendars: dict[str, Calendar] = {}
        self.settings: dict[str, str] = {}
        self.revision = 0
        self.now = clock()  # of the last write
        self.oldest_sync = 0  # sync tokens of earlier revisions have expired
        self._defaults = discovery.defaults("Event")
        self._guest_defaults = discovery.defaults("EventAttendee")

    # Finding

    def calendar(self, calendar_id: str, role: str = "freeBusyReader") -> Calendar:
        """A calendar that the account may use in that role. One it may not even see does not exist for it."""
        found = self.calendars.get(self.email if calendar_id == "primary" else calendar_id)
        if found is None or not found.may("freeBusyReader"):
            raise ApiError(404, "notFound")
        if not found.may(role):
            raise ApiError(403, "forbidden", f"You need to have {role} access to this calendar.")
        return found

    def find(self, calendar: Calendar, event_id: str) -> Json:
        """An event, deleted ones too, or an instance of a series."""
        record = calendar.records.get(event_id)
        if record is not None:
            return effective(calendar, record.body)
        master = calendar.records.get(event_id.rpartition("_")[0])
        if master is not None and "recurrence" in master.body:
            instance = recurrence.instance_by_id(master.body, event_id)
            if instance is not None:
                return instance
        raise ApiError(404, "notFound")

    # Writing

    def insert(self, calendar: Calendar, body: Json, *, human: bool = False) -> Json:
        new: Json = without_nulls(body)
        if "id" in new and not human:
            rules.check_id(new["id"])
            if "iCalUID" in new:
                raise bad("invalid", "Only one of id and iCalUID can be given.")
        new.setdefault("id", self._fresh_id(calendar))
        if new["id"] in calendar.records or new["id"] in calendar.purged:
            raise ApiError(409, "duplicate")
        if not human:
            for name in (*_READ_ONLY, "recurringEventId", "originalStartTime"):
                new.pop(name, None)
            if new.get("status") == "cancelled":
                raise bad("invalid", "An event cannot be created as cancelled.")
        return self._save(calendar, new, None, human)

    def patch(
        self,
        calendar: Calendar,
        event_id: str,
        changes: Json,
        *,
        if_match: str | None = None,
        human: bool = False,
    ) -> Json:
        """Objects are merged, lists replaced, null takes a field away."""
        old = self._matching(calendar, event_id, if_match)
        allowed = changes if human else {k: v for k, v in changes.items() if k not in _READ_ONLY + _IMMUTABLE}
        return self._save(calendar, merged(old, with_omitted_guests(allowed, old)), old, human)

    def update(self, calendar: Calendar, event_id: str, body: Json, *, if_match: str | None = None) -> Json:
        """PUT: what is not sent is gone."""
        old = self._matching(calendar, event_id, if_match)
        if body.get("id", event_id) != event_id:
            raise bad("invalid", "The id in the body is not the id in the path.")
        new = {name: value for name, value in without_nulls(body).items() if name not in _READ_ONLY}
        new = {"sequence": old["sequence"]} | with_omitted_guests(new, old)
        new |= {
            name: old[name]
            for name in (*_IMMUTABLE, "created", "creator", "organizer", "locked")
            if name in old
        }
        return self._save(calendar, new, old, False)

    def delete(self, calendar: Calendar, event_id: str, *, if_match: str | None = None) -> None:
        old = self.find(calendar, event_id)
        if old["status"] == "cancelled":
            raise ApiError(410, "deleted")
        self._matching(calendar, event_id, if_match)
        self._save(calendar, old | {"status": "cancelled"}, old, True)

    # Beneath

    def _matching(self, calendar: Calendar, event_id: str, if_match: str | None) -> Json:
        old = deepcopy(self.find(calendar, event_id))
        if if_match is not None and self.restless:
            self.restless -= 1
            self.revision += 1
            old["etag"] = calendar.records[event_id].body["etag"] = self._etag()
        if if_match not in (None, "*", old["etag"]):
            raise ApiError(412, "conditionNotMet", header="If-Match")
        return old

    def _save(self, calendar: Calendar, new: Json, old: Json | None, human: bool) -> Json:
        """Checks the whole event, then stamps and stores it: a write that fails changes nothing."""
        new = deepcopy(new)
        new.setdefault("status", "confirmed")
        if not (new["status"] == "cancelled" and "start" not in new):  # a bare tombstone, put there as such
            rules.check_event(new, calendar.zone)
        if human:
            new.setdefault("eventType", "default")
        else:
            self._refuse(calendar, new, old)
        self._derive(calendar, new, old)
        changed = old is None or any(
            new.get(k) != old.get(k) for k in {*new, *old} - {"reminders", "sequence"}
        )
        self.revision += 1
        self.now = self.clock()
        new["etag"] = self._etag()
        if changed:
            new["updated"] = times.stamp(self.now)
        new.setdefault("created", times.stamp(self.now))
        calendar.records[new["id"]] = Record(new, self.revision)
        if old is not None and "recurrence" in old:
            self._drop_orphans(calendar, new)
        return new

    def _etag(self) -> str:
        return f'"{3_500_000_000_000_000 + 2 * self.revision}"'

    def _refuse(self, calendar: Calendar, new: Json, old: Json | None) -> None:
        """What only the API minds."""
        rules.check_type(new, old, primary=calendar.primary)
        if new["eventType"] == "focusTime" and old is None and not self.focus_time:
            raise self.ineligible
        if old is None:
            return
        if old["status"] == "cancelled" and new["status"] != "cancelled" and not self.restorable:
            raise ApiError(403, "forbidden")
        if new.get("sequence", 0) < old["sequence"]:
            raise bad("invalid", "Invalid sequence value: it is below the current one.")
        if any(differ(name, new, old, calendar.zone) for name in _SHARED):
            if old.get("locked"):
                raise ApiError(403, "forbidden", "The event is locked.")
            if not old["organizer"].get("self") and not old.get("guestsCanModify"):
                raise ApiError(403, "forbiddenForNonOrganizer")

    def _derive(self, calendar: Calendar, new: Json, old: Json | None) -> None:
        """Fields that the server sets, and defaults that it does not show."""
        new["kind"] = "calendar#event"
        new.setdefault("iCalUID", f"{new['id']}@google.com")
        link = base64.urlsafe_b64encode(f"{new['id']} {calendar.id}".encode()).decode().rstrip("=")
        new["htmlLink"] = f"https://www.google.com/calendar/event?eid={link}"
        new.setdefault("creator", {"email": self.email})
        new.setdefault(
            "organizer",
            {"email": calendar.id} | ({} if calendar.primary else {"displayName": calendar.summary}),
        )
        for who in ("creator", "organizer"):
            new[who] = {k: v for k, v in new[who].items() if k != "self"} | (
                {"self": True} if calendar.belongs_to(new[who].get("email")) else {}
            )
        for guest in new.get("attendees", ()):
            guest["self"] = calendar.belongs_to(guest["email"])
            guest["organizer"] = guest["email"] == new["organizer"].get("email")
            drop(guest, self._guest_defaults | {"organizer": False})
        drop(new, self._defaults)
        before = old or {}
        sequence = max(new.get("sequence", 0), before.get("sequence", 0))
        moved = old is not None and any(differ(name, new, old, calendar.zone) for name in _RESCHEDULING)
        new["sequence"] = sequence + moved

    def _drop_orphans(self, calendar: Calendar, master: Json) -> None:
        """An exception lives only as long as its original start is part of the series."""
        for event_id, record in list(calendar.records.items()):
            if record.body.get("recurringEventId") == master["id"] and (
                "recurrence" not in master or recurrence.instance_by_id(master, event_id) is None
            ):
                del calendar.records[event_id]

    def _fresh_id(self, calendar: Calendar) -> str:
        """Like the API's own: 26 characters of base32hex."""
        digest = hashlib.sha256(f"{calendar.id} {self.revision}".encode()).digest()
        return base64.b32hexencode(digest).decode().lower()[:26]


def effective(calendar: Calendar, body: Json) -> Json:
    """An exception of a deleted series is deleted with it."""
    master = calendar.records.get(body.get("recurringEventId", ""))
    if master is not None and master.body["status"] == "cancelled":
        return body | {"status": "cancelled"}
    return body
