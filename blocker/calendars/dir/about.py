"""What ``dir:`` means: a folder of this machine with one file an event."""

from __future__ import annotations

from pathlib import Path

from blocker.calendars.ics.about import real_path, settled_path
from blocker.calendars.port import VERBATIM, About
from blocker.values.memory import Identity


def identity_of(path: Path) -> Identity:
    """The folder itself, whichever links and detours lead to it."""
    real = real_path(path)
    return Identity(
        f"dir:{real}",
        lambda name: name.startswith("dir:") and real_path(Path(name.removeprefix("dir:"))) == real,
    )


ABOUT = About(
    title="a folder with one file an event (vdirsyncer, khal)",
    example="dir:~/calendars/work",
    capabilities=frozenset((VERBATIM,)),
    settle=settled_path,
    files=lambda rest: (Path(rest),),
    identity=lambda address, around: identity_of(Path(address.partition(":")[2])),
)
