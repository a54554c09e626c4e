"""The person's say: ``skip``, ``busy``, ``pause``, ``resume``, ``undo`` and ``leave``, one command each."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from datetime import UTC, date
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from blocker.commands.answer import Answer, Talk, pasteable
from blocker.commands.parser import Joined, Parser, add_week, number_of_hours
from blocker.ledger.file import ledger_path
from blocker.ledger.ledger import Ledger
from blocker.running.dates import WEEK_HINT, find_date, find_day, find_week, typed_week
from blocker.running.journal import log_path
from blocker.running.run import at_work, carry_out, exit_code
from blocker.running.schedule import Systemd, installed
from blocker.running.session import Session, Setup, aware
from blocker.showing.documents import SCHEMA, plan_document
from blocker.showing.dose import STANDS
from blocker.showing.plan_text import blocks, change_title, clean, span, when_words
from blocker.values.errors import BlockerError, NotConfirmed, PartlyApplied, UsageError
from blocker.values.kinds import block_name
from blocker.values.plan import Change, Plan
from blocker.values.workweek import Week, day_words, week_of


def add_skip(command: Parser) -> None:
    command.add_argument(
        "what",
        nargs="+",
        action=Joined,
        metavar="WEEK|DATE|KEY",
        help="a week (next, 44), a day (friday, 24 dec) or a block by its name in plan -v",
    )
    command.set_defaults(work=skip)


def skip(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Skip a week, or one block: what stands of it is taken away now and nothing is booked in its place."""
    with Session(setup) as session, at_work(session) as ledger:
        skipped = _what_to_skip(args.what, session, ledger)  # with what people call each
        with ledger.together():
            for what in skipped:
                ledger.skip(what)

        def decide(again: bool) -> Plan:
            plan = session.read(ledger.memory()).plan()
            gone = [
                c
                for c in plan.changes
                if c.action == "remove" and any(_concerns(c, what) for what in skipped)
            ]
            return replace(plan, changes=tuple(gone), unplaced=(), notes=(), said=())

        done = carry_out(decide, f"skip {' '.join(skipped)}", session, ledger, lambda change: None)
    zone = ZoneInfo(done.zone)
    gone = {change.key for change in done.changes}
    lines = [
        f"{words[:1].upper()}{words[1:]} is skipped: nothing is booked in its place."
        for what, words in skipped.items()
        if what not in gone
    ]
    for change in done.changes:
        outcome = f"could not be removed: {change.error}" if change.error else "removed"
        lines.append(f"  {when_words(change, zone)}  {clean(change_title(change))}: {outcome}")
    return Answer(lines, plan_document(done, applied=True), exit_code(done))


def add_busy(command: Parser) -> None:
    command.add_argument(
        "hours",
        type=number_of_hours,
        metavar="HOURS",
        help="mail, tickets, one-click tasks; 0 takes them back",
    )
    add_week(command)
    command.set_defaults(work=busy)


def busy(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Tell of load that is not on the calendar: mail, tickets, one-click tasks."""
    if not 0 <= args.hours <= 100:
        raise UsageError(
            f"{args.hours:g} hours do not fit into a week", "give hours from 0 to 100; 0 takes them back"
        )
    with Session(setup) as session, at_work(session) as ledger:
        week = find_week(args.week, session.today(), session.settings.week_lead)
        ledger.busy(week, args.hours)
    words = week.words(session.settings.week_lead)
    lines = [
        f"{words[:1].upper()}{words[1:]}: {args.hours:g} h that are not on the calendar count as load."
        if args.hours
        else f"{words[:1].upper()}{words[1:]}: only what is on the calendar counts."
    ]
    return Answer(lines, {"schema": SCHEMA, "week": str(week), "busy_hours": args.hours})


def add_pause(command: Parser) -> None:
    command.add_argument(
        "--until",
        nargs="+",
        action=Joined,
        required=True,
        metavar="DATE",
        help="the last day of the pause, such as friday, in 10 days or 24 dec",
    )
    command.set_defaults(work=pause)


def pause(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Book nothing new up to and including a date; what stands, stays."""
    with Session(setup) as session, at_work(session) as ledger:
        today = session.today()
        until = find_day(args.until, today)
        if until < today:
            raise UsageError(f"{day_words(until)} {until.year} is past", "name today or a day to come")
        ledger.pause(until)
    lines = [
        f"Paused until {day_words(until)} {until.year}: nothing new is booked; blocks that are there stay.",
        f"To end it: {pasteable(setup, 'resume')}",
    ]
    return Answer(lines, {"schema": SCHEMA, "paused_until": until.isoformat()})


def add_resume(command: Parser) -> None:
    command.set_defaults(work=resume)


def resume(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """End the pause."""
    with Session(setup) as session, at_work(session) as ledger:
        was = ledger.memory().paused_until
        ledger.pause(None)
    lines = ["The pause has ended: the next run books again." if was else "There was no pause."]
    return Answer(lines, {"schema": SCHEMA, "paused_until": None})


def add_leave(command: Parser) -> None:
    command.add_argument(
        "--remove", action="store_true", help="delete all future blocks, and forget the calendar"
    )
    command.add_argument("-y", "--yes", action="store_true", help="do it without asking")
    command.set_defaults(work=leave)


def leave(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Stop. With ``--remove`` every block ahead is taken off the calendar and the ledger forgets it."""
    with Session(setup) as session, at_work(session) as ledger:
        if not args.remove:
            ledger.stop()
            staying = [
                block.key
                for block in ledger.memory().blocks
                if block.state == "placed" and block.slot.start > aware(setup.now, UTC)
            ]
            stay = "stays" if len(staying) == 1 else "stay"
            lines = [
                f"Stopped: blocker will not write to {session.address} until you say yes to a run again.",
                f"{blocks(len(staying), 'No future blocks', new='future ')} {stay} on it.",
            ]
            if staying:
                lines += ["To delete them:", f"  {pasteable(setup, 'leave', '--remove')}"]
            lines += ["To end the daily run, if there is one:", "  blocker cron remove"]
            return Answer(lines, {"schema": SCHEMA, "removed": 0, "staying": staying})
        try:
            gone = _leaving(session, ledger, args, talk)
            done = carry_out(gone, "leave", session, ledger, lambda change: None)
        except NotConfirmed:
            return Answer(["Nothing was changed."], {"schema": SCHEMA, "removed": 0})
        if done.failed:
            ledger.stop()
            left = ", ".join(when_words(change, ZoneInfo(done.zone)) for change in done.failed)
            raise PartlyApplied(
                f"stopped, and nothing more is written; {blocks(len(done.failed))} could not be removed ({left}): "
                f"{done.failed[0].error}",
                f"{pasteable(setup, 'leave', '--remove')} tries again; or delete them on the calendar",
            )
        ledger.leave()
        session.forget()
    removed = len(done.changes)
    stays = [
        f"your parked questions and decisions in {ledger_path(setup.state_dir)}",
        f"the log {log_path(setup.state_dir)}",
        *([f"the config {setup.config.path}"] if setup.config.path else []),
    ]
    lines = [
        f"Removed {blocks(removed)}. No future block is left on {session.address}.",
        f"What stays: {', '.join(stays)}; delete what you don't want.",
        *_still_scheduled(setup),
    ]
    return Answer(lines, {"schema": SCHEMA, "removed": removed})


def _still_scheduled(setup: Setup) -> list[str]:
    try:
        found = installed(setup.environ)
    except BlockerError:  # no scheduler to ask: none that calls us
        return []
    flags = {Systemd.name: " --systemd"}
    return [
        f"The daily run is still in {one.scheduler}: blocker cron remove{flags.get(one.scheduler, '')} ends it."
        for one in found
    ]


def _leaving(session: Session, ledger: Ledger, args: Namespace, talk: Talk) -> Callable[[bool], Plan]:
    """What takes every block ahead away, once the person said yes. Raises NotConfirmed for a no."""

    def decide(again: bool) -> Plan:
        sight = session.read(ledger.memory())
        plan = sight.plan()
        gone = tuple(
            Change("remove", b.key, b.kind, b.when, standing=b, why="you left", pinned=b.pinned)
            for b in sight.request.snapshot.blocks
            if b.when.start > plan.now
        )
        if gone and not (args.yes or again):
            if talk.ask is None:
                raise UsageError(
                    "leave --remove asks first, and there is no terminal to ask on", "add -y to say yes"
                )
            zone = sight.request.workweek.zone
            shown = [f"  - {when_words(change, zone)}  {clean(change_title(change))}" for change in gone]
            if not talk.ask(shown, f"Take {blocks(len(gone))} off {session.address}?"):
                raise NotConfirmed("you said no")
        return replace(plan, changes=gone, unplaced=(), notes=(), said=())

    return decide


def _what_to_skip(text: str, session: Session, ledger: Ledger) -> Mapping[str, str]:
    """A week, or the keys of blocks, each with what people call it."""
    sight = session.read(ledger.memory())
    made, workweek = sight.plan(), sight.request.workweek
    zone, today = workweek.zone, workweek.date_of(sight.request.now)
    known = {item.key: f"a {block_name(item.kind)}" for item in made.unplaced}
    known |= {b.key: f"{span(b.slot, zone)}, {block_name(b.kind)}," for b in ledger.memory().blocks}
    known |= {c.key: f"{when_words(c, zone)}, {clean(change_title(c))}," for c in made.changes}
    if text in known:
        return {text: known[text]}
    if _is_key(text):
        raise UsageError(
            f"there is no block {text}",
            f"say its day, such as friday or 24 dec; for all by name:\n  {pasteable(session.setup, 'plan', '-v')}",
        )
    said = find_date(text, today, coming=True, lead=workweek.lead)
    if said is None:
        raise UsageError(f"“{text}” is not a week, a date or a block", WEEK_HINT)
    week = said if isinstance(said, Week) else workweek.week_called(said)
    if week < week_of(today) or (isinstance(said, date) and said < today):
        over = said.words(workweek.lead) if isinstance(said, Week) else day_words(said)
        raise UsageError(f"{over} is over: nothing was changed", "name this week or one to come")
    if isinstance(said, Week):
        return {str(said): said.words(workweek.lead)}
    here = [c.key for c in made.changes if c.action in STANDS and workweek.date_of(c.slot.start) == said]
    if not here:
        typed = typed_week(week, sight.request.running)
        raise UsageError(
            f"there is no block on {day_words(said)}",
            f"to have no blocks in that week:\n  {pasteable(session.setup, 'skip', typed)}",
        )
    return {key: known[key] for key in here}


def _is_key(text: str) -> bool:
    return "/" in text and not text[:1].isdigit()


def _concerns(change: Change, what: str) -> bool:
    return change.key == what or f"/{what}/" in change.key or what == str(week_of(change.slot.start.date()))
