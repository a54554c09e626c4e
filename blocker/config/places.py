"""Where each key and value of a TOML text stands, so that a problem can name its line and column.

``tomllib`` gives values without places. This reads the same text a second time for the places
alone: it runs only after ``tomllib`` has accepted the text and therefore checks nothing.
"""

from __future__ import annotations

import re
import tomllib
from typing import NamedTuple

# ("rule", 0, "book", "strategic"): names of keys, and numbers inside arrays.
KeyPath = tuple[str | int, ...]

_TRIPLES = r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}' + r"|'''(?:[^']|'(?!''))*'{3,5}"
_SINGLES = r'"(?:[^"\\\n]|\\.)*"' + r"|'[^'\n]*'"
_STRING = re.compile(f"{_TRIPLES}|{_SINGLES}", re.DOTALL)
_PART = re.compile(rf"{_SINGLES}|[A-Za-z0-9_-]+")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_SPACE = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_BARE = re.compile(r"[^,\]}#\n]*")
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[ \t]*\n[ \t\n]*|.)", re.DOTALL)


class Place(NamedTuple):
    """A line and a column of it, in characters; both begin at 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"


class Lines:
    """The places of a TOML text that is known to be valid; line ends must be plain newlines."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._keys: dict[KeyPath, int] = {}
        self._values: dict[KeyPath, int] = {}
        self._tables: dict[KeyPath, int] = {}  # arrays of tables: how many so far
        self._read()

    def key(self, path: KeyPath) -> Place:
        """The place of a key (for a table: of its name), or of the nearest one around it."""
        return self._nearest(path, self._keys)

    def value(self, path: KeyPath) -> Place:
        """The place of a value; of a table in a header of its own: that of its name."""
        return self._nearest(path, self._values)

    def inside(self, path: KeyPath, index: int) -> Place:
        """The place of the character ``index`` (from 0) of a string value, escapes taken into account."""
        start = self._values.get(path)
        if start is None or self._text[start] not in "\"'":
            return self.value(path)
        return self._place(_offset(self._text, start, index))

    def _nearest(self, path: KeyPath, places: dict[KeyPath, int]) -> Place:
        while path:
            for known in (places, self._keys):
                if path in known:
                    return self._place(known[path])
            path = path[:-1]
        return Place(1, 1)

    def _place(self, offset: int) -> Place:
        before = self._text.rfind("\n", 0, offset)
        return Place(self._text.count("\n", 0, offset) + 1, offset - before)

    def _read(self) -> None:
        table: KeyPath = ()
        self._skip()
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip()

    def _header(self) -> KeyPath:
        several = self._text.startswith("[[", self._at)
        self._at += 2 if several else 1
        self._skip_blanks()
        path = self._name((), into_arrays=True)
        if several:
            number = self._tables.get(path, -1) + 1
            self._tables[path] = number
            place = self._keys[path] if number == 0 else self._last_name
            path = (*path, number)
            self._keys[path] = place
        self._skip_blanks()
        self._at += 2 if several else 1
        return path

    def _name(self, prefix: KeyPath, into_arrays: bool = False) -> KeyPath:
        """Read a key, dotted or not, and note every part of it that is new."""
        path = prefix
        while match := _PART.match(self._text, self._at):
            if into_arrays and path in self._tables:
                path = (*path, self._tables[path])
            path = (*path, _plain(match[0]))
            self._keys.setdefault(path, self._at)
            self._last_name = self._at
            self._at = match.end()
            dot = _DOT.match(self._text, self._at)
            if not dot:
                break
            self._at = dot.end()
        return path

    def _pair(self, table: KeyPath) -> None:
        path = self._name(table)
        self._skip_blanks()
        self._at += 1  # the equals sign
        self._skip_blanks()
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        self._values[path] = self._at
        self._keys.setdefault(path, self._at)
        first = self._text[self._at]
        if first == "[":
            self._items("]", path)
        elif first == "{":
            self._items("}", path)
        else:
            match = _STRING.match(self._text, self._at) or _BARE.match(self._text, self._at)
            if match:
                self._at = match.end()

    def _items(self, close: str, path: KeyPath) -> None:
        self._at += 1
        self._skip()
        number = 0
        while self._text[self._at] != close:
            if close == "]":
                self._value((*path, number))
            else:
                self._pair(path)
            number += 1
            self._skip()
            if self._text[self._at] == ",":
                self._at += 1
                self._skip()
        self._at += 1

    def _skip(self) -> None:
        match = _SPACE.match(self._text, self._at)
        if match:
            self._at = match.end()

    def _skip_blanks(self) -> None:
        while self._text[self._at] in " \t":
            self._at += 1


def _plain(part: str) -> str:
    """The name that a part of a key stands for, its quotes taken off."""
    if part[0] == "'":
        return part[1:-1]
    if part[0] == '"':
        return str(tomllib.loads(f"name = {part}")["name"]) if "\\" in part else part[1:-1]
    return part


def _offset(text: str, start: int, index: int) -> int:
    """The offset in ``text`` of character ``index`` of the string that begins at ``start``."""
    quote = text[start]
    triple = text.startswith(quote * 3, start)
    at = start + (3 if triple else 1)
    if triple and text.startswith("\n", at):
        at += 1
    while True:
        match = _ESCAPE.match(text, at) if quote == '"' else None
        if match and triple and match[0][1:].strip() == "":
            at = match.end()  # a line that goes on: nothing of it is in the string
        elif index <= 0:
            return at
        else:
            at = match.end() if match else at + 1
            index -= 1
