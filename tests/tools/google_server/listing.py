"""Reading many events: windows, filters, order, pages, sync tokens, free/busy."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from . import recurrence, times
from .errors import ApiError, bad
from .store import Calendar, Store, effective

Json = dict[str, Any]

ORDERS = ("startTime", "updated")
LARGEST_PAGE = 2500
NOT_WITH_SYNC_TOKEN = (
    "iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty",
    "timeMin", "timeMax", "updatedMin",
)  # fmt: skip
# Where no timeMax is given, an endless series must end somewhere. A client that relies on this is wrong.
MOST_INSTANCES = 730

# What may differ between the pages of one listing, and between two syncs.
_NOT_IN_PAGE_TOKEN = ("pageToken", "fields", "maxResults", "prettyPrint", "quotaUser")
_NOT_IN_SYNC_TOKEN = (*_NOT_IN_PAGE_TOKEN, "syncToken", "showDeleted", "timeMin", "timeMax")

_TOO_LONG_AGO = timedelta(days=30)


def span(body: Json, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Start and end in UTC. A bare tombstone has no time but, at most, the one it had in its series."""
    start = body.get("start") or body.get("originalStartTime") or {"dateTime": "1970-01-01T00:00:00Z"}
    return times.moment(start, zone), times.moment(body.get("end") or start, zone)


def check_window(params: Json) -> None:
    if "timeMin" in params and "timeMax" in params and params["timeMin"] >= params["timeMax"]:
        raise bad("timeRangeEmpty")


def within(body: Json, zone: ZoneInfo, params: Json) -> bool:
    """timeMin bounds the end, timeMax the start, both without equality: what overlaps the window is in."""
    start, end = span(body, zone)
    early = "timeMin" in params and end <= params["timeMin"]
    late = "timeMax" in params and start >= params["timeMax"]
    return not early and not late


# events.list


def events(store: Store, calendar: Calendar, params: Json) -> list[Json]:
    """All matching events, in order, before paging."""
    check_window(params)
    if params.get("orderBy") == "startTime" and not params.get("singleEvents"):
        raise bad(
            "badRequest",
            "The requested ordering is not available for the particular query.",
            parameter="orderBy",
        )
    changed_after, params = _sync(store, params)
    if "updatedMin" in params:
        if params["updatedMin"] < store.now - _TOO_LONG_AGO:
            raise ApiError(410, "updatedMinTooLongAgo", parameter="updatedMin")
        params = params | {"showDeleted": True}
    found = [
        body
        for body in _candidates(calendar, params, changed_after)
        if within(body, calendar.zone, params) or _lasting(body, calendar.zone, params)
    ]
    return sorted(
        (body for body in found if _wanted(body, params)), key=lambda body: order_key(body, calendar, params)
    )


def _candidates(calendar: Calendar, params: Json, changed_after: int) -> Iterator[Json]:
    single, deleted = params.get("singleEvents", False), params.get("showDeleted", False)
    for record in list(calendar.records.values()):
        body = effective(calendar, record.body)
        cancelled = body["status"] == "cancelled"
        if record.revision <= changed_after:
            continue
        if "recurringEventId" in body:
            # A cancelled instance of a living series is shown beside the series, to be left out of it.
            alive = record.body is body
            if not cancelled or deleted or (not single and alive):
                yield body
        elif cancelled and not deleted:
            continue
        elif single and "recurrence" in body:
            yield from _expanded(body, calendar, params)
        else:
            yield body


def _expanded(master: Json, calendar: Calendar, params: Json) -> Iterator[Json]:
    """The instances of a series but for its exceptions, which are events of their own."""
    series = recurrence.instances(master, params.get("timeMin"))
    if "timeMax" in params:
        series = takewhile(lambda body: span(body, calendar.zone)[0] < params["timeMax"], series)
        limit = None
    else:
        limit = MOST_INSTANCES
    for number, body in enumerate(series):
        if number == limit:
            return
        if body["id"] not in calendar.records:
            yield body


def _lasting(body: Json, zone: ZoneInfo, params: Json) -> bool:
    """A series that is not expanded is in the window if any part of its whole life is."""
    if "recurrence" not in body or ("timeMax" in params and span(body, zone)[0] >= params["timeMax"]):
        return False
    return any(
        span(one, zone)[1] > params["timeMin"] for one in recurrence.instances(body, params["timeMin"])
    )


def _wanted(body: Json, params: Json) -> bool:
    properties = body.get("extendedProperties", {})
    return (
        ("eventTypes" not in params or body.get("eventType", "default") in params["eventTypes"])
        and ("iCalUID" not in params or body.get("iCalUID") == params["iCalUID"])
        and ("updatedMin" not in params or times.instant(body["updated"]) >= params["updatedMin"])
        and _has_all(
            properties.get("private", {}),
            params.get("privateExtendedProperty", []),
            "privateExtendedProperty",
        )
        and _has_all(
            properties.get("shared", {}), params.get("sharedExtendedProperty", []), "sharedExtendedProperty"
        )
    )


def _has_all(properties: Json, constraints: list[str], parameter: str) -> bool:
    for constraint in constraints:
        key, equals, value = constraint.partition("=")
        if not equals:
            raise bad("invalid", f"Not of the form name=value: {constraint!r}", parameter=parameter)
        if properties.get(key) != value:
            return False
    return True


def order_key(body: Json, calendar: Calendar, params: Json) -> list[str]:
    """Without orderBy the order is stable but means nothing: by id, so that no caller takes it for time."""
    if params.get("orderBy") == "startTime":
        return [span(body, calendar.zone)[0].isoformat(), body["id"]]
    if params.get("orderBy") == "updated":
        return [body.get("updated", ""), body["id"]]
    return [body["id"]]


# events.instances


def instances(calendar: Calendar, master: Json, params: Json) -> list[Json]:
    """Here, by the document, timeMin is inclusive."""
    if "recurrence" not in master:
        raise bad("invalid", "The event is not recurring.")
    check_window(params)
    if "timeMin" in params:
        params = params | {"timeMin": params["timeMin"] - timedelta(seconds=1)}
    exceptions = (r.body for r in calendar.records.values() if r.body.get("recurringEventId") == master["id"])
    found = [*_expanded(master, calendar, params), *(effective(calendar, body) for body in exceptions)]
    if "originalStart" in params:
        try:
            original = times.instant(params["originalStart"], calendar.zone)
        except ValueError as error:
            raise bad("invalid", str(error), parameter="originalStart") from error
        found = [body for body in found if times.moment(body["originalStartTime"], calendar.zone) == original]
    shown = [
        b
        for b in found
        if within(b, calendar.zone, params) and (params.get("showDeleted") or b["status"] != "cancelled")
    ]
    return sorted(shown, key=lambda body: order_key(body, calendar, params))


# Pages


def page(
    items: list[Json], keys: list[list[str]], params: Json, *, size: int, empty_pages: bool
) -> tuple[list[Json], str | None]:
    """One page and the token of the next. With `empty_pages`, each full page is followed by an empty one.

    A token names the last item seen, not a position: a deletion meanwhile makes no other item be skipped.
    """
    query = _digest("page", params, _NOT_IN_PAGE_TOKEN)
    first: Json = {"after": [], "empty": False, "query": query}
    token = _decoded(params["pageToken"]) if "pageToken" in params else first
    if token is None or token.get("query") != query:
        raise bad("invalid", "Invalid page token value.", parameter="pageToken")
    rest = [(key, item) for key, item in zip(keys, items, strict=True) if key > token["after"]]
    if token["empty"]:
        shown, after, more = [], token["after"], bool(rest)
    else:
        shown, after = rest[:size], rest[:size][-1][0] if rest else token["after"]
        more = len(rest) > size or (empty_pages and bool(rest))
    following = {"after": after, "empty": empty_pages and not token["empty"], "query": query}
    return [item for _, item in shown], _encoded(following) if more else None


def sync_token(store: Store, params: Json) -> str | None:
    """For the last page, unless the query was one that cannot be continued."""
    if any(name in params for name in NOT_WITH_SYNC_TOKEN if name not in ("timeMin", "timeMax")):
        return None
    return _encoded({"revision": store.revision, "query": _digest("sync", params, _NOT_IN_SYNC_TOKEN)})


def _sync(store: Store, params: Json) -> tuple[int, Json]:
    """What a sync token asks for: all that changed after that revision, deletions included."""
    if "syncToken" not in params:
        return -1, params
    for name in NOT_WITH_SYNC_TOKEN:
        if name in params:
            raise bad("badRequest", f"Sync token cannot be used with {name}.", parameter=name)
    if params.get("showDeleted") is False:
        raise bad("badRequest", "Sync token cannot be used with showDeleted=false.", parameter="showDeleted")
    token = _decoded(params["syncToken"])
    if (
        token is None
        or token.get("query") != _digest("sync", params, _NOT_IN_SYNC_TOKEN)
        or token["revision"] < store.oldest_sync
    ):
        raise ApiError(410, "fullSyncRequired", parameter="syncToken")
    return token["revision"], params | {"showDeleted": True}


def _digest(purpose: str, params: Json, passing: tuple[str, ...]) -> str:
    """Ties a token to the query that it was given for."""
    kept = {name: str(value) for name, value in params.items() if name not in passing}
    return hashlib.sha256(json.dumps([purpose, kept], sort_keys=True).encode()).hexdigest()[:12]


def _encoded(token: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(token).encode()).decode()


def _decoded(text: str) -> Json | None:
    try:
        token = json.loads(base64.urlsafe_b64decode(text))
    except ValueError:
        return None
    return token if isinstance(token, dict) else None


# freeBusy


def busy(calendar: Calendar, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Merged busy times, clipped to the window, in UTC."""
    params = {"singleEvents": True, "timeMin": start, "timeMax": end}
    spans = sorted(
        span(body, calendar.zone)
        for body in _candidates(calendar, params, -1)
        if within(body, calendar.zone, params) and _is_busy(body)
    )
    merged: list[tuple[datetime, datetime]] = []
    for begin, finish in spans:
        begin, finish = max(begin, start.astimezone(UTC)), min(finish, end.astimezone(UTC))
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(finish, merged[-1][1]))
        else:
            merged.append((begin, finish))
    return merged


def _is_busy(body: Json) -> bool:
    declined = any(
        guest.get("self") and guest["responseStatus"] == "declined" for guest in body.get("attendees", ())
    )
    return (
        not declined
        and body.get("transparency") != "transparent"
        and body.get("eventType") not in ("workingLocation", "birthday")
    )
