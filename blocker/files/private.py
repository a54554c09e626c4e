"""Private files and folders: mode 0600 or 0700 whatever the umask, never by way of a link, never half written."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

if sys.platform != "win32":
    import fcntl

# No link is followed, no pipe waited for, and no child inherits it.
_CAREFULLY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
LONGEST_NAME = 220  # bytes, of the 255 that file systems take
TEMPORARY = ".blocker-tmp"  # the last part of a name, after eight hex digits


def private_folder(state_dir: Path, *below: str) -> Path:
    """The state folder, or one inside it, made with mode 0700. Raises OSError.

    Each level is made by itself: ``mkdir(parents=True)`` would give the upper ones the umask's mode.
    """
    state_dir.parent.mkdir(parents=True, exist_ok=True)
    folder = state_dir
    _make(folder)
    _check_owner(folder)
    _close(folder)
    for name in below:
        folder = folder / name
        if folder.is_symlink():
            raise OSError(errno.ELOOP, "it is a link, and none is followed inside the state folder", folder)
        _make(folder)
        _close(folder)
    return folder


def open_private(path: Path, flags: int) -> int:
    """Open, or make, a file of ours: a plain file, one name, mode 0600. Raises OSError."""
    try:
        handle = os.open(path, flags | os.O_CREAT | _CAREFULLY, 0o600)
    except OSError as problem:
        if problem.errno in (errno.ELOOP, errno.EMLINK):
            raise OSError(
                errno.ELOOP, "it is a link, and none is followed inside the state folder", path
            ) from None
        raise
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not an ordinary file", path)
        if status.st_nlink > 1:
            raise OSError(errno.EMLINK, "it is another file's second name (a hard link)", path)
        if os.name != "nt" and stat.S_IMODE(status.st_mode) != 0o600:
            os.fchmod(handle, 0o600)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _make(folder: Path) -> None:
    if folder.is_dir():
        return
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:  # another run made it in this moment
        if not folder.is_dir():
            raise
    folder.chmod(0o700)  # a umask may have taken rights of the owner's too


def _check_owner(folder: Path) -> None:
    """A folder that somebody else owns is theirs to fill: root's is trusted, as all of the machine is."""
    if not hasattr(os, "geteuid"):
        return
    owner, me = folder.stat().st_uid, os.geteuid()
    if owner not in (me, 0) and me != 0:
        raise OSError(errno.EPERM, "it belongs to somebody else", folder)


def _close(folder: Path) -> None:
    """Nobody but its owner puts files into a folder of ours. Raises OSError for one that can't be closed."""
    status = folder.stat()
    if os.name == "nt" or not status.st_mode & WRITABLE_BY_OTHERS:
        return
    if status.st_uid != os.geteuid() or status.st_mode & stat.S_ISVTX:  # a folder for all, such as /tmp
        raise OSError(errno.EPERM, "others can write in it, and it is not yours alone to close", folder)
    folder.chmod(stat.S_IMODE(status.st_mode) & ~WRITABLE_BY_OTHERS)


WRITABLE_BY_OTHERS = 0o022
READABLE_BY_OTHERS = 0o077


@contextmanager
def in_place_of(path: Path) -> Iterator[BinaryIO]:
    """A fresh private file beside ``path``, which takes its place in one step once it is written. Raises OSError.

    If anything is raised meanwhile, it is gone and ``path`` is as it was.
    """
    clear_left_overs(path)
    fresh = path.with_name(f"{_stem(path)}{os.urandom(4).hex()}{TEMPORARY}")
    try:
        with os.fdopen(open_private(fresh, os.O_WRONLY | os.O_EXCL), "wb") as file:
            with suppress(OSError):  # a file system without locks: then nothing is ever taken for left over
                _hold(file.fileno())
            yield file
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()
        raise
    if os.name != "nt":
        with suppress(OSError):  # not every file system can make the folder's entry durable
            folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def clear_left_overs(path: Path) -> None:
    """Take away what writers of ``path`` that were killed have left beside it, or inside if it is a folder.

    One at work holds its own.
    """
    with suppress(OSError):
        folder, stem = (path, ".*.") if path.is_dir() else (path.parent, escape(_stem(path)))
        for left_over in folder.glob(f"{stem}{'[0-9a-f]' * 8}{TEMPORARY}"):
            with suppress(OSError):
                handle = os.open(left_over, os.O_RDONLY | _CAREFULLY)
                try:
                    _hold(handle)
                    left_over.unlink()
                finally:
                    os.close(handle)


def _stem(path: Path) -> str:
    """What the names of the fresh files for ``path`` begin with: short enough for what is put after it."""
    name = path.name
    return f".{name if len(os.fsencode(name)) <= LONGEST_NAME else sha256(os.fsencode(name)).hexdigest()}."


def _hold(handle: int) -> None:
    """Mark an open file as being written; it ends with the process. Raises OSError if another one writes it."""
    if sys.platform != "win32":  # an open file can't be taken away there
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def write_private(path: Path, text: str) -> None:
    """Put ``text`` into a private file in one step, its folder made if there is none. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with in_place_of(path) as file:
        file.write(text.encode())


def others_may_read(path: Path) -> bool:
    """True if group or others have any right on a file. Always False where modes mean nothing. Raises OSError."""
    return os.name != "nt" and bool(path.stat().st_mode & READABLE_BY_OTHERS)


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
            raise OSError(errno.EINVAL, "it is not an ordinary file", path)
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise OSError(errno.EFBIG, "it is larger than 1 MB", path)
    return content


def read_small_text(path: Path) -> str:
    """The same as UTF-8 text. Raises OSError or UnicodeDecodeError."""
    return read_small(path).decode("utf-8")
