"""The validated settings as frozen values. Parsing and the origin of each value are in ``config/``."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from blocker.values.workweek import Lunch

DEFAULT_LUNCH = Lunch()
FULL_DAY = (9 * 60, 17 * 60 + 30)
DEFAULT_HOURS: Mapping[int, tuple[tuple[int, int], ...]] = dict.fromkeys(range(5), (FULL_DAY,))


class Theme(Struct, frozen=True):
    """What a strategic block is about, and the question worth the hour."""

    name: str
    question: str


class BlockKind(Struct, frozen=True):
    """How blocks of one kind look. Minutes are multiples of 15.

    ``floor_minutes`` is the shortest for a week's floor (strategic only). ``prefer`` is the part of
    the day: morning, afternoon or any.
    """

    name: str
    minutes: int = 120
    shortest: int = 90
    floor_minutes: int | None = None
    prefer: str = "morning"
    title: str = ""
    themes: tuple[Theme, ...] = ()
    color: str = ""
    private: bool = False


class Offsite(Struct, frozen=True):
    """The half day of a quarter."""

    minutes: int = 240
    notice_days: int = 28
    guarantee: bool = True
    title: str = ""


class RuleText(Struct, frozen=True):
    """A rule as the config has it: the condition is parsed and checked by ``rules``."""

    name: str
    when: str
    book: Mapping[str, int]


class Settings(Struct, frozen=True):
    """Everything a person can set, with the defaults of a program that has no config at all."""

    calendar: str = ""
    also_read: tuple[str, ...] = ()
    role: str = "manager"  # manager | executive | specialist
    timezone: str | None = None
    holidays: str = "auto"
    me: tuple[str, ...] = ()
    protect: str = "busy"  # busy | graded | decline
    native_focus: bool = False
    count_tentative: bool = True
    count_unanswered: bool = True
    hours: Mapping[int, tuple[tuple[int, int], ...]] = field(default_factory=lambda: dict(DEFAULT_HOURS))
    hours_set: bool = False  # False: the calendar may know better
    lunch: Lunch | None = DEFAULT_LUNCH
    rules: tuple[RuleText, ...] = ()
    blocks: Mapping[str, BlockKind] = field(default_factory=dict)
    offsite: Offsite = Offsite()
    forecast: bool = False  # rules judge weeks to come by the person's fill curve
    fiscal_start: int = 1  # month in which the first quarter begins
    classify: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    buffer_before: int = 10
    buffer_after: int = 0
    shift: str = "before"  # before | inside
    texts: Mapping[str, str] = field(default_factory=dict)
    notify_file: str = ""  # notification addresses, one a line, in a file that only its owner can read
    notify_command: str = ""  # or a command that prints them

    def kind(self, name: str) -> BlockKind:
        """The settings of a kind of block; the shipped ones where the config says nothing."""
        return self.blocks.get(name) or SHIPPED_KINDS.get(name) or BlockKind(name)


SHIPPED_KINDS: Mapping[str, BlockKind] = {
    "strategic": BlockKind("strategic", 120, 90, 60, "morning"),
    "frontline": BlockKind("frontline", 60, 60, None, "any"),
    "learning": BlockKind("learning", 120, 90, None, "any"),
    "offsite": BlockKind("offsite", 240, 240, None, "any"),
}

# Design 4.4: the manners, in minutes and shares.
GRID_MINUTES = 15
CAP_SHARE = 0.4
BOOKABLE_MINUTES = 60
BOOKABLE_GAP_MINUTES = 15
NOTICE_HOURS = {"run": 24, "rebalance": 1}
MAX_MOVES = 2
HORIZON_WEEKS = 5  # this week plus four
FILL_WEEKS = 8  # ahead: how full they are is remembered, to learn how weeks fill up
