"""The shape of the configuration file: every key, its check and its default, section by section.

Reading goes on after a problem, so that a person sees all of them at once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from blocker.config.checks import (
    Check,
    address,
    choice,
    did_you_mean,
    event_condition,
    fits,
    flag,
    mail,
    rule_condition,
    show_span,
    span,
    template,
    text,
    title,
    whole,
    words,
    zone,
)
from blocker.config.table import Report, Table
from blocker.values.errors import quoted
from blocker.values.kinds import EVENT_KINDS, FRONTLINE, LEARNING, NOTE, OFFSITE, STRATEGIC
from blocker.values.settings import GRID_MINUTES, SHIPPED_KINDS, BlockKind, Offsite, RuleText, Settings, Theme
from blocker.values.workweek import WEEKDAYS, Lunch

KIND = re.compile(r"[a-z][a-z0-9_-]*")  # it stands in keys such as coaching/2026-W48/1
HOURS_EXAMPLE = 'a list such as ["09:00-12:00", "13:00-17:30"]'
LUNCH_EXAMPLE = '{ within = "11:30-13:30", minutes = 60 }, or false for no lunch'


def read_settings(data: Mapping[str, object], around: Around, report: Report) -> Settings:
    """The settings that a parsed file describes; where a value is wrong, the default and a problem."""
    top = Table(data, (), report)
    plain = Settings()
    found: dict[str, Any] = {
        key: top.take(key, check, getattr(plain, key)) for key, check in scalars(around).items()
    }
    others = top.items("also_read", address(around.base), "a list of calendar addresses")
    found["also_read"] = tuple(dict.fromkeys(others.values()))
    found["me"] = tuple(top.items("me", mail, "a list of mail addresses").values())
    found["native_focus"] = top.take("native_focus", flag, plain.native_focus)
    found["forecast"] = top.take("forecast", flag, plain.forecast)
    found["fiscal_start"] = top.take("fiscal_start", whole(1, 12), plain.fiscal_start)
    found["buffer_before"] = top.take("buffer_before", whole(0, 120), plain.buffer_before)
    found["buffer_after"] = top.take("buffer_after", whole(0, 120), plain.buffer_after)
    found["shift"] = top.take("shift", choice("before", "inside"), plain.shift)
    found["notify_file"] = top.take("notify_file", text, plain.notify_file)
    found["notify_command"] = top.take("notify_command", text, plain.notify_command)
    report.top_keys = tuple(top.known)
    found |= _hours(top.table("hours"))
    found |= _count(top.table("count"))
    found["offsite"] = _offsite(top.table("offsite"))
    found["blocks"] = _blocks(top.table("blocks"))
    found["rules"] = _rules(top.tables("rule"), [STRATEGIC, FRONTLINE, LEARNING, *found["blocks"]])
    found["classify"] = _classify(top.table("classify"), [*EVENT_KINDS, OFFSITE, *found["blocks"]])
    found["texts"] = _texts(top.table("texts"), around.texts)
    top.finish()
    return replace(plain, **found)


def _hours(table: Table) -> dict[str, Any]:
    hours = {
        number: _in_order(table, day, table.items(day, span, HOURS_EXAMPLE))
        for number, day in enumerate(WEEKDAYS)
    }
    found: dict[str, Any] = {"lunch": _lunch(table) if "lunch" in table else Lunch()}
    table.known.append("lunch")
    table.finish()
    if any(day in table for day in WEEKDAYS):
        table.report.given.extend((*table.path, day) for day in WEEKDAYS if day not in table)
        found |= {"hours": {day: ranges for day, ranges in hours.items() if ranges}, "hours_set": True}
        if not any(table.data.get(day) for day in WEEKDAYS):
            table.report.wrong_key(table.path, "no day has working hours")
    return found


def _in_order(table: Table, day: str, ranges: Mapping[int, tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The ranges of a day in order, those that touch made one."""
    joined: list[tuple[int, int]] = []
    latest = (0, 0)  # the range so far that ends last
    for number, (start, end) in sorted(ranges.items(), key=lambda item: item[1]):
        if start < latest[1]:
            message = f"{show_span(start, end)} overlaps {show_span(*latest)}"
            table.report.wrong((*table.path, day, number), message)
        elif joined and start == latest[1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
        latest = max(latest, (start, end), key=lambda given: given[1])
    return tuple(joined)


def _lunch(hours: Table) -> Lunch | None:
    value = hours.data["lunch"]
    if value is False or value == "off":
        hours.take("lunch", lambda given: given, None)
        return None
    if not isinstance(value, dict):
        hours.report.wrong((*hours.path, "lunch"), f"expected {LUNCH_EXAMPLE}")
        return None
    table = hours.table("lunch")
    plain = Lunch()
    start, end = table.take("within", span, (plain.start, plain.end))
    minutes = table.take("minutes", whole(0, 240), plain.minutes)
    table.finish()
    lunch = Lunch(start, end, minutes)
    named = "minutes" if "minutes" in table else "within"
    return table.report.check((*table.path, named), lambda _: fits(lunch), None) if minutes else None


def _count(table: Table) -> dict[str, Any]:
    plain = Settings()
    found = {
        "count_tentative": table.take("tentative", flag, plain.count_tentative),
        "count_unanswered": table.take("unanswered", flag, plain.count_unanswered),
    }
    table.finish()
    return found


def _offsite(table: Table) -> Offsite:
    plain = Offsite()
    offsite = Offsite(
        table.take("minutes", whole(GRID_MINUTES, 600, GRID_MINUTES), plain.minutes),
        table.take("notice_days", whole(0, 180), plain.notice_days),
        table.take("guarantee", flag, plain.guarantee),
        table.take("title", title, plain.title),
    )
    table.finish()
    return offsite


def _blocks(table: Table) -> dict[str, BlockKind]:
    found = {}
    for name in table.data:
        path = (*table.path, name)
        section = table.table(name)
        if name == OFFSITE:
            table.report.wrong_key(path, "the offsite has a table of its own: [offsite]")
        elif name in (NOTE, *EVENT_KINDS) and name not in SHIPPED_KINDS:
            table.report.wrong_key(path, f"{quoted(name)} is a kind of time that can't be booked")
        elif not KIND.fullmatch(name):
            table.report.wrong_key(
                path, f"{quoted(name)} can't name a kind: small letters, digits, - and _, a letter first"
            )
        else:
            found[name] = _block(section, name)
    return found


def _block(table: Table, name: str) -> BlockKind:
    plain = SHIPPED_KINDS.get(name) or BlockKind(name)
    length = whole(GRID_MINUTES, 480, GRID_MINUTES)
    minutes = table.take("minutes", length, plain.minutes)
    shortest = table.take("shortest", length, min(plain.shortest, minutes))
    if shortest > minutes:
        message = f"the shortest length, {shortest}, is more than minutes, {minutes}"
        table.report.wrong((*table.path, "shortest"), message)
    kind = BlockKind(
        name,
        minutes,
        shortest,
        None if plain.floor_minutes is None else min(plain.floor_minutes, shortest),
        table.take("prefer", choice("morning", "afternoon", "any"), plain.prefer),
        table.take("title", title, plain.title),
        _themes(table),
        table.take("color", text, plain.color),
        table.take("visibility", choice("default", "private"), "default") == "private",
    )
    table.finish()
    return kind


def _themes(block: Table) -> tuple[Theme, ...]:
    themes = []
    for table in block.tables("themes"):
        themes.append(Theme(table.need("name", words, ""), table.need("question", words, "")))
        table.finish()
    return tuple(themes)


def _rules(tables: list[Table], kinds: Collection[str]) -> tuple[RuleText, ...]:
    rules: list[RuleText] = []
    for table in tables:
        name = table.need("name", words, "")
        if name and any(rule.name == name for rule in rules):
            table.report.wrong((*table.path, "name"), f"there is a rule {quoted(name)} above already")
        when = table.need("when", rule_condition, "")
        rules.append(RuleText(name, when, _book(table, kinds)))
        table.finish()
    return tuple(rules)


def _book(rule: Table, kinds: Collection[str]) -> dict[str, int]:
    table = rule.table("book")
    if not rule.data.get("book"):
        rule.report.wrong_key(table.path, "a rule books something, such as book = { strategic = 2 }")
    booked = {}
    for kind in table.data:
        number = table.take(kind, whole(0, 10), 0)
        if kind in kinds:
            booked[kind] = number
        else:
            table.report.wrong_key(
                (*table.path, kind), f"unknown kind {quoted(kind)}{did_you_mean(kind, kinds)}"
            )
    return booked


def _classify(table: Table, kinds: Collection[str]) -> dict[str, tuple[str, ...]]:
    found = {
        kind: tuple(table.items(kind, event_condition, "a list of conditions").values())
        for kind in table.data
        if kind in kinds
    }
    table.known.extend(kinds)
    table.finish("kind of time")
    return found


def _texts(table: Table, shipped: Mapping[str, str]) -> dict[str, str]:
    """Texts by name. ``title.offsite = "…"`` is a table to TOML and a name with a dot to a person."""
    found: dict[str, str] = {}
    for key in table.data:
        if isinstance(table.data[key], dict):
            found |= _texts(table.table(key), shipped)
            continue
        name = ".".join(str(part) for part in (*table.path[1:], key))
        if shipped and name not in shipped:
            table.unknown(key, "text", name, shipped)
            continue
        found[name] = table.take(key, template(name, shipped.get(name)), "")
    return found


class Around(Struct, frozen=True):
    """What reading depends on beside the file.

    Relative ``ics:`` paths are taken from ``base``. ``texts`` are the shipped texts by name: if there
    are any, no other name is allowed and each text may only use the placeholders of the shipped one.
    """

    base: Path
    holiday_code: Check[str]
    texts: Mapping[str, str]


def scalars(around: Around) -> dict[str, Check[Any]]:
    """The settings of one value that the environment and flags can override."""
    return {
        "calendar": address(around.base),
        "timezone": zone,
        "role": choice("manager", "executive", "specialist"),
        "holidays": around.holiday_code,
        "protect": choice("busy", "graded", "decline"),
    }
