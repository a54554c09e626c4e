"""The ``google:`` backend: one calendar of Google's, through the official client.

A read is two lists: the window, and on the calendar that is written also our own blocks by their mark, from a
year before the window on. Nothing else is asked for on an idle day. A write is one request, and taking a block
away two; what they rest on was read before, and its etag travels with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from blocker.calendars.google import bodies, marks, shapes
from blocker.calendars.google.account import Line, account_now, connected
from blocker.calendars.google.identity import (
    account_before,
    calendar_id,
    identity_of,
    is_own,
    reached,
    token_path,
)
from blocker.calendars.google.known import learn, learned
from blocker.calendars.google.snapshot import Gone, Seen, ours_among, pages_of
from blocker.calendars.google.wire import Answered, UsedUp
from blocker.calendars.marks import MARK_VERSION
from blocker.calendars.port import NATIVE_FOCUS, Surroundings
from blocker.calendars.servers import Pace
from blocker.values.errors import (
    AlreadyExists,
    BlockerError,
    Conflict,
    Missing,
    NotInPlace,
    Refused,
    Unreachable,
    UsageError,
)
from blocker.values.events import Block, Ref, SkippedComponent, Snapshot
from blocker.values.intervals import Interval
from blocker.values.memory import Identity

Item = Mapping[str, Any]

# All-day events are days in the calendar's zone for Google and in the user's for us: ask for one more.
_DAY = timedelta(days=1)
_OWN_BLOCKS = timedelta(days=366)  # before the window: what is older is history to nobody
_MAY_WRITE = ("owner", "writer", "writerWithoutPrivateAccess", "")  # "": Google does not say
_LEFT_OUT = "take it out of also_read, or have it shared with you again; from the next run on it is left out"


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
        lenders: Iterable[GoogleCalendar] = (),
        written: bool = True,
    ) -> None:
        """``identifier`` is an address's part after its colon. ``written``: it is not only read.

        One of ``lenders`` with the same sign-in lends its connection.
        """
        if zone is not None and not _is_zone(zone):
            raise UsageError(f"{zone!r} is not a time zone", "a zone is a name such as Europe/Berlin")
        self.address = f"google:{identifier}"
        self._around, self._id = reached(identifier, around)
        self._zone, self._written, self._role = zone, written, ""
        self._me = tuple(address.lower() for address in me)
        place = token_path(self._around)
        lender = next((one for one in lenders if token_path(one._around) == place), None)
        self._borrowed = lender is not None
        self._line: Line = lender._line if lender else connected(self._around, pace or Pace())
        self._wire, self._events = self._line.wire, self._line.service.events()
        self._seen: Callable[[int], None] | None = None
        self._ours: dict[str, Item] = {}  # our blocks by id, as last read or written

    @property
    def capabilities(self) -> frozenset[str]:
        own = is_own(self._id, account_before(self._around)) or self._id.lower() in self._me
        refused = self._learned.get("no_focus_time")
        return frozenset((NATIVE_FOCUS,) if own and not refused else ())

    def identity(self) -> Identity:
        """The account and the calendar. Google is asked for the account once for each sign-in.

        Raises SignInNeeded where the account is another than before.
        """
        return identity_of(self._id, account_now(self._line, self._around), self._around)

    @property
    def _known_as(self) -> str:
        return identity_of(self._id, account_before(self._around), self._around).name

    @property
    def _learned(self) -> Mapping[str, Any]:
        return learned(self._around.state_dir, self._known_as)

    def _learn(self, **facts: object) -> None:
        with suppress(OSError):  # not remembered: it will be found out again
            learn(self._around.state_dir, self._known_as, **facts)

    def watch(self, seen: Callable[[int], None]) -> None:
        self._seen = seen

    # The four verbs

    def read(self, window: Interval) -> Snapshot:
        try:
            snapshot = self._read(window)
        except Gone as gone:
            if self._written:
                raise
            if not self._learned.get("gone"):
                self._learn(gone=True)
                raise Gone(
                    f"{gone.message}: nothing was done, as its events can't be seen", _LEFT_OUT
                ) from gone
            left_out = SkippedComponent(self.address, f"{gone.message}; take it out of also_read")
            return Snapshot(self.address, window, (), skipped=(left_out,))
        if self._learned.get("gone"):
            self._learn(gone=None)
        return snapshot

    def _read(self, window: Interval) -> Snapshot:
        pages: list[Item] = []
        for page in self._pages(
            fields=shapes.EVENTS_FIELDS,
            singleEvents=True,
            timeMin=_stamp(window.start - _DAY),
            timeMax=_stamp(window.end + _DAY),
        ):
            pages.append(page)
            if self._seen is not None:
                self._seen(len(shapes.items_of(pages)))
        mark = f"blockerVersion={MARK_VERSION}"
        since = _stamp(window.start - _OWN_BLOCKS)
        listed = {"fields": shapes.BLOCKS_FIELDS, "privateExtendedProperty": mark, "timeMin": since}
        own = list(self._pages(**listed)) if self._written else []
        about, items, blocks = pages[0], shapes.items_of(pages), shapes.items_of(own)
        zone = about.get("timeZone")
        named = zone if isinstance(zone, str) and _is_zone(zone) else None
        elsewhere = shapes.zone_of_most(items) if named is None or named in ("UTC", "Etc/UTC") else None
        calendar_zone = elsewhere if elsewhere is not None and _is_zone(elsewhere) else named
        self._zone = self._zone or calendar_zone
        self._role = str(about.get("accessRole", ""))
        account = account_before(self._around)
        mine = self._written or is_own(self._id, account) or self._id.lower() in self._me
        me = self._me or (shapes.user_in(items, str(about.get("summary", ""))) if mine else ())
        if not me and self._written and account and shapes.is_nobody(self._id):
            me = (account,)  # a calendar that is nobody's is used by whoever signed in
        seen = Seen(
            self.address,
            window,
            calendar_zone,
            "the calendar" if calendar_zone == named else "most of its events",
            me,
            ZoneInfo(self._zone or "UTC"),
            mine,
            self._why_unwritable(),
        )
        self._ours = ours_among((*items, *blocks))
        return seen.snapshot(self._ours, items, listed=blocks)

    def _pages(self, **query: Any) -> Iterator[Item]:
        return pages_of(self.address, self._id, self._wire, self._events, query)

    def create(self, block: Block) -> Ref:
        self._refuse_to_write()
        if any(marks.is_the_block(item, block.key, block.generation) for item in self._ours.values()):
            raise AlreadyExists(f"{self.address} already has {block.key}")
        focus = bodies.focus_properties(block, self._around.settings) if self.capabilities else None
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
        self._learn(no_focus_time=f"{refusal.reason}: {refusal.words}")
        return ref

    def update(self, ref: Ref, block: Block) -> Ref:
        there = self._find(ref)
        key = marks.mark_of(there).get("blockerKey")
        if key != block.key:
            raise Refused(f"{ref.id} is the block {key}, not {block.key}")
        focus = bodies.focus_properties(block, self._around.settings)
        if there.get("eventType") == shapes.FOCUS:
            if focus is None:
                raise NotInPlace(f"{block.key} can't turn from focus time into an ordinary event")
        elif focus is not None:
            if self.capabilities:
                raise NotInPlace(f"{block.key} can't turn from an ordinary event into focus time")
            focus = None
        body = bodies.patched_event(there, block, self._zone, focus)
        return self._keep(self._send(self._patch(ref, body), there, lambda now: bodies.holds(now, block)))

    def delete(self, ref: Ref) -> None:
        """Two requests: the event says first that this is our doing, for whoever meets what is left of it."""
        there = self._find(ref)
        body = {"extendedProperties": {"private": {marks.REMOVED: "1"}}}

        def went_through(now: Item) -> bool:
            return marks.REMOVED in marks.mark_of(now) and not bodies.differences(there, now)

        marked = self._send(self._patch(ref, body), there, went_through)
        self._keep(marked)
        request = self._events.delete(calendarId=self._id, eventId=ref.id, sendUpdates="none")
        self._send(request, marked, lambda now: False)
        del self._ours[ref.id]

    def close(self) -> None:
        if not self._borrowed:
            self._line.close()

    # Writing

    def _insert(self, block: Block, focus: Item | None) -> Ref:
        body = bodies.new_event(block, self._salt, self._zone, focus)
        request = self._events.insert(
            calendarId=self._id, body=body, sendUpdates="none", fields=shapes.BLOCK_FIELDS
        )
        try:
            return self._keep(self._write(request, lambda made: shapes.is_event(made, body["id"])))
        except Answered as answer:
            if answer.status != 409:
                raise
            return self._found_instead(block, body["id"])

    @property
    def _salt(self) -> str:
        return calendar_id(self._id, account_before(self._around))

    def _found_instead(self, block: Block, there_id: str) -> Ref:
        """The id is taken. By our own insert, whose answer was lost, or by something else?"""
        there = self._get(there_id)
        if there is None or there.get("status") == "cancelled":
            mark = marks.mark_of(there or {})
            by_a_person = mark.get("blockerKey") == block.key and marks.REMOVED not in mark
            raise AlreadyExists(
                f"{block.key} was on {self.address} before and was deleted",
                taken_by="deleted" if by_a_person else "gone",
            )
        if bodies.holds(there, block):
            return self._keep(there)
        if not marks.is_ours(there) and self._look(there_id) != there:
            raise Unreachable(
                f"Google's answers about {block.key} differ from one moment to the next", "try again later"
            )
        if marks.is_ours(there):
            raise Conflict(f"{block.key} is on {self.address} already, at another time", "run again")
        raise AlreadyExists(f"the id of {block.key} belongs to an event that is not ours", taken_by="other")

    def _write(self, request: Any, makes_sense: Callable[[Item], bool]) -> Item:
        """One write; that Google takes no more for now is kept for ``check``, until it does again."""
        try:
            written = self._wire.send(request, makes_sense)
        except UsedUp as full:
            self._learn(full=full.message)
            raise
        if self._learned.get("full"):
            self._learn(full=None)
        return written

    def _patch(self, ref: Ref, body: Item) -> Any:
        return self._events.patch(
            calendarId=self._id,
            eventId=ref.id,
            body=body,
            sendUpdates="none",
            fields=shapes.BLOCK_FIELDS,
        )

    def _send(self, request: Any, there: Item, went_through: Callable[[Item], bool]) -> Item:
        """Make a change that rests on ``there``. Where only its version has moved, which Google does by itself,
        the change is made once more, on the new one. Raises Missing, Conflict or Refused."""
        self._refuse_to_write()
        event_id, key = str(there["id"]), marks.mark_of(there).get("blockerKey", "")
        for attempt in (1, 2):
            request.headers["If-Match"] = there["etag"]
            try:
                return self._write(request, lambda changed: shapes.is_event(changed, event_id))
            except Answered as answer:
                if answer.status != 412:
                    raise self._failure(answer, key) from answer
                now = self._look(event_id)
                if now is not None and went_through(now):
                    return now  # our own change, of which only the answer was lost
                if now is None or attempt == 2 or bodies.differences(there, now):
                    raise self._changed(there, now) from answer
            there = now
        raise ValueError("two attempts were made")

    def _keep(self, item: Item) -> Ref:
        self._ours[item["id"]] = item
        return Ref(item["id"], item["etag"])

    def _find(self, ref: Ref) -> Item:
        """Our event, unchanged since it was read. Raises Missing, Conflict or Refused."""
        there = self._ours.get(ref.id) or self._look(ref.id)
        if there is None:
            raise self._missing(ref.id)
        if not marks.is_ours(there):
            raise Refused(f"{ref.id} on {self.address} is not a block of ours")
        self._ours[ref.id] = there
        if there.get("etag") != ref.etag:
            raise self._changed({}, there)
        return there

    def _look(self, event_id: str) -> Item | None:
        """An event as it is now; None if it was deleted, or never was."""
        found = self._get(event_id)
        return None if found is None or found.get("status") == "cancelled" else found

    def _get(self, event_id: str) -> Item | None:
        """The same, with what is left of a deleted one."""
        try:
            found: Item = self._wire.send(
                self._events.get(calendarId=self._id, eventId=event_id, fields=shapes.BLOCK_FIELDS),
                lambda found: shapes.is_event(found, event_id, or_gone=True),
            )
        except Answered as answer:
            if answer.status in (404, 410):
                return None
            raise self._failure(answer, event_id) from answer
        return found

    def _changed(self, before: Item, now: Item | None) -> BlockerError:
        item = now or before
        self._ours.pop(str(item["id"]), None)
        key = marks.mark_of(item).get("blockerKey", str(item["id"]))
        if now is None:
            return self._missing(key)
        what = bodies.differences(before, now) if before else ""
        told = f": its {what}" if what else ", again and again" if before else ""
        return Conflict(f"{key} changed since it was read{told}", "run again")

    def _missing(self, what: str) -> Missing:
        return Missing(f"{what} is not on {self.address} any more")

    def _why_unwritable(self) -> str:
        if not self._written or self._role in _MAY_WRITE:
            return ""
        return (
            f"{self.address} is shared with you to be seen only: whoever owns it can give you “Make changes to events”, "
            "in its settings under “Shared with”"
        )

    def _refuse_to_write(self) -> None:
        """Raises Refused where Google has said that this account may only read."""
        why = self._why_unwritable()
        if why:
            raise Refused(why)

    def _failure(self, answer: Answered, what: str) -> BlockerError:
        if answer.status in (404, 410):
            return self._missing(what)
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
