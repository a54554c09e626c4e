"""The ``caldav:`` backend: one calendar on a server.

A read is one question whether anything changed; where it did, one more for the events of the window, with their
series as they are written, and our own blocks wherever they are. A write looks first, rests on the etag that it saw,
and where the server is not known to mind that, looks again.
"""

from __future__ import annotations

from msgspec.structs import replace

from blocker.calendars.caldav import dav
from blocker.calendars.caldav.about import ABOUT, identity_of
from blocker.calendars.caldav.fetching import failure, fetch, objects_of
from blocker.calendars.caldav.kept import Held, Kept, forget, recall, remember
from blocker.calendars.caldav.objects import Alone, alone_in, blocks_among, new_object, ours_in, read_objects
from blocker.calendars.caldav.server import Server
from blocker.calendars.caldav.urls import host_of, within, without_user
from blocker.calendars.caldav.wire import Answer
from blocker.calendars.marks import uid_for
from blocker.calendars.port import Surroundings
from blocker.calendars.servers import Pace
from blocker.values.errors import (
    AlreadyExists,
    BlockerError,
    Conflict,
    Missing,
    Refused,
    Unreadable,
)
from blocker.values.events import Block, Ref, SkippedComponent, Snapshot
from blocker.values.intervals import Interval
from blocker.values.memory import Identity

TYPE = "text/calendar; charset=utf-8"
DROPS_MARKS = "drops what marks a block as blocker's, so none could ever be changed or removed"
OTHER_CALENDAR = "keep the blocks on another calendar, such as a file"
SAFE = frozenset(
    ("create", "update", "delete")
)  # what a server may guard against writes over somebody's change


class CalDavCalendar:
    """A calendar on a server. See :class:`blocker.calendars.Calendar` for the verbs and their failures."""

    capabilities = ABOUT.capabilities

    def __init__(
        self,
        url: str,
        *,
        around: Surroundings,
        zone: str | None,
        me: tuple[str, ...],
        pace: Pace | None = None,
        server: Server | None = None,
    ) -> None:
        """``url`` as ``settle`` gives it. Raises SignInNeeded where sign-ins can't be read."""
        self.address = f"caldav:{url}"
        self.url = without_user(url)
        self._around, self._zone = around, zone
        self._me = tuple(address.lower() for address in me)
        self._people = self._me  # and who the calendar says that the user is
        self.server = server or Server(url, around, pace)
        self._borrowed = server is not None
        self._ours: dict[str, Held] = {}  # our blocks by UID, as last read or written
        self._unwritable = ""  # why nothing can be written to it
        self.guards: frozenset[str] | None = None

    def identity(self) -> Identity:
        return identity_of(self.address, self._around)

    def forget(self) -> None:
        forget(self._around.state_dir, self.identity().name)

    def close(self) -> None:
        if not self._borrowed:
            self.server.close()

    # The four verbs

    def read(self, window: Interval) -> Snapshot:
        there = self.look()
        kept = before = self.recall()
        self.guards = kept.guards
        missing: list[str] = []
        if not kept.holds(window, there.state):
            known = kept.blocks.values() if kept.start is not None else None
            found, missing = objects_of(self.server, self.url, window, known)
            kept = replace(
                kept, state=there.state, start=window.start, end=window.end, objects=tuple(found.values())
            )
        self._ours = blocks_among(kept.objects)
        kept = replace(kept, blocks={uid: held.url for uid, held in self._ours.items()})
        if kept != before and not missing:
            remember(self._around.state_dir, kept)
        snapshot = read_objects(
            kept.objects,
            self._ours,
            window,
            calendar=self.address,
            name=there.text(f"{dav.D}displayname"),
            timezone=there.text(f"{dav.C}calendar-timezone"),
            zone=self._zone,
            me=self._me,
        )
        self._people = snapshot.me
        lost = tuple(SkippedComponent(url, "the server lists it and does not give it") for url in missing)
        return replace(
            snapshot,
            identities_return=True,
            unwritable=self._unwritable,
            complete=snapshot.complete and not missing,
            skipped=(*snapshot.skipped, *lost),
        )

    def create(self, block: Block) -> Ref:
        self._may_write()
        uid = uid_for(block.key, block.generation)
        there = fetch(self.server, self._url_of(uid))
        if there is not None:
            return self._found_instead(block, uid, there)
        url = within(self.url, f"{uid}.ics")
        content = new_object(block)
        answer = self.put(url, content, If_None_Match="*")
        if answer.done:
            return self._written(block, uid, url, answer, content)
        there = fetch(self.server, url) if answer.status == 412 else None
        if there is not None:
            return self._found_instead(block, uid, there)
        if answer.status in (409, 412) or dav.conditions(answer.body) & dav.UID_TAKEN:
            # Another object has the identity, or what was deleted still holds it: that of the next generation is free.
            raise AlreadyExists(
                f"{self.address} holds the identity of {block.key} elsewhere", taken_by="other"
            )
        raise failure(self.url, answer)

    def update(self, ref: Ref, block: Block) -> Ref:
        self._may_write()
        held, ours = self._find(ref)
        if ours.standing is None or ours.standing.key != block.key:
            raise Refused(f"{ref.id} is not the block {block.key}")
        content = ours.rewritten(block)
        answer = self.put(held.url, content, If_Match=self._strong(held))
        if answer.done:
            return self._written(block, ref.id, held.url, answer, content)
        if answer.status == 412:
            now = fetch(self.server, held.url)
            if now is not None and self._holds(now, ref.id, block):
                return self._keep(ref.id, now)  # our own change went through, and only its answer was lost
            raise self._changed(ref, held, now)
        raise self._gone(ref) if answer.status in (404, 410) else failure(self.url, answer)

    def delete(self, ref: Ref) -> None:
        self._may_write()
        held, _ = self._find(ref)
        answer = self.server.ask("DELETE", held.url, If_Match=self._strong(held))
        if answer.status == 412:
            raise self._changed(ref, held, fetch(self.server, held.url))
        if not answer.done:
            raise self._gone(ref) if answer.status in (404, 410) else failure(self.url, answer)
        self._ours.pop(ref.id, None)

    # Reading

    def look(self) -> dav.Resource:
        """What the server says of the calendar. Raises Unreadable where it is none, or none for events."""
        there = self.server.described(self.url)
        if there is None or not there.is_calendar:
            raise Unreadable(
                f"there is no calendar at {self.url}",
                f"blocker --calendar {self.address} connect caldav lists those of the server",
            )
        if not there.holds_events:
            raise Unreadable(
                f"the calendar at {self.url} is for tasks only",
                "name one for events: blocker connect caldav lists them",
            )
        self._unwritable = "" if there.can_be_written else f"{self.address} is read-only"
        return there

    def recall(self) -> Kept:
        """What is remembered of it."""
        return recall(self._around.state_dir, self.identity().name)

    def note_guards(self, guards: frozenset[str]) -> None:
        """Remember what ``check`` found the server to guard."""
        self.guards = guards
        remember(self._around.state_dir, replace(self.recall(), guards=guards))

    # Writing

    def take_away(self, url: str) -> None:
        """Remove an object of ours that is no block, as it is now; none is fine. Raises what a delete raises."""
        there = fetch(self.server, url)
        if there is not None and not self.server.ask("DELETE", url, If_Match=self._strong(there)).done:
            raise Refused(
                f"{url} can't be removed", "remove it by hand: it is the event that blocker check writes"
            )

    def _url_of(self, uid: str) -> str:
        held = self._ours.get(uid)
        return held.url if held else within(self.url, f"{uid}.ics")

    def put(self, url: str, content: bytes, **condition: str) -> Answer:
        """The answer to a write; one that no further write would survive is raised."""
        answer = self.server.ask("PUT", url, content, Content_Type=TYPE, **condition)
        if answer.status in (403, 405, 413, 507) and not dav.conditions(answer.body) & dav.UID_TAKEN:
            raise failure(self.url, answer)
        return answer

    def _written(self, block: Block, uid: str, url: str, answer: Answer, content: bytes) -> Ref:
        """What a write came to. It is looked at unless the server is known to refuse what would overwrite others."""
        if answer.etag.startswith('"') and self.guards is not None and self.guards >= SAFE:
            return self._keep(uid, Held(url, answer.etag, content.decode()))
        now = fetch(self.server, url)
        ours = ours_in(now.text, uid, self._people) if now is not None else None
        if now is not None and ours is not None and ours.is_what_we_wrote(block):
            return self._keep(uid, now)
        there = alone_in(now.text, uid) if now is not None and uid not in self._ours else None
        if there is not None and there.lost_its_mark(block):
            self.take_away(url)
            self._unwritable = f"{host_of(url)} {DROPS_MARKS}"
            raise Refused(self._unwritable, OTHER_CALENDAR)
        raise Conflict(f"{block.key} was changed by somebody else at the same moment", "run again")

    def _keep(self, uid: str, held: Held) -> Ref:
        if uid not in self._ours:  # wherever it is moved before the next read, it is asked for
            kept = self.recall()
            remember(self._around.state_dir, replace(kept, blocks={**kept.blocks, uid: held.url}))
        self._ours[uid] = held
        return Ref(uid, held.version)

    def _holds(self, held: Held, uid: str, block: Block) -> bool:
        ours = ours_in(held.text, uid, self._people)
        return ours is not None and ours.holds(block)

    def _found_instead(self, block: Block, uid: str, there: Held) -> Ref:
        """The address is taken. By our own write, whose answer was lost, or by something else?"""
        ours = ours_in(there.text, uid, self._people)
        if ours is not None and ours.holds(block) and uid not in self._ours:
            return self._keep(uid, there)
        raise AlreadyExists(
            f"{self.address} already holds {block.key}", taken_by="block" if ours else "other"
        )

    def _find(self, ref: Ref) -> tuple[Held, Alone]:
        """Our event, unchanged since it was read. Raises Missing, Conflict or Refused."""
        held = fetch(self.server, self._url_of(ref.id))
        if held is None:
            raise self._gone(ref)
        ours = ours_in(held.text, ref.id, self._people)
        if ours is None:
            raise Refused(f"{ref.id} on {self.address} is not a block of ours")
        if ours.has_guests:
            raise Refused(f"{ref.id} has guests now, and a change of ours would send them mail")
        if held.version != ref.etag:
            raise Conflict(f"{ref.id} changed since it was read", "run again")
        return held, ours

    def _strong(self, held: Held) -> str:
        """The etag that a write rests on. What a proxy has made weak is strong at the server behind it."""
        if not held.version:
            raise Refused(
                f"{host_of(self.url)} gives no etags, and without one a write could undo somebody's change"
            )
        return f'"{held.version}"'

    def _changed(self, ref: Ref, before: Held, now: Held | None) -> BlockerError:
        if now is None:
            return self._gone(ref)
        if now.version == before.version:
            return Refused(
                f"{host_of(self.url)} does not take its own etags back, so a change can't be made without risk",
                "blocker check says more",
            )
        return Conflict(f"{ref.id} changed since it was read", "run again")

    def _gone(self, ref: Ref) -> Missing:
        self._ours.pop(ref.id, None)
        return Missing(f"{ref.id} is not on {self.address} any more")

    def _may_write(self) -> None:
        if self._unwritable:
            raise Refused(self._unwritable, "name a calendar of your own: blocker connect caldav lists them")
