"""Values as TOML."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from json import dumps

from msgspec import Struct
from msgspec.structs import asdict


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
