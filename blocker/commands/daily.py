"""``run`` and ``rebalance``: one pipeline, two policies. The only commands that place blocks."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from blocker.commands import Answer, Talk
from blocker.commands.parser import Parser
from blocker.commands.pasteable import pasteable
from blocker.commands.unattended import once_a_day
from blocker.engine import make_plan
from blocker.ledger.ledger import Ledger, read_memory
from blocker.planning import guard
from blocker.planning.history import week_records
from blocker.rules.forecast import fill_now
from blocker.rules.survey import Survey
from blocker.running.dates import find_week
from blocker.running.run import after_writing, at_work, carry_out, exit_code
from blocker.running.session import Session, Setup
from blocker.showing.documents import plan_document
from blocker.showing.dose import dose_lines
from blocker.showing.grid import plan_picture
from blocker.showing.picture import Line, Picture, Piece
from blocker.showing.plan_text import plan_lines, span, summary
from blocker.showing.week_view import week_views
from blocker.values.errors import BlockerError, NotConfirmed, UsageError
from blocker.values.memory import UNDONE_ASKED, UNDONE_TOLD, Memory
from blocker.values.plan import Change, Plan
from blocker.values.request import Request


def add_run(command: Parser) -> None:
    add_consent(command)
    command.add_argument(
        "--cron", action="store_true", help="as the schedule calls it: once a day, loud only when it matters"
    )
    command.set_defaults(work=run)


def add_consent(command: Parser) -> None:
    """How far a command that writes may go without asking."""
    command.add_argument("-n", "--dry-run", action="store_true", help="only show what would be done")
    command.add_argument("-y", "--yes", action="store_true", help="do it without asking")
    command.add_argument("--force", action="store_true", help="let through a plan that the guard refuses")


def run(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """What cron calls: quiet work after the first confirmed run."""
    if args.cron:
        return once_a_day(_run_once, args, setup, talk)
    return _run_once(args, setup, talk)


def _run_once(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    return _work("run", None, args, setup, talk)


def rebalance(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Make one week better: its blocks may move, those a person moved may not."""
    find_week(args.week, setup.now.date())  # one that is not a week is refused first
    if not (args.yes or args.dry_run) and talk.ask is None:
        raise UsageError(
            "rebalance asks before it moves anything, and there is no terminal to ask on",
            f"say yes with {pasteable(setup, 'rebalance', *_week(args), '-y')}, or look only with -n",
        )
    return _work("rebalance", args.week or "this", args, setup, talk)


def _refuse_week(request: Request) -> None:
    """Raises UsageError where the week to rebalance is one that nothing can be changed in."""
    week, last = request.week, request.horizon[-1]
    if request.policy == "rebalance" and week < request.running:
        raise UsageError(
            f"{week} is over", "rebalance takes this week or one to come: blocker rebalance next"
        )
    if request.policy == "rebalance" and week > last:
        raise UsageError(f"{week} is not planned yet", f"blocker plans this week and four more, up to {last}")


def _week(args: Namespace) -> Sequence[str]:
    return () if args.week is None else (args.week,)


def _work(policy: str, week: str | None, args: Namespace, setup: Setup, talk: Talk) -> Answer:
    with Session(setup) as session:
        if args.dry_run:
            sight = session.read(read_memory(setup.state_dir, session.identity), policy, week)
            _refuse_week(sight.request)
            seen = sight.survey()
            made = make_plan(sight.request, seen)
            if not args.force:
                request = sight.request
                made = guard.told(made, request.snapshot, request.memory, asked=policy == "rebalance")
            return _proposal(made, seen, sight.request, args)
        with at_work(session) as ledger:
            return _carry_out(policy, week, session, ledger, args, talk)


def _carry_out(
    policy: str, week: str | None, session: Session, ledger: Ledger, args: Namespace, talk: Talk
) -> Answer:
    looks: list[tuple[Request, Survey]] = []

    def decide(again: bool) -> Plan:
        if again:
            talk.say("the calendar changed meanwhile: reading it again")
        sight = session.read(ledger.memory(), policy, week)
        _refuse_week(sight.request)
        request, seen = sight.request, sight.survey()
        plan = make_plan(request, seen)
        if policy == "run" and _asks_about_undone(plan, request.memory, ledger, args, talk):
            request = replace(request, memory=ledger.memory())
            plan = make_plan(request, seen)
        looks.append((request, seen))
        if not args.force:
            guard.check(plan, request.snapshot, request.memory, asked=policy == "rebalance")
        shown = _proposal(plan, seen, request, args)
        asked = _get_consent(plan, shown, request.memory.confirmed, args, session.setup, talk, again)
        if asked and not request.memory.confirmed:
            ledger.confirm_calendar(request.now)
        return plan

    done = carry_out(decide, policy, session, ledger, lambda change: _tell(change, args, talk))
    request, seen = looks[-1]
    with after_writing(done), ledger.together():
        for record in week_records(done, seen, request):
            ledger.remember_week(record)
        ledger.remember_fill(fill_now(seen.loads.values(), request.running))
        ledger.keep_lines(seen.lines)
        ledger.mark_said(done.said)
    code = exit_code(done)
    lines = _report(done, args)
    if code == BlockerError.exit_code:
        raise BlockerError(f"nothing was written: {done.failed[0].error}", "blocker check says more")
    return Answer(
        lines,
        plan_document(done, applied=True),
        code,
        changed=bool(done.writes or done.notes),
        news=done.notes,
        picture=_picture(done, seen, request, done=True) if done.writes and not done.failed else None,
    )


def _asks_about_undone(plan: Plan, memory: Memory, ledger: Ledger, args: Namespace, talk: Talk) -> bool:
    """Ask once whether what ``undo`` took back is wanted after all; True if the memory is another one now."""
    ahead = {known.key: known for known in memory.blocks if known.slot.start > plan.now}
    undone = [key for key, known in ahead.items() if known.answer == "undone"]
    put_back = [key for key, known in ahead.items() if known.put_back]
    if not (undone or put_back) or talk.ask is None or args.yes or UNDONE_ASKED in memory.said:
        return False
    zone = ZoneInfo(plan.zone)
    lines = [f"  {span(ahead[key].slot, zone)}  {ahead[key].kind}: not booked" for key in undone]
    lines += [f"  {span(ahead[key].slot, zone)}  {ahead[key].kind}: put back there" for key in put_back]
    yes = talk.ask(["You took the last run back with undo:", *lines], "Plan this time anew?")
    with ledger.together():
        ledger.mark_said([UNDONE_ASKED, UNDONE_TOLD])
        if yes:
            ledger.take_up(undone, put_back)
    return True


def _proposal(plan: Plan, seen: Survey, request: Request, args: Namespace) -> Answer:
    """A plan that is not carried out, or not yet."""
    first = dose_lines(plan, seen, request) if _is_the_first(plan, request) else []
    lines = [*first, *([""] if first else []), *plan_lines(plan, args.verbose, args.plain)]
    return Answer(
        lines, plan_document(plan, applied=False), picture=_picture(plan, seen, request, first=first)
    )


def _is_the_first(plan: Plan, request: Request) -> bool:
    """True where a person is about to say yes to this calendar for the first time."""
    return plan.policy == "run" and not request.memory.confirmed


def _picture(
    plan: Plan, seen: Survey, request: Request, done: bool = False, first: Sequence[str] = ()
) -> Picture:
    above: list[Line] = [[Piece(line)] for line in (*first, *([""] if first else []))]
    return lambda canvas: [*above, *plan_picture(plan, week_views(plan, seen, request), canvas, done)]


def _get_consent(
    plan: Plan, proposal: Answer, confirmed: bool, args: Namespace, setup: Setup, talk: Talk, again: bool
) -> bool:
    """True if a person said yes. The first run on a calendar, and every rebalance, wants one."""
    if args.yes or not plan.writes:
        return bool(args.yes)
    if confirmed and plan.policy == "run":
        return False
    if talk.ask is not None:
        lines = proposal.lines
        if talk.show is not None:
            talk.show(proposal)
            lines = ()
        if talk.ask(lines, f"Make these changes on {plan.calendar}?"):
            return True
        raise NotConfirmed("you said no" if again else "nothing was written: you said no")
    if args.cron:
        look, yes = pasteable(setup, "plan"), pasteable(setup, "run", "-y")
        hint = f"look at it with {look}, and say yes with {yes}; blocker cron remove ends this"
    else:
        hint = f"look at the plan above, then run: {pasteable(setup, 'run', '-y')}"
        for line in proposal.lines:
            talk.say(line)
    raise NotConfirmed(f"this is the first run on {plan.calendar}: nothing was written", hint)


def _tell(change: Change, args: Namespace, talk: Talk) -> None:
    if args.verbose and change.error is None:
        talk.say(f"{change.action} {change.key}")


def _report(plan: Plan, args: Namespace) -> Sequence[str]:
    if plan.writes or args.verbose:
        lines = plan_lines(plan, args.verbose, args.plain)
        if plan.writes and not plan.failed:
            lines[-1] = summary(plan, done=True)
        elif plan.failed:
            how_many = f"{len(plan.failed)} of {len(plan.writes)} changes failed"
            lines[-1] = f"{how_many} ({plan.failed[0].error}); it is safe to run again."
        return lines
    return [*plan.notes, summary(plan)]
