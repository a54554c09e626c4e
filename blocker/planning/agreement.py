"""What a person has looked at and agreed to: exactly this plan, for exactly this calendar, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from msgspec.json import encode
from msgspec.structs import replace

from blocker.values.events import Snapshot
from blocker.values.plan import Plan
from blocker.values.request import Request


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
