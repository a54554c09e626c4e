"""Where the platform keeps what is a person's own: configuration, state and data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_config_path, user_data_path, user_state_path

from blocker.values.errors import ConfigError, quoted

APP = "blocker"


def config_path(environ: Mapping[str, str]) -> Path:
    """Where the configuration is unless a flag says otherwise."""
    if environ.get("BLOCKER_CONFIG"):
        return _place(environ, "BLOCKER_CONFIG")
    return user_config_path(APP) / "config.toml"


def state_dir(environ: Mapping[str, str]) -> Path:
    """Where the ledger, the lock and the caches are."""
    if environ.get("BLOCKER_STATE_DIR"):
        return _place(environ, "BLOCKER_STATE_DIR").absolute()
    return user_state_path(APP)


def _place(environ: Mapping[str, str], name: str) -> Path:
    """A path from the environment; cron and services leave a ``~`` in it. Raises ConfigError."""
    try:
        return Path(environ[name]).expanduser()
    except RuntimeError as error:
        raise ConfigError(f"{name} is {quoted(environ[name])}: {error}") from None


def holiday_dir(environ: Mapping[str, str]) -> Path:
    """Where public holidays are kept once they were computed."""
    return state_dir(environ) / "holidays"


def data_dir() -> Path:
    """Where a calendar is that nobody has named."""
    return user_data_path(APP)
