"""The failures a person can meet. Each class owns its exit code and the word that names it in JSON.

Every message names the thing that is wrong; ``hint`` is the next step, as a sentence or a command.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class BlockerError(Exception):
    """Base of all expected failures. Nothing was written unless the class says otherwise."""

    exit_code = 1
    kind = "failed"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def in_full(self) -> str:
        """What is wrong and the next step, as sentences."""
        if not self.hint:
            return f"{self.message}."
        return f"{self.message}{'' if self.message.endswith('?') else '.'} {self.hint[:1].upper()}{self.hint[1:]}"


class UsageError(BlockerError):
    """The command line or an address is wrong."""

    exit_code = 2
    kind = "usage"


class ConfigError(BlockerError):
    """The configuration is wrong; ``problems`` lists every one of them, one line each."""

    exit_code = 2
    kind = "config"

    def __init__(self, message: str, hint: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.problems = problems


class PartlyApplied(BlockerError):
    """Some changes were written and some were not. Running again completes the work."""

    exit_code = 3
    kind = "partly_applied"


class GuardRefused(BlockerError):
    """The plan looks like a mistake; ``--force`` lets it through."""

    exit_code = 4
    kind = "refused"


class Untold(BlockerError):
    """The work is done, and its outcome could not be printed: trying again is safe."""

    exit_code = 3
    kind = "untold"


class Interrupted(BlockerError):
    """The person ended it at a question: what was asked about is not done."""

    exit_code = 130
    kind = "interrupted"


class NotConfirmed(BlockerError):
    """The first run on a calendar wants a yes."""

    exit_code = 4
    kind = "not_confirmed"


class SignInNeeded(BlockerError):
    """There is no sign-in, or it has expired or been revoked."""

    exit_code = 6
    kind = "sign_in"


class Temporary(BlockerError):
    """It may work later: offline, rate limited, or another run holds the lock."""

    exit_code = 75
    kind = "temporary"


class CalendarError(BlockerError):
    """Base of the port's failures: what every backend may raise from its four verbs."""

    kind = "calendar"


class Unreadable(CalendarError):
    """The calendar is missing or is not a calendar at all."""

    kind = "unreadable"


class Conflict(CalendarError):
    """The thing changed since it was read: read again and decide again."""

    kind = "conflict"


class Missing(CalendarError):
    """The event is not there any more."""

    kind = "missing"


class AlreadyExists(CalendarError):
    """Something with this identity is there already.

    ``taken_by`` says what: "block" (a block of ours stands), "deleted" (it did until a person deleted it, and
    the identity stays used up), "gone" (the same, and it was us, or there is no telling), "other" (somebody
    else's event).
    """

    kind = "already_exists"

    def __init__(self, message: str, hint: str = "", taken_by: str = "block") -> None:
        super().__init__(message, hint)
        self.taken_by = taken_by


class NotInPlace(CalendarError):
    """The event can't be changed that way: it has to be deleted and made again under a new identity."""

    kind = "not_in_place"


class Refused(CalendarError):
    """The calendar will not do it: not ours, or read-only."""

    kind = "read_only"


class Unreachable(Temporary):
    """The calendar did not answer."""

    kind = "unreachable"


MAX_SHOWN = 80


def quoted(value: object) -> str:
    """A value as it is shown in a message: on one line, and not too long."""
    plain = "".join(char if char.isprintable() else " " for char in str(value))
    return f"“{plain}”" if len(plain) <= MAX_SHOWN else f"“{plain[: MAX_SHOWN - 1]}…”"


def nearest(word: str, known: Iterable[str]) -> str:
    """The nearest known word, or nothing where none is near."""
    folded = {name.casefold(): name for name in sorted(known, reverse=True)}
    found = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean “…”?`` for the nearest known word, or nothing where none is near."""
    near = nearest(word, known)
    return f"; did you mean {quoted(near)}?" if near else ""
