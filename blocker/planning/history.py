"""What a run leaves behind about each week: level, what was owed, what was kept. Read by later runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from blocker.rules.demands import DEBT_WEEKS
from blocker.rules.survey import Survey
from blocker.values.intervals import minutes, subtract
from blocker.values.kinds import NOTE, OFFSITE, OPERATIONAL, STRATEGIC
from blocker.values.memory import Memory, WeekRecord
from blocker.values.plan import Change, Plan, WeekLoad
from blocker.values.request import Request
from blocker.values.workweek import Week


class PastWeek(Struct, frozen=True):
    """A week as it is told afterwards: its load, and the record of it (None: from before the first run)."""

    load: WeekLoad
    record: WeekRecord | None

    @property
    def level(self) -> str:
        return self.record.level if self.record else self.load.level


def past_weeks(plan: Plan, seen: Survey, request: Request, count: int) -> tuple[PastWeek, ...]:
    """The last ``count`` completed weeks and the running one, oldest first, up to now."""
    records = {record.week: record for record in request.memory.weeks}
    if records:
        records |= {record.week: record for record in week_records(plan, seen, request)}
    weeks = (request.running.plus(-back) for back in range(count, -1, -1))
    return tuple(PastWeek(seen.loads[week], records.get(week)) for week in weeks)


def week_records(plan: Plan, seen: Survey, request: Request) -> tuple[WeekRecord, ...]:
    """The records after a run: the weeks of the horizon, and those just completed, whose result is now known.

    A week owes what its rules ask for, less the person's own strategic time; debt is not owed again.
    """
    old = {record.week: record for record in request.memory.weeks}
    records = []
    for week in request.horizon:
        load = seen.loads[week]
        record = old.get(week) or WeekRecord(week, load.level)
        length = request.settings.kind(STRATEGIC).minutes
        asked = load.booked.get(STRATEGIC, 0) if load.working else 0
        owed = max(0, asked * length - round(load.held["strategic_hours"] * 60))
        if week == request.running and not load.working:
            owed = max(owed, record.owed_minutes)  # days gone by do not lower what the week owed
        had = _had_minutes(record, plan.changes, request)
        record = replace(record, level=load.level, causes=load.causes, owed_minutes=owed, had_minutes=had)
        records.append(_with_result(record, plan.changes, seen, request))
    return (*records, *_gone_by(plan.changes, seen, request))


def _had_minutes(record: WeekRecord, changes: Sequence[Change], request: Request) -> int:
    """What all blocks of the week take now; where one of them was taken off and is owed, not less than before."""
    if record.week not in request.planned:
        return record.had_minutes
    stand = {
        change.key: change.slot.minutes
        for change in changes
        if request.workweek.key_week(change.key, change.slot) == record.week
        and change.kind not in (OFFSITE, NOTE)
        and change.conflict is None
        and (
            change.action in ("keep", "adopt", "update")
            or (change.done and change.action in ("create", "move"))
        )
    }
    off = {block.key for block in request.memory.blocks if block.state == "displaced"}
    off |= {change.key for change in changes if change.released}
    is_owed = any(f"/{record.week}/" in key for key in off - stand.keys())
    return max(sum(stand.values()), record.had_minutes if is_owed else 0)


def brought_up_to_date(seen: Survey, request: Request) -> Memory:
    """The memory with what became of the weeks gone by, as the calendar shows it now.

    The last run of a week saw it before it was over: what came after that, kept or overrun, is not in its
    record yet, and a decision that went by the record would differ from that of a run just after it.
    """
    records = {record.week: record for record in request.memory.weeks}
    records |= {record.week: record for record in _gone_by((), seen, request)}
    return replace(request.memory, weeks=tuple(records.values()))


def _gone_by(changes: Sequence[Change], seen: Survey, request: Request) -> tuple[WeekRecord, ...]:
    """The completed weeks that still count as debt."""
    old = {record.week: record for record in request.memory.weeks}
    weeks = (request.running.plus(-back) for back in range(1, DEBT_WEEKS + 1))
    return tuple(_with_result(old[week], changes, seen, request) for week in weeks if week in old)


def _with_result(record: WeekRecord, changes: Sequence[Change], seen: Survey, request: Request) -> WeekRecord:
    """The record with what stands, what was kept of it so far, and what the person said no to.

    Where a block is not on the calendar any more once its time is past, what was seen to be kept of it stays
    kept (calendars are cleared of old events), and the rest was the person's choice.
    """
    week, workweek = record.week, request.workweek
    length = request.settings.kind(STRATEGIC).minutes
    mine = [
        block
        for block in request.snapshot.blocks
        if block.kind == STRATEGIC and workweek.key_week(block.key, block.when) == week
    ]
    slots = {block.key: block.when for block in mine}
    cleared = _minutes_cleared(week, slots, request)
    moved = {*record.moved, *(block.key for block in mine if block.pinned)}
    for change in changes:
        if change.done and change.kind == STRATEGIC and workweek.key_week(change.key, change.slot) == week:
            slots[change.key] = change.slot
            if change.action in ("remove", "forget", "tombstone"):
                del slots[change.key]
            elif change.action == "move":
                moved.add(change.key)
    past = [block.when for block in mine if block.when.end <= request.now]
    load = [item.event.when for item in seen.events_of(week, workweek) if item.kind == OPERATIONAL]
    kept = int(sum(minutes(subtract([when], load)) for when in past))
    once_kept = min(cleared, max(0, record.kept_minutes - kept))
    placed = sum(when.minutes for when in slots.values()) + once_kept
    waived = length * len(_waived(week, changes, request)) + cleared - once_kept
    return replace(
        record,
        kept_minutes=kept + once_kept,
        waived_minutes=max(waived, _let_go(record, max(0, record.owed_minutes - placed), request)),
        placed_minutes=placed,
        overrun_minutes=sum(when.minutes for when in past) - kept,
        moved=tuple(sorted(moved)),
    )


def _minutes_cleared(week: Week, standing: Iterable[str], request: Request) -> int:
    """How long the week's blocks were that are past and not on the calendar any more."""
    there = set(standing)
    return sum(
        known.slot.minutes
        for known in request.memory.blocks
        if known.kind == STRATEGIC
        and known.state == "placed"
        and known.key not in there
        and known.slot.end <= request.now
        and request.workweek.key_week(known.key, known.slot) == week
    )


def _let_go(record: WeekRecord, missing: int, request: Request) -> int:
    """What is missing of a week that the person skipped, or that is (or was, as it ran) within a pause."""
    memory = request.memory
    paused = memory.paused_until is not None and request.workweek.date_of(request.now) <= memory.paused_until
    if record.week in memory.skipped_weeks or (paused and record.week >= request.running):
        return missing
    return min(record.waived_minutes, missing) if record.week <= request.running else 0


def _waived(week: Week, changes: Sequence[Change], request: Request) -> set[str]:
    prefix = f"{STRATEGIC}/{week}/"
    keys = {known.key for known in request.memory.blocks if known.state == "tombstone"}
    keys |= {change.key for change in changes if change.action == "tombstone"}
    keys |= set(request.memory.skipped_keys)
    return {key for key in keys if key.startswith(prefix)}
