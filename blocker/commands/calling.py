"""One call of a command: its settings are read, its work is done, and the log has a line of it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from time import monotonic
from typing import Any

from blocker.calendars.addresses import shown
from blocker.commands.answer import Answer, Talk
from blocker.commands.terminal import put, talk_with
from blocker.commands.waiting import waiting
from blocker.config.load import Config, load_config
from blocker.files.places import state_dir
from blocker.running.journal import error_facts, plan_facts, write_line
from blocker.running.outages import told_before
from blocker.running.session import Setup
from blocker.values.errors import BlockerError, Untold, UsageError
from blocker.values.settings import Settings
from blocker.values.workweek import YEARS_OF_NOW
from blocker.wording.texts import TEXTS

# What leaves everything as it is: nothing is lost with their answer.
LOOKING = ("plan", "load", "explain", "history", "report", "check", "config", "calibrate")
WITHOUT_CONFIG = ("completion",)  # a shell that starts has no ear for what is wrong in it
LOGGED = ("run", "rebalance", "apply", "learn", "skip", "undo", "leave")


class Call:
    """What is the same for every command, whatever becomes of it."""

    def __init__(self, args: Namespace, environ: Mapping[str, str], clock: Callable[[], datetime]) -> None:
        self.args, self.environ, self.clock = args, environ, clock
        self._began = monotonic()
        self._address = shown(args.calendar) if args.calendar else ""

    def carry_out(self, width: int) -> int:
        """Do the work for whoever is at the terminal, ``width`` cells across, and show what came of it. The exit code."""
        args = self.args
        with waiting(not (args.quiet or args.json), still=args.plain) as wait:
            answer = self.answer(self._now(), talk_with(args, wait, width), wait.doing)
        try:
            put(answer, args, width)
        except BrokenPipeError:
            raise
        except OSError as problem:
            if args.command in LOOKING or getattr(args, "dry_run", False):
                raise
            raise Untold(
                f"it is done, but what came of it can't be printed: {problem.strerror or problem}",
                "blocker plan and blocker history show what is on the calendar",
            ) from None
        return answer.exit_code

    def answer(self, now: datetime, talk: Talk, doing: Callable[[str], None]) -> Answer:
        """Read the settings and do the work, and log what came of it. Raises BlockerError."""
        args = self.args
        if args.command in WITHOUT_CONFIG:
            config = Config(Settings(), {}, None)
        else:
            config = load_config(
                args.config,
                self.environ,
                {"calendar": args.calendar},
                shipped_texts=TEXTS,
                must_exist=args.command != "init",  # which writes the file that is named
            )
        self._address = shown(config.settings.calendar)
        setup = Setup(config, state_dir(self.environ), now, self.environ, doing, self._later(now))
        answer: Answer = args.work(args, setup, talk)
        if args.command in LOGGED and answer.logged is not None:
            self.log(answer.exit_code, {**plan_facts(answer.document, args.log_titles), **answer.logged})
        return answer

    def _now(self) -> datetime:
        """When the call began, or the time that was given. Raises UsageError."""
        given = self.args.now
        if given is None:
            return self.clock()
        try:
            now = datetime.fromisoformat(given)
        except ValueError:
            raise UsageError(
                f"--now {given} is not a date and time", "write it as 2026-11-23T06:30"
            ) from None
        if now.year not in YEARS_OF_NOW:
            raise UsageError(
                f"--now {given} is too far away",
                f"name a time in the years from {YEARS_OF_NOW[0]} to {YEARS_OF_NOW[-1]}",
            )
        return now

    def _later(self, now: datetime) -> Callable[[], datetime]:
        """The clock, which stands still where a time was given."""
        return (lambda: now) if self.args.now else self.clock

    def log(self, code: int, told: Mapping[str, Any]) -> None:
        """One line for each command that works on a calendar; it has no titles in it unless they were asked for."""
        args = self.args
        if args.command not in LOGGED or getattr(args, "dry_run", False):
            return
        took = f"{monotonic() - self._began:.1f}s"
        facts = {"command": args.command, "calendar": self._address, "exit": code, **told, "took": took}
        with suppress(BlockerError):  # no state folder, no log
            write_line(state_dir(self.environ), self.clock(), facts, args.log_json)

    def log_failure(self, error: BlockerError) -> None:
        self.log(error.exit_code, error_facts(error))

    def said_before(self, error: BlockerError) -> bool:
        """True for what cron has mailed already, and would mail every hour."""
        try:
            return getattr(self.args, "cron", False) and told_before(state_dir(self.environ), error)
        except BlockerError:
            return False
