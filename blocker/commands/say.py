"""The person's say: ``skip``, ``busy``, ``pause``, ``resume``, ``undo`` and ``leave``, one command each."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, date

from msgspec.structs import replace

from blocker.commands import Answer, Talk
from blocker.commands.parser import WEEK, Parser, number_of_hours
from blocker.commands.pasteable import pasteable
from blocker.ledger.file import ledger_path
from blocker.ledger.ledger import Ledger
from blocker.running.journal import log_path
from blocker.running.run import at_work, carry_out, exit_code
from blocker.running.schedule import Systemd, installed
from blocker.running.session import Session, Setup, aware, find_week
from blocker.showing.documents import SCHEMA, plan_document
from blocker.showing.plan_text import change_lines
from blocker.values.errors import BlockerError, NotConfirmed, PartlyApplied, UsageError
from blocker.values.plan import Change, Plan
from blocker.values.workweek import week_of


def add_skip(command: Parser) -> None:
    command.add_argument(
        "what", metavar="WEEK|KEY", help="this, next, 2026-W48, a date, or strategic/2026-W48/1"
    )
    command.set_defaults(work=skip)


def skip(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Skip a week, or one block: what stands of it is taken away now and nothing is booked in its place."""
    with Session(setup) as session, at_work(session) as ledger:
        what = _what_to_skip(args.what, session, ledger)
        ledger.skip(what)

        def decide(again: bool) -> Plan:
            plan = session.read(ledger.memory()).plan()
            gone = [c for c in plan.changes if c.action == "remove" and _concerns(c, what, session)]
            return replace(plan, changes=tuple(gone), unplaced=(), notes=(), said=())

        done = carry_out(decide, f"skip {what}", session, ledger, lambda change: None)
    lines = [f"{what} is skipped: nothing will be booked for it."]
    for change in done.changes:
        outcome = f"could not be removed: {change.error}" if change.error else "was taken off the calendar"
        lines.append(f"{change.key} {outcome}.")
    return Answer(lines, plan_document(done, applied=True), exit_code(done))


def add_busy(command: Parser) -> None:
    command.add_argument(
        "hours",
        type=number_of_hours,
        metavar="HOURS",
        help="mail, tickets, one-click tasks; 0 takes them back",
    )
    command.add_argument("week", nargs="?", metavar="WEEK", help=WEEK)
    command.set_defaults(work=busy)


def busy(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Tell of load that is not on the calendar: mail, tickets, one-click tasks."""
    if not 0 <= args.hours <= 100:
        raise UsageError(
            f"{args.hours:g} hours do not fit into a week", "give hours from 0 to 100; 0 takes them back"
        )
    with Session(setup) as session, at_work(session) as ledger:
        week = find_week(args.week, session.today())
        ledger.busy(week, args.hours)
    lines = [
        f"{week}: {args.hours:g} h that are not on the calendar count as load."
        if args.hours
        else f"{week}: only what is on the calendar counts."
    ]
    return Answer(lines, {"schema": SCHEMA, "week": str(week), "busy_hours": args.hours})


def add_pause(command: Parser) -> None:
    command.add_argument(
        "--until", required=True, metavar="DATE", help="the last day of the pause, such as 2026-12-31"
    )
    command.set_defaults(work=pause)


def pause(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Book nothing new up to and including a date; what stands, stays."""
    with Session(setup) as session, at_work(session) as ledger:
        try:
            until = date.fromisoformat(args.until)
        except ValueError:
            raise UsageError(f"“{args.until}” is no date", "write it as 2026-12-31") from None
        if until < session.today():
            raise UsageError(f"{until} is past", "name a day from today on")
        ledger.pause(until)
    lines = [
        f"Paused until {until}: nothing new is booked, what stands stays.",
        f"{pasteable(setup, 'resume')} ends it.",
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
        "--remove", action="store_true", help="take every block ahead off the calendar, and forget"
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
                f"{_blocks(len(staying)).capitalize()} ahead {stay} on it. {', '.join(staying)}".rstrip(),
                f"{pasteable(setup, 'leave', '--remove')} takes every block ahead away.",
                "blocker cron remove ends the daily run.",
            ]
            return Answer(lines, {"schema": SCHEMA, "removed": 0, "staying": staying})
        try:
            gone = _leaving(session, ledger, args, talk)
            done = carry_out(gone, "leave", session, ledger, lambda change: None)
        except NotConfirmed:
            return Answer(["Nothing was changed."], {"schema": SCHEMA, "removed": 0})
        if done.failed:
            raise PartlyApplied(
                f"{_blocks(len(done.failed))} could not be removed: {done.failed[0].error}", "run it again"
            )
        ledger.leave()
    removed = len(done.changes)
    stays = [
        f"your parked questions in {ledger_path(setup.state_dir)}",
        f"the log {log_path(setup.state_dir)}",
        *([f"the config {setup.config.path}"] if setup.config.path else []),
    ]
    lines = [
        f"Removed {_blocks(removed)}. Nothing of blocker is ahead on {session.address} any more.",
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


def _blocks(number: int) -> str:
    return "1 block" if number == 1 else f"{number or 'no'} blocks"


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
            shown = [line for change in gone for line in change_lines(change, sight.request.workweek.zone)]
            if not talk.ask(shown, f"Take {_blocks(len(gone))} off {session.address}?"):
                raise NotConfirmed("you said no")
        return replace(plan, changes=gone, unplaced=(), notes=(), said=())

    return decide


def _what_to_skip(text: str, session: Session, ledger: Ledger) -> str:
    if "/" not in text:
        today = session.today()
        week = find_week(text, today)
        if week < week_of(today):
            raise UsageError(f"{week} is over: nothing was changed", "name this week or one to come")
        return str(week)
    known = {block.key for block in ledger.memory().blocks}
    if text not in known:
        made = session.read(ledger.memory()).plan()
        known |= {change.key for change in made.changes} | {item.key for item in made.unplaced}
    if text not in known:
        raise UsageError(f"there is no block {text}", f"there are: {', '.join(sorted(known)) or 'none'}")
    return text


def _concerns(change: Change, what: str, session: Session) -> bool:
    return change.key == what or f"/{what}/" in change.key or what == str(week_of(change.slot.start.date()))
