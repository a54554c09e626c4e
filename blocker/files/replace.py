"""Changing a file of somebody else's: locked, compared, replaced in one step, or left as it was."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

from blocker.files.private import in_place_of
from blocker.values.errors import AlreadyExists, CalendarError, Conflict, Refused, Unreachable, Unreadable

MAX_BYTES = 64 * 1024 * 1024  # reading and rewriting one takes 500 MB at most
LOCK_TRIES, LOCK_PAUSE = 100, 0.05  # 5 seconds in all; a write takes milliseconds


def read_file(path: Path) -> bytes:
    """The bytes of a regular file. Raises Unreadable, with a sentence that names it."""
    _check(path)
    try:
        return path.read_bytes()
    except OSError as problem:
        raise Unreadable(f"{path} can't be read: {_reason(problem)}") from problem


def _check(path: Path) -> None:
    """Raises Unreadable for what can't be a calendar: opening a pipe, for one, would wait for ever."""
    try:
        status = path.stat()
    except FileNotFoundError:
        hint = "check the path; blocker does not create calendar files, except with publish = true"
        raise Unreadable(f"there is no calendar file {path}", hint) from None
    except (OSError, ValueError) as problem:
        raise Unreadable(f"{path} can't be read: {_reason(problem)}") from problem
    if stat.S_ISDIR(status.st_mode):
        raise Unreadable(f"{path} is a folder, not a calendar file")
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable(f"{path} is not a regular file")
    if status.st_size > MAX_BYTES:
        raise Unreadable(f"{path} is larger than {MAX_BYTES // 2**20} MB, too large for a calendar")


def _reason(problem: Exception) -> str:
    return getattr(problem, "strerror", None) or str(problem)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file among all blockers of this machine.

    The lock is on the file itself, so nothing is left lying beside it, and it dies with its process.
    Raises Unreachable if somebody else holds it for too long.
    """
    _check(path)
    if sys.platform == "win32":  # no lock there can survive the rename of a locked file
        yield
        return
    handle = _lock(path)
    try:
        yield
    finally:
        os.close(handle)


def _lock(path: Path) -> int:
    """An open file that is locked and still the one at ``path``.

    A write puts another file there: whoever waited for the old one has to look again.
    """
    for _ in range(LOCK_TRIES):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as problem:
            raise Unreadable(f"{path} can't be read: {_reason(problem)}") from problem
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_still(handle, path):
                return handle
        except OSError as problem:
            if problem.errno not in (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES):
                os.close(handle)
                raise CalendarError(f"{path} can't be locked: {_reason(problem)}") from problem
        os.close(handle)
        time.sleep(LOCK_PAUSE)
    raise Unreachable(f"another program is using {path}", "try again when it is done")


def _is_still(handle: int, path: Path) -> bool:
    mine = os.fstat(handle)
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Put ``after`` in place of a file that holds ``before``, keeping mode and owner.

    ``path`` is no link. Raises Conflict if it holds something else by now, Refused if it may not be
    written, CalendarError if it can't be (a full disk): in each case it is as it was.
    """
    try:
        status = path.stat()
        refusal = hindrance(path)
        if refusal is not None:
            raise refusal
        with in_place_of(path) as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())  # which may take a while: the last look comes after it
            _give(file.fileno(), status)
            if path.read_bytes() != before:
                raise Conflict(f"{path} was changed by another program", "run again")
    except FileNotFoundError:
        raise Unreadable(f"there is no calendar file {path} any more") from None
    except OSError as problem:
        raise _unwritten(path, problem) from problem


def make_file(path: Path, content: bytes, mode: int | None = None) -> None:
    """Make a file that isn't there, in one step; others may do with it what ``mode`` or else the umask allows.

    Raises AlreadyExists, Refused if its folder may not be written, CalendarError if it can't be (a full disk).
    """
    try:
        if not _may_write(path.parent, path.parent.stat()):
            raise Refused(
                f"{path.parent} is read-only", "make the folder writable, or choose another calendar"
            )
        with in_place_of(path) as file:
            file.write(content)
            if sys.platform != "win32":
                os.fchmod(file.fileno(), 0o666 & ~_umask() if mode is None else mode)
            if path.exists():
                raise AlreadyExists(f"{path} is there already", taken_by="other")
    except OSError as problem:
        raise _unwritten(path, problem) from problem


def remove_file(path: Path, before: bytes) -> None:
    """Take away a file that holds ``before``. ``path`` is no link. Raises what :func:`replace_file` raises."""
    try:
        refusal = hindrance(path)
        if refusal is not None:
            raise refusal
        if path.read_bytes() != before:
            raise Conflict(f"{path} was changed by another program", "run again")
        path.unlink()
    except FileNotFoundError:
        raise Unreadable(f"there is no calendar file {path} any more") from None
    except OSError as problem:
        raise _unwritten(path, problem) from problem


def _unwritten(path: Path, problem: OSError) -> CalendarError:
    if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Refused(f"{path} can't be written: {_reason(problem)}")
    return CalendarError(f"{path} can't be written, and is as it was: {_reason(problem)}")


def _umask() -> int:
    """The process's own; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def hindrance(path: Path) -> Refused | None:
    """Why a file that is there can't be replaced by another in one step; None if nothing speaks against it.

    ``path`` is no link. Raises OSError.
    """
    folder, status, around = path.parent, path.stat(), path.parent.stat()
    if not (_may_write(path, status) and _may_write(folder, around)):
        return Refused(
            f"{path} is read-only", "make the file and its folder writable, or choose another calendar"
        )
    if status.st_nlink > 1:
        return Refused(
            f"{path} has another name (a hard link), under which the old content would stay",
            "give it one name, with symbolic links (ln -s) to it, or choose another calendar",
        )
    if _is_mounted(path):
        return Refused(
            f"{path} is mounted by itself, so no new file can take its place",
            "mount the folder that it is in, or choose another calendar",
        )
    sticky = sys.platform != "win32" and around.st_mode & stat.S_ISVTX
    if sticky and os.geteuid() not in (0, status.st_uid, around.st_uid):
        return Refused(
            f"{path} belongs to somebody else, and in {folder} nobody may replace another's file",
            "choose a calendar in a folder of your own",
        )
    return None


def _is_mounted(path: Path) -> bool:
    """True for a file on which another is mounted, as containers do it. Known on Linux only."""
    try:
        mounts = os.fsdecode(Path("/proc/self/mountinfo").read_bytes()).split("\n")
    except OSError:
        return False
    places = (line.split(" ")[4] for line in mounts if line.count(" ") > 4)
    return str(path) in (
        re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), place) for place in places
    )


def _may_write(path: Path, status: os.stat_result) -> bool:
    """Root may write anything, but a file that nobody may write was meant to stay."""
    return bool(status.st_mode & 0o222) and os.access(path, os.W_OK)


def _give(handle: int, status: os.stat_result) -> None:
    """The mode of the file that was there, and its owner and group as far as that is allowed."""
    if sys.platform != "win32":
        with suppress(OSError):  # only root may give a file away; the group may be allowed
            os.fchown(handle, -1, status.st_gid)
            os.fchown(handle, status.st_uid, -1)
        os.fchmod(handle, stat.S_IMODE(status.st_mode))
