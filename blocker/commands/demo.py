"""``blocker demo``: the whole job on a sample calendar, in a temporary place, offline."""

from __future__ import annotations

import tempfile
from argparse import Namespace
from collections.abc import Sequence
from datetime import UTC, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from blocker.calendars import FILE, about, file_address
from blocker.commands import Answer, Talk
from blocker.commands.daily import rebalance, run
from blocker.commands.looking import load, plan
from blocker.commands.parser import Parser
from blocker.commands.program import read_words
from blocker.commands.sample import BERLIN, meeting, sample_calendar
from blocker.config.load import Config
from blocker.ledger.ledger import read_memory
from blocker.running.session import Session, Setup
from blocker.showing.documents import SCHEMA
from blocker.values.kinds import STRATEGIC
from blocker.values.plan import Change
from blocker.values.settings import Settings
from blocker.values.workweek import week_of


def add_demo(command: Parser) -> None:
    command.set_defaults(work=demo)


def demo(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Load, plan, run, run again, a meeting lands on a block, rebalance: in that order, for real."""
    place = Path(tempfile.mkdtemp(prefix="blocker-demo-"))
    calendar = place / "calendar.ics"
    now = setup.now if setup.now.tzinfo else setup.now.replace(tzinfo=UTC)
    calendar.write_bytes(sample_calendar(now.date()))
    mine = Setup(Config(Settings(calendar=file_address(calendar)), {}, None), place / "state", now, {})
    lines = [
        "Dana Weiss leads learning and development in Berlin, with an office in New York. This is her",
        "calendar, made up for today. Nothing of yours is read or touched, and nothing leaves this machine.",
        "",
    ]

    def step(what: str, words: Sequence[str], shown: slice = slice(None)) -> None:
        answer = _COMMANDS[words[0]](_parsed(args, words), mine, talk)
        title = f"── {what}: blocker {' '.join(words)} "
        lines.extend([title.ljust(98, "─"), "", *answer.lines[shown], ""])

    week = str(week_of(now.date() + timedelta(days=3)))
    step("How heavy is the week?", ("load", week))
    step("What would be done about it?", ("plan",))
    step("Do it", ("run", "-y"), slice(-1, None))
    step("The same again: nothing has changed, so nothing is written", ("run",))
    hit = _first_block(mine)
    _drop_meeting(calendar, hit)
    start = hit.slot.start.astimezone(ZoneInfo(BERLIN))
    when = f"{start:%A} {start.day} {start:%B}, {start:%H:%M}"
    lines += [f"   {when}: the CEO's office books “Urgent: board question” on top of a block.", ""]
    step("Make room again", ("rebalance", str(week_of(start.date())), "-y"))
    lines.append(f"The calendar is here, for any calendar program: {calendar}")
    lines.append(f"Nothing else was made. Delete its folder when you have seen enough: {place}")
    own = about(FILE).forms[0]
    lines.append(
        f"What to do next, on a calendar of your own; nothing is written: blocker --calendar {own} plan"
    )
    return Answer(lines, {"schema": SCHEMA, "calendar": str(calendar), "hit": hit.key})


_COMMANDS = {"load": load, "plan": plan, "run": run, "rebalance": rebalance}


def _parsed(args: Namespace, words: Sequence[str]) -> Namespace:
    """The words as the command line would read them, with this call's way of showing things."""
    parsed = read_words(words)
    parsed.plain, parsed.no_color = args.plain, args.no_color
    return parsed


def _first_block(setup: Setup) -> Change:
    with Session(setup) as session:
        made = session.read(read_memory(setup.state_dir, session.identity)).plan()
    ahead = [c for c in made.changes if c.kind == STRATEGIC and c.slot.start > made.now + timedelta(days=1)]
    return ahead[0]


def _drop_meeting(calendar: Path, hit: Change) -> None:
    start, end = (instant.strftime("%Y%m%dT%H%M%SZ") for instant in (hit.slot.start, hit.slot.end))
    extra = meeting("urgent@sample.example.org", "Urgent: board question", start, end, start)
    data = calendar.read_bytes()
    at = data.rindex(b"END:VCALENDAR")
    calendar.write_bytes(data[:at] + extra + data[at:])
