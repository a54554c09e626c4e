"""``learn``: time for a learning team, with the people nearest to the work."""

from __future__ import annotations

from argparse import Namespace
from zoneinfo import ZoneInfo

from blocker.commands.answer import Answer, Talk, pasteable
from blocker.commands.parser import Parser
from blocker.ledger.ledger import read_memory
from blocker.running.run import at_work, exit_code
from blocker.running.session import Session, Setup, Sight
from blocker.running.teams import WITHIN_DAYS, Team, book_team, find_team
from blocker.showing.documents import plan_document
from blocker.showing.plan_text import change_title, clean, option_text, when_words
from blocker.values.block_kinds import FOLLOW_UP_MINUTES
from blocker.values.errors import NotConfirmed, UsageError
from blocker.values.plan import Plan, Unplaced

INVITE = "The invitations are yours: three to five people who do the work, and none of their managers."


def add_learn(command: Parser) -> None:
    command.add_argument("text", nargs="+", metavar="TEXT", help='such as "What happened at the go-live"')
    command.add_argument("--from", dest="asked_by", default="", metavar="WHO", help="who asks")
    command.add_argument("--once", action="store_true", help="without the second, shorter block a week later")
    command.add_argument("-n", "--dry-run", action="store_true", help="only show what would be booked")
    command.set_defaults(work=learn)


def learn(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Book a learning team within ten working days, and what follows from it a week later: both, or neither."""
    what = " ".join(" ".join(args.text).split())
    if not what:
        raise UsageError("there is nothing to learn from", 'blocker learn "What happened at …"')

    def decide(sight: Sight) -> Team:
        return find_team(what, args.asked_by, args.once, sight.request, sight.survey())

    with Session(setup) as session:
        if args.dry_run:
            sight = session.read(read_memory(setup.state_dir, session.identity))
            return _answer(sight.plan(), decide(sight), "would be booked", 0)
        with at_work(session) as ledger:
            sight = session.read(ledger.memory())
            if not sight.request.memory.confirmed:
                hint = f"say yes to a first run: {pasteable(setup, 'run')}"
                raise NotConfirmed(f"blocker was never started on {session.address}", hint)
            done, team = book_team(decide, sight, session, ledger)
    return _answer(done, team, "booked", exit_code(done))


def _lacking(missing: Unplaced | None) -> str:
    if missing is None:
        return f"the next {WITHIN_DAYS} working days are skipped or not planned yet"
    if missing.minutes == FOLLOW_UP_MINUTES:
        return f"there is no time for the {missing.minutes} minutes a week later; --once books the first block alone"
    return f"there is no time for {missing.minutes} minutes in the next {WITHIN_DAYS} working days"


def _answer(plan: Plan, team: Team, how: str, code: int) -> Answer:
    zone = ZoneInfo(plan.zone)
    lines = [f"{when_words(change, zone)}  {clean(change_title(change))}: {how}" for change in team.changes]
    if team.changes:
        lines.append(INVITE)
    else:
        lines.append(f"Nothing was booked: {_lacking(team.missing)}.")
        options = team.missing.nearest if team.missing else ()
        lines += [f"  {option_text(option, zone)}" for option in options]
    applied = how == "booked"
    document = plan_document(plan, applied=applied) if applied else None
    return Answer(lines, document, code, changed=bool(team.changes))
