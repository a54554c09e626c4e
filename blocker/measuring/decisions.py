"""Decisions on the calendar: what a person wrote into a block of ours, on a line that begins with ``Decided:``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

from msgspec.structs import replace

from blocker.values.events import StandingBlock
from blocker.values.memory import Decision

PREFIX = "decided:"
_LINE_END, _TAG = r"(?i)<br\s*/?>|</(?:p|div|li)>", r"<[^<>]*>"


def decision_in(text: str) -> str:
    """What a block's text decides, several lines joined; "" where the line is still empty."""
    text = unescape(re.sub(_TAG, "", re.sub(_LINE_END, "\n", text)))  # some editors write HTML
    lines = (line.strip() for line in text.splitlines())
    said = (line[len(PREFIX) :].strip() for line in lines if line.casefold().startswith(PREFIX))
    return "; ".join(filter(None, said))


def with_block_decisions(known: Iterable[Decision], blocks: Iterable[StandingBlock]) -> tuple[Decision, ...]:
    """The decisions, oldest first, with what the blocks that are there say now.

    One whose line or block is gone stays; one of no block is the same as a block's in the same words. A new one has
    the number 0 until the ledger gives it its own.
    """
    found = list(known)
    for block in blocks:
        text, at = decision_in(block.text), block.when.start
        if not text:
            continue
        same = (n for n, old in enumerate(found) if old.key == block.key or (old.key, old.text) == ("", text))
        place = next(same, None)
        if place is None:
            found.append(Decision(0, text, at, block.key))
        else:
            found[place] = replace(found[place], text=text, key=block.key)
    return tuple(sorted(found, key=lambda decision: (decision.at, decision.id)))
