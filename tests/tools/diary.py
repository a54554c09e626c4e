"""A person's calendar over days: meetings come and go, blocker runs. All in memory, with the real stages and ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from blocker.calendars.memory import MemoryCalendar
from blocker.engine import make_plan
from blocker.ledger.file import bring_up_to_date
from blocker.ledger.ledger import Ledger
from blocker.measuring.thinking import with_calendar_questions
from blocker.planning import guard
from blocker.planning.history import week_records
from blocker.rules.survey import take_survey
from blocker.running.apply import apply
from blocker.running.run import keep_words
from blocker.values.events import Event, StandingBlock
from blocker.values.intervals import Interval, interval
from blocker.values.kinds import NOTE
from blocker.values.memory import Memory
from blocker.values.plan import Change, Plan
from blocker.values.request import Request
from blocker.values.settings import Settings
from blocker.values.workweek import Week, week_of
from tests.tools.calendars_by_hand import workweek


class Diary:
    """``now`` is moved by the test; ``run`` and ``rebalance`` carry out what they decide and return it."""

    def __init__(self, events: Iterable[Event], now: datetime, settings: Settings | None = None) -> None:
        self.calendar = MemoryCalendar(events, zone="Europe/Berlin")
        self.now, self.settings, self.workweek = now, settings or Settings(), workweek()
        database = sqlite3.connect(":memory:", isolation_level="IMMEDIATE")
        database.row_factory = sqlite3.Row
        bring_up_to_date(database)
        self.ledger = Ledger(database, self.calendar.identity())
        self.ledger.confirm_calendar(now)

    @property
    def memory(self) -> Memory:
        return self.ledger.memory()

    def request(self, policy: str = "run", week: Week | None = None, memory: Memory | None = None) -> Request:
        window = interval(self.now - timedelta(weeks=14), self.now + timedelta(weeks=27))
        return Request(
            now=self.now,
            policy=policy,
            week=week or week_of(self.workweek.date_of(self.now)),
            settings=self.settings,
            workweek=self.workweek,
            snapshot=self.calendar.read(window),
            others=(),
            memory=self.memory if memory is None else memory,
        )

    def run(self) -> Plan:
        return self._carry_out(self.request())

    def rebalance(self, week: Week) -> Plan:
        return self._carry_out(self.request("rebalance", week))

    def _carry_out(self, request: Request) -> Plan:
        seen = take_survey(request)
        plan = make_plan(request, seen)
        guard.check(plan, request.snapshot, request.memory, asked=request.policy == "rebalance")
        keep_words(plan, self.ledger)
        number = self.ledger.runs.begin(request.policy, self.now)
        receipt = apply(plan, self.calendar, self.ledger, number, lambda change: None)
        assert not [change.error for change in receipt.changes if change.error]
        self.ledger.runs.end(number, self.now, 0)
        plan = replace(plan, changes=receipt.changes)
        with self.ledger.together():
            for record in week_records(plan, seen, request):
                self.ledger.remember_week(record)
            self.ledger.keep_parked(
                with_calendar_questions(self.memory.parked, request.snapshot, request.now)
            )
            self.ledger.mark_said(plan.said)
        return plan

    def land(self, slot: Interval, title: str = "Urgent") -> str:
        """A meeting that nobody asked for; its identity."""
        uid = f"{title}-{slot.start:%Y%m%dT%H%M}"
        self.calendar.put_event(Event(uid, self.calendar.address, title, slot))
        return uid

    @property
    def blocks(self) -> dict[str, StandingBlock]:
        """Ours by key, those that take time."""
        return {
            block.key: block for block in self.request(memory=Memory()).snapshot.blocks if block.kind != NOTE
        }

    def of(self, week: Week, kind: str = "strategic") -> list[StandingBlock]:
        return sorted(
            (block for key, block in self.blocks.items() if key.startswith(f"{kind}/{week}/")),
            key=lambda block: block.when,
        )

    def under_meetings(self) -> list[str]:
        """The keys of blocks ahead on whose time something busy lies."""
        events = self.request(memory=Memory()).snapshot.events
        return [
            key
            for key, block in self.blocks.items()
            if block.when.start > self.now and any(event.when.overlaps(block.when) for event in events)
        ]


def changed(plan: Plan, *actions: str) -> dict[str, Change]:
    """The changes by key, without the pre-work note."""
    wanted = actions or ("create", "move", "remove", "update")
    return {c.key: c for c in plan.changes if c.action in wanted and c.kind != NOTE}
