"""The plan as a calendar to import or to hand to an assistant: what is proposed is tentative."""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace

from blocker.calendars.ics.blocks import write_block
from blocker.calendars.ics.lexer import fold
from blocker.showing.page.files import GENERATOR
from blocker.values.events import Block
from blocker.values.plan import Change, Plan

_STATES = {
    "create": "TENTATIVE",
    "move": "TENTATIVE",
    "update": "CONFIRMED",
    "keep": "CONFIRMED",
    "adopt": "CONFIRMED",
}
_END = b"END:VEVENT\r\n"


def proposal(plan: Plan, titles: bool = True) -> tuple[bytes, Counter[str]]:
    """An iCalendar file with every block that will stand, and how many of them have which STATUS.

    A block that goes is in it as cancelled, so that importing takes it off; each keeps its identity, so
    that importing twice makes nothing twice.
    """
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//blocker//{GENERATOR}//EN", "CALSCALE:GREGORIAN"]
    parts = [fold(line, b"\r\n") for line in [*head, "METHOD:PUBLISH"]]
    states: Counter[str] = Counter()
    for change in plan.changes:
        state = "CANCELLED" if change.action == "remove" else _STATES.get(change.action)
        block = _block(change, plan)
        if state is None or block is None or block.slot.end <= plan.now:
            continue
        states[state] += 1
        parts.append(_component(block if titles else _bare(block), state, moved=change.action == "move"))
    return b"".join([*parts, fold("END:VCALENDAR", b"\r\n")]), states


def _block(change: Change, plan: Plan) -> Block | None:
    """What the block will look like, whatever becomes of it."""
    if change.block is not None:
        return replace(change.block, raw=None)
    there = change.standing
    if there is None:
        return None
    return Block(
        there.key, there.kind, there.when, there.title, there.text, plan.now, there.generation, there.busy,
        dates=there.dates, text_hash=there.text_hash,
    )  # fmt: skip


def _bare(block: Block) -> Block:
    return replace(block, title=f"{block.kind.capitalize()} block", text="", text_hash="")


def _component(block: Block, state: str, moved: bool) -> bytes:
    written = write_block(block, b"\r\n")
    if moved or state == "CANCELLED":  # a later version of an event that is known already
        written = written.replace(b"\r\nSEQUENCE:0\r\n", b"\r\nSEQUENCE:1\r\n", 1)
    return written.removesuffix(_END) + fold(f"STATUS:{state}", b"\r\n") + _END
