"""What would go wrong next: places that can't be written, a schedule that is not there, words nobody would hear.

``check`` asks for it. Nothing is written here, and each finding stands for itself, whether the calendar
answers or not.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

from blocker.calendars import able, about
from blocker.calendars.addresses import files_of
from blocker.calendars.port import COLORS, NATIVE_FOCUS, PUBLISHED, Finding
from blocker.files.lock import only_run
from blocker.files.places import config_path, state_dir
from blocker.files.replace import hindrance
from blocker.ledger.file import ledger_path
from blocker.ledger.ledger import open_ledger
from blocker.running.journal import log_path
from blocker.running.notify import INSTALL, addresses
from blocker.running.outages import outage
from blocker.running.schedule import TWICE, Cron, Installed, installed
from blocker.running.session import Setup, known_identity, usual_days
from blocker.values.errors import BlockerError, Temporary
from blocker.values.memory import Identity
from blocker.values.settings import Settings
from blocker.values.workweek import day_words

SPARE_BYTES = 1 << 20  # what the ledger, its journal and the log may take in a run
SEEN_BY_CRON = frozenset(("BLOCKER_CONFIG", "BLOCKER_STATE_DIR", "BLOCKER_CALENDAR", "BLOCKER_DEBUG"))


def foresight(setup: Setup) -> Iterator[Finding]:
    """Everything but the calendar's content and the sign-in."""
    yield from _places(setup.state_dir, setup.config.settings.calendar)
    yield from _ledger(setup, known_identity(setup))
    findings, scheduler = _schedule(setup)
    yield from findings
    yield from _hearing(setup.config.settings, setup.environ, scheduler)
    yield from _beyond_the_calendar(setup.config.settings)


def unheard(settings: Settings, environ: Mapping[str, str], scheduler: str) -> str | None:
    """Why nobody would hear of two lost days, in words; None if somebody would. Raises ConfigError."""
    if addresses(settings):
        return None
    if scheduler != Cron.name:
        why = f"{scheduler} sends no mail"
    elif shutil.which("sendmail", path=f"{environ.get('PATH', '')}:/usr/sbin:/usr/lib") is None:
        why = "cron can send no mail here (there is no sendmail)"
    else:
        return None
    return (
        f"{why}, and no notification address is set: only blocker check and the log would tell of failed days"
    )


def _places(state_dir: Path, address: str) -> Iterator[Finding]:
    need = SPARE_BYTES
    for named in files_of(address):
        file = Path(os.path.realpath(named))
        if file.is_file():
            size = file.stat().st_size
            need += 2 * size  # its copy in the ledger, for undo
            yield from list(_unwritable("calendar", file, file.parent)) or _irreplaceable(file)
            yield from _full("calendar", file.parent, size + SPARE_BYTES)
        elif file.is_dir():
            yield from _unwritable("calendar", file)
    there = state_dir
    while not there.exists() and there != there.parent:
        there = there.parent
    yield from _unwritable("state", there)
    yield from _full("state", there, need)


def _unwritable(name: str, *places: Path) -> Iterator[Finding]:
    effective = os.access in os.supports_effective_ids
    for place in places:
        if not os.access(place, os.W_OK, effective_ids=effective):
            yield (
                name,
                "bad",
                f"{place} can't be written: a run would fail; give yourself the right to, or name another",
            )
            return


def _irreplaceable(file: Path) -> Iterator[Finding]:
    refusal = hindrance(file)
    if refusal is not None:
        yield "calendar", "bad", f"{refusal.message}: a run would fail; {refusal.hint}"


def _full(name: str, folder: Path, need: int) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    if free < need:
        words = f"only {free / 1e6:.1f} MB are free at {folder}, and a run may need {need / 1e6:.1f}: free some space"
        yield name, "bad", words


def _ledger(setup: Setup, calendar: Identity) -> Iterator[Finding]:
    if not ledger_path(setup.state_dir).exists():
        yield "last run", "note", "never"
        return
    try:
        with only_run(setup.state_dir, calendar.name):
            pass
    except Temporary:
        yield "lock", "note", "another run is at work at this moment"
    except BlockerError as problem:
        yield "lock", "bad", problem.in_full
    try:
        with open_ledger(setup.state_dir, calendar) as ledger:
            tried = ledger.runs.tried(setup.now.tzinfo or UTC)
    except BlockerError as problem:
        yield "ledger", "bad", problem.in_full
        return
    due = usual_days(setup)
    gap = outage(tried, setup.now.date(), lambda day: day.weekday() in due, today_failed=False)
    words = (
        f"went through on {day_words(gap.last_success)}" if gap.last_success else "none has gone through yet"
    )
    if gap.days:
        days = "one working day was" if len(gap.days) == 1 else f"{len(gap.days)} working days were"
        words += f", and {days} missed since"
    if tried and tried[-1].exit_code != 0:
        words += f"; the last try, on {day_words(tried[-1].day)}, ended with exit code {tried[-1].exit_code}: see {log_path(setup.state_dir)}"
    fine = gap.last_success is not None and not gap.days and tried[-1].exit_code == 0
    yield "last run", "ok" if fine else "note", words


def _schedule(setup: Setup) -> tuple[list[Finding], str | None]:
    """The findings, and the name of the scheduler that has the daily run."""
    environ = setup.environ
    try:
        found = installed(environ)
    except BlockerError as problem:
        words = f"{problem.message}: whether a daily run is installed is not known"
        return [("schedule", "note", words)], None
    if not found:
        return [("schedule", "note", "no daily run is installed here: blocker cron install")], None
    said = [finding for one in found for finding in (*_entry(one), *_other_places(one, setup))]
    if len(found) > 1:
        said.append(("schedule", "note", TWICE))
    hidden = [n for n in sorted(environ) if n.startswith("BLOCKER_") and n not in SEEN_BY_CRON]
    unseen = "is set here, and the daily run does not see it: put it into the config"
    return [*said, *(("schedule", "note", f"{name} {unseen}") for name in hidden)], found[0].scheduler


def _entry(one: Installed) -> Iterator[Finding]:
    gone = next((w for w in one.command if w.startswith("/") and not Path(w).exists()), None)
    if gone:
        words = f"the daily run in {one.scheduler} needs {gone}, which is gone; run: blocker cron install"
        yield "schedule", "bad", words
    elif one.idle:
        words = f"a daily run is installed in {one.scheduler}, but {one.idle}: blocker cron install"
        yield "schedule", "bad", words
    else:
        yield "schedule", "ok", f"a daily run in {one.scheduler}"


def _other_places(one: Installed, setup: Setup) -> Iterator[Finding]:
    """Where an entry names another config or state folder than the ones that this very call uses."""
    if not one.command:
        return
    after, config, calendar = dict(pairwise(one.command)), config_path({}), setup.config.settings.calendar
    set_there = dict(word.partition("=")[::2] for word in one.command if "=" in word)
    state = set_there.get("BLOCKER_STATE_DIR", str(state_dir({})))
    for what, there, here in (
        ("config", after.get("-c", str(config)), str((setup.config.path or config).absolute())),
        ("state folder", state, str(setup.state_dir)),
        ("calendar", after.get("--calendar", calendar), calendar),
    ):
        if os.path.realpath(there) != os.path.realpath(here):
            words = f"the daily run in {one.scheduler} uses the {what} {there}, and this call {here}"
            yield "schedule", "note", f"{words}: blocker cron install makes it the same"


def _hearing(settings: Settings, environ: Mapping[str, str], scheduler: str | None) -> Iterator[Finding]:
    """Whether two lost days would be heard of."""
    try:
        number = len(addresses(settings))
        silent = unheard(settings, environ, scheduler) if scheduler else None
    except BlockerError as problem:
        yield "notify", "bad", problem.in_full
        return
    if silent:
        yield "notify", "note", silent
    elif number and find_spec("apprise") is None:
        yield "notify", "bad", f"Apprise is not installed; {INSTALL}"
    elif number:
        yield (
            "notify",
            "ok",
            f"two failed days in a row go to {number} {'address' if number == 1 else 'addresses'}",
        )


def _beyond_the_calendar(settings: Settings) -> Iterator[Finding]:
    """Settings that the calendar which is written can't carry out: they do no harm, and no good."""
    can = about(settings.calendar).capabilities
    if NATIVE_FOCUS not in can:
        only = f"only {' and '.join(able(NATIVE_FOCUS))} has focus time; here the blocks are ordinary busy events"
        if settings.protect == "decline":
            yield "config", "note", f'protect = "decline" declines nothing here: {only}'
        if settings.native_focus:
            yield "config", "note", f"native_focus = true does nothing here: {only}"
    if settings.publish and PUBLISHED not in can:
        yield "config", "note", f"publish = true does nothing here: it is for {' or '.join(able(PUBLISHED))}"
    colored = [name for name, kind in settings.blocks.items() if kind.color]
    if colored and COLORS not in can:
        words = "is written down, and few programs that show this calendar show it"
        yield "config", "note", f"color of {', '.join(colored)} {words}"
