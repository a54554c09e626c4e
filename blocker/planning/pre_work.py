"""The offsite's pre-work note: a free, all-day entry about a week before, which goes where the offsite goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from blocker.placing.problem import Solution
from blocker.rules.known import asked_back
from blocker.rules.survey import Survey
from blocker.values.events import StandingBlock
from blocker.values.kinds import NOTE, OFFSITE
from blocker.values.plan import Placement
from blocker.values.request import Request
from blocker.values.workweek import DAY

DAYS_BEFORE = (7, 8, 9, 10)


class PreWork(Struct, frozen=True):
    """Notes to be made or moved, and those that nobody wants any more with the reason."""

    placements: tuple[Placement, ...]
    unwanted: Mapping[str, str]


def pre_work(
    request: Request,
    live: Sequence[StandingBlock],
    seen: Survey,
    solution: Solution,
    unwanted: Mapping[str, str],
) -> PreWork:
    """One note for each offsite ahead. A note that a person moved, wrote in or deleted is left as they want it."""
    offsites = _offsites(request, live, solution, unwanted)
    there = {block.key: block for block in live if block.kind == NOTE}
    placements: list[Placement] = []
    dropped: dict[str, str] = {}
    for key, day in offsites.items():
        note = there.get(key)
        if note is None and not _wanted(key, request):
            continue
        if note is not None and (note.pinned or note.when.start <= request.now or _fits(note, day)):
            continue
        found = _note_day(day, request, seen)
        if found is not None:
            slot = request.workweek.span(found, found + DAY)
            moved = note.when if note is not None else None
            why = "about a week before the half day"
            placements.append(Placement(key, NOTE, NOTE, slot, why=why, moved_from=moved))
    if request.snapshot.complete:
        dropped = {
            key: "its half day is gone"
            for key, note in there.items()
            if key not in offsites and not (note.text_hash and note.edited)
        }
    return PreWork(tuple(placements), dropped)


def _offsites(
    request: Request, live: Sequence[StandingBlock], solution: Solution, unwanted: Mapping[str, str]
) -> dict[str, date]:
    """The key of the note and the day of the offsite, for each that will stand ahead."""
    slots = {
        block.key: block.when
        for block in live
        if block.kind == OFFSITE and block.when.start > request.now
        if block.pinned or not (block.key in unwanted or block.key in solution.taken_off)
    }
    slots |= {placed.key: placed.slot for placed in solution.placements if placed.kind == OFFSITE}
    return {
        key.replace(OFFSITE, NOTE, 1): request.workweek.date_of(slot.start) for key, slot in slots.items()
    }


def _wanted(key: str, request: Request) -> bool:
    """A new one, unless the person has said no to it or wants nothing new at all."""
    memory = request.memory
    offsite = key.replace(NOTE, OFFSITE, 1)
    back = any(known.key == offsite and asked_back(known, request) for known in memory.blocks)
    for known in memory.blocks:
        if known.key == key and known.state != "creating" and not (back and known.answer == "undone"):
            return False
    until = memory.paused_until
    paused = until is not None and request.workweek.date_of(request.now) <= until
    return key not in memory.skipped_keys and not paused


def _fits(note: StandingBlock, offsite: date) -> bool:
    return note.dates is not None and (offsite - note.dates[0]).days in DAYS_BEFORE


def _note_day(offsite: date, request: Request, seen: Survey) -> date | None:
    """A working day of the person's a week before, or a little earlier; None if all of them are past."""
    today = request.workweek.date_of(request.now)
    days = (offsite - number * DAY for number in DAYS_BEFORE)
    return next((day for day in days if day > today and day in seen.days and seen.days[day].is_working), None)
