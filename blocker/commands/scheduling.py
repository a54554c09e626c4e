"""``cron install``, ``cron show``, ``cron remove``: the daily run in the machine's own scheduler."""

from __future__ import annotations

import sys
from argparse import Namespace
from unicodedata import category

from blocker.commands.answer import Answer, Talk
from blocker.commands.foresight import unheard
from blocker.commands.parser import Parser
from blocker.running.journal import log_path
from blocker.running.run import at_work
from blocker.running.schedule import (
    LAST_HOUR,
    TASK,
    TWICE,
    Cron,
    Schedule,
    Scheduler,
    Systemd,
    home_folder,
    installed,
    parse_at,
    parse_days,
    windows_line,
)
from blocker.running.session import Session, Setup, usual_days
from blocker.showing.documents import SCHEMA
from blocker.showing.plan_screen import plan_screen_lines
from blocker.showing.printable import wrapped
from blocker.values.errors import UsageError

HOURLY = (
    "It looks once an hour from {clock} to {last}:{minute:02d}, so that a machine which was asleep catches up. The first "
    "look of a day does the work; the others end at once."
)


def add_cron(command: Parser) -> None:
    what = command.add_subparsers(dest="what", metavar="install|show|remove", required=True)
    install = what.add_parser(
        "install", help="put the daily run into the crontab; on Windows, print the line to paste"
    )
    install.add_argument("--at", default="06:30", metavar="TIME", help="when, in local time (default 06:30)")
    install.add_argument(
        "--days", metavar="DAYS", help="mon-fri, or mon,wed,fri (default: your working days)"
    )
    install.add_argument("-y", "--yes", action="store_true", help="do it without asking")
    for each in (
        install,
        what.add_parser("show", help="what is installed"),
        what.add_parser("remove", help="take it out"),
    ):
        each.add_argument(
            "--systemd", action="store_true", help="a systemd user timer instead of the crontab"
        )
    command.set_defaults(work=cron)


def cron(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Install, show or remove the daily run; on Windows, say the line that does it."""
    if sys.platform == "win32":
        return _on_windows(args, setup)
    scheduler: Scheduler = Systemd(home_folder(setup.environ)) if args.systemd else Cron()
    if args.what == "install":
        return _install(scheduler, args, setup, talk)
    if args.what == "show":
        return _show(args, setup)
    removed = scheduler.remove()
    words = "The daily run was taken out of" if removed else "There was no daily run in"
    return Answer(
        [f"{words} {scheduler.name}; everything else in it is as it was."],
        {"schema": SCHEMA, "removed": removed},
    )


def _show(args: Namespace, setup: Setup) -> Answer:
    """Every daily run that is installed; with ``--systemd``, the timer alone."""
    found = [one for one in installed(setup.environ) if not args.systemd or one.scheduler == Systemd.name]
    lines: list[str] = []
    for one in found:
        lines += [
            f"In {one.scheduler}{f', but {one.idle}' if one.idle else ''}:",
            *one.entry.splitlines(),
            "",
        ]
    if not found:
        where = Systemd.name if args.systemd else f"{Cron.name} or {Systemd.name}"
        lines.append(f"No daily run is installed in {where}.")
    elif len(found) > 1:
        lines.append(TWICE)
    first = found[0] if found else None
    return Answer(
        lines,
        {
            "schema": SCHEMA,
            "scheduler": first.scheduler if first else None,
            "entry": first.entry if first else None,
            "installed": [{"scheduler": o.scheduler, "entry": o.entry, "idle": o.idle} for o in found],
        },
        verbatim=True,
    )


def _install(scheduler: Scheduler, args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Show what will be written and what the first run would do; a yes covers both."""
    schedule = _schedule(args, setup)
    hourly = []
    if isinstance(scheduler, Cron) and schedule.hour < LAST_HOUR:
        hourly = [HOURLY.format(clock=schedule.clock, last=LAST_HOUR, minute=schedule.minute)]
    shown = [
        f"This goes into {scheduler.name}:",
        "",
        *scheduler.preview(schedule).splitlines(),
        "",
        *wrapped(hourly, talk.width),
    ]
    with Session(setup) as session, at_work(session) as ledger:
        memory = ledger.memory()
        plan = session.read(memory).plan()
        if not memory.confirmed:
            shown += [
                "",
                "And this is what the first run will do, unattended:",
                "",
                *plan_screen_lines(plan, talk.width),
            ]
        if not args.yes:
            if talk.ask is None:
                raise UsageError(
                    "cron install asks first, and there is no terminal to ask on", "add -y to say yes"
                )
            if talk.show is not None:
                talk.show(Answer(shown, verbatim=True))
            if not talk.ask([], "Install it, and let it run unattended?"):
                return Answer(["Nothing was changed."], {"schema": SCHEMA, "installed": False})
        place = scheduler.install(schedule)
        ledger.confirm_calendar(plan.now)
    lines = [
        f"Installed in {place}: {schedule.weekdays} at {schedule.clock}.",
    ]
    lines.append("If it fails on two days in a row you hear of it; blocker check says more.")
    silent = unheard(setup.config.settings, setup.environ, scheduler.name)
    if silent:
        lines.append(f"But {silent}. See notify_file in the config.")
    if len(installed(setup.environ)) > 1:
        lines.append(TWICE)
    if isinstance(scheduler, Systemd):
        lines.append("It runs while you are logged in; for always: loginctl enable-linger")
    lines.append(f"Each run is a line in {log_path(setup.state_dir)}.")
    return Answer(
        [*(shown if args.yes else []), *wrapped(lines, talk.width)],
        {"schema": SCHEMA, "installed": True, "scheduler": scheduler.name, "place": place},
        verbatim=True,
    )


def _on_windows(args: Namespace, setup: Setup) -> Answer:
    """Nothing is done there: the Task Scheduler is the person's to change."""
    said = "Paste this into a terminal:"
    if args.what == "install":
        said = "Once blocker run has asked you, paste this into a terminal:"
        line = windows_line(_schedule(args, setup))
    else:
        line = f"schtasks /{'Query' if args.what == 'show' else 'Delete'} /TN {TASK}"
    return Answer([said, "", line], {"schema": SCHEMA, "line": line}, verbatim=True)


def _schedule(args: Namespace, setup: Setup) -> Schedule:
    """When and what. Raises UsageError for a word that would end its line in a crontab or a unit file."""
    hour, minute = parse_at(args.at)
    command = _command(args, setup)
    for word in command:
        if any(category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in word):
            raise UsageError(
                f"{word!r} has a line break, another control character or a broken letter in it, which a schedule "
                "can't have",
                "rename the file or the folder",
            )
    days = parse_days(args.days) if args.days else tuple(sorted(usual_days(setup)))
    return Schedule(hour, minute, days, command)


def _command(args: Namespace, setup: Setup) -> tuple[str, ...]:
    """The run with absolute paths, as this very installation and these very places would do it."""
    words: list[str] = []
    if setup.environ.get("BLOCKER_STATE_DIR") and sys.platform != "win32":
        words += ["/usr/bin/env", f"BLOCKER_STATE_DIR={setup.state_dir}"]
    words += [sys.executable, "-P", "-m", "blocker"]  # nothing in cron's folder is taken for a module
    if setup.config.path is not None:
        words += ["-c", str(setup.config.path.absolute())]
    if args.calendar or setup.environ.get("BLOCKER_CALENDAR") or setup.config.path is None:
        words += ["--calendar", setup.config.settings.calendar]
    if args.log_json:
        words.append("--log-json")
    if args.log_titles:
        words.append("--log-titles")
    return (*words, "run", "--cron")
