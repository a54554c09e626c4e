"""What a calendar's address means: one registry, with a line for each kind of calendar.

A backend is a folder with two modules. ``about`` says what help and settings need to know, and imports
nothing heavy; ``backend`` opens, checks and connects, and is imported on use, so that reading a file never
pays for a network client. Nothing outside this folder knows a scheme by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path

from blocker.calendars.port import COLORS as COLORS
from blocker.calendars.port import NATIVE_FOCUS as NATIVE_FOCUS
from blocker.calendars.port import PUBLISHED as PUBLISHED
from blocker.calendars.port import VERBATIM as VERBATIM
from blocker.calendars.port import About, Backend, Hours, Surroundings
from blocker.calendars.port import Calendar as Calendar
from blocker.calendars.port import Checkpointed as Checkpointed
from blocker.calendars.port import Finding as Finding
from blocker.calendars.port import Paged as Paged
from blocker.calendars.port import Remembering as Remembering
from blocker.files.places import data_dir
from blocker.values.errors import UsageError
from blocker.values.memory import Identity
from blocker.values.redaction import redacted

BACKENDS = {
    "ics": "blocker.calendars.ics",
    "dir": "blocker.calendars.dir",
    "google": "blocker.calendars.google",
    "caldav": "blocker.calendars.caldav",
    "feed": "blocker.calendars.feed",
}
FILE = "ics"  # the kind of calendar that needs nothing but a path
SHOWN = "google"  # the kind that set-up shows as an example

_NOWHERE = Surroundings(Path("/nonexistent"), Path("/nonexistent/config"), Path("/nonexistent/config"))


def schemes() -> list[str]:
    return list(BACKENDS)


def scheme_of(address: str) -> str:
    return address.partition(":")[0]


def about(address: str) -> About:
    """What the scheme of an address, or of one named alone, says of itself. Raises UsageError."""
    found: About = import_module(f"{_folder(address)}.about").ABOUT
    return found


def backend(address: str) -> Backend:
    """What does the work for an address, or for a scheme named alone. Raises UsageError."""
    found: Backend = import_module(f"{_folder(address)}.backend").BACKEND
    return found


def _folder(address: str) -> str:
    scheme = scheme_of(address)
    if scheme not in BACKENDS:
        raise UsageError(f"{address!r} is not a calendar address", f"an address is {offered()}")
    return BACKENDS[scheme]


def open_calendar(
    address: str,
    *,
    zone: str | None,
    me: tuple[str, ...],
    around: Surroundings = _NOWHERE,
    beside: Iterable[Calendar] = (),
) -> Calendar:
    """The calendar that an address names. Raises UsageError; what is behind it isn't looked at yet.

    ``zone`` is the user's zone where flags or config say it; None means the calendar's own, which
    comes back as ``Snapshot.zone``. ``me`` are the user's addresses, empty if they are to be found.
    ``beside`` are calendars that are open already, the one that is written first among them: this one is only
    read then. One with the same sign-in lends its connection, and is closed last.
    """
    try:
        settled = settle(address, Path())
    except ValueError as problem:
        raise UsageError(str(problem), f"an address is {offered()}") from None
    return backend(settled).open(settled.partition(":")[2], around, zone, me, beside)


def settle(address: str, base: Path) -> str:
    """An address of a known kind made absolute, relative paths taken from ``base``. Raises ValueError."""
    scheme, _, rest = in_full(address).partition(":")
    scheme = scheme.lower()
    if scheme not in BACKENDS or not rest.strip():
        raise ValueError(f"{address!r} is not a calendar address")
    return f"{scheme}:{about(scheme).settle(rest, base)}"


def in_full(address: str) -> str:
    """An address with its scheme in front, as a link from elsewhere has none of ours."""
    plain = address.strip()
    if scheme_of(plain).lower() not in BACKENDS:
        for scheme in BACKENDS:
            if plain.lower().startswith(about(scheme).links):
                return f"{scheme}:{plain}"
    return plain


def shown(address: str) -> str:
    """An address as a person may read it, without what is secret in it."""
    scheme, _, rest = in_full(address).partition(":")
    return f"{scheme}:{about(scheme).shown(rest)}" if scheme in BACKENDS else redacted(address)


def exposed(address: str) -> str:
    """Why an address may not be said on a command line or in the environment; "" where it may."""
    return about(address).exposed(address.partition(":")[2])


def read_only(address: str) -> str:
    """Why nothing can be written to a calendar, and where blocks then go; "" where it can."""
    return about(address).read_only


def identity(address: str, around: Surroundings) -> Identity:
    """Which calendar an address names, as far as that is known without asking a server."""
    return about(address).identity(address, around)


def known_hours(address: str, around: Surroundings) -> Hours | None:
    return backend(address).hours(around)


def files_of(address: str) -> tuple[Path, ...]:
    """The files on this machine that a write to the calendar changes."""
    return about(address).files(address.partition(":")[2])


# What is shown of all of them


def forms() -> tuple[str, ...]:
    """How an address looks, for each kind of calendar."""
    return tuple(form for scheme in BACKENDS for form in about(scheme).forms)


def offered() -> str:
    """``ics:PATH, google:primary or google:ID``."""
    *most, last = forms()
    return f"{', '.join(most)} or {last}" if most else last


def to_set() -> str:
    """The line to write into a config, in words."""
    return "calendar = " + " or ".join(f'"{about(scheme).forms[0]}"' for scheme in (SHOWN, FILE))


def examples() -> list[str]:
    """A calendar to keep time on, and one that is also read."""
    return [about(SHOWN).own, about(SHOWN).example]


def meant(text: str) -> str:
    """The address that a text without a scheme may stand for; "" where none comes to mind."""
    return next((f"{scheme}:{text}" for scheme in BACKENDS if about(scheme).is_meant(text)), "")


def able(capability: str) -> list[str]:
    """The kinds of calendar that can do it, as a person would call them."""
    return [about(scheme).title for scheme in BACKENDS if capability in about(scheme).capabilities]


def root_variables() -> tuple[str, ...]:
    return tuple(name for scheme in BACKENDS if (name := about(scheme).root_variable))


def roots(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The servers that the environment names for trials, by variable."""
    return {name: environ[name] for name in root_variables() if environ.get(name)}


def file_address(path: Path | str) -> str:
    """The address of a calendar file."""
    return f"{FILE}:{path}"


def default_calendar() -> str:
    """The calendar of a person who has named none."""
    return file_address(data_dir() / "calendar.ics")
