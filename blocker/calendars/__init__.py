"""The calendar port: four verbs and a few documented failures, the same for every backend.

A calendar is named by an address: ``ics:PATH``, ``google:ID`` or ``caldav:URL``. Backends are
imported on use, so that reading a file never pays for a network client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Protocol, runtime_checkable

from blocker.values.errors import UsageError
from blocker.values.events import Block, Ref, Snapshot
from blocker.values.intervals import Interval

# What a backend may declare that it can do.
NATIVE_FOCUS = "native_focus"  # ``Block.focus``: native focus time
VERBATIM = "verbatim"  # ``Block.raw``: an event put back exactly as it was

SCHEMES = ("ics", "google", "caldav")


class Calendar(Protocol):
    """One calendar. Every write carries what it believes and fails rather than overwrite.

    Failures of all verbs: ``Unreadable`` (missing, or no calendar), ``Unreachable`` (no answer, or
    locked for too long), ``SignInNeeded``.
    """

    @property
    def address(self) -> str:
        """The address by which it was opened, made absolute."""

    @property
    def capabilities(self) -> frozenset[str]:
        """What it can do beyond the contract; what isn't named is passed over in a write."""

    def read(self, window: Interval) -> Snapshot:
        """Others' events that overlap ``window``, and our blocks without a window."""

    def create(self, block: Block) -> Ref:
        """Write a new block. Raises AlreadyExists, Conflict (changed since read) or Refused."""

    def update(self, ref: Ref, block: Block) -> Ref:
        """Make our event ``ref`` look like ``block``. Raises Missing, Conflict or Refused (not ours)."""

    def delete(self, ref: Ref) -> None:
        """Take our event away. Raises Missing, Conflict or Refused (not ours)."""

    def close(self) -> None:
        """Let go of connections. Nothing may be called after it."""


@runtime_checkable
class Paged(Protocol):
    """A calendar that arrives in pages, which may take long."""

    def watch(self, seen: Callable[[int], None]) -> None:
        """Have ``seen`` called after each page of a read, with the number of events so far."""


@runtime_checkable
class Checkpointed(Protocol):
    """A calendar whose whole content can be kept and put back: undo is exact to the byte there."""

    def content(self) -> bytes:
        """Everything it holds now."""

    def digest(self) -> str:
        """A fingerprint of everything it held when it was last read or written by us."""

    def put_back(self, content: bytes, expected: str) -> None:
        """Replace everything by ``content``. Raises Conflict unless it holds what ``expected`` says."""


def open_calendar(
    address: str, *, zone: str | None, me: tuple[str, ...], beside: Iterable[Calendar] = ()
) -> Calendar:
    """The calendar that an address names. Raises UsageError; what is behind it isn't looked at yet.

    ``zone`` is the user's zone where flags or config say it; None means the calendar's own, which
    comes back as ``Snapshot.zone``. ``me`` are the user's addresses, empty if they are to be found.
    ``beside`` are calendars that are open already: one with the same server lends its connection, and is
    closed last.
    """
    scheme, colon, rest = address.strip().partition(":")
    scheme = scheme.lower()
    if not colon or scheme not in SCHEMES or not rest:
        raise UsageError(
            f"{address!r} is not a calendar address",
            "an address is ics:PATH, google:primary or google:ID",
        )
    if scheme == "ics":
        from blocker.calendars.ics.file import IcsCalendar

        try:
            path = Path(rest).expanduser().absolute()
        except RuntimeError:
            raise UsageError(f"the home folder in {address!r} is unknown") from None
        return IcsCalendar(path, zone=zone, me=me)
    if scheme == "google":
        return _open_google(rest, zone, me, beside)
    raise UsageError("CalDAV calendars are not there yet", "use an ics:PATH or google:ID address")


def _open_google(
    identifier: str, zone: str | None, me: tuple[str, ...], beside: Iterable[Calendar]
) -> Calendar:
    try:
        backend = import_module("blocker.calendars.google.calendar")
    except ModuleNotFoundError as problem:
        if problem.name != "blocker.calendars.google.calendar":
            raise
        raise UsageError("Google calendars are not there yet", "use an ics:PATH address") from None
    calendar: Calendar = backend.open_google(identifier, zone=zone, me=me, beside=beside)
    return calendar
