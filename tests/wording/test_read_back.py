"""What the person said comes back from the blocks when the ledger is lost: once, and nothing that had ended."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from blocker.ledger.parking import decide, end_question, park
from blocker.values.events import Event, StandingBlock
from blocker.values.kinds import STRATEGIC
from blocker.values.settings import Settings
from tests.tools.calendars_by_hand import MONDAY, at, meeting, slot, week_days
from tests.tools.diary import Diary

TUESDAY = MONDAY + timedelta(days=1)
WHY = "Why do we certify at all?"


def events() -> list[Event]:
    weeks = (week_days(MONDAY + timedelta(weeks=week)) for week in range(-4, 8))
    return [meeting(day, "13:30", "15:00", title="Planning") for days in weeks for day in days]


@pytest.fixture
def there() -> Diary:
    diary = Diary(events(), at(MONDAY, "06:30"))
    diary.run()
    return diary


def lost(there: Diary, **settings: object) -> Diary:
    """The same calendar, moment and settings with a new ledger."""
    new = Diary([], there.now, there.settings)
    new.calendar = there.calendar
    return new


def on(there: Diary, day: date, clock: str = "06:30") -> None:
    there.now = at(day, clock)


def questions(there: Diary) -> list[tuple[str, str]]:
    return [(one.text, one.asked_by) for one in there.memory.parked if not one.how]


def ahead(there: Diary) -> list[StandingBlock]:
    blocks = (b for b in there.blocks.values() if b.kind == STRATEGIC and b.when.start > there.now)
    return sorted(blocks, key=lambda block: block.when)


def write(there: Diary, block: StandingBlock, old: str, new: str) -> None:
    """A person edits a block's text."""
    assert block.text.count(old) == 1
    there.calendar._change(block.ref.id, replace(block, text=block.text.replace(old, new)))


# Questions


def test_what_the_next_block_asks_is_parked_again_once_with_new_numbers(there: Diary) -> None:
    park(there.ledger.database, WHY, "VP Sales", there.now)
    park(there.ledger.database, "Who is (really) ready for more?", "", there.now)
    there.run()
    new = lost(there)
    plan = new.run()
    assert questions(new) == questions(there) == [(WHY, "VP Sales"), ("Who is (really) ready for more?", "")]
    assert "2 parked questions were read back from your next block: the ledger is a new one." in plan.notes
    assert len({one.id for one in new.memory.parked} - {0}) == 2
    for _ in range(2):
        assert not [note for note in new.run().notes if "read back" in note]
        assert len(questions(new)) == 2
    assert ahead(new)[0].text == ahead(there)[0].text


def test_what_had_ended_stays_ended(there: Diary) -> None:
    kept = park(there.ledger.database, WHY, "", there.now)
    ended = park(there.ledger.database, "What is it for?", "", there.now)
    there.run()
    end_question(there.ledger.database, ended.id, "done", there.now)
    there.run()
    new = lost(there)
    new.run()
    assert questions(new) == [(WHY, "")]
    end_question(new.ledger.database, kept.id, "done", there.now)
    new.run()
    assert questions(new) == []


def test_a_block_of_a_day_ago_is_read_where_no_run_came_after_it(there: Diary) -> None:
    park(there.ledger.database, WHY, "", there.now)
    there.run()
    block = ahead(there)[0]
    there.now = block.when.end + timedelta(hours=5)
    new = lost(there)
    new.run()
    assert questions(new) == [(WHY, "")]
    new.run()  # the first has only adopted the blocks
    assert WHY in ahead(new)[0].text


def test_a_question_of_an_old_block_that_was_ended_since_stays_ended(there: Diary) -> None:
    ended = park(there.ledger.database, WHY, "", there.now)
    there.run()
    there.now = ahead(there)[0].when.end + timedelta(days=1)
    end_question(there.ledger.database, ended.id, "done", there.now)
    there.run()
    new = lost(there)
    new.run()
    assert questions(new) == []


def test_an_event_and_its_line_in_a_block_are_one_question(there: Diary) -> None:
    title = "Is it right (or only usual) to certify people who " + "have shown it and " * 12 + "so on?"
    parked = meeting(MONDAY + timedelta(weeks=2), "08:00", "08:15", title=f"park: {title}")
    for event in (parked, replace(parked, uid="another", title="park: Is it good (or bad)")):
        there.calendar.put_event(event)
    there.run()
    assert "…" in ahead(there)[0].text
    new = lost(there)
    for _ in range(2):
        new.run()
        assert sorted(text for text, _ in questions(new)) == ["Is it good (or bad)", " ".join(title.split())]


def test_a_long_question_comes_back_as_it_was_cut(there: Diary) -> None:
    park(there.ledger.database, "word " * 300, "", there.now)
    there.run()
    new = lost(there)
    new.run()
    [(text, _)] = questions(new)
    assert text.startswith("word word word")
    assert text.endswith("…")


def test_a_ledger_that_knows_the_calendar_reads_nothing_back(there: Diary) -> None:
    park(there.ledger.database, WHY, "", there.now)
    there.run()
    write(there, ahead(there)[0], f"• {WHY}", f"• {WHY}\n• Written by somebody")
    there.run()
    assert questions(there) == [(WHY, "")]


def test_what_somebody_wrote_into_the_list_is_bounded(there: Diary) -> None:
    park(there.ledger.database, WHY, "", there.now)
    there.run()
    hostile = "\n".join(f"• {n} \u202e<script>{'x' * 5000}" for n in range(50))
    write(there, ahead(there)[0], f"• {WHY}", hostile)
    new = lost(there)
    new.run()
    found = questions(new)
    assert len(found) == 5
    assert all(len(text) <= 240 and "\u202e" not in text and "<" not in text for text, _ in found)


def test_a_block_that_others_may_read_has_none_and_gives_none_back() -> None:
    look = replace(Settings().kind(STRATEGIC), visibility="public")
    there = Diary(events(), at(MONDAY, "06:30"), Settings(blocks={**Settings().blocks, STRATEGIC: look}))
    park(there.ledger.database, WHY, "", there.now)
    decide(there.ledger.database, "We stop it.", there.now)
    there.run()
    assert not [b for b in ahead(there) if WHY in b.text or "We stop it." in b.text]
    new = lost(there)
    new.run()
    assert questions(new) == []


# Decisions that were given by command


def decisions(there: Diary) -> list[str]:
    return [one.text for one in there.memory.decisions]


def test_a_decision_stands_in_the_next_block_and_from_then_on_in_that_alone(there: Diary) -> None:
    decide(there.ledger.database, "We stop the weekly report.", there.now)
    there.run()
    first, *others = ahead(there)
    assert "\nDecided: We stop the weekly report.\n" in first.text
    assert not [b for b in others if "weekly report" in b.text]
    assert not there.run().writes
    there.now = first.when.end + timedelta(hours=20)
    there.run()
    assert [b.key for b in there.blocks.values() if "weekly report" in b.text] == [first.key]
    assert decisions(there) == ["We stop the weekly report."]


def test_a_lost_ledger_has_it_again_beside_what_was_written_into_the_block(there: Diary) -> None:
    decide(there.ledger.database, "We stop the weekly report.", there.now)
    decide(there.ledger.database, "Anna runs the review.", there.now)
    there.run()
    first = ahead(there)[0]
    write(there, first, "Decided:\n\nMove it", "Decided: Jo leads.\n\nMove it")
    for now in (there.now, first.when.end + timedelta(days=1), first.when.end + timedelta(weeks=3)):
        there.now = now
        there.run()
        new = lost(there)
        for _ in range(2):
            new.run()
            assert sorted(decisions(new)) == sorted(decisions(there)) == [
                "Anna runs the review.",
                "Jo leads.",
                "We stop the weekly report.",
            ]  # fmt: skip


def test_a_block_that_is_deleted_hands_it_on_to_the_next(there: Diary) -> None:
    decide(there.ledger.database, "We stop the weekly report.", there.now)
    there.run()
    first = ahead(there)[0]
    there.calendar.remove_block(first.ref.id)
    there.run()
    assert "Decided: We stop the weekly report." in ahead(there)[0].text


def test_with_everything_at_once_a_block_keeps_to_its_words_and_the_questions_come_first(
    there: Diary,
) -> None:
    for number in range(7):
        park(
            there.ledger.database,
            f"Question {number} " + "and what follows from it " * 8,
            "VP Sales",
            there.now,
        )
        decide(there.ledger.database, f"Decision {number} " + "and what follows from it " * 8, there.now)
    there.run()
    text = ahead(there)[0].text
    assert text.count("• Question") == 5
    assert len(text.split()) <= 120
    for question in there.memory.parked[1:]:
        end_question(there.ledger.database, question.id, "done", there.now)
    there.run()
    text = ahead(there)[0].text
    assert text.count("Decided: Decision") == 2, "they wait for room"
    assert len(text.split()) <= 120


def test_they_go_with_a_block_that_the_new_ledger_has_to_move(there: Diary) -> None:
    park(there.ledger.database, WHY, "", there.now)
    there.run()
    block = ahead(there)[0]
    there.land(slot(block.when.start.date(), "07:00", "18:00"))
    new = lost(there)
    new.run()
    assert questions(new) == [(WHY, "")]
    assert WHY in ahead(new)[0].text
