"""A calendar in memory. It passes the same contract as the real ones, so it may stand in for them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from blocker.calendars.marks import kind_of, uid_for
from blocker.calendars.port import NATIVE_FOCUS
from blocker.values.errors import AlreadyExists, BlockerError, Conflict, Missing, Refused
from blocker.values.events import Block, Event, Ref, Snapshot, StandingBlock
from blocker.values.fingerprint import hash_of_text
from blocker.values.intervals import Interval
from blocker.values.memory import Identity


class MemoryCalendar:
    """Others' events as given, and our blocks.

    ``fail`` may be set to an error that every write from then on raises: a full disk, a dead network.
    ``writes`` counts those that went through. What a person does to the calendar has methods of its own.
    """

    def __init__(
        self,
        events: Iterable[Event] = (),
        *,
        address: str = "memory:",
        zone: str | None = None,
        me: tuple[str, ...] = (),
        capabilities: frozenset[str] = frozenset(),
        complete: bool = True,
    ) -> None:
        self.address, self.capabilities = address, capabilities
        self.zone, self.me, self.complete = zone, me, complete
        self.fail: BlockerError | None = None
        self.writes = 0
        self._events: dict[str, list[Event]] = {}  # the occurrences by their UID
        for event in events:
            self.put_event(event)
        self._blocks: dict[str, StandingBlock] = {}
        self._version = 0

    def identity(self) -> Identity:
        return Identity(self.address)

    def read(self, window: Interval) -> Snapshot:
        events = [e for group in self._events.values() for e in group if e.when.overlaps(window)]
        return Snapshot(
            calendar=self.address,
            window=window,
            events=tuple(sorted(events, key=lambda e: (e.when, e.uid))),
            blocks=tuple(sorted(self._blocks.values(), key=lambda b: (b.when, b.key))),
            zone=self.zone,
            me=self.me,
            complete=self.complete,
            components=len(self._events) + len(self._blocks),
        )

    def create(self, block: Block) -> Ref:
        uid = uid_for(block.key, block.generation)
        self._may_write()
        if uid in self._blocks or uid in self._events:
            raise AlreadyExists(f"{self.address} already has {uid}")
        return self._put(uid, block)

    def update(self, ref: Ref, block: Block) -> Ref:
        self._may_write()
        there = self._ours(ref)
        if there.key != block.key:
            raise Refused(f"{ref.id} is the block {there.key}, not {block.key}")
        return self._put(ref.id, block)

    def delete(self, ref: Ref) -> None:
        self._may_write()
        self._ours(ref)
        del self._blocks[ref.id]
        self.writes += 1

    def close(self) -> None:
        """Nothing to let go of."""

    # What a person does to the calendar.

    def put_event(self, event: Event) -> None:
        """Add an event, or one more occurrence of it."""
        self._events.setdefault(event.uid, []).append(event)

    def remove_event(self, uid: str) -> None:
        del self._events[uid]

    def move_block(self, uid: str, when: Interval) -> None:
        self._change(uid, replace(self._blocks[uid], when=when))

    def retitle_block(self, uid: str, title: str) -> None:
        self._change(uid, replace(self._blocks[uid], title=title))

    def remove_block(self, uid: str) -> None:
        del self._blocks[uid]

    def _may_write(self) -> None:
        if self.fail is not None:
            raise self.fail

    def _ours(self, ref: Ref) -> StandingBlock:
        there = self._blocks.get(ref.id)
        if there is None:
            if ref.id in self._events:
                raise Refused(f"{ref.id} is not a block of ours")
            raise Missing(f"{ref.id} is not in {self.address} any more")
        if there.ref.etag != ref.etag:
            raise Conflict(f"{ref.id} changed since it was read", "run again")
        return there

    def _put(self, uid: str, block: Block) -> Ref:
        self.writes += 1
        there = self._blocks.get(uid)
        return self._change(
            uid,
            StandingBlock(
                key=block.key,
                kind=kind_of(block.key),
                slot=block.marked,
                when=block.slot,
                title=block.title,
                text=block.text,
                ref=Ref(uid, ""),
                generation=block.generation,
                busy=block.busy,
                focus=block.focus if NATIVE_FOCUS in self.capabilities else "",
                dates=block.dates,
                text_hash=block.text_hash or hash_of_text(block.title, block.text),
                private=block.visibility == "private" if block.visibility or there is None else there.private,
            ),
        )

    def _change(self, uid: str, block: StandingBlock) -> Ref:
        self._version += 1
        ref = Ref(uid, str(self._version))
        self._blocks[uid] = replace(block, ref=ref)
        return ref
