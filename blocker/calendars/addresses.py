"""What the address of a calendar means, whatever its kind."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from blocker.calendars import BACKENDS, FILE, about, backend, offered, scheme_of
from blocker.calendars.port import Calendar, Hours, Surroundings
from blocker.files.places import data_dir
from blocker.values.errors import UsageError
from blocker.values.memory import Identity
from blocker.values.redaction import redacted

_NOWHERE = Surroundings(Path("/nonexistent"), Path("/nonexistent/config"), Path("/nonexistent/config"))


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


def meant(text: str) -> str:
    """The address that a text without a scheme may stand for; "" where none comes to mind."""
    return next((f"{scheme}:{text}" for scheme in BACKENDS if about(scheme).is_meant(text)), "")


def file_address(path: Path | str) -> str:
    """The address of a calendar file."""
    return f"{FILE}:{path}"


def default_calendar() -> str:
    """The calendar of a person who has named none."""
    return file_address(data_dir() / "calendar.ics")
