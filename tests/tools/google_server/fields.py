"""Partial responses: the `fields` parameter, such as `nextPageToken,items(id,extendedProperties/private)`."""

from __future__ import annotations

import re
from typing import Any

from .discovery import Discovery
from .errors import bad

Json = dict[str, Any]
Mask = dict[str, "Mask"]  # an empty mask stands for everything below
Path = tuple[str, ...]

_NAME = r"[A-Za-z0-9_*-]+"


def parse(text: str) -> Mask:
    """The tree of wanted fields; 400 if the selector cannot be read."""
    tokens = re.findall(rf"{_NAME}|.", text)
    try:
        paths = _paths(tokens)
        if tokens:
            raise ValueError(tokens[0])
    except ValueError as error:
        raise bad("invalidParameter", f"Invalid field selection {text}", parameter="fields") from error
    mask: Mask = {}
    for path in sorted(paths, key=len, reverse=True):  # shortest last: a whole field outdoes a part of it
        node = mask
        for name in path[:-1]:
            node = node.setdefault(name, {})
        node[path[-1]] = {}
    return mask


def _paths(tokens: list[str]) -> list[Path]:
    """Reads a list of selectors off the front of `tokens`."""
    paths: list[Path] = []
    while True:
        path: Path = (_name(tokens),)
        while _take(tokens, "/"):
            path += (_name(tokens),)
        if _take(tokens, "("):
            paths += [path + inner for inner in _paths(tokens)]
            if not _take(tokens, ")"):
                raise ValueError("unclosed bracket")
        else:
            paths.append(path)
        if not _take(tokens, ","):
            return paths


def _name(tokens: list[str]) -> str:
    if not tokens or not re.fullmatch(_NAME, tokens[0]):
        raise ValueError("a name is missing")
    return tokens.pop(0)


def _take(tokens: list[str], sign: str) -> bool:
    if tokens[:1] == [sign]:
        tokens.pop(0)
        return True
    return False


def check(mask: Mask, spec: Json, discovery: Discovery) -> None:
    """Each wanted field must be one that the answer can have."""
    for name, below in mask.items():
        if name == "*":
            continue
        inner = discovery.member(spec, name)
        if inner is None:
            raise bad("invalidParameter", f"Invalid field selection {name}", parameter="fields")
        check(below, inner, discovery)


def apply(mask: Mask, value: Any) -> Any:
    """What is left of an answer. A list is masked item by item."""
    if not mask:
        return value
    if isinstance(value, list):
        return [apply(mask, item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: apply(mask.get(name, mask.get("*", {})), item)
        for name, item in value.items()
        if name in mask or "*" in mask
    }
