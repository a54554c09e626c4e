"""Checks of the words that a person puts in the place of the shipped ones."""

from __future__ import annotations

import re
from string import Formatter

from blocker.config_values import BadValueError, Check, did_you_mean, text
from blocker.values.errors import quoted

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
