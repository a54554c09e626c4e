"""The words in a block's description. Once somebody has formatted it it is HTML: its lines are read, and written back so. Pure."""

from __future__ import annotations

import re
from html import escape, unescape

from blocker.calendars.google.marks import Json, mark_of
from blocker.values.fingerprint import AROUND, SECTION, hash_of_text, part_of_hash

_BREAK = re.compile(
    r"(<br\s*/?>|</?(?:p|div|ul|ol|li|h[1-6]|blockquote|table|tr|html-blob)\b[^>]*>|\n)", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]*>")
_SIGNS = re.compile(
    r"</?(?:br|p|div|ul|ol|li|h[1-6]|blockquote|table|tr|html-blob|b|i|u|s|a|em|strong|span|font)\b[^<>]*>"
    r"|&(?:[a-z]+|#\d+);",
    re.IGNORECASE,
)


def text_of(item: Json) -> str:
    """The words of a block's description, whether we wrote it or somebody has formatted it since."""
    written = str(item.get("description", ""))
    return plain_text(written) if _is_formatted(item, written) else written


def _is_formatted(item: Json, written: str) -> bool:
    """False for what is as we wrote it, whatever signs are in that."""
    known = mark_of(item).get("blockerText", "")
    ours = hash_of_text(str(item.get("summary", "")), written)
    as_written = all(part_of_hash(known, n) == part_of_hash(ours, n) for n in (AROUND, SECTION))
    return not as_written and _SIGNS.search(written) is not None


def description_of(there: Json, text: str) -> str:
    """What to write so that an event says ``text``, in the form that its description has now."""
    written = str(there.get("description", ""))
    return with_text(written, text) if _is_formatted(there, written) else text


def plain_text(description: str) -> str:
    """The lines of an HTML description, without its formatting."""
    return "\n".join(_words(piece) for piece in _BREAK.split(description)[::2])


def with_text(description: str, text: str) -> str:
    """An HTML description that says ``text``: lines that it has already keep their formatting."""
    pieces = _BREAK.split(description)  # a line, what ends it, the next line, and so on
    old, new = [_words(piece) for piece in pieces[::2]], text.split("\n")
    # Empty lines around it are what opens the first paragraph and closes the last.
    new = [*[""] * (_empty_first(old) - _empty_first(new)), *new]
    new += [""] * (_empty_first(old[::-1]) - _empty_first(new[::-1]))
    most = min(len(old), len(new))
    first = next((n for n in range(most) if old[n] != new[n]), most)
    most -= first
    last = next((n for n in range(most) if old[-1 - n] != new[-1 - n]), most)
    if first == len(old) == len(new):
        return description
    before = pieces[: 2 * first]
    between = [escape(line, quote=False) for line in new[first : len(new) - last]]
    if not between:
        return "".join([*before, *pieces[2 * (len(old) - last) :]] if last else before[:-1])
    after = pieces[2 * (len(old) - last) - 1 :] if first < len(old) - last else ["<br>", *pieces[2 * first :]]
    if first == len(old):  # new lines at the end
        before, after = [*pieces, "<br>"], []
    return "".join([*before, "<br>".join(between), *after])


def _empty_first(lines: list[str]) -> int:
    """How many lines are empty before the first that is not."""
    return next((n for n, line in enumerate(lines) if line), 0)


def _words(piece: str) -> str:
    return " ".join(unescape(_TAG.sub("", piece)).split())
