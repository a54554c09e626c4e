"""The methods that are served, each by its name in the discovery document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import listing, times, view
from .discovery import Discovery, Method
from .errors import ApiError, bad
from .store import Calendar, Store

Json = dict[str, Any]

OWNED_ONLY = frozenset(
    f"https://www.googleapis.com/auth/calendar.events.owned{suffix}" for suffix in ("", ".readonly")
)

# Parameters by what they do here. One that the document knows and these do not is answered with 501: better
# no answer than one that looks as if it had been heeded.
_EVERYWHERE = ("alt", "fields", "key", "prettyPrint", "quotaUser", "userIp", "oauth_token")
_NO_EFFECT = (  # nobody is notified here; the others are deprecated, or concern what is not modelled
    "sendNotifications", "sendUpdates", "alwaysIncludeEmail", "showHiddenInvitations",
    "showOwnOrganizationOnly",
)  # fmt: skip
_SHOWN = ("timeZone", "maxAttendees")
_WINDOW = ("timeMin", "timeMax", "showDeleted", "maxResults", "pageToken")
_WRITTEN = ("conferenceDataVersion", "eventLabelVersion", "supportsAttachments", "maxAttendees")

SERVED: dict[str, tuple[str, ...]] = {
    "calendarList.list": ("maxResults", "minAccessRole", "pageToken", "showHidden", "showDeleted"),
    "calendarList.get": (),
    "calendars.get": (),
    "settings.list": ("maxResults", "pageToken"),
    "settings.get": (),
    "events.list": (
        *_SHOWN, *_WINDOW,
        "eventTypes", "iCalUID", "orderBy", "privateExtendedProperty", "sharedExtendedProperty",
        "singleEvents", "syncToken", "updatedMin",
    ),
    "events.get": _SHOWN,
    "events.instances": (*_SHOWN, *_WINDOW, "originalStart"),
    "events.insert": _WRITTEN,
    "events.patch": _WRITTEN,
    "events.update": _WRITTEN,
    "events.delete": (),
    "freebusy.query": (),
}  # fmt: skip


@dataclass(frozen=True)
class Query:
    """One call, its parameters already read and typed."""

    method: Method
    path: dict[str, str]
    params: Json
    body: Json
    if_match: str | None
    scopes: frozenset[str]


def accepted(method: Method) -> frozenset[str]:
    """The parameters that this server takes for a method."""
    return (
        frozenset(SERVED[method.name])
        | (frozenset(_NO_EFFECT) & method.parameters.keys())
        | frozenset(_EVERYWHERE)
    )


class Api:
    def __init__(self, store: Store, discovery: Discovery) -> None:
        self.store = store
        self.discovery = discovery
        self.page_size: int | None = None
        self.empty_pages = False

    def answer(self, query: Query) -> Json | None:
        """The answer's body; None where there is none. The store is changed only if all went well."""
        name = query.method.name
        if name not in SERVED:
            raise ApiError(501, "notImplemented", f"{name} is not served by this test server.")
        for parameter in query.params.keys() - accepted(query.method):
            raise ApiError(
                501,
                "notImplemented",
                f"{parameter} of {name} is not served by this test server.",
                parameter=parameter,
            )
        handler: Callable[[Query], Json | None] = getattr(self, "_" + name.replace(".", "_").lower())
        body = handler(query)
        if body is not None and query.method.response:
            spec = {"$ref": query.method.response}
            for problem in self.discovery.problems(spec, body, name, words=False):
                raise AssertionError(f"the server's own answer is wrong: {problem}")
        return body

    # Calendars and settings

    def _calendarlist_list(self, query: Query) -> Json:
        least = query.params.get("minAccessRole", "freeBusyReader")
        show_hidden = query.params.get("showHidden", False)
        found = [
            c
            for c in self.store.calendars.values()
            if c.may("freeBusyReader") and c.may(least) and (show_hidden or not c.hidden)
        ]
        found.sort(key=lambda c: c.id)
        return self._paged(
            "calendar#calendarList", [view.list_entry(c) for c in found], query, largest=250, default=100
        )

    def _calendarlist_get(self, query: Query) -> Json:
        return view.list_entry(self.store.calendar(query.path["calendarId"]))

    def _calendars_get(self, query: Query) -> Json:
        return view.calendar(self.store.calendar(query.path["calendarId"]))

    def _settings_list(self, query: Query) -> Json:
        items = [view.setting(name, value) for name, value in sorted(self.store.settings.items())]
        return self._paged("calendar#settings", items, query, largest=250, default=100)

    def _settings_get(self, query: Query) -> Json:
        name = query.path["setting"]
        if name not in self.store.settings:
            raise ApiError(404, "notFound")
        return view.setting(name, self.store.settings[name])

    # Events

    def _events_list(self, query: Query) -> Json:
        calendar = self._calendar(query)
        found = listing.events(self.store, calendar, query.params)
        return self._event_page(calendar, found, query, with_sync_token=True)

    def _events_instances(self, query: Query) -> Json:
        calendar = self._calendar(query)
        master = self.store.find(calendar, query.path["eventId"])
        return self._event_page(
            calendar, listing.instances(calendar, master, query.params), query, with_sync_token=False
        )

    def _events_get(self, query: Query) -> Json:
        calendar = self._calendar(query)
        return self._shown(calendar, self.store.find(calendar, query.path["eventId"]), query)

    def _events_insert(self, query: Query) -> Json:
        calendar = self._calendar(query, "writerWithoutPrivateAccess")
        return self._shown(calendar, self.store.insert(calendar, _heeded(query)), query)

    def _events_patch(self, query: Query) -> Json:
        calendar = self._calendar(query, "writerWithoutPrivateAccess")
        return self._shown(
            calendar,
            self.store.patch(calendar, query.path["eventId"], _heeded(query), if_match=query.if_match),
            query,
        )

    def _events_update(self, query: Query) -> Json:
        calendar = self._calendar(query, "writerWithoutPrivateAccess")
        return self._shown(
            calendar,
            self.store.update(calendar, query.path["eventId"], _heeded(query), if_match=query.if_match),
            query,
        )

    def _events_delete(self, query: Query) -> None:
        calendar = self._calendar(query, "writerWithoutPrivateAccess")
        self.store.delete(calendar, query.path["eventId"], if_match=query.if_match)

    def _freebusy_query(self, query: Query) -> Json:
        body = query.body
        for name in ("timeMin", "timeMax"):
            if name not in body:
                raise bad("required", f"Missing {name}.")
        try:
            start, end = (times.instant(body[name]) for name in ("timeMin", "timeMax"))
            zone = times.zone_named(body.get("timeZone", "UTC"))
        except ValueError as error:
            raise bad("invalid", str(error)) from error
        listing.check_window({"timeMin": start, "timeMax": end})
        wanted = [item.get("id", "") for item in body.get("items", ())]
        if len(wanted) > min(50, body.get("calendarExpansionMax", 50)):
            raise bad(
                "tooManyCalendarsRequested",
                "The number of calendars requested is too large for a single query.",
            )
        calendars: Json = {}
        for calendar_id in wanted:
            try:
                calendar = self.store.calendar(calendar_id)
            except ApiError:
                calendars[calendar_id] = {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
            else:
                spans = listing.busy(calendar, start, end)
                calendars[calendar_id] = {
                    "busy": [
                        {"start": times.text(a.astimezone(zone)), "end": times.text(b.astimezone(zone))}
                        for a, b in spans
                    ]
                }
        window = {"timeMin": times.text(start.astimezone(zone)), "timeMax": times.text(end.astimezone(zone))}
        return {"kind": "calendar#freeBusy", **window, "calendars": calendars}

    # Beneath

    def _calendar(self, query: Query, role: str = "freeBusyReader") -> Calendar:
        calendar = self.store.calendar(query.path["calendarId"], role)
        if query.scopes and query.scopes <= OWNED_ONLY and not calendar.may("owner"):
            raise ApiError(403, "insufficientPermissions")
        return calendar

    def _shown(self, calendar: Calendar, body: Json, query: Query) -> Json:
        zone = calendar.zone
        if "timeZone" in query.params:
            try:
                zone = times.zone_named(query.params["timeZone"])
            except ValueError as error:
                raise bad("invalid", str(error), parameter="timeZone") from error
        return view.event(body, calendar, zone=zone, max_attendees=query.params.get("maxAttendees"))

    def _event_page(
        self, calendar: Calendar, found: list[Json], query: Query, *, with_sync_token: bool
    ) -> Json:
        keys = [listing.order_key(body, calendar, query.params) for body in found]
        items, following = self._page(found, keys, query, listing.LARGEST_PAGE, 250)
        answer: Json = {
            "kind": "calendar#events",
            "etag": f'"list-{self.store.revision}"',
            "summary": calendar.summary,
            "updated": times.stamp(self.store.now),
            "timeZone": calendar.zone.key,
            "accessRole": calendar.access_role,
            "defaultReminders": calendar.default_reminders,
            "items": [self._shown(calendar, body, query) for body in items],
        }
        if following:
            answer["nextPageToken"] = following
        elif with_sync_token and (token := listing.sync_token(self.store, query.params)):
            answer["nextSyncToken"] = token
        return answer

    def _paged(self, kind: str, items: list[Json], query: Query, *, largest: int, default: int) -> Json:
        shown, following = self._page(items, [[item["id"]] for item in items], query, largest, default)
        answer: Json = {"kind": kind, "etag": f'"list-{self.store.revision}"', "items": shown}
        return answer | {"nextPageToken": following} if following else answer

    def _page(
        self, items: list[Json], keys: list[list[str]], query: Query, largest: int, default: int
    ) -> tuple[list[Json], str | None]:
        size = min(query.params.get("maxResults", default), largest, self.page_size or largest)
        return listing.page(items, keys, query.params, size=size, empty_pages=self.empty_pages)


def _heeded(query: Query) -> Json:
    """The body without what needs a parameter to be heeded."""
    ignored = {
        "conferenceData": not query.params.get("conferenceDataVersion"),
        "eventLabelId": not query.params.get("eventLabelVersion"),
        "attachments": not query.params.get("supportsAttachments"),
    }
    return {name: value for name, value in query.body.items() if not ignored.get(name)}
