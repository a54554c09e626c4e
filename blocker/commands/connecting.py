"""``connect``: make a calendar ready for use, once, so that cron never has to sign in."""

from __future__ import annotations

from argparse import Namespace

from blocker import calendars
from blocker.commands import Answer, Talk
from blocker.commands.parser import Parser
from blocker.running.session import Setup, moment, surroundings
from blocker.showing.documents import SCHEMA
from blocker.values.errors import UsageError


def add_connect(command: Parser) -> None:
    what = command.add_subparsers(dest="what", metavar="|".join(calendars.schemes()), required=True)
    for scheme in calendars.schemes():
        kind = calendars.about(scheme)
        kind.connect_arguments(what.add_parser(scheme, help=kind.title))
    command.set_defaults(work=connect)


def connect(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Sign in where that is needed, and look at the calendar. Raises UsageError, SignInNeeded or Temporary."""
    config, kind = setup.config, calendars.about(args.what)
    address = config.settings.calendar
    if calendars.scheme_of(address) != args.what:
        if not kind.own:
            hint = f"name one: blocker --calendar {kind.forms[0]} connect {args.what}"
            raise UsageError(f"{address} is not {kind.title}", hint)
        address = kind.own
    done = calendars.backend(args.what).connect(address, vars(args), surroundings(setup), moment(setup), talk)
    lines = [*done.lines]
    if address != config.settings.calendar or not config.origins.get("calendar", "").startswith("file"):
        lines.append(f'Name it in the config: calendar = "{address}", or each time: --calendar {address}')
    lines.append("Next: blocker check, then blocker plan.")
    return Answer(lines, {"schema": SCHEMA, "calendar": address, **done.facts})
