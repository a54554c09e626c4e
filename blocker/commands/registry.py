"""Every command, in the groups and the order of ``blocker --help``, with the module that has it.

A module is imported when its command is called: the page's template engine is of no use to ``run``, and a
terminal's colours are of none to cron. This is the one place that does so.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, TextIO

from blocker.commands.parser import Parser

if TYPE_CHECKING:
    from blocker.commands.calling import Call
    from blocker.showing.picture import Picture


class Entry(NamedTuple):
    """A command: the module whose ``add_NAME`` adds its arguments and its work, and a line on what it does."""

    module: str
    says: str


GROUPS: Mapping[str, Mapping[str, Entry]] = {
    "daily": {
        "run": Entry("daily", "place what is due; what cron calls"),
        "rebalance": Entry("whatif", "make one week better; its blocks may move"),
    },
    "looking": {
        "plan": Entry("looking", "what run would do"),
        "load": Entry("looking", "a week's measures, its level and the rules that fire"),
        "report": Entry("reporting", "the weeks as a page, as text, as a calendar or as a table"),
        "explain": Entry("explaining", "why this block, why here; or why a week has its level"),
        "history": Entry("remembering", "your weeks: thinking time owed, kept, skipped, moved, overrun"),
        "calibrate": Entry("calibrating", "your own lines beside the usual ones, and others to try"),
    },
    "thinking": {
        "park": Entry("thinking", "keep a question for the next strategic block"),
        "parked": Entry("thinking", "the questions that wait; done ID or drop ID ends one"),
    },
    "your say": {
        "skip": Entry("say", "take a week's blocks, or one block, away and book nothing in their place"),
        "busy": Entry("say", "count hours of load that are not on the calendar"),
        "pause": Entry("say", "book nothing new until a date; what stands stays"),
        "resume": Entry("say", "end the pause"),
        "undo": Entry("undoing", "take back what the last run wrote, where nobody changed it since"),
        "leave": Entry(
            "say", "stop; with --remove every block ahead goes, and what was known of the calendar"
        ),
    },
    "setting up": {
        "init": Entry("setting_up", "write a commented config file"),
        "connect": Entry("connecting", "sign in to your calendar, once"),
        "check": Entry("setting_up", "is everything in order, and what would go wrong next"),
        "cron": Entry("scheduling", "install, show or remove the daily run"),
        "config": Entry("setting_up", "the settings in force, and where each comes from"),
        "demo": Entry("demo", "the whole job on a sample calendar; nothing of yours is touched"),
    },
}
COMMANDS: Mapping[str, Entry] = {name: entry for group in GROUPS.values() for name, entry in group.items()}


def arguments_of(name: str) -> Callable[[Parser], None]:
    """What adds the arguments of a command to its parser, and its work as the default of ``work``."""
    module = import_module(f"blocker.commands.{COMMANDS[name].module}")
    found: Callable[[Parser], None] = getattr(module, f"add_{name}")
    return found


def begin(args: Namespace, environ: Mapping[str, str], clock: Callable[[], datetime]) -> Call:
    """The call of a command whose words are read."""
    from blocker.commands.calling import Call

    return Call(args, environ, clock)


def painted(picture: Picture, stream: TextIO, color: bool) -> str | None:
    """A picture as ``stream``, a terminal, shows it; None where it has no room for one."""
    from blocker.showing.paint import paint

    return paint(picture, stream, color=color)
