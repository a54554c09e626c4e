"""``blocker demo``: the whole job on a sample calendar, in a temporary place, offline."""

from __future__ import annotations

import tempfile
from argparse import Namespace
from datetime import UTC, timedelta
from pathlib import Path

from blocker.commands import Answer, Talk
from blocker.commands.daily import rebalance, run
from blocker.commands.looking import load, plan
from blocker.config import Config
from blocker.ledger import read_memory
from blocker.model import STRATEGIC, Change
from blocker.sample import meeting, sample_calendar
from blocker.session import Session, Setup
from blocker.settings import Settings
from blocker.workweek import week_of


def demo(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Load, plan, run, run again, a meeting lands on a block, rebalance: in that order, for real."""
    place = Path(tempfile.mkdtemp(prefix="blocker-demo-"))
    calendar = place / "calendar.ics"
    now = setup.now if setup.now.tzinfo else setup.now.replace(tzinfo=UTC)
    calendar.write_bytes(sample_calendar(now.date()))
    settings = Settings(calendar=f"ics:{calendar}")
    mine = Setup(Config(settings, {}, None), place / "state", now, {})
    quiet = replace_args(
        args, yes=True, dry_run=False, force=False, cron=False, exit_code=False, events=False, verbose=False
    )
    lines: list[str] = []

    def step(title: str, answer: Answer) -> None:
        lines.extend([f"── {title} ".ljust(78, "─"), "", *answer.lines, ""])

    week = str(week_of(now.date() + timedelta(days=3)))
    step(f"Dana's week {week}: blocker load {week}", load(replace_args(quiet, week=week), mine, talk))
    step("What run would do: blocker plan", plan(quiet, mine, talk))
    step("Do it: blocker run -y", run(quiet, mine, talk))
    step("The next morning's run, nothing has changed: blocker run", run(quiet, mine, talk))
    hit = _first_block(mine)
    _drop_meeting(calendar, hit)
    zone = hit.slot.start.astimezone()
    hit_week = str(week_of(hit.slot.start.date()))
    lines.append(f"…  the CEO's office puts a meeting onto [{hit.key}], {zone:%A %H:%M} …\n")
    step(
        f"Rebalance that week: blocker rebalance {hit_week} -y",
        rebalance(replace_args(quiet, week=hit_week), mine, talk),
    )
    lines += [f"The calendar is here, for any calendar program: {calendar}"]
    return Answer(lines, {"schema": 1, "calendar": str(calendar)})


def replace_args(args: Namespace, **values: object) -> Namespace:
    return Namespace(**{**vars(args), **values})


def _first_block(setup: Setup) -> Change:
    with Session(setup) as session:
        made = session.read(read_memory(setup.state_dir, session.address)).plan()
    ahead = [c for c in made.changes if c.kind == STRATEGIC and c.slot.start > made.now + timedelta(days=1)]
    return ahead[0]


def _drop_meeting(calendar: Path, hit: Change) -> None:
    start, end = (instant.strftime("%Y%m%dT%H%M%SZ") for instant in hit.slot)
    extra = meeting("urgent@sample.example.org", "Urgent: board question", start, end, start)
    data = calendar.read_bytes()
    at = data.rindex(b"END:VCALENDAR")
    calendar.write_bytes(data[:at] + extra + data[at:])
