"""The daily run's entry in the machine's own scheduler: cron, on macOS too, or a systemd user timer.

Both have the same four verbs on a :class:`Schedule`: what it would write, install, show, remove.
Everything else in a crontab stays as it was, byte for byte. For Windows there is a line to paste.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from blocker.values.errors import BlockerError, UsageError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LAST_HOUR = 20  # until then an hourly look catches up after a machine that slept
BEGIN, END = "# >>> blocker: the daily run", "# <<< blocker"
TASK = "blocker"  # its name in the Task Scheduler of Windows


class Schedule(Struct, frozen=True):
    """When and what: hour and minute of the wall clock, weekdays (0 is Monday), the command's words."""

    hour: int
    minute: int
    days: tuple[int, ...]
    command: tuple[str, ...]

    @property
    def clock(self) -> str:
        return f"{self.hour:02d}:{self.minute:02d}"


class Scheduler(Protocol):
    """One kind of scheduler on this machine."""

    name: str

    def preview(self, schedule: Schedule) -> str:
        """What would be written, as a person can read it."""

    def install(self, schedule: Schedule) -> str:
        """Write it; says where. Raises BlockerError if the system says no."""

    def show(self) -> str | None:
        """What is installed, or None."""

    def remove(self) -> bool:
        """Take it away; False if there was nothing."""


def parse_at(text: str) -> tuple[int, int]:
    """``06:30`` → hour and minute. Raises UsageError."""
    hour, colon, minute = text.partition(":")
    if colon and hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60:
        return int(hour), int(minute)
    raise UsageError(f"--at {text} is no time of day", "write it as 06:30")


def parse_days(text: str) -> tuple[int, ...]:
    """``mon-fri`` or ``mon,wed,fri`` → weekday numbers. Raises UsageError."""
    chosen: set[int] = set()
    for part in text.lower().split(","):
        first, dash, last = part.strip().partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise UsageError(f"--days {text} names no weekdays", "write them as mon-fri, or mon,wed,fri")
        start, end = DAYS.index(first), DAYS.index(last) if dash else DAYS.index(first)
        chosen.update(n % 7 for n in range(start, end + 1 if end >= start else end + 8))
    return tuple(sorted(chosen))


def _call(words: Sequence[str], stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    program = shutil.which(words[0])
    if program is None:
        raise BlockerError(f"there is no {words[0]} on this machine", "see: blocker cron install --help")
    return subprocess.run([program, *words[1:]], input=stdin, capture_output=True, text=True, check=False)  # noqa: S603 - the system's own scheduler, no shell


class Cron:
    """The user's crontab: an hourly look from the chosen time on, which does its work once a day."""

    name = "cron"

    def preview(self, schedule: Schedule) -> str:
        hours = f"{schedule.hour}-{LAST_HOUR}" if schedule.hour < LAST_HOUR else str(schedule.hour)
        days = ",".join(str((day + 1) % 7) for day in schedule.days)
        command = shlex.join(schedule.command).replace("%", "\\%")
        return f"{BEGIN}\n{schedule.minute} {hours} * * {days} {command}\n{END}\n"

    def install(self, schedule: Schedule) -> str:
        self._write(_without_ours(self._read()) + self.preview(schedule))
        return "the crontab"

    def show(self) -> str | None:
        text = self._read()
        start, end = text.find(BEGIN), text.find(END)
        return text[start : end + len(END)] if 0 <= start < end else None

    def remove(self) -> bool:
        text = self._read()
        without = _without_ours(text)
        if without == text:
            return False
        self._write(without)
        return True

    def _read(self) -> str:
        result = _call(["crontab", "-l"])
        if result.returncode != 0 and "no crontab" not in result.stderr:
            raise BlockerError(f"the crontab can't be read: {result.stderr.strip()}", "see: crontab -l")
        return result.stdout if result.returncode == 0 else ""

    def _write(self, text: str) -> None:
        words = ["crontab", "-"] if text else ["crontab", "-r"]
        result = _call(words, text)
        if result.returncode != 0:
            raise BlockerError(f"the crontab was not changed: {result.stderr.strip()}", "see: crontab -e")


def _without_ours(text: str) -> str:
    """The crontab without our lines. A last line without its line end gets one: cron wants it."""
    start, end = text.find(f"{BEGIN}\n"), text.find(f"{END}\n")
    if 0 <= start < end:
        text = text[:start] + text[end + len(END) + 1 :]
    return text if not text or text.endswith("\n") else text + "\n"


class Systemd:
    """A user timer that catches up after sleep by itself (``Persistent``)."""

    name = "systemd"

    def __init__(self, home: Path) -> None:
        self._folder = home / ".config" / "systemd" / "user"

    def preview(self, schedule: Schedule) -> str:
        return "\n".join(f"# {path}\n{text}" for path, text in self._files(schedule))

    def install(self, schedule: Schedule) -> str:
        for path, text in self._files(schedule):
            _write_file(path, text)
        result = _call(["systemctl", "--user", "enable", "--now", "blocker.timer"])
        if result.returncode != 0:
            raise BlockerError(
                f"the timer's files are in {self._folder}, but systemd did not take them: {result.stderr.strip()}",
                "when you are logged in, run: systemctl --user enable --now blocker.timer",
            )
        return str(self._folder / "blocker.timer")

    def show(self) -> str | None:
        files = [self._folder / name for name in ("blocker.service", "blocker.timer")]
        if not files[1].exists():
            return None
        return "\n".join(file.read_text(encoding="utf-8") for file in files if file.exists())

    def remove(self) -> bool:
        if self.show() is None:
            return False
        if shutil.which("systemctl"):
            _call(["systemctl", "--user", "disable", "--now", "blocker.timer"])
        for name in ("blocker.timer", "blocker.service"):
            (self._folder / name).unlink(missing_ok=True)
        return True

    def _files(self, schedule: Schedule) -> list[tuple[Path, str]]:
        days = ",".join(DAYS[day].capitalize() for day in schedule.days)
        words = " ".join(_systemd_word(word) for word in schedule.command)
        service = (
            f"[Unit]\nDescription=blocker: the daily run\n\n[Service]\nType=oneshot\nExecStart={words}\n"
        )
        timer = (
            "[Unit]\nDescription=blocker: once a day\n\n"
            f"[Timer]\nOnCalendar={days} *-*-* {schedule.clock}:00\nPersistent=true\n\n"
            "[Install]\nWantedBy=timers.target\n"
        )
        return [(self._folder / "blocker.service", service), (self._folder / "blocker.timer", timer)]


def _systemd_word(word: str) -> str:
    """Quoted as systemd reads it: specifiers doubled, quotes and backslashes escaped."""
    safe = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{safe}"'


def windows_line(schedule: Schedule) -> str:
    """The command that makes the Task Scheduler of Windows run it, to be pasted into a terminal there."""
    days = ",".join(DAYS[day].upper() for day in schedule.days)
    words = ["schtasks", "/Create", "/TN", TASK, "/SC", "WEEKLY", "/D", days, "/ST", schedule.clock]
    return subprocess.list2cmdline([*words, "/TR", subprocess.list2cmdline(schedule.command)])


def _write_file(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise BlockerError(
            f"{path} can't be written: {problem.strerror}", "check the folder's rights"
        ) from None


def installed(environ: Mapping[str, str]) -> tuple[str, str] | None:
    """The scheduler that has the daily run, and its entry; None if none has. Raises BlockerError."""
    schedulers: tuple[Scheduler, ...] = (Systemd(home_folder(environ)), Cron())
    for scheduler in schedulers:
        entry = scheduler.show()
        if entry is not None:
            return scheduler.name, entry
    return None


def home_folder(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or Path.home())
