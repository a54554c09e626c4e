"""What a calendar holds: somebody's events, and the blocks of ours among them. Frozen values."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from msgspec import Struct

from blocker.values.fingerprint import AROUND, SECTION, TITLE, hash_of_text, part_of_hash
from blocker.values.intervals import Interval

# Native focus time: what it does with invitations that conflict, in the words of the calendars that have it.
DECLINE_NONE = "declineNone"
DECLINE_NEW = "declineOnlyNewConflictingInvitations"
DECLINE_ALL = "declineAllConflictingInvitations"  # never ours: a person chose it
_MOST_OF_A_DAY = timedelta(hours=20)
TRAVEL = "travelTime"  # the type of the way to an event, where the calendar tells how long that takes
PRIVATE_TITLE = "private event"


class Event(Struct, frozen=True, gc=False, cache_hash=True):
    """One occurrence of somebody's event, normalised by the backend that read it.

    ``when`` is the instant interval. For an all-day event ``dates`` holds first day and the day
    after the last, and ``when`` is midnight to midnight in the user's zone.
    """

    uid: str
    calendar: str
    title: str
    when: Interval
    dates: tuple[date, date] | None = None
    status: str = "confirmed"  # confirmed | tentative | cancelled
    transparent: bool | None = None  # None: the calendar does not say
    # The user's own: accepted | declined | tentative | needs-action | delegated | none
    response: str = "none"
    event_type: str = "default"  # default | outOfOffice | focusTime | workingLocation | birthday | TRAVEL | …
    organizer: str = ""  # address, lower case; empty if unknown
    organizer_is_me: bool = False
    attendees: tuple[str, ...] = ()  # the others' addresses, lower case, the user left out
    categories: tuple[str, ...] = ()
    color: str = ""
    private: bool = False
    recurring: bool = False

    @property
    def all_day(self) -> bool:
        return self.dates is not None

    @property
    def shown_title(self) -> str:
        """The title that may be shown: nothing of a private event is."""
        return PRIVATE_TITLE if self.private else self.title


class Ref(Struct, frozen=True):
    """Where an event of ours lives in its calendar, and the state it was in when read or written."""

    id: str
    etag: str


class Block(Struct, frozen=True):
    """What a block of ours should look like on the calendar; the whole content of a write.

    ``slot`` goes into the mark as well, so that a person's move can be told from ours; a block that a
    person has moved is written with the ``mark_slot`` that it has, and stays pinned. ``stamp`` is the
    moment of writing. ``dates`` (first day, day after the last) makes it an all-day entry and
    then ``slot`` is midnight to midnight. ``text_hash`` goes into the mark: that of the title and
    text as we made them, also where a person's edit of them is kept. ``raw``, where given, is put
    back verbatim (undo).
    """

    key: str
    kind: str
    slot: Interval
    title: str
    text: str
    stamp: datetime
    generation: int = 1
    busy: bool = True
    focus: str = ""  # native focus time of this sort, where the calendar can; "" is an ordinary event
    dates: tuple[date, date] | None = None
    color: str = ""
    visibility: str = ""  # private, public, or default: the calendar's own; "" leaves what is there
    reminder: int | None = None  # minutes before it, for a new one
    text_hash: str = ""
    raw: str | None = None
    mark_slot: Interval | None = None  # None: the slot itself

    @property
    def marked(self) -> Interval:
        """The slot that goes into the mark."""
        return self.mark_slot or self.slot


class StandingBlock(Struct, frozen=True):
    """An event on the calendar that carries our mark, as read.

    ``slot`` is what the mark says we wrote, ``when`` is where the event is now; a person moved it
    if they differ. ``text_hash`` is the mark's hash of title and text as written ("" if unknown).
    ``put_back``: ``undo`` put it where it is, so it is the person's as if they had moved it.
    """

    key: str
    kind: str
    slot: Interval
    when: Interval
    title: str
    text: str
    ref: Ref
    generation: int = 1
    busy: bool = True
    focus: str = ""  # as in Block
    dates: tuple[date, date] | None = None
    text_hash: str = ""
    raw: str | None = None
    put_back: bool = False
    private: bool = True  # False: who may see the calendar may read it

    @property
    def pinned(self) -> bool:
        if self.put_back:
            return True
        if self.dates is None:
            return self.slot != self.when
        # Midnight is another instant in another zone: a person who travels has moved nothing.
        moved = self.when.start - self.slot.start, self.when.end - self.slot.end
        return any(abs(by) >= _MOST_OF_A_DAY for by in moved)

    @property
    def edited(self) -> bool:
        """True if a person changed title or text; unknown (no hash in the mark) counts as edited."""
        return self.text_hash != hash_of_text(self.title, self.text)

    @property
    def title_edited(self) -> bool:
        return self._edited(TITLE)

    @property
    def text_edited(self) -> bool:
        """True if a person changed the text around the section that is kept up to date."""
        return self._edited(AROUND)

    @property
    def section_edited(self) -> bool:
        """True if a person wrote into that section, or took it away."""
        return self._edited(SECTION)

    def _edited(self, part: int) -> bool:
        now = hash_of_text(self.title, self.text)
        return part_of_hash(self.text_hash, part) != part_of_hash(now, part)


class SkippedComponent(Struct, frozen=True):
    """A part of a calendar that could not be read; the rest still counts.

    ``read``: it counts all the same, in the way that ``why`` says; ``whole``: it is all of the calendar that ``where`` names. ``first`` and ``last`` are the days that
    it may be about, None where there is no telling.
    """

    where: str
    why: str
    read: bool = False
    first: date | None = None
    last: date | None = None
    whole: bool = False

    def may_concern(self, first: date, last: date) -> bool:
        """False if it says nothing about any day from ``first`` to ``last``."""
        return (self.first is None or self.first <= last) and (self.last is None or first <= self.last)


class Snapshot(Struct, frozen=True):
    """What a calendar held when it was read.

    ``events`` are the occurrences of others' events that touch ``window``; ``blocks`` are ours,
    without a window. ``complete`` is False if some of it could not be read: such a snapshot never
    leads to a removal. ``zone`` is the calendar's own, ``zone_source`` where that is from,
    and ``zone_placed`` whether its country is known too. ``components`` counts every event found, ours included, and
    ``unread`` those of them that could not be read. ``unwritable`` says why nothing can be written to it, and
    what would help; "" where something can. ``copy_of`` is when it was read where it could not be read now.
    ``identities_return``: a block that was deleted can be written again under the identity that it had.
    """

    calendar: str
    window: Interval
    events: tuple[Event, ...]
    blocks: tuple[StandingBlock, ...] = ()
    zone: str | None = None
    zone_source: str = "the calendar"
    zone_placed: bool = True
    me: tuple[str, ...] = ()
    complete: bool = True
    unwritable: str = ""
    copy_of: datetime | None = None
    identities_return: bool = False
    components: int = 0
    unread: int = 0
    skipped: tuple[SkippedComponent, ...] = ()
