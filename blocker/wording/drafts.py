"""The content of the blocks a plan writes: new ones, moved ones, and those whose words are out of date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from blocker.placing.problem import Solution
from blocker.rules.survey import Survey
from blocker.values.events import Block, StandingBlock
from blocker.values.intervals import Interval
from blocker.values.kinds import NOTE, OFFSITE, THINKING
from blocker.values.memory import Remembered
from blocker.values.plan import Placement
from blocker.values.request import Request
from blocker.values.workweek import week_of
from blocker.wording.brief import block_text
from blocker.wording.content import make_block, moved_block, wished_focus, with_fresh_section
from blocker.wording.sections import Sources, section

FLOOR_TIER = "floor"
NEAR_DAYS = 3  # working days before a block
FULL_PART = 1 / 5  # of a week's capacity: with less left to book, a week is full

Draft = Callable[[Placement, StandingBlock | None], Block]


def drafting(request: Request, seen: Survey, next_key: str | None, slots: Mapping[str, Interval]) -> Draft:
    """A function that turns a placement into what will be written; ``slots`` are where all blocks will be."""
    sources = Sources(request, seen, next_key)

    def draft(placement: Placement, there: StandingBlock | None) -> Block:
        known = next((known for known in request.memory.blocks if known.key == placement.key), None)
        if there is not None and known is not None:
            placement = replace(placement, causes=known.causes, tier=known.tier or placement.tier)
        fresh = make_block(
            placement,
            generation=_generation(request, placement.key),
            busy=busy_from_now(placement.kind, placement.tier, placement.slot, request, seen, slots.values()),
            request=request,
            write=lambda placement: block_text(placement, sources),
        )
        if there is None:
            return fresh
        moved = moved_block(there, fresh, causes_known=known is not None and bool(known.tier))
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


def next_thinking_block(slots: Mapping[str, Interval], now: datetime) -> str | None:
    """The key of the next block that parked questions go into: strategic time or the offsite."""
    ahead = [(slot, key) for key, slot in slots.items() if key.split("/")[0] in THINKING and slot.start > now]
    return min(ahead)[1] if ahead else None


def refreshed(
    request: Request,
    live: Sequence[StandingBlock],
    seen: Survey,
    next_key: str | None,
    slots: Mapping[str, Interval],
) -> Mapping[str, Block]:
    """The blocks ahead that have to be written again although they stay.

    The next block's section is brought up to date by ``run`` (and from a complete read only), and a
    graded hold hardens.
    """
    changed = {}
    remembered = {known.key: known for known in request.memory.blocks}
    for there in live:
        if there.when.start <= request.now or there.kind == NOTE:
            continue
        words = ""
        if there.key == next_key and request.policy == "run" and request.snapshot.complete:
            words = section(there.kind, there.key, there.when, Sources(request, seen, next_key))
        known = remembered.get(there.key)
        tier = known.tier if known else ""
        hardens = request.settings.protect == "graded" and not _was_set_free(there, known)
        busy = there.busy or (
            hardens and busy_from_now(there.kind, tier, there.when, request, seen, slots.values())
        )
        fresh = _as_it_stands(there, request)
        fresh = replace(with_fresh_section(there, words, fresh), busy=busy)
        if (fresh.text_hash, busy) != (there.text_hash, there.busy):
            changed[there.key] = fresh
    return changed


def _was_set_free(there: StandingBlock, known: Remembered | None) -> bool:
    """True if it is free and has been busy: that was a person."""
    return not there.busy and (there.kind == OFFSITE or (known is not None and known.shown_busy))


def _as_it_stands(there: StandingBlock, request: Request) -> Block:
    return Block(
        key=there.key,
        kind=there.kind,
        slot=there.when,
        title=there.title,
        text=there.text,
        stamp=request.now,
        focus=there.focus if there.pinned else wished_focus(request.settings),
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
