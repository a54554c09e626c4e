"""What a person decided, carried out: exactly that, or nothing. A plan that they looked at, as ``apply`` and the page
have it, or a block that is to be where they say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from blocker.engine import make_plan
from blocker.ledger.ledger import Ledger
from blocker.planning import guard
from blocker.planning.chosen import bundles, chosen, name_of
from blocker.rules.survey import Survey
from blocker.running.run import carry_out, keep_memory
from blocker.running.session import Session, Sight
from blocker.values.errors import GuardRefused, UsageError
from blocker.values.intervals import Interval
from blocker.values.plan import Change, Plan
from blocker.values.request import Request
from blocker.values.workweek import WorkWeek
from blocker.wording.drafts import as_it_is


class Agreed(Struct, frozen=True):
    """What a person said yes to: the plan that was made at ``now``, by its names, and of its writes those with ``keys``.

    ``slots`` are what the person takes some of them to be, an action and a time by key.
    """

    now: datetime
    calendar_digest: str
    plan_id: str
    keys: frozenset[str]
    slots: Mapping[str, tuple[str, Interval]] = {}


class Outdated(GuardRefused):
    """The plan is not what would be decided now. ``plan`` is what would."""

    kind = "outdated"

    def __init__(self, message: str, plan: Plan) -> None:
        super().__init__(message, "nothing was written; look at the plan as it is now")
        self.plan = plan


def carry_out_agreed(
    agreed: Agreed, session: Session, ledger: Ledger, on_change: Callable[[Change], None]
) -> Plan:
    """Decide again as of the moment of the plan; write where that comes to the very same. Raises Outdated, UsageError.

    A plan is good on its day: by tomorrow another time is too late, and another week has begun.
    """
    looks: list[tuple[Request, Survey]] = []

    def decide(again: bool) -> Plan:
        request, seen, plan = _as_of(agreed.now, session, ledger)
        if again:
            raise Outdated("the calendar changed while the plan was carried out", plan)
        digest, name = name_of(plan, request)
        if digest != agreed.calendar_digest:
            raise Outdated("the calendar is not what the plan was made for", plan)
        if name != agreed.plan_id:
            raise Outdated("your settings or answers are not what the plan was made with", plan)
        guard.check(plan, request.snapshot, request.memory, asked=True)
        _refuse_another(plan, agreed)
        _refuse_half_of_it(plan, agreed.keys, request)
        looks.append((request, seen))
        if not request.memory.confirmed:
            ledger.confirm_calendar(request.now)
        return chosen(plan, agreed.keys, request.workweek)

    done = carry_out(decide, "apply", session, ledger, on_change)
    request, seen = looks[-1]
    keep_memory(done, seen, request, ledger)
    return done


def move_by_hand(key: str, slot: Interval, sight: Sight, session: Session, ledger: Ledger) -> Plan:
    """Move the block and pin it there, as if they had dragged it on their calendar: a run of its own, which ``undo`` takes
    back. Raises UsageError if it is not there.
    """
    request = sight.request
    there = next((block for block in request.snapshot.blocks if block.key == key), None)
    if there is None:
        raise UsageError("that block is not on the calendar any more", "look at the plan as it is now")
    block = replace(as_it_is(there, request), slot=slot, busy=there.busy)
    known = ledger.recall(key)
    change = Change(
        "move", key, there.kind, slot, was=there.when, pinned=True, causes=known.causes if known else (),
        block=block, standing=there, forced=True, why="you moved it",
    )  # fmt: skip

    def decide(again: bool) -> Plan:
        if again:
            raise UsageError(
                "the calendar changed meanwhile: the block was not moved", "look at it again, then move it"
            )
        return replace(sight.plan(), changes=(change,), unplaced=(), notes=(), said=())

    return carry_out(decide, "move", session, ledger, lambda change: None)


def _as_of(made: datetime, session: Session, ledger: Ledger) -> tuple[Request, Survey, Plan]:
    """What would be decided at the moment a plan was ``made``; raises Outdated where that is another day."""
    sight = session.read(ledger.memory())
    now, date_of = sight.request.now, sight.request.workweek.date_of
    today, day = date_of(now), date_of(made)
    is_good = day == today and made <= now
    sight = replace(sight, request=replace(sight.request, now=made if is_good else now))
    seen = sight.survey()
    plan = make_plan(sight.request, seen)
    if not is_good:
        raise Outdated(
            f"the plan is of {day:%a} {day.day} {day:%b}, and today is {today:%a} {today.day} {today:%b}",
            plan,
        )
    return sight.request, seen, plan


def _refuse_another(plan: Plan, agreed: Agreed) -> None:
    """A change that is not in the plan is none that anybody looked at. Raises UsageError."""
    writes = {change.key: (change.action, change.slot) for change in plan.writes}
    for key in sorted(agreed.keys):
        if key not in writes or agreed.slots.get(key, writes[key]) != writes[key]:
            raise UsageError(
                f"{key} is not so in the plan that was made", "take changes out of it, but alter none"
            )


def _refuse_half_of_it(plan: Plan, keys: frozenset[str], request: Request) -> None:
    """What only makes sense together is not torn apart without a word. Raises UsageError."""
    for bundle in bundles(plan, request.workweek):
        taken = [change for change in bundle if change.key in keys]
        if taken and len(taken) < len(bundle):
            missing = next(change for change in bundle if change.key not in keys)
            one, other = (_in_words(change, request.workweek) for change in (taken[0], missing))
            raise UsageError(
                f"{one} and {other} go together: the one needs the place of the other",
                "take both, or neither",
            )


def _in_words(change: Change, workweek: WorkWeek) -> str:
    """A change as a person knows it: its title and its day."""
    there, day = change.block or change.standing, workweek.local(change.slot.start)
    return f"“{there.title if there else change.kind}” on {day:%a} {day.day} {day:%b}"
