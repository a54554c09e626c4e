"""Checks of single values of the configuration: each takes what TOML or the environment gave.

A check returns the value as the settings want it or raises ``BadValueError`` with a message for the person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from string import Formatter
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from blocker.calendars.holidays import countries, parse_code, parts
from blocker.measuring import classify
from blocker.measuring.expressions import ExpressionError
from blocker.rules import rules
from blocker.values.errors import nearest, quoted
from blocker.values.workweek import Lunch

T = TypeVar("T")
Check = Callable[[object], T]
MINUTES_A_DAY = 24 * 60
TITLE_NAMES = ("theme", "kind")
SCHEMES = ("ics", "google", "caldav")
OFFERED = "ics:, google:"  # caldav: is taken, as its backend will come, and is told so where it is opened

_CLOCK = r"([01]?\d|2[0-4]):([0-5]\d)"
_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]+"  # one letter is a drive
_RANGE = r"\s*(\S+?)\s*[-–]\s*(\S+)\s*"


class BadValueError(ValueError):
    """A value that can't be used. ``index`` is the character (from 0) of a text at which it goes wrong."""

    def __init__(self, message: str, index: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.index = index
        self.more: tuple[BadValueError, ...] = ()  # what else is wrong with the same value


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean “…”?`` for the nearest known word, or nothing where none is near."""
    near = nearest(word, known)
    return f"; did you mean {quoted(near)}?" if near else ""


def _kind_of(value: object) -> str:
    names = {bool: "true or false", str: "text", int: "a number", float: "a number", list: "a list"}
    return names.get(type(value), "a table" if isinstance(value, dict) else "a date or time")


def text(value: object) -> str:
    if not isinstance(value, str):
        raise BadValueError(f"expected text in quotes, not {_kind_of(value)}")
    return value


def words(value: object) -> str:
    """Text that is more than blanks."""
    if not text(value).strip():
        raise BadValueError("must not be empty")
    return text(value)


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise BadValueError(f"expected true or false, not {_kind_of(value)}")
    return value


def whole(low: int, high: int, step: int = 1) -> Check[int]:
    """A whole number from ``low`` to ``high``, both included, that is a multiple of ``step``."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            shown = f"{value}" if isinstance(value, float) else _kind_of(value)
            raise BadValueError(f"expected a whole number, not {shown}")
        if not low <= value <= high:
            raise BadValueError(f"out of range: it is a number from {low} to {high}")
        if value % step:
            raise BadValueError(f"{value} is not a multiple of {step}")
        return value

    return check


def choice(*allowed: str) -> Check[str]:
    def check(value: object) -> str:
        if text(value) not in allowed:
            named = ", ".join(allowed[:-1]) + " or " + allowed[-1]
            near = did_you_mean(text(value), allowed)
            raise BadValueError(f"unknown value {quoted(value)}" + (near or f": it is {named}"))
        return text(value)

    return check


def address(base: Path) -> Check[str]:
    """A calendar's address; a relative ``ics:`` path is taken from ``base`` and made absolute."""

    def check(value: object) -> str:
        scheme, colon, rest = words(value).strip().partition(":")
        if not colon or not (scheme in SCHEMES or re.fullmatch(_SCHEME, scheme)):
            hint = f"ics:{value}" if re.search(r"[/\\]|\.ics$", text(value)) else ""
            raise BadValueError(
                f"{quoted(value)} has no scheme ({OFFERED})"
                + (f"; did you mean {quoted(hint)}?" if hint else "")
            )
        if scheme not in SCHEMES:
            near = did_you_mean(scheme, SCHEMES[:2])
            if scheme.lower() in ("http", "https", "webcal"):
                near = f"; calendars on a server are not there yet, but for Google's: it is {OFFERED}"
            raise BadValueError(
                f"unknown kind of calendar {quoted(scheme + ':')}" + (near or f": it is {OFFERED}")
            )
        if not rest.strip():
            raise BadValueError(f"{quoted(value)} names no calendar after {quoted(scheme + ':')}")
        if scheme == "caldav" and not re.match(r"https?://[^/]", rest):
            raise BadValueError("a CalDAV address is “caldav:https://…”")
        if scheme == "ics":
            try:
                return f"ics:{(base / Path(rest).expanduser()).absolute()}"
            except RuntimeError:
                raise BadValueError(f"the home folder in {quoted(rest)} is unknown") from None
            except OSError:
                raise BadValueError(f"{quoted(rest)} is meant from a folder that is gone") from None
        return f"{scheme}:{rest}"

    return check


def mail(value: object) -> str:
    """A mail address, in small letters as events have them."""
    plain = text(value).strip().casefold().removeprefix("mailto:")
    if not re.fullmatch(r"[^@\s,]+@[^@\s,]+", plain):
        raise BadValueError(f"{quoted(value)} is not a mail address")
    return plain


def mails(value: object) -> tuple[str, ...]:
    """Mail addresses with commas between them, as the environment has them, or a list."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise BadValueError(f"expected mail addresses, not {_kind_of(value)}")
    return tuple(mail(part) for part in parts if part != "")


def holiday_code(value: object) -> str:
    """A code that python-holidays knows, such as DE or DE-BE. Takes a tenth of a second."""
    code = text(value)
    region = parse_code(code)
    country, part = region.country, region.part
    if country not in countries():
        raise BadValueError(f"unknown holiday code {quoted(code)}{_near_code(code)}")
    if code != country and part not in parts(country):
        near = did_you_mean(part, parts(country)) or ": there is " + ", ".join(
            parts(country)[:20] or ["none"]
        )
        raise BadValueError(f"{country} has no part {quoted(part)} with holidays of its own{near}")
    return code


def _near_code(code: str) -> str:
    region = parse_code(code.upper().replace("_", "-"))
    country, part = region.country, region.part
    if country in countries() and (not part or part in parts(country)):
        return f"; did you mean {quoted(f'{country}-{part}' if part else country)}?"
    by_name = {name: short for short, name in countries().items() if len(short) == 2}
    near = did_you_mean(code, ["auto", "off"]) or did_you_mean(code, by_name)
    for name, short in by_name.items():
        near = near.replace(quoted(name), quoted(short))
    return near


def zone(value: object) -> str:
    """The name of a time zone in the zone database."""
    name = text(value)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise BadValueError(f"unknown time zone {quoted(name)}" + _near_zone(name)) from None
    return name


def _near_zone(name: str) -> str:
    known = available_timezones()
    wanted = name.strip().replace(" ", "_").casefold()
    for zone_name in sorted(known):
        if wanted in (zone_name.casefold(), zone_name.rpartition("/")[2].casefold()):
            return f"; did you mean {quoted(zone_name)}?"
    near = did_you_mean(wanted, known)
    if near:
        return near
    cities = {zone_name.rpartition("/")[2]: zone_name for zone_name in sorted(known)}
    near = did_you_mean(wanted.rpartition("/")[2], cities)
    for city, zone_name in cities.items():
        near = near.replace(quoted(city), quoted(zone_name))
    return near


def span(value: object) -> tuple[int, int]:
    """``"09:00-17:30"`` as minutes from midnight; 24:00 may end it."""
    match = re.fullmatch(_RANGE, text(value))
    if match is None:
        raise BadValueError(f"{quoted(value)} is not a range such as “09:00-17:30”")
    start, end = (_clock(match, group) for group in (1, 2))
    if start == end:
        raise BadValueError(f"{quoted(value)} is empty")
    if end < start:
        raise BadValueError(
            f"{quoted(value)} ends before it starts; hours can't run past midnight", match.start(2)
        )
    return start, end


def _clock(match: re.Match[str], group: int) -> int:
    clock = re.fullmatch(_CLOCK, match[group])
    minute = int(clock[1]) * 60 + int(clock[2]) if clock else MINUTES_A_DAY + 1
    if minute > MINUTES_A_DAY:
        raise BadValueError(
            f"{quoted(match[group])} is not a time of day such as “09:00”", match.start(group)
        )
    return minute


def show_span(start: int, end: int) -> str:
    return f"{start // 60:02d}:{start % 60:02d}-{end // 60:02d}:{end % 60:02d}"


def fits(lunch: Lunch) -> Lunch:
    """Raises BadValueError if the window is too small for the break."""
    room = lunch.end - lunch.start
    if lunch.minutes > room:
        window = show_span(lunch.start, lunch.end)
        raise BadValueError(f"{lunch.minutes} minutes of lunch don't fit into {window} ({room} minutes)")
    return lunch


def title(value: object) -> str:
    """A block's title: {theme} and {kind} are filled in."""
    for match in re.finditer(r"\{(\w+)\}", text(value)):
        if match[1] not in TITLE_NAMES:
            near = did_you_mean(match[1], TITLE_NAMES) or ": there is theme and kind"
            raise BadValueError(f"unknown placeholder {quoted(match[1])}{near}", match.start(1))
    return text(value)


SECTION = "section."  # the two lines around what later runs keep up to date
LISTS = {"days": 7, "months": 12}  # texts that are so many words
SECTION_LINE = re.compile(r"^—[^\n]*—[ \t]*$", re.MULTILINE)


def template(name: str, shipped: str | None) -> Check[str]:
    """The text ``name`` with placeholders such as {theme}: those of the shipped one, or any if that is None."""

    def check(value: object) -> str:
        given = text(value)
        names = placeholders(given)
        if shipped is not None:
            _known_only(given, names, sorted(placeholders(shipped)))
        _fits(name, given)
        return given

    return check


def placeholders(pattern: str) -> set[str]:
    """The names in braces. Raises BadValueError if the braces don't match, or hold more than a name."""
    found = set()
    try:
        for _, name, form, turned in Formatter().parse(pattern):
            if name is None:
                continue
            if form or turned:
                message = f"write {{{name}}} with nothing after the name"
                raise BadValueError(message, pattern.find("{" + name))
            found.add(name)
    except BadValueError:
        raise
    except ValueError:
        raise BadValueError("a brace has no partner; write {{ or }} for a brace itself") from None
    return found


def _known_only(given: str, names: set[str], known: list[str]) -> None:
    for name in sorted(names):
        if name not in known:
            near = did_you_mean(name, known) or ": there is " + (", ".join(known) or "none here")
            raise BadValueError(f"unknown placeholder {quoted(name)}{near}", given.find("{" + name))


def _fits(name: str, given: str) -> None:
    """What later runs have to find again in a block's text, they must be able to find."""
    if name in LISTS and len(given.split()) != LISTS[name]:
        raise BadValueError(f"expected {LISTS[name]} words, not {len(given.split())}")
    lines = SECTION_LINE.findall(given)
    if name.startswith(SECTION):
        if lines != [given]:
            raise BadValueError("expected one line that begins and ends with a long dash (—)")
    elif lines:
        raise BadValueError(
            "a line that begins and ends with a long dash (—) marks what is kept up to date",
            given.find(lines[0]),
        )


def rule_condition(value: object) -> str:
    """The condition of a rule, over measures."""
    return _checked(value, rules.condition)


def event_condition(value: object) -> str:
    """A condition of [classify], over the properties of an event."""
    return _checked(value, classify.condition)


def _checked(value: object, read: Callable[[str], object]) -> str:
    condition = words(value)
    try:
        read(condition)
    except ExpressionError as error:
        first, *more = [_problem(wrong) for wrong in (error, *error.more)]
        first.more = tuple(more)
        raise first from None
    return condition


def _problem(error: ExpressionError) -> BadValueError:
    near = f"; did you mean {quoted(error.nearest[0])}?" if error.nearest else ""
    return BadValueError(error.message + near, error.column - 1)
