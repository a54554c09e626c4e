"""Refuses a plan that looks like a mistake, with the numbers in the message (design 4.7)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from blocker.planning.recall import recall
from blocker.values.errors import GuardRefused
from blocker.values.events import Snapshot
from blocker.values.memory import Memory
from blocker.values.plan import Plan

MOST_UNASKED = 5
MANY_UNREAD = 10  # so many events that can't be read, and more than half of all: blocks would lie on them
MOST_BACK = timedelta(days=2)  # a clock that is set right; one that lost its battery goes back by years
MOST_GONE = 3  # so many deletions at once, with nothing of ours left, are no person's doing


def check(plan: Plan, snapshot: Snapshot, memory: Memory, asked: bool) -> None:
    """Raise GuardRefused for an unsafe plan.

    ``asked``: a person asked for these moves (rebalance). What was forced is never counted: a block that is hit,
    or that makes room for a floor, an offsite or due learning.
    """
    refusal = _refusal(plan, snapshot, memory, asked)
    if refusal is not None:
        raise refusal


def told(plan: Plan, snapshot: Snapshot, memory: Memory, asked: bool) -> Plan:
    """A plan that is only looked at, with what the guard would say if it were to be carried out."""
    refusal = _refusal(plan, snapshot, memory, asked)
    return replace(plan, refused=f"{refusal.message}; {refusal.hint}") if refusal else plan


def _refusal(plan: Plan, snapshot: Snapshot, memory: Memory, asked: bool) -> GuardRefused | None:
    if memory.last_run is not None and plan.now < memory.last_run - MOST_BACK:
        clock, last = (_day(instant, plan.zone) for instant in (plan.now, memory.last_run))
        return GuardRefused(
            f"the clock says {clock}, but the last run was on {last}",
            "set the clock; if it is right, add --force",
        )
    expected = [b for b in memory.blocks if b.state == "placed" and b.slot.end > plan.now]
    if expected and snapshot.components == 0:
        return GuardRefused(
            f"{plan.calendar} came back empty, but {_count(len(expected), 'block')} of ours should be on it",
            "check that this is the right calendar; if it is, add --force",
        )
    unread = snapshot.unread
    if unread >= MANY_UNREAD and 2 * unread > snapshot.components:
        return GuardRefused(
            f"most of {plan.calendar} can't be read: {unread} of {_count(snapshot.components, 'event')}",
            "blocker check says which and why; if the rest is all there is, add --force",
        )
    # Of every week, also where the plan is about one.
    missing = recall(snapshot, memory, plan.now, "").gone if expected else ()
    gone = sum(c.action == "tombstone" and c.ended_by == "deleted" for c in missing)
    if gone > MOST_UNASKED or MOST_GONE <= gone == len(expected):
        hint = "is this the right calendar? If you deleted them, say so once: blocker run --force"
        if snapshot.identities_return:  # elsewhere they are used up, and the blocks would not come back
            hint += ". If you put an older copy of it back: blocker leave --remove forgets them all, and what"
            hint += " it remembers of your weeks; the next run plans afresh"
        return GuardRefused(
            f"{gone} of the {len(expected)} future blocks on {plan.calendar} are gone at once",
            hint,
        )
    unasked = [c for c in plan.changes if c.action in ("remove", "move") and not c.forced]
    if not asked and len(unasked) > MOST_UNASKED:
        return GuardRefused(
            f"this plan removes or moves {len(unasked)} blocks that nobody asked for, over the limit of {MOST_UNASKED}",
            "look at it with: blocker plan; if it is right, add --force",
        )
    return None


def _day(instant: datetime, zone: str) -> str:
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %Y}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
