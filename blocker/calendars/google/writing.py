"""Single events of one calendar: looked at, made, changed and taken away.

A write is one request, and taking a block away two. Each rests on the event as it was read, whose etag travels
with it, and each says in the port's words why it failed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from blocker.calendars.google import bodies, marks, shapes
from blocker.calendars.google.marks import Json
from blocker.calendars.google.wire import Answered, Wire
from blocker.values.errors import AlreadyExists, BlockerError, Conflict, Missing, Refused, Unreachable
from blocker.values.events import Block


class Events:
    """The events of the calendar that Google knows as ``calendar``; ``address`` is its name for people."""

    def __init__(self, address: str, calendar: str, wire: Wire, methods: Any) -> None:
        self._address, self._calendar = address, calendar
        self._wire, self._methods = wire, methods

    def look(self, event_id: str) -> Json | None:
        """An event as it is now; None if it was deleted, or never was."""
        found = self._get(event_id)
        return None if found is None or found.get("status") == "cancelled" else found

    def insert(self, block: Block, body: Json) -> Json:
        """The event that ``body`` makes, or made before. Raises AlreadyExists, Conflict, or Answered for another no."""
        request = self._methods.insert(
            calendarId=self._calendar, body=body, sendUpdates="none", fields=shapes.BLOCK_FIELDS
        )
        event_id = str(body["id"])
        try:
            return self._wire.send(request, lambda made: shapes.is_event(made, event_id))
        except Answered as answer:
            if answer.status != 409:
                raise
            return self._found_instead(block, event_id)

    def change(self, there: Json, body: Json, went_through: Callable[[Json], bool]) -> Json:
        """``there`` with ``body`` merged into it. Raises Missing, Conflict or Refused.

        ``went_through`` tells from the event of now that the same change was made, and only its answer lost.
        """
        request = self._methods.patch(
            calendarId=self._calendar,
            eventId=there["id"],
            body=body,
            sendUpdates="none",
            fields=shapes.BLOCK_FIELDS,
        )
        return self._send(request, there, went_through)

    def remove(self, there: Json) -> None:
        """The event says first that this is our doing, for whoever meets what is left of it. Raises like ``change``."""

        def went_through(now: Json) -> bool:
            return marks.REMOVED in marks.mark_of(now) and not bodies.differences(there, now)

        marked = self.change(there, {"extendedProperties": {"private": {marks.REMOVED: "1"}}}, went_through)
        request = self._methods.delete(calendarId=self._calendar, eventId=there["id"], sendUpdates="none")
        self._send(request, marked, lambda now: False)

    # What may become of it

    def changed(self, before: Json, now: Json | None) -> BlockerError:
        """Somebody was faster. ``before`` is empty where it is not known how the event was."""
        key = marks.mark_of(now or before).get("blockerKey", str((now or before)["id"]))
        if now is None:
            return self.missing(key)
        what = bodies.differences(before, now) if before else ""
        told = f": its {what}" if what else ", again and again" if before else ""
        return Conflict(f"{key} changed since it was read{told}", "run again")

    def missing(self, what: str) -> Missing:
        return Missing(f"{what} is not on {self._address} any more")

    def failure(self, answer: Answered, what: str) -> BlockerError:
        """What a no to a change of an event means."""
        if answer.status in (404, 410):
            return self.missing(what)
        if answer.status in (409, 412):
            return Conflict(f"{what} changed since it was read", "run again")
        return self.refusal(answer, what)

    def refusal(self, answer: Answered, what: str) -> Refused:
        """What a no means where nothing was there to be changed."""
        if answer.status == 404:
            words = f"{self._address} is not there any more, or not shared with you"
        else:
            words = f"Google won't write {what}: {answer}"
        return Refused(words, "may you write to this calendar? blocker check says more")

    def _send(self, request: Any, there: Json, went_through: Callable[[Json], bool]) -> Json:
        """Where only the version of ``there`` has moved, which Google does by itself, the change is made once more."""
        event_id, key = str(there["id"]), marks.mark_of(there).get("blockerKey", "")
        for attempt in (1, 2):
            request.headers["If-Match"] = there["etag"]
            try:
                return self._wire.send(request, lambda changed: shapes.is_event(changed, event_id))
            except Answered as answer:
                if answer.status != 412:
                    raise self.failure(answer, key) from answer
                now = self.look(event_id)
                if now is not None and went_through(now):
                    return now  # our own change, of which only the answer was lost
                if now is None or attempt == 2 or bodies.differences(there, now):
                    raise self.changed(there, now) from answer
            there = now
        raise ValueError("two attempts were made")

    def _found_instead(self, block: Block, event_id: str) -> Json:
        """The id is taken. By our own insert, whose answer was lost, or by something else?"""
        there = self._get(event_id)
        if there is None or there.get("status") == "cancelled":
            mark = marks.mark_of(there or {})
            by_a_person = mark.get("blockerKey") == block.key and marks.REMOVED not in mark
            raise AlreadyExists(
                f"{block.key} was on {self._address} before and was deleted",
                taken_by="deleted" if by_a_person else "gone",
            )
        if bodies.holds(there, block):
            return there
        if not marks.is_ours(there) and self.look(event_id) != there:
            raise Unreachable(
                f"Google's answers about {block.key} differ from one moment to the next", "try again later"
            )
        if marks.is_ours(there):
            raise Conflict(f"{block.key} is on {self._address} already, at another time", "run again")
        raise AlreadyExists(f"the id of {block.key} belongs to an event that is not ours", taken_by="other")

    def _get(self, event_id: str) -> Json | None:
        """An event, or what is left of a deleted one; None where Google knows nothing of it."""
        request = self._methods.get(calendarId=self._calendar, eventId=event_id, fields=shapes.BLOCK_FIELDS)
        try:
            return self._wire.send(request, lambda found: shapes.is_event(found, event_id, or_gone=True))
        except Answered as answer:
            if answer.status in (404, 410):
                return None
            raise self.failure(answer, event_id) from answer
