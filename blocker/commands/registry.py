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
        "run": Entry("daily", "book the blocks that are due (what cron runs)"),
        "rebalance": Entry("whatif", "replan one week, moving its blocks to better times"),
    },
    "looking": {
        "plan": Entry("looking", "show what run would do; nothing is written"),
        "load": Entry("remembering", "how heavy a week is, in numbers"),
        "report": Entry("reporting", "report as HTML, text, .ics or CSV"),
        "explain": Entry("explaining", "why a block is there, or why a week is heavy"),
        "history": Entry("remembering", "the thinking time of past weeks: planned, kept, skipped"),
        "calibrate": Entry("calibrating", "fit the thresholds to your own past weeks"),
    },
    "deciding": {
        "apply": Entry("applying", "make exactly the changes of a plan you looked at"),
        "page": Entry("page", "your weeks on a local page, to approve, move, skip and pause"),
    },
    "thinking": {
        "park": Entry("thinking", "save a question for your next thinking block"),
        "parked": Entry("thinking", "list saved questions; done ID or drop ID closes one"),
        "learn": Entry("learning", "book a learning team with the people nearest to the work"),
        "decided": Entry("thinking", "write down what you decided; without words, list it"),
    },
    "your say": {
        "skip": Entry("say", "no blocks this week, or not this block"),
        "busy": Entry("say", "add hours of work that are not on the calendar"),
        "pause": Entry("say", "book nothing new until a date"),
        "resume": Entry("say", "end the pause"),
        "undo": Entry("undoing", "take back the last run"),
        "leave": Entry("say", "stop booking; --remove also deletes all future blocks"),
    },
    "setting up": {
        "init": Entry("setting_up", "write a commented config file"),
        "connect": Entry("connecting", "sign in to your calendar, once"),
        "check": Entry("setting_up", "is everything set up, and what could go wrong"),
        "cron": Entry("scheduling", "install, show or remove the daily run"),
        "config": Entry("setting_up", "show the settings and where each comes from"),
        "notify": Entry("notices", "send a test notice to your addresses"),
        "completion": Entry("completing", "finish commands on Tab: a script for bash, zsh or fish"),
        "demo": Entry("demo", "see it work on a sample calendar; nothing of yours is touched"),
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
