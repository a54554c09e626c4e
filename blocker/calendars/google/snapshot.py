"""What Google lists, page by page → a Snapshot: our blocks, others' events, and what of it could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import tzinfo
from typing import Any

from msgspec import Struct

from blocker.calendars.google import marks, shapes
from blocker.calendars.google.identity import PRIMARY
from blocker.calendars.google.wire import Answered, Wire
from blocker.values.errors import Unreachable, Unreadable
from blocker.values.events import Event, SkippedComponent, Snapshot, StandingBlock
from blocker.values.intervals import Interval

Item = Mapping[str, Any]

LARGEST_PAGE = 2500
MOST_PAGES = 1000


class Gone(Unreadable):
    """There is no such calendar, or it is not shared with this account (any more)."""


def pages_of(
    address: str, calendar: str, wire: Wire, events: Any, query: Mapping[str, Any]
) -> Iterator[Item]:
    """All pages of a list, in order; an empty one may stand between two full ones. Raises Gone, Unreadable or Unreachable."""
    request = events.list(calendarId=calendar, maxResults=LARGEST_PAGE, **query)
    asked: set[str] = set()
    while request is not None:
        if request.uri in asked or len(asked) == MOST_PAGES:
            raise Unreachable(f"Google's pages of {address} go in circles", "try again later")
        asked.add(request.uri)
        try:
            page = wire.send(request, shapes.is_page)
        except Answered as answer:
            if answer.status == 404:
                words = f"there is no calendar {address}, or you may not see it"
                own = "open calendar.google.com once with this account"
                raise Gone(
                    words, own if calendar == PRIMARY else "google:primary is your own calendar"
                ) from answer
            words = f"Google won't show {address}: {answer}"
            raise Unreadable(words, "may this account see it? blocker check says more") from answer
        yield page
        request = events.list_next(request, page)


def ours_among(items: Iterable[object]) -> dict[str, Item]:
    """Our blocks by id, the one listed last where one is listed twice."""
    return {str(i["id"]): i for i in items if isinstance(i, Mapping) and marks.is_ours(i)}


class Seen(Struct, frozen=True):
    """What a read is about. ``home`` is the zone in which days begin; ``zone`` the calendar's own name for one.

    ``own``: whoever Google calls ``self`` is the user. ``unwritable``: why nothing can be written to it.
    """

    address: str
    window: Interval
    zone: str | None
    zone_source: str
    me: tuple[str, ...]
    home: tzinfo
    own: bool = True
    unwritable: str = ""

    def snapshot(
        self, ours: Mapping[str, Item], items: Iterable[object], listed: Iterable[object] = ()
    ) -> Snapshot:
        """``items`` are the events listed for the window, ours among them or not; ``listed`` those with our mark.

        One of the latter that can't even be told from others leaves the snapshot incomplete.
        """
        events: list[Event] = []
        standing: list[StandingBlock] = []
        skipped: list[SkippedComponent] = []
        complete = all(isinstance(i, Mapping) and isinstance(i.get("id"), str) for i in listed)
        others = [i for i in items if not (isinstance(i, Mapping) and str(i.get("id")) in ours)]
        for item in (*ours.values(), *others):
            try:
                if not isinstance(item, Mapping):
                    raise shapes.BrokenError("it is not an event")
                if str(item.get("id")) in ours:
                    block = shapes.standing_block(item, self.home)
                    if block is None:
                        raise shapes.BrokenError("this block takes no time any more")
                    standing.append(block)
                elif item.get("status") != "cancelled":
                    event = shapes.event(item, self.address, self.me, self.home, self.own)
                    if event is not None and event.when.overlaps(self.window):
                        events.append(event)
                    if marks.lost_its_mark(item):
                        raise shapes.BrokenError(
                            "it is a block of ours by its id, and its mark can't be read"
                        )
            except shapes.BrokenError as problem:
                name = item.get("id", "?") if isinstance(item, Mapping) else "?"
                skipped.append(SkippedComponent(f"event {str(name)[:80]}", str(problem)))
                complete = complete and not marks.may_be_ours(item)
        return Snapshot(
            calendar=self.address,
            window=self.window,
            events=tuple(sorted(events, key=lambda event: (event.when, event.uid, event.title))),
            blocks=tuple(sorted(standing, key=lambda block: (block.when, block.key))),
            zone=self.zone,
            zone_source=self.zone_source,
            me=self.me,
            complete=complete,
            unwritable=self.unwritable,
            components=len(others) + len(ours),
            unread=len(skipped),
            skipped=tuple(skipped),
        )
