"""Every kind of calendar, in the order of ``blocker --help``: one registry, with a line for each.

A backend is a folder with two modules. ``about`` says what settings need to know, and imports nothing heavy;
``backend`` opens, checks and connects. Both are imported on use, so that reading a file never pays for a
network client, and help for neither. Nothing outside this folder knows a scheme by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from blocker.values.errors import UsageError

if TYPE_CHECKING:
    from blocker.calendars.port import About, Backend


class Kind(NamedTuple):
    """A kind of calendar."""

    folder: str  # that has it
    forms: tuple[str, ...]  # its addresses, as help shows them
    root_variable: str = ""  # the environment variable that names a server for trials
    is_written: bool = True  # False: blocks can't be written to it


BACKENDS = {
    "ics": Kind("blocker.calendars.ics", ("ics:PATH",)),
    "dir": Kind("blocker.calendars.dir", ("dir:PATH",)),
    "google": Kind("blocker.calendars.google", ("google:primary", "google:ID"), "BLOCKER_GOOGLE_ROOT"),
    "caldav": Kind("blocker.calendars.caldav", ("caldav:URL",)),
    "feed": Kind("blocker.calendars.feed", ("feed:https://LINK",), is_written=False),
}
FILE = "ics"  # the kind of calendar that needs nothing but a path
SHOWN = "google"  # the kind that set-up shows as an example


def schemes() -> list[str]:
    return list(BACKENDS)


def scheme_of(address: str) -> str:
    return address.partition(":")[0]


def kind_of(address: str) -> Kind:
    """The registry's line for an address, or for a scheme named alone. Raises UsageError."""
    scheme = scheme_of(address)
    if scheme not in BACKENDS:
        raise UsageError(f"{address!r} is not a calendar address", f"an address is {offered()}")
    return BACKENDS[scheme]


def about(address: str) -> About:
    """What the scheme of an address, or of one named alone, says of itself. Raises UsageError."""
    found: About = import_module(f"{kind_of(address).folder}.about").ABOUT
    return found


def backend(address: str) -> Backend:
    """What does the work for an address, or for a scheme named alone. Raises UsageError."""
    found: Backend = import_module(f"{kind_of(address).folder}.backend").BACKEND
    return found


# What is shown of all of them


def offered(to_write: bool = False) -> str:
    """``ics:PATH, google:primary or google:ID``; only those that blocks can be written to where that is asked."""
    kinds = (kind for kind in BACKENDS.values() if kind.is_written or not to_write)
    *most, last = (form for kind in kinds for form in kind.forms)
    return f"{', '.join(most)} or {last}" if most else last


def to_set() -> str:
    """The line to write into a config, in words."""
    return "calendar = " + " or ".join(f'"{BACKENDS[scheme].forms[0]}"' for scheme in (SHOWN, FILE))


def examples() -> list[str]:
    """A calendar to keep time on, and one that is also read."""
    return [about(SHOWN).own, about(SHOWN).example]


def able(capability: str) -> list[str]:
    """The kinds of calendar that can do it, as a person would call them."""
    return [about(scheme).title for scheme in BACKENDS if capability in about(scheme).capabilities]


def root_variables() -> tuple[str, ...]:
    return tuple(kind.root_variable for kind in BACKENDS.values() if kind.root_variable)


def roots(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The servers that the environment names for trials, by variable."""
    return {name: environ[name] for name in root_variables() if environ.get(name)}
