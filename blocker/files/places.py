"""Where the platform keeps what is a person's own: configuration, state and data."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from blocker.values.errors import ConfigError, quoted

APP = "blocker"
_HOMES = {
    "config": ("XDG_CONFIG_HOME", ".config"),
    "state": ("XDG_STATE_HOME", ".local/state"),
    "data": ("XDG_DATA_HOME", ".local/share"),
}  # by the XDG base directory specification, 0.8


def user_folder(kind: str) -> Path:
    """The person's folder for this program's ``config``, ``state`` or ``data``. Nothing is made.

    platformdirs knows it for every platform, and takes half as long to import as the interpreter to start.
    So on Linux, where all is as it mostly is, it is not asked.
    """
    variable, below = _HOMES[kind]
    named, home = os.environ.get(variable, ""), os.environ.get("HOME", "")
    if sys.platform == "linux" and home.startswith("/") and "ANDROID_ROOT" not in os.environ:
        return Path(named if named.startswith("/") else home.rstrip("/") + f"/{below}", APP)
    import platformdirs

    find = {"config": platformdirs.user_config_dir, "state": platformdirs.user_state_dir,
            "data": platformdirs.user_data_dir}[kind]  # fmt: skip
    return Path(find(APP))


def config_path(environ: Mapping[str, str]) -> Path:
    """Where the configuration is unless a flag says otherwise."""
    if environ.get("BLOCKER_CONFIG"):
        return _place(environ, "BLOCKER_CONFIG")
    return user_folder("config") / "config.toml"


def state_dir(environ: Mapping[str, str]) -> Path:
    """Where the ledger, the lock and the caches are."""
    if environ.get("BLOCKER_STATE_DIR"):
        return _place(environ, "BLOCKER_STATE_DIR").absolute()
    return user_folder("state")


def _place(environ: Mapping[str, str], name: str) -> Path:
    """A path from the environment; cron and services leave a ``~`` in it. Raises ConfigError."""
    try:
        return Path(environ[name]).expanduser()
    except RuntimeError as error:
        raise ConfigError(f"{name} is {quoted(environ[name])}: {error}") from None


def holiday_dir(environ: Mapping[str, str]) -> Path:
    """Where public holidays are kept once they were computed."""
    return state_dir(environ) / "holidays"


def default_calendar() -> str:
    """The calendar of a person who has named none."""
    return f"ics:{user_folder('data') / 'calendar.ics'}"
