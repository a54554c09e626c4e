"""What demands are made from: what stands, what was refused, and what people hold themselves, week by week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from msgspec import Struct

from blocker.measuring.classify import own_offsites
from blocker.rules.rules import Rule
from blocker.values.events import Event, StandingBlock
from blocker.values.kinds import IGNORED, OPERATIONAL, STRATEGIC
from blocker.values.memory import Memory, Remembered
from blocker.values.plan import Classified
from blocker.values.request import Request
from blocker.values.settings import Settings
from blocker.values.workweek import Quarter, Week, WorkWeek, parse_week, quarter_of, week_of

OWN_MINUTES = 60  # the shortest event of a person's own that counts as one of theirs
DEBT_WEEKS = 4  # what was owed longer ago has faded


class Known(Struct, frozen=True):
    """All that decides what is still wanted. ``blocks`` and ``memory`` as ``diff.recall`` leaves them.

    ``events`` reach back to the week before the running one. ``reoffer`` is the week in which another
    block may be offered for a deleted one, under the next number (``rebalance``). ``hit`` are the keys of
    blocks under a busy event: they count for nothing. Those of them that are ``stuck`` stay, being the person's,
    and leave what they were for to be asked for again; the others are themselves what is to be placed, in their week:
    the ``lost`` ones are known to have no place there.
    """

    today: date
    blocks: Sequence[StandingBlock]
    memory: Memory
    events: Sequence[Classified]
    rules: Sequence[Rule]
    settings: Settings
    workweek: WorkWeek
    reoffer: Week | None = None
    hit: frozenset[str] = frozenset()
    stuck: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()

    @property
    def running(self) -> Week:
        return week_of(self.today)

    def own_events(self) -> Mapping[tuple[str, Week], list[Event]]:
        """The person's timed events by kind and by the week they begin in."""
        found: dict[tuple[str, Week], list[Event]] = defaultdict(list)
        for item in self.events:
            if item.kind not in (OPERATIONAL, IGNORED) and not item.event.all_day:
                week = week_of(self.workweek.date_of(item.event.when.start))
                found[item.kind, week].append(item.event)
        return found

    def dismissed(self, block: StandingBlock, week: Week) -> bool:
        """True for a block ahead that goes because its key or its week is skipped."""
        skipped = block.key in self.memory.skipped_keys or week in self.memory.skipped_weeks
        return skipped and not block.pinned and self.workweek.date_of(block.when.start) >= self.today

    def closed(self, week: Week) -> str | None:
        """Why a person wants nothing new in a week: it is skipped, nothing at all is booked for now, or they took a
        block of it back with ``undo``: then nothing else is booked there until they say so.
        """
        if week in self.memory.skipped_weeks:
            return "skipped"
        until = self.memory.paused_until
        if until is not None and self.today <= until:
            return "paused"
        undone = (known.key for known in self.memory.blocks if known.answer == "undone")
        return "undone" if week != self.reoffer and any(f"/{week}/" in key for key in undone) else None

    def over_until(self, kind: str) -> date | None:
        """The first day of the next quarter, where the person deleted two blocks of a kind in a row in this one.

        Never of the strategic kind: that a week has none is only for ``pause`` and ``skip`` to say.
        """
        quarter = quarter_of(self.today, self.settings.fiscal_start)
        return (
            quarter.end
            if kind != STRATEGIC and two_deleted_in_a_row(kind, quarter, self.memory, self.settings)
            else None
        )


def two_deleted_in_a_row(kind: str, quarter: Quarter, memory: Memory, settings: Settings) -> bool:
    """True if the person deleted two blocks of a kind in a row, both in weeks of the quarter."""
    told = sorted(
        (block.slot.start, block.answer == "deleted")
        for block in memory.blocks
        if block.kind == kind
        and (block.answer or block.state == "placed")
        and week_quarter(parse_week(block.key.split("/")[1]), settings.fiscal_start) == quarter
    )
    return any(one[1] and two[1] for one, two in pairwise(told))


class Ranks(Struct, frozen=True):
    """What there is of one kind in one week.

    ``own`` counts the person's own events, ``live`` our blocks, past ones and those to be rescued too; ``stands``
    how many of our blocks count, ``hit`` how many don't, and ``lost`` how many of those have no place. ``answers``
    holds key and code (deleted, skipped or undone) of those a person said no to. ``used`` numbers are never given
    again, but for the ``displaced`` ones: they are owed, and come back first.
    """

    own: int
    live: int
    stands: int
    hit: int
    lost: int
    answers: tuple[tuple[str, str], ...]
    used: frozenset[int]
    displaced: Mapping[int, Remembered]

    @property
    def had(self) -> bool:
        """True if the week had a block of the kind, and meetings took it."""
        return bool(self.hit or self.displaced)

    @property
    def settled(self) -> int:
        """How many of the blocks asked for need no new one."""
        return self.own + self.live + len(self.answers)

    def free_numbers(self, count: int) -> list[int]:
        """Those displaced, then the lowest numbers never used; own events hold the lowest ranks of all."""
        taken = self.used | set(range(1, self.own + 1))
        highest = max(taken, default=0) + count
        fresh = (number for number in range(1, highest + 1) if number not in taken)
        return [*sorted(self.displaced), *fresh][:count]


def ranks(kind: str, week: Week, known: Known, own: Sequence[Event] = ()) -> Ranks:
    """What stands, stood, or was refused of a kind in a week; ``own`` are the person's own events of it."""
    prefix = f"{kind}/{week}/"
    here = [block for block in known.blocks if block.key.startswith(prefix)]
    used = {block.key for block in here}
    answers = dict.fromkeys((block.key for block in here if known.dismissed(block, week)), "skipped")
    hit = used & known.hit - set(answers)
    live = used - set(answers) - known.stuck
    displaced: dict[str, Remembered] = {}
    for block in known.memory.blocks:
        if not block.key.startswith(prefix) or block.key in used or block.state == "creating":
            continue  # one that was never seen on the calendar keeps its key for the next attempt
        used.add(block.key)
        if block.answer:
            answers[block.key] = block.answer
        elif block.state == "displaced":
            displaced[block.key] = block
        elif block.state == "placed":
            live.add(block.key)  # past, or out of sight in an incomplete read
    for key in known.memory.skipped_keys:
        if key.startswith(prefix) and key not in live:
            used.add(key)
            answers[key] = "skipped"
            displaced.pop(key, None)
    if week == known.reoffer:
        answers = {key: code for key, code in answers.items() if code == "skipped"}
    numbers = frozenset(_numbers(used, prefix))
    back = dict(zip(_numbers(displaced, prefix), displaced.values(), strict=True))
    said = tuple(sorted(answers.items()))
    counted = _count_own(own, known.settings)
    lost = len(hit & known.lost)
    return Ranks(counted, len(live), len(live - hit), len(hit), lost, said, numbers, back)


def _numbers(keys: Iterable[str], prefix: str) -> list[int]:
    return [int(number) for key in keys if (number := key.removeprefix(prefix)).isdecimal()]


def debt_minutes(memory: Memory, running: Week) -> int:
    """Strategic minutes owed and not kept in the last four completed weeks.

    Counted in order of time: what a week keeps beyond its due pays back, and is never saved up.
    """
    debt = 0
    for record in sorted(memory.weeks, key=lambda record: record.week):
        if running.plus(-DEBT_WEEKS) <= record.week < running:
            debt = max(0, debt + record.owed_minutes - record.kept_minutes - record.waived_minutes)
    return debt


def week_quarter(week: Week, first_month: int) -> Quarter:
    """The quarter that most of a week's days are in."""
    return quarter_of(week.days[3], first_month)


def _count_own(events: Sequence[Event], settings: Settings) -> int:
    """How many count as one block each: an hour at least, and no offsite, which is not the floor."""
    long = [event for event in events if event.when.minutes >= OWN_MINUTES]
    return len(long) - len(own_offsites(long, settings))


def asked_back(known: Remembered, request: Request) -> bool:
    """True for a block that ``undo`` took back, where the person wants the week that it was in rebalanced."""
    return (
        known.answer == "undone"
        and request.policy == "rebalance"
        and request.workweek.key_week(known.key, known.slot) == request.week
    )
