"""A config file that somebody wrote by hand, with a setting put into it. Few commands want this."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tomlkit
from msgspec import to_builtins

from blocker.config.toml import toml
from blocker.values.settings import RuleText


def with_calendar(text: str, address: str) -> str:
    """The text of a config file that names this calendar; every other line stays as it is."""
    newline = "\r\n" if "\r\n" in text else "\n"
    document = tomlkit.parse(text.replace("\r\n", "\n"))
    document["calendar"] = address
    written: str = tomlkit.dumps(document)
    return written.replace("\n", newline)


def with_rules(text: str, rules: Sequence[RuleText], remark: str = "") -> str:
    """The text of a config file with these rules in it; every other line stays as it is.

    A rule that is there keeps what it books and its comments. New ones come last, under ``remark``.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    document = tomlkit.parse(text.replace("\r\n", "\n"))
    there: Any = document.get("rule")
    missing = []
    for rule in rules:
        found = next((table for table in there or () if table.get("name") == rule.name), None)
        if found is None:
            missing.append(rule)
        else:
            found["when"] = rule.when
    if there is not None and not isinstance(there, tomlkit.items.AoT):  # rule = [{ … }]
        for rule in missing:
            table = tomlkit.inline_table()
            table.update(to_builtins(rule))
            there.append(table)
        missing = []
    written: str = tomlkit.dumps(document)
    if missing:
        lines = [f"# {remark}"] if remark else []
        for rule in missing:
            lines += ["[[rule]]", *(f"{k} = {toml(v)}" for k, v in to_builtins(rule).items()), ""]
        written = written.rstrip("\n") + "\n\n" + "\n".join(lines)
    return written.replace("\n", newline)
