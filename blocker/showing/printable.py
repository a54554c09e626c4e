"""What may be printed: nothing steers the terminal, and what its encoding lacks is written otherwise. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from blocker.values.errors import BlockerError, ConfigError

SCHEMA = 1
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
