"""What a report shows, as values that a template only has to lay out."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct


class Band(Struct, frozen=True):
    """A stretch of a day's column, in per cent of its height."""

    top: float
    height: float


class Box(Struct, frozen=True):
    """An event or a block in a day's column: where it stands, in per cent, and what is written on it.

    ``look`` names its kind and its size for the style sheet. ``sign`` is empty for an event. ``note`` is
    the number of the block's reason, 0 where there is none.
    """

    place: str
    look: str
    title: str
    start: str
    end: str
    sign: str = ""
    note: int = 0


class Column(Struct, frozen=True):
    """A day in one of the two pictures of a week."""

    name: str  # Mon
    date: str  # 18
    long: str  # Monday 18 November
    away: str
    lunch: Band | None
    off: Sequence[Band]
    boxes: Sequence[Box]
    outside: int  # events before or after what is shown


class WeekCard(Struct, frozen=True):
    """A week before and after the plan."""

    week: str
    dates: str
    running: bool
    level: str
    judged_by: str
    judged_words: str
    hours: str
    capacity: str
    share: float
    share_level: str  # by its thresholds alone
    limits: Sequence[tuple[str, float]]
    reasons: Sequence[str]
    floor: str
    before: Sequence[Column]
    after: Sequence[Column]
    before_words: str
    kept_before: str  # hours of thinking time on the calendar now
    kept_after: str
    new: int
    missing: Sequence[Missing]
    answered: Sequence[Missing]  # what the person said no to


class Note(Struct, frozen=True):
    """Everything about one block: what becomes of it, and why."""

    number: int
    sign: str
    what: str  # new | moved | stays | …
    kind: str
    kind_words: str
    title: str
    when: str
    week: str
    was: str
    short: str
    why: str
    causes: Sequence[str]
    next_best: str
    conflict: str
    key: str


class Missing(Struct, frozen=True):
    """A block that is not booked, and where it found no place what would make room."""

    what: str
    minutes: int
    why: str
    options: Sequence[str]
    key: str


class Bar(Struct, frozen=True):
    """A week in the charts. Hours of thinking time: owed by the rules, kept, planned, and the person's own."""

    week: str
    date: str
    position: str  # past | now | ahead
    level: str
    share: float
    share_level: str  # by the thresholds of the chart alone, as is ``focus_level``
    recent_share: float | None
    hours: float
    capacity: float
    focus: float
    focus_level: str
    owed: float
    kept: float
    kept_of_owed: float
    planned: float
    own: float
    waived: float
    empty: bool  # before the calendar begins

    @property
    def tip(self) -> str:
        return f"{self.week}: {self.share * 100:.0f} %, {self.level}"


class Displacing(Struct, frozen=True):
    """A recurring meeting, and the unbroken time there would be without it."""

    title: str
    days: int
    hours: float
    focus: float


class QuarterWeek(Struct, frozen=True):
    week: str
    date: str
    level: str  # empty where nothing is known
    now: bool
    offsite: bool


class QuarterCard(Struct, frozen=True):
    """A quarter as a strip of weeks, and its half day."""

    name: str
    state: str
    words: str
    weeks: Sequence[QuarterWeek]
    missing: Missing | None


class Parked(Struct, frozen=True):
    text: str
    asked_by: str
    since: str
    days: int


class Report(Struct, frozen=True):
    """The whole page. ``hours`` are the clock times beside the grids, with their place in per cent."""

    made: str
    today: str
    zone: str
    calendar: str
    titles: bool
    level: str
    headline: str  # why the week has its level, to be read after “This week is red: ”
    weeks: Sequence[WeekCard]
    clock: Sequence[tuple[str, float]]
    clock_hours: float
    bars: Sequence[Bar]
    share_limits: Sequence[tuple[str, float]]
    focus_limits: Sequence[tuple[str, float]]
    focus_top: float
    thinking_top: float
    recorded: bool
    owed: float
    kept: float
    displacing: Sequence[Displacing]
    overrun: float  # hours of blocks that meetings took
    quarters: Sequence[QuarterCard]
    parked: Sequence[Parked]
    notes: Sequence[Note]
    unread: int
    focus: float
    protected_before: float
    protected_after: float
    doing: Sequence[str]
    summary: str
