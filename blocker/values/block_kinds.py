"""When blocks of one kind come and how they look, as a person sets it, with the kinds that there are from the start."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from blocker.values.fields import Every, KeyPath, Problems, Section, TimeRange, Title, Words, setting
from blocker.values.kinds import FRONTLINE, LEARNING, OFFSITE, STRATEGIC, TEAM
from blocker.values.limits import Rhythm, rhythm
from blocker.values.workweek import WEEKDAYS, clock_range

GRID_MINUTES = 15
FLOOR_MINUTES = 60  # the shortest block for a week's floor
FOLLOW_UP_MINUTES = 45  # of a learning team's second block
MOST_REMINDER = 28 * 24 * 60  # minutes before: four weeks, as far as calendars go

BlockMinutes = Annotated[int, Meta(ge=GRID_MINUTES, le=480, multiple_of=GRID_MINUTES)]
ReminderMinutes = Annotated[int, Meta(ge=0, le=MOST_REMINDER)]
PartOfDay = Literal["morning", "afternoon", "any"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
THEME = {"name": "Alignment", "question": "Is what we do all day aligned with the strategy?"}


class Theme(Section, frozen=True):
    """What a strategic block is about, and the question worth the hour."""

    name: Annotated[Words, setting("What the block is about.")]
    question: Annotated[Words, setting("The question worth the hour.")]


class BlockKind(Section, frozen=True):
    """When blocks of one kind come, and how they look."""

    enabled: Annotated[bool, setting("Whether there are such blocks at all.")] = True
    every: Annotated[
        Every,
        setting("How often one comes: week, 2 weeks, quarter.", "week", unset="what the rules ask for"),
    ] = ""
    minutes: Annotated[BlockMinutes, setting("Length in minutes where there is room.")] = 120
    shortest: Annotated[BlockMinutes, setting("The shortest length that will do.")] = 90
    prefer: Annotated[PartOfDay, setting("The part of the day to look at first.")] = "morning"
    days: Annotated[
        tuple[Weekday, ...],
        setting("The days they may be on.", ["tue", "wed", "thu"], unset="every working day"),
    ] = ()
    between: Annotated[
        tuple[TimeRange, ...],
        setting("The hours they may be in.", ["09:00-12:00"], unset="all working hours"),
    ] = ()
    title: Annotated[Title, setting("The title, with {theme} filled in; empty for the usual one.")] = ""
    color: Annotated[str, setting("A colour as your calendar names it; empty for the calendar's own.")] = ""
    visibility: Annotated[
        Literal["private", "default", "public"],
        setting("Who can read a block; one that is not private says its theme and question only."),
    ] = "private"
    reminder: Annotated[ReminderMinutes | None, setting("Minutes before the block.", 10, unset="none")] = None
    visits: Annotated[
        tuple[Words, ...],
        setting(
            "Whom to go to, in turn: those who do the work, and those it is for.",
            ["Help desk", "Registration desk", "A customer"],
        ),
    ] = ()
    themes: Annotated[
        tuple[Theme, ...], setting("What the blocks are about, in turn; none for the usual ones.", [THEME])
    ] = ()

    @property
    def floor_minutes(self) -> int:
        """The shortest that will do for a week's floor."""
        return min(FLOOR_MINUTES, self.shortest)

    @property
    def rhythm(self) -> Rhythm | None:
        """How often one comes; None where only the rules ask for them."""
        return rhythm(self.every) if self.every else None

    @property
    def weekdays(self) -> tuple[int, ...]:
        """The days they may be on (0 is Monday); none means all."""
        return tuple(sorted(WEEKDAYS.index(day) for day in self.days))

    @property
    def clock_ranges(self) -> tuple[tuple[int, int], ...]:
        """The hours they may be in, in minutes from midnight; none means all."""
        return tuple(clock_range(text) for text in self.between if text)

    def problems(self, given: Collection[KeyPath]) -> Problems:
        longest = max((end - start for start, end in self.clock_ranges), default=self.shortest)
        if longest < self.floor_minutes:
            yield ("between",), f"no block fits: the shortest takes {self.floor_minutes} minutes"
        if ("shortest",) in given and self.shortest > self.minutes:
            words = f"the shortest length, {self.shortest}, is more than minutes, {self.minutes}"
            yield ("shortest",), words

    def completed(self, given: Collection[KeyPath]) -> BlockKind:
        return replace(self, shortest=min(self.shortest, self.minutes))


SHIPPED_KINDS: Mapping[str, BlockKind] = {
    STRATEGIC: BlockKind(),
    FRONTLINE: BlockKind(every="2 weeks", minutes=60, shortest=60, prefer="any"),
    LEARNING: BlockKind(every="quarter", prefer="any"),
    TEAM: BlockKind(minutes=75, shortest=75, prefer="any"),
    OFFSITE: BlockKind(minutes=240, shortest=240, prefer="any"),
}
