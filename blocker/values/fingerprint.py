"""The fingerprint of a block's words: what tells a person's edit from a text of ours that is out of date."""

from __future__ import annotations

import hashlib
import re

# What stands between two lines that begin and end with a long dash is kept up to date by later runs.
_SECTION = r"(?m)^—[^\n]*—[ \t]*\n(?:[^\n]*\n)*?—[^\n]*—[ \t]*$"

TITLE, AROUND, SECTION = range(3)  # the parts of a fingerprint, in this order
_LENGTH = 8  # characters of each part


def hash_of_text(title: str, text: str) -> str:
    """A short fingerprint of a block's words, blind to what calendars do to white space and line ends.

    It has three parts, so that an edit of one can be told from an edit of another: the title, the
    text around the section that is kept up to date, and that section.
    """
    around, section = parts_of_text(text)
    return "".join(_digest(part) for part in (title, around, section))


def part_of_hash(text_hash: str, part: int) -> str:
    return text_hash[part * _LENGTH : (part + 1) * _LENGTH]


def mixed_hash(parts: tuple[str, str, str]) -> str:
    """The fingerprint with the title's part of the first one, and so on."""
    return "".join(part_of_hash(text_hash, number) for number, text_hash in enumerate(parts))


def parts_of_text(text: str) -> tuple[str, str]:
    """The text without the section that is kept up to date, and that section, its two lines included."""
    text = "\n".join(text.splitlines())
    found = re.search(_SECTION, text)
    if found is None:
        return text, ""
    return text[: found.start()] + "\n" + text[found.end() :], found[0]


def with_section(text: str, section: str) -> str:
    """The text with another section in place of the one it has; "" takes that out."""
    text = "\n".join(text.splitlines())
    found = re.search(_SECTION, text)
    if found is None:
        return text
    after = text[found.end() :]
    return text[: found.start()] + (section + after if section else after.lstrip("\n"))


def _digest(words: str) -> str:
    return hashlib.sha256(" ".join(words.split()).encode("utf-8", "replace")).hexdigest()[:_LENGTH]
