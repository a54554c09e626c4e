"""The calendar port: four verbs and a few documented failures, the same for every backend.

And what a backend says of itself: :class:`About`, which is data and cheap to import, and
:class:`Backend`, which does the work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

from msgspec import Struct, field

from blocker.values.errors import Unreadable
from blocker.values.events import Block, Ref, Snapshot
from blocker.values.intervals import Interval
from blocker.values.memory import Identity
from blocker.values.settings import Settings

# What a backend may declare that it can do.
NATIVE_FOCUS = "native_focus"  # ``Block.focus``: native focus time
VERBATIM = "verbatim"  # ``Block.raw``: an event put back exactly as it was
PUBLISHED = "published"  # calendar programs can subscribe to it
COLORS = "colors"  # ``Block.color`` is seen by whoever looks at the calendar

Finding: TypeAlias = tuple[str, str, str]  # of ``check``: name, state (ok | note | bad), words
Hours: TypeAlias = Mapping[int, tuple[tuple[int, int], ...]]  # by weekday, Monday is 0; minutes from midnight


# Events that have a say in the window, and the days that these fill, each counted for itself, of all calendars of a
# call together: a plan on so many takes 10 seconds and 400 MB at most.
MAX_EVENTS = 80_000
MAX_DAYS = 400_000
BEYOND_HINT = "move what isn't yours to attend into another calendar"


class Surroundings(Struct, frozen=True):
    """What a backend is handed, so that it reads no environment.

    ``config`` is the config file in force, whether it is there or not, and ``usual`` the one that holds where
    no option names another: a sign-in is kept beside it. ``now`` is when the command began. ``roots`` are servers to use in place of a backend's
    own, by the variable that named them. ``certificates`` is the file (or folder) that names whom an encrypted
    connection trusts; "" is whomever the system trusts.
    """

    state_dir: Path
    config: Path
    usual: Path
    settings: Settings = Settings()
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    roots: Mapping[str, str] = field(default_factory=dict)
    certificates: str = ""


class OneOf(Protocol):
    """Arguments of which only one may be given."""

    def add_argument(self, *names: str, **given: Any) -> object: ...


class Arguments(Protocol):
    """Where ``connect`` takes the arguments of a backend, as argparse does."""

    def add_argument(self, *names: str, **given: Any) -> object: ...

    def one_of(self) -> OneOf: ...


class Prompt(Protocol):
    """Asks a person for a line of text, which is not shown as they type it if ``hidden``."""

    def __call__(self, question: str, *, hidden: bool = False) -> str: ...


class Talk(Protocol):
    """How ``connect`` speaks with a person while it works; ``ask`` and ``prompt`` are None where nobody can answer.

    ``typed`` gives a line of standard input, waited for so many seconds: None where none came, "" at its end.
    It is None where there is no input that can be waited for.
    """

    @property
    def say(self) -> Callable[[str], None]: ...

    @property
    def ask(self) -> Callable[[Sequence[str], str], bool] | None: ...

    @property
    def typed(self) -> Callable[[float], str | None] | None: ...

    @property
    def prompt(self) -> Prompt | None: ...


class Calendar(Protocol):
    """One calendar. Every write carries what it believes and fails rather than overwrite.

    Failures of all verbs: ``Unreadable`` (missing, or no calendar), ``Unreachable`` (no answer, or
    locked for too long), ``SignInNeeded``.
    """

    @property
    def address(self) -> str:
        """The address by which it was opened, made absolute, without what is secret in it."""

    @property
    def capabilities(self) -> frozenset[str]:
        """What it can do beyond the contract; what isn't named is passed over in a write."""

    def identity(self) -> Identity:
        """Which calendar this is, however it was addressed. The first time a server may be asked."""

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


@runtime_checkable
class Remembering(Protocol):
    """A calendar of which a copy is kept on this machine."""

    def forget(self) -> None:
        """Take the copy away."""


def as_it_is(rest: str, base: Path) -> str:
    return rest


def no_files(rest: str) -> tuple[Path, ...]:
    return ()


def no_arguments(command: Arguments) -> None:
    """``connect`` takes nothing more."""


def never(text: str) -> bool:
    return False


def no_secret(rest: str) -> str:
    return ""


def as_spelt(address: str, around: Surroundings) -> Identity:
    return Identity(address)


class About(Struct, frozen=True):
    """What a scheme means, as far as it can be said without importing what does the work.

    ``rest`` is always the part of an address after the colon.
    """

    title: str  # "Google Calendar": what ``connect`` connects to
    example: str  # an address, as a person may write one
    capabilities: frozenset[str] = frozenset()  # what its calendars may be able to do
    own: str = ""  # the address of a person's own calendar; "" where each has to be named
    asks: bool = False  # ``connect`` finds the address out with the person
    at_once: bool = False  # one ``connect`` makes all of a config's calendars of this kind ready
    settle: Callable[[str, Path], str] = as_it_is  # (rest, base) → rest made absolute; raises ValueError
    files: Callable[[str], tuple[Path, ...]] = (
        no_files  # rest → the files of this machine that a write changes
    )
    identity: Callable[[str, Surroundings], Identity] = (
        as_spelt  # (address, …) → as far as it is known offline
    )
    links: tuple[str, ...] = ()  # beginnings of links that are addresses by themselves
    shown: Callable[[str], str] = str  # rest → what of it a person may read
    exposed: Callable[[str], str] = no_secret  # rest → why it may not be on a command line; "" where it may
    read_only: str = ""  # why nothing can be written to it, and where blocks then go
    is_meant: Callable[[str], bool] = never  # whether a text without a scheme looks like one of its addresses
    connect_arguments: Callable[[Arguments], None] = no_arguments
    packages: tuple[str, ...] = ()  # the distributions that a maintainer asks about


class Connected(Struct, frozen=True):
    """What came of ``connect``: lines for people, facts for programs, and the address that it found out."""

    lines: list[str]
    facts: Mapping[str, str] = field(default_factory=dict)
    address: str = ""


class Backend:
    """What is done with the addresses of one scheme. A backend opens; the rest it overrides where it has more to say."""

    def open(
        self,
        rest: str,
        around: Surroundings,
        zone: str | None,
        me: tuple[str, ...],
        beside: Iterable[Calendar],
    ) -> Calendar:
        """See :func:`blocker.calendars.addresses.open_calendar`."""
        raise NotImplementedError

    def hours(self, around: Surroundings) -> Hours | None:
        """The working hours that were learnt from the calendar's account; None where it has none."""
        return None

    def check(self, around: Surroundings, now: datetime) -> Iterable[Finding]:
        """What ``check`` says of the way to these calendars. Raises what a read raises."""
        return ()

    def connect(
        self, address: str, asked: Mapping[str, Any], around: Surroundings, now: datetime, talk: Talk
    ) -> Connected:
        """Make ``address`` ready for use. ``asked`` are the arguments by name."""
        settings = around.settings
        calendar = self.open(address.partition(":")[2], around, settings.timezone, settings.me, ())
        seen = first_look(calendar, now)
        return Connected([f"{address} can be read: {seen.components} events. It needs no sign-in."])


def refuse_beyond(events: int, days: int, whose: str, window: Interval) -> None:
    """Raises Unreadable for more than can be planned on. A backend that can tell early does so while it reads."""
    if events <= MAX_EVENTS and days <= MAX_DAYS:
        return
    what = (
        f"more than {MAX_EVENTS:,} events that may matter"
        if events > MAX_EVENTS
        else f"events that fill more than {MAX_DAYS:,} days in all"
    )
    raise Unreadable(
        f"{whose} has {what} from {window.start.date()} to {window.end.date()}, which is more than can be planned on",
        BEYOND_HINT,
    )


def days_inside(when: Interval, window: Interval) -> int:
    """How many days of the window an event that lies in it touches, about."""
    if not (when.end - when.start).days:
        return 1
    return 1 + (min(when.end, window.end) - max(when.start, window.start)).days


def first_look(calendar: Calendar, now: datetime) -> Snapshot:
    """A day of the calendar, which is closed after it."""
    try:
        return calendar.read(Interval(now.astimezone(UTC), now.astimezone(UTC) + timedelta(days=1)))
    finally:
        calendar.close()
