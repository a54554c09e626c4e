"""Checks of texts by their format: what a field of ``values.settings`` means beyond its type.

A check takes the text, where it is, and what there is around the file. It returns the text as the settings want
it, or raises ValueError with one message for the person or several.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo, available_timezones

from msgspec import Struct, field

from blocker import calendars
from blocker.calendars.addresses import in_full, meant, settle
from blocker.calendars.holidays import countries, is_kept, parse_code, part_names, parts
from blocker.measuring.classify import condition as event_condition
from blocker.measuring.expressions import ExpressionError
from blocker.measuring.thinking import DECIDED
from blocker.rules.rules import condition as rule_condition
from blocker.values.block_kinds import SHIPPED_KINDS
from blocker.values.errors import did_you_mean, nearest, quoted
from blocker.values.fields import KeyPath
from blocker.values.kinds import EVENT_KINDS, NOTE, OFFSITE
from blocker.values.limits import days_of_year, rhythm, share_of, week_time
from blocker.values.workweek import clock_range, show_range


class Around(Struct, frozen=True):
    """What reading depends on beside the file.

    Relative paths in addresses are taken from ``base``. ``texts`` are the shipped texts by name: if there
    are any, no other name is allowed and each text may only use the placeholders of the shipped one.
    A code that gave the holidays in ``holidays`` is not looked up again.
    """

    base: Path
    texts: Mapping[str, str] = field(default_factory=dict)
    holidays: Path | None = None


TITLE_NAMES = ("theme", "kind")
SECTION = "section."  # the two lines around what later runs keep up to date
SECTION_LINE = re.compile(r"^—[^\n]*—[ \t]*$", re.MULTILINE)
DECIDE = "decide"  # what asks for a decision at the end of a block
A_ZONE = "Europe/Berlin"
# Parts of countries whose name in English is not near to the one that python-holidays knows.
ENGLISH = {
    "Bavaria": "DE-BY", "Hesse": "DE-HE", "Lower Saxony": "DE-NI", "North Rhine-Westphalia": "DE-NW",
    "Rhineland-Palatinate": "DE-RP", "Saxony": "DE-SN", "Saxony-Anhalt": "DE-ST", "Thuringia": "DE-TH",
    "Vienna": "AT-9", "Styria": "AT-6", "Tyrol": "AT-7", "Carinthia": "AT-2", "Geneva": "CH-GE", "Catalonia": "ES-CT",
    "Andalusia": "ES-AN", "Basque Country": "ES-PV",
}  # fmt: skip
LISTS = {"days": 7, "months": 12}  # texts that are so many words
SCHEME = r"[A-Za-z][A-Za-z0-9+.-]+"  # one letter is a drive


def address(given: str, base: Path) -> str:
    """A calendar's address; a relative path in it is taken from ``base`` and made absolute."""
    if not given.strip():
        raise ValueError("must not be empty")
    given = in_full(given)
    scheme, colon, rest = given.partition(":")
    known = calendars.schemes()
    if not colon or not (scheme in known or re.fullmatch(SCHEME, scheme)):
        near = meant(given)
        hint = f"; did you mean {quoted(near)}?" if near else ""
        raise ValueError(f"{quoted(given)} has no scheme ({', '.join(f'{name}:' for name in known)}){hint}")
    if scheme not in known:
        near = did_you_mean(scheme, known) or f"; use {calendars.offered()}"
        raise ValueError(f"{quoted(scheme + ':')} is not supported{near}")
    if not rest.strip():
        raise ValueError(f"{quoted(given)} has no calendar after {quoted(scheme + ':')}")
    return settle(given, base)


def mail(given: str) -> str:
    """A mail address, in small letters as events have them."""
    plain = given.strip().casefold().removeprefix("mailto:")
    if not re.fullmatch(r"[^@\s,]+@[^@\s,]+", plain):
        raise ValueError(f"{quoted(given)} is not a mail address")
    return plain


def holiday_code(code: str, kept: Path | None) -> str:
    """auto, off, or a code that python-holidays knows, such as DE or DE-BE: asking it takes a tenth of a second."""
    if code in ("auto", "off") or is_kept(code, kept):
        return code
    if not code.strip():
        raise ValueError("must not be empty")
    region = parse_code(code)
    country, part = region.country, region.part
    if country not in countries():
        raise ValueError(f"unknown holiday code {quoted(code)}{_near_code(code)}")
    if code != country and part not in parts(country):
        known = parts(country)
        near = did_you_mean(part, known) or f": there is {', '.join(known[:20] or ['none'])}"
        raise ValueError(f"{country} has no part {quoted(part)} with holidays of its own{near}")
    return code


def _near_code(code: str) -> str:
    region = parse_code(code.upper().replace("_", "-"))
    country, part = region.country, region.part
    if country in countries() and (not part or part in parts(country)):
        return f"; did you mean {quoted(f'{country}-{part}' if part else country)}?"
    by_name = {name: short for short, name in countries().items() if len(short) == 2}
    of_parts = {
        name: f"{short}-{part}"
        for short in sorted(by_name.values(), reverse=True)
        for name, part in part_names(short).items()
    } | ENGLISH
    near = nearest(code, ["auto", "off"])
    for names in (by_name, of_parts):
        folded = {name.casefold(): found for name, found in names.items()}
        near = near or folded.get(code.strip().casefold(), "")
    near = near or by_name.get(nearest(code, by_name), "") or of_parts.get(nearest(code, of_parts), "")
    return f"; did you mean {quoted(near)}?" if near else ""


def zone(name: str) -> str:
    """The name of a time zone in the zone database."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        is_short = re.fullmatch("[A-Z]{2,5}", name.strip())  # CEST is nearer to EST than to any place
        near = "" if is_short else _near_zone(name.strip().replace(" ", "_"))
        words = f"did you mean {quoted(near)}?" if near else f"a zone has a place, such as {quoted(A_ZONE)}"
        raise ValueError(f"unknown time zone {quoted(name)}; {words}") from None
    return name


def _near_zone(name: str) -> str:
    """The zone of a city, however it is spelt: Berlin, sao paulo, Kolkatta."""
    known = sorted(available_timezones())
    cities = {zone_name.rpartition("/")[2].casefold(): zone_name for zone_name in reversed(known)}
    city = name.rpartition("/")[2].casefold()
    return cities.get(city) or nearest(name, known) or cities.get(nearest(city, cities), "")


def title(given: str) -> str:
    """A block's title: {theme} and {kind} are filled in."""
    for name in re.findall(r"\{(\w+)\}", given):
        if name not in TITLE_NAMES:
            near = did_you_mean(name, TITLE_NAMES) or ": there is theme and kind"
            raise ValueError(f"unknown placeholder {quoted(name)}{near}")
    return given


def text_name(name: str, shipped: Mapping[str, str]) -> str:
    """The name of a text, if there are any that are shipped."""
    if shipped and name not in shipped:
        near = did_you_mean(name, shipped) or "; another setting goes above the first [table] of the file"
        raise ValueError(f"unknown text {quoted(name)}{near}")
    return name


def template(name: str, given: str, shipped: Mapping[str, str]) -> str:
    """The text ``name``, with no placeholders but those of the shipped one, as in {theme}."""
    names = placeholders(given)
    if shipped:
        known = sorted(placeholders(shipped[name]))
        for unknown in sorted(names - set(known)):
            near = did_you_mean(unknown, known) or f": there is {', '.join(known) or 'none here'}"
            raise ValueError(f"unknown placeholder {quoted(unknown)}{near}")
    if name in LISTS and len(given.split()) != LISTS[name]:
        raise ValueError(f"expected {LISTS[name]} words, not {len(given.split())}")
    if name == DECIDE and not given.rstrip().casefold().endswith(DECIDED):
        raise ValueError("must end with “Decided:”, the word by which what you write after it is found")
    lines = SECTION_LINE.findall(given)  # what later runs have to find again in a block's text
    if name.startswith(SECTION):
        if lines != [given]:
            raise ValueError("expected one line that begins and ends with a long dash (—)")
    elif lines:
        raise ValueError("a line that begins and ends with a long dash (—) marks what is kept up to date")
    return given


def placeholders(pattern: str) -> set[str]:
    """The names in braces. Raises ValueError if the braces don't match, or hold more than a name."""
    try:
        parsed = list(Formatter().parse(pattern))
    except ValueError:
        raise ValueError("a brace has no partner; write {{ or }} for a brace itself") from None
    for _, name, form, turned in parsed:
        if form or turned:
            raise ValueError(f"write {{{name}}} with nothing after the name")
    return {name for _, name, _, _ in parsed if name is not None}


def kind_name(name: str) -> str:
    """The name of a kind of block: it stands in keys such as coaching/2026-W48/1."""
    if name == OFFSITE:
        raise ValueError("the half day has a table of its own: [offsite]")
    if name in (NOTE, *EVENT_KINDS) and name not in SHIPPED_KINDS:
        raise ValueError(f"{quoted(name)} is a kind of time that can't be booked")
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", name):
        raise ValueError(f"{quoted(name)} can't name a kind: small letters, digits, - and _, a letter first")
    return name


def condition(given: str, read: Callable[[str], object]) -> str:
    """A condition that ``read`` understands."""
    if not given.strip():
        raise ValueError("must not be empty")
    try:
        read(given)
    except ExpressionError as error:
        raise ValueError(*map(_words, (error, *error.more))) from None
    return given


def _read_by(read: Callable[[str], object], given: str) -> str:
    """The text as it is, once ``read`` has understood it."""
    read(given)
    return given.strip()


def _words(error: ExpressionError) -> str:
    near = f"; did you mean {quoted(error.nearest[0])}?" if error.nearest else ""
    return error.message + near


def _text(path: KeyPath) -> str:
    """``title.offsite = "…"`` is a table to TOML, and a name with a dot to a person."""
    return ".".join(map(str, path[1:]))


CHECKS: Mapping[str, Callable[[str, KeyPath, Around], str]] = {
    "calendar-address": lambda given, path, around: address(given, around.base),
    "email": lambda given, path, around: mail(given),
    "time-zone": lambda given, path, around: zone(given),
    "holiday-code": lambda given, path, around: holiday_code(given, around.holidays),
    "time-range": lambda given, path, around: show_range(*clock_range(given)),
    "share": lambda given, path, around: _read_by(share_of, given),
    "days-of-year": lambda given, path, around: _read_by(days_of_year, given),
    "time-of-week": lambda given, path, around: _read_by(week_time, given),
    "rhythm": lambda given, path, around: _read_by(rhythm, given),
    "title": lambda given, path, around: title(given),
    "text": lambda given, path, around: template(_text(path), given, around.texts),
    "text-name": lambda given, path, around: text_name(_text(path), around.texts),
    "kind-name": lambda given, path, around: kind_name(given),
    "rule-condition": lambda given, path, around: condition(given, rule_condition),
    "event-condition": lambda given, path, around: condition(given, event_condition),
}
