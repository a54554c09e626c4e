"""The content of the blocks a plan writes: new ones, moved ones, and those whose words are out of date."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from blocker.brief import make_block, moved_block
from blocker.model import NOTE, OFFSITE, Block, Placement, StandingBlock
from blocker.survey import Request, Survey
from blocker.timeline import Interval

Draft = Callable[[Placement, StandingBlock | None], Block]


def drafting(request: Request, seen: Survey) -> Draft:
    """A function that turns a placement into what will be written."""

    def draft(placement: Placement, there: StandingBlock | None) -> Block:
        causes, tier = placement.causes, placement.tier
        known = next((known for known in request.memory.blocks if known.key == placement.key), None)
        if there is not None and known is not None:
            causes, tier = known.causes, known.tier or tier
        fresh = make_block(
            key=placement.key,
            kind=placement.kind,
            tier=tier,
            slot=placement.slot,
            causes=causes,
            settings=request.settings,
            now=request.now,
            generation=_generation(request, placement.key),
            busy=busy_from_now(placement.kind, placement.slot, request, seen),
        )
        return fresh if there is None else moved_block(there, placement.slot, fresh)

    return draft


def refreshed(request: Request, live: Sequence[StandingBlock], seen: Survey) -> Mapping[str, Block]:
    """The blocks ahead that have to be written again although they stay: a graded hold that hardens."""
    changed = {}
    for there in live:
        if there.when.start <= request.now or there.pinned or there.kind == NOTE:
            continue
        busy = busy_from_now(there.kind, there.when, request, seen)
        if busy != there.busy and request.settings.protect == "graded" and busy:
            changed[there.key] = Block(
                key=there.key,
                kind=there.kind,
                slot=there.slot,
                title=there.title,
                text=there.text,
                stamp=request.now,
                generation=there.generation,
                busy=True,
                text_hash=there.text_hash,
            )
    return changed


def busy_from_now(kind: str, slot: Interval, request: Request, seen: Survey) -> bool:
    """Whether the block is shown as busy: always, but for ``protect = "graded"`` (design 4.4).

    Then it is free until three working days before, or until its week has less than eight hours
    bookable; in a red week it is busy at once, and the offsite always is.
    """
    if request.settings.protect != "graded" or kind == OFFSITE:
        return True
    day = request.workweek.date_of(slot.start)
    today = request.workweek.date_of(request.now)
    ahead = [d for d in seen.days.values() if today <= d.date < day and d.is_working]
    if len(ahead) <= 3:
        return True
    week = next((load for load in seen.loads.values() if day in load.week.days), None)
    if week is None or week.level == "red":
        return True
    bookable = sum(
        seen.days[d].bookable_minutes((), request.workweek.week_span(week.week)) for d in week.week.days
    )
    return bookable < 8 * 60


def _generation(request: Request, key: str) -> int:
    """A new identity each time a block is made again; the same one if a crash cut the last try short."""
    known = next((known for known in request.memory.blocks if known.key == key), None)
    if known is not None and known.state == "creating":
        return known.generation
    return request.memory.generations.get(key, 0) + 1
