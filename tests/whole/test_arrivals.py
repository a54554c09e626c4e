"""Whatever meetings arrive, and in whatever order: what holds after a run and after a rebalance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from blocker.engine import pose_problem
from blocker.placing.objective import Entry
from blocker.placing.place import place
from blocker.rules.survey import take_survey
from blocker.values.events import Event, StandingBlock
from blocker.values.intervals import Interval
from blocker.values.kinds import OFFSITE
from blocker.values.memory import Memory
from blocker.values.plan import Plan
from blocker.values.request import Request
from blocker.values.workweek import Week, parse_week
from tests.tools.calendars_by_hand import MONDAY, at, meeting
from tests.tools.diary import Diary, changed

WEEKS = tuple(parse_week("2026-W45").plus(number) for number in range(3))
QUARTER = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)
EXAMPLES = settings(max_examples=settings.default.max_examples // 4)


@dataclass(frozen=True)
class Arrivals:
    """A calendar as it is at first, meetings that come after the first run, and blocks that get one of their own.

    ``onto`` says of each: which block (counted round), from which quarter hour of it, for how many.
    """

    base: tuple[Event, ...]
    later: tuple[Event, ...]
    onto: tuple[tuple[int, int, int], ...]


def on_day(day: date, start: int, quarters: int, uid: str) -> Event:
    """``start`` in quarter hours from 8:00."""
    begin = min(8 * 60 + start * 15, 18 * 60 + 45)
    end = min(19 * 60, begin + quarters * 15)
    return meeting(day, f"{begin // 60}:{begin % 60}", f"{end // 60}:{end % 60}", uid)


def some(name: str, most: int) -> st.SearchStrategy[tuple[Event, ...]]:
    one = st.tuples(st.integers(0, 14), st.integers(0, 43), st.integers(1, 12))

    def events(drawn: list[tuple[int, int, int]]) -> tuple[Event, ...]:
        return tuple(
            on_day(MONDAY + timedelta(days=day // 5 * 7 + day % 5), start, length, f"{name}-{number}")
            for number, (day, start, length) in enumerate(drawn)
        )

    return st.lists(one, max_size=most).map(events)


@st.composite
def tight_weeks(draw: st.DrawFn) -> tuple[Event, ...]:
    """Weeks whose days are full from morning to evening, but for a stretch here and there."""
    found = []
    for week in range(3):
        if not draw(st.booleans()):
            continue
        for number, gap in enumerate(draw(st.lists(st.integers(-40, 38), min_size=5, max_size=5))):
            day = MONDAY + timedelta(days=7 * week + number)
            name = f"full-{week}-{number}"
            if gap < 0:
                found.append(on_day(day, 0, 44, name))
            else:
                found += [on_day(day, 0, gap + 1, f"{name}-a"), on_day(day, gap + 6, 43, f"{name}-b")]
    return tuple(found)


@st.composite
def arrivals(draw: st.DrawFn) -> Arrivals:
    series = draw(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 40), st.integers(2, 16)), max_size=8))
    base = [
        on_day(MONDAY + timedelta(days=7 * week + weekday), start, length, f"series-{number}-{week}")
        for number, (weekday, start, length) in enumerate(series)
        for week in range(-4, 6)
    ]
    onto = draw(
        st.lists(st.tuples(st.integers(0, 9), st.integers(0, 7), st.integers(1, 8)), min_size=1, max_size=6)
    )
    return Arrivals(
        (*base, *draw(some("first", 15)), *draw(tight_weeks())), draw(some("later", 15)), tuple(onto)
    )


def before(found: Arrivals) -> Diary:
    person = Diary(found.base, at(MONDAY, "6:30"))
    person.run()
    return person


def after(found: Arrivals) -> Diary:
    """The first run, and then everything that arrives."""
    person = before(found)
    blocks = sorted(person.blocks.values(), key=lambda block: block.when)
    for event in found.later:
        person.calendar.put_event(event)
    for number, (which, start, quarters) in enumerate(found.onto):
        if blocks:
            when = blocks[which % len(blocks)].when
            begin = min(when.start + start * QUARTER, when.end - QUARTER)
            person.land(Interval(begin, begin + quarters * QUARTER), f"Urgent {number}")
    return person


def at_once(person: Diary) -> Diary:
    """Somebody whose calendar held all of it before their first run."""
    return Diary(person.request(memory=Memory()).snapshot.events, person.now)


def weeks_with_floor(plan: Plan) -> set[Week]:
    return {week.load.week for week in plan.weeks if week.floor in ("block", "own")}


@EXAMPLES
@given(arrivals())
def test_nothing_of_ours_is_under_a_meeting_after_a_run(found: Arrivals) -> None:
    person = after(found)
    person.run()
    assert person.under_meetings() == []
    assert changed(person.run()) == {}


@EXAMPLES
@given(arrivals())
def test_a_week_has_its_floor_wherever_an_hour_is_free(found: Arrivals) -> None:
    person = after(found)
    plan = person.run()
    for week in plan.weeks:
        if week.load.working and week.floor == "unplaced":
            assert free_hours(person, week.load.week.days) == []


def free_hours(person: Diary, days: Iterable[date]) -> list[datetime]:
    """Where an hour would fit by hand: in working time, a day from now on, with the gap before it and lunch left."""
    snapshot = person.request(memory=Memory()).snapshot
    busy = [event.when for event in snapshot.events]
    taken = {person.workweek.date_of(block.when.start) for block in snapshot.blocks if block.kind == OFFSITE}
    found = []
    for day in days:
        if day.weekday() > 4 or day in taken:
            continue
        for start in range(9 * 60, 16 * 60 + 45, 15):
            slot = Interval(
                at(day, f"{start // 60}:{start % 60}"), at(day, f"{start // 60}:{start % 60}") + 4 * QUARTER
            )
            with_gap = Interval(slot.start - 10 * MINUTE, slot.end)
            if (
                slot.start >= person.now + timedelta(days=1)
                and not any(when.overlaps(with_gap) for when in busy)
                and (lunch_fits(day, [*busy, slot]) or not lunch_fits(day, busy))
            ):
                found.append(slot.start)
    return found


def lunch_fits(day: date, busy: Iterable[Interval]) -> bool:
    first = at(day, "11:30")
    there = [when for when in busy if when.overlaps(Interval(first, first + 120 * MINUTE))]
    return any(
        not any(when.overlaps(Interval(first + n * MINUTE, first + (n + 60) * MINUTE)) for when in there)
        for n in range(61)
    )


def entries(request: Request) -> tuple[int, ...]:
    """Entries 1 to 14 of docs/objective.md for the plan of this request: of the calendar as it is, where it has no changes."""
    return place(pose_problem(request, take_survey(request)).problem).value[: Entry.HALF_HOURS + 1]


@EXAMPLES
@given(arrivals(), st.integers(0, 2))
def test_rebalance_is_never_worse_than_a_fresh_plan_and_repeats_itself(found: Arrivals, number: int) -> None:
    person, week = after(found), WEEKS[number]
    fresh = entries(as_if_fresh(person, week))
    person.rebalance(week)
    assert entries(person.request("rebalance", week)) >= fresh
    assert changed(person.rebalance(week)) == {}


def as_if_fresh(person: Diary, week: Week) -> Request:
    """The same calendar and memory without our blocks of the week that may move."""
    request = person.request("rebalance", week)
    gone = {
        block.key
        for block in request.snapshot.blocks
        if f"/{week}/" in block.key and block.when.start > person.now
    }
    snapshot = replace(
        request.snapshot, blocks=tuple(block for block in request.snapshot.blocks if block.key not in gone)
    )
    blocks = tuple(known for known in request.memory.blocks if known.key not in gone)
    memory = replace(request.memory, blocks=blocks)
    return replace(request, snapshot=snapshot, memory=memory)


@EXAMPLES
@given(arrivals())
def test_a_run_leaves_no_calendar_worse_off_for_meetings_that_came_after_the_first_one(
    found: Arrivals,
) -> None:
    """Weeks with a floor, those within the manners, the offsite, due learning."""
    person = after(found)
    fresh = at_once(person)
    first, second = fresh.run(), person.run()
    assert weeks_with_floor(second) >= weeks_with_floor(first)
    assert (bool(offsite(person)), learning(person)) >= (bool(offsite(fresh)), learning(fresh))
    floors = slice(Entry.FLOORS, Entry.WITHIN + 1)
    assert entries(person.request())[floors] >= entries(fresh.request())[floors]


@EXAMPLES
@given(arrivals(), st.integers(0, 2))
def test_a_rebalanced_week_is_no_worse_off_either_in_any_tier_or_half_hour(
    found: Arrivals, number: int
) -> None:
    person, week = after(found), WEEKS[number]
    fresh = at_once(person)
    for one in (fresh, person):
        one.run()
        one.rebalance(week)
    assert entries(person.request("rebalance", week)) >= entries(fresh.request("rebalance", week))


def learning(person: Diary) -> int:
    return sum(block.kind == "learning" for block in person.blocks.values())


def offsite(person: Diary) -> list[StandingBlock]:
    return [block for block in person.blocks.values() if block.kind == OFFSITE]


@EXAMPLES
@given(arrivals(), st.lists(st.integers(1, 3), min_size=2, max_size=4))
def test_no_block_moves_again_without_a_new_event(found: Arrivals, steps: list[int]) -> None:
    person = after(found)
    person.run()
    assume(person.blocks)
    for days in steps:
        person.now += timedelta(days=days)
        assert changed(person.run(), "move") == {}
