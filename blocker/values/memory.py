"""What the ledger remembers of a calendar between runs, as frozen values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from msgspec import Struct, field

from blocker.values.events import Ref
from blocker.values.intervals import Interval
from blocker.values.plan import Cause
from blocker.values.workweek import Week


def _itself(address: str) -> bool:
    """A calendar with no second name."""
    return False


class Identity(Struct, frozen=True):
    """Which calendar one is, however its address is spelt: what memory, lock and confirmation hang on.

    ``name`` is unique and lasting; ``answers_to`` knows the other names it was kept under.
    """

    name: str
    answers_to: Callable[[str], bool] = _itself


# The ways in which a person ends a block, and the words for them.
ANSWERS = {
    "deleted": "you deleted it",  # on the calendar
    "skipped": "you skipped it",
    "theirs": "you made it an event of your own",  # by guests or a repetition: it still stands
    "undone": "you took it back with undo",  # the run that made it: a no for now, and not for good
}

RELEASED = "released"
UNDONE_ASKED = "undone asked"  # in ``said`` once it was asked about the last ``undo``; another undo clears it


class Remembered(Struct, frozen=True):
    """One block as the ledger knows it.

    ``state`` is creating | placed | removing | displaced | tombstone. A displaced block is off the calendar and
    owed; its slot is the one it was last placed with. ``ended_by`` says how a person ended a tombstone, see
    ``ANSWERS``, and is ``RELEASED`` for a removal that will leave the block displaced. ``put_back``: ``undo`` put
    it where it is, so it is the person's. ``shown_busy``: we have written it as busy, so one that is free now was set
    free by the person.
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
    put_back: bool = False
    shown_busy: bool = False

    @property
    def answer(self) -> str | None:
        """How a person ended it; None if nobody has."""
        if self.state != "tombstone":
            return None
        return self.ended_by if self.ended_by in ANSWERS else "deleted"


class WeekRecord(Struct, frozen=True):
    """What the ledger remembers of a week: the level it was given and what it owed and kept.

    Minutes are of strategic time, by regular demands (debt left out): placed is what
    stands or stood, overrun the part of past blocks that operational events lay on. ``moved`` are the
    keys of blocks that the person or a run moved. ``had_minutes`` is what all blocks of the week but the half day
    took when last none of them was off the calendar for want of room.
    """

    week: Week
    level: str
    causes: tuple[Cause, ...] = ()
    owed_minutes: int = 0
    kept_minutes: int = 0
    waived_minutes: int = 0  # deleted or skipped by the person
    placed_minutes: int = 0
    overrun_minutes: int = 0
    moved: tuple[str, ...] = ()
    had_minutes: int = 0

    @property
    def kept_of_owed(self) -> int:
        """Minutes kept of what the week owed: the one figure for "kept", wherever it is told."""
        return min(self.kept_minutes, self.owed_minutes)


DONE, DROPPED = "done", "dropped"


class ParkedQuestion(Struct, frozen=True):
    """A question that waits for the right hour. ``how`` it ended is done or dropped, "" while it is open.

    ``event`` is the identity of the event that parked it on the calendar at hand; "" if it was not parked there.
    """

    id: int
    text: str
    asked_by: str
    at: datetime
    ended: datetime | None = None
    how: str = ""
    event: str = ""


class Decision(Struct, frozen=True):
    """What the person decided, in their own words, and when: of one that was written into a block, as that began.

    ``key`` is that block's, on the calendar at hand; "" if it was not written there.
    """

    id: int
    text: str
    at: datetime
    key: str = ""


class OwnLines(Struct, frozen=True):
    """The conditions of amber and red at lines that the person's own weeks have raised, and the day they were taken.

    ``ordinary`` says why the person's ordinary week is past the usual red line, and is empty where it is not.
    """

    taken: date
    role: str
    weeks: int
    amber: str
    red: str
    ordinary: tuple[Cause, ...] = ()


class Memory(Struct, frozen=True):
    """All that a plan needs from the ledger, as a value.

    ``generations`` has the last generation used for each key, also of those long gone: an identity
    is never used twice. ``paused_until`` is the last day of the pause. ``parked`` has the questions
    that are open and those that ended, ``decisions`` all of them, oldest first. ``fill`` has the operational hours that a week held
    so many weeks before it began. ``undone_under`` is the digest of the settings when a run was last undone.
    ``last_run`` is what the clock said in the last run that did its work.
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
    decisions: tuple[Decision, ...] = ()
    fill: Mapping[tuple[Week, int], float] = field(default_factory=dict)
    undone_under: str = ""
    lines: OwnLines | None = None
    last_run: datetime | None = None


class Tried(Struct, frozen=True):
    """One daily run that ended: on which day, and with which exit code."""

    day: date
    exit_code: int
