"""The configuration as text: what is set and where from, and the commented file to begin with."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from msgspec import inspect
from msgspec.structs import asdict

from blocker.calendars.addresses import shown
from blocker.config.described import (
    Field,
    bare,
    examples,
    fields_of,
    in_tables,
    is_address,
    is_array_of_tables,
    is_table,
    struct_in,
)
from blocker.config.load import Config
from blocker.config.reference import sentence
from blocker.config.toml import toml, toml_key
from blocker.values.fields import Section
from blocker.values.settings import Settings

WIDTH = 108
HEAD = """\
blocker: what you can set. Everything is optional; a line such as #role = "manager" shows the default (or, where \
there is none, an example). Take the # away and change it. `blocker check` reads it over, `blocker config show \
--origin` says what is in force and why. Blocks are private: others see that you are busy, and only you, people who may see \
your private events and whoever can open the calendar's file can read what a block says."""


def show(config: Config, origin: bool = True) -> list[tuple[str, str, str]]:
    """Every setting in force: its dotted name, its value as TOML, and where it is from ("" if not asked).

    What only the calendar can tell is shown in round brackets.
    """
    return [
        (name, value, config.origins.get(place, "default") if origin else "")
        for name, value, place in rows(config.settings)
    ]


def rows(table: Section, above: str = "") -> Iterator[tuple[str, str, str]]:
    """Name, value and place in the file of each setting in a table."""
    for field in fields_of(type(table)).values():
        name, value = above + field.key, getattr(table, field.attribute)
        kind = bare(field.type).type
        if isinstance(kind, inspect.StructType):
            yield from rows(value, f"{name}.")
        elif isinstance(kind, inspect.DictType):
            for key, item in value.items():
                inside = f"{name}.{toml_key(key) if isinstance(item, Section) else key}"
                yield from (
                    rows(item, f"{inside}.") if isinstance(item, Section) else [(inside, toml(item), inside)]
                )
        elif is_array_of_tables(field.type) and not above:
            for number, item in enumerate(value):
                rest = {
                    key: found for key, found in asdict(item).items() if key != "name" and found is not None
                }
                yield f"{name}.{toml_key(item.name)}", toml(rest), f"{name}.{number}"
        elif not value and field.facts.get("unset"):
            yield name, f"({field.facts['unset']})", name
        else:
            yield name, toml(_as_shown(field, value)), name


def _as_shown(field: Field, value: Any) -> Any:
    """The value without what is secret in it."""
    kind = bare(field.type).type
    if is_address(field.type):
        return shown(value)
    if isinstance(kind, inspect.VarTupleType) and is_address(kind.item_type):
        return [shown(address) for address in value]
    return value


def config_template(calendar: str | None = None) -> str:
    """The file that ``blocker init`` writes: every key in one line of words, its default commented out.

    ``calendar``, where given, is set in it; a relative path would be taken from where the file is.
    """
    return "\n".join([*_comment(HEAD), "", *template_of(Settings(calendar=calendar or ""))])


def template_of(settings: Section) -> Iterator[str]:
    """The lines of a file for all that a struct describes; what is not the default in it is not commented out."""
    fields = fields_of(type(settings)).values()
    for field in sorted(fields, key=lambda field: in_tables(field.type)):
        value = getattr(settings, field.attribute)
        kind = bare(field.type).type
        if not in_tables(field.type):
            yield from _setting(field, value)
        elif isinstance(kind, inspect.StructType):
            yield from (*_comment(sentence(field)), f"[{field.key}]", *_settings(value))
        elif isinstance(kind, inspect.DictType) and is_table(kind.value_type):
            yield from _comment(sentence(field))
            for number, (name, item) in enumerate(value.items()):
                if number:
                    yield ""
                yield f"[{field.key}.{toml_key(name)}]"
                yield from _settings(item) if number == 0 else _differing(item)
        else:
            yield from (*_comment(sentence(field)), *_example(field))
        yield ""


def _settings(table: Section) -> Iterator[str]:
    for field in fields_of(type(table)).values():
        yield from _setting(field, getattr(table, field.attribute))


def _differing(table: Section) -> Iterator[str]:
    """What is not as in a table that sets nothing: all that a further table has to show."""
    for field in fields_of(type(table)).values():
        value = getattr(table, field.attribute)
        if value != field.default:
            yield f"#{field.key} = {toml(value)}"


def _setting(field: Field, value: Any) -> Iterator[str]:
    yield from _comment(sentence(field))
    shown = value or (examples(field.type) or [value])[0]
    yield f"{'#' if value == field.default else ''}{field.key} = {toml(shown)}"


def _example(field: Field) -> Iterator[str]:
    """Tables that a person names the keys of, or makes as many of as they like."""
    example = examples(field.type)[0]
    table = struct_in(field.type)
    if table is None:
        yield f"[{field.key}]"
        yield from (f"#{toml_key(key)} = {toml(value)}" for key, value in example.items())
        return
    yield f"#[[{field.key}]]"
    for inner in fields_of(table).values():
        if inner.key in example[0]:
            yield from (*_comment(sentence(inner)), f"#{inner.key} = {toml(example[0][inner.key])}")


def _comment(words: str) -> list[str]:
    return wrap(words, WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
