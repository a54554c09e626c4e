"""Users and passwords of servers: one JSON file, 0600, beside the config. A command may print the password instead."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

from msgspec import Struct, ValidationError, convert, to_builtins

from blocker.calendars.caldav.urls import host_of, origin, user_in
from blocker.calendars.port import Surroundings
from blocker.files.private import write_private
from blocker.files.secrets import read_secret
from blocker.values.errors import ConfigError, SignInNeeded

FILE = "caldav-passwords.json"


class SignIn(Struct, frozen=True, omit_defaults=True):
    """One person on one server. ``hosts`` are the further origins that the server named as theirs.

    Either ``password`` is kept, or the ``command`` that prints it.
    """

    server: str
    user: str
    password: str = ""
    command: str = ""
    hosts: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Nothing secret, wherever it may be printed."""
        return f"SignIn({self.server!r}, {self.user!r})"

    @property
    def origins(self) -> frozenset[str]:
        return frozenset((self.server, *self.hosts))


def connect_with(around: Surroundings) -> str:
    """The command that signs in for this config."""
    named = [] if around.config == around.usual else ["-c", str(around.config)]
    return shlex.join(["blocker", *named, "connect", "caldav"])


def file_of(around: Surroundings) -> Path:
    return around.config.with_name(FILE)


def sign_in_for(url: str, around: Surroundings) -> SignIn | None:
    """Whose sign-in is used for an address; None where there is none. Raises SignInNeeded."""
    there = origin(url)
    fitting = [one for one in _known(around) if there in one.origins and user_in(url) in ("", one.user)]
    if len({one.user for one in fitting}) > 1:
        raise SignInNeeded(
            f"{len(fitting)} users are signed in at {host_of(url)}",
            f"say which in the address: caldav:https://USER@{host_of(url)}/… (a @ in a name is written %40)",
        )
    return fitting[0] if fitting else None


def others_at(url: str, user: str, around: Surroundings) -> bool:
    """Whether somebody else is signed in at the same server."""
    return any(origin(url) in one.origins and one.user != user for one in _known(around))


def keep(sign_in: SignIn, around: Surroundings) -> Path:
    """Write it down for its owner alone, in place of what was kept for the same user. Raises ConfigError."""
    path = file_of(around)
    kept = [one for one in _read(path) if (one.server, one.user) != (sign_in.server, sign_in.user)]
    content: dict[str, Any] = {"sign_ins": to_builtins([*kept, sign_in])}
    try:
        write_private(path, json.dumps(content, indent=1))
    except OSError as problem:
        raise ConfigError(f"{path} can't be written: {problem.strerror}", "free space? rights?") from problem
    return path


def _known(around: Surroundings) -> list[SignIn]:
    """Those beside the config, then those beside the usual one, which any config may use."""
    own, usual = file_of(around), around.usual.with_name(FILE)
    found = {(one.server, one.user): one for path in (usual, own) for one in _read(path)}
    return list(found.values())


def _read(path: Path) -> list[SignIn]:
    found = read_secret(path, "run: blocker connect caldav")
    try:
        return convert((found or {}).get("sign_ins", []), list[SignIn])
    except ValidationError:
        raise SignInNeeded(f"{path} is damaged", "run: blocker connect caldav") from None
