"""Notices: what a person who is not looking hears of, through the addresses they named. ``notify test`` tries them."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from datetime import datetime, timedelta

from blocker.commands.answer import Answer, Talk
from blocker.commands.parser import Parser
from blocker.engine import make_plan
from blocker.ledger.ledger import Ledger
from blocker.running.notify import addresses, send
from blocker.running.session import Setup, look
from blocker.showing.documents import SCHEMA
from blocker.showing.weekly import Message, weekly_digest
from blocker.values.errors import BlockerError, UsageError
from blocker.values.limits import week_time
from blocker.values.workweek import Week, week_of

LATE = timedelta(days=2)  # a machine that slept over its hour still sends the digest, but no old news
NAMED = "name addresses in notify_file or notify_command; see docs/notices.md"


def add_notify(command: Parser) -> None:
    what = command.add_subparsers(dest="what", metavar="test", required=True, prog="blocker notify")
    what.add_parser("test", help="send this week's digest now, to see that notices arrive")
    command.set_defaults(work=notify)


def notify(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Send the digest of this week to every address, now. Raises BlockerError where one could not be reached."""
    number = len(addresses(setup.config.settings))
    if not number:
        raise UsageError("there is no address to send to", NAMED)
    message = _digest(setup)
    send(setup.config.settings, message.title, message.body)
    to = "1 address" if number == 1 else f"{number} addresses"
    return Answer(
        [f"Sent to {to}:", "", message.title, "", *message.body.split("\n")],
        {"schema": SCHEMA, "sent": number},
    )


def tell(news: Sequence[str], title: str, setup: Setup, talk: Talk) -> bool:
    """Send the news; if that fails, say so where cron's mail will show it. True if nothing went wrong."""
    if not news:
        return True
    try:
        send(setup.config.settings, title, "\n".join(news))
    except BlockerError as problem:
        talk.say(f"blocker: {problem.in_full}")
        return False
    return True


def send_weekly(ledger: Ledger, setup: Setup, talk: Talk) -> None:
    """Send this week's digest if its time has come and nobody has had it yet."""
    week = _due(setup)
    if week is None or not addresses(setup.config.settings):
        return
    name = f"digest {week}"
    if name in ledger.memory().said:
        return
    message = _digest(setup)
    if tell([message.body], message.title, setup, talk):
        ledger.mark_said([name, *message.said])


def _due(setup: Setup) -> Week | None:
    """The week whose digest is to be sent by now; None at other times. By the machine's clock, as the schedule is."""
    at = week_time(setup.config.settings.notices.weekly)
    if at is None:
        return None
    now = setup.now
    midnight = datetime(now.year, now.month, now.day, tzinfo=now.tzinfo)
    moment = midnight + timedelta(days=at.weekday - now.weekday(), minutes=at.minute)
    return week_of(now.date()) if moment <= now < moment + LATE else None


def _digest(setup: Setup) -> Message:
    sight = look(setup)
    seen = sight.survey()
    return weekly_digest(make_plan(sight.request, seen), seen, sight.request)
