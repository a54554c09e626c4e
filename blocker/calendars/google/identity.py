"""Which calendar an address names, and which sign-in it is reached with: what is known without asking Google.

``google:ID`` is reached with the config's own sign-in, ``google:ACCOUNT/ID`` with that account's; and ``google:ACCOUNT``
is the account's own calendar, with its own sign-in where there is one.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from msgspec.structs import replace

from blocker.calendars.google.known import learned
from blocker.calendars.ics.people import address_in
from blocker.calendars.port import Surroundings
from blocker.values.errors import quoted
from blocker.values.memory import Identity

PRIMARY = "primary"
SPELT = f"google:{PRIMARY}"
TOKEN = "google-token.json"  # noqa: S105 - a file
_ACCOUNT = ".account"  # the ending of what stands for the config where another account's sign-in is used


def settle(rest: str, base: Path) -> str:
    """The part of an address after its colon, as it is. Raises ValueError for an account that can't be one."""
    account, named, identifier = rest.rpartition("/")
    if named and not (_is_account(account) and identifier):
        raise ValueError(
            f"{quoted(f'google:{rest}')} names no account: it is google:YOU@EXAMPLE.COM/CALENDAR-ID"
        )
    return rest


def _is_account(text: str) -> bool:
    return "/" not in text and "\\" not in text and address_in(text) == text.lower()


def reached(rest: str, around: Surroundings) -> tuple[Surroundings, str]:
    """The surroundings of the sign-in with which a calendar is reached, and the calendar's id."""
    account, named, identifier = rest.rpartition("/")
    if not named:
        account, identifier = (rest if _is_account(rest) else ""), rest
    other = account_of_its_own(account, around)
    if not account or account.lower() == account_before(around):
        return around, identifier
    return (other, identifier) if named or token_path(other).exists() else (around, identifier)


def account_of_its_own(account: str, around: Surroundings) -> Surroundings:
    """The surroundings in which the sign-in of another account is kept, beside that of the config."""
    beside = around.config.with_name(f"{account.lower() or TOKEN}{_ACCOUNT}")
    return replace(around, config=beside, usual=around.config)


def is_of_its_own(around: Surroundings) -> bool:
    """True for what :func:`account_of_its_own` gives."""
    return around.config.suffix == _ACCOUNT


def connect_with(around: Surroundings) -> str:
    """The command that signs in for this config, or for an account of its own beside it."""
    if is_of_its_own(around):
        return shlex.join(
            ["blocker", "-c", str(around.usual), "connect", "google", "--account", around.config.stem]
        )
    named = [] if around.config == around.usual else ["-c", str(around.config)]
    return shlex.join(["blocker", *named, "connect", "google"])


def token_path(around: Surroundings, *, to_write: bool = False) -> Path:
    """Where the sign-in of a config is kept: beside it, under the config's name where that is not the usual one.

    A config with no sign-in of its own uses the one in its folder that bears no name.
    """
    config, shared = around.config, around.config.with_name(TOKEN)
    if config == around.usual or config.name == "config.toml":
        return shared
    own = config.with_name(f"{config.stem}.{TOKEN}")
    if is_of_its_own(around):
        return own
    return shared if shared.exists() and not (to_write or own.exists()) else own


def usual_token_path(around: Surroundings) -> Path:
    """Where the sign-in of the usual config is kept, which once was the only one."""
    return around.usual.with_name(TOKEN)


def account_before(around: Surroundings) -> str:
    """The account that this config has been used with; "" where there is none yet."""
    if is_of_its_own(around):
        return around.config.stem
    return str(learned(around.state_dir, of_config(around)).get("account", ""))


def of_config(around: Surroundings) -> str:
    return f"config {around.config.absolute()}"


def is_own(identifier: str, account: str) -> bool:
    """True for an account's own calendar, under either of its names."""
    return identifier.lower() in (PRIMARY, account)


def calendar_id(identifier: str, account: str) -> str:
    """The id that Google knows the calendar by; "" for an account's own where the account is not known."""
    if is_own(identifier, account):
        return account
    return identifier.lower()


def identity_of(identifier: str, account: str, around: Surroundings) -> Identity:
    """The calendar with this id as an account has it. Where no account is known it is called as it is spelt.

    Before accounts were known, calendars were remembered as they were spelt, and there was one sign-in.
    """
    if not account:
        return Identity(f"google:{identifier}")
    own = is_own(identifier, account)
    calendar = account if own else identifier
    former = {f"google:{calendar}"} if own else set()
    if token_path(around) == usual_token_path(around):
        former |= {SPELT} if own else {f"google:{calendar}"}
    return Identity(f"google:{account}/{calendar}", lambda name: name in former)


def identity_known(rest: str, around: Surroundings) -> Identity:
    """The same for the part of an address after its colon, without asking Google."""
    around, identifier = reached(rest, around)
    return identity_of(identifier, account_before(around), around)
