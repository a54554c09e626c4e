"""What ``ics:`` means: a calendar in a file of this machine."""

from __future__ import annotations

import os
import re
from pathlib import Path

from blocker.calendars.port import PUBLISHED, VERBATIM, About
from blocker.values.errors import quoted
from blocker.values.memory import Identity


def settled_path(rest: str, base: Path) -> str:
    """A path made absolute. Raises ValueError."""
    try:
        return str((base / Path(rest).expanduser()).absolute())
    except RuntimeError:
        raise ValueError(f"the home folder in {quoted(rest)} is unknown") from None
    except OSError:
        raise ValueError(f"{quoted(rest)} is meant from a folder that is gone") from None


def _is_path(text: str) -> bool:
    return re.search(r"[/\\]|\.ics$", text) is not None


def real_path(path: Path) -> Path:
    """The file that a path leads to; the path itself where it can't name one."""
    try:
        return Path(os.path.realpath(path))
    except ValueError:  # a null character
        return path


def identity_of(path: Path) -> Identity:
    """The file itself, whichever links and detours lead to it."""
    real = real_path(path)
    return Identity(
        f"ics:{real}",
        lambda name: name.startswith("ics:") and real_path(Path(name.removeprefix("ics:"))) == real,
    )


ABOUT = About(
    title="a calendar file",
    example="ics:~/calendar.ics",
    capabilities=frozenset((VERBATIM, PUBLISHED)),
    settle=settled_path,
    files=lambda rest: (Path(rest),),
    identity=lambda address, around: identity_of(Path(address.partition(":")[2])),
    is_meant=_is_path,
    packages=("python-dateutil", "icalendar"),
)
