"""What may be printed: nothing steers the terminal, what its encoding lacks is written otherwise, and lines fit the screen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from textwrap import wrap
from typing import Any

from blocker.values.errors import BlockerError, ConfigError

SCHEMA = 1
NARROWEST = 60  # cells that every screen is made for
# Control characters but for line ends and tabs, and those that turn the direction of writing.
STEERING = "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\r(?!\n)"
_PLAIN_SIGNS = str.maketrans(
    {
        "█": "#", "░": ".", "–": "-", "—": "-", "…": "...", "“": '"', "”": '"', "’": "'", "·": "-",
        "\u00a0": " ", "─": "-", "✓": "ok", "✗": "!!", "�": "?", "×": "x", "→": "->",
        "≥": ">=", "≤": "<=", "≠": "!=",
    }
)  # fmt: skip


def harmless(text: str) -> str:
    """Whatever came through to here of a calendar, an error or a server: it does not steer the terminal."""
    return re.sub(STEERING, "\N{REPLACEMENT CHARACTER}", text)


def as_json(document: Mapping[str, Any]) -> str:
    """Readable, and nothing in it steers a terminal: JSON itself escapes only what is below a space."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return re.sub(STEERING, lambda found: f"\\u{ord(found[0]):04x}", text)


def wrapped(lines: Iterable[str], width: int) -> list[str]:
    """The lines broken at words, what follows indented a little more. A command alone on its line stays whole, to be pasted."""
    found: list[str] = []
    for line in lines:
        indent = line[: len(line) - len(line.lstrip())]
        if len(line) <= width or line.lstrip().startswith("blocker "):
            found.append(line)
            continue
        found += wrap(
            line, width, subsequent_indent=f"{indent}  ", break_long_words=False, break_on_hyphens=False
        )
    return found


def in_encoding(text: str, encoding: str | None) -> str:
    """What the terminal's encoding lacks (a C locale) is replaced rather than raised."""
    try:
        text.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return to_ascii(text).encode(encoding or "utf-8", "replace").decode(encoding or "utf-8")
    return text


def to_ascii(text: str) -> str:
    """The same words for a terminal that has only ASCII."""
    return text.translate(_PLAIN_SIGNS)


def error_document(error: BlockerError) -> dict[str, Any]:
    document: dict[str, Any] = {"kind": error.kind, "message": error.message, "hint": error.hint}
    if isinstance(error, ConfigError) and error.problems:
        document["problems"] = list(error.problems)
    return {"schema": SCHEMA, "error": document}
