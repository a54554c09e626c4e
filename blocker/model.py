"""The frozen values that flow through the program, from what a calendar holds to what was done to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct, field

from blocker.fingerprint import AROUND, SECTION, TITLE, part_of_hash
from blocker.fingerprint import hash_of_text as hash_of_text  # noqa: PLC0414 - the calendars take it from here
from blocker.timeline import Interval
from blocker.workweek import Quarter, Week

# Kinds of time. Blocks may have further kinds, made in the config alone.
OPERATIONAL = "operational"
STRATEGIC = "strategic"
FRONTLINE = "frontline"
LEARNING = "learning"
PERSONAL = "personal"
AWAY = "away"
IGNORED = "ignored"
EVENT_KINDS = (OPERATIONAL, STRATEGIC, FRONTLINE, LEARNING, PERSONAL, AWAY, IGNORED)

# Kinds that only blocks have.
OFFSITE = "offsite"
NOTE = "note"

LEVELS = ("calm", "amber", "red")

# Native focus time, in Google's words for what it does with invitations that conflict.
DECLINE_NONE = "declineNone"
DECLINE_NEW = "declineOnlyNewConflictingInvitations"
DECLINE_ALL = "declineAllConflictingInvitations"  # never ours: a person chose it

_MOST_OF_A_DAY = timedelta(hours=20)
PRIVATE_TITLE = "private event"


class Event(Struct, frozen=True):
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
    response: str = "none"  # the user's own: accepted | declined | tentative | needs-action | none
    event_type: str = (
        "default"  # Google's words: default | outOfOffice | focusTime | workingLocation | birthday | …
    )
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
    private: bool = False
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

    @property
    def pinned(self) -> bool:
        if self.dates is None:
            return self.slot != self.when
        # Midnight is another instant in another zone: a person who travels has moved nothing.
        moved = zip(self.slot, self.when, strict=True)
        return any(abs(then - now) >= _MOST_OF_A_DAY for then, now in moved)

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
    """A part of a calendar that could not be read; the rest still counts."""

    where: str
    why: str


class Snapshot(Struct, frozen=True):
    """What a calendar held when it was read.

    ``events`` are the occurrences of others' events that touch ``window``; ``blocks`` are ours,
    without a window. ``complete`` is False if some of it could not be read: such a snapshot never
    leads to a removal. ``components`` counts everything found, ours included.
    """

    calendar: str
    window: Interval
    events: tuple[Event, ...]
    blocks: tuple[StandingBlock, ...] = ()
    zone: str | None = None
    me: tuple[str, ...] = ()
    complete: bool = True
    components: int = 0
    skipped: tuple[SkippedComponent, ...] = ()


class Classified(Struct, frozen=True):
    """An event with its kind of time and the reason in words."""

    event: Event
    kind: str
    why: str


class Cause(Struct, frozen=True):
    """Why something was asked for. Travels unchanged from the rule to the block's text.

    ``held`` and ``recent`` are the two values it was judged by; ``measured`` is the heavier one.
    ``unit`` is hours, minutes, share or count.
    """

    rule: str
    measure: str
    measured: float
    threshold: float
    unit: str
    held: float | None = None
    recent: float | None = None


class Clause(Struct, frozen=True):
    """One comparison of a rule with its measured value: what ``explain`` shows."""

    rule: str
    text: str
    cause: Cause
    fires: bool
    clear: bool  # clear of its threshold by 10 %: needed before a level may drop


class WeekLoad(Struct, frozen=True):
    """What a week holds, and how it is judged.

    ``held`` are the measures of design 4.2 as the calendar has them now, in hours, shares and
    counts; ``recent`` the mean of the weeks just past, scaled; None where there are none.
    """

    week: Week
    held: Mapping[str, float]
    recent: Mapping[str, float] | None
    working_days: int
    days_left: int
    level: str = "calm"
    judged_by: str = "held"  # held | recent
    causes: tuple[Cause, ...] = ()
    clauses: tuple[Clause, ...] = ()
    booked: Mapping[str, int] = field(default_factory=dict)  # kind → number that the rules ask for
    held_back: str = ""  # why the level is above what the clauses say today
    forecast: float | None = None  # operational hours, where the person lets the rules use it

    @property
    def working(self) -> bool:
        """Only a week with at least two days left has a floor."""
        return self.days_left >= 2


class Demand(Struct, frozen=True):
    """What the rules ask for: one block that does not stand yet.

    ``tier`` orders demands (floor, offsite, red, amber, debt, frontline, learning, other).
    Lengths are minutes, multiples of 15; ``floor_minutes`` is the shortest allowed for a week's
    floor and None for every other demand.
    """

    key: str
    kind: str
    tier: str
    week: Week
    minutes: int
    shortest: int
    floor_minutes: int | None = None
    prefer: str = "morning"
    causes: tuple[Cause, ...] = ()


class Option(Struct, frozen=True):
    """A slot that would do if the events in its way gave way, and those events."""

    slot: Interval
    conflicts: tuple[Event, ...]


class Term(Struct, frozen=True):
    """One named part of the reason for a slot: what it is worth and the words for it."""

    name: str
    points: int
    words: str


class Placement(Struct, frozen=True):
    """A demand, or a standing block that has to move, with the slot that was found for it."""

    key: str
    kind: str
    tier: str
    slot: Interval
    causes: tuple[Cause, ...] = ()
    why: str = ""
    terms: tuple[Term, ...] = ()
    moved_from: Interval | None = None
    outside_manners: bool = False  # a floor that took more than the cap or the bookable minimum
    short: bool = False  # a floor below the usual shortest length
    next_best: str = ""  # what the best slot on another day would have cost, in words


class Unplaced(Struct, frozen=True):
    """A demand without a slot: the reason, and the nearest options."""

    key: str
    kind: str
    minutes: int
    code: str  # no_room | deleted | skipped | paused
    why: str
    nearest: tuple[Option, ...] = ()
    causes: tuple[Cause, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)  # limit → how many slots it removed
    relaxations: tuple[str, ...] = ()
    tier: str = ""


class Change(Struct, frozen=True):
    """One line of a plan: what will be, or was, done about one block.

    ``slot`` is where the block will be; ``was`` where it is now, for a move. ``block`` is what will
    be written and ``standing`` what is there now; either may be absent.
    """

    action: str  # create | move | update | remove | keep | adopt | tombstone | forget
    key: str
    kind: str
    slot: Interval
    was: Interval | None = None
    pinned: bool = False
    conflict: str | None = None
    causes: tuple[Cause, ...] = ()
    why: str = ""
    block: Block | None = None
    standing: StandingBlock | None = None
    forced: bool = False  # a removal or move that the calendar made necessary
    placement: Placement | None = None
    done: bool = False
    error: str | None = None

    @property
    def writes(self) -> bool:
        """True if applying it changes the calendar."""
        return self.action in ("create", "move", "update", "remove")


class WeekPlan(Struct, frozen=True):
    """A week of the horizon: its load, and what became of its floor."""

    load: WeekLoad
    floor: str  # block | own | unplaced | deleted | skipped | paused | none


class QuarterPlan(Struct, frozen=True):
    """A quarter and its offsite."""

    quarter: Quarter
    offsite: str  # placed | present | unplaced | not due
    key: str
    why: str = ""


class Plan(Struct, frozen=True):
    """Everything that was decided. A value: applying it is a separate act."""

    now: datetime
    calendar: str
    zone: str
    policy: str  # run | rebalance
    weeks: tuple[WeekPlan, ...]
    quarters: tuple[QuarterPlan, ...]
    changes: tuple[Change, ...]
    unplaced: tuple[Unplaced, ...] = ()
    skipped: tuple[SkippedComponent, ...] = ()
    notes: tuple[str, ...] = ()  # what has to be said once, in words
    said: tuple[str, ...] = ()  # the names of those notes, for the ledger to remember
    complete: bool = True

    @property
    def writes(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.writes)

    @property
    def failed(self) -> tuple[Change, ...]:
        """What could not be done, once the plan was carried out."""
        return tuple(change for change in self.changes if change.error is not None)


class Receipt(Struct, frozen=True):
    """What came of applying a plan: the same changes with ``done`` and ``error`` filled in.

    ``stale``: the work ended because the calendar was found changed; what is not done has to be decided again.
    """

    changes: tuple[Change, ...]
    stale: bool = False

    @property
    def written(self) -> tuple[Change, ...]:
        """What was changed on the calendar."""
        return tuple(change for change in self.changes if change.done and change.writes)


class Remembered(Struct, frozen=True):
    """One block as the ledger knows it.

    ``state`` is creating | placed | removing | tombstone. ``ended_by`` says who ended a tombstone:
    deleted (a person, on the calendar) or skipped (a person, by command).
    """

    key: str
    kind: str
    state: str
    slot: Interval
    generation: int = 1
    ref: Ref | None = None
    text_hash: str = ""
    ended_by: str = ""
    causes: tuple[Cause, ...] = ()
    why: str = ""
    tier: str = ""
    zone: str = ""  # the user's zone when the slot was chosen; "" if unknown


class WeekRecord(Struct, frozen=True):
    """What the ledger remembers of a week: the level it was given and what it owed and kept.

    ``clear_weeks`` holds the ISO weeks of the runs in which every clause of the level was clear of
    its threshold. Minutes are of strategic time, by regular demands (debt left out): placed is what
    stands or stood, overrun the part of past blocks that operational events lay on. ``moved`` are the
    keys of blocks that the person or a run moved.
    """

    week: Week
    level: str
    causes: tuple[Cause, ...] = ()
    not_clear_in: tuple[Week, ...] = ()
    clear_in: tuple[Week, ...] = ()
    owed_minutes: int = 0
    kept_minutes: int = 0
    waived_minutes: int = 0  # deleted or skipped by the person
    placed_minutes: int = 0
    overrun_minutes: int = 0
    moved: tuple[str, ...] = ()


class ParkedQuestion(Struct, frozen=True):
    """A question that waits for the right hour. ``how`` it ended is done or dropped, "" while it is open."""

    id: int
    text: str
    asked_by: str
    at: datetime
    ended: datetime | None = None
    how: str = ""


class Memory(Struct, frozen=True):
    """All that a plan needs from the ledger, as a value.

    ``generations`` has the last generation used for each key, also of those long gone: an identity
    is never used twice. ``paused_until`` is the last day of the pause. ``parked`` has the questions
    that are open and those that ended, oldest first. ``fill`` has the operational hours that a week held
    so many weeks before it began.
    """

    blocks: tuple[Remembered, ...] = ()
    weeks: tuple[WeekRecord, ...] = ()
    skipped_weeks: tuple[Week, ...] = ()
    paused_until: date | None = None
    busy_hours: Mapping[Week, float] = field(default_factory=dict)
    said: tuple[str, ...] = ()  # what was said once and need not be said again
    generations: Mapping[str, int] = field(default_factory=dict)
    skipped_keys: tuple[str, ...] = ()
    confirmed: bool = False
    parked: tuple[ParkedQuestion, ...] = ()
    fill: Mapping[tuple[Week, int], float] = field(default_factory=dict)
