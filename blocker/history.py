"""What a run leaves behind about each week: level, what was owed, what was kept. Read by later runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from blocker.demands import DEBT_WEEKS
from blocker.judge import remember
from blocker.model import OPERATIONAL, STRATEGIC, Change, Plan, WeekRecord
from blocker.standing import key_week
from blocker.survey import Request, Survey
from blocker.timeline import minutes, subtract
from blocker.workweek import Week


def week_records(plan: Plan, seen: Survey, request: Request) -> tuple[WeekRecord, ...]:
    """The records after a run: the weeks of the horizon, and those just completed, whose result is now known.

    A week owes what its rules ask for, less the person's own strategic time; debt is not owed again.
    """
    old = {record.week: record for record in request.memory.weeks}
    records = []
    for week in request.horizon:
        load = seen.loads[week]
        record = remember(old.get(week), load, request.running)
        length = request.settings.kind(STRATEGIC).minutes
        asked = load.booked.get(STRATEGIC, 0) if load.working or week == request.running else 0
        owed = max(0, asked * length - round(load.held["strategic_hours"] * 60))
        if week == request.running and week in old:
            owed = max(owed, old[week].owed_minutes)  # days gone by do not lower what the week owed
        records.append(_with_result(replace(record, owed_minutes=owed), plan, seen, request))
    for back in range(1, DEBT_WEEKS + 1):
        week = request.running.plus(-back)
        if week in old:
            records.append(_with_result(old[week], plan, seen, request))
    return tuple(records)


def _with_result(record: WeekRecord, plan: Plan, seen: Survey, request: Request) -> WeekRecord:
    """The record with the minutes kept so far, and those the person said no to."""
    week = record.week
    length = request.settings.kind(STRATEGIC).minutes
    mine = [block for block in request.snapshot.blocks if block.kind == STRATEGIC]
    load = [item.event.when for item in seen.events_of(week, request.workweek) if item.kind == OPERATIONAL]
    kept = sum(
        minutes(subtract([block.when], load))
        for block in mine
        if key_week(block.key, block.when, request.workweek) == week and block.when.end <= request.now
    )
    waived = length * len(_waived(week, plan.changes, request))
    return replace(record, kept_minutes=int(kept), waived_minutes=waived)


def _waived(week: Week, changes: Sequence[Change], request: Request) -> set[str]:
    prefix = f"{STRATEGIC}/{week}/"
    keys = {known.key for known in request.memory.blocks if known.state == "tombstone"}
    keys |= {change.key for change in changes if change.action == "tombstone"}
    keys |= set(request.memory.skipped_keys)
    return {key for key in keys if key.startswith(prefix)}
