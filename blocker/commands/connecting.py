"""``connect``: make a calendar ready for use, once, so that cron never has to sign in."""

from __future__ import annotations

import tomllib
from argparse import Namespace
from pathlib import Path

from blocker import calendars
from blocker.calendars.addresses import shown
from blocker.commands.answer import Answer, Talk
from blocker.commands.parser import Parser
from blocker.config.amending import with_calendar
from blocker.config.template import config_template
from blocker.files.places import config_path
from blocker.files.private import write_private
from blocker.files.replace import replace_file
from blocker.running.session import Setup, moment, surroundings
from blocker.showing.documents import SCHEMA
from blocker.values.errors import BlockerError, UsageError


def add_connect(command: Parser) -> None:
    what = command.add_subparsers(dest="what", metavar="|".join(calendars.schemes()), required=True)
    for scheme in calendars.schemes():
        kind = calendars.about(scheme)
        kind.connect_arguments(what.add_parser(scheme, help=kind.title))
    command.set_defaults(work=connect)


def connect(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Sign in where that is needed, and look at the calendars. Raises UsageError, SignInNeeded or Temporary."""
    config = setup.config
    named = (config.settings.calendar, *config.settings.also_read)
    ours = [each for each in named if calendars.scheme_of(each) == args.what]
    ours = ours or [_own(args.what, named[0])]
    lines, facts, first = list[str](), dict[str, str](), ""
    for address in ours[:1] if calendars.about(args.what).at_once else ours:
        done = calendars.backend(args.what).connect(
            address, vars(args), surroundings(setup), moment(setup), talk
        )
        settled = done.address or address
        lines += done.lines
        facts |= done.facts
        first = first or settled
        in_config = settled in named[1:] or config.origins.get("calendar", "").startswith("file")
        if settled not in named or not in_config:
            lines.append(_name(settled, setup, talk))
    lines.append("Next: blocker check, then blocker plan.")
    return Answer(lines, {"schema": SCHEMA, "calendar": shown(first), **facts})


def _own(scheme: str, address: str) -> str:
    """The calendar that a person has without naming one. Raises UsageError where there is none of that kind."""
    kind = calendars.about(scheme)
    if kind.own or kind.asks:
        return kind.own or f"{scheme}:"
    form = calendars.BACKENDS[scheme].forms[0]
    hint = f"name one: blocker --calendar {form} connect {scheme}"
    if kind.read_only:
        hint = f'name one in the config: also_read = ["{form}"]'
    raise UsageError(f"{shown(address)} is not {kind.title}", hint)


def _name(address: str, setup: Setup, talk: Talk) -> str:
    """Write the address into the config, if the person says yes; else say how it is named."""
    path, line = setup.config.path or config_path(setup.environ), f'calendar = "{address}"'
    if talk.ask is None or not talk.ask([], f"Write {line} into {path}?"):
        return f"Name it in the config: {line}, or each time: --calendar {address}"
    try:
        if path.exists():
            _amend(path.resolve(), address)
        else:
            write_private(path, config_template(address))
    except OSError as problem:
        raise BlockerError(f"{path} can't be written: {problem.strerror}", f"write into it: {line}") from None
    return f"Wrote {line} into {path}."


def _amend(path: Path, address: str) -> None:
    """Put the address into a config that is there, in one step, and only if nothing else in it changes by that."""
    before = path.read_bytes()
    after = with_calendar(before.decode("utf-8"), address).encode("utf-8")
    old, new = (tomllib.loads(raw.decode("utf-8").replace("\r\n", "\n")) for raw in (before, after))
    if new != {**old, "calendar": address}:
        raise BlockerError(
            f"{path} can't be changed without touching more", f'write into it: calendar = "{address}"'
        )
    replace_file(path, before, after)
