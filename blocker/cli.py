"""The command line: parse, hand over, print, exit. The only reader of the clock, the only printer."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from blocker import __version__
from blocker.errors import BlockerError, ConfigError, UsageError

if TYPE_CHECKING:
    from blocker.commands import Answer, Command, Talk
    from blocker.session import Setup

INTERRUPTED = 130

DESCRIPTION = """\
Keeps protected thinking time on an overloaded leader's calendar: it measures the load of each week,
books strategic blocks and a quarterly half-day offsite, and says why.
"""

# group → command → (module:function, help)
COMMANDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "daily": {
        "run": ("daily:run", "place what is due; what cron calls"),
        "rebalance": ("daily:rebalance", "make one week better, its blocks may move"),
    },
    "looking": {
        "plan": ("looking:plan", "what run would do"),
        "load": ("looking:load", "a week's measures, level and the rules that fire"),
        "explain": ("looking:explain", "why this block, why here; or why a week has its level"),
    },
    "setting up": {
        "init": ("setting_up:init", "write a commented config file"),
        "check": ("setting_up:check", "is everything in order? what would go wrong next?"),
        "config": ("setting_up:config_show", "the settings in force, and where each comes from"),
        "demo": ("demo:demo", "the whole job on a sample calendar, nothing of yours touched"),
    },
}


class _Parser(argparse.ArgumentParser):
    """Errors are raised, so that they are shown like every other one, as JSON where asked for."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, f"see: {self.prog} --help")


def build_parser() -> argparse.ArgumentParser:
    """The whole command line of design section 5."""
    parser = _Parser(prog="blocker", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-c", "--config", type=Path, metavar="FILE", help="the config file")
    parser.add_argument("--calendar", metavar="ADDRESS", help="ics:PATH, google:primary, google:ID or caldav:URL")
    parser.add_argument("--now", metavar="ISO", help="pretend it is this moment; without an offset, in your zone")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("-v", "--verbose", action="store_true", help="say more")
    how.add_argument("-q", "--quiet", action="store_true", help="print only when something changed or failed")
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")
    parser.add_argument("--no-color", action="store_true", help="plain text")
    parser.add_argument("--version", action="version", version=f"blocker {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    for group in COMMANDS.values():
        for name, (target, words) in group.items():
            command = commands.add_parser(name, help=words, description=words)
            command.set_defaults(target=target)
            _ARGUMENTS.get(name, lambda _: None)(command)
    return parser


def _run_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("-n", "--dry-run", action="store_true", help="only show what would be done")
    command.add_argument("-y", "--yes", action="store_true", help="do it without asking")
    command.add_argument("--force", action="store_true", help="let through a plan that the guard refuses")


def _rebalance_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("week", nargs="?", metavar="WEEK", help="this (default), next, 2026-W48, or a date in it")
    _run_arguments(command)


def _plan_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--exit-code", action="store_true", help="exit 5 if there are changes to make")


def _load_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("week", nargs="?", metavar="WEEK", help="this (default), next, 2026-W48, or a date in it")
    command.add_argument("--events", action="store_true", help="list every event, how it was counted and why")


def _explain_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("what", metavar="KEY|DATE|WEEK", help="such as strategic/2026-W48/1, 2026-11-24, 2026-W48")


def _config_arguments(command: argparse.ArgumentParser) -> None:
    what = command.add_subparsers(dest="what", metavar="show", required=True, parser_class=_Parser)
    show = what.add_parser("show", help="print the settings in force")
    show.add_argument("--origin", action="store_true", help="say where each value comes from")


_ARGUMENTS = {
    "run": _run_arguments,
    "rebalance": _rebalance_arguments,
    "plan": _plan_arguments,
    "load": _load_arguments,
    "explain": _explain_arguments,
    "config": _config_arguments,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is that of design section 5."""
    words = list(sys.argv[1:] if argv is None else argv)
    as_json = "--json" in words
    try:
        args = build_parser().parse_args(words)
        as_json = args.json
        return _answer(args)
    except BlockerError as error:
        _complain(error, as_json)
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted; what was written is in the ledger, and it is safe to run again\n")
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _answer(args: argparse.Namespace) -> int:
    module, function = args.target.split(":")
    command: Command = getattr(import_module(f"blocker.commands.{module}"), function)
    answer = command(args, _setup(args), _talk(args))
    _print(answer, args)
    return answer.exit_code


def _setup(args: argparse.Namespace) -> Setup:
    from blocker.config import load_config, state_dir
    from blocker.session import Setup

    config = load_config(args.config, os.environ, {"calendar": args.calendar})
    return Setup(config, state_dir(os.environ), _now(args.now), os.environ)


def _now(given: str | None) -> datetime:
    if given is None:
        return datetime.now().astimezone()
    try:
        return datetime.fromisoformat(given)
    except ValueError:
        raise UsageError(f"--now {given} is no date and time", "write it as 2026-11-23T06:30") from None


def _talk(args: argparse.Namespace) -> Talk:
    from blocker.commands import Talk

    def say(line: str) -> None:
        sys.stderr.write(line + "\n")

    def ask(lines: Sequence[str], question: str) -> bool:
        sys.stderr.write("\n".join([*lines, "", f"{question} [y/N] "]))
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    return Talk(say, ask if sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty() else None)


def _print(answer: Answer, args: argparse.Namespace) -> None:
    if args.json and answer.document is not None:
        import json

        text = json.dumps(answer.document, ensure_ascii=False, indent=2)
    elif args.quiet and not answer.changed and answer.exit_code == 0:
        return
    else:
        text = "\n".join(answer.lines)
    if text:
        sys.stdout.write(_writable(text, sys.stdout.encoding) + "\n")
        sys.stdout.flush()


def _complain(error: BlockerError, as_json: bool) -> None:
    if as_json:
        import json

        from blocker.render_json import error_document

        sys.stdout.write(json.dumps(error_document(error), indent=2) + "\n")
    hint = f"\n  {error.hint}" if error.hint else ""
    sys.stderr.write(_writable(f"blocker: {error.message}{hint}", sys.stderr.encoding) + "\n")
    if isinstance(error, ConfigError):
        for problem in error.problems:
            if problem not in error.message:
                sys.stderr.write(f"  {problem}\n")


def _writable(text: str, encoding: str | None) -> str:
    """What the terminal's encoding lacks (a C locale) is replaced rather than raised."""
    return text.encode(encoding or "utf-8", "replace").decode(encoding or "utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
