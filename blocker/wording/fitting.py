"""Words made fit for a calendar: nothing in them that a client takes away, and no longer than there is room for.

A text that comes back other than it was written would count as a person's edit for ever.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from blocker.values.fingerprint import parts_of_text
from blocker.wording.texts import STEERING

_LINE_ENDS = "\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]"
_MARKING = r"^—(?=[^\n]*—[ \t]*$)"
_KEPT = ("Zs", "Cf", "Co")  # of what is not printable: spaces of all sorts, joiners, a font's own signs
_LOST = STEERING | {"\ufeff"}

MOST_CHARACTERS = 3999  # of a block's text, design 4.8


def line_of(text: str, most: int) -> str:
    """On one line, of at most so many characters: a title."""
    line = " ".join(_clean(text).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def text_of(parts: Sequence[str], most: int) -> str:
    """The parts with an empty line between them, of at most so many characters: the longest give way.

    The part that later runs keep up to date loses whole lines, and never the two around it.
    """
    found = [_marked_once(_clean(part)) for part in parts]
    for number in sorted(range(len(found)), key=lambda n: -len(found[n])):
        over = len("\n\n".join(found)) - most
        if over <= 0:
            break
        found[number] = shorter(found[number], len(found[number]) - over)
    return "\n\n".join(part for part in found if part)


def shorter(part: str, room: int) -> str:
    """A part of a text in so many characters; "" if that is too few for anything."""
    if len(part) <= room:
        return part
    if not parts_of_text(part)[1]:
        return part[: room - 1].rstrip() + "…" if room > 0 else ""
    first, *lines, last = part.split("\n")
    while lines and len("\n".join([first, *lines, "…", last])) > room:
        lines.pop()
    return "\n".join([first, *lines, "…", last]) if lines else ""


def _marked_once(part: str) -> str:
    """No line of anybody's words looks like one of the two around what is kept up to date."""
    lines = part.split("\n")
    inside = slice(1, -1) if parts_of_text(part)[1] == part else slice(None)
    lines[inside] = [re.sub(_MARKING, "–", line) for line in lines[inside]]
    return "\n".join(lines)


def _clean(text: str) -> str:
    """Without half characters, control characters and what turns the direction of writing."""
    text = re.sub(_LINE_ENDS, "\n", text).replace("\t", " ")
    return "".join(
        c
        for c in text
        if c == "\n" or ((c.isprintable() or unicodedata.category(c) in _KEPT) and c not in _LOST)
    )
