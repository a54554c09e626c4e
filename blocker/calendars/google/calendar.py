"""The ``google:`` backend: one calendar of Google's, through the official client.

A read is two lists: the window, and on the calendar that is written also our own blocks by their mark, from a
year before the window on. Nothing else is asked for on an idle day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
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
from blocker.calendars.google.writing import Events
from blocker.calendars.marks import MARK_VERSION
from blocker.calendars.port import NATIVE_FOCUS, Surroundings, refuse_beyond
from blocker.calendars.servers import Pace
from blocker.values.errors import AlreadyExists, NotInPlace, Refused, UsageError
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
        self._methods = self._line.service.events()
        self._events = Events(self.address, self._id, self._line.wire, self._methods)
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
        listed = {"fields": shapes.EVENTS_FIELDS, "timeMin": _stamp(window.start - _DAY)}
        pages = self._pages(window, **listed, timeMax=_stamp(window.end + _DAY), singleEvents=True)
        mark = f"blockerVersion={MARK_VERSION}"
        since = _stamp(window.start - _OWN_BLOCKS)
        listed = {"fields": shapes.BLOCKS_FIELDS, "timeMin": since, "privateExtendedProperty": mark}
        own = self._pages(window, **listed) if self._written else []
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

    def _pages(self, window: Interval, **query: Any) -> list[Item]:
        """All pages of a list. Raises Unreadable as soon as there are more events than can be planned on."""
        pages: list[Item] = []
        for page in pages_of(self.address, self._id, self._line.wire, self._methods, query):
            pages.append(page)
            events = len(shapes.items_of(pages))
            refuse_beyond(events, 0, self.address, window)
            if self._seen is not None:
                self._seen(events)
        return pages

    def create(self, block: Block) -> Ref:
        self._refuse_to_write()
        if any(marks.is_the_block(item, block.key, block.generation) for item in self._ours.values()):
            raise AlreadyExists(f"{self.address} already has {block.key}")
        focus = bodies.focus_properties(block, self._around.settings) if self.capabilities else None
        try:
            return self._insert(block, focus)
        except Answered as answer:
            if focus is None or answer.status not in (400, 403):
                raise self._events.refusal(answer, block.key) from answer
            refusal = answer
        try:
            ref = self._insert(block, None)
        except Answered as answer:
            raise self._events.refusal(answer, block.key) from answer
        self._learn(no_focus_time=f"{refusal.reason}: {refusal.words}")
        return ref

    def update(self, ref: Ref, block: Block) -> Ref:
        self._refuse_to_write()
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
        del self._ours[ref.id]  # until Google has said what became of it
        with self._told_if_full():
            return self._keep(self._events.change(there, body, lambda now: bodies.holds(now, block)))

    def delete(self, ref: Ref) -> None:
        self._refuse_to_write()
        there = self._find(ref)
        del self._ours[ref.id]
        with self._told_if_full():
            self._events.remove(there)

    def close(self) -> None:
        if not self._borrowed:
            self._line.close()

    # What writing needs

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

    def _insert(self, block: Block, focus: Item | None) -> Ref:
        salt = calendar_id(self._id, account_before(self._around))
        with self._told_if_full():
            return self._keep(self._events.insert(block, bodies.new_event(block, salt, self._zone, focus)))

    def _keep(self, item: Item) -> Ref:
        self._ours[item["id"]] = item
        return Ref(item["id"], item["etag"])

    def _find(self, ref: Ref) -> Item:
        """Our event, unchanged since it was read. Raises Missing, Conflict or Refused."""
        there = self._ours.pop(ref.id, None) or self._events.look(ref.id)
        if there is None:
            raise self._events.missing(ref.id)
        if not marks.is_ours(there):
            raise Refused(f"{ref.id} on {self.address} is not a block of ours")
        if there.get("etag") != ref.etag:
            raise self._events.changed({}, there)
        self._ours[ref.id] = there
        return there

    @contextmanager
    def _told_if_full(self) -> Iterator[None]:
        """That Google takes no more for now is kept for ``check``, until it does again."""
        try:
            yield
        except UsedUp as full:
            self._learn(full=full.message)
            raise
        if self._learned.get("full"):
            self._learn(full=None)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
