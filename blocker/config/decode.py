"""A TOML document becomes the struct that describes it, and everything that is wrong with it is said at once.

What may stand where is read from the fields: nothing here knows a setting by its name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from msgspec import inspect
from msgspec.structs import replace

from blocker.config.checks import CHECKS, Around
from blocker.config.described import (
    allowed,
    bare,
    examples,
    fields_of,
    in_tables,
    is_array_of_tables,
    is_table,
)
from blocker.config.toml import toml
from blocker.values.errors import did_you_mean, quoted
from blocker.values.fields import KeyPath, Section

T = TypeVar("T", bound=Section)

NO_PLACE = Around(Path())


class Reading:
    """One document on its way into structs. ``top`` is the struct for the whole of it.

    ``problems`` are places with what is wrong there; ``given`` says for each value that the document decides on
    where it does so: at its own key, or at the table around it.
    """

    def __init__(self, top: type[T], around: Around = NO_PLACE) -> None:
        self.around = around
        self.problems: list[tuple[KeyPath, str]] = []
        self.given: dict[KeyPath, KeyPath] = {}
        self._top = top
        # People add these at the end of the file, and so in its last table.
        self._above: dict[str | int, inspect.Type] = {
            key: field.type for key, field in fields_of(top).items() if not in_tables(field.type)
        }

    def document(self, data: Mapping[str, object]) -> Any:
        """The struct; where a value is wrong there is a problem, and the default in its place."""
        return self._table((), data, self._top())

    def value(self, path: KeyPath, given: object, kind: inspect.Type, default: object) -> Any:
        """What is given, as its type wants it; else a problem and the default."""
        plain, facts = bare(kind)
        if isinstance(plain, inspect.UnionType):
            fitting = next((one for one in plain.types if _is_one_of(given, one)), plain)
            if fitting is not plain:
                return self.value(path, given, fitting, default)
        if not _fits(given, plain):
            return self._wrong(
                path, f"expected {_said(plain, examples(kind), path)}, not {_shown(given)}", default
            )
        if isinstance(plain, inspect.StructType):
            standard: Any = default if isinstance(default, plain.cls) else _blank(plain)
            return self._table(path, given, standard)
        if isinstance(plain, inspect.DictType):
            return self._named(path, given, plain, default)
        if isinstance(plain, inspect.VarTupleType):
            return self._items(path, given, plain.item_type)
        try:
            return _checked(given, plain, facts.get("format", ""), path, self.around)
        except ValueError as error:
            for message in error.args:
                self._wrong(path, message, None)
            return default

    def _wrong(self, path: KeyPath, message: str, default: T | Any) -> Any:
        self.problems.append((path, message))
        return default

    def _table(self, path: KeyPath, data: Any, default: Section) -> Any:
        known = fields_of(type(default))
        found = {}
        for key, value in data.items():
            inside = (*path, key)
            if key not in known:
                self._unknown(inside, did_you_mean(key, known))
                continue
            self.given[inside] = inside
            field = known[key]
            found[field.attribute] = self.value(inside, value, field.type, getattr(default, field.attribute))
        for field in known.values():
            if field.required and field.key not in data:
                shown = [f", for example {field.key} = {toml(one)}" for one in examples(field.type)]
                self._wrong(path, f"{quoted(field.key)} is missing{''.join(shown[:1])}", None)
        result = replace(default, **found)
        here = {at[len(path) :] for at in self.given if at[: len(path)] == path}
        for inside, message in result.problems(here):
            self.problems.append(((*path, *inside), message))
        completed = result.completed(here)
        for field in known.values():
            if getattr(completed, field.attribute) != getattr(default, field.attribute):
                self.given.setdefault((*path, field.key), path)
        return completed

    def _named(self, path: KeyPath, data: Any, kind: inspect.DictType, default: Any) -> dict[str, Any]:
        """A table whose keys are names that a person gives, such as kinds. Names may have dots in them."""
        found = dict(default)
        for key, value in data.items():
            inside = (*path, key)
            self.given[inside] = inside
            if isinstance(value, dict) and not is_table(kind.value_type):
                found |= {
                    f"{key}.{rest}": item for rest, item in self._named(inside, value, kind, {}).items()
                }
            elif self._belongs_here(inside, value, kind):
                standard = found[key] if key in found else _blank(kind.value_type)
                found[key] = self.value(inside, value, kind.value_type, standard)
        return found

    def _belongs_here(self, path: KeyPath, value: object, kind: inspect.DictType) -> bool:
        """Whether a name may stand in such a table; there is a problem if not."""
        above = self._above.get(path[-1]) if len(path) == 2 else None
        if above and _fits(value, above) and not _fits(value, kind.value_type):
            return self._unknown(path, "")
        check = CHECKS.get(bare(kind.key_type).facts.get("format", ""))
        try:
            if check:
                check(str(path[-1]), path, self.around)
        except ValueError as error:
            if above:
                return self._unknown(path, "")
            return bool(self._wrong(path, str(error), False))
        return True

    def _items(self, path: KeyPath, data: Any, kind: inspect.Type) -> tuple[Any, ...]:
        inside = [(*path, number) for number in range(len(data))]
        self.given.update(zip(inside, inside, strict=True))
        return tuple(self.value(at, item, kind, _blank(kind)) for at, item in zip(inside, data, strict=True))

    def _unknown(self, path: KeyPath, near: str) -> bool:
        if len(path) > 1 and path[-1] in self._above:
            near = f" in [{path[0]}]: it belongs above the first [table] of the file"
        return bool(self._wrong(path, f"unknown key {quoted(path[-1])}{near}", False))


def _fits(given: object, kind: inspect.Type) -> bool:
    """Whether it is of the right type at all, whatever its value."""
    plain = bare(kind).type
    if isinstance(plain, inspect.UnionType):
        return any(_is_one_of(given, one) for one in plain.types)
    if isinstance(given, bool) or isinstance(plain, inspect.BoolType):
        return isinstance(given, bool) and isinstance(plain, inspect.BoolType)
    return isinstance(given, _MEANINGS[type(plain)].given) and not isinstance(given, datetime)


def _is_one_of(given: object, kind: inspect.Type) -> bool:
    """Whether it is meant where there are several types: of choices, only one of them is."""
    return _fits(given, kind) and not (isinstance(kind, inspect.LiteralType) and given not in kind.values)


class _Meaning(NamedTuple):
    """A type of the settings: what ``tomllib`` gives for it, its words, and what stands for a value without a default."""

    given: Any
    words: str = ""
    blank: Any = None


_MEANINGS: Mapping[type[inspect.Type], _Meaning] = {
    inspect.StrType: _Meaning(str, "text in quotes", ""),
    inspect.LiteralType: _Meaning(str, "text in quotes"),
    inspect.BoolType: _Meaning(bool, "true or false"),
    inspect.IntType: _Meaning(int, "a whole number", 0),
    inspect.FloatType: _Meaning(int | float, "a number", 0.0),
    inspect.DateType: _Meaning(date, "a date such as 2027-03-31", date.min),
    inspect.VarTupleType: _Meaning(list, blank=()),
    inspect.DictType: _Meaning(dict, blank={}),
    inspect.StructType: _Meaning(dict),
    inspect.NoneType: _Meaning(()),  # TOML has none
    inspect.UnionType: _Meaning(()),
}


def _blank(kind: inspect.Type) -> Any:
    """What stands for a value that there is no default of, for as long as the rest is looked at."""
    plain = bare(kind).type
    if isinstance(plain, inspect.StructType):
        required = (field for field in fields_of(plain.cls).values() if field.required)
        return plain.cls(**{field.attribute: _blank(field.type) for field in required})
    return _MEANINGS[type(plain)].blank


def _said(plain: inspect.Type, shown: Sequence[Any], path: KeyPath) -> str:
    """What is expected, in words."""
    if isinstance(plain, inspect.UnionType):
        first, *more = (bare(one).type for one in plain.types if not isinstance(one, inspect.NoneType))
        return " or ".join(map(toml, shown)) if more else _said(first, shown, path)
    if isinstance(plain, inspect.VarTupleType):
        if is_array_of_tables(plain):
            return f"a list of tables such as [[{_dotted(path)}]]"
        items = examples(plain.item_type) or ["…"]
        return f"a list such as {toml((shown or [items])[0])}"
    table = "a table" if isinstance(path[-1], int) else f"a table such as [{_dotted(path)}]"
    return _MEANINGS[type(plain)].words or table


def _dotted(path: KeyPath) -> str:
    return ".".join(str(part) for part in path if isinstance(part, str))


def _shown(given: object) -> str:
    """What is given, in words."""
    if isinstance(given, float):
        return str(given)
    names = {bool: "true or false", str: "text", int: "a number", list: "a list", dict: "a table"}
    return names.get(type(given), "a date or time")


def _checked(given: Any, plain: inspect.Type, form: str, path: KeyPath, around: Around) -> Any:
    """A value of the right type, as the settings want it. Raises ValueError with what is wrong with it."""
    if isinstance(plain, inspect.IntType | inspect.FloatType):
        if (plain.ge is not None and given < plain.ge) or (plain.le is not None and given > plain.le):
            raise ValueError(f"out of range: it is {'a number from ' if plain.le else ''}{allowed(plain)}")
        if plain.multiple_of and given % plain.multiple_of:
            raise ValueError(f"{given} is not a multiple of {plain.multiple_of}")
    if isinstance(plain, inspect.LiteralType) and given not in plain.values:
        near = did_you_mean(given, map(str, plain.values))
        raise ValueError(f"unknown value {quoted(given)}{near or f': it is {allowed(plain)}'}")
    if isinstance(plain, inspect.StrType):
        if plain.min_length and not given.strip():
            raise ValueError("must not be empty")
        return CHECKS[form](given, path, around) if form in CHECKS else given
    return given
