"""A learning team that was cut short between its two blocks: what a run makes of the one that is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from blocker.engine import make_plan
from blocker.rules.survey import take_survey
from blocker.running.apply import apply
from blocker.running.teams import find_team
from blocker.values.errors import AlreadyExists
from blocker.values.events import Block, Ref
from blocker.values.intervals import Interval
from blocker.values.plan import Plan
from tests.tools.calendars_by_hand import MONDAY, at, meeting, week_days
from tests.tools.diary import Diary

Create = Callable[[Block], Ref]


class PowerCut(BaseException):
    """Nothing catches it, as nothing catches a kill."""


@pytest.fixture
def there() -> Diary:
    weeks = (week_days(MONDAY + timedelta(weeks=week)) for week in range(-4, 8))
    diary = Diary((meeting(day, "10:00", "11:30") for days in weeks for day in days), at(MONDAY, "06:30"))
    diary.run()
    return diary


def learn(there: Diary) -> None:
    request = there.request()
    seen = take_survey(request)
    team = find_team("The go-live", "", False, request, seen)
    assert len(team.changes) == 2
    run = there.ledger.runs.begin("learn", there.now)
    plan = replace(make_plan(request, seen), changes=team.changes)
    apply(plan, there.calendar, there.ledger, run, lambda change: None)


def cut_short(there: Diary, monkeypatch: pytest.MonkeyPatch) -> str:
    """The key of the one block that is there."""

    def dies(create: Create) -> Create:
        def second(block: Block) -> Ref:
            if teams(there):
                raise PowerCut
            return create(block)

        return second

    with monkeypatch.context() as patch:
        patch.setattr(there.calendar, "create", dies(there.calendar.create))
        with pytest.raises(PowerCut):
            learn(there)
    [key] = teams(there)
    return key


def teams(there: Diary) -> list[str]:
    return [key for key in there.blocks if key.startswith("team/")]


def told(plan: Plan) -> list[str]:
    return [note for note in plan.notes if "learn was cut short" in note]


def test_it_is_taken_off_and_told_once(there: Diary, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_short(there, monkeypatch)
    assert len(told(there.run())) == 1
    assert teams(there) == []
    there.run()
    assert not told(there.run())
    assert not [row for row in there.memory.blocks if row.key.startswith("team/")]


def test_an_incomplete_read_leaves_it_and_what_is_known_of_it(
    there: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = cut_short(there, monkeypatch)
    there.calendar.complete = False
    for _ in range(2):
        assert not told(there.run())
        assert teams(there) == [key]
    there.calendar.complete = True
    assert told(there.run())
    assert teams(there) == []


@pytest.mark.parametrize("does", ["moves it", "retitles it", "has had it"])
def test_what_is_the_persons_or_past_stays(there: Diary, monkeypatch: pytest.MonkeyPatch, does: str) -> None:
    key = cut_short(there, monkeypatch)
    block = there.blocks[key]
    later = timedelta(minutes=15)
    if does == "moves it":
        there.calendar.move_block(block.ref.id, Interval(block.when.start + later, block.when.end + later))
    elif does == "retitles it":
        there.calendar.retitle_block(block.ref.id, "With Anna and Jo")
    else:
        there.now = block.when.end
    for _ in range(2):
        assert not told(there.run())
        assert teams(there) == [key]
    assert [row.state for row in there.memory.blocks if row.key.startswith("team/")] == ["placed"]


def test_an_identity_that_was_used_up_splits_no_pair(there: Diary, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new ledger can't know which identities a server keeps of blocks that were deleted."""
    create = there.calendar.create

    def taken(block: Block) -> Ref:
        if block.generation == 1:
            raise AlreadyExists("it was there once", taken_by="deleted")
        return create(block)

    monkeypatch.setattr(there.calendar, "create", taken)
    learn(there)
    assert len(teams(there)) == 2
