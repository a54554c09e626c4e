"""One call of a command: its settings are read, its work is done, and the log has a line of it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from time import monotonic
from typing import Any

from blocker.calendars import shown
from blocker.commands import Answer, Talk
from blocker.commands.unattended import told_before
from blocker.config.load import Config, load_config
from blocker.files.places import state_dir
from blocker.running.journal import error_facts, plan_facts, write_line
from blocker.running.session import Setup
from blocker.values.errors import BlockerError
from blocker.values.settings import Settings
from blocker.wording.texts import TEXTS

WITHOUT_CONFIG = ("completion",)  # a shell that starts has no ear for what is wrong in it
LOGGED = ("run", "rebalance", "apply", "learn", "skip", "undo", "leave")


class Call:
    """What is the same for every command, whatever becomes of it."""

    def __init__(self, args: Namespace, environ: Mapping[str, str], clock: Callable[[], datetime]) -> None:
        self.args, self.environ, self.clock = args, environ, clock
        self._began = monotonic()
        self._address = shown(args.calendar or "")

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
