"""Which of our blocks may move, which are in conflict, and with what (design 4.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from blocker.measuring.days import Day, build_days
from blocker.rules.demands import BOOKED_BY_LEVEL, tier_of_level
from blocker.rules.survey import Survey
from blocker.values.events import StandingBlock
from blocker.values.kinds import NO_TIME, NOTE, OFFSITE, TEAM
from blocker.values.plan import Classified, Hit, Inspection, Standing
from blocker.values.request import Request
from blocker.values.workweek import WorkWeek

TURNED_OFF = "you turned its kind off"


def dismissed(request: Request, blocks: Sequence[StandingBlock]) -> Mapping[str, str]:
    """Keys of blocks ahead that the person has skipped by command, or turned off by their kind, with the reason."""
    weeks, keys = set(request.memory.skipped_weeks), set(request.memory.skipped_keys)
    reasons = {}
    for block in blocks:
        week = request.workweek.key_week(block.key, block.when)
        if _goes_with_its_kind(block, request):
            reasons[block.key] = TURNED_OFF
        elif block.key in keys:
            reasons[block.key] = "you skipped it"
        elif week in weeks and block.kind not in (OFFSITE, NOTE):
            reasons[block.key] = f"you skipped {week.words(request.workweek.lead)}"
    return reasons


def _goes_with_its_kind(block: StandingBlock, request: Request) -> bool:
    """True for a block ahead of a kind that the person has turned off; the note goes with the offsite."""
    settings = request.settings
    half_day = block.kind in (OFFSITE, NOTE)
    is_on = settings.offsite.enabled if half_day else settings.kind(block.kind).enabled
    return not (is_on or block.pinned) and block.when.start > request.now


def examine(request: Request, blocks: Sequence[StandingBlock], seen: Survey) -> Inspection:
    """Judge every standing block that takes time (design 4.4).

    A block is hit if a busy event (or a block a person put there) lies on it, or its time stopped being
    working time; one that the person moved by events only. Those begun or pinned stay, hit or not, and under
    ``rebalance`` all of other weeks.
    """
    timed = [
        block
        for block in blocks
        if block.kind != NOTE and block.dates is None and not _goes_with_its_kind(block, request)
    ]
    if not timed:
        return Inspection((), {})
    busy = [item for item in seen.classified if item.kind not in NO_TIME and not item.event.all_day]
    pinned = [block for block in timed if block.pinned]
    tiers = {known.key: known.tier for known in request.memory.blocks}
    zones = {known.key: known.zone for known in request.memory.blocks}
    standing: list[Standing] = []
    hits: dict[str, Hit] = {}
    for block in timed:
        found = _on(block, busy, pinned)
        hit, stays = found is not None, _stays(block, request)
        if not hit and not block.pinned and _lost(block, seen.days, request.workweek):
            home = _working_elsewhere(block, request, seen, zones.get(block.key, ""))
            hit, stays = not home, stays or bool(home)
            found = Hit("is outside your working hours now")
            if home:
                found = Hit(f"is in your working hours in {home}, where you were when it was placed")
        if found and block.when.start > request.now:
            hits[block.key] = found
        tier = _tier(block, tiers.get(block.key) or block.kind, request, seen)
        standing.append(_as_standing(block, hit, stays, tier, request))
    return Inspection(tuple(standing), hits)


def _tier(block: StandingBlock, was: str, request: Request, seen: Survey) -> str:
    """What a block counts as: what it was booked for, or under ``rebalance`` what the level books today.

    Otherwise a new block of today's level would outrank the one that stands in its place.
    """
    load = seen.loads.get(request.workweek.key_week(block.key, block.when))
    again = request.policy == "rebalance" and was in BOOKED_BY_LEVEL
    return tier_of_level(load) if again and load is not None else was


def _as_standing(block: StandingBlock, hit: bool, stays: bool, tier: str, request: Request) -> Standing:
    look, length = request.settings.kind(block.kind), block.when.minutes
    team = block.kind == TEAM  # others were asked to come: it moves if it is hit, and never goes
    anew = hit or request.policy == "rebalance"  # as long as a new one may be; else at most as it is
    return Standing(
        key=block.key,
        kind=block.kind,
        tier=tier,
        week=request.workweek.key_week(block.key, block.when),
        slot=block.when,
        state="hit_fixed" if hit and stays else "hit" if hit else "fixed" if stays or team else "kept",
        minutes=look.minutes if anew else length,
        shortest=look.shortest if anew else min(length, look.shortest),
        prefer=look.prefer,
        floor_minutes=look.floor_minutes if tier == "floor" else None,
        days=look.weekdays,
        between=look.clock_ranges,
        edited=team or (bool(block.text_hash) and block.edited),
    )


def _stays(block: StandingBlock, request: Request) -> bool:
    """True for a block that is the person's, has begun, or is of a week that is not asked about."""
    if block.pinned or block.when.start <= request.now:
        return True
    other_week = request.workweek.key_week(block.key, block.when) != request.week
    return request.policy == "rebalance" and other_week


def _lost(block: StandingBlock, days: Mapping[date, Day], workweek: WorkWeek) -> bool:
    """True if its time is no working time, as far as the day is known."""
    day = days.get(workweek.date_of(block.when.start))
    return day is not None and not any(part.contains(block.when) for part in day.working)


def _working_elsewhere(block: StandingBlock, request: Request, seen: Survey, zone: str) -> str:
    """The zone in which the block was placed, if its time still is working time there.

    Somebody who travels for a few days keeps their blocks: only ``rebalance`` brings them into the new hours.
    """
    if not zone or zone == request.workweek.zone.key or request.policy != "run":
        return ""
    there = replace(request.workweek, zone=ZoneInfo(zone))
    day = there.date_of(block.when.start)
    parts = build_days(there, [day], seen.classified)[day].working
    return zone if any(part.contains(block.when) for part in parts) else ""


def _on(block: StandingBlock, events: Iterable[Classified], pinned: Iterable[StandingBlock]) -> Hit | None:
    """The events on a block's time, and the blocks that the person put there; None if it has its time to itself."""
    there = [item.event for item in events if item.event.when.overlaps(block.when)]
    put = [] if block.pinned else [other for other in pinned if other.when.overlaps(block.when)]
    if not (there or put):
        return None
    names = [f"“{event.shown_title}”" for event in there] + [f"“{other.title}”" for other in put]
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    by = [f"{event.uid}@{event.when.start:%Y-%m-%dT%H:%MZ}" for event in there] + [other.key for other in put]
    return Hit(f"overlaps {' and '.join(names[:2])}{more}", tuple(by))
