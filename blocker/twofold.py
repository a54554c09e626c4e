"""A run that had to decide twice, told as one: what the first decision did, and what came of the second."""

from __future__ import annotations

from msgspec.structs import replace

from blocker.values.plan import Change, Plan

_STANDS = ("create", "move", "update", "adopt")  # actions after which a block stands


def as_one(first: Plan, second: Plan) -> Plan:
    """The second plan as it came out, with what the first had done before the calendar changed under it.

    Each block that stands is told once, with what happened to it on the whole.
    """
    done = [change for change in first.changes if change.done and change.action != "keep"]
    earlier = {change.key: change for change in done if change.action in _STANDS}
    changes = [
        _joined(earlier[change.key], change)
        if change.key in earlier and change.action != "remove"
        else change
        for change in second.changes
    ]
    told = {change.key for change in second.changes}
    changes += [change for change in done if change.action not in _STANDS or change.key not in told]
    written = {change.key for change in done}
    # What the first decision found on its way (a deletion, say) the second takes for granted.
    news = {
        name: words for name, words in zip(first.said, first.notes, strict=True) if name.split()[1] in written
    }
    news |= dict(zip(second.said, second.notes, strict=True))
    return replace(
        second,
        changes=tuple(sorted(changes, key=lambda c: (c.slot.start, c.key, c.action))),
        quarters=tuple(
            replace(quarter, offsite="placed")
            if quarter.offsite == "present" and quarter.key in written
            else quarter
            for quarter in second.quarters
        ),
        said=tuple(news),
        notes=tuple(news.values()),
    )


def _joined(before: Change, after: Change) -> Change:
    """Two changes of one block as one: what it was before the first, and is after the second."""
    if after.action in ("keep", "adopt"):
        return replace(before, slot=after.slot, pinned=after.pinned, conflict=after.conflict)
    if before.action == "adopt" or not after.done:
        return after
    return replace(after, action=before.action, was=before.was, standing=before.standing)
