"""Every command with its arguments, as ``--help`` shows them (design 5)."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

WEEK = "this (default), next, 2026-W48, or a date in it"


def whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no whole number") from None


def number_of_hours(text: str) -> float:
    """Also with a decimal comma: 2,5 are two hours and a half."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no number of hours, such as 2.5") from None


class Homes(tuple[str, ...]):
    """Where a calendar may be. ``caldav`` is taken, to be told that it is not there yet, and not offered."""

    __slots__ = ()

    def __contains__(self, word: object) -> bool:
        return word == "caldav" or super().__contains__(word)


def _nothing(command: argparse.ArgumentParser) -> None:
    """A command without arguments."""


def _run(command: argparse.ArgumentParser) -> None:
    command.add_argument("-n", "--dry-run", action="store_true", help="only show what would be done")
    command.add_argument("-y", "--yes", action="store_true", help="do it without asking")
    command.add_argument("--force", action="store_true", help="let through a plan that the guard refuses")


def _daily_run(command: argparse.ArgumentParser) -> None:
    _run(command)
    command.add_argument(
        "--cron", action="store_true", help="as the schedule calls it: once a day, loud only when it matters"
    )


def _cron(command: argparse.ArgumentParser) -> None:
    what = command.add_subparsers(dest="what", metavar="install|show|remove", required=True)
    install = what.add_parser("install", help="put the daily run into the crontab")
    install.add_argument(
        "--at", default="06:30", metavar="TIME", help="the wall clock's time (default 06:30)"
    )
    install.add_argument(
        "--days", default="mon-fri", metavar="DAYS", help="mon-fri (default), or mon,wed,fri"
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


def _check(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--repair", action="store_true", help="make a damaged ledger again from what is left"
    )


def _rebalance(command: argparse.ArgumentParser) -> None:
    command.add_argument("week", nargs="?", metavar="WEEK", help=WEEK)
    command.add_argument(
        "--what-if",
        type=whole_number,
        metavar="MINUTES",
        help="only name the fewest meetings of your own whose moving frees so many minutes in a row",
    )
    _run(command)


def _plan(command: argparse.ArgumentParser) -> None:
    command.add_argument("--exit-code", action="store_true", help="exit 5 if there are changes to make")


def _load(command: argparse.ArgumentParser) -> None:
    command.add_argument("week", nargs="?", metavar="WEEK", help=WEEK)
    command.add_argument("--events", action="store_true", help="list every event, how it was counted and why")
    command.add_argument(
        "--ahead",
        type=whole_number,
        metavar="N",
        help="so many weeks to come, as they stand and as they are likely to be",
    )


def _history(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--weeks", type=whole_number, default=12, metavar="N", help="how many weeks back (default 12)"
    )


def _calibrate(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--weeks",
        type=whole_number,
        default=8,
        metavar="N",
        help="how many completed weeks to replay (default 8)",
    )
    command.add_argument(
        "--write",
        nargs="?",
        const="both",
        choices=("amber", "red", "both"),
        help="put what is advised into the config file, or your own figures of one rule",
    )


def _report(command: argparse.ArgumentParser) -> None:
    form = command.add_mutually_exclusive_group()
    form.add_argument("--text", action="store_true", help="in words, on the terminal (default)")
    form.add_argument(
        "--html", type=Path, metavar="FILE", help="one page that works offline, to read or to mail"
    )
    form.add_argument(
        "--ics", type=Path, metavar="FILE", help="the proposed blocks, tentative, to import elsewhere"
    )
    form.add_argument("--csv", action="store_true", help="load and history, a line for each week")
    form.add_argument(
        "--bug",
        type=Path,
        metavar="FILE",
        help="what a maintainer needs to make this plan again; no words of yours",
    )
    command.add_argument("--open", action="store_true", help="show the page in the browser (with --html)")
    command.add_argument(
        "--no-titles", action="store_true", help="leave out what events are called, for sharing"
    )


def _explain(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "what", metavar="KEY|DATE|WEEK", help="such as strategic/2026-W48/1, 2026-11-24, 2026-W48"
    )


def _config(command: argparse.ArgumentParser) -> None:
    what = command.add_subparsers(dest="what", metavar="show", required=True)
    show = what.add_parser("show", help="print the settings in force")
    show.add_argument("--origin", action="store_true", help="say where each value comes from")


def _connect(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "what", choices=Homes(("google", "ics")), metavar="google|ics", help="where your calendar is"
    )
    how = command.add_mutually_exclusive_group()
    how.add_argument(
        "--credentials",
        type=Path,
        metavar="FILE",
        help="Google's JSON for your desktop app (credentials.json)",
    )
    how.add_argument("--token", type=Path, metavar="FILE", help="a sign-in that was made on another machine")
    how.add_argument("--service-account", type=Path, metavar="FILE", help="the key of a service account")
    command.add_argument("--subject", metavar="WHO", help="the address for which the service account acts")
    command.add_argument(
        "--headless", action="store_true", help="this machine has no browser: say what to do"
    )


def _skip(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "what", metavar="WEEK|KEY", help="this, next, 2026-W48, a date, or strategic/2026-W48/1"
    )


def _busy(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "hours",
        type=number_of_hours,
        metavar="HOURS",
        help="mail, tickets, one-click tasks; 0 takes them back",
    )
    command.add_argument("week", nargs="?", metavar="WEEK", help=WEEK)


def _pause(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--until", required=True, metavar="DATE", help="the last day of the pause, such as 2026-12-31"
    )


def _leave(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--remove", action="store_true", help="take every block ahead off the calendar, and forget"
    )
    command.add_argument("-y", "--yes", action="store_true", help="do it without asking")


def _park(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "text", nargs="*", metavar="TEXT", help="the question; - or nothing reads it from a pipe"
    )
    command.add_argument("--from", dest="asked_by", metavar="WHO", help="who asks")


def _parked(command: argparse.ArgumentParser) -> None:
    command.add_argument("--all", action="store_true", help="those that are done or dropped too")
    command.usage = "blocker parked [-h] [--all] [done ID … | drop ID …]"
    what = command.add_subparsers(dest="what", metavar="done|drop", prog="blocker parked")
    for name, words in (("done", "it was thought through"), ("drop", "it need not be thought about")):
        end = what.add_parser(name, help=words)
        end.add_argument(
            "ids", nargs="+", type=whole_number, metavar="ID", help="its number, as parked shows it"
        )


Fill = Callable[[argparse.ArgumentParser], None]

# group → command → (module:function in blocker.commands, what it adds, help)
COMMANDS: Mapping[str, Mapping[str, tuple[str, Fill, str]]] = {
    "daily": {
        "run": ("daily:run", _daily_run, "place what is due; what cron calls"),
        "rebalance": ("whatif:rebalance", _rebalance, "make one week better; its blocks may move"),
    },
    "looking": {
        "plan": ("looking:plan", _plan, "what run would do"),
        "load": ("looking:load", _load, "a week's measures, its level and the rules that fire"),
        "report": ("reporting:report", _report, "the weeks as a page, as text, as a calendar or as a table"),
        "explain": ("explaining:explain", _explain, "why this block, why here; or why a week has its level"),
        "history": (
            "remembering:history",
            _history,
            "your weeks: thinking time owed, kept, skipped, moved, overrun",
        ),
        "calibrate": (
            "calibrating:calibrate",
            _calibrate,
            "do the rules fire when they should? your own thresholds",
        ),
    },
    "thinking": {
        "park": ("thinking:park", _park, "keep a question for the next strategic block"),
        "parked": ("thinking:parked", _parked, "the questions that wait; done ID or drop ID ends one"),
    },
    "your say": {
        "skip": (
            "say:skip",
            _skip,
            "take a week's blocks, or one block, away and book nothing in their place",
        ),
        "busy": ("say:busy", _busy, "count hours of load that are not on the calendar"),
        "pause": ("say:pause", _pause, "book nothing new until a date; what stands stays"),
        "resume": ("say:resume", _nothing, "end the pause"),
        "undo": (
            "undoing:undo",
            _nothing,
            "take back what the last run wrote, where nobody changed it since",
        ),
        "leave": (
            "say:leave",
            _leave,
            "stop; with --remove every block ahead goes, and what was known of the calendar",
        ),
    },
    "setting up": {
        "init": ("setting_up:init", _nothing, "write a commented config file"),
        "connect": ("connecting:connect", _connect, "sign in to your calendar, once: google or ics"),
        "check": ("setting_up:check", _check, "is everything in order, and what would go wrong next"),
        "cron": ("scheduling:cron", _cron, "install, show or remove the daily run"),
        "config": ("setting_up:config_show", _config, "the settings in force, and where each comes from"),
        "demo": ("demo:demo", _nothing, "the whole job on a sample calendar; nothing of yours is touched"),
    },
}
