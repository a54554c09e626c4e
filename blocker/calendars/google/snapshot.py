"""What Google listed → a Snapshot: our blocks, others' events, and what of it could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any

from msgspec import Struct

from blocker.calendars.google import marks
from blocker.calendars.google import shapes as shape
from blocker.values.events import Event, SkippedComponent, Snapshot, StandingBlock
from blocker.values.intervals import Interval

Item = Mapping[str, Any]


def ours_among(items: Iterable[object]) -> dict[str, Item]:
    """Our blocks by id, the one listed last where one is listed twice."""
    return {str(i["id"]): i for i in items if isinstance(i, Mapping) and marks.is_ours(i)}


class Seen(Struct, frozen=True):
    """What a read is about. ``home`` is the zone in which days begin; ``zone`` the calendar's own name for one."""

    address: str
    window: Interval
    zone: str | None
    zone_source: str
    me: tuple[str, ...]
    home: tzinfo

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
                    raise shape.BrokenError("it is not an event")
                if str(item.get("id")) in ours:
                    block = shape.standing_block(item, self.home)
                    if block is None:
                        raise shape.BrokenError("this block takes no time any more")
                    standing.append(block)
                elif item.get("status") != "cancelled":
                    event = shape.event(item, self.address, self.me, self.home)
                    if event is not None and event.when.overlaps(self.window):
                        events.append(event)
                    if marks.lost_its_mark(item):
                        raise shape.BrokenError("it is a block of ours by its id, and its mark can't be read")
            except shape.BrokenError as problem:
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
            components=len(others) + len(ours),
            unread=len(skipped),
            skipped=tuple(skipped),
        )
