"""A TOML table as it is being read: what was asked for, what is wrong, and what nobody knows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from msgspec import Struct, field

from blocker.config.checks import BadValueError, Check, did_you_mean
from blocker.config.places import KeyPath
from blocker.values.errors import quoted

T = TypeVar("T")


class Problem(Struct, frozen=True):
    """What is wrong, and where: at a key or at its value, ``index`` characters into a text."""

    path: KeyPath
    message: str
    at_key: bool = False
    index: int | None = None


class Report(Struct):
    """What reading a file brought up: the problems, and which keys the file gives.

    ``top_keys`` are the plain keys of the top of the file: people write them below a [table] by mistake.
    """

    problems: list[Problem] = field(default_factory=list)
    given: list[KeyPath] = field(default_factory=list)
    top_keys: Collection[str] = ()

    def wrong(self, path: KeyPath, message: str, index: int | None = None) -> None:
        self.problems.append(Problem(path, message, False, index))

    def wrong_key(self, path: KeyPath, message: str) -> None:
        self.problems.append(Problem(path, message, True))

    def check(self, path: KeyPath, check: Check[T], value: object) -> T | None:
        """The checked value, or None and a problem."""
        try:
            return check(value)
        except BadValueError as error:
            for problem in (error, *error.more):
                self.wrong(path, problem.message, problem.index)
            return None


class Table:
    """A TOML table being read: whatever nobody asked for when it is finished is an unknown key."""

    def __init__(self, data: Mapping[str, object], path: KeyPath, report: Report) -> None:
        self.data = data
        self.path = path
        self.report = report
        self.known: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def _asked(self, key: str) -> bool:
        """Note that a key is known; True if the file gives it."""
        self.known.append(key)
        if key in self.data:
            self.report.given.append((*self.path, key))
        return key in self.data

    def take(self, key: str, check: Check[T], default: T) -> T:
        """A value; the default where it is missing or wrong."""
        if not self._asked(key):
            return default
        value = self.report.check((*self.path, key), check, self.data[key])
        return default if value is None else value

    def need(self, key: str, check: Check[T], default: T) -> T:
        """The same for a key that must be there."""
        if key not in self.data:
            self.report.wrong_key(self.path, f"{quoted(key)} is missing")
        return self.take(key, check, default)

    def items(self, key: str, check: Check[T], expected: str) -> dict[int, T]:
        """The good items of a list, by their position."""
        if not self._asked(key):
            return {}
        value = self.data[key]
        if not isinstance(value, list):
            self.report.wrong((*self.path, key), f"expected {expected}")
            return {}
        found = {n: self.report.check((*self.path, key, n), check, item) for n, item in enumerate(value)}
        return {n: item for n, item in found.items() if item is not None}

    def table(self, key: str) -> Table:
        """A table inside this one; an empty one where it is missing."""
        data = self.data.get(key, {})
        if self._asked(key) and not isinstance(data, dict):
            self.report.wrong((*self.path, key), f"expected a table, such as [{key}]")
        return Table(data if isinstance(data, dict) else {}, (*self.path, key), self.report)

    def tables(self, key: str) -> list[Table]:
        """A list of tables."""
        value = self.data.get(key, [])
        if self._asked(key) and not isinstance(value, list):
            self.report.wrong((*self.path, key), f"expected a list of tables, such as [[{key}]]")
            return []
        found = []
        for number, item in enumerate(value if isinstance(value, list) else []):
            path = (*self.path, key, number)
            if isinstance(item, dict):
                self.report.given.append(path)
                found.append(Table(item, path, self.report))
            else:
                self.report.wrong(path, "expected a table")
        return found

    def finish(self, what: str = "key") -> None:
        """Report what is left: unknown names, each with the nearest known one."""
        for key in self.data:
            if key in self.known:
                continue
            self.unknown(key, what, key, self.known)

    def unknown(self, key: str, what: str, name: str, known: Iterable[str]) -> None:
        """Report a name that nobody knows here: where it belongs, or the nearest known one."""
        message = f"unknown {what} {quoted(name)}"
        if self.path and key in self.report.top_keys:  # what is added at the end lands in the last table
            message += f" in [{self.path[0]}]: it belongs above the first [table] of the file"
        else:
            message += did_you_mean(name, known)
        self.report.wrong_key((*self.path, key), message)
