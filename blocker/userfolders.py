"""Where the platform keeps what is a person's own: configuration, state and data."""

from __future__ import annotations

import os
import sys
from pathlib import Path

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
