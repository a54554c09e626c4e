"""The content of the blocks a plan writes: new ones, moved ones, and those whose words are out of date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec.structs import replace

from blocker.placing.problem import Solution
from blocker.rules.survey import Survey
from blocker.values.events import Block, StandingBlock
from blocker.values.intervals import Interval
from blocker.values.kinds import FRONTLINE, NOTE, OFFSITE, STRATEGIC, THINKING
from blocker.values.memory import Remembered
from blocker.values.plan import Placement
from blocker.values.request import Request
from blocker.values.workweek import week_of
from blocker.wording.brief import Sources
from blocker.wording.content import make_block, section_now, wished_focus, with_section_of, with_words_anew

FLOOR_TIER = "floor"
NEAR_DAYS = 3  # working days before a block
FULL_PART = 1 / 5  # of a week's capacity: with less left to book, a week is full

Draft = Callable[[Placement, StandingBlock | None], Block]


def drafting(sources: Sources, slots: Mapping[str, Interval]) -> Draft:
    """A function that turns a placement into what will be written; ``slots`` are where all blocks will be.

    Of a block that moves the title and the text stay, but for the section that is kept up to date.
    """
    request, seen = sources.request, sources.seen
    remembered = {known.key: known for known in request.memory.blocks}

    def draft(placement: Placement, there: StandingBlock | None) -> Block:
        known = remembered.get(placement.key)
        if there is not None and known is not None and known.tier:
            placement = replace(placement, tier=known.tier)
        fresh = make_block(
            placement,
            generation=_generation(request, placement.key),
            busy=busy_from_now(placement.kind, placement.tier, placement.slot, request, seen, slots.values()),
            sources=sources,
        )
        if there is None:
            return fresh
        moved = with_section_of(there, fresh, section_now(there, fresh.slot, placement.tier, sources))
        hardens = request.settings.protect == "graded" and fresh.busy and not _was_set_free(there, known)
        return replace(moved, busy=there.busy or hardens)

    return draft


def where_they_will_be(
    live: Sequence[StandingBlock], solution: Solution, unwanted: Mapping[str, str]
) -> Mapping[str, Interval]:
    """The blocks that take time once the plan is carried out, by key."""
    slots = {
        block.key: block.when
        for block in live
        if block.kind != NOTE and (block.pinned or block.key not in {*unwanted, *solution.taken_off})
    }
    return slots | {placed.key: placed.slot for placed in solution.placements if placed.kind != NOTE}


def next_thinking_block(
    slots: Mapping[str, Interval], live: Iterable[StandingBlock], request: Request
) -> str | None:
    """The key of the next block that parked questions go into: strategic time or the offsite.

    Where no text is brought up to date, it is the one that has them now, so that they are never in two.
    """
    found = next_of(THINKING, slots, request)
    if not _brings_up_to_date(request):
        has_them = next_of(THINKING, {block.key: block.when for block in live}, request)
        found = has_them if has_them in slots else found
    return found


def next_of(kinds: Sequence[str], slots: Mapping[str, Interval], request: Request) -> str | None:
    """The key of the next block of these kinds."""
    ahead = [
        (slot, key)
        for key, slot in slots.items()
        if key.partition("/")[0] in kinds and slot.start > request.now
    ]
    return min(ahead)[1] if ahead else None


def _brings_up_to_date(request: Request) -> bool:
    """Only ``run`` writes texts anew, and from a complete read only."""
    return request.policy == "run" and request.snapshot.complete


def refreshed(
    live: Sequence[StandingBlock], slots: Mapping[str, Interval], sources: Sources
) -> Mapping[str, Block]:
    """The blocks ahead that have to be written again although they stay.

    The next block's section is brought up to date, one that is not the next any more has nothing of it, the next visit
    has what was brought back last, and a graded hold hardens.
    """
    request, seen = sources.request, sources.seen
    changed = {}
    remembered = {known.key: known for known in request.memory.blocks}
    visit = next_of((FRONTLINE,), slots, request)
    for there in live:
        if there.when.start <= request.now or there.kind == NOTE:
            continue
        known = remembered.get(there.key)
        tier = known.tier if known else ""
        new = None
        if _brings_up_to_date(request) and _may_be_out_of_date(there, sources):
            new = section_now(there, there.when, tier, sources)
        fresh = with_section_of(there, as_it_is(there, request), new)
        if _brings_up_to_date(request) and there.key == visit:
            fresh = with_words_anew(there, fresh, tier, sources)
        hardens = request.settings.protect == "graded" and not _was_set_free(there, known)
        busy = there.busy or (
            hardens and busy_from_now(there.kind, tier, there.when, request, seen, slots.values())
        )
        if (fresh.text_hash, busy) != (there.text_hash, there.busy):
            changed[there.key] = replace(fresh, busy=busy)
    return changed


def _may_be_out_of_date(there: StandingBlock, sources: Sources) -> bool:
    """An agenda that is not the next is left as it is, unless others may read it."""
    return there.kind == STRATEGIC or there.key == sources.next_key or not there.private


def _was_set_free(there: StandingBlock, known: Remembered | None) -> bool:
    """True if it is free and has been busy: that was a person."""
    return not there.busy and (there.kind == OFFSITE or (known is not None and known.shown_busy))


def as_it_is(there: StandingBlock, request: Request) -> Block:
    """A block written again as it is now, in its place; busy or free is for the caller to say."""
    return Block(
        key=there.key,
        kind=there.kind,
        slot=there.when,
        title=there.title,
        text=there.text,
        stamp=request.now,
        focus=there.focus if there.pinned else wished_focus(request.settings, there.kind),
        dates=there.dates,
        mark_slot=there.slot,
    )


def busy_from_now(
    kind: str, tier: str, slot: Interval, request: Request, seen: Survey, ours: Iterable[Interval]
) -> bool:
    """Whether the block is shown as busy: always, but for ``protect = "graded"`` (design 4.4).

    Then a week's floor and the offsite are, and all that is in a red week; the rest is free until three working
    days before, or until less than a fifth of its week's capacity is bookable beside our blocks.
    """
    if request.settings.protect != "graded" or kind == OFFSITE or tier == FLOOR_TIER:
        return True
    day = request.workweek.date_of(slot.start)
    today = request.workweek.date_of(request.now)
    ahead = [d for d in seen.days.values() if today <= d.date < day and d.is_working]
    if len(ahead) <= NEAR_DAYS:
        return True
    week = seen.loads.get(week_of(day))
    if week is None or week.level == "red":
        return True
    span = request.workweek.week_span(week.week)
    inside = [block for block in ours if block.overlaps(span)]
    bookable = sum(seen.days[d].bookable_minutes(inside, span) for d in week.week.days)
    return bookable < FULL_PART * 60 * week.held["capacity_hours"]


def _generation(request: Request, key: str) -> int:
    """A new identity each time a block is made again; the same one if a crash cut the last try short."""
    known = next((known for known in request.memory.blocks if known.key == key), None)
    if known is not None and known.state == "creating":
        return known.generation
    return request.memory.generations.get(key, 0) + 1
