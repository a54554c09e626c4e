"""What can be set, for people and for editors: the page docs/settings.md and the JSON schema.

python -m blocker.config.reference > docs/settings.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from msgspec import inspect, json, to_builtins

from blocker.config.described import Field, allowed, bare, examples, fields_of, in_tables, struct_in
from blocker.config.toml import toml
from blocker.values.fields import Section
from blocker.values.settings import Settings

HEAD = """\
# Settings

<!-- Made by `python -m blocker.config.reference` from blocker/values/settings.py: change it there. -->

Everything is optional. `blocker init` writes a file with every setting in it, explained and commented out;
`blocker config show --origin` says what is in force and where it comes from; `blocker config schema` says the
same as this page as JSON Schema, with which an editor checks the file as you type. A flag comes before a `BLOCKER_…` variable, that before the file, and the
file before the default.
"""


def sentence(field: Field) -> str:
    """What a field does, with its bounds or choices."""
    words: str = field.facts["description"]
    more = "; ".join(filter(None, (allowed(field.type), _unset(field))))
    return f"{words.removesuffix('.')} ({more})." if more else words


def _unset(field: Field) -> str:
    unset = field.facts.get("unset")
    return f"if not set: {unset}" if unset else ""


def schema(settings: type[Section] = Settings) -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of a config file."""
    found: dict[str, Any] = to_builtins(json.schema(settings))  # a date in an example is text there
    for table in found["$defs"].values():
        properties = table["properties"].items()
        table["properties"] = {
            name: _nested(value) for name, value in properties if "description" in value
        }  # the rest is not in the file
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def _nested(facts: dict[str, Any]) -> dict[str, Any]:
    """``title.offsite = "…"`` is a table to TOML, and a name with a dot to a person."""
    items = facts.get("additionalProperties", {})
    if items.get("type") == "string":
        items["type"] = ["string", "object"]
    return facts


def reference(settings: type[Section] = Settings) -> str:
    """The page of all settings, in Markdown."""
    fields = fields_of(settings).values()
    lines = [HEAD, *_table(field for field in fields if not in_tables(field.type))]
    for field in fields:
        if in_tables(field.type):
            lines += ["", f"## {_heading(field)}", "", field.facts["description"]]
            lines += _inside(field)
    return "\n".join(lines) + "\n"


def _heading(field: Field) -> str:
    kind = bare(field.type).type
    if isinstance(kind, inspect.VarTupleType):
        return f"`[[{field.key}]]`"
    named = isinstance(kind, inspect.DictType) and in_tables(kind.value_type)
    return f"`[{field.key}{'.NAME' if named else ''}]`"


def _inside(field: Field) -> Iterator[str]:
    """The table of what is in a table, or an example of it."""
    table = struct_in(field.type)
    if table is not None:
        yield ""
        yield from _table(fields_of(table).values())
    for example in examples(field.type)[:1]:
        items = example if isinstance(example, list) else [example]
        head = f"[[{field.key}]]" if isinstance(example, list) else f"[{field.key}]"
        yield "\n```toml"
        for item in items:
            yield from (head, *(f"{key} = {toml(value)}" for key, value in item.items()))
        yield "```"


def _table(fields: Any) -> Iterator[str]:
    yield "| key | default | what it does |"
    yield "|---|---|---|"
    for field in fields:
        variable = f" Also `BLOCKER_{field.key.upper()}`." if field.facts.get("environment") else ""
        words = (sentence(field) + variable).replace("|", "\\|")
        yield f"| `{field.key}` | {_default(field)} | {words} |"


def _default(field: Field) -> str:
    if field.required:
        return "(required)"
    if not field.default and field.facts.get("unset"):
        return f"({field.facts['unset']})"
    return f"`{toml(field.default)}`"


if __name__ == "__main__":
    sys.stdout.write(reference())
