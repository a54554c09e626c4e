"""``blocker demo``: the whole job on a sample calendar, in a temporary place, offline."""

from __future__ import annotations

import tempfile
from argparse import Namespace
from collections.abc import Callable, Sequence
from datetime import UTC, date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct

from blocker.calendars import BACKENDS, FILE, SHOWN
from blocker.calendars.addresses import file_address
from blocker.commands.answer import Answer, Talk
from blocker.commands.daily import rebalance, run
from blocker.commands.looking import plan
from blocker.commands.parser import Parser
from blocker.commands.program import read_words
from blocker.commands.remembering import load
from blocker.commands.sample import BERLIN, meeting, sample_calendar
from blocker.config.load import Config
from blocker.ledger.ledger import read_memory
from blocker.running.session import Session, Setup
from blocker.showing.documents import SCHEMA
from blocker.showing.picture import Canvas, Line, Piece, flow, length, text_of
from blocker.values.kinds import STRATEGIC
from blocker.values.plan import Change
from blocker.values.settings import Settings
from blocker.values.workweek import day_words, week_of


def add_demo(command: Parser) -> None:
    command.set_defaults(work=demo)


def demo(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Load, plan, run, a meeting on top of a block, rebalance: in that order, for real."""
    place = Path(tempfile.mkdtemp(prefix="blocker-demo-"))
    calendar = place / "calendar.ics"
    now = setup.now if setup.now.tzinfo else setup.now.replace(tzinfo=UTC)
    today = now.astimezone(ZoneInfo(BERLIN)).date()  # hers: at this machine it may be another
    calendar.write_bytes(sample_calendar(today))
    mine = Setup(Config(Settings(calendar=file_address(calendar)), {}, None), place / "state", now, {})
    steps = [
        _Step("How heavy is the week?", ("load", *_called(today + timedelta(days=3), today)), most=1),
        _Step("What would be done about it?", ("plan",)),
        _Step("Do it", ("run", "-y"), only_last=True),
    ]
    answers = [(step, _answered(step, args, mine, talk)) for step in steps]
    hit = _first_block(mine)
    _drop_meeting(calendar, hit)
    start = hit.slot.start.astimezone(ZoneInfo(BERLIN))
    happens = f"{day_words(start)}, {start:%H:%M}: the CEO's office books “Urgent: board question” on top of a block."
    rescue = _Step("Make room again", ("rebalance", *_called(start.date(), today), "-y"), said_before=happens)
    answers.append((rescue, _answered(rescue, args, mine, talk)))
    closing = [
        f"Delete {place} when you have seen enough.",
        "Now on your own calendar; nothing is written until you say yes:",
        *(f"  {line}" for line in _next_commands()),
    ]

    def told(say: Callable[[_Step, Answer], Sequence[Line]]) -> list[Line]:
        lines: list[Line] = [[Piece(line)] for line in OPENING]
        for step, answer in answers:
            lines += [[], *([[Piece(step.said_before)], []] if step.said_before else [])]
            lines += [
                [Piece(f"── {step.what}  blocker {' '.join(step.words)}", "strong")],
                *say(step, answer),
            ]
        return [*lines, [], *([Piece(line)] for line in closing)]

    def in_words(step: _Step, answer: Answer) -> Sequence[Line]:
        return [
            [Piece(line)] for line in (answer.lines[-1:] if step.only_last else answer.lines[: step.most])
        ]

    def drawn(canvas: Canvas) -> list[Line]:
        def say(step: _Step, answer: Answer) -> Sequence[Line]:
            if answer.picture is None or step.only_last:
                return in_words(step, answer)
            return answer.picture(canvas)

        return [
            line
            for long in told(say)
            for line in (flow(long, canvas.width, 2) if length(long) > canvas.width else [long])
        ]

    document = {"schema": SCHEMA, "calendar": str(calendar), "hit": hit.key}
    return Answer(text_of(told(in_words)), document, picture=drawn)


OPENING = (
    "Dana Weiss leads learning and development in Berlin. Her calendar is made up;",
    "nothing of yours is read or changed, and nothing leaves this machine.",
)


class _Step(Struct, frozen=True):
    """A command of the tour, what it is for, and what has to be known before it."""

    what: str
    words: Sequence[str]
    only_last: bool = False
    most: int | None = None  # lines, where there is no picture
    said_before: str = ""


def _answered(step: _Step, args: Namespace, setup: Setup, talk: Talk) -> Answer:
    return _COMMANDS[step.words[0]](_parsed(args, step.words), setup, talk)


def _called(day: date, today: date) -> tuple[str, ...]:
    """The week of a day as a person would name it; this one needs no name."""
    near = {week_of(today): (), week_of(today).plus(1): ("next",)}
    return near.get(week_of(day), (str(week_of(day)),))


def _next_commands() -> tuple[str, str, str]:
    own = BACKENDS[FILE].forms[0]
    return f"blocker --calendar {own} plan", f"blocker connect {SHOWN}", "blocker init"


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
