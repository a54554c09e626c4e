"""Small files that a person or we ourselves keep: read if they are ordinary ones, and not without end."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MOST_BYTES = 1 << 20


def read_small(path: Path) -> bytes:
    """The bytes of an ordinary file of 1 MB at most, links followed. Raises OSError.

    A pipe would be waited for for ever, and a device may never end.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no ordinary file", path)
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise OSError(errno.EFBIG, "it is larger than 1 MB", path)
    return content


def read_small_text(path: Path) -> str:
    """The same as UTF-8 text. Raises OSError or UnicodeDecodeError."""
    return read_small(path).decode("utf-8")
