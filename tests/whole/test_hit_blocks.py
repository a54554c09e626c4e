"""The day a meeting lands: what becomes of the blocks it lands on, by ``run`` and by ``rebalance``, each case by name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest
from msgspec.structs import replace

from blocker.values.events import Event
from blocker.values.intervals import Interval
from blocker.values.memory import WeekRecord
from blocker.values.settings import Settings
from blocker.values.workweek import parse_week
from tests.tools.calendars_by_hand import MONDAY, at, meeting, slot, week_days
from tests.tools.diary import Diary, changed

THIS, NEXT, THIRD = parse_week("2026-W45"), parse_week("2026-W46"), parse_week("2026-W47")
NEXT_MONDAY = MONDAY + timedelta(weeks=1)
HALF_HOUR = timedelta(minutes=30)


def weeks(*times: tuple[str, str], before: int = 4, after: int = 8) -> Iterator[Event]:
    """Meetings at these times on each day of the weeks around MONDAY."""
    for number in range(-before, after):
        for day in week_days(MONDAY + timedelta(weeks=number)):
            for start, end in times:
                yield meeting(day, start, end)


# Learning comes before what a level asks for: without it there is room for more strategic time.
STRATEGIC_ONLY = Settings(
    blocks={**Settings().blocks, "learning": replace(Settings().kind("learning"), enabled=False)}
)


def diary(*times: tuple[str, str], more: tuple[Event, ...] = (), settings: Settings | None = None) -> Diary:
    """A person who has had their first run, early on a Monday."""
    found = Diary([*weeks(*times), *more], at(MONDAY, "6:30"), settings)
    found.run()
    return found


AMBER = ("13:30", "17:30")  # 20 h of 37.5
RED = ("12:30", "17:30")  # 25 h


def test_a_meeting_on_the_floor_moves_it_and_nothing_else() -> None:
    person = diary(("14:00", "15:00"))
    (floor,) = person.of(NEXT)
    person.land(floor.when)
    plan = person.run()
    assert set(changed(plan)) == {floor.key}
    (moved,) = person.of(NEXT)
    assert moved.key == floor.key
    assert moved.when.minutes == floor.when.minutes
    assert moved.when.start.date() == floor.when.start.date()
    assert person.under_meetings() == []
    assert {str(week.load.week): week.floor for week in plan.weeks}[str(NEXT)] == "block"


def test_meetings_on_every_block_of_a_week_leave_it_its_floor_at_least() -> None:
    person = diary(RED, settings=STRATEGIC_ONLY)
    blocks = person.of(NEXT)
    assert len(blocks) >= 2
    for block in blocks:
        person.land(block.when)
    plan = person.run()
    assert person.under_meetings() == []
    assert person.of(NEXT)
    assert {week.load.week: week.floor for week in plan.weeks}[NEXT] == "block"
    there = {block.key for block in person.of(NEXT)}
    known = {known.key: known.state for known in person.memory.blocks}
    assert {known[block.key] for block in blocks if block.key not in there} <= {"displaced"}


@pytest.mark.parametrize("early", [True, False])
def test_a_short_meeting_at_either_end_takes_no_more_than_it_must(early: bool) -> None:
    person = diary(("14:00", "15:00"))
    (floor,) = person.of(NEXT)
    start = floor.when.start if early else floor.when.end - HALF_HOUR
    person.land(Interval(start, start + HALF_HOUR))
    person.run()
    (moved,) = person.of(NEXT)
    assert moved.when.minutes == floor.when.minutes
    assert moved.when.start.date() == floor.when.start.date()
    assert person.under_meetings() == []


def test_a_block_of_today_is_rescued_too_two_hours_ahead() -> None:
    person = diary(("14:00", "15:00"))
    (block,) = person.of(NEXT)
    day = block.when.start.astimezone(person.workweek.zone).date()
    person.now = at(day, "6:30")
    person.land(block.when)
    person.run()
    (moved,) = person.of(NEXT)
    assert moved.when.start.date() == block.when.start.date()
    assert moved.when.start >= person.now + timedelta(hours=2)
    assert person.under_meetings() == []


def test_a_block_that_the_person_moved_stays_is_told_once_and_the_floor_is_placed_beside_it() -> None:
    person = diary(("14:00", "15:00"))
    (floor,) = person.of(NEXT)
    theirs = slot(NEXT_MONDAY + timedelta(days=3), "9:30", "11:00")
    person.calendar.move_block(floor.ref.id, theirs)
    person.land(theirs)
    plan = person.run()
    assert person.blocks[floor.key].when == theirs
    others = [block for block in person.of(NEXT) if block.key != floor.key]
    assert len(others) == 1
    assert others[0].key not in person.under_meetings()
    assert [change.conflict for change in plan.changes if change.key == floor.key] == [
        "overlaps “Urgent”; you put it there, so it stays"
    ]
    assert [note for note in plan.notes if "overlaps “Urgent”" in note]
    assert not [note for note in person.run().notes if "overlaps" in note]


def test_a_block_with_a_title_of_the_persons_is_moved_with_it() -> None:
    person = diary(("14:00", "15:00"))
    (floor,) = person.of(NEXT)
    person.calendar.retitle_block(floor.ref.id, "My hour")
    person.land(floor.when)
    person.run()
    (moved,) = person.of(NEXT)
    assert (moved.key, moved.title) == (floor.key, "My hour")
    assert moved.when != floor.when
    assert person.under_meetings() == []


def full_but_for_one_hour() -> Diary:
    """A next week with nothing free but Thursday 10:30 to 12:00, less the gap after a meeting."""
    busy = [
        meeting(day, start, end)
        for day in week_days(NEXT_MONDAY)
        for start, end in (("9:00", "10:30"), ("12:00", "17:30"))
    ]
    taken = [
        meeting(day, "10:30", "12:00", title="Round")
        for day in week_days(NEXT_MONDAY)
        if day != NEXT_MONDAY + timedelta(days=3)
    ]
    person = Diary([*weeks(("14:00", "15:00")), *busy, *taken], at(MONDAY, "6:30"))
    person.run()
    return person


def test_the_only_free_hour_of_a_week_taken_releases_the_block_and_it_comes_back() -> None:
    person = full_but_for_one_hour()
    (floor,) = person.of(NEXT)
    urgent = person.land(floor.when)
    plan = person.run()
    change = changed(plan)[floor.key]
    assert (change.action, change.released) == ("remove", True)
    assert change.conflict == "overlaps “Urgent”"
    assert change.nearest
    assert person.of(NEXT) == []
    (told,) = (note for note in plan.notes if floor.title in note)
    assert "overlaps “Urgent”. It was removed:" in told
    assert "What would help: " in told
    assert " if you move " in told
    again = person.run()
    assert changed(again) == {}
    assert not [note for note in again.notes if floor.title in note or floor.key in note]
    person.calendar.remove_event(urgent)
    back = changed(person.run())
    assert [(change.action, change.key) for change in back.values()] == [("create", floor.key)]
    (there,) = person.of(NEXT)
    assert (there.key, there.generation) == (floor.key, floor.generation + 1)
    assert person.under_meetings() == []


def test_a_block_comes_back_as_long_as_it_was_to_a_week_that_is_fuller_than_it_was() -> None:
    """Its week took three hours for blocks, and now may take less than the one that is left."""
    person = diary(RED, settings=STRATEGIC_ONLY)
    taken, left = person.of(NEXT)
    walls = []
    for day in week_days(NEXT_MONDAY):
        for start in (at(day, "9:00") + number * HALF_HOUR for number in range(7)):
            if not Interval(start - HALF_HOUR, start + HALF_HOUR).overlaps(left.when):
                walls.append((day, person.land(Interval(start, start + HALF_HOUR), "Wall")))
    assert changed(person.run())[taken.key].released
    for day, wall in walls:
        if day == NEXT_MONDAY:
            person.calendar.remove_event(wall)
    assert set(changed(person.run())) == {taken.key}
    assert [block.when.minutes for block in person.of(NEXT)] == [taken.when.minutes, left.when.minutes]
    person.rebalance(NEXT)
    assert sum(block.when.minutes for block in person.of(NEXT)) == taken.when.minutes + left.when.minutes


def test_what_was_told_is_told_again_only_of_another_event() -> None:
    person = full_but_for_one_hour()
    (floor,) = person.of(NEXT)
    urgent = person.land(floor.when)
    person.run()
    person.calendar.remove_event(urgent)
    person.run()
    person.land(person.of(NEXT)[0].when, "Board")
    assert [note for note in person.run().notes if "overlaps “Board”" in note]


def test_a_cancelled_meeting_moves_nothing_by_run_and_something_by_rebalance() -> None:
    day = NEXT_MONDAY + timedelta(days=1)
    mornings = tuple(meeting(each, "9:00", "11:00", title=f"Round {each}") for each in week_days(NEXT_MONDAY))
    person = diary(("14:00", "15:00"), more=mornings)
    (floor,) = person.of(NEXT)
    assert floor.when.start >= at(floor.when.start.date(), "12:00")
    person.calendar.remove_event(mornings[1].uid)
    assert changed(person.run()) == {}
    plan = person.rebalance(NEXT)
    change = changed(plan)[floor.key]
    assert change.action == "move"
    assert change.slot.start.date() == day
    assert ": " in change.why, "what the move buys is said"


def test_two_weeks_hit_at_once_are_both_saved_in_one_run() -> None:
    person = diary(AMBER)
    hit = [*person.of(NEXT), *person.of(THIRD)]
    assert len(hit) >= 3
    for block in hit:
        person.land(block.when)
    person.run()
    assert person.under_meetings() == []
    assert person.of(NEXT)
    assert person.of(THIRD)


def test_front_line_time_makes_room_for_the_floor() -> None:
    """The one free hour left of the week is a front-line block's."""
    person = diary(("14:00", "15:00"))
    (frontline,) = person.of(THIRD, "frontline")
    (floor,) = person.of(THIRD)
    for day in week_days(MONDAY + timedelta(weeks=2)):
        for start in range(9 * 60, 17 * 60 + 30, 30):
            half = slot(
                day,
                f"{start // 60}:{start % 60}",
                f"{(start + 30) // 60}:{start % 60 + (30 if start % 60 == 0 else -30)}",
            )
            near = Interval(half.start - timedelta(minutes=10), half.end)
            if not near.overlaps(frontline.when):
                person.land(half, "Wall")
    plan = person.run()
    assert person.under_meetings() == []
    assert [block.key for block in person.of(THIRD)] == [floor.key]
    gone = changed(plan, "remove").get(frontline.key)
    if gone is not None:
        assert "makes room for the weekly minimum" in gone.why
        assert not gone.released
    else:
        assert changed(plan)[frontline.key].placement is not None


def test_the_offsite_hit_early_goes_to_the_nearest_half_day() -> None:
    person = diary(("14:00", "15:00"))
    (key,) = (key for key in person.blocks if key.startswith("offsite"))
    was = person.blocks[key].when
    person.land(was)
    plan = person.run()
    change = changed(plan)[key]
    assert change.action == "move"
    assert change.slot.minutes == was.minutes
    assert person.under_meetings() == []


def test_the_offsite_hit_four_days_before_is_at_least_five_working_days_ahead() -> None:
    person = diary(("14:00", "15:00"))
    (key,) = (key for key in person.blocks if key.startswith("offsite"))
    was = person.blocks[key].when
    person.now = at(was.start.date() - timedelta(days=4), "6:30")
    person.run()
    person.land(person.blocks[key].when)
    person.run()
    moved = person.blocks[key].when
    today = person.now.date()
    working = [day for day in (today + timedelta(days=n) for n in range(1, 60)) if day.weekday() < 5]
    assert moved.start.date() >= working[4]
    assert person.under_meetings() == []


def test_learning_whose_week_is_full_now_goes_to_another_week_in_the_same_run() -> None:
    person = diary(AMBER)
    (key,) = (key for key in person.blocks if key.startswith("learning"))
    week = parse_week(key.split("/")[1])
    for day in week_days(week.monday):
        person.land(slot(day, "8:00", "18:30"))
    person.run()
    assert [other for other in person.blocks if other.startswith("learning")] not in ([], [key])
    assert changed(person.run()) == {}


def test_a_hit_offsite_is_moved_in_the_run_that_places_the_one_of_the_next_quarter() -> None:
    person = diary(("14:00", "15:00"))
    (key,) = (key for key in person.blocks if key.startswith("offsite"))
    person.land(person.blocks[key].when)
    person.now = at(date(2026, 11, 23), "6:30")
    plan = changed(person.run())
    assert (plan[key].action, plan["offsite/2027-Q1"].action) == ("move", "create")
    assert person.under_meetings() == []
    assert changed(person.run()) == {}


def test_an_offsite_that_was_moved_into_the_next_quarter_is_moved_again_when_it_is_hit_there() -> None:
    person = diary(("14:00", "15:00"))
    (key,) = (key for key in person.blocks if key.startswith("offsite"))
    while person.blocks[key].when.start.year == 2026:
        when = person.blocks[key].when
        person.now = at(when.start.date() - timedelta(days=1), "6:30")
        person.land(when)
        person.run()
    person.now = at(person.blocks[key].when.start.date() - timedelta(days=1), "6:30")
    person.land(person.blocks[key].when)
    person.run()
    assert person.under_meetings() == []
    assert changed(person.run()) == {}


def test_rebalance_leaves_a_hit_offsite_to_run() -> None:
    person = diary(("14:00", "15:00"))
    (key,) = (key for key in person.blocks if key.startswith("offsite"))
    was = person.blocks[key].when
    person.land(was)
    person.now = at(was.start.date() - timedelta(days=10), "6:30")
    before = person.calendar.writes
    plan = person.rebalance(parse_week(f"{was.start:%G-W%V}"))
    assert person.blocks[key].when == was
    assert not changed(plan).get(key)
    assert before <= person.calendar.writes


def test_a_load_that_fell_to_nothing_keeps_its_blocks_by_run_and_gives_the_surplus_back_by_rebalance() -> (
    None
):
    person = Diary(weeks(RED, before=0), at(MONDAY, "6:30"), STRATEGIC_ONLY)
    person.run()
    blocks = person.of(NEXT)
    assert len(blocks) >= 2
    for day in week_days(NEXT_MONDAY):
        person.calendar.remove_event(meeting(day, *RED).uid)
    assert changed(person.run(), "create", "move", "remove") == {}
    plan = person.rebalance(NEXT)
    gone = changed(plan, "remove")
    assert len(gone) == len(blocks) - 1
    assert all("calm" in change.why for change in gone.values())
    assert not any(change.released for change in gone.values())
    assert len(person.of(NEXT)) == 1
    assert {known.key for known in person.memory.blocks} >= {block.key for block in person.of(NEXT)}


def test_a_block_that_pays_back_a_debt_is_not_given_back() -> None:
    person = Diary(weeks(RED, before=0), at(MONDAY, "6:30"), STRATEGIC_ONLY)
    person.run()
    assert len(person.of(NEXT)) == 2
    person.ledger.remember_week(WeekRecord(THIS.plus(-1), "calm", owed_minutes=120))
    for day in week_days(NEXT_MONDAY):
        person.calendar.remove_event(meeting(day, *RED).uid)
    assert changed(person.rebalance(NEXT), "remove") == {}
    assert changed(person.rebalance(NEXT)) == {}


def test_rebalance_of_next_week_reads_writes_and_names_next_week_only() -> None:
    person = diary(AMBER)
    for week in (THIS, NEXT, THIRD):
        for block in person.of(week):
            if block.when.start > person.now:
                person.land(block.when)
    others = {key: block for key, block in person.blocks.items() if f"/{NEXT}/" not in key}
    plan = person.rebalance(NEXT)
    assert {key: block for key, block in person.blocks.items() if f"/{NEXT}/" not in key} == others
    assert [week.load.week for week in plan.weeks] == [NEXT]
    assert all(f"/{NEXT}/" in change.key for change in plan.changes)
    assert not [block for block in person.of(NEXT) if block.key in person.under_meetings()]


def test_rebalance_twice_is_rebalance_once() -> None:
    person = diary(RED)
    person.land(person.of(NEXT)[0].when)
    person.rebalance(NEXT)
    writes = person.calendar.writes
    again = person.rebalance(NEXT)
    assert changed(again) == {}
    assert person.calendar.writes == writes


def test_a_week_whose_block_was_taken_owes_it_once_the_week_is_over() -> None:
    person = full_but_for_one_hour()
    (floor,) = person.of(NEXT)
    person.land(floor.when)
    person.run()
    for days in range(1, 15):
        person.now = at(MONDAY + timedelta(days=days), "6:30")
        person.run()
    record = next(record for record in person.memory.weeks if record.week == NEXT)
    assert (record.placed_minutes, record.kept_minutes, record.waived_minutes) == (0, 0, 0)
    assert record.owed_minutes >= Settings().kind("strategic").minutes
    assert floor.key not in {known.key for known in person.memory.blocks if known.state == "displaced"}


def test_one_block_a_day_after_any_of_this() -> None:
    person = diary(AMBER)
    for block in person.of(NEXT):
        person.land(block.when)
    person.run()
    days = sorted(
        block.when.start.astimezone(person.workweek.zone).date() for block in person.blocks.values()
    )
    assert all(one != other for one, other in pairwise(days))
    assert date.max not in days
