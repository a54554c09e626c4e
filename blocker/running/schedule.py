"""The daily run's entry in the machine's own scheduler: cron, on macOS too, or a systemd user timer.

Both have the same verbs on a :class:`Schedule`: what it would write, install, show, what it runs, remove.
Everything else in a crontab stays as it was, byte for byte. For Windows there is a line to paste.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from blocker.values.errors import BlockerError, UsageError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LAST_HOUR = 20  # until then an hourly look catches up after a machine that slept
BEGIN, END = "# >>> blocker: the daily run", "# <<< blocker"
SERVICE, TIMER = "blocker.service", "blocker.timer"
TASK = "blocker"  # its name in the Task Scheduler of Windows


# Harmless, as only the first one of a day does the work, and one too many all the same.
TWICE = (
    "The daily run is installed twice, in systemd and in cron. One is enough: take the other out with "
    "blocker cron remove --systemd, or blocker cron remove"
)


class Schedule(Struct, frozen=True):
    """When and what: hour and minute of the wall clock, weekdays (0 is Monday), the command's words."""

    hour: int
    minute: int
    days: tuple[int, ...]
    command: tuple[str, ...]

    @property
    def clock(self) -> str:
        return f"{self.hour:02d}:{self.minute:02d}"

    @property
    def weekdays(self) -> str:
        return ", ".join(DAYS[day].capitalize() for day in self.days)


class Scheduler(Protocol):
    """One kind of scheduler on this machine."""

    name: str

    def preview(self, schedule: Schedule) -> str:
        """What would be written, as a person can read it."""

    def install(self, schedule: Schedule) -> str:
        """Write it; says where. Raises BlockerError if the system says no."""

    def show(self) -> str | None:
        """What is installed, or None."""

    def command(self, entry: str) -> tuple[str, ...]:
        """The words that an entry runs, as the program gets them; none where that can't be told."""

    def idle(self, entry: str) -> str | None:
        """Why an installed entry does not run, in words; None if nothing speaks against it."""

    def remove(self) -> bool:
        """Take it away; False if there was nothing."""


def parse_at(text: str) -> tuple[int, int]:
    """``06:30`` → hour and minute. Raises UsageError."""
    hour, colon, minute = text.partition(":")
    if colon and hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60:
        return int(hour), int(minute)
    raise UsageError(f"--at {text} is not a time of day", "write it as 06:30")


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
        command = " ".join(_cron_word(word) for word in schedule.command)
        return f"{BEGIN}\n{schedule.minute} {hours} * * {days} {command}\n{END}\n"

    def install(self, schedule: Schedule) -> str:
        self._write(_without_ours(self._read()) + self.preview(schedule))
        return "the crontab"

    def show(self) -> str | None:
        text = self._read()
        start, end = text.find(BEGIN), text.find(END)
        return text[start : end + len(END)] if 0 <= start < end else None

    def command(self, entry: str) -> tuple[str, ...]:
        lines = [line for line in entry.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        return _split(lines[0].split(None, 5)[-1].replace("\\%", "%")) if lines else ()

    def idle(self, entry: str) -> str | None:
        return None if self.command(entry) else "its line is commented out or can't be read"

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


def _cron_word(word: str) -> str:
    """Quoted for the shell that cron calls, whichever cron it is.

    A bare % ends the command for cron. Vixie's cron also takes one of two backslashes in a row away, others
    don't: so no backslash here stands before another, nor before a % of the word's own.
    """
    quoted = "\\%".join(shlex.quote(part) if part else "" for part in word.split("%")) or "''"
    return re.sub(r"\\(?=\\)", r"\\''", quoted)


def _split(line: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(line))
    except ValueError:
        return ()


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
        with self._all_or_nothing():
            for path, text in self._files(schedule):
                _write_file(path, text)
            result = _call(["systemctl", "--user", "enable", "--now", TIMER])
            if result.returncode != 0:
                raise BlockerError(
                    f"systemd did not take the timer, and nothing was installed: {result.stderr.strip()}",
                    "log in as yourself, without su or sudo, and try again; or leave --systemd out: cron does as well",
                )
        return str(self._folder / TIMER)

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """What fails inside leaves files and folders as they were, an earlier timer included."""
        made = [f for f in (self._folder, *self._folder.parents) if not f.exists()]
        before = {path: path.read_bytes() if path.exists() else None for path in self._paths}
        try:
            yield
        except BlockerError:
            if before[self._folder / TIMER] is None and shutil.which("systemctl"):
                _call(["systemctl", "--user", "disable", TIMER])  # the link that a half-done enable has made
            for path, content in before.items():
                with suppress(OSError):
                    path.unlink(missing_ok=True) if content is None else path.write_bytes(content)
            for folder in made:
                with suppress(OSError):
                    folder.rmdir()
            raise

    def show(self) -> str | None:
        if not (self._folder / TIMER).exists():
            return None
        try:
            return "\n".join(path.read_text(encoding="utf-8") for path in self._paths if path.exists())
        except (OSError, ValueError) as problem:
            raise BlockerError(f"the timer in {self._folder} can't be read: {problem}") from None

    def command(self, entry: str) -> tuple[str, ...]:
        line = next((line for line in entry.splitlines() if line.startswith("ExecStart=")), "")
        return tuple(
            word.replace("%%", "%").replace("$$", "$") for word in _split(line.removeprefix("ExecStart="))
        )

    def idle(self, entry: str) -> str | None:
        if shutil.which("systemctl") is None:
            return None
        result = _call(["systemctl", "--user", "is-enabled", TIMER])
        if result.returncode == 0 or "connect" in result.stderr:  # nobody to ask, where nobody is logged in
            return None
        return f"systemd does not run it ({(result.stdout or result.stderr).strip()})"

    def remove(self) -> bool:
        if self.show() is None:
            return False
        if shutil.which("systemctl"):
            _call(["systemctl", "--user", "disable", "--now", TIMER])
        for path in self._paths:
            path.unlink(missing_ok=True)
        return True

    @property
    def _paths(self) -> tuple[Path, Path]:
        return self._folder / SERVICE, self._folder / TIMER

    def _files(self, schedule: Schedule) -> list[tuple[Path, str]]:
        days = schedule.weekdays.replace(" ", "")
        program, *others = schedule.command
        if set(program) & set("\\\"'"):  # systemd takes no such program, and any such word
            program, others = "/usr/bin/env", list(schedule.command)
        # No variable is put in for the $ of a program, so it stays single there.
        words = " ".join(
            [_systemd_word(program), *(_systemd_word(word).replace("$", "$$") for word in others)]
        )
        service = (
            f"[Unit]\nDescription=blocker: the daily run\n\n[Service]\nType=oneshot\nExecStart={words}\n"
        )
        timer = (
            "[Unit]\nDescription=blocker: once a day\n\n"
            f"[Timer]\nOnCalendar={days} *-*-* {schedule.clock}:00\nPersistent=true\n\n"
            "[Install]\nWantedBy=timers.target\n"
        )
        return list(zip(self._paths, (service, timer), strict=True))


def _systemd_word(word: str) -> str:
    """Quoted as systemd reads it: specifiers doubled, quotes and backslashes escaped."""
    safe = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
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


class Installed(Struct, frozen=True):
    """A daily run that is installed: where, its entry and the words that it runs; why it is idle, if it is."""

    scheduler: str
    entry: str
    command: tuple[str, ...]
    idle: str | None


def installed(environ: Mapping[str, str]) -> tuple[Installed, ...]:
    """Every daily run that is installed, those that run first.

    Raises BlockerError where none is found and a scheduler could not be asked.
    """
    schedulers: tuple[Scheduler, ...] = (Systemd(home_folder(environ)), Cron())
    found: list[Installed] = []
    problem: BlockerError | None = None
    for each in schedulers:
        try:
            entry = each.show()
        except BlockerError as error:
            problem = error
            continue
        if entry is not None:
            found.append(Installed(each.name, entry, each.command(entry), each.idle(entry)))
    if problem is not None and not found:
        raise problem
    return tuple(sorted(found, key=lambda one: one.idle is not None))


def home_folder(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or Path.home())
