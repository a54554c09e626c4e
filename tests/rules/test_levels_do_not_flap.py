"""A calendar replayed day by day while meetings arrive: a week's level may rise, and fall once, but never flaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest
from msgspec.structs import replace

from blocker.engine import make_plan
from blocker.planning.history import week_records
from blocker.rules.forecast import fill_now
from blocker.rules.survey import Survey, take_survey
from blocker.values.events import Event
from blocker.values.kinds import LEVELS
from blocker.values.memory import Memory
from blocker.values.plan import Plan, WeekPlan
from blocker.values.request import Request
from blocker.values.settings import Settings
from blocker.values.workweek import Week, week_of
from tests.tools.calendars_by_hand import MONDAY, at, meeting, request

DAY = timedelta(days=1)
QUARTERS = 34  # of an hour, in a working day


@dataclass(frozen=True)
class Arriving:
    """A meeting, and the days on which it appears on the calendar and goes again."""

    event: Event
    arrives: date
    goes: date = date.max


def leader(seed: int, first: date, weeks: int) -> list[Arriving]:
    """Series that are always there, and single meetings that come up to five weeks before, many called off.

    Busy and quiet spells take turns, so that levels rise and fall and many weeks lie near a threshold.
    """
    random = Random(seed)
    found = []
    for series in range(random.randint(10, 16)):
        weekday, start, length = (
            random.randrange(5),
            random.randrange(QUARTERS - 4),
            random.choice((2, 4, 4, 6)),
        )
        for week in range(-13, weeks + 14):
            if series % 2 and not _is_busy(week):
                continue
            day = first + timedelta(weeks=week, days=weekday)
            found.append(Arriving(_meeting(day, start, length, f"series-{series}-{week}"), date.min))
    for week in range(-13, weeks + 14):
        spell = 1.5 if _is_busy(week) else 0.5
        for number in range(round(random.gauss(14, 4) * spell)):
            day = first + timedelta(weeks=week, days=random.randrange(5))
            event = _meeting(
                day, random.randrange(QUARTERS - 4), random.choice((2, 3, 4, 6)), f"one-{week}-{number}"
            )
            arrives = day - random.randrange(36) * DAY
            goes = arrives + random.randrange(1, 20) * DAY if random.random() < 0.35 else date.max
            found.append(Arriving(event, arrives, goes))
    return found


def _is_busy(week: int) -> bool:
    return week // 6 % 2 == 1


def _meeting(day: date, start: int, length: int, uid: str) -> Event:
    begin, end = 9 * 60 + start * 15, 9 * 60 + min(QUARTERS, start + length) * 15
    return meeting(day, f"{begin // 60}:{begin % 60}", f"{end // 60}:{end % 60}", uid)


def replay(
    calendar: list[Arriving], first: date, weeks: int, settings: Settings, placing: bool
) -> Mapping[Week, list[str]]:
    """The level of each week of the horizon on each working day, in order; levels need no placing."""
    memory = Memory()
    levels: dict[Week, list[str]] = defaultdict(list)
    for day in _working_days(first, weeks):
        events = [item.event for item in calendar if item.arrives <= day < item.goes]
        asked = request(events, now=at(day, "06:30"), memory=memory, settings=settings)
        seen = take_survey(asked)
        plan = make_plan(asked, seen) if placing else _judged_only(asked, seen)
        for week in plan.weeks:
            levels[week.load.week].append(week.load.level)
        records = {record.week: record for record in (*memory.weeks, *week_records(plan, seen, asked))}
        fill = {**fill_now(seen.loads.values(), week_of(day)), **memory.fill}
        memory = replace(memory, weeks=tuple(records.values()), fill=fill)
    return levels


def _judged_only(asked: Request, seen: Survey) -> Plan:
    weeks = tuple(WeekPlan(seen.loads[week], "none") for week in asked.horizon)
    return Plan(asked.now, "memory:", asked.workweek.zone.key, "run", weeks, (), ())


def _working_days(first: date, weeks: int) -> Iterator[date]:
    for number in range(weeks * 7):
        if number % 7 < 5:
            yield first + number * DAY


def turns(levels: list[str]) -> int:
    """How often the direction changes: 0 for up or down alone, 1 for up and then down, 2 for up-down-up."""
    numbers = [LEVELS.index(level) for level in levels]
    steps = [after > before for before, after in pairwise(numbers) if after != before]
    return sum(before != after for before, after in pairwise(steps))


def test_turns_are_counted() -> None:
    assert [
        turns(list(levels)) for levels in (["calm"], ["calm", "red"], ["red", "amber", "amber", "calm"])
    ] == [0] * 3
    assert turns(["calm", "amber", "amber", "calm"]) == 1
    assert turns(["calm", "amber", "calm", "red"]) == 2


def test_the_levels_of_eight_weeks_do_not_flap() -> None:
    check(1, weeks=8, placing=True)


def test_they_do_not_flap_where_rules_use_the_forecast() -> None:
    check(2, weeks=8, settings=Settings(forecast=True))


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("forecast", [False, True])
@pytest.mark.parametrize("seed", range(3, 6))
def test_the_levels_of_two_years_do_not_flap(seed: int, forecast: bool) -> None:
    check(seed, weeks=104, settings=Settings(forecast=forecast))


def check(seed: int, weeks: int, settings: Settings | None = None, placing: bool = False) -> None:
    levels = replay(leader(seed, MONDAY, weeks), MONDAY, weeks, settings or Settings(), placing)
    assert len({level for found in levels.values() for level in found}) > 1, "it tests nothing otherwise"
    flapping = {str(week): found for week, found in levels.items() if turns(found) > 1}
    assert not flapping
