"""Which of our blocks may move, which are in conflict, and with what (design 4.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from blocker.measuring.days import Day, build_days
from blocker.rules.survey import Survey
from blocker.values.events import StandingBlock
from blocker.values.keys import key_week
from blocker.values.kinds import NO_TIME, NOTE, OFFSITE
from blocker.values.plan import Classified, Examined, Standing
from blocker.values.request import Request
from blocker.values.workweek import WorkWeek


def dismissed(request: Request, blocks: Sequence[StandingBlock]) -> Mapping[str, str]:
    """Keys of blocks ahead that the person has skipped by command, with the reason."""
    weeks, keys = set(request.memory.skipped_weeks), set(request.memory.skipped_keys)
    reasons = {}
    for block in blocks:
        week = key_week(block.key, block.when, request.workweek)
        if block.key in keys:
            reasons[block.key] = "you skipped it"
        elif week in weeks and block.kind not in (OFFSITE, NOTE):
            reasons[block.key] = f"you skipped {week}"
    return reasons


def examine(request: Request, blocks: Sequence[StandingBlock], seen: Survey) -> Examined:
    """Judge every standing block that takes time.

    A block is in conflict only if a busy event (or a block a person put there) lies on it, or its time
    stopped being working time. Those begun, pinned, of today under ``run``, or outside the named week
    under ``rebalance`` never move, in conflict or not.
    """
    timed = [block for block in blocks if block.kind != NOTE and block.dates is None]
    if not timed:
        return Examined((), {})
    busy = [item for item in seen.classified if item.kind not in NO_TIME and not item.event.all_day]
    pinned = [block for block in timed if block.pinned]
    tiers = {known.key: known.tier for known in request.memory.blocks}
    zones = {known.key: known.zone for known in request.memory.blocks}
    standing, conflicts = [], {}
    for block in timed:
        look = request.settings.kind(block.kind)
        length = block.when.minutes
        state = "fixed"
        if block.when.start > request.now:
            on_it = _on(block, busy, pinned)
            state = _state(block, seen.days, on_it, request.workweek)
            if on_it:
                conflicts[block.key] = on_it
            elif state == "lost":
                home = _working_elsewhere(block, request, seen, zones.get(block.key, ""))
                if home:
                    state = "fixed"
                    conflicts[block.key] = (
                        f"its time is working time in {home}, where you were when it was placed"
                    )
                else:
                    conflicts[block.key] = "its time is no working time any more"
            if block.pinned or not _may_move(block, request):
                state = "fixed"
        standing.append(
            Standing(
                key=block.key,
                kind=block.kind,
                tier=tiers.get(block.key) or block.kind,
                week=key_week(block.key, block.when, request.workweek),
                slot=block.when,
                state=state,
                minutes=max(length, look.minutes) if request.policy == "rebalance" else length,
                shortest=min(length, look.shortest),
                prefer=look.prefer,
            )
        )
    return Examined(tuple(standing), conflicts)


def _state(block: StandingBlock, days: Mapping[date, Day], on_it: str, workweek: WorkWeek) -> str:
    day = days.get(workweek.date_of(block.when.start))
    if day is None:
        return "fixed"
    if not any(part.contains(block.when) for part in day.working):
        return "lost"
    if on_it:
        return "overlapped"
    return "fixed" if block.kind == OFFSITE else "movable"


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


def _may_move(block: StandingBlock, request: Request) -> bool:
    if request.policy == "rebalance":
        return key_week(block.key, block.when, request.workweek) == request.week
    return request.workweek.date_of(block.when.start) != request.workweek.date_of(request.now)


def _on(block: StandingBlock, events: Iterable[Classified], pinned: Iterable[StandingBlock]) -> str:
    names = [f"“{item.event.shown_title}”" for item in events if item.event.when.overlaps(block.when)]
    if not block.pinned:
        names += [f"“{other.title}”" for other in pinned if other.when.overlaps(block.when)]
    if not names:
        return ""
    shown = " and ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")
    return f"{shown} {'lies' if len(names) == 1 else 'lie'} on it"
