"""The same calendar told in another way gives the same plan."""

from __future__ import annotations

import pickle
import random
from datetime import UTC, date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from blocker.engine import make_plan
from blocker.values.plan import Plan
from tests.tools.calendars_by_hand import MONDAY, meeting, request, week_days
from tests.tools.command_line import CommandLine, sample

CLOCKS = [("09:00", "10:00"), ("10:30", "12:00"), ("13:00", "13:45"), ("15:00", "16:30"), ("14:00", "17:00")]


def busy_weeks(seed: int) -> list[Any]:
    chance = random.Random(seed)
    weeks = [MONDAY.fromordinal(MONDAY.toordinal() + 7 * n) for n in range(-6, 6)]
    return [
        meeting(day, *clocks, title=f"M{n}")
        for monday in weeks
        for day in week_days(monday)
        for n, clocks in enumerate(CLOCKS)
        if chance.random() < 0.5
    ]


def decisions(plan: Plan) -> list[tuple[Any, ...]]:
    return [(c.action, c.key, c.slot, c.why) for c in plan.changes] + [(u.key, u.code) for u in plan.unplaced]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_events_does_not_matter(seed: int) -> None:
    events = busy_weeks(seed)
    shuffled = events.copy()
    random.Random(seed + 1).shuffle(shuffled)
    assert decisions(make_plan(request(events))) == decisions(make_plan(request(shuffled)))


@pytest.mark.parametrize("seed", range(5))
def test_a_plan_can_be_kept_and_read_again(seed: int) -> None:
    whole = make_plan(request(busy_weeks(seed)))
    assert all(c.block.text for c in whole.changes if c.block)
    assert pickle.loads(pickle.dumps(whole)) == whole  # noqa: S301 - our own


@pytest.mark.parametrize("seed", range(5))
def test_a_calendar_split_in_two_is_the_same_calendar(seed: int) -> None:
    events = busy_weeks(seed)
    whole = request(events)
    half = request(events[::2])
    other = replace(half.snapshot, calendar="memory:other", events=tuple(events[1::2]), blocks=())
    assert decisions(make_plan(whole)) == decisions(make_plan(replace(half, others=(other,))))


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/Sao_Paulo", "Australia/Lord_Howe"])
def test_instants_expressed_in_another_zone_are_the_same_instants(zone: str) -> None:
    events = busy_weeks(3)
    elsewhere = [
        replace(
            event,
            when=type(event.when)(
                *(i.astimezone(ZoneInfo(zone)).astimezone(UTC) for i in (event.when.start, event.when.end))
            ),
        )
        for event in events
    ]
    assert decisions(make_plan(request(events))) == decisions(make_plan(request(elsewhere)))


def test_the_same_file_with_its_components_in_reverse_gives_the_same_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = sample(tmp_path, date(2026, 11, 2))
    cli = CommandLine(capsys, path, "2026-11-02T06:30")
    before = cli.document("plan")
    head, *components = path.read_bytes().split(b"BEGIN:VEVENT")
    components[-1], tail = components[-1].split(b"END:VCALENDAR")
    turned = b"".join(b"BEGIN:VEVENT" + c for c in reversed(components))
    path.write_bytes(head + turned + b"END:VCALENDAR" + tail)
    after = cli.document("plan")
    assert before == after
    assert before["changes"]
