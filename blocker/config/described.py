"""What a field of the settings says of itself: its name in the file, its type, its bounds and its sentence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from msgspec import NODEFAULT, Struct, inspect
from msgspec.structs import fields

from blocker import calendars
from blocker.values.fields import Section

ADDRESS = "calendar-address"


class Field(Struct, frozen=True):
    """A setting: its name in the file and in the struct, its type, and what is said about it."""

    key: str
    attribute: str
    type: inspect.Type
    facts: Mapping[str, Any]  # description, examples and what else the field is annotated with
    required: bool
    default: Any


class Bare(NamedTuple):
    """A type without its annotations, and these."""

    type: inspect.Type
    facts: Mapping[str, Any]


def bare(kind: inspect.Type) -> Bare:
    if not isinstance(kind, inspect.Metadata):
        return Bare(kind, {})
    return Bare(kind.type, {**(kind.extra_json_schema or {}), **(kind.extra or {})})


def examples(kind: inspect.Type) -> list[Any]:
    """Values that it may have; what an address looks like is known to the registry alone."""
    plain, facts = bare(kind)
    if is_address(kind):
        return calendars.examples()[:1]
    if isinstance(plain, inspect.VarTupleType) and is_address(plain.item_type):
        return [calendars.examples()[1:]]
    return list(facts.get("examples", ()))


@cache
def fields_of(table: type[Struct]) -> Mapping[str, Field]:
    """The settings in a table, by their names in the file; fields without a description are none."""
    found = {}
    kinds = inspect.multi_type_info(field.type for field in fields(table))
    for field, kind in zip(fields(table), kinds, strict=True):
        facts = bare(kind).facts
        if "description" in facts:
            default = field.default if field.default is not NODEFAULT else None
            if field.default_factory is not NODEFAULT:
                default = field.default_factory()
            key = field.encode_name
            found[key] = Field(key, field.name, kind, facts, field.required, default)
    return found


def is_list(kind: inspect.Type) -> bool:
    return isinstance(bare(kind).type, inspect.VarTupleType)


def is_array_of_tables(kind: inspect.Type) -> bool:
    plain = bare(kind).type
    return isinstance(plain, inspect.VarTupleType) and is_table(plain.item_type)


def struct_in(kind: inspect.Type) -> type[Section] | None:
    """The struct of a table, of the tables in a list, or of those that a person names."""
    plain = bare(kind).type
    if isinstance(plain, inspect.DictType):
        plain = bare(plain.value_type).type
    if isinstance(plain, inspect.VarTupleType):
        plain = bare(plain.item_type).type
    return plain.cls if isinstance(plain, inspect.StructType) and issubclass(plain.cls, Section) else None


def in_tables(kind: inspect.Type) -> bool:
    """Whether it stands in tables of its own, below the plain keys."""
    return is_table(kind) or is_array_of_tables(kind)


def is_address(kind: inspect.Type) -> bool:
    """Whether it names a calendar."""
    return bare(kind).facts.get("format") == ADDRESS


def is_table(kind: inspect.Type) -> bool:
    return isinstance(bare(kind).type, inspect.StructType | inspect.DictType)


def allowed(kind: inspect.Type) -> str:
    """The bounds of a number or the choices of a text, in words; nothing where there are none."""
    plain = bare(kind).type
    if is_address(kind):
        return calendars.offered()
    if isinstance(plain, inspect.LiteralType):
        *names, last = map(str, plain.values)
        return f"{', '.join(names)} or {last}" if names else last
    if isinstance(plain, inspect.IntType | inspect.FloatType) and plain.ge is not None:
        most = f" to {plain.le}" if plain.le is not None else " or more"
        return f"{plain.ge}{most}" + (f", a multiple of {plain.multiple_of}" if plain.multiple_of else "")
    return ""
