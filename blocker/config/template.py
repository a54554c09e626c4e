"""The configuration as text: what is set and where from, and the commented file to begin with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import tomlkit

from blocker.config.checks import show_span
from blocker.config.load import Config
from blocker.values.settings import SHIPPED_KINDS, BlockKind, RuleText
from blocker.values.workweek import WEEKDAYS

PLAIN = (
    "calendar", "also_read", "role", "timezone", "holidays", "me", "protect", "native_focus",
    "buffer_before", "buffer_after", "shift", "fiscal_start", "forecast", "notify_file", "notify_command",
)  # fmt: skip
UNSET = {"timezone": "(the calendar's)", "me": "(found on the calendar)"}


def show(config: Config, origin: bool = True) -> list[tuple[str, str, str]]:
    """Every setting in force: its dotted name, its value as TOML, and where it is from ("" if not asked).

    What only the calendar can tell is shown in round brackets.
    """
    return [
        (name, value, config.origins.get(place, "default") if origin else "")
        for name, value, place in _rows(config)
    ]


def _rows(config: Config) -> Iterator[tuple[str, str, str]]:
    settings = config.settings
    for name in PLAIN:
        value = getattr(settings, name)
        yield name, toml(value) if value or name not in UNSET else UNSET[name], name
    for number, day in enumerate(WEEKDAYS):
        ranges = [show_span(*span) for span in settings.hours.get(number, ())]
        yield f"hours.{day}", toml(ranges), f"hours.{day}"
    lunch = settings.lunch
    window = {"within": show_span(lunch.start, lunch.end), "minutes": lunch.minutes} if lunch else False
    yield "hours.lunch", toml(window), "hours.lunch"
    for name in ("tentative", "unanswered"):
        yield f"count.{name}", toml(getattr(settings, f"count_{name}")), f"count.{name}"
    for name in ("minutes", "notice_days", "guarantee", "title"):
        yield f"offsite.{name}", toml(getattr(settings.offsite, name)), f"offsite.{name}"
    kinds = [name for name in SHIPPED_KINDS if name != "offsite"]
    for kind in dict.fromkeys([*kinds, *settings.blocks]):
        yield from _block_rows(settings.kind(kind))
    for number, rule in enumerate(settings.rules):
        value = {"when": rule.when, "book": dict(rule.book)}
        yield f"rule.{_key(rule.name)}", toml(value), f"rule.{number}"
    for kind, conditions in settings.classify.items():
        yield f"classify.{kind}", toml(list(conditions)), f"classify.{kind}"
    for name, text in settings.texts.items():
        yield f"texts.{name}", toml(text), f"texts.{name}"


def _block_rows(kind: BlockKind) -> Iterator[tuple[str, str, str]]:
    values: dict[str, object] = {
        "minutes": kind.minutes,
        "shortest": kind.shortest,
        "prefer": kind.prefer,
        "title": kind.title,
        "color": kind.color,
        "visibility": "private" if kind.private else "default",
        "themes": [{"name": theme.name, "question": theme.question} for theme in kind.themes],
    }
    for name, value in values.items():
        yield f"blocks.{kind.name}.{name}", toml(value), f"blocks.{kind.name}.{name}"


def toml(value: object) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(str(key))} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("-", "").replace("_", "").isalnum() else toml(name)


def config_template(calendar: str | None = None) -> str:
    """The file that ``blocker init`` writes: every key in one line of words, its default commented out.

    ``calendar``, where given, is set in it; a relative path would be taken from where the file is.
    """
    if calendar is None:
        return TEMPLATE
    return TEMPLATE.replace('#calendar = "google:primary"', f"calendar = {toml(calendar)}")


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
            there.append(_inline(rule))
        missing = []
    written: str = tomlkit.dumps(document)
    if missing:
        lines = [f"# {remark}"] if remark else []
        for rule in missing:
            lines += ["[[rule]]", *(f"{key} = {toml(value)}" for key, value in _rule(rule).items()), ""]
        written = written.rstrip("\n") + "\n\n" + "\n".join(lines)
    return written.replace("\n", newline)


def _rule(rule: RuleText) -> dict[str, object]:
    return {"name": rule.name, "when": rule.when, "book": dict(rule.book)}


def _inline(rule: RuleText) -> Any:
    table = tomlkit.inline_table()
    table.update(_rule(rule))
    return table


TEMPLATE = """\
# blocker: what you can set. Everything is optional; a line such as #role = "manager" shows the default
# (or, where there is none, an example). Take the # away and change it. `blocker check` reads it over,
# `blocker config show --origin` says what is in force and why.

# The calendar to keep time on: ics:PATH, google:primary or google:ID.
#calendar = "google:primary"

# Calendars that are only read: what is on them counts as busy and as load.
#also_read = ["google:team@group.calendar.google.com"]

# Whose thresholds to begin with: manager, executive or specialist.
#role = "manager"

# Your time zone; without it, the calendar's.
#timezone = "Europe/Berlin"

# Public holidays: auto (the zone's country), off, or a country or a part of it, such as DE or DE-BE.
#holidays = "auto"

# Your own mail addresses; without them, found on the calendar.
#me = ["lead@example.org"]

# How blocks look to others: busy, graded (free at first, busy when it gets close) or decline.
#protect = "busy"

# Let Google show blocks as its own focus time.
#native_focus = false

# Minutes kept free before and after each block.
#buffer_before = 10
#buffer_after = 0

# Where the shift of mindset is: before (in the minutes before the block) or inside (its first minutes).
#shift = "before"

# The month in which your first quarter begins, 1 to 12.
#fiscal_start = 1

# Judge weeks to come by a forecast of their operational hours, learnt from how your weeks have filled up,
# in place of the mean of recent weeks. It takes four weeks of runs to learn.
#forecast = false

# Who hears of it when the daily run fails for two days: Apprise addresses, one a line, in a file that only
# you can read,
#notify_file = ""
# or printed by a command (a password store, say).
#notify_command = ""

# Working hours; several ranges a day are fine. Once a day is set, a day that is not is a day off.
[hours]
#mon = ["09:00-17:30"]
#tue = ["09:00-17:30"]
#wed = ["09:00-17:30"]
#thu = ["09:00-17:30"]
#fri = ["09:00-17:30"]
#sat = []
#sun = []
# The lunch break moves inside this window; false for none.
#lunch = { within = "11:30-13:30", minutes = 60 }

# Which invitations count as busy.
[count]
# Those you answered with maybe.
#tentative = true
# Those you have not answered.
#unanswered = true

# The half day of each quarter.
[offsite]
# Its length.
#minutes = 240
# Days between the booking and the offsite, at least.
#notice_days = 28
# One in every quarter, however calm it is.
#guarantee = true
# Its title; empty: the shipped one.
#title = ""

# How blocks of one kind look: strategic, frontline, learning, or a name of your own to define a kind.
[blocks.strategic]
# Minutes where there is room, and the shortest that will do; multiples of 15.
#minutes = 120
#shortest = 90
# The part of the day to look at first: morning, afternoon or any.
#prefer = "morning"
# The title, {theme} is filled in; empty: the shipped one.
#title = ""
# A colour as your calendar names it; empty: the calendar's own.
#color = ""
# default, or private to hide it from those who can see your calendar.
#visibility = "default"
# What the blocks are about, in turn; none: the shipped ones.
#themes = [{ name = "Alignment", question = "Is what we do all day aligned with the strategy?" }]

[blocks.frontline]
#minutes = 60
#shortest = 60
#prefer = "any"

[blocks.learning]
#minutes = 120
#shortest = 90
#prefer = "any"

# What counts as what: conditions on an event for a kind of time (operational, strategic, frontline,
# learning, personal, away, ignored; offsite names your own half days), asked before the shipped ones.
[classify]
#strategic = ["title ~ 'strategy|vision'"]
#personal = ["calendar = 'family'"]

# Your own words for a text that blocker writes.
[texts]
#shift = "Ten minutes before: close mail and chat, and open only this question."

# A rule: when it holds for a week, so many blocks of each kind are booked (in five working days).
# One named amber or red takes the place of the role's own; others only book. Repeat it for more rules.
#[[rule]]
#name = "amber"
#when = "operational_share >= 50% or focus_hours < 6.5"
#book = { strategic = 2 }
"""
