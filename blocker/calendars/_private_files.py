"""Files that only their owner may read: written whole or not at all."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

READABLE_BY_OTHERS = 0o077


def write_private(path: Path, text: str) -> None:
    """Put ``text`` into a file of mode 0600, whatever the umask, in one step. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            if hasattr(os, "fchmod"):
                os.fchmod(file.fileno(), 0o600)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()
        raise
    with suppress(OSError):  # not every system can make the folder's entry durable
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def others_may_read(path: Path) -> bool:
    """True if group or others have any right on a file. Always False where modes mean nothing. Raises OSError."""
    return os.name != "nt" and bool(path.stat().st_mode & READABLE_BY_OTHERS)
