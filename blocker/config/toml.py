"""What ``tomllib`` leaves out: a value as TOML, and the line of each key, so that a problem can name it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from json import dumps
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from blocker.values.fields import KeyPath

LONGEST = 20_000  # characters of one value; looking for its end line by line takes too long beyond that


def toml(value: object) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, Struct):
        return toml(asdict(value))
    if value == {}:
        return "{}"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml_key(str(key))} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, date):
        return value.isoformat()
    return dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_key(name: str) -> str:
    return name if name.isascii() and name.replace("-", "").replace("_", "").isalnum() else toml(name)


def lines_of(text: str) -> Mapping[KeyPath, int]:
    """The line (from 1) of every table, key and list item of a TOML text that is known to be valid.

    A statement is so many lines as it takes to be TOML; a list that is not closed yet is, with a bracket after it.
    """
    found: dict[KeyPath, int] = {}
    latest: dict[KeyPath, int] = {}  # arrays of tables: the number of the last table
    table: KeyPath = ()
    statement, begun = "", 1
    for number, line in enumerate(text.split("\n"), 1):
        statement += line + "\n"
        if len(statement) > LONGEST:
            break
        for close in ("", "]"):
            try:
                data = tomllib.loads(statement + close)
            except tomllib.TOMLDecodeError:
                continue
            if statement.lstrip().startswith("["):
                table = ()
                for path in _header(data, latest):
                    table = path
                    found.setdefault(path, begun)
            else:
                for path in _paths(data):
                    found.setdefault(table + path, begun)
            begun = number + 1
            if not close:
                statement = ""
            break
    return found


def line_of(path: KeyPath, lines: Mapping[KeyPath, int]) -> int:
    """The line of what is there, or of the nearest table around it."""
    return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), 1)


def _header(data: Any, latest: dict[KeyPath, int]) -> Iterator[KeyPath]:
    """The tables that a header names, from the outside in; ``[[rule]]`` is the next one of its list."""
    path: KeyPath = ()
    while data:
        ((name, data),) = data.items()
        path = (*path, name)
        yield path
        if isinstance(data, list):
            latest[path] = latest.get(path, -1) + 1
            data = data[0]
        if path in latest:
            path = (*path, latest[path])
            yield path


def _paths(data: Any) -> Iterator[KeyPath]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (key,)
        yield from ((key, *path) for path in _paths(value))
