"""Goals: learning some weeks before their day, a question in strategic blocks, and one last question afterwards."""

from __future__ import annotations

from datetime import date, timedelta

from msgspec.structs import replace

from blocker.engine import make_plan
from blocker.ledger.parking import decide, park
from blocker.rules.survey import take_survey
from blocker.showing.report_text import report_text
from blocker.showing.weekly import weekly_digest
from blocker.values.block_kinds import BlockKind
from blocker.values.events import Event, StandingBlock
from blocker.values.kinds import FRONTLINE, LEARNING, STRATEGIC
from blocker.values.memory import WeekRecord
from blocker.values.settings import Goal, Settings
from blocker.values.workweek import week_of
from blocker.wording.texts import TEXTS
from tests.showing.test_page import page_of
from tests.tools.calendars_by_hand import MONDAY, at, meeting, slot, week_days
from tests.tools.diary import Diary

BY = date(2026, 12, 16)  # a Wednesday
LMS = Goal("New LMS live", BY, "Trainers can build a course alone")


def light_days(weeks: int = 14) -> list[Event]:
    return [
        meeting(day, "10:00", "11:30", title="Planning")
        for week in range(-4, weeks)
        for day in week_days(MONDAY + timedelta(weeks=week))
    ]


def diary(*goals: Goal, **more: object) -> Diary:
    return Diary(light_days(), at(MONDAY, "06:30"), Settings(goals=goals, **more))  # type: ignore[arg-type]


def learning(there: Diary) -> list[StandingBlock]:
    """The blocks for goals; the quarter's own is called otherwise."""
    quarterly = TEXTS["title.learning"]
    found = (b for b in there.blocks.values() if b.kind == LEARNING and b.title != quarterly)
    return sorted(found, key=lambda block: block.when)


def test_a_learning_block_comes_six_to_two_weeks_before_the_day() -> None:
    there = diary(LMS)
    there.run()
    [block] = learning(there)
    assert timedelta(weeks=2) <= BY - block.when.start.date() <= timedelta(weeks=6)
    assert block.title == "Learn: New LMS live"
    question, way_in, last = block.text.split("\n\n")
    assert question == (
        "For “New LMS live”, due on Wed 16 Dec: who must be able to do what by then, and who can already?"
    )
    assert way_in.startswith("Close mail and chat. It needs this: Trainers can build a course alone. ")
    assert "the smallest thing that one of them can try this week" in way_in
    assert last == "Move it or delete it: both are respected."
    assert len(block.text.split()) <= 120
    assert not there.run().writes
    cause = there.memory.blocks[[b.key for b in there.memory.blocks].index(block.key)].causes[0]
    assert (cause.rule, cause.measure) == ("goal", "New LMS live")


def test_there_is_none_before_its_weeks_nor_after_them() -> None:
    for days, number in ((9, 0), (24, 1), (60, 1), (90, 0)):
        there = diary(replace(LMS, by=MONDAY + timedelta(days=days)))
        there.run()
        assert len(learning(there)) == number, days


def test_two_goals_have_a_block_each_and_a_deleted_one_is_an_answer() -> None:
    there = diary(LMS, Goal("Audit passed", BY - timedelta(days=3)))
    there.run()
    both = learning(there)
    assert sorted(block.title for block in both) == ["Learn: Audit passed", "Learn: New LMS live"]
    there.calendar.remove_block(both[0].ref.id)
    there.now += timedelta(days=1)
    there.run()
    assert [block.key for block in learning(there)] == [both[1].key]


def test_a_lost_ledger_books_no_second_block_for_the_goal() -> None:
    there = diary(LMS)
    there.run()
    lost = diary(LMS)
    lost.calendar = there.calendar
    lost.now += timedelta(days=1)
    lost.run()
    assert len(learning(lost)) == 1


def test_a_block_that_was_taken_off_has_another_week_and_is_booked_once() -> None:
    there = diary(LMS)
    there.run()
    [block] = learning(there)
    week = week_of(block.when.start.date())
    full = [there.land(slot(day, "09:00", "17:30"), f"Crisis {day}") for day in week.days[:5]]
    for _ in range(2):
        there.run()
        [other] = learning(there)
        assert week_of(other.when.start.date()) != week
        assert timedelta(weeks=2) <= BY - other.when.start.date() <= timedelta(weeks=6)
    for uid in full:
        there.calendar.remove_event(uid)
    there.run()
    assert [b.key for b in learning(there)] == [other.key]


def test_goals_without_a_day_take_turns_in_strategic_blocks() -> None:
    there = diary(Goal("Fewer tools"), Goal("One curriculum"))
    asked = []
    for week in range(6):
        there.now = at(MONDAY + timedelta(weeks=week), "06:30")
        there.run()
        ahead = sorted(
            (b for b in there.blocks.values() if b.kind == STRATEGIC and b.when.start > there.now),
            key=lambda b: b.when,
        )
        said = [line for b in ahead for line in b.text.split("\n") if line.startswith("Your goal")]
        assert len(said) <= 1
        assert not [b for b in ahead[1:] if "Your goal" in b.text]
        asked += said
        assert len(ahead[0].text.split()) <= 120
    assert set(asked) == {
        "Your goal “Fewer tools”: are we working in line with it?",
        "Your goal “One curriculum”: are we working in line with it?",
    }


def test_a_goal_whose_day_is_past_asks_once_and_then_goes() -> None:
    past = replace(LMS, by=MONDAY + timedelta(days=1))
    there = diary(past)
    assert not [note for note in there.run().notes if "was due" in note]
    told, asking = [], set()
    for day in range(2, 24):
        there.now = at(MONDAY + timedelta(days=day), "06:30")
        told += [note for note in there.run().notes if "was due" in note]
        asking |= {b.key for b in there.blocks.values() if "“New LMS live” was due on Tue 3 Nov" in b.text}
    assert len(told) == 1
    assert len(asking) == 1


# What belongs to learning beside goals


def test_a_visit_has_what_was_last_brought_back() -> None:
    look = BlockKind(every="2 weeks", minutes=60, shortest=60, visits=("Help desk", "A customer"))
    there = Diary(
        light_days(), at(MONDAY, "06:30"), Settings(blocks={**Settings().blocks, "frontline": look})
    )
    park(there.ledger.database, "They print every form twice", "help desk", at(MONDAY, "05:00"))
    park(there.ledger.database, "Is it right?", "The board", at(MONDAY, "05:10"))
    there.run()
    visits = {b.title: b.text for b in there.blocks.values() if b.kind == FRONTLINE}
    assert set(visits) == {"Front line: Help desk", "Front line: A customer"}
    brought = "Last time you brought back: “They print every form twice”. Say what became of it."
    assert brought in visits["Front line: Help desk"]
    assert "brought back" not in visits["Front line: A customer"]
    [asking] = [b for b in there.blocks.values() if "• They print every form twice (help desk)" in b.text]
    assert asking.kind == STRATEGIC


def test_the_next_visit_has_what_was_brought_back_last_even_where_it_stood_before() -> None:
    look = BlockKind(every="2 weeks", minutes=60, shortest=60, visits=("Help desk", "A customer"))
    there = Diary(
        light_days(), at(MONDAY, "06:30"), Settings(blocks={**Settings().blocks, "frontline": look})
    )
    there.run()
    first, second = sorted((b for b in there.blocks.values() if b.kind == FRONTLINE), key=lambda b: b.when)[
        :2
    ]
    for minute, text in enumerate(("They print every form twice", "Nobody reads the guide")):
        for visit in ("Help desk", "A customer"):
            park(there.ledger.database, f"{text} ({visit})", visit, at(MONDAY, f"05:1{minute}"))
        there.run()
        words = there.blocks[first.key].text
        assert f"Last time you brought back: “{text} ({first.title.removeprefix('Front line: ')})”." in words
        assert "brought back" not in there.blocks[second.key].text, "only the next one is kept up to date"
        assert not there.run().writes
    assert words.count("brought back") == 1
    there.now = first.when.end
    there.run()
    assert "“Nobody reads the guide" in there.blocks[second.key].text
    assert there.blocks[first.key].text == words


def test_a_visit_that_the_person_rewrote_or_whose_turn_is_anothers_now_is_left() -> None:
    look = BlockKind(every="2 weeks", minutes=60, shortest=60, visits=("Help desk", "A customer"))
    for change in ("text", "title", "visits"):
        there = Diary(
            light_days(), at(MONDAY, "06:30"), Settings(blocks={**Settings().blocks, "frontline": look})
        )
        there.run()
        first = min((b for b in there.blocks.values() if b.kind == FRONTLINE), key=lambda b: b.when)
        if change == "visits":
            other = replace(look, visits=("Reception", "Another customer"))
            there.settings = Settings(blocks={**Settings().blocks, "frontline": other})
        else:
            there.calendar._change(first.ref.id, replace(first, **{change: "Mine"}))
        before = there.blocks[first.key]
        for visit in ("Help desk", "A customer", "Reception", "Another customer"):
            park(there.ledger.database, "They print every form twice", visit, at(MONDAY, "05:00"))
        there.run()
        assert (there.blocks[first.key].title, there.blocks[first.key].text) == (before.title, before.text)


def test_red_weeks_in_a_row_suggest_a_learning_team_and_book_none() -> None:
    red = [replace(e, when=slot(e.when.start.date(), "09:00", "17:30")) for e in light_days(1)]
    there = Diary(red, at(MONDAY, "06:30"), Settings(thresholds="usual"))
    weeks = [week_of(MONDAY).plus(-n) for n in (3, 2, 1)]
    for week, level in zip(weeks, ("amber", "red", "red"), strict=True):
        there.ledger.remember_week(WeekRecord(week, level))
    request = there.request()
    seen = take_survey(request)
    words = "2 red weeks in a row. A learning team about a normal week"
    assert words in weekly_digest(make_plan(request, seen), seen, request).body
    assert any(line.startswith(words) for line in report_text(request, seen))
    assert words in page_of(request)
    there.run()
    assert not [key for key in there.blocks if key.startswith("team/")]
    there.ledger.remember_week(WeekRecord(weeks[-1], "amber"))
    assert not any("red weeks" in line for line in report_text(there.request(), seen))
    assert "red weeks" not in page_of(there.request())


def test_the_digest_of_the_week_asks_after_what_was_decided() -> None:
    there = diary()
    for days, text in (
        (-9, "Long ago"),
        (-6, "We stop the report"),
        (-3, "Anna runs it"),
        (-1, "And a third"),
    ):
        decide(there.ledger.database, text, at(MONDAY + timedelta(days=days), "12:00"))
    request = there.request()
    seen = take_survey(request)
    body = weekly_digest(make_plan(request, seen), seen, request).body
    assert "You decided: “And a third”, “Anna runs it” and 1 more. What has happened since?" in body
    assert len(body.split()) <= 150
