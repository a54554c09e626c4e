"""What a report shows, as values that a template only has to lay out."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct


class Band(Struct, frozen=True):
    """A stretch of a day's column, in per cent of its height."""

    top: float
    height: float


class Box(Struct, frozen=True):
    """An event or a block in a day's column: where it is, in per cent, and what is written on it.

    ``look`` names its kind and its size for the style sheet. ``sign`` is empty for an event. ``block`` is
    the number of the block's line in the list, 0 where there is none.
    """

    place: str
    look: str
    title: str
    start: str
    end: str
    sign: str = ""
    block: int = 0


class Column(Struct, frozen=True):
    """A day of a week's picture."""

    name: str  # Mon
    date: str  # 18
    away: str
    today: bool
    lunch: Band | None
    off: Sequence[Band]
    boxes: Sequence[Box]


class Picture(Struct, frozen=True):
    """A week as it will be, drawn day by day."""

    name: str  # This week
    dates: str
    columns: Sequence[Column]


class Block(Struct, frozen=True):
    """A line of the list of blocks. ``what`` becomes of it is empty where nothing does."""

    number: int
    sign: str
    what: str  # new | moved | removed | …
    kind: str
    title: str
    when: str
    was: str
    why: str
    conflict: str
    key: str


class Missing(Struct, frozen=True):
    """Blocks that are not booked, and where they found no place what would make room."""

    what: str
    minutes: int  # of each
    why: str
    options: Sequence[str]
    times: int = 1


class Week(Struct, frozen=True):
    """A week of the list: how heavy it is and why, its blocks, and what is not booked in it.

    Of what is missing, ``answered`` is what the person said no to.
    """

    week: str  # 2026-W45, for programs
    name: str  # This week, or empty
    dates: str  # 2–6 Nov
    away: bool
    level: str
    because: str
    hours: str
    capacity: str
    share: float
    thinking: float  # hours on the calendar after the plan
    blocks: Sequence[Block]
    missing: Sequence[Missing]
    answered: Sequence[Missing]


class Bar(Struct, frozen=True):
    """A week in the charts. Hours of thinking time: owed by the rules, kept, planned, and the person's own.

    ``share_lines`` and ``focus_lines`` are where the levels begin in this very week, by the person's own
    lines or the usual ones; ``share_level`` and ``focus_level`` follow from them alone.
    """

    week: str
    date: str
    position: str  # past | now | ahead
    level: str
    share: float
    share_lines: Sequence[tuple[str, float]]
    share_level: str
    recent_share: float | None  # what the weeks before make likely, where it is heavier
    hours: float
    capacity: float
    focus: float
    focus_lines: Sequence[tuple[str, float]]
    focus_level: str
    recent_focus: float | None
    owed: float
    kept: float
    kept_of_owed: float
    planned: float
    own: float
    waived: float
    empty: bool  # before the calendar begins
    offsite: bool


class Displacing(Struct, frozen=True):
    """A recurring meeting, and the unbroken time there would be without it."""

    title: str
    days: int
    hours: float
    focus: float


class Quarter(Struct, frozen=True):
    """A quarter's half day."""

    name: str
    state: str
    words: str
    missing: Missing | None
    is_due: bool


class Parked(Struct, frozen=True):
    text: str
    asked_by: str
    since: str
    days: int


class Report(Struct, frozen=True):
    """The whole page. ``clock`` are the hours beside the pictures, with their place in per cent."""

    made: str
    today: str
    zone: str
    calendar: str
    titles: bool
    started: bool  # False: nothing is on the calendar yet, and all of it is a proposal
    level: str
    headline: str  # why the week has its level, to be read after “This week is red: ”
    weeks: Sequence[Week]
    later: Sequence[Block]  # beyond these weeks
    pictures: Sequence[Picture]
    clock: Sequence[tuple[str, float]]
    clock_hours: float
    bars: Sequence[Bar]
    focus_top: float
    thinking_top: float
    thinking: float  # hours in these weeks after the plan
    doing: Sequence[str]
    kept_words: Sequence[str]  # what became of the weeks behind
    red_weeks: str  # what several red ones in a row suggest; empty where there are none
    displacing: Sequence[Displacing]
    overrun: float  # hours of blocks that meetings took
    quarters: Sequence[Quarter]
    parked: Sequence[Parked]
    unread: int
    summary: str
