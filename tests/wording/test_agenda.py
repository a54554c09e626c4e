"""The offsite: an agenda from the quarter's own data, and the note a week before."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from blocker.engine import make_plan
from blocker.planning.history import PastWeek
from blocker.rules.survey import take_survey
from blocker.showing.history import closing_lines
from blocker.values.events import Event, Ref, StandingBlock
from blocker.values.fingerprint import hash_of_text
from blocker.values.intervals import Interval
from blocker.values.memory import Decision, Memory, ParkedQuestion, Remembered, WeekRecord
from blocker.values.plan import Change, WeekLoad
from blocker.values.request import Request
from blocker.values.settings import BlockKind, Goal, Settings
from blocker.values.workweek import week_of
from blocker.wording.agenda import agenda_lines, part_minutes, quarter_named
from blocker.wording.brief import Sources, block_text
from blocker.wording.texts import TEXTS
from blocker.wording.themes import draw
from tests.tools.calendars_by_hand import MONDAY, at, meeting, request, slot, workweek
from tests.tools.command_line import CommandLine, sample

DAY = date(2026, 12, 1)  # a Tuesday
KEY, NOTE = "offsite/2026-Q4", "note/2026-Q4"
SLOT = slot(DAY, "09:00", "13:00")


def offsite(span: Interval = SLOT, when: Interval | None = None) -> StandingBlock:
    return StandingBlock(KEY, "offsite", span, when or span, "Offsite", "", Ref("o", "1"))


def note(day: date, when: date | None = None) -> StandingBlock:
    shown = when or day
    span, there = (workweek().span(d, d + timedelta(days=1)) for d in (day, shown))
    return StandingBlock(
        NOTE,
        "note",
        span,
        there,
        "Note",
        "",
        Ref("n", "1"),
        busy=False,
        dates=(shown, shown + timedelta(days=1)),
    )


def known(*blocks: StandingBlock) -> Memory:
    return Memory(blocks=tuple(Remembered(b.key, b.kind, "placed", b.when, tier=b.kind) for b in blocks))


def with_blocks(*blocks: StandingBlock, **more: object) -> Request:
    return request([], blocks, memory=known(*blocks), **more)  # type: ignore[arg-type]


def notes_of(asked: Request) -> list[Change]:
    return [change for change in make_plan(asked).changes if change.key == NOTE]


def lines(asked: Request, span: Interval = SLOT, room: int = 220) -> list[str]:
    """The agenda of an offsite that is the next block."""
    waiting = [question for question in asked.memory.parked if not question.how]
    themes = draw({KEY: span}, (), asked)[KEY]
    return agenda_lines(KEY, span, asked, take_survey(asked), themes, waiting, room)


# The agenda


def test_the_parts_fill_the_half_day() -> None:
    assert part_minutes(240) == (45, 75, 15, 60, 45)
    for length in range(120, 601, 15):
        assert sum(part_minutes(length)) == length
        assert min(part_minutes(length)) > 0


def test_it_has_four_parts_and_a_break_and_two_questions() -> None:
    asked = request()
    text = block_text(KEY, "offsite", "offsite", SLOT, True, Sources(asked, take_survey(asked), KEY, draw({KEY: SLOT}, (), asked)))  # fmt: skip
    for part in ("45 minutes: look back", "75 minutes: the question above", "15 minutes: a break", "60 minutes: stop", "45 minutes: next quarter"):  # fmt: skip
        assert f"\n{part}" in text
    questions = [
        text for name, text in TEXTS.items() if name.startswith("theme.") and name.endswith("question")
    ]
    assert sum(question in text for question in questions) == 2
    wanted = (TEXTS[f"agenda.{name}"] for name in ("stop", "start", "delegate", "next"))
    assert all(words in text for words in (*wanted, TEXTS["offsite.question"]))


def test_it_looks_back_on_the_quarter_and_no_further() -> None:
    first = date(2026, 10, 5)
    weekly = [replace(meeting(first + timedelta(weeks=n), "09:00", "10:30", title="Board"), recurring=True) for n in range(13)]  # fmt: skip
    before = replace(meeting(date(2026, 9, 28), "09:00", "17:00", title="Last quarter"), recurring=True)
    away = Event("v", "memory:", "Annual leave", workweek().span(date(2026, 10, 12), date(2026, 10, 13)), dates=(date(2026, 10, 12), date(2026, 10, 13)))  # fmt: skip
    text = "\n".join(lines(request([*weekly, before, away])))
    assert "The quarter so far: 12 h of meetings in " in text
    assert "Stop: “Board” costs most, 12 h." in text  # nine Mondays, one of them away
    assert "Last quarter" not in text
    assert "\n“Board” cost you a free stretch on 8 days.\n" in text


def test_the_two_questions_that_have_waited_longest_and_the_goals_come_before_the_second_theme() -> None:
    waiting = (
        ParkedQuestion(1, "Done before", "", at(MONDAY, "09:00"), at(MONDAY, "10:00"), "done"),
        ParkedQuestion(2, "Is certification right?", "", at(MONDAY, "11:00")),
        ParkedQuestion(3, "What else?", "Ann", at(MONDAY, "12:00")),
        ParkedQuestion(4, "And then?", "", at(MONDAY, "13:00")),
    )
    goals = (
        Goal("Fewer tools"),
        Goal("Gone", MONDAY - timedelta(days=1)),
        Goal("LMS live", date(2027, 3, 31)),
    )
    asked = request(memory=Memory(parked=waiting), settings=Settings(goals=goals))
    assert "\n".join(lines(asked)).split("\n\n")[1].split("\n") == [
        "75 minutes: the question above, goals, questions",
        "On course, at risk, or drop it?",
        "• LMS live, Wed 31 Mar",
        "• Fewer tools",
        "What has waited longest:",
        "• Is certification right?",
        "• What else?",
        "• and 1 more",
    ]
    [*_, second] = "\n".join(lines(request())).split("\n\n")[1].split("\n")
    assert second == draw({KEY: SLOT}, (), request())[KEY][1].question


def test_with_little_room_what_the_person_wrote_is_cut_and_then_left_out() -> None:
    waiting = tuple(ParkedQuestion(n, "Why? " * 30, "", at(MONDAY, "11:00")) for n in range(8))
    made = tuple(Decision(n, "We stop it. " * 9, at(MONDAY, "09:00") + timedelta(hours=n)) for n in range(6))
    asked = request(memory=Memory(parked=waiting, decisions=made))
    wide, middle, narrow = ("\n".join(lines(asked, room=room)) for room in (300, 140, 122))
    for text, room in ((wide, 300), (middle, 140), (narrow, 122)):
        assert len(text.split()) <= room
    assert [text.count("• We stop") for text in (wide, middle, narrow)] == [4, 1, 0]
    assert wide.count("• and 2 more") == 1
    assert narrow.count("• Why?") == 2


def test_after_a_lived_half_year_the_persons_own_words_come_before_the_figures() -> None:
    first = date(2026, 10, 5)
    titles = ("Delivery board of the northern regions", "Budget round")
    weekly = [
        replace(meeting(first + timedelta(weeks=n, days=day), "09:00", "10:30", title=title), recurring=True)
        for n in range(13)
        for day, title in enumerate(titles)
    ]
    waiting = tuple(
        ParkedQuestion(n, text, "", at(MONDAY, "11:00"))
        for n, text in enumerate(
            (
                "Why do we certify people who have shown on the job that they can do it?",
                "Should we teach the managers before we teach the staff?",
                *("What if each region had its own budget?",) * 5,
            )
        )
    )
    brought = ParkedQuestion(9, "The confirmation mail looks like spam", "A customer", at(MONDAY, "12:00"))
    made = tuple(
        Decision(n, text, at(MONDAY, "09:00") + timedelta(days=n))
        for n, text in enumerate(
            (
                "We stop the weekly status report.",
                "No new tool before the LMS is live.",
                "Anna runs the review.",
            )
        )
    )
    goals = tuple(
        Goal(name, date(2027, 1, 10 + n))
        for n, name in enumerate(("New LMS is live", "Audit passed", "Onboarding in two weeks"))
    )
    weeks = tuple(WeekRecord(week_of(first), "red", owed_minutes=120, kept_minutes=90) for _ in range(1))
    memory = Memory(parked=(*waiting, brought), decisions=made, weeks=weeks)
    look = BlockKind(visits=("A customer",))
    settings = Settings(goals=goals, blocks={**Settings().blocks, "frontline": look})
    asked = request(weekly, memory=memory, settings=settings)
    sources = Sources(asked, take_survey(asked), KEY, draw({KEY: SLOT}, (), asked))
    text = block_text(KEY, "offsite", "offsite", SLOT, True, sources)
    assert len(text.split()) <= 250
    for words in ("• No new tool before the LMS is", "• Anna runs the review.", "• Why do we certify people who have", "• Should we teach the managers before we", "Last from A customer: “The confirmation mail looks", "costs most", "Onboarding in two weeks"):  # fmt: skip
        assert words in text, text


def test_what_was_decided_in_the_quarter_is_asked_after() -> None:
    made = tuple(
        Decision(n, text, at(day, "10:00"))
        for n, (text, day) in enumerate(
            (("Before the quarter", date(2026, 9, 30)), ("We stop the report.", MONDAY), ("Later", DAY))
        )
    )
    text = "\n".join(lines(request(memory=Memory(decisions=made))))
    assert "\nWhat became of your decisions?\n• We stop the report. (Mon 2 Nov)\n\n75" in text
    assert "What became" not in "\n".join(lines(request()))


def test_what_was_kept_is_what_history_tells() -> None:
    weeks = [week_of(MONDAY + timedelta(weeks=n)) for n in (-2, -1, 0)]
    kept = dict(zip(weeks, (180, 90, 0), strict=True))
    memory = Memory(
        weeks=tuple(WeekRecord(week, "amber", owed_minutes=120, kept_minutes=kept[week]) for week in weeks)
    )
    text = "\n".join(lines(request(memory=memory)))
    assert "Of 4 h of thinking time, 3.5 h took place." in text, "the running week does not owe yet"
    empty = WeekLoad(weeks[0], {}, None, 5, 5)
    told = closing_lines([PastWeek(empty, record) for record in memory.weeks], 0)
    assert told[0].startswith("2 completed weeks: 3.5 of 4 h owed were kept")


def test_early_in_a_quarter_it_looks_back_on_twelve_weeks() -> None:
    early = slot(date(2026, 11, 10), "09:00", "13:00")
    weekly = [replace(meeting(date(2026, 9, 1) + timedelta(weeks=n), "09:00", "10:00", title="Board"), recurring=True) for n in range(13)]  # fmt: skip
    text = "\n".join(lines(request(weekly), early))
    assert "The 12 weeks before: 10 h of meetings in " in text
    assert "“Board” costs most, 10 h" in text


@pytest.mark.parametrize("start", range(1, 13))
def test_the_quarter_is_that_of_the_key(start: int) -> None:
    asked = request(settings=Settings(fiscal_start=start))
    from blocker.values.workweek import quarter_of

    quarter = quarter_of(DAY, start)
    assert quarter_named(f"offsite/{quarter}", SLOT, asked) == quarter
    assert quarter_named("offsite/unknown", SLOT, asked) == quarter


# The note


def test_a_free_all_day_note_comes_seven_to_ten_days_before() -> None:
    [change] = notes_of(with_blocks(offsite()))
    assert change.action == "create"
    assert change.key == NOTE
    assert change.block is not None
    assert change.block.dates == (DAY - timedelta(days=7), DAY - timedelta(days=6))
    assert not change.block.busy
    assert not change.block.focus
    assert change.slot == workweek().span(*change.block.dates)
    assert change.block.text.startswith("Your half day to think is in about a week.")
    assert change.block.visibility == "private"


def test_it_is_on_a_working_day() -> None:
    tuesday, monday = DAY - timedelta(days=7), DAY - timedelta(days=8)
    off = [
        Event(
            f"v{d}",
            "memory:",
            "Annual leave",
            workweek().span(d, d + timedelta(days=1)),
            dates=(d, d + timedelta(days=1)),
        )
        for d in (tuesday, monday)
    ]
    [change] = notes_of(request(off[:1], [offsite()], memory=known(offsite())))
    assert change.slot == workweek().span(monday, tuesday)
    assert notes_of(request(off, [offsite()], memory=known(offsite()))) == []  # the days before are a weekend


def test_none_where_those_days_are_past() -> None:
    for days, expected in ((8, 1), (7, 0), (3, 0)):
        asked = with_blocks(offsite(), now=at(DAY - timedelta(days=days), "06:30"))
        assert len(notes_of(asked)) == expected


def test_it_stays_while_it_fits_and_moves_with_the_offsite() -> None:
    fits = note(DAY - timedelta(days=8))
    assert [c.action for c in notes_of(with_blocks(offsite(), fits))] == ["keep"]
    later = DAY + timedelta(days=7)
    moved = offsite(SLOT, slot(later, "09:00", "13:00"))
    [change] = notes_of(with_blocks(moved, fits))
    assert change.action == "move"
    assert change.block is not None
    assert change.block.dates is not None
    assert change.block.dates[0] == later - timedelta(days=7)
    assert not change.block.busy


def test_one_that_a_person_moved_or_deleted_is_left_so() -> None:
    mine = note(DAY - timedelta(days=8), DAY - timedelta(days=20))
    assert [(c.action, c.pinned) for c in notes_of(with_blocks(offsite(), mine))] == [("keep", True)]
    gone = replace(with_blocks(offsite()), memory=known(offsite(), note(DAY - timedelta(days=7))))
    assert [c.action for c in notes_of(gone)] == ["tombstone"]
    dead = replace(gone.memory, blocks=tuple(replace(b, state="tombstone" if b.kind == "note" else b.state) for b in gone.memory.blocks))  # fmt: skip
    assert notes_of(replace(gone, memory=dead)) == []


def test_it_goes_with_its_offsite() -> None:
    there = note(DAY - timedelta(days=7))
    asked = replace(with_blocks(there), memory=known(offsite(), there))
    [change] = notes_of(asked)
    assert (change.action, change.why) == ("remove", "its half day is gone")
    asked = replace(asked, memory=replace(asked.memory, paused_until=MONDAY))
    assert [c.action for c in notes_of(replace(asked, snapshot=replace(asked.snapshot, complete=False)))] == [
        "keep"
    ]
    skipped = with_blocks(offsite(), there)
    skipped = replace(skipped, memory=replace(skipped.memory, skipped_keys=(KEY,)))
    assert [c.action for c in notes_of(skipped)] == ["remove"]


def test_one_that_a_person_wrote_in_stays_when_the_offsite_goes() -> None:
    there = note(DAY - timedelta(days=7))
    written = replace(there, text_hash=hash_of_text("As we made it", there.text))
    asked = replace(with_blocks(written), memory=known(offsite(), written))
    assert [c.action for c in notes_of(asked)] == ["keep"]


def test_a_pause_makes_none() -> None:
    asked = with_blocks(offsite())
    assert notes_of(replace(asked, memory=replace(asked.memory, paused_until=MONDAY))) == []


def test_through_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")
    made = cli.document("run", "-y")["changes"]
    [there] = [c for c in made if c["kind"] == "note"]
    [half_day] = [c for c in made if c["kind"] == "offsite"]
    days = (date.fromisoformat(half_day["start"][:10]) - date.fromisoformat(there["start"][:10])).days
    assert 7 <= days <= 10
    assert date.fromisoformat(half_day["start"][:10]) - date(2026, 11, 2) >= timedelta(weeks=4)
    before = cli.content
    assert b"TRANSP:TRANSPARENT" in before
    assert cli.call("run").code == 0
    assert cli.content == before
    assert cli.call("skip", there["key"]).code == 0
    assert b"X-BLOCKER-KEY:note/" not in cli.content
    assert cli.call("run").code == 0
    assert b"X-BLOCKER-KEY:note/" not in cli.content
