"""``park``, ``parked`` and ``decided``: a deep question is kept, not answered at once, and what was decided as well.

Offline: no calendar is read.
"""

from __future__ import annotations

import codecs
import sqlite3
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import parseaddr
from typing import Any
from zoneinfo import ZoneInfo

from blocker.commands.answer import Answer, Talk
from blocker.commands.parser import Parser, whole_number
from blocker.ledger import parking
from blocker.ledger.ledger import Ledger, open_ledger
from blocker.running.session import Setup, known_identity
from blocker.showing.documents import SCHEMA
from blocker.values.errors import Temporary, UsageError
from blocker.values.memory import DONE, DROPPED, Decision, ParkedQuestion
from blocker.wording.texts import PARKED_LONG_DAYS, plain, shortened

SHOWN_CHARACTERS = 300
MOST_CHARACTERS = 20_000  # of a question; a mail that is piped in may be long
MOST_BYTES = 32 * 1024 * 1024  # of that mail, attachments and all
WHO_READS_IT = (
    "A private block shows it to you, to people who may see your private events and to whoever can open the "
    "calendar's file; a block that is not private leaves it out."
)


def add_park(command: Parser) -> None:
    command.add_argument(
        "text", nargs="*", metavar="TEXT", help="the question; - or nothing reads it from a pipe"
    )
    command.add_argument("--from", dest="asked_by", metavar="WHO", help="who asks")
    command.set_defaults(work=park)


def park(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Keep a question for the next strategic block, and say which one that is."""
    text, asked_by = _question(args)
    too_long = len(text) > MOST_CHARACTERS
    text = text[:MOST_CHARACTERS]
    now = _now(setup)
    with _opened(setup) as ledger:
        kept = parking.park(ledger.database, text, asked_by, now)
        waits = parking.next_thinking_block(ledger.database, ledger.calendar, now)
        zone = _zone(ledger, setup)
    where, document = "It goes into your next thinking block, at the next run.", None
    if waits is not None:
        key, start = waits
        local = start.astimezone(zone)
        where = (
            f"It goes into your block of {local:%a} {local.day} {local:%b, %H:%M}: the next run writes it there, unless "
            "you rewrote that part of its text."
        )
        document = {"key": key, "start": local.isoformat()}
    lines = [f"Parked as {kept.id}. {where}"]
    if kept.id == 1:
        lines.append(WHO_READS_IT)
    if too_long:
        lines.append(f"It is long: its first {MOST_CHARACTERS:,} characters are kept.")
    return Answer(lines, {"schema": SCHEMA, "id": kept.id, "waits_in": document})


def add_parked(command: Parser) -> None:
    command.add_argument("--all", action="store_true", help="those that are done or dropped too")
    command.usage = "blocker parked [-h] [--all] [done ID … | drop ID …]"
    what = command.add_subparsers(dest="what", metavar="done|drop", prog="blocker parked")
    for name, words in (("done", "you have thought it through"), ("drop", "it no longer matters")):
        end = what.add_parser(name, help=words)
        end.add_argument(
            "ids", nargs="+", type=whole_number, metavar="ID", help="its number, as parked shows it"
        )
    command.set_defaults(work=parked)


def parked(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """The questions that wait, oldest first; ``done`` and ``drop`` end one."""
    now = _now(setup)
    if args.what is not None:
        return _end(args, setup, now)
    with _opened(setup) as ledger:
        found = [
            q for q in parking.parked_questions(ledger.database, ledger.calendar) if args.all or not q.how
        ]
        zone = _zone(ledger, setup)
    lines = [_line(question, zone, now) for question in found]
    document = [_document(question, zone) for question in found]
    return Answer(lines or ["Nothing is parked."], {"schema": SCHEMA, "parked": document})


def _end(args: Namespace, setup: Setup, now: datetime) -> Answer:
    how = DONE if args.what == "done" else DROPPED
    lines = []
    with _opened(setup) as ledger:
        known = {
            question.id: question for question in parking.parked_questions(ledger.database, ledger.calendar)
        }
        missing = [number for number in args.ids if number not in known]
        if missing:
            raise UsageError(f"there is no parked question {missing[0]}", "blocker parked --all lists them")
        for number in args.ids:
            if parking.end_question(ledger.database, number, how, now):
                lines.append(f"{number} is {how}: {shortened(known[number].text, 60)}")
            else:
                lines.append(f"{number} was {known[number].how} before.")
    return Answer(lines, {"schema": SCHEMA, how: list(args.ids)})


def add_decided(command: Parser) -> None:
    command.add_argument("text", nargs="*", metavar="TEXT", help="one sentence; without it all are listed")
    command.set_defaults(work=decided)


def decided(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Keep what was decided for the digest and the half day; without words, list all decisions, oldest first."""
    text = " ".join(_typed(" ".join(args.text)).replace("\0", "").split())[:MOST_CHARACTERS]
    with _opened(setup) as ledger:
        kept = [parking.decide(ledger.database, text, _now(setup))] if text else []
        found = kept or parking.decisions(ledger.database, ledger.calendar)
        zone = _zone(ledger, setup)
    document = [{"id": one.id, "text": one.text, "at": one.at.astimezone(zone).isoformat()} for one in found]
    lines = [_decision_line(one, zone) for one in found] or ["Nothing is decided yet."]
    if kept:
        lines = [
            "Kept. Your next thinking block, the next digest and the half day of the quarter show it again."
        ]
    return Answer(lines, {"schema": SCHEMA, "decided": document})


def _decision_line(one: Decision, zone: ZoneInfo | None) -> str:
    at = one.at.astimezone(zone)
    return f"{at:%a} {at.day:>2} {at:%b %Y}  {shortened(one.text, SHOWN_CHARACTERS)}"


@contextmanager
def _opened(setup: Setup) -> Iterator[Ledger]:
    """The ledger; another program that holds it for longer than a few seconds is named as such."""
    try:
        with open_ledger(setup.state_dir, known_identity(setup)) as ledger:
            yield ledger
    except sqlite3.OperationalError as problem:
        raise Temporary(
            f"it was not kept, the ledger can't be written: {problem}", "try again in a minute"
        ) from problem


def _question(args: Namespace) -> tuple[str, str]:
    """Text and asker, from the words given or from standard input. Raises UsageError if there are none."""
    text, asked_by = _typed(" ".join(args.text)), _typed(args.asked_by or "")
    if text in ("", "-"):
        if text == "" and (sys.stdin is None or sys.stdin.isatty()):
            raise UsageError("there is no question to park", 'blocker park "What …?", or pipe one in')
        piped = sys.stdin.buffer.read(MOST_BYTES) if sys.stdin is not None else b""
        text = _decoded(piped)
        if _is_mail(text):
            subject, sender, body = _from_mail(piped)
            text, asked_by = f"{subject}\n\n{body}", asked_by or sender
    text = text.replace("\0", "").replace("\r\n", "\n").strip()
    if not text:
        raise UsageError("there is no question to park", 'blocker park "What …?", or pipe one in')
    return text, " ".join(asked_by.split())


def _typed(words: str) -> str:
    """Words of the command line; what the locale could not read is kept as bytes in them."""
    return _decoded(words.encode("utf-8", "surrogateescape")) if not words.isascii() else words


def _decoded(content: bytes) -> str:
    """Whatever comes through a pipe as text: UTF-8, UTF-16 if it says so, or what older programs write."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _is_mail(text: str) -> bool:
    """True if a mail program piped a whole message: its head has a sender and a subject."""
    head = text.replace("\r\n", "\n").partition("\n\n")[0]
    names = {line.partition(":")[0].lower() for line in head.split("\n") if ":" in line}
    return {"from", "subject"} <= names


def _from_mail(content: bytes) -> tuple[str, str, str]:
    """Subject, sender's name and plain text of a mail, each in the mail's own encoding."""
    message = message_from_bytes(content, policy=policy.default)
    name, address = parseaddr(str(message["from"] or ""))
    body = message.get_body(preferencelist=("plain",))
    words = (str(message["subject"] or ""), name or address, body.get_content() if body else "")
    subject, sender, text = (word.encode("utf-8", "replace").decode() for word in words)
    return subject, sender, text


def _line(question: ParkedQuestion, zone: ZoneInfo | None, now: datetime) -> str:
    """``3  12 Nov  VP Sales: Is certification the right goal?``."""
    at = question.at.astimezone(zone)
    asker = f"{plain(question.asked_by)}: " if question.asked_by else ""
    days = (now - question.at).days
    note = f"  ({question.how})" if question.how else ""
    if not question.how and days > PARKED_LONG_DAYS:
        note = f"  (waiting for {days // 7} weeks)"
    return f"{question.id:>3}  {at.day:>2} {at:%b}  {asker}{shortened(question.text, SHOWN_CHARACTERS)}{note}"


def _document(question: ParkedQuestion, zone: ZoneInfo | None) -> dict[str, Any]:
    return {
        "id": question.id,
        "text": question.text,
        "from": question.asked_by,
        "at": question.at.astimezone(zone).isoformat(),
        "state": question.how or "open",
        "ended": question.ended.astimezone(zone).isoformat() if question.ended else None,
    }


def _now(setup: Setup) -> datetime:
    """A time without an offset is in the zone that is set, or else in the machine's."""
    if setup.now.tzinfo is None and setup.config.settings.timezone:
        return setup.now.replace(tzinfo=ZoneInfo(setup.config.settings.timezone))
    return setup.now.astimezone(UTC)


def _zone(ledger: Ledger, setup: Setup) -> ZoneInfo | None:
    """The zone that is set, or that the last run found on the calendar; None is the machine's."""
    zone = setup.config.settings.timezone or parking.calendar_zone(ledger.database, ledger.calendar)
    return ZoneInfo(zone) if zone else None
