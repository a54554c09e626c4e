"""The ``google:`` backend: one calendar of Google's, through the official client.

A read is two lists: the window, and our own blocks by their mark without a window. Nothing else is
asked for on an idle day. A write is one request; what it rests on was read before, and its etag
travels with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from blocker.calendars.google import marks
from blocker.calendars.google import shapes as shape
from blocker.calendars.google.account import Line, account_now, connected
from blocker.calendars.google.identity import PRIMARY, identity_known, identity_of
from blocker.calendars.google.known import learn, learned
from blocker.calendars.google.snapshot import Seen, ours_among
from blocker.calendars.google.wire import Answered, Pace
from blocker.calendars.marks import MARK_VERSION
from blocker.calendars.port import NATIVE_FOCUS, Surroundings
from blocker.values.errors import (
    AlreadyExists,
    BlockerError,
    Conflict,
    Missing,
    NotInPlace,
    Refused,
    Unreachable,
    Unreadable,
    UsageError,
)
from blocker.values.events import Block, Ref, Snapshot
from blocker.values.identity import Identity
from blocker.values.intervals import Interval

Item = Mapping[str, Any]

LARGEST_PAGE = 2500
MOST_PAGES = 1000
# All-day events are days in the calendar's zone for Google and in the user's for us: ask for one more.
_DAY = timedelta(days=1)


class GoogleCalendar:
    """A calendar at Google. See :class:`blocker.calendars.Calendar` for the verbs and their failures."""

    def __init__(
        self,
        identifier: str,
        *,
        around: Surroundings,
        zone: str | None,
        me: tuple[str, ...],
        pace: Pace | None = None,
        lender: GoogleCalendar | None = None,
    ) -> None:
        if zone is not None and not _is_zone(zone):
            raise UsageError(f"{zone!r} is not a time zone", "a zone is a name such as Europe/Berlin")
        self.address = f"google:{identifier}"
        self._id, self._zone = identifier, zone
        self._me = tuple(address.lower() for address in me)
        self._around = around
        self._borrowed = lender is not None
        self._line: Line = lender._line if lender else connected(around, pace or Pace())
        self._wire, self._events = self._line.wire, self._line.service.events()
        self._seen: Callable[[int], None] | None = None
        self._ours: dict[str, Item] = {}  # our blocks by id, as last read or written

    @property
    def capabilities(self) -> frozenset[str]:
        primary = self._id == PRIMARY or self._id.lower() in self._me
        refused = learned(self._around.state_dir, self._known_as).get("no_focus_time")
        return frozenset((NATIVE_FOCUS,) if primary and not refused else ())

    def identity(self) -> Identity:
        """The account and the calendar. Google is asked for the account once for each sign-in.

        Raises SignInNeeded where the account is another than before.
        """
        return identity_of(self._id, account_now(self._line, self._around), self._around)

    @property
    def _known_as(self) -> str:
        return identity_known(self._id, self._around).name

    def watch(self, seen: Callable[[int], None]) -> None:
        self._seen = seen

    # The four verbs

    def read(self, window: Interval) -> Snapshot:
        pages: list[Item] = []
        for page in self._pages(
            fields=shape.EVENTS_FIELDS,
            singleEvents=True,
            timeMin=_stamp(window.start - _DAY),
            timeMax=_stamp(window.end + _DAY),
        ):
            pages.append(page)
            if self._seen is not None:
                self._seen(len(shape.items_of(pages)))
        mark = f"blockerVersion={MARK_VERSION}"
        own = list(self._pages(fields=shape.BLOCKS_FIELDS, privateExtendedProperty=mark))
        about, items, blocks = pages[0], shape.items_of(pages), shape.items_of(own)
        zone = about.get("timeZone")
        named = zone if isinstance(zone, str) and _is_zone(zone) else None
        elsewhere = shape.zone_of_most(items) if named is None or named in ("UTC", "Etc/UTC") else None
        calendar_zone = elsewhere if elsewhere is not None and _is_zone(elsewhere) else named
        self._zone = self._zone or calendar_zone
        me = self._me or shape.user_in(items, str(about.get("summary", "")))
        seen = Seen(
            self.address,
            window,
            calendar_zone,
            "the calendar" if calendar_zone == named else "most of its events",
            me,
            ZoneInfo(self._zone or "UTC"),
        )
        self._ours = ours_among((*items, *blocks))
        return seen.snapshot(self._ours, items, listed=blocks)

    def create(self, block: Block) -> Ref:
        if marks.id_for(block.key, block.generation) in self._ours:
            raise AlreadyExists(f"{self.address} already has {block.key}")
        focus = shape.focus_properties(block) if self.capabilities else None
        try:
            return self._insert(block, focus)
        except Answered as answer:
            if focus is None or answer.status not in (400, 403):
                raise self._failure(answer, block.key) from answer
            refusal = answer
        try:
            ref = self._insert(block, None)
        except Answered as answer:
            raise self._failure(answer, block.key) from answer
        with suppress(OSError):  # not remembered: it will be tried again, and refused again
            learn(self._around.state_dir, self._known_as, no_focus_time=f"{refusal.reason}: {refusal.words}")
        return ref

    def update(self, ref: Ref, block: Block) -> Ref:
        there = self._find(ref)
        key = marks.mark_of(there).get("blockerKey")
        if key != block.key:
            raise Refused(f"{ref.id} is the block {key}, not {block.key}")
        focus = shape.focus_properties(block)
        if there.get("eventType") == shape.FOCUS:
            if focus is None:
                raise NotInPlace(f"{block.key} can't turn from focus time into an ordinary event")
        elif focus is not None:
            if self.capabilities:
                raise NotInPlace(f"{block.key} can't turn from an ordinary event into focus time")
            focus = None
        request = self._events.patch(
            calendarId=self._id,
            eventId=ref.id,
            body=shape.patched_event(there, block, self._zone, focus),
            sendUpdates="none",
            fields=shape.BLOCK_FIELDS,
        )
        try:
            return self._keep(self._send(request, ref))
        except Answered as answer:
            if answer.status == 412:
                now = self._look(ref.id)
                if now is not None and shape.holds(now, block):
                    return self._keep(now)  # our own change went through, and only its answer was lost
                raise self._changed(ref, now) from answer
            raise self._failure(answer, block.key) from answer

    def delete(self, ref: Ref) -> None:
        key = marks.mark_of(self._find(ref)).get("blockerKey", ref.id)
        request = self._events.delete(calendarId=self._id, eventId=ref.id, sendUpdates="none")
        try:
            self._send(request, ref)
        except Answered as answer:
            if answer.status == 412:
                raise self._changed(ref, self._look(ref.id)) from answer
            raise self._failure(answer, key) from answer
        del self._ours[ref.id]

    def close(self) -> None:
        if not self._borrowed:
            self._line.close()

    # Reading

    def _pages(self, **query: Any) -> Iterator[Item]:
        """All pages of a list, in order; an empty one may stand between two full ones."""
        request = self._events.list(calendarId=self._id, maxResults=LARGEST_PAGE, **query)
        asked: set[str] = set()
        while request is not None:
            if request.uri in asked or len(asked) == MOST_PAGES:
                raise Unreachable(f"Google's pages of {self.address} go in circles", "try again later")
            asked.add(request.uri)
            try:
                page = self._wire.send(request, shape.is_page)
            except Answered as answer:
                if answer.status == 404:
                    words = f"there is no calendar {self.address}, or you may not see it"
                    raise Unreadable(words, "google:primary is your own calendar") from answer
                words = f"Google won't show {self.address}: {answer}"
                raise Unreadable(words, "may this account see it? blocker check says more") from answer
            yield page
            request = self._events.list_next(request, page)

    # Writing

    def _insert(self, block: Block, focus: Item | None) -> Ref:
        body = shape.new_event(block, self._zone, focus)
        request = self._events.insert(
            calendarId=self._id, body=body, sendUpdates="none", fields=shape.BLOCK_FIELDS
        )
        try:
            return self._keep(self._wire.send(request, lambda made: shape.is_event(made, body["id"])))
        except Answered as answer:
            if answer.status != 409:
                raise
            return self._found_instead(block)

    def _found_instead(self, block: Block) -> Ref:
        """The id is taken. By our own insert, whose answer was lost, or by something else?"""
        there_id = marks.id_for(block.key, block.generation)
        there = self._look(there_id)
        if there is None:
            raise AlreadyExists(
                f"{block.key} was on {self.address} before and was deleted", taken_by="deleted"
            )
        if shape.holds(there, block):
            return self._keep(there)
        if not marks.is_ours(there) and self._look(there_id) != there:
            raise Unreachable(
                f"Google's answers about {block.key} differ from one moment to the next", "try again later"
            )
        if marks.is_ours(there):
            raise Conflict(f"{block.key} is on {self.address} already, at another time", "run again")
        raise AlreadyExists(f"the id of {block.key} belongs to an event that is not ours", taken_by="other")

    def _send(self, request: Any, ref: Ref) -> Item:
        request.headers["If-Match"] = ref.etag
        return self._wire.send(request, lambda changed: shape.is_event(changed, ref.id))

    def _keep(self, item: Item) -> Ref:
        self._ours[item["id"]] = item
        return Ref(item["id"], item["etag"])

    def _find(self, ref: Ref) -> Item:
        """Our event, unchanged since it was read. Raises Missing, Conflict or Refused."""
        there = self._ours.get(ref.id) or self._look(ref.id)
        if there is None:
            raise Missing(f"{ref.id} is not on {self.address} any more")
        if not marks.is_ours(there):
            raise Refused(f"{ref.id} on {self.address} is not a block of ours")
        self._ours[ref.id] = there
        if there.get("etag") != ref.etag:
            raise self._changed(ref, there)
        return there

    def _look(self, event_id: str) -> Item | None:
        """An event as it is now; None if it was deleted, or never was."""
        try:
            found: Item = self._wire.send(
                self._events.get(calendarId=self._id, eventId=event_id, fields=shape.BLOCK_FIELDS),
                lambda found: shape.is_event(found, event_id, or_gone=True),
            )
        except Answered as answer:
            if answer.status in (404, 410):
                return None
            raise self._failure(answer, event_id) from answer
        return None if found.get("status") == "cancelled" else found

    def _changed(self, ref: Ref, now: Item | None) -> BlockerError:
        self._ours.pop(ref.id, None)
        if now is None:
            return Missing(f"{ref.id} is not on {self.address} any more")
        return Conflict(f"{ref.id} changed since it was read", "run again")

    def _failure(self, answer: Answered, what: str) -> BlockerError:
        if answer.status in (404, 410):
            return Missing(f"{what} is not on {self.address} any more")
        if answer.status in (409, 412):
            return Conflict(f"{what} changed since it was read", "run again")
        return Refused(
            f"Google won't write {what}: {answer}",
            "may you write to this calendar? blocker check says more",
        )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
