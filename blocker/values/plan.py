"""What is measured, asked for, placed and decided: the frozen values from a week's load to a receipt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct, field

from blocker.values.events import Block, Event, SkippedComponent, StandingBlock
from blocker.values.intervals import Interval
from blocker.values.kinds import OFFSITE
from blocker.values.workweek import Quarter, Week


class Classified(Struct, frozen=True, gc=False):
    """An event with its kind of time and the reason in words."""

    event: Event
    kind: str
    why: str


class Cause(Struct, frozen=True):
    """Why something was asked for. Travels unchanged from the rule to the block's text.

    ``held`` and ``recent`` are the two values it was judged by; ``measured`` is the heavier one.
    ``unit`` is hours, minutes, share or count; ``usual`` is the usual line, where the threshold is a line of load.
    """

    rule: str
    measure: str
    measured: float
    threshold: float
    unit: str
    held: float | None = None
    recent: float | None = None
    usual: float | None = None


class Clause(Struct, frozen=True):
    """One comparison of a rule with its measured value: what ``explain`` shows."""

    rule: str
    text: str
    cause: Cause
    fires: bool


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
    forecast: float | None = None  # operational hours, where the person lets the rules use it
    lines_taken: date | None = None  # when the person's own lines were taken; None: judged by the usual ones
    quiet_days: int = 0  # of the working days, those on which nothing is booked
    told_hours: float = 0.0  # of the operational hours, those told by ``busy``: no event stands for them
    lead: int = 0  # by how many days the person's own week begins before the ISO week that is measured

    @property
    def begins(self) -> date:
        """The first day of the week as the person has it: what it is called by."""
        return self.week.seen(self.lead)[0]

    def holds(self, day: date) -> bool:
        """True for a day of the week as the person has it."""
        return day in self.week.seen(self.lead)

    @property
    def open_days(self) -> int:
        """The working days that are not quiet."""
        return self.working_days - self.quiet_days

    @property
    def working(self) -> bool:
        """Only a week with at least two days left has a floor."""
        return self.days_left >= 2


class Demand(Struct, frozen=True):
    """What the rules ask for: one block that does not stand yet.

    ``tier`` orders demands (floor, offsite, red, amber, debt, frontline, learning, other).
    Lengths are minutes, multiples of 15; ``floor_minutes`` is the shortest allowed for a week's
    floor and None for every other demand. ``days`` (0 is Monday) and ``between`` (minutes from midnight)
    are where the kind may be; empty: everywhere. ``rescue``: a block that was taken off because it was hit
    comes back under its key, by the limits of a rescue; ``minutes`` is what it was last placed with.
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
    rescue: bool = False
    days: tuple[int, ...] = ()
    between: tuple[tuple[int, int], ...] = ()


class Option(Struct, frozen=True):
    """A slot that would do if the events in its way gave way, and those events."""

    slot: Interval
    conflicts: tuple[Event, ...]


class NoSlot(Struct, frozen=True):
    """Why a block has no slot: in words, with up to three slots that would do if events gave way, and the names of
    the limits that are in the way, the most in the way first.
    """

    why: str
    options: tuple[Option, ...] = ()
    limits: tuple[str, ...] = ()


class Placement(Struct, frozen=True):
    """A demand, or a standing block that has to move, with the slot that was found for it."""

    key: str
    kind: str
    tier: str
    slot: Interval
    causes: tuple[Cause, ...] = ()
    why: str = ""
    moved_from: Interval | None = None
    outside_manners: bool = False  # a floor that took more than the cap or the bookable minimum
    short: bool = False  # a floor below the usual shortest length
    next_best: str = ""  # what the best slot on another day would have cost, in words
    rescued: bool = False  # a hit block that counts again
    cause_key: str = ""  # the block that a standing one gave way to


class Unplaced(Struct, frozen=True):
    """A demand without a slot: the reason, and the nearest options."""

    key: str
    kind: str
    minutes: int
    code: str  # no_room | deleted | skipped | undone | theirs | paused
    why: str
    nearest: tuple[Option, ...] = ()
    causes: tuple[Cause, ...] = ()
    limits: tuple[str, ...] = ()  # the names of those in the way, the most in the way first
    tier: str = ""

    @property
    def answered(self) -> bool:
        """True if a person said no to it (deleted, skipped, paused): no slot was looked for."""
        return self.code != "no_room"


WRITES = ("create", "move", "update", "remove")  # the actions that change the calendar


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
    forced: bool = False  # a removal or move that the calendar made necessary, or the person asked for
    placement: Placement | None = None
    ended_by: str = "deleted"  # what made it a tombstone
    released: bool = False  # a removal that leaves the block owed: it comes back when there is room
    nearest: tuple[Option, ...] = ()  # what would help a released block, or one that stays although it is hit
    remark: str = ""  # what came up while it was written, in words
    hit_by: str = ""  # of a move: what took the block's time before it, in words
    makes_room_for: str = ""  # the key of the block that this one gave way to
    done: bool = False
    error: str | None = None

    @property
    def writes(self) -> bool:
        """True if applying it changes the calendar."""
        return self.action in WRITES


class WeekPlan(Struct, frozen=True):
    """A week of the horizon: its load, and what became of its floor."""

    load: WeekLoad
    floor: str  # block | own | unplaced | deleted | skipped | undone | theirs | paused | none


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
    read_back: tuple[tuple[str, str], ...] = ()  # questions that a new ledger found in a block, and who asked
    refused: str = ""  # what the guard would say to it, where it is only looked at
    complete: bool = True
    zone_source: str = ""  # who named the zone, in words

    @property
    def writes(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.writes)

    def skipped_in(self, week: Week) -> tuple[SkippedComponent, ...]:
        """What was skipped and may change the figures of a week."""
        return tuple(item for item in self.skipped if item.may_concern(week.days[0], week.days[-1]))

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


class Hit(Struct, frozen=True):
    """What took a block's time: in words, and by name as ``uid@start``, so that it is told once whatever the words."""

    words: str
    by: tuple[str, ...] = ()


class Inspection(Struct, frozen=True):
    """The standing blocks as placement sees them, and by key of those ahead that are hit, or would be but for the
    zone they were placed in, what took their time.
    """

    standing: tuple[Standing, ...]
    hits: Mapping[str, Hit]

    @property
    def uncounted(self) -> frozenset[str]:
        """The keys of the blocks that are hit, and count for nothing."""
        return frozenset(block.key for block in self.standing if block.state in ("hit", "hit_fixed"))


class Standing(Struct, frozen=True):
    """A block of ours that exists, as placement sees it.

    ``state``: ``fixed`` stays and counts (pinned, begun, with guests, of another week under rebalance);
    ``kept`` is ours and not hit: it stays under ``run`` unless it gives way, and is free under
    ``rebalance``; ``hit``: a busy event lies on it or its time stopped being working time: it counts for
    nothing, and is moved or taken off (``edited``: stays if it can't be moved); ``hit_fixed``: hit, but
    pinned or begun: it stays, counts for nothing and is only in the way in time.
    ``week`` is its key's week, whatever day it is on. A move takes ``shortest`` to ``minutes``;
    ``floor_minutes`` takes the place of ``shortest`` where no longer slot is left for a week's floor; None for
    every other block.
    """

    key: str
    kind: str
    tier: str
    week: Week
    slot: Interval
    state: str
    minutes: int
    shortest: int
    prefer: str = "morning"
    floor_minutes: int | None = None
    edited: bool = False
    days: tuple[int, ...] = ()
    between: tuple[tuple[int, int], ...] = ()

    @property
    def rescue(self) -> bool:
        """True if it has to move, to count again."""
        return self.state == "hit"


class WeekRoom(Struct, frozen=True):
    """One week of the horizon as placement sees it.

    ``share_minutes`` and ``hours_minutes`` are the most that blocks of this week (the offsite left out) may
    take in all, standing ones included. ``needs_floor``: it is a working week without strategic time that counts.
    ``had_minutes``: what its blocks took before one was taken off that may come back; 0: none was.
    """

    week: Week
    share_minutes: float
    needs_floor: bool
    hours_minutes: float = float("inf")
    had_minutes: int = 0


class OffsiteDemand(Struct, frozen=True):
    """The half day wanted for a quarter: on days of ``quarter`` not before ``earliest``; of a hit one, on any."""

    key: str
    quarter: Quarter
    minutes: int
    earliest: datetime
    kind: str = OFFSITE
    tier: str = OFFSITE
    causes: tuple[Cause, ...] = ()
