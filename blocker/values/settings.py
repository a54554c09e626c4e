"""Everything that a person can set, written once: each field is a key of the config file.

A field carries its type and bounds, its default, and one sentence that says what it does; a struct is a table of
the file. Reading, ``config show``, the file that ``init`` writes, the JSON schema and the reference page follow
from that. A field without a sentence is not in the file. What holds between fields is in ``problems`` of the
struct that has them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from hashlib import sha256
from typing import Annotated, Literal

from msgspec import Meta, field, to_builtins
from msgspec.json import encode
from msgspec.structs import asdict, replace

from blocker.values.block_kinds import GRID_MINUTES, SHIPPED_KINDS, BlockKind
from blocker.values.errors import did_you_mean, quoted
from blocker.values.fields import (
    Address,
    EventCondition,
    HolidayCode,
    KeyPath,
    KindName,
    MailAddress,
    Problems,
    QuietDays,
    RuleCondition,
    Section,
    Text,
    TextName,
    TimeOfWeek,
    TimeZone,
    Title,
    Words,
    setting,
)  # fmt: skip
from blocker.values.kinds import EVENT_KINDS, OFFSITE, STRATEGIC
from blocker.values.limits import DEFAULT_QUIET, Limits, Rhythm, days_of_year
from blocker.values.working_hours import Hours, LunchBreak
from blocker.values.workweek import WEEKDAYS, DaysOfYear, Lunch, clock_range

OffsiteMinutes = Annotated[int, Meta(ge=GRID_MINUTES, le=600, multiple_of=GRID_MINUTES)]
Role = Literal["manager", "executive", "specialist"]
Protection = Literal["busy", "graded", "decline"]
RULE = {
    "name": "amber",
    "when": "operational_share >= 50% or focus_hours < 6.5",
    "book": {"strategic": 2},
}
GOAL = {
    "name": "New LMS live",
    "by": date(2027, 3, 31),
    "ability": "Trainers can build a course alone",
}
CONDITIONS = {"strategic": ["title ~ 'strategy|vision'"], "personal": ["calendar = 'family'"]}
SHIFT = {"shift": "Close the door, and open only this question."}


class Count(Section, frozen=True):
    """Which invitations count as busy."""

    tentative: Annotated[bool, setting("Those you answered with maybe.")] = True
    unanswered: Annotated[bool, setting("Those you have not answered.")] = True


class Offsite(Section, frozen=True):
    """The half day of a quarter."""

    enabled: Annotated[bool, setting("Whether there is one at all.")] = True
    minutes: Annotated[OffsiteMinutes, setting("Its length in minutes.")] = 240
    notice_days: Annotated[int, setting("Days between booking it and the day, at least.", ge=0, le=180)] = 28
    guarantee: Annotated[bool, setting("One in every quarter, however calm it is.")] = True
    title: Annotated[Title, setting("Its title; empty for the usual one.")] = ""


class Notices(Section, frozen=True):
    """What is sent to the addresses of ``notify_file``; nothing where there are none."""

    changes: Annotated[bool, setting("What a daily run moved, removed or found no time for.")] = True
    failures: Annotated[bool, setting("Two failed days in a row, and a sign-in that has ended.")] = True
    weekly: Annotated[
        TimeOfWeek, setting("When the digest of the week is sent, by this machine's clock; off for never.")
    ] = "mon 07:00"


_OF_NO_WEIGHT = (
    "calendar",
    "week_starts",
    "publish",
    "texts",
    "notices",
    "commands_in_text",
    "decline_message",
    "chat_status",
    "notify_file",
    "notify_command",
)  # they decide no block


class RuleText(Section, frozen=True):
    """A rule as the config has it: the condition is parsed and checked by ``rules``."""

    name: Annotated[
        Words, setting("One named amber or red takes the place of the role's own; others only book.")
    ]
    when: Annotated[RuleCondition, setting("When it fires: a condition on a week's measures.")]
    book: Annotated[
        Mapping[str, Annotated[int, Meta(ge=0, le=10)]],
        setting("Blocks of each kind in a week of five working days.", {"strategic": 2}),
    ]

    def problems(self, given: Collection[KeyPath]) -> Problems:
        if ("book",) in given and not self.book:
            yield ("book",), "a rule books something, such as book = { strategic = 2 }"


class Goal(Section, frozen=True):
    """What is to be reached, and what somebody has to be able to do for it."""

    name: Annotated[Words, setting("What is to be reached.")]
    by: Annotated[
        date | None,
        setting("The day it is due; one without comes up in strategic blocks in turn.", unset="no day"),
    ] = None
    ability: Annotated[str, setting("What people must be able to do by then.")] = ""


class Settings(Section, frozen=True):
    """Everything a person can set, with the defaults of a program that has no config at all."""

    calendar: Annotated[
        Address,
        setting("The calendar to keep time on, by its address.", environment=True),
    ] = ""
    also_read: Annotated[
        tuple[Address, ...],
        setting("Calendars that are only read: what is on them counts as busy and as load."),
    ] = ()
    publish: Annotated[
        bool,
        setting(
            "Whether calendar programs subscribe to the calendar file: it is made if it isn't there, and says how often to look."
        ),
    ] = False
    role: Annotated[Role, setting("Whose thresholds to begin with.", environment=True)] = "manager"
    timezone: Annotated[
        TimeZone | None,
        setting("Your time zone.", "Europe/Berlin", unset="the calendar's", environment=True),
    ] = None
    holidays: Annotated[
        HolidayCode,
        setting(
            "Public holidays: auto (your zone's country), off, or a country or part of one, such as DE-BE.",
            environment=True,
        ),
    ] = "auto"
    me: Annotated[
        tuple[MailAddress, ...],
        setting(
            "Your own mail addresses.", ["lead@example.org"], unset="found on the calendar", environment=True
        ),
    ] = ()
    protect: Annotated[
        Protection,
        setting(
            "How blocks look to others: graded shows the weekly minimum and the half day as busy, and the rest as free "
            "until it is near or the week fills; decline also declines new invitations for that time, where the calendar can.",
            environment=True,
        ),
    ] = "graded"
    thresholds: Annotated[
        Literal["own", "usual"],
        setting(
            "Where a level begins: at lines raised by your own past weeks, or at the role's usual lines."
        ),
    ] = "own"
    quiet: Annotated[
        tuple[QuietDays, ...], setting("Days of the year on which nothing is booked, as month and day.")
    ] = DEFAULT_QUIET
    native_focus: Annotated[
        bool, setting("Let a calendar that has focus time of its own show blocks as that.")
    ] = False
    decline_message: Annotated[
        str,
        setting(
            "What whoever is declined reads, with protect = decline; empty for the calendar's own words."
        ),
    ] = ""
    chat_status: Annotated[
        Literal["available", "do_not_disturb"], setting("How chat shows you during native focus time.")
    ] = "available"
    buffer_before: Annotated[int, setting("Minutes kept free before each block.", ge=0, le=120)] = 10
    buffer_after: Annotated[int, setting("Minutes kept free after each block.", ge=0, le=120)] = 0
    shift: Annotated[
        Literal["before", "inside"],
        setting("When to switch gears: in the minutes before the block, or in its first ones."),
    ] = "before"
    commands_in_text: Annotated[
        bool, setting("End each block's text with the commands that skip it, pause blocker and stop it.")
    ] = False
    week_starts: Annotated[
        Literal["mon", "sun"],
        setting(
            "The day on which your week begins where one is named or drawn; it is called like the ISO week that its "
            "Monday is in, and measured as that."
        ),
    ] = "mon"
    fiscal_start: Annotated[int, setting("The month in which your first quarter begins.", ge=1, le=12)] = 1
    forecast: Annotated[
        bool,
        setting("Judge coming weeks by how your weeks have filled up before; it takes four weeks to learn."),
    ] = False
    notify_file: Annotated[
        str,
        setting(
            "Where notices go: Apprise addresses (mail, Slack, ntfy …), one a line, in a file that only you can read."
        ),
    ] = ""
    notify_command: Annotated[
        str, setting("Or a command that prints those addresses, such as a password store.")
    ] = ""
    notices: Annotated[Notices, setting("What is sent to those addresses.")] = Notices()
    working: Annotated[
        Hours,
        setting(
            "Working hours, in one range or several. Once a day is set, a day that is not is a day off; with none set "
            "they are 09:00-17:30 on the days that are not the weekend in your zone's country. Hours over midnight are two "
            "ranges: 22:00-24:00, and 00:00-06:00 on the day after."
        ),
    ] = field(default=Hours(), name="hours")
    hours_set: bool = False  # False: the calendar may know better
    limits: Annotated[Limits, setting("What blocks may take.")] = Limits()
    count: Annotated[Count, setting("Which invitations count as busy.")] = Count()
    offsite: Annotated[Offsite, setting("The half day of each quarter.")] = Offsite()
    blocks: Annotated[
        Mapping[KindName, BlockKind],
        setting(
            "When blocks of one kind come, and how they look: strategic, frontline, learning, team, or a new kind of your own."
        ),
    ] = field(default_factory=lambda: {k: kind for k, kind in SHIPPED_KINDS.items() if k != OFFSITE})
    classify: Annotated[
        Mapping[str, tuple[EventCondition, ...]],
        setting(
            "What counts as what: conditions on events by kind of time (operational, strategic, frontline, "
            "learning, personal, away, ignored; offsite for your own half days), asked before the usual ones.",
            CONDITIONS,
        ),
    ] = field(default_factory=dict)
    rules: Annotated[
        tuple[RuleText, ...],
        setting("A rule: when it fires for a week, so many blocks of each kind are booked.", [RULE]),
    ] = field(default=(), name="rule")
    goals: Annotated[
        tuple[Goal, ...],
        setting(
            "A goal: six to two weeks before its day a learning block asks who must be able to do what by then.",
            [GOAL],
        ),
    ] = field(default=(), name="goal")
    texts: Annotated[
        Mapping[TextName, Text], setting("Your own words for a text that blocker writes, by its name.", SHIFT)
    ] = field(default_factory=dict)

    @property
    def hours(self) -> Mapping[int, tuple[tuple[int, int], ...]]:
        """Working hours by weekday (0 is Monday), in minutes from midnight."""
        return self.working.by_weekday

    @property
    def lunch(self) -> Lunch | None:
        lunch = self.working.lunch
        return Lunch(*clock_range(lunch.within), lunch.minutes) if isinstance(lunch, LunchBreak) else None

    @property
    def week_lead(self) -> int:
        """By how many days the person's week begins before the ISO week."""
        return 1 if self.week_starts == "sun" else 0

    def digest(self) -> str:
        """A fingerprint of what decides which blocks are booked. A setting at its default leaves no trace in it."""
        said, usual = asdict(self), asdict(Settings())
        wanted = {n: v for n, v in said.items() if v != usual[n] and n not in _OF_NO_WEIGHT}
        return sha256(encode(to_builtins(wanted, str_keys=True), order="sorted")).hexdigest()[:16]

    @property
    def quiet_days(self) -> tuple[DaysOfYear, ...]:
        return tuple(map(days_of_year, self.quiet))

    def kind(self, name: str) -> BlockKind:
        """The settings of a kind of block; the shipped ones where the config says nothing."""
        return self.blocks.get(name) or SHIPPED_KINDS.get(name) or BlockKind()

    def problems(self, given: Collection[KeyPath]) -> Problems:
        """Kinds that nobody knows, rules or goals of the same name, and a week without a strategic block."""
        strategic = self.kind(STRATEGIC)
        if not strategic.enabled:
            words = "a week always has one strategic block: blocker pause --until DATE stops all for a while"
            yield ("blocks", STRATEGIC, "enabled"), words
        if strategic.rhythm not in (None, Rhythm(1)):
            words = "every week has strategic blocks, as many as its level says: write a [[rule]] for more"
            yield ("blocks", STRATEGIC, "every"), words
        times = (*EVENT_KINDS, OFFSITE, *self.blocks)
        for name in self.classify:
            if name not in times:
                yield ("classify", name), f"unknown kind of time {quoted(name)}{did_you_mean(name, times)}"
        for table, names in {
            "rule": [rule.name for rule in self.rules],
            "goal": [goal.name for goal in self.goals],
        }.items():
            for number, name in enumerate(names):
                if name and name in names[:number]:
                    yield (table, number, "name"), f"there is a {table} {quoted(name)} above already"
        for number, rule in enumerate(self.rules):
            for kind in rule.book:
                if kind not in self.blocks:
                    words = f"unknown kind {quoted(kind)}{did_you_mean(kind, self.blocks)}"
                    yield ("rule", number, "book", kind), words

    def completed(self, given: Collection[KeyPath]) -> Settings:
        return replace(self, hours_set=any(("hours", day) in given for day in WEEKDAYS))


DEFAULT_HOURS = Hours().by_weekday
DEFAULT_LUNCH = Lunch()

# Design 4.4: the manners, in minutes and shares.
BOOKABLE_MINUTES = 60
BOOKABLE_GAP_MINUTES = 30
SHORTEST_RESCUE = 60  # minutes: of a hit block that moves, and of a displaced one that comes back
NOTICE_HOURS = {"run": 24, "rebalance": 1}
HORIZON_WEEKS = 5  # this week plus four
FILL_WEEKS = 8  # ahead: how full they are is remembered, to learn how weeks fill up
