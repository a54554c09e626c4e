"""``run`` and ``rebalance``: one pipeline, two policies. The only commands that place blocks."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from functools import partial
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from blocker.commands.answer import Answer, Talk, pasteable
from blocker.commands.looking import plan_answer, proposal
from blocker.commands.parser import Parser
from blocker.commands.unattended import once_a_day
from blocker.engine import make_plan
from blocker.ledger.ledger import Ledger, read_memory
from blocker.planning import guard
from blocker.planning.chosen import bundles, chosen
from blocker.rules.survey import Survey
from blocker.running.dates import find_week
from blocker.running.run import at_work, carry_out, exit_code, keep_memory
from blocker.running.session import Session, Setup
from blocker.showing.documents import plan_document
from blocker.showing.plan_details import plan_details_lines
from blocker.showing.plan_screen import change_words
from blocker.showing.plan_text import SIGNS, SPOKEN, is_text_only, span, summary
from blocker.values.errors import BlockerError, NotConfirmed, Refused, UsageError
from blocker.values.kinds import block_name
from blocker.values.memory import UNDONE_ASKED, Memory
from blocker.values.plan import Change, Plan
from blocker.values.request import Request
from blocker.values.workweek import WhichWeek, this_week

CONSENT = {"y": "yes", "n": "no", "e": "each", "d": "details"}
EACH = {"y": "yes", "n": "no", "q": "quit (no to the rest)"}


def add_run(command: Parser) -> None:
    add_consent(command)
    command.add_argument(
        "--cron",
        action="store_true",
        help="for the schedule: at most once a day, and quiet unless it matters",
    )
    command.set_defaults(work=run)


def add_consent(command: Parser) -> None:
    """How far a command that writes may go without asking."""
    command.add_argument("-n", "--dry-run", action="store_true", help="only show what would be done")
    command.add_argument("-y", "--yes", action="store_true", help="do it without asking")
    command.add_argument(
        "--force", action="store_true", help="go ahead although the plan looks like a mistake"
    )


def run(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """What cron calls: quiet work after the first confirmed run."""
    if args.cron:
        return once_a_day(_run_once, args, setup, talk)
    return _run_once(args, setup, talk)


def _run_once(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    return _work("run", this_week, args, setup, talk)


def rebalance(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Make one week better: its blocks may move, those a person moved may not."""
    find_week(args.week, setup.now.date())  # one that is not a week is refused first
    if not (args.yes or args.dry_run) and talk.ask is None:
        raise UsageError(
            "rebalance asks before it moves anything, and there is no terminal to ask on",
            f"say yes with {pasteable(setup, 'rebalance', *_week(args), '-y')}, or look only with -n",
        )
    return _work("rebalance", partial(find_week, args.week), args, setup, talk)


def _refuse_week(request: Request) -> None:
    """Raises UsageError where the week to rebalance is one that nothing can be changed in."""
    week, last, lead = request.week, request.horizon[-1], request.workweek.lead
    if request.policy == "rebalance" and week < request.running:
        raise UsageError(
            f"{week.words(lead)} is over", "choose this week or a later one: blocker rebalance next"
        )
    if request.policy == "rebalance" and week > last:
        raise UsageError(
            f"{week.words(lead)} is not planned yet",
            f"blocker plans this week and four more, up to {last.words(lead)}",
        )


def _week(args: Namespace) -> Sequence[str]:
    return () if args.week is None else (args.week,)


def _work(policy: str, which: WhichWeek, args: Namespace, setup: Setup, talk: Talk) -> Answer:
    with Session(setup) as session:
        if args.dry_run:
            sight = session.read(read_memory(setup.state_dir, session.identity), policy, which)
            _refuse_week(sight.request)
            seen = sight.survey()
            made = make_plan(sight.request, seen)
            if not args.force:
                request = sight.request
                made = guard.told(made, request.snapshot, request.memory, asked=policy == "rebalance")
            return proposal(made, seen, sight.request, args, talk)
        with at_work(session) as ledger:
            return _carry_out(policy, which, session, ledger, args, talk)


def _carry_out(
    policy: str, which: WhichWeek, session: Session, ledger: Ledger, args: Namespace, talk: Talk
) -> Answer:
    looks: list[tuple[Request, Survey]] = []
    refused: set[str] = set()

    def decide(again: bool) -> Plan:
        if again:
            talk.say("the calendar changed meanwhile: reading it again")
        sight = session.read(ledger.memory(), policy, which)
        _refuse_week(sight.request)
        request, seen = sight.request, sight.survey()
        plan = make_plan(request, seen)
        if policy == "run" and _asks_about_undone(plan, request.memory, ledger, args, talk):
            request = replace(request, memory=ledger.memory())
            plan = make_plan(request, seen)
        if plan.writes and request.snapshot.unwritable:
            raise Refused(request.snapshot.unwritable, "blocker check says more")
        looks.append((request, seen))
        if not args.force:
            guard.check(plan, request.snapshot, request.memory, asked=policy == "rebalance")
        wanted = {change.key for change in plan.writes} - refused
        plan = chosen(plan, wanted, request.workweek)  # decided again, a no is still a no
        if args.yes or _needs_yes(plan, request.memory.confirmed):
            if not args.yes:
                said = _with_consent(plan, seen, request, args, session.setup, talk, again)
                refused.update(wanted - {change.key for change in said.writes})
                plan = said
            if not request.memory.confirmed:
                ledger.confirm_calendar(request.now)
        return plan

    asking = talk.choose is not None and not args.yes
    done = carry_out(decide, policy, session, ledger, lambda change: _tell(change, args, talk))
    request, seen = looks[-1]
    keep_memory(done, seen, request, ledger)
    code = exit_code(done)
    if code == BlockerError.exit_code:
        raise BlockerError(f"nothing was written: {done.failed[0].error}", "blocker check says more")
    document = plan_document(done, applied=True)
    news = (*done.notes, *moves(done))
    seen_already = asking and len(looks) == 1 and _needs_yes(done, looks[0][0].memory.confirmed)
    if seen_already and not done.failed:
        return Answer([summary(done, done=True)], document, code, news=news)
    return replace(
        plan_answer(done, seen, request, args, talk, done=True),
        document=document, exit_code=code, changed=bool(done.writes or done.notes), news=news,
    )  # fmt: skip


def moves(done: Plan) -> tuple[str, ...]:
    """A line for each block that was moved: nobody watches the daily run."""
    found = (change_words(change, done) for change in done.changes if change.action == "move" and change.done)
    return tuple(f"Moved to {what}: {why}." for what, why in found)


def _asks_about_undone(plan: Plan, memory: Memory, ledger: Ledger, args: Namespace, talk: Talk) -> bool:
    """Ask once whether what ``undo`` took back is wanted after all; True if the memory is another one now."""
    ahead = {known.key: known for known in memory.blocks if known.slot.start > plan.now}
    undone = [key for key, known in ahead.items() if known.answer == "undone"]
    put_back = [key for key, known in ahead.items() if known.put_back]
    if not (undone or put_back) or talk.ask is None or args.yes or UNDONE_ASKED in memory.said:
        return False
    zone = ZoneInfo(plan.zone)
    lines = [f"  {span(ahead[key].slot, zone)}  {block_name(ahead[key].kind)}: removed" for key in undone]
    lines += [
        f"  {span(ahead[key].slot, zone)}  {block_name(ahead[key].kind)}: put back there" for key in put_back
    ]
    yes = talk.ask(["You took the last run back with undo:", *lines], "Book these again?")
    with ledger.together():
        ledger.mark_said([UNDONE_ASKED])
        if yes:
            ledger.take_up(undone, put_back)
    return True


def _needs_yes(plan: Plan, confirmed: bool) -> bool:
    """The first run on a calendar, and every rebalance, wants one."""
    return bool(plan.writes) and not (confirmed and plan.policy == "run")


def _with_consent(
    plan: Plan, seen: Survey, request: Request, args: Namespace, setup: Setup, talk: Talk, again: bool
) -> Plan:
    """The plan as far as a person says yes to it. Raises NotConfirmed."""
    shown = proposal(plan, seen, request, args, talk, asked=True)
    if talk.choose is None or talk.show is None:
        if args.cron:
            look, yes = pasteable(setup, "plan"), pasteable(setup, "run", "-y")
            hint = f"look at it with {look}, and say yes with {yes}; blocker cron remove ends this"
        else:
            hint = f"look at the plan above, then run:\n  {pasteable(setup, 'run', '-y')}"
            for line in shown.lines:
                talk.say(line)
        raise NotConfirmed(f"this is the first run on {plan.calendar}: nothing was written", hint)
    talk.show(shown)
    while (answer := talk.choose(f"\nOn {plan.calendar}:\nMake these changes?", CONSENT)) == "d":
        talk.show(Answer(plan_details_lines(plan, talk.width, args.plain)))
    said = _each(plan, request, talk, again) if answer == "e" else plan
    if answer not in ("y", "e") or not said.writes:
        raise _refusal(answer, again)
    return said


def _refusal(answer: str, again: bool) -> NotConfirmed:
    """A no, or no answer at all; ``again``: something was written before."""
    why = "you said no" if answer else "no answer came"
    return NotConfirmed(why if again else f"nothing was written: {why}")


def _each(plan: Plan, request: Request, talk: Talk, again: bool) -> Plan:
    """The plan with what the person says yes to, change by change. Raises NotConfirmed where no answer comes.

    What only makes sense together is one question; new notes in a block are none.
    """
    wanted: set[str] = set()
    answer = "y"
    for bundle in bundles(plan, request.workweek):
        keys = {change.key for change in bundle}
        if all(change.action == "update" and is_text_only(change) for change in bundle):
            wanted |= keys
        elif answer != "q" and talk.choose is not None:
            words = [
                f"{SIGNS[change.action]} {': '.join(filter(None, change_words(change, plan)))}"
                for change in bundle
            ]
            answer = talk.choose("\n".join(["", *words, "Do this?"]), EACH)
            if not answer:
                raise _refusal(answer, again)
            wanted |= keys if answer == "y" else set()
    return chosen(plan, wanted, request.workweek)


def _tell(change: Change, args: Namespace, talk: Talk) -> None:
    if args.verbose and change.error is None:
        talk.say(f"{SPOKEN[change.action]}: {change.key}")
