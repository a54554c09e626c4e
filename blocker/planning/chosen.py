"""What a person agreed to: exactly this plan, for exactly this calendar, cut down to the changes that they chose.

What is not chosen is not done this time; it is no answer for good.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256

from msgspec.json import encode
from msgspec.structs import replace

from blocker.values.events import Snapshot
from blocker.values.intervals import Interval
from blocker.values.kinds import NOTE, OFFSITE, STRATEGIC
from blocker.values.plan import Change, Plan, QuarterPlan, WeekPlan
from blocker.values.request import Request
from blocker.values.workweek import WorkWeek


def name_of(plan: Plan, request: Request) -> tuple[str, str]:
    """The digest of the calendars a plan was made for, and the plan's own name."""
    digest = calendar_digest(request)
    return digest, plan_id(plan, digest)


def calendar_digest(request: Request) -> str:
    """The name of what the calendars held when they were read: another name, another calendar.

    It knows events by what they mean. How a server counts its versions of them is left out.
    """
    return _digest([_meaning(snapshot) for snapshot in (request.snapshot, *request.others)])


def plan_id(plan: Plan, digest: str) -> str:
    """The name of a plan made for a calendar with this digest."""
    changes = [
        (c.action, c.key, c.slot, c.was, c.block and (c.block.title, c.block.text)) for c in plan.changes
    ]
    return _digest([digest, plan.calendar, plan.policy, changes])


def bundles(plan: Plan, workweek: WorkWeek) -> tuple[tuple[Change, ...], ...]:
    """The writes of a plan in order of time, those together that only make sense together.

    Together are: a block and the one that gives way to it; what comes to a day and what leaves that day (where one moves to
    may be where another was, and a day has one block); a block that is dropped unforced and what is new in its week,
    which may use the time that it gives back; the half day and its note; all that concerns one key.
    """
    groups: list[list[Change]] = []
    for change in plan.writes:
        bound = [group for group in groups if any(_are_bound(change, other, workweek) for other in group)]
        groups = [group for group in groups if group not in bound]
        groups.append([*(one for group in bound for one in group), change])
    ordered = (tuple(sorted(group, key=_when)) for group in groups)
    return tuple(sorted(ordered, key=lambda group: _when(group[0])))


def chosen(plan: Plan, keys: Collection[str], workweek: WorkWeek) -> Plan:
    """The plan with only those writes whose whole bundle is among ``keys``; every other block stays as it is.

    Nothing is said of what is not done, and weeks and quarters say what becomes of them without it.
    """
    dropped = {
        change.key
        for bundle in bundles(plan, workweek)
        if any(change.key not in keys for change in bundle)
        for change in bundle
    }
    if not dropped:
        return plan
    twice = [c.key for c in plan.changes]
    changes = tuple(
        kept
        for change in plan.changes
        if (
            kept := _left(change, twice.count(change.key) > 1)
            if change.writes and change.key in dropped
            else change
        )
        is not None
    )
    news = [pair for pair in zip(plan.said, plan.notes, strict=True) if pair[0].split()[1] not in dropped]
    return replace(
        plan,
        changes=tuple(sorted(changes, key=_when)),
        weeks=tuple(_week(week, changes, dropped, workweek) for week in plan.weeks),
        quarters=tuple(_quarter(quarter, dropped) for quarter in plan.quarters),
        said=tuple(name for name, _ in news),
        notes=tuple(words for _, words in news),
    )


def _meaning(snapshot: Snapshot) -> object:
    blocks = [replace(block, ref=replace(block.ref, etag=""), raw=None) for block in snapshot.blocks]
    return (
        _in_order(snapshot.events),
        _in_order(blocks),
        snapshot.zone,
        snapshot.complete,
        _in_order(snapshot.skipped),
    )


def _in_order(values: Iterable[object]) -> list[bytes]:
    return sorted(encode(value) for value in values)


def _digest(value: object) -> str:
    return sha256(encode(value)).hexdigest()[:32]


def _are_bound(one: Change, other: Change, workweek: WorkWeek) -> bool:
    if one.key == other.key or one.makes_room_for == other.key or other.makes_room_for == one.key:
        return True
    if {one.kind, other.kind} == {OFFSITE, NOTE}:
        return one.key.partition("/")[2] == other.key.partition("/")[2]
    return any(_makes_room(a, b, workweek) for a, b in ((one, other), (other, one)))


def _makes_room(one: Change, other: Change, workweek: WorkWeek) -> bool:
    """True if ``one`` leaves a day, or hours of a week, that ``other`` may take."""
    left, taken = _left_slot(one), other.slot if other.action in ("create", "move") else None
    if left is None or taken is None or NOTE in (one.kind, other.kind):
        return False
    if workweek.date_of(left.start) == workweek.date_of(taken.start):
        return True
    given_back = one.action == "remove" and not one.forced
    return given_back and workweek.key_week(one.key, left) == workweek.key_week(other.key, taken)


def _left_slot(change: Change) -> Interval | None:
    if change.action == "move":
        return change.was
    return change.slot if change.action == "remove" else None


def _left(change: Change, is_copy: bool) -> Change | None:
    """What a write that is not done leaves: the block where it is, or none. A second copy has no line of its own."""
    there = change.standing
    if there is None or (is_copy and change.action == "remove"):
        return None
    return replace(
        change, action="keep", slot=there.when, was=None, block=None, placement=None, why="", forced=False,
        conflict=change.conflict or change.hit_by or None, released=False, hit_by="", makes_room_for="",
    )  # fmt: skip


def _week(
    plan: WeekPlan, changes: Sequence[Change], dropped: Collection[str], workweek: WorkWeek
) -> WeekPlan:
    """A week whose only thinking block is not booked has none yet."""
    if plan.floor != "block":
        return plan
    mine = [c for c in changes if c.kind == STRATEGIC and workweek.key_week(c.key, c.slot) == plan.load.week]
    counting = [
        c for c in mine if c.action in ("create", "move", "update", "adopt", "keep") and not c.conflict
    ]
    touched = any(key.startswith(f"{STRATEGIC}/{plan.load.week}/") for key in dropped)
    return replace(plan, floor="unplaced") if touched and not counting else plan


def _quarter(plan: QuarterPlan, dropped: Collection[str]) -> QuarterPlan:
    new = plan.key in dropped and plan.offsite == "placed"
    return replace(plan, offsite="unplaced", why="you said not this time") if new else plan


def _when(change: Change) -> tuple[Interval, str, str]:
    return change.slot, change.key, change.action
