"""Which calendar an address names, and where the sign-in for it is kept: what is known without asking Google."""

from __future__ import annotations

from pathlib import Path

from blocker.calendars.google.known import learned
from blocker.calendars.port import Surroundings
from blocker.values.identity import Identity

PRIMARY = "primary"
SPELT = f"google:{PRIMARY}"
TOKEN = "google-token.json"  # noqa: S105 - a file


def token_path(around: Surroundings, *, to_write: bool = False) -> Path:
    """Where the sign-in of a config is kept: beside it, under the config's name where that is not the usual one.

    A config with no sign-in of its own uses the one in its folder that bears no name.
    """
    config, shared = around.config, around.config.with_name(TOKEN)
    if config == around.usual or config.name == "config.toml":
        return shared
    own = config.with_name(f"{config.stem}.{TOKEN}")
    return shared if shared.exists() and not (to_write or own.exists()) else own


def usual_token_path(around: Surroundings) -> Path:
    """Where the sign-in of the usual config is kept, which once was the only one."""
    return around.usual.with_name(TOKEN)


def account_before(around: Surroundings) -> str:
    """The account that this config has been used with; "" where there is none yet."""
    return str(learned(around.state_dir, of_config(around)).get("account", ""))


def of_config(around: Surroundings) -> str:
    return f"config {around.config.absolute()}"


def identity_of(identifier: str, account: str, around: Surroundings) -> Identity:
    """The calendar with this id as an account has it. Where no account is known it is called as it is spelt.

    Before accounts were known, calendars were remembered as they were spelt, and there was one sign-in.
    """
    if not account:
        return Identity(f"google:{identifier}")
    own = identifier.lower() in (PRIMARY, account)
    calendar = account if own else identifier
    former = {f"google:{calendar}"} if own else set()
    if token_path(around) == usual_token_path(around):
        former |= {SPELT} if own else {f"google:{calendar}"}
    return Identity(f"google:{account}/{calendar}", lambda name: name in former)


def identity_known(identifier: str, around: Surroundings) -> Identity:
    """The same, without asking Google."""
    return identity_of(identifier, account_before(around), around)
